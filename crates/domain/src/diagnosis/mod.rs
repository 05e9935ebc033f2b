//! Why a job fails, hangs or is tried again: one sentence that says no more than the evidence does.
//!
//! Rules speak of roles (a stage, a host, an error code) and of words that everybody's software uses for the same
//! trouble, never of one deployment's names.

mod case;
pub(crate) mod http;
mod rules;

use crate::job::{Evidence, Job, JobState};
use crate::system::System;
use case::Case;

/// The likely cause of a job's trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What is wrong, as a sentence without a full stop, such as `docs.example.org answers 403`.
    pub sentence: String,
    /// How sure that is, from 0 (a guess) to 4 (the evidence says it outright).
    pub sure: u8,
    /// What it rests on, as a sentence without a full stop.
    pub why: String,
    /// What would prove it wrong, as a sentence without a full stop.
    pub would_refute: String,
}

/// One way to know a cause from the evidence; `None` where it does not apply.
type Rule = fn(&Case) -> Option<Cause>;

/// The rules, the most telling first: the first that applies names the cause.
const RULES: [Rule; 8] = [
    rules::gpu_memory,
    rules::memory,
    rules::circuit_breaker,
    rules::http_status,
    rules::unreachable,
    rules::timeout,
    rules::killed,
    rules::own_words,
];

/// The cause of a failed, retrying or stuck job; `None` for a job that is well, or when nothing says why it is not.
pub fn cause(system: &System, job: &Job, evidence: &Evidence) -> Option<Cause> {
    let named = Case::new(system, job, evidence).and_then(|case| RULES.iter().find_map(|rule| rule(&case)));
    let cause = match job.state {
        JobState::Done => None,
        JobState::Failed | JobState::Queued | JobState::Running | JobState::Unknown => named,
        JobState::Stuck => rules::stuck(system, job).or(named),
    };
    cause.map(|it| less_sure_for(it, evidence))
}

/// What a source that cannot be asked might know makes everything less sure.
fn less_sure_for(cause: Cause, evidence: &Evidence) -> Cause {
    match evidence.unreachable.first() {
        None => cause,
        Some(source) => Cause {
            sure: cause.sure.saturating_sub(1),
            why: format!("{}; {} could not be asked", cause.why, source.from),
            ..cause
        },
    }
}

#[cfg(test)]
mod tests;
