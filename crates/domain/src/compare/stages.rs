//! Stages of two jobs, aligned.

use crate::ids::StageId;
use crate::job::{Job, StageRun, StageState};
use crate::system::System;
use crate::time::{TimeDelta, Timestamp};

/// How many times as long is longer, and not the usual coming and going.
pub const LONGER: f64 = 1.5;
/// Less than this is no difference that a person would look for.
pub const LEAST: TimeDelta = TimeDelta::from_millis(500);

/// A stage in two jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct StageDiff {
    /// The stage.
    pub stage: StageId,
    /// Its name for people.
    pub title: String,
    /// In this job; `None` where it was not reached.
    pub this: Option<StageTimes>,
    /// In the other.
    pub other: Option<StageTimes>,
    /// What is different.
    pub change: Change,
}

/// Where a stage's time went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageTimes {
    /// How it stands.
    pub state: StageState,
    /// All attempts together; what goes on counts up to now.
    pub worked: TimeDelta,
    /// All time in the queue together; what goes on counts up to now.
    pub waited: TimeDelta,
    /// All time between attempts of which nobody tells how much was the queue's.
    pub between: TimeDelta,
    /// How many attempts there were.
    pub n_attempts: usize,
}

impl StageTimes {
    /// All of it.
    pub fn all(&self) -> TimeDelta {
        self.worked + self.waited + self.between
    }
}

/// What is different about a stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// Nothing that counts.
    Same,
    /// Only the other job reached it.
    Missing,
    /// Only this job reached it.
    New,
    /// It ended otherwise.
    EndedOtherwise,
    /// The work took longer: how many times.
    WorkedLonger(f64),
    /// The work took less.
    WorkedShorter(f64),
    /// It waited longer: how many times; infinite where the other did not wait.
    WaitedLonger(f64),
    /// It waited less.
    WaitedShorter(f64),
}

/// Every stage that either job reached, in the pipeline's order.
pub(super) fn differences(system: &System, this: &Job, other: &Job, now: Timestamp) -> Vec<StageDiff> {
    let mut ids: Vec<&StageId> = this.stages.iter().map(|it| &it.stage).collect();
    for run in &other.stages {
        if !ids.contains(&&run.stage) {
            ids.push(&run.stage);
        }
    }
    // Stages beside the pipeline come as either job saw them: the system file's order first, then by name.
    let place = |id: &StageId| system.stages.iter().position(|it| it.id == *id).unwrap_or(usize::MAX);
    ids.sort_by_key(|id| {
        (system.stage(id).is_none_or(|it| !it.in_pipeline), place(id), id.as_str().to_owned())
    });
    let diff = |id: &StageId| {
        let (this, other) = (times(this, id, now), times(other, id, now));
        let change = match (this, other) {
            (None, None) => return None,
            (None, Some(_)) => Change::Missing,
            (Some(_), None) => Change::New,
            (Some(this), Some(other)) => change(this, other),
        };
        let title = system.stage(id).map_or_else(|| id.to_string(), |it| it.title.clone());
        Some(StageDiff { stage: id.clone(), title, this, other, change })
    };
    ids.into_iter().filter_map(diff).collect()
}

fn times(job: &Job, id: &StageId, now: Timestamp) -> Option<StageTimes> {
    let run = job.stage(id).filter(|it| it.state != StageState::Never)?;
    let until = job.ended.map_or(now, |it| it.at);
    let sum = |spans: Vec<(Timestamp, Timestamp)>| {
        spans.into_iter().fold(TimeDelta::ZERO, |sum, (from, to)| sum + (to - from).max(TimeDelta::ZERO))
    };
    let worked =
        run.attempts.iter().map(|it| (it.start, it.end.unwrap_or_else(|| open_end(run, it.start, until))));
    let waited = run.waits.iter().filter_map(|it| Some((it.in_queue_since()?, it.end.unwrap_or(until))));
    let between = run.waits.iter().filter(|it| it.in_queue_since().is_none());
    let between = between.map(|it| (it.start, it.end.unwrap_or(until)));
    Some(StageTimes {
        state: run.state,
        worked: sum(worked.collect()),
        waited: sum(waited.collect()),
        between: sum(between.collect()),
        n_attempts: run.attempts.len(),
    })
}

/// An attempt of which nobody says how it ended lasts until the next begins, and the last until the job's end.
fn open_end(run: &StageRun, start: Timestamp, until: Timestamp) -> Timestamp {
    run.attempts.iter().map(|it| it.start).find(|it| *it > start).unwrap_or(until)
}

fn change(this: StageTimes, other: StageTimes) -> Change {
    let ended = |it: StageTimes| matches!(it.state, StageState::Done | StageState::Failed);
    if this.state != other.state && (ended(this) || ended(other)) {
        return Change::EndedOtherwise;
    }
    let (work, wait) = (ratio(this.worked, other.worked), ratio(this.waited, other.waited));
    match (work, wait) {
        (Some(work), wait)
            if wait.is_none() || moved(this.worked, other.worked) >= moved(this.waited, other.waited) =>
        {
            if work > 1.0 {
                Change::WorkedLonger(work)
            } else {
                Change::WorkedShorter(work)
            }
        }
        (_, Some(wait)) if wait > 1.0 => Change::WaitedLonger(wait),
        (_, Some(wait)) => Change::WaitedShorter(wait),
        (_, None) => Change::Same,
    }
}

fn moved(a: TimeDelta, b: TimeDelta) -> i64 {
    (a.nanos() - b.nanos()).abs()
}

/// How many times as long; `None` where that is no difference.
fn ratio(this: TimeDelta, other: TimeDelta) -> Option<f64> {
    let times = this.as_secs_f64() / other.as_secs_f64();
    let is_much = times >= LONGER || times <= 1.0 / LONGER;
    (is_much && moved(this, other) >= LEAST.nanos()).then_some(times)
}
