//! The pointer over a scatter: it says what it is at, brushes over a part, and opens dots.

use std::sync::Arc;

use charts::ScatterDrawing;
use domain::time::TimeRange;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

use super::Brushed;

/// A press that moves less than this is a click, and a brush that is less high is about time alone.
const MIN_DRAG_CSS_PX: f64 = 6.0;
/// How near the pointer must be to a dot.
const REACH_CSS_PX: f64 = 8.0;

/// What the parts of one scatter share.
#[derive(Clone, Copy)]
pub(super) struct Brush {
    pub(super) drawing: RwSignal<Option<Arc<ScatterDrawing>>>,
    pub(super) dpr: Signal<f64>,
    /// What is being brushed over.
    pub(super) selection: RwSignal<Option<Selection>>,
    /// The dot that the pointer is at.
    pub(super) under: RwSignal<Option<usize>>,
}

/// Two corners in CSS pixels, in whichever order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Selection {
    from: (f64, f64),
    to: (f64, f64),
    height: f64,
}

/// What a press meant.
pub(super) enum Act {
    Brush(Brushed),
    Open(usize),
}

impl Selection {
    /// Left edge and width.
    pub(super) fn across(self) -> (f64, f64) {
        let left = self.from.0.min(self.to.0);
        (left, self.from.0.max(self.to.0) - left)
    }

    /// Upper edge and height: all of it while only time is meant.
    pub(super) fn down(self) -> (f64, f64) {
        if self.is_time_only() {
            return (0.0, self.height);
        }
        let top = self.from.1.min(self.to.1);
        (top, self.from.1.max(self.to.1) - top)
    }

    fn is_time_only(self) -> bool {
        (self.from.1 - self.to.1).abs() < MIN_DRAG_CSS_PX
    }

    fn is_click(self) -> bool {
        self.is_time_only() && (self.from.0 - self.to.0).abs() < MIN_DRAG_CSS_PX
    }
}

impl Brush {
    /// Where the selection begins along an axis, and how long it is.
    pub(super) fn span(self, along: fn(Selection) -> (f64, f64)) -> (f64, f64) {
        self.selection.get().map_or((0.0, 0.0), along)
    }

    pub(super) fn down(self, event: &PointerEvent) {
        let Some((element, at)) = place(event) else { return };
        if event.button() != 0 || event.pointer_type() == "touch" {
            self.point_at(at);
            return;
        }
        // Refused only when the pointer has already been let go.
        let _ = element.set_pointer_capture(event.pointer_id());
        self.selection.set(Some(Selection { from: at, to: at, height: f64::from(element.client_height()) }));
    }

    pub(super) fn moved(self, event: &PointerEvent) {
        let Some((_, at)) = place(event) else { return };
        match self.selection.get_untracked() {
            Some(selection) => self.selection.set(Some(Selection { to: at, ..selection })),
            None => self.point_at(at),
        }
    }

    pub(super) fn up(self, event: &PointerEvent) -> Option<Act> {
        let selection = self.selection.get_untracked();
        self.cancel();
        let (_, at) = place(event)?;
        let Some(selection) = selection.filter(|it| !it.is_click()) else {
            return self.dot_at(at).map(Act::Open);
        };
        let (left, width) = selection.across();
        let (top, height) = selection.down();
        let dpr = self.dpr.get_untracked();
        self.drawing.with_untracked(|it| {
            let it = it.as_ref()?;
            let (start, end) = (it.time_at(left * dpr), it.time_at((left + width) * dpr));
            let lengths = || (it.length_at((top + height) * dpr), it.length_at(top * dpr));
            let lengths = (!selection.is_time_only()).then(lengths);
            (start < end).then_some(Act::Brush(Brushed { range: TimeRange { start, end }, lengths }))
        })
    }

    pub(super) fn cancel(self) {
        if self.selection.get_untracked().is_some() {
            self.selection.set(None);
        }
    }

    pub(super) fn leave(self) {
        if self.under.get_untracked().is_some() {
            self.under.set(None);
        }
    }

    fn point_at(self, at: (f64, f64)) {
        let under = self.dot_at(at);
        if self.under.get_untracked() != under {
            self.under.set(under);
        }
    }

    fn dot_at(self, (x, y): (f64, f64)) -> Option<usize> {
        let dpr = self.dpr.get_untracked();
        self.drawing.with_untracked(|it| it.as_ref()?.dot_at(x * dpr, y * dpr, REACH_CSS_PX * dpr))
    }
}

/// The element that listens, and where in it the pointer is.
fn place(event: &PointerEvent) -> Option<(Element, (f64, f64))> {
    let element: Element = event.current_target()?.dyn_into().ok()?;
    let bounds = element.get_bounding_client_rect();
    let at = (f64::from(event.client_x()) - bounds.left(), f64::from(event.client_y()) - bounds.top());
    Some((element, at))
}
