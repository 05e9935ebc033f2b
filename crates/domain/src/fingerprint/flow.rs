//! Flow conservation: every job that was there is done, failed, in flight or stuck, or nobody can account for it.

use super::Counted;
use crate::ids::{IdMap, JobId, StageId};
use crate::job::JobState;
use crate::time::{TimeRange, Timestamp};

/// What became of the jobs of a range. All parts together are `before` and `submitted`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The range.
    pub range: TimeRange,
    /// Jobs that were submitted earlier, and of which the range still saw something.
    pub before: usize,
    /// Jobs that were submitted in it.
    pub submitted: usize,
    /// Of both, how many succeeded.
    pub done: usize,
    /// How many failed.
    pub failed: usize,
    /// How many wait in a queue.
    pub queued: usize,
    /// How many are at work.
    pub running: usize,
    /// Those that show no sign of life, the longest first.
    pub stuck: Vec<StuckJob>,
    /// Those of which nothing says what became of them, the oldest first.
    pub unaccounted: Vec<JobId>,
}

impl Flow {
    /// How many are queued or running.
    pub const fn in_flight(&self) -> usize {
        self.queued + self.running
    }
}

/// A job that shows no sign of life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StuckJob {
    /// The job.
    pub id: JobId,
    /// Where it was seen last.
    pub stage: Option<StageId>,
    /// When it was seen last.
    pub since: Option<Timestamp>,
}

/// What became of the jobs of a range, by their states; each job is counted once.
///
/// A job of a system that tells of no submissions is counted by its first sign.
pub fn flow<S: Counted>(samples: &[S], range: TimeRange) -> Flow {
    let mut flow = Flow {
        range,
        before: 0,
        submitted: 0,
        done: 0,
        failed: 0,
        queued: 0,
        running: 0,
        stuck: Vec::new(),
        unaccounted: Vec::new(),
    };
    let touches = |it: &&S| {
        it.at().is_some_and(|at| at < range.end) && it.over_at().max(it.last_seen()) >= Some(range.start)
    };
    let mut newest: IdMap<&JobId, &S> = IdMap::default();
    newest.reserve(samples.len());
    for sample in samples.iter().filter(touches) {
        let known = newest.entry(sample.id()).or_insert(sample);
        if known.last_seen() < sample.last_seen() {
            *known = sample;
        }
    }
    let mut unaccounted: Vec<&S> = Vec::new();
    for sample in newest.into_values() {
        match sample.is_from_before(range.start) {
            true => flow.before += 1,
            false => flow.submitted += 1,
        }
        match sample.state() {
            JobState::Done => flow.done += 1,
            JobState::Failed => flow.failed += 1,
            JobState::Queued => flow.queued += 1,
            JobState::Running => flow.running += 1,
            JobState::Stuck => flow.stuck.push(StuckJob {
                id: sample.id().clone(),
                stage: sample.stage().cloned(),
                since: sample.last_seen(),
            }),
            JobState::Unknown => unaccounted.push(sample),
        }
    }
    flow.stuck.sort_by(|a, b| (a.since, &a.id).cmp(&(b.since, &b.id)));
    unaccounted.sort_by_key(|it| (it.at(), it.id()));
    flow.unaccounted = unaccounted.into_iter().map(|it| it.id().clone()).collect();
    flow
}
