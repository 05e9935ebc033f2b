//! The same error in other jobs: how many, since when, and what they have in common.

use std::collections::BTreeMap;

use super::Verdict;
use super::owners::{Other, Owners};
use super::sentence::{Sentence, beside, counted, quoted};
use super::values::Anchor;
use crate::diagnosis::http;
use crate::job::{Failure, Job};
use crate::logs::LogRecord;
use crate::time::{TimeRange, Timestamp};

/// The shortest text that tells one error from others.
const MIN_TEXT_CHARS: usize = 6;

/// What other jobs with the same error are found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SameError {
    /// The text that stands in their lines.
    pub text: String,
    /// Whether it is the error's code, which must then be the code of those lines.
    pub is_code: bool,
}

impl SameError {
    /// What tells this failure from others: its code, else the exception's type, else the longest part of its message
    /// without numbers, names and addresses. `None` where there is nothing of the kind.
    pub fn of(failure: &Failure) -> Option<Self> {
        let named = |text: &Option<String>| text.clone().filter(|it| it.chars().count() >= 3);
        if let Some(code) = named(&failure.code) {
            return Some(Self { text: code, is_code: true });
        }
        let exception = failure.exception.as_deref().and_then(exception_type);
        let text = exception.or_else(|| failure.message.as_deref().and_then(lasting_part))?;
        Some(Self { text, is_code: false })
    }

    pub(super) fn fits(&self, line: &LogRecord) -> bool {
        match &line.roles.error_code {
            Some(code) if self.is_code => *code == self.text,
            Some(_) | None => line.level >= crate::logs::Level::Warn && line.line.contains(&self.text),
        }
    }
}

/// The name of an exception in its last line, or in a text that begins with it: `ValueError: x` is `ValueError`.
fn exception_type(text: &str) -> Option<String> {
    let last = text.lines().rev().map(str::trim).find(|it| !it.is_empty())?;
    let name = last.split([':', '(', ' ']).next()?.rsplit('.').next()?;
    let is_name = name.len() >= MIN_TEXT_CHARS && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then(|| name.to_owned())
}

/// The longest stretch of whole words that another job's message would have as well.
fn lasting_part(text: &str) -> Option<String> {
    let varies = |word: &str| word.contains(|c: char| c.is_ascii_digit() || "/@\\'\"<>{}".contains(c));
    let line = text.lines().find(|it| !it.trim().is_empty())?;
    let (mut best, mut begin, mut at) = ("", None, 0);
    for word in line.split_inclusive(' ') {
        let end = at + word.len();
        if varies(word) {
            begin = None;
        } else {
            let from = *begin.get_or_insert(at);
            let part = line.get(from..end).unwrap_or_default().trim();
            if part.len() > best.len() {
                best = part;
            }
        }
        at = end;
    }
    (best.chars().count() >= MIN_TEXT_CHARS).then(|| best.to_owned())
}

/// What the lines with the same error come to.
pub fn same_error(
    error: &SameError,
    job: &Job,
    lines: &[LogRecord],
    owners: &Owners,
    is_cut: bool,
    searched: TimeRange,
    trouble: Anchor,
) -> Verdict {
    let fitting = lines.iter().filter(|it| error.fits(it));
    let mut others: BTreeMap<Other, (Timestamp, Option<&str>)> = BTreeMap::new();
    for line in fitting {
        let Some(other) = owners.other(line) else { continue };
        let host = line.roles.url.as_deref().and_then(http::host);
        let other = others.entry(other).or_insert((line.time, host));
        other.0 = other.0.min(line.time);
        other.1 = other.1.or(host);
    }
    let what = quoted(&error.text, 80);
    let Some(first) = others.values().map(|it| it.0).min() else {
        let says = Sentence::of(format!("no other job says {what} from "))
            .at(searched.start)
            .then(" to ")
            .at(searched.end);
        return Verdict::nothing(if is_cut {
            says.then(", as far as one answer of the log store reaches")
        } else {
            says
        });
    };
    let last = others.values().map(|it| it.0).max().unwrap_or(first);
    let n = counted(others.len(), "other job");
    let least = if is_cut { "at least " } else { "" };
    let mut says = Sentence::of(format!("{least}{n} with {what}: the first at "))
        .at(first)
        .then(format!(", {}, the last at ", beside(first, trouble)))
        .at(last);
    let own_host = job.facts.url.as_deref().and_then(http::host);
    let mut hosts: BTreeMap<&str, usize> = BTreeMap::new();
    others.values().filter_map(|it| it.1).for_each(|it| *hosts.entry(it).or_default() += 1);
    if let Some((host, n_same)) = hosts.iter().max_by_key(|(host, n)| (**n, Some(**host) == own_host)) {
        let this = if Some(*host) == own_host { ", as this job does" } else { "" };
        let all = others.len();
        says = says.then(format!("; {n_same} of {all} ask {host}{this}"));
    }
    Verdict::something(says)
}
