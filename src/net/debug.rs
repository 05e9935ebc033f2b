//! The plan for the steps of a job's checklists, with the browser's stopwatch.

use std::rc::Rc;

use domain::system::SharedSystem;
use domain::time::TimeDelta;
use inquiry::debug::{DebugInquiry, DebugQuestion, Stopwatch};
use leptos::prelude::window;
use system::lines::LineReader;

/// A plan that runs every step that is meant for the job.
pub fn debug_plan(system: SharedSystem, question: DebugQuestion) -> DebugInquiry {
    let reader = Rc::new(LineReader::new(&system));
    let performance = window().performance();
    let millis = move || performance.as_ref().map_or(0.0, web_sys::Performance::now);
    let stopwatch: Stopwatch = Rc::new(move || TimeDelta::from_secs_f64(millis() / 1_000.0));
    DebugInquiry::new(system, reader, stopwatch, question)
}
