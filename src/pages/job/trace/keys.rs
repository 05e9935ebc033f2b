//! The keys of the trace tab, wherever on the page the focus is: mostly those of Jaeger.

use domain::time::{TimeDelta, TimeRange};
use domain::view_state::Switch;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::find_box::FIND_ID;
use super::model::TraceModel;
use crate::components::keys::is_free;

/// The keys, for the list of them.
pub const KEYS: [(&str, &str); 16] = [
    ("↑ ↓", "next row, when the rows have the focus"),
    ("PgUp PgDn Home End", "a page of rows up, down; the first row, the last"),
    ("← →", "fold, unfold; to the parent, to the first child"),
    ("Enter", "the span in full"),
    ("z", "its time fills the width"),
    ("l", "its events and log lines as rows"),
    ("g", "find spans"),
    ("f b", "next match, previous match"),
    ("[ ]", "unfold everything, fold everything"),
    ("p o", "unfold one level, fold one level"),
    ("e", "errors only"),
    ("c", "critical path"),
    ("i k", "idle time folded; clocks put right"),
    ("t", "statistics"),
    ("w s a d 0", "zoom in, out, left, right, all"),
    ("Shift a d", "five times as far left, right"),
];

/// How far one press goes, as a share of what is shown.
const PAN: f64 = 0.1;
/// What is left of what is shown after one press.
const ZOOM_IN: f64 = 0.7;

/// Listens for as long as the tab is there.
pub(super) fn listen(trace: TraceModel) {
    let listener = window_event_listener(ev::keydown, move |event| {
        if is_free(&event) && act(trace, &event.key()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Does what a key stands for; whether it stands for anything.
fn act(trace: TraceModel, key: &str) -> bool {
    match key {
        "g" => focus_find(),
        "f" => trace.step(true),
        "b" => trace.step(false),
        "]" => trace.reshape(|shape, forest| shape.fold_from(forest, 0)),
        "[" => trace.reshape(|shape, _| shape.unfold_all()),
        "o" => trace.reshape(|shape, forest| shape.fold_one_level(forest)),
        "p" => trace.reshape(|shape, forest| shape.unfold_one_level(forest)),
        "e" => trace.reshape(|shape, _| shape.errors_only = !shape.errors_only),
        "c" => trace.toggle(Switch::Path),
        "i" => trace.toggle(Switch::Idle),
        "k" => trace.toggle(Switch::Clocks),
        "t" => trace.toggle(Switch::Statistics),
        "w" => zoom(trace, ZOOM_IN, 0.0),
        "s" => zoom(trace, 1.0 / ZOOM_IN, 0.0),
        "a" => zoom(trace, 1.0, -PAN),
        "d" => zoom(trace, 1.0, PAN),
        "A" => zoom(trace, 1.0, -5.0 * PAN),
        "D" => zoom(trace, 1.0, 5.0 * PAN),
        "0" => trace.zoom.set(None),
        _ => return false,
    }
    true
}

fn focus_find() {
    let input =
        document().get_element_by_id(FIND_ID).and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(input) = input {
        // Fails only for an element that is gone.
        let _ = input.focus();
    }
}

/// Shows so much of what is shown now, round its middle, moved by a share of it.
fn zoom(trace: TraceModel, scale: f64, shift: f64) {
    let all = trace.range.get_untracked();
    let now = trace.zoom.get_untracked().unwrap_or(all);
    let nanos = |it: f64| TimeDelta::from_nanos(it as i64);
    let length = now.length().nanos() as f64;
    let wanted = (length * scale).clamp(1_000.0, all.length().nanos() as f64);
    let start = now.start + nanos((length - wanted) / 2.0 + length * shift);
    let last_start = all.end - nanos(wanted);
    let start = start.min(last_start).max(all.start);
    let range = TimeRange { start, end: start + nanos(wanted) };
    trace.zoom.set((range.length() < all.length()).then_some(range));
}
