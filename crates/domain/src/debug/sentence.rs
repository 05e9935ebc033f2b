//! A sentence in which times stay instants until somebody reads it, since each reader has a clock of their own.

use super::values::Anchor;
use crate::format::{Precision, clock_beside};
use crate::time::{TimeDelta, Timestamp};

/// A sentence without a full stop.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sentence(pub Vec<Word>);

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    /// Words as they are.
    Text(String),
    /// An instant, shown as the reader's clock shows it.
    At(Timestamp),
}

impl Sentence {
    /// A sentence that begins with these words.
    pub fn of(text: impl Into<String>) -> Self {
        Self(vec![Word::Text(text.into())])
    }

    /// With these words after it.
    #[must_use]
    pub fn then(mut self, text: impl Into<String>) -> Self {
        self.0.push(Word::Text(text.into()));
        self
    }

    /// With an instant after it.
    #[must_use]
    pub fn at(mut self, at: Timestamp) -> Self {
        self.0.push(Word::At(at));
        self
    }

    /// With another one after it.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// As a clock `offset_secs` east of UTC tells it; days are named where they differ from that of `beside`.
    pub fn told(&self, beside: Timestamp, offset_secs: i32) -> String {
        let part = |it: &Word| match it {
            Word::Text(text) => text.clone(),
            Word::At(at) => clock_beside(*at, beside, offset_secs, Precision::Seconds),
        };
        self.0.iter().map(part).collect()
    }
}

impl<T: Into<String>> From<T> for Sentence {
    fn from(text: T) -> Self {
        Self::of(text)
    }
}

/// `1 line`, `3 lines`, `no line`.
pub fn counted(n: usize, one: &str) -> String {
    let ending = if one.ends_with(['s', 'h', 'x']) { "es" } else { "s" };
    match n {
        0 => format!("no {one}"),
        1 => format!("1 {one}"),
        n => format!("{n} {one}{ending}"),
    }
}

/// How an instant lies to the trouble: `3 min 10 s before the failure`, `with the failure`.
pub(super) fn beside(at: Timestamp, trouble: Anchor) -> String {
    let (apart, name) = (at - trouble.at, trouble.name);
    if apart.nanos().unsigned_abs() < 1_000_000_000 {
        format!("with {name}")
    } else if apart < TimeDelta::ZERO {
        format!("{} before {name}", whole_secs(-apart))
    } else {
        format!("{} after {name}", whole_secs(apart))
    }
}

/// Without parts of seconds, which nobody needs here.
fn whole_secs(length: TimeDelta) -> TimeDelta {
    if length < TimeDelta::from_secs(10) { length } else { TimeDelta::from_secs(length.secs()) }
}

/// A text short enough for a sentence, its first line only.
pub(super) fn quoted(text: &str, max_chars: usize) -> String {
    let line = text.lines().map(str::trim).find(|it| !it.is_empty()).unwrap_or_default();
    let mut short: String = line.chars().take(max_chars).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    format!("“{short}”")
}
