//! What the list covers, in a sentence, and the button that reads on.

use domain::format::{self, Precision, clock_beside};
use domain::job::JobState;
use domain::system::Unit;
use domain::view_state::Tab;
use inquiry::jobs::{JobsReport, LINES_AT_FIRST};
use leptos::prelude::*;

use super::model::Model;
use crate::state::{Clock, Memo};

#[component]
pub(super) fn Cover(model: Model) -> impl IntoView {
    let sentence = Memo::new(move |_| {
        let is_running = model.is_waiting();
        let report = model.report.get()?;
        Some(covered(&report, is_running, model.clock))
    });
    let share = Memo::new(move |_| {
        model.report.with(|it| {
            it.as_ref().map(|it| {
                let whole = it.range.length().as_secs_f64().max(1e-3);
                ((it.range.end - it.complete_from).as_secs_f64() / whole).clamp(0.0, 1.0)
            })
        })
    });
    let is_reading = Memo::new(move |_| model.is_waiting() && share.get().is_some_and(|it| it < 1.0));
    let can_go_on = Memo::new(move |_| {
        !model.is_waiting() && model.report.with(|it| it.as_ref().is_some_and(|it| it.is_cut))
    });
    let asks_for_stuck = move || {
        model.shows_state(Some(JobState::Stuck)) && model.view.state().with(|it| it.tab != Tab::Failures)
    };
    let counted = move || model.report.with(|it| it.as_ref().map(|it| how_counted(it)));
    view! {
        <footer class="jobs-cover">
            <span role="status">{move || sentence.get()}</span>
            <Show when=move || is_reading.get()>
                <span class="jobs-bar" aria-hidden="true">
                    <i style:width=move || format!("{:.0}%", share.get().unwrap_or_default() * 100.0)></i>
                </span>
            </Show>
            <Show when=move || can_go_on.get()>
                <button type="button" on:click=move |_| model.max_lines.update(|it| *it += LINES_AT_FIRST)>
                    {"Read further back"}
                </button>
            </Show>
            <Show when=asks_for_stuck>
                <a href=move || model.view.href(|it| it.tab = Tab::Failures)>{"Which began before this time and still hang"}</a>
            </Show>
            <span class="dim">{counted}</span>
        </footer>
    }
}

/// `All 1 204 jobs of this time`, or `Newest 500 of about 12 000, complete back to 13:20; still reading`.
fn covered(report: &JobsReport, is_running: bool, clock: Clock) -> String {
    let n = report.rows.len();
    let jobs = if n == 1 { "job" } else { "jobs" };
    let count = format::exact(n as f64, Unit::None);
    if report.is_complete() {
        let reading = if is_running { "; still looking for traces" } else { "" };
        return format!("All {count} {jobs} of this time{reading}.");
    }
    let offset_secs = clock.offset_secs(report.complete_from);
    let back = clock_beside(report.complete_from, report.range.end, offset_secs, Precision::Minutes);
    let of = match report.estimate.as_ref().filter(|it| it.jobs > n as f64) {
        Some(estimate) => format!(" of about {}", format::value(estimate.jobs.round(), Unit::None)),
        None => String::new(),
    };
    let rest = match (is_running, report.failures.is_empty()) {
        (true, _) => "; still reading",
        (false, false) => "; what is older could not be read",
        (false, true) => "",
    };
    format!("Newest {count}{of}, complete back to {back}{rest}.")
}

/// Where the numbers come from: what was counted, and what is somebody else's estimate.
fn how_counted(report: &JobsReport) -> String {
    let lines = format::exact(report.n_lines as f64, Unit::None);
    let from = if report.has_traces { "lines and traces" } else { "lines alone" };
    let rows = format!("Counts are exact for what was read: {lines} lines; rows come from {from}.");
    match &report.estimate {
        Some(it) => {
            let about = format::value(it.jobs.round(), Unit::None);
            // It may count tasks, each time anew, or only some kinds of jobs: the query says what.
            format!("{rows} To compare, {} gives about {about} for {}.", it.source.name(), it.query)
        }
        None => rows,
    }
}
