//! The pointer over a chart: it moves the crosshair, drags a range, and opens exemplars.

use domain::time::TimeRange;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

use super::shared::{Chart, Selection};

/// A press that moves less than this is a click.
const MIN_DRAG_CSS_PX: f64 = 4.0;

/// What the pointer is at.
#[derive(Clone, Copy)]
pub(super) struct Drag {
    /// Whether a click would open an exemplar's trace.
    pub(super) over_exemplar: RwSignal<bool>,
}

impl Default for Drag {
    fn default() -> Self {
        Self { over_exemplar: RwSignal::new(false) }
    }
}

pub(super) fn down(chart: Chart, _: Drag, event: &PointerEvent) {
    let Some((element, (x, _))) = place(event) else { return };
    // A finger moves the crosshair; only a mouse or a pen drags a range.
    if event.button() != 0 || event.pointer_type() == "touch" {
        chart.point_at(x);
        return;
    }
    // Refused only when the pointer has already been let go.
    let _ = element.set_pointer_capture(event.pointer_id());
    chart.selection.set(Some(Selection { from_css_px: x, to_css_px: x }));
}

pub(super) fn moved(chart: Chart, drag: Drag, event: &PointerEvent) {
    let Some((_, (x, y))) = place(event) else { return };
    chart.point_at(x);
    match chart.selection.get_untracked() {
        Some(selection) => {
            chart.selection.set(Some(Selection { to_css_px: kept_inside(chart, x), ..selection }))
        }
        None => {
            let is_over = chart.trace_at((x, y)).is_some();
            if drag.over_exemplar.get_untracked() != is_over {
                drag.over_exemplar.set(is_over);
            }
        }
    }
}

pub(super) fn up(chart: Chart, _: Drag, event: &PointerEvent) {
    let selection = chart.selection.get_untracked();
    cancel(chart);
    let Some((_, point)) = place(event) else { return };
    match selection {
        Some(selection) if selection.span().1 >= MIN_DRAG_CSS_PX => {
            let (left, width) = selection.span();
            if let (Some(start), Some(end)) = (chart.time_at(left), chart.time_at(left + width))
                && start < end
            {
                chart.on_zoom.run(TimeRange { start, end });
            }
        }
        Some(_) | None => {
            if let Some(trace) = chart.trace_at(point) {
                chart.on_exemplar.run(trace);
            }
        }
    }
}

pub(super) fn cancel(chart: Chart) {
    if chart.selection.get_untracked().is_some() {
        chart.selection.set(None);
    }
}

pub(super) fn leave(chart: Chart, drag: Drag) {
    drag.over_exemplar.set(false);
    if chart.selection.get_untracked().is_none() {
        chart.move_crosshair(None);
    }
}

/// The element that listens, and the point in it, in CSS pixels from its upper left corner.
fn place(event: &PointerEvent) -> Option<(Element, (f64, f64))> {
    let element: Element = event.current_target()?.dyn_into().ok()?;
    let edge = element.get_bounding_client_rect();
    let point = (f64::from(event.client_x()) - edge.left(), f64::from(event.client_y()) - edge.top());
    Some((element, point))
}

fn kept_inside(chart: Chart, x_css_px: f64) -> f64 {
    let dpr = chart.dpr.get_untracked();
    let edges = chart.drawing.with_untracked(|it| it.as_ref().map(|it| (it.plot.left, it.plot.right)));
    edges.map_or(x_css_px, |(left, right)| x_css_px.clamp(f64::from(left) / dpr, f64::from(right) / dpr))
}
