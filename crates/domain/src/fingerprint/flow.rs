//! Flow conservation: every job that was submitted is done, failed, in flight or stuck, or nobody can account for it.

use super::JobSample;
use crate::ids::{JobId, StageId};
use crate::job::JobState;
use crate::time::{TimeRange, Timestamp};

/// What became of the jobs that were submitted in a range. The parts add up to `submitted`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The range.
    pub range: TimeRange,
    /// Jobs that were submitted in it.
    pub submitted: usize,
    /// Of these, how many succeeded.
    pub done: usize,
    /// How many failed.
    pub failed: usize,
    /// How many are queued or running.
    pub in_flight: usize,
    /// Those that show no sign of life, the longest first.
    pub stuck: Vec<StuckJob>,
    /// Those of which nothing says what became of them, the oldest first.
    pub unaccounted: Vec<JobId>,
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

/// What became of the jobs that were submitted in `range`, by their states; each job is counted once.
///
/// A job whose submission nothing tells of is counted by its first sign.
pub fn flow(samples: &[JobSample], range: TimeRange) -> Flow {
    let mut flow = Flow {
        range,
        submitted: 0,
        done: 0,
        failed: 0,
        in_flight: 0,
        stuck: Vec::new(),
        unaccounted: Vec::new(),
    };
    let mut inside: Vec<&JobSample> =
        samples.iter().filter(|it| it.at().is_some_and(|at| range.contains(at))).collect();
    inside.sort_by(|a, b| (&a.id, b.last_seen).cmp(&(&b.id, a.last_seen)));
    inside.dedup_by(|a, b| a.id == b.id);
    inside.sort_by_key(|it| it.at());
    for sample in inside {
        flow.submitted += 1;
        match sample.state {
            JobState::Done => flow.done += 1,
            JobState::Failed => flow.failed += 1,
            JobState::Queued | JobState::Running => flow.in_flight += 1,
            JobState::Stuck => flow.stuck.push(StuckJob {
                id: sample.id.clone(),
                stage: sample.stage.clone(),
                since: sample.last_seen,
            }),
            JobState::Unknown => flow.unaccounted.push(sample.id.clone()),
        }
    }
    flow.stuck.sort_by_key(|it| it.since);
    flow
}
