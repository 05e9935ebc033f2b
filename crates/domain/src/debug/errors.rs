//! The same error in other jobs: how many, since when, and what they have in common.

use std::collections::BTreeMap;

use super::Verdict;
use super::owners::{Other, Owners};
use super::sentence::{Sentence, beside, counted, quoted};
use super::values::Anchor;
use crate::diagnosis::http;
use crate::job::{Failure, Job};
use crate::logs::{Level, LogRecord};
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
    /// The exception's type, which must stand in their lines as well: many errors may have one code.
    pub exception: Option<String>,
}

/// What the lines of another job with the same error say.
struct Alike<'a> {
    first: Timestamp,
    last: Timestamp,
    host: Option<&'a str>,
    says_text: bool,
    says_exception: bool,
}

impl SameError {
    /// What tells this failure from others: its code with the exception's type where the job's own `lines` name it, else
    /// the type alone, else the longest part of its message without numbers, names and addresses. `None` where there is
    /// nothing of the kind.
    pub fn of(failure: &Failure, lines: &[LogRecord]) -> Option<Self> {
        let exception = failure.exception.as_deref().and_then(exception_type);
        if let Some(code) = failure.code.clone().filter(|it| it.chars().count() >= 3) {
            let is_in_lines = |it: &String| *it != code && lines.iter().any(|line| line.line.contains(it));
            let exception = exception.filter(is_in_lines);
            return Some(Self { text: code, is_code: true, exception });
        }
        let text = exception.or_else(|| failure.message.as_deref().and_then(lasting_part))?;
        Some(Self { text, is_code: false, exception: None })
    }

    /// The texts of which each of its lines has one.
    pub fn texts(&self) -> Vec<&str> {
        std::iter::once(self.text.as_str()).chain(self.exception.as_deref()).collect()
    }

    /// What it is called: `http_403: HTTPStatusError`.
    pub fn name(&self) -> String {
        self.texts().join(": ")
    }

    /// The lines of other jobs that say all of it, of those that say any of it.
    pub fn of_others<'a>(&self, lines: &'a [LogRecord], owners: &'a Owners) -> Vec<&'a LogRecord> {
        let jobs = self.others(lines.iter(), owners);
        let is_alike = |it: &&LogRecord| owners.other(it).is_some_and(|it| jobs.contains_key(&it));
        lines.iter().filter(|it| self.says_text(it) || self.says_exception(it)).filter(is_alike).collect()
    }

    fn says_text(&self, line: &LogRecord) -> bool {
        match &line.roles.error_code {
            Some(code) if self.is_code => *code == self.text,
            Some(_) | None => line.level >= Level::Warn && line.line.contains(&self.text),
        }
    }

    fn says_exception(&self, line: &LogRecord) -> bool {
        self.exception.as_ref().is_some_and(|it| line.level >= Level::Warn && line.line.contains(it))
    }

    /// The other jobs whose lines say all of it.
    fn others<'a>(
        &self,
        lines: impl Iterator<Item = &'a LogRecord>,
        owners: &'a Owners,
    ) -> BTreeMap<Other<'a>, Alike<'a>> {
        let mut others: BTreeMap<Other, Alike> = BTreeMap::new();
        for line in lines {
            let (says_text, says_exception) = (self.says_text(line), self.says_exception(line));
            let Some(other) = owners.other(line).filter(|_| says_text || says_exception) else { continue };
            let host = line.roles.url.as_deref().and_then(http::host);
            let new = Alike { first: line.time, last: line.time, host, says_text, says_exception };
            others
                .entry(other)
                .and_modify(|it| {
                    (it.first, it.last) = (it.first.min(line.time), it.last.max(line.time));
                    it.host = it.host.or(host);
                    it.says_text |= says_text;
                    it.says_exception |= says_exception;
                })
                .or_insert(new);
        }
        others.retain(|_, it| it.says_text && (it.says_exception || self.exception.is_none()));
        others
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
    let others = error.others(lines.iter(), owners);
    let what = quoted(&error.name(), 80);
    let Some(first) = others.values().map(|it| it.first).min() else {
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
    let last = others.values().map(|it| it.first).max().unwrap_or(first);
    let n = counted(others.len(), "other job");
    let least = if is_cut { "at least " } else { "" };
    let mut says = Sentence::of(format!("{least}{n} with {what}: the first at "))
        .at(first)
        .then(format!(", {}, the last at ", beside(first, trouble)))
        .at(last);
    let own_host = job.facts.url.as_deref().and_then(http::host);
    let mut hosts: BTreeMap<&str, usize> = BTreeMap::new();
    others.values().filter_map(|it| it.host).for_each(|it| *hosts.entry(it).or_default() += 1);
    if let Some((host, n_same)) = hosts.iter().max_by_key(|(host, n)| (**n, Some(**host) == own_host)) {
        let this = if Some(*host) == own_host { ", as this job does" } else { "" };
        let all = others.len();
        says = says.then(format!("; {n_same} of {all} ask {host}{this}"));
    }
    Verdict::something(says)
}
