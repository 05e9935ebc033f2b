//! What a deployment knows about its own troubles: rules of diagnosis, runbooks, and limits that only it can name.

use super::{Condition, Role};
use crate::time::TimeDelta;

/// How a deployment's own troubles are known, and what to do about any.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DiagnosisRules {
    /// Its own rules, the most telling first.
    pub rules: Vec<CauseRule>,
    /// What to do about a cause that a built-in rule names: the rule's name and the runbook's text.
    pub runbooks: Vec<(String, String)>,
    /// After how long the broker hands a task out again that nobody has acknowledged; `None` where it never does, or
    /// where nobody has said.
    pub visibility_timeout: Option<TimeDelta>,
}

/// One of the deployment's own rules: a cause, and how it is known from a line or a span.
#[derive(Clone, Debug, PartialEq)]
pub struct CauseRule {
    /// What it is called.
    pub name: String,
    /// All of these must hold for one line or one span.
    pub when: Vec<Condition>,
    /// What is wrong, as a sentence without a full stop, in parts.
    pub sentence: Vec<SentencePart>,
    /// How sure that is, from 1 (a guess) to 4 (the evidence says it outright).
    pub confidence: u8,
    /// What would prove it wrong, as a sentence without a full stop.
    pub would_refute: String,
    /// What to do about it.
    pub runbook: Option<String>,
}

/// A part of a sentence that is filled in for each job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SentencePart {
    /// These words.
    Text(String),
    /// The name of the stage.
    Stage,
    /// The host that the failing work was talking to.
    Host,
    /// What the piece says in a role, and what the file calls the role: a capture of that name goes before.
    Role(Role, String),
}

impl DiagnosisRules {
    /// What to do about a cause that a built-in rule names.
    pub fn runbook(&self, rule: &str) -> Option<&str> {
        self.runbooks.iter().find(|(name, _)| name == rule).map(|(_, text)| text.as_str())
    }
}
