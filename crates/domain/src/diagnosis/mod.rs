//! Why a job fails, hangs or is tried again: one sentence that says no more than the evidence does.

pub(crate) mod http;

use crate::job::{Evidence, Job};
use crate::system::System;

/// The likely cause of a job's trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What is wrong, as a sentence without a full stop, such as `docs.example.org answers 403`.
    pub sentence: String,
    /// How sure that is, from 0 (a guess) to 4 (the evidence says it outright).
    pub sure: u8,
    /// What it rests on, as a sentence.
    pub why: String,
    /// What would prove it wrong, as a sentence.
    pub would_refute: String,
}

/// The cause of a failed, retrying or stuck job; `None` for a job that is well, or when nothing says why it is not.
pub fn cause(system: &System, job: &Job, evidence: &Evidence) -> Option<Cause> {
    let _ = (system, evidence);
    let failure = job.failure.as_ref()?;
    Some(Cause {
        sentence: failure.message.clone().or_else(|| failure.code.clone())?,
        sure: 2,
        why: "this is the failure's own message".to_owned(),
        would_refute: "another error before it".to_owned(),
    })
}
