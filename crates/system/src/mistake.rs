//! A mistake in a file that a person wrote: where, what, and what to do about it.

use std::fmt;

/// One mistake in a system file or in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it stands, such as `stages[2].service`; empty for the file as a whole.
    pub path: String,
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
    /// What to write instead, as a sentence without a full stop.
    pub next_step: String,
}

impl Mistake {
    /// A mistake at a path.
    pub fn new(path: impl fmt::Display, what: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { path: path.to_string(), what: what.into(), next_step: next_step.into() }
    }
}

/// `stages[2].service: no service “scrapper”; write scraper`
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "the file" } else { &self.path };
        write!(f, "{path}: {}; {}", self.what, self.next_step)
    }
}

impl std::error::Error for Mistake {}
