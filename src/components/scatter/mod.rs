//! Durations over time as dots: what is brushed over becomes a range, what is pressed opens.

mod brush;

use std::sync::Arc;

use charts::{Scatter, ScatterDrawing, draw_scatter};
use domain::time::{TimeDelta, TimeRange};
use leptos::html::{Canvas, Div};
use leptos::prelude::*;

use self::brush::{Brush, Selection};
use crate::canvas::{keep_drawn, use_device_pixel_ratio};
use crate::state::Memo;

/// What a person brushed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brushed {
    /// From when to when.
    pub range: TimeRange,
    /// From how short to how long; `None` where only time was meant.
    pub lengths: Option<(TimeDelta, TimeDelta)>,
}

/// A canvas of dots, as high as `--chart-h`.
///
/// Its twin for keyboard and screen readers is the list beside it, with the filters that a brush sets.
#[component]
pub fn ScatterPlot(
    /// What it shows, in a sentence.
    #[prop(into)]
    summary: Signal<String>,
    /// The dots; `None` as long as there are none to show.
    #[prop(into)]
    model: Signal<Option<Arc<Scatter>>>,
    /// What it does not show, as long as no dot is pointed at.
    #[prop(into)]
    note: Signal<String>,
    /// A person brushed over a part of it.
    #[prop(into)]
    on_brush: Callback<Brushed>,
    /// A person pressed a dot, by its place.
    #[prop(into)]
    on_open: Callback<usize>,
    /// What a dot is, in words, by its place.
    #[prop(into)]
    words: Callback<usize, String>,
) -> impl IntoView {
    let (place, canvas) = (NodeRef::<Div>::new(), NodeRef::<Canvas>::new());
    let drawing = RwSignal::new(None::<Arc<ScatterDrawing>>);
    let dpr = use_device_pixel_ratio();
    keep_drawn(
        place,
        canvas,
        dpr,
        move || model.with(Option::is_some),
        move |surface, style| {
            let Some(scatter) = model.try_get_untracked().flatten() else { return };
            match draw_scatter(&surface.area(), &scatter, style) {
                Ok(drawn) => drawing.set(Some(Arc::new(drawn))),
                Err(error) => leptos::logging::warn!("a scatter could not be drawn: {error}"),
            }
        },
    );
    let brush = Brush { drawing, dpr, selection: RwSignal::new(None), under: RwSignal::new(None) };
    let up = move |event: web_sys::PointerEvent| match brush.up(&event) {
        Some(brush::Act::Brush(brushed)) => on_brush.run(brushed),
        Some(brush::Act::Open(dot)) => on_open.run(dot),
        None => {}
    };
    let readout = move || brush.under.get().map_or_else(|| note.get(), |it| words.run(it));
    let (across, down) =
        (Memo::new(move |_| brush.span(Selection::across)), Memo::new(move |_| brush.span(Selection::down)));
    let px = |value: f64| format!("{value}px");
    view! {
        <figure class="chart scatter">
            <div class="chart-plot" node_ref=place>
                <canvas
                    role="img"
                    aria-label=move || summary.get()
                    class:is-drawn=move || drawing.with(Option::is_some)
                    node_ref=canvas
                ></canvas>
                <div
                    class="chart-over"
                    class:over-exemplar=move || brush.under.get().is_some()
                    on:pointerdown=move |event| brush.down(&event)
                    on:pointermove=move |event| brush.moved(&event)
                    on:pointerup=up
                    on:pointercancel=move |_| brush.cancel()
                    on:pointerleave=move |_| brush.leave()
                >
                    <div
                        class="scatter-selection"
                        hidden=move || brush.selection.get().is_none()
                        style:left=move || px(across.get().0)
                        style:width=move || px(across.get().1)
                        style:top=move || px(down.get().0)
                        style:height=move || px(down.get().1)
                    ></div>
                </div>
            </div>
            <figcaption class="scatter-at">{readout}</figcaption>
        </figure>
    }
}
