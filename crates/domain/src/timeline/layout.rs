//! From a job to lanes: which bar and which tick stands in which row.

use super::{FoldedAxis, Folding, Timeline};
use crate::job::{Evidence, Job};
use crate::system::System;
use crate::time::{TimeDelta, TimeRange, Timestamp};

/// Lays a job out on one axis, as it stands at `now`.
pub fn lay_out(
    system: &System,
    job: &Job,
    evidence: &Evidence,
    now: Timestamp,
    folding: Folding,
) -> Timeline {
    let _ = (system, evidence, folding);
    let start = job.submitted.map_or(now, |it| it.at);
    let range = TimeRange { start, end: job.last_seen.unwrap_or(now).max(start + TimeDelta::from_millis(1)) };
    Timeline {
        range,
        lanes: Vec::new(),
        axis: FoldedAxis { corners: vec![(range.start, 0.0), (range.end, 1.0)], folds: Vec::new() },
        now: None,
    }
}
