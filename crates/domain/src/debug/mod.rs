//! What the steps of a checklist found: verdicts worked out from evidence, each one sentence with numbers and times.

mod changes;
mod deviation;
mod errors;
mod fill;
mod identity;
mod lines;
mod owners;
mod profile;
mod rate;
mod sentence;
mod spans;
mod values;

pub use changes::{Sighting, changed, fixed, newest_since, said_since};
pub use deviation::{Course, Onset, Usual, Way, first_to_deviate, is_known, onset};
pub use errors::{SameError, same_error};
pub use fill::{Filled, fill, fill_link};
pub use identity::{context_leak, one_id_per_step};
pub use lines::{of_job, of_logs};
pub use owners::Owners;
pub use profile::{of_profiles, worked_at};
pub use rate::{Rates, service_rate};
pub use sentence::{Sentence, Word, counted};
pub use spans::{FailedSpan, of_spans, of_trace};
pub use values::{Anchor, PLACEHOLDERS, Values, speaks_of, troubled_at};

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Something that matters for the failure.
    Something,
    /// It was looked, and nothing is there.
    Nothing,
    /// A source could not be asked.
    CouldNotAsk,
    /// It does not apply to this job, or there is nothing to ask.
    NotApplicable,
}

impl Found {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Something => "found",
            Self::Nothing => "nothing",
            Self::CouldNotAsk => "could not ask",
            Self::NotApplicable => "not applicable",
        }
    }
}

/// What a step came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// How it ended.
    pub found: Found,
    /// What was found, in one sentence without a full stop.
    pub says: Sentence,
}

impl Verdict {
    /// Something was found.
    pub fn something(says: Sentence) -> Self {
        Self { found: Found::Something, says }
    }

    /// Nothing was found.
    pub fn nothing(says: impl Into<Sentence>) -> Self {
        Self { found: Found::Nothing, says: says.into() }
    }

    /// It could not be asked.
    pub fn could_not_ask(says: impl Into<Sentence>) -> Self {
        Self { found: Found::CouldNotAsk, says: says.into() }
    }

    /// It does not apply.
    pub fn not_applicable(says: impl Into<Sentence>) -> Self {
        Self { found: Found::NotApplicable, says: says.into() }
    }
}

#[cfg(test)]
mod tests;
