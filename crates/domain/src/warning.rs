//! What went less than well and did not stop the rest: a partial answer is a value and its warnings.

use std::fmt;

/// One thing that a person must know about what is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Who it came from, such as `Tempo` or `the system file`.
    pub from: String,
    /// What is missing or doubtful, as a sentence without a full stop.
    pub text: String,
}

impl Warning {
    /// A warning from someone.
    pub fn new(from: impl Into<String>, text: impl Into<String>) -> Self {
        Self { from: from.into(), text: text.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.from, self.text)
    }
}
