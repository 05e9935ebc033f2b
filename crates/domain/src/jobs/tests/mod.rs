//! Lists of written-out evidence: which jobs it tells of, and what can be asked of the rows.

mod asked;
mod grouped;
mod held;
mod laws;

use std::sync::Arc;

use super::{JobList, JobRow, Rows};
use crate::logs::EventKind;
use crate::system::{EventRule, EventStage, Role, SharedSystem};
use crate::testing::{at, evidence, pipeline};

/// The pipeline of the tests, where tasks and then traces stand in for a job's id.
fn system() -> SharedSystem {
    let mut system = pipeline();
    system.jobs.fallback_keys = vec![Role::TaskId, Role::Trace];
    let submitted = EventRule { kind: EventKind::JobSubmitted, when: Vec::new(), stage: EventStage::Job };
    system.logs.events = vec![submitted];
    Arc::new(system)
}

/// The rows of written-out evidence at a time of day.
#[track_caller]
fn rows(now: &str, text: &str) -> Rows {
    let system = system();
    let found = evidence(&system, text);
    let mut list = JobList::new(system);
    found.lines.into_iter().for_each(|it| list.add_line(it));
    found.traces.into_iter().for_each(|it| list.add_trace(it));
    list.judge(at(now), &[]);
    list.rows()
}

/// Rows in words: one each.
fn show(rows: &[Arc<JobRow>]) -> Vec<String> {
    let one = |it: &Arc<JobRow>| {
        let stage = it.telling_stage().map_or("-", |it| it.as_str());
        let error = it.error_code.as_deref().unwrap_or("-");
        format!("{} {} {stage} {error} ×{} {} lines", it.id, it.state.name(), it.attempts, it.n_lines)
    };
    rows.iter().map(one).collect()
}

#[track_caller]
fn check(now: &str, text: &str, expected: &[&str]) {
    assert_eq!(show(&rows(now, text)), expected);
}
