//! The minimap: all rows in the small on a canvas; dragging over it zooms, the shades show what is out of view.

use std::sync::Arc;

use domain::time::{TimeDelta, TimeRange, Timestamp};
use domain::waterfall::Minimap;
use leptos::ev;
use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::CanvasRenderingContext2d;

use super::Picture;
use crate::canvas::{Theme, use_box_size, use_device_pixel_ratio, use_palette};
use crate::state::{Memo, effect};

/// A press that moves less than this is a click.
const MIN_DRAG: f64 = 0.003;

/// The minimap of all rows.
#[component]
pub(super) fn MinimapView(picture: Signal<Arc<Picture>>, zoom: RwSignal<Option<TimeRange>>) -> impl IntoView {
    let (canvas, plot) = (NodeRef::<Canvas>::new(), NodeRef::<Div>::new());
    let size = use_box_size(plot);
    let dpr = use_device_pixel_ratio();
    let theme = use_palette();
    effect(move |_| {
        let Some(canvas) = canvas.get() else { return };
        let ((width, height), dpr) = (size.get(), dpr.get());
        if width < 1.0 || height < 1.0 {
            return;
        }
        let (columns, lines) = ((width * dpr) as u32, (height * dpr) as u32);
        if (canvas.width(), canvas.height()) != (columns, lines) {
            canvas.set_width(columns);
            canvas.set_height(lines);
        }
        let context = canvas.get_context("2d").ok().flatten();
        if let Some(context) = context.and_then(|it| it.dyn_into::<CanvasRenderingContext2d>().ok()) {
            picture.with(|it| theme.with(|theme| draw(&context, it, theme, columns, lines)));
        }
    });

    let range = move || picture.with_untracked(|it| it.range);
    let drag = RwSignal::new(None::<(f64, f64)>);
    let place = move |event: &ev::PointerEvent| {
        let edge = plot.get_untracked()?.get_bounding_client_rect();
        Some(((f64::from(event.client_x()) - edge.left()) / edge.width().max(1.0)).clamp(0.0, 1.0))
    };
    let down = move |event: ev::PointerEvent| {
        if let Some(at) = place(&event).filter(|_| event.button() == 0) {
            if let Some(plot) = plot.get_untracked() {
                // Refused only when the pointer has already been let go.
                let _ = plot.set_pointer_capture(event.pointer_id());
            }
            drag.set(Some((at, at)));
        }
    };
    let moved = move |event: ev::PointerEvent| {
        if let (Some((from, _)), Some(to)) = (drag.get_untracked(), place(&event)) {
            drag.set(Some((from, to)));
        }
    };
    let up = move |_: ev::PointerEvent| {
        let Some((from, to)) = drag.get_untracked() else { return };
        drag.set(None);
        if (to - from).abs() >= MIN_DRAG {
            let range = range();
            zoom.set(Some(TimeRange::between(instant(range, from), instant(range, to))));
        }
    };
    let share = |range: TimeRange, at: Timestamp| {
        ((at - range.start).nanos() as f64 / range.length().nanos().max(1) as f64 * 100.0).clamp(0.0, 100.0)
    };
    let window = Memo::new(move |_| {
        let (zoom, range) = (zoom.get()?, picture.with(|it| it.range));
        Some((share(range, zoom.start), 100.0 - share(range, zoom.end)))
    });
    let dragged = move || {
        let (from, to) = drag.get()?;
        Some((from.min(to) * 100.0, (to - from).abs() * 100.0))
    };
    let percent = |it: f64| format!("{it:.3}%");
    view! {
        <div class="wf-map">
            <div
                class="wf-map-plot"
                node_ref=plot
                title="Drag to zoom in, double-click to see all"
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=up
                on:pointercancel=move |_| drag.set(None)
                on:dblclick=move |_| zoom.set(None)
            >
                <canvas
                    node_ref=canvas
                    role="img"
                    aria-label=move || picture.with(|it| format!("{} spans in the small", it.forest.len()))
                ></canvas>
                {move || {
                    window.get().map(|(left, right)| {
                        view! {
                            <i class="wf-shade" style:left="0" style:width=percent(left)></i>
                            <i class="wf-shade" style:right="0" style:width=percent(right)></i>
                        }
                    })
                }}
                {move || {
                    dragged().map(|(left, width)| {
                        view! { <i class="wf-drag" style:left=percent(left) style:width=percent(width)></i> }
                    })
                }}
            </div>
        </div>
    }
}

/// The instant at a share of a range.
fn instant(range: TimeRange, share: f64) -> Timestamp {
    range.start + TimeDelta::from_nanos((range.length().nanos() as f64 * share) as i64)
}

/// One fill a service: what costs on a canvas is the number of fills.
fn draw(context: &CanvasRenderingContext2d, picture: &Picture, theme: &Theme, columns: u32, lines: u32) {
    let map = Minimap::of(&picture.forest, &picture.rows, picture.range, columns, lines);
    let n_lines = map.runs.last().map_or(1, |it| it.line + 1);
    let line_px = (f64::from(lines) / f64::from(n_lines)).min(6.0);
    context.clear_rect(0.0, 0.0, f64::from(columns), f64::from(lines));
    for service in 0..picture.forest.services().len() {
        let colour = picture.colours.get(service).copied().unwrap_or(service);
        let color = theme.palette.series_color(colour);
        context.set_fill_style_str(&format!("rgb({} {} {})", color.0, color.1, color.2));
        for run in map.runs.iter().filter(|it| it.service == service) {
            let (left, right) = (f64::from(run.left), f64::from(run.right));
            context.fill_rect(left, f64::from(run.line) * line_px, right - left, (line_px - 0.5).max(1.0));
        }
    }
    let fail = theme.fail;
    context.set_fill_style_str(&format!("rgb({} {} {})", fail.0, fail.1, fail.2));
    for (line, column) in &map.errors {
        context.fill_rect(f64::from(*column) - 1.0, f64::from(*line) * line_px, 3.0, line_px.max(3.0));
    }
}
