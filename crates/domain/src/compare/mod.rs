//! Two jobs side by side: which stages took longer, are missing or new, which attributes differ, which lines only one has.
//!
//! The job that is looked at is *this* one; *the other* is what it is held against, such as the last good one.

mod attributes;
mod lines;
mod stages;

pub use attributes::AttributeDiff;
pub use lines::LinePattern;
pub use stages::{Change, LEAST, LONGER, StageDiff, StageTimes};

use crate::job::{Evidence, Job};
use crate::system::System;
use crate::time::{TimeDelta, Timestamp};

/// A job and what it was put together from.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The job.
    pub job: &'a Job,
    /// Its evidence.
    pub evidence: &'a Evidence,
}

/// How a job differs from another.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// How long each took, from submission to end or to now.
    pub totals: (Option<TimeDelta>, Option<TimeDelta>),
    /// Every stage that either reached, in the pipeline's order.
    pub stages: Vec<StageDiff>,
    /// What both say and say differently, by name.
    pub attributes: Vec<AttributeDiff>,
    /// Kinds of lines that only this job has, in order of their first.
    pub only_in_this: Vec<LinePattern>,
    /// Kinds of lines that only the other has, in order of their first.
    pub only_in_other: Vec<LinePattern>,
}

impl Comparison {
    /// Whether nothing was found that differs.
    pub fn is_same(&self) -> bool {
        self.stages.iter().all(|it| it.change == Change::Same)
            && self.attributes.is_empty()
            && self.only_in_this.is_empty()
            && self.only_in_other.is_empty()
    }
}

/// Holds a job against another, both as they stand at `now`.
pub fn compare(system: &System, this: Side, other: Side, now: Timestamp) -> Comparison {
    let (only_in_this, only_in_other) = lines::only_in_one(this, other);
    Comparison {
        totals: (this.job.total(now), other.job.total(now)),
        stages: stages::differences(system, this.job, other.job, now),
        attributes: attributes::differences(system, this, other),
        only_in_this,
        only_in_other,
    }
}

#[cfg(test)]
mod tests;
