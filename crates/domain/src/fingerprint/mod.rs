//! Which failures are the same one, in how many jobs, since when, and what the failing jobs have in common.

mod by_time;
mod counted;
mod counts;
mod failures;
mod flow;
mod lift;
mod normalise;
mod sample;
mod significance;

pub use by_time::{VersionSeen, tell_versions};
pub use counted::Counted;
pub(crate) use counted::has_failed;
pub use counts::{Group, Since, groups};
pub use failures::{Failures, GroupTold, failures};
pub use flow::{Flow, StuckJob, flow};
pub use lift::{Good, Lift};
pub use normalise::template;
pub use sample::JobSample;
pub(crate) use sample::own_fields;

use std::fmt;

use crate::ids::StageId;
use crate::job::Failure;
use crate::logs::Fnv;

/// What a failure is known by: equal ones are the same trouble, whatever ids, numbers and addresses it speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    /// The stage.
    pub stage: Option<StageId>,
    /// The error's code.
    pub code: Option<String>,
    /// The exception's type, without the modules that it stands in.
    pub exception: Option<String>,
    /// The message without what differs from job to job; empty where the failure has none.
    pub template: String,
}

impl Fingerprint {
    /// What a failure is known by.
    pub fn of(failure: &Failure) -> Self {
        let exception = failure.exception.as_deref().map(|it| it.rsplit(['.', ':']).next().unwrap_or(it));
        Self {
            stage: failure.stage.clone(),
            code: failure.code.clone(),
            exception: exception.filter(|it| !it.is_empty()).map(str::to_owned),
            template: failure.message.as_deref().map(template).unwrap_or_default(),
        }
    }

    /// Whether both are the same error, wherever it came up.
    pub fn is_same_error(&self, other: &Self) -> bool {
        (&self.code, &self.exception, &self.template) == (&other.code, &other.exception, &other.template)
    }

    /// The same in 16 hex digits, the same on every run and machine: what a URL holds.
    pub fn key(&self) -> String {
        let mut hash = Fnv::new();
        let stage = self.stage.as_ref().map_or("", |it| it.as_str());
        let texts = [stage, self.code.as_deref().unwrap_or(""), self.exception.as_deref().unwrap_or("")];
        texts.into_iter().chain([self.template.as_str()]).for_each(|it| hash.write(it.as_bytes()));
        format!("{:016x}", hash.value())
    }
}

/// For people: the code, the exception and the message, as far as they say different things.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<&str> = Vec::new();
        for part in [self.code.as_deref(), self.exception.as_deref(), Some(self.template.as_str())] {
            let part = part.unwrap_or_default();
            if !part.is_empty() && !parts.iter().any(|it| it.contains(part)) {
                parts.push(part);
            }
        }
        match parts.is_empty() {
            true => f.write_str("no code, exception or message"),
            false => f.write_str(&parts.join(": ")),
        }
    }
}

#[cfg(test)]
mod tests;
