//! The drawn part: a canvas that is redrawn when its data, size or colours change, and what moves above it.

use std::sync::Arc;

use leptos::html::{Canvas, Div};
use leptos::prelude::*;

use super::keys::on_key;
use super::pointer::{self, Drag};
use super::shared::Chart;
use crate::canvas::keep_drawn;
use crate::state::Memo;

/// The plot of one chart; `empty` says why there is nothing to see.
pub(super) fn plot(chart: Chart, empty: Signal<String>) -> impl IntoView {
    let (place, canvas) = (NodeRef::<Div>::new(), NodeRef::<Canvas>::new());
    let track = move || {
        chart.view.track();
        chart.model.with(Option::is_some)
    };
    keep_drawn(place, canvas, chart.dpr, track, move |surface, style| {
        let Some(model) = chart.model.try_get_untracked().flatten() else { return };
        match chart.view.with_untracked(|view| charts::draw(&surface.area(), &model, view, style)) {
            Ok(drawing) => chart.drawing.set(Some(Arc::new(drawing))),
            Err(error) => leptos::logging::warn!("a chart could not be drawn: {error}"),
        }
    });

    let summary = Memo::new(move |_| {
        let title = chart.title.get();
        let told = chart
            .model
            .with(|it| it.as_ref().map(|it| chart.view.with(|view| charts::summary(&title, it, view))));
        told.unwrap_or(title)
    });
    let note = move || {
        let reason = chart.model.with(|it| {
            let it = it.as_ref()?;
            if it.is_empty() {
                return Some(empty.get());
            }
            let shows_any = chart.view.with(|view| it.visible(view).next().is_some());
            (!shows_any).then(|| "All lines are hidden.".to_owned())
        });
        reason.map(|reason| view! { <p class="chart-empty"><span>{reason}</span></p> })
    };
    let range_millis = move || chart.model.with(|it| it.as_ref().map(|it| it.range));
    let now_millis = move || {
        let at = chart.crosshair_inside().or_else(|| Some(range_millis()?.end));
        at.map(|it| it.millis().to_string())
    };
    let drag = Drag::default();
    let cross = move |x: f64| format!("translateX({x}px)");

    view! {
        <div class="chart-plot" node_ref=place>
            <canvas
                role="img"
                aria-label=move || summary.get()
                class:is-drawn=move || chart.drawing.with(Option::is_some)
                node_ref=canvas
            ></canvas>
            {note}
            <div
                class="chart-over"
                tabindex="0"
                role="slider"
                aria-label=move || format!("{}: position in time", chart.title.get())
                aria-valuemin=move || range_millis().map(|it| it.start.millis().to_string())
                aria-valuemax=move || range_millis().map(|it| it.end.millis().to_string())
                aria-valuenow=now_millis
                aria-valuetext=move || told_at_crosshair(chart)
                aria-keyshortcuts="ArrowLeft ArrowRight Home End Plus Minus Enter Escape"
                class:over-exemplar=move || drag.over_exemplar.get()
                on:pointerdown=move |event| pointer::down(chart, drag, &event)
                on:pointermove=move |event| pointer::moved(chart, drag, &event)
                on:pointerup=move |event| pointer::up(chart, drag, &event)
                on:pointercancel=move |_| pointer::cancel(chart)
                on:pointerleave=move |_| pointer::leave(chart, drag)
                on:keydown=move |event| on_key(chart, &event)
            >
                <div
                    class="chart-cross"
                    hidden=move || chart.crosshair_css_px().is_none() || chart.selection.get().is_some()
                    style:transform=move || cross(chart.crosshair_css_px().unwrap_or_default())
                ></div>
                <div
                    class="chart-selection"
                    hidden=move || chart.selection.get().is_none()
                    style:transform=move || cross(chart.selection.get().map_or(0.0, |it| it.span().0))
                    style:width=move || format!("{}px", chart.selection.get().map_or(0.0, |it| it.span().1))
                ></div>
            </div>
        </div>
    }
}

/// What the crosshair points at, in words.
fn told_at_crosshair(chart: Chart) -> String {
    let Some(at) = chart.crosshair_inside() else { return "no position".to_owned() };
    let told = chart.model.with(|it| {
        let it = it.as_ref()?;
        let values = charts::readout(it, at);
        let values =
            it.series.iter().zip(values).filter(|(series, _)| chart.view.with(|view| view.shows(series)));
        let each = values.map(|(series, value)| match value {
            Some(value) => format!("{} {}", series.name, domain::format::value(value, it.unit)),
            None => format!("{} no value", series.name),
        });
        Some(format!("{}: {}", charts::moment_label(at, it), each.collect::<Vec<_>>().join(", ")))
    });
    told.unwrap_or_default()
}
