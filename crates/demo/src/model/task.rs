//! A task on its way from the queue to a worker, and small helpers for telling what it does.

use domain::time::{TimeDelta, Timestamp};

use crate::rng::Rng;

/// What a job is made for, when it is made for a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// It waits in the queue until it is released.
    Queued,
    /// It stays with its worker until it is released.
    Running,
    /// Its worker is lost, and nobody hears of it again.
    Stuck,
}

impl Purpose {
    /// In lower case.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Stuck => "stuck",
        }
    }
}

/// A task, as it lies in the queue.
#[derive(Debug)]
pub(crate) struct Task<L> {
    /// The job's place in the ledger.
    pub(crate) job: usize,
    /// The broker's id of it.
    pub(crate) id: String,
    /// Its chance.
    pub(crate) rng: Rng,
    /// Retries so far.
    pub(crate) retries: u32,
    /// When it was put into the queue.
    pub(crate) queued: Timestamp,
    /// What it is made for, if for a test.
    pub(crate) purpose: Option<Purpose>,
    /// What its deployment knows of it.
    pub(crate) load: L,
}

/// Where a story has got to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(pub(crate) Timestamp);

impl Clock {
    /// Some time passes; gives when that is.
    pub(crate) fn after(&mut self, rng: &mut Rng, low_secs: f64, high_secs: f64) -> Timestamp {
        self.passes(rng.between(low_secs, high_secs))
    }

    /// So much time passes; gives when that is.
    pub(crate) fn passes(&mut self, secs: f64) -> Timestamp {
        self.0 = self.0 + TimeDelta::from_secs_f64(secs);
        self.0
    }

    /// It is at least then.
    pub(crate) fn not_before(&mut self, at: Option<Timestamp>) {
        self.0 = at.map_or(self.0, |at| self.0.max(at));
    }
}

/// Python's traceback of one frame in the application.
pub(crate) fn traceback(file: &str, line: u32, function: &str, error: &str) -> String {
    format!("Traceback (most recent call last):\n  File \"{file}\", line {line}, in {function}\n{error}")
}
