//! What has to be asked around a job in trouble: the metrics that rules of diagnosis look at.

use domain::diagnosis::{SIGNALS, Signal};
use domain::job::{Job, JobState};
use domain::system::{MetricRole, System};
use domain::time::{TimeDelta, TimeRange, Timestamp};

use crate::panels::{Panel, PanelsQuestion};

/// How much earlier than the trouble metrics are looked at: what leads to it comes before.
const BEFORE: TimeDelta = TimeDelta::from_secs(30 * 60);
/// How much later: scrapes and rates lag.
const AFTER: TimeDelta = TimeDelta::from_secs(10 * 60);
/// Points of a series: one for each scrape of that time, and more than any rule needs.
const MAX_POINTS: u32 = 240;

/// The time around a job's trouble: around its failure, or from its last sign of life on.
pub fn around(job: &Job, now: Timestamp) -> TimeRange {
    let at = job.failure.as_ref().map(|it| it.at).or(job.last_seen).unwrap_or(now).min(now);
    let end = if job.state == JobState::Stuck { now } else { (at + AFTER).min(now) };
    TimeRange::between(at - BEFORE, end)
}

/// The metrics of a system that rules look at, around a job's trouble; `None` where the system names none.
pub fn signals_question(system: &System, job: &Job, now: Timestamp) -> Option<PanelsQuestion> {
    let roles: Vec<MetricRole> = SIGNALS.into_iter().filter(|role| system.metric(*role).is_some()).collect();
    let question = PanelsQuestion { roles, range: around(job, now), max_points: MAX_POINTS };
    (!question.roles.is_empty()).then_some(question)
}

/// What the answered panels show.
pub fn signals(panels: &[Panel]) -> Vec<Signal> {
    let shown = panels.iter().filter(|it| !it.is_waiting && it.failure.is_none());
    let signal = |it: &Panel| Signal {
        role: Some(it.role),
        title: it.metric.as_ref().map(|it| it.title.clone()).unwrap_or_default(),
        series: it.series.clone(),
    };
    shown.map(signal).collect()
}
