//! Kinds of lines that only one of two jobs has.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Side;
use crate::fingerprint::template;
use crate::logs::{Level, LineKey, LogRecord};
use crate::time::Timestamp;

/// Lines of one service that read alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinePattern {
    /// Who writes them.
    pub service: Arc<str>,
    /// How they read, without what differs from line to line.
    pub template: String,
    /// The worst level among them.
    pub level: Level,
    /// How many there are.
    pub count: usize,
    /// The first of them.
    pub first: LineKey,
    /// When the first of them was.
    pub at: Timestamp,
}

/// Shorter ids stand in other words by chance.
const MIN_ID_BYTES: usize = 6;

type Patterns<'a> = BTreeMap<(&'a str, String), LinePattern>;

/// Kinds of lines that only this one has, and that only the other has, each in order of their first.
pub(super) fn only_in_one(this: Side, other: Side) -> (Vec<LinePattern>, Vec<LinePattern>) {
    let (ours, theirs) = (patterns(this), patterns(other));
    (without(&ours, &theirs), without(&theirs, &ours))
}

/// Words of a few hexadecimal digits, which as part of a failure may tell what it is, are ids in any two jobs' lines.
fn without_short_ids(said: &str) -> String {
    let is_id = |word: &str| {
        let bytes = word.trim_matches(|it: char| !it.is_ascii_alphanumeric()).bytes();
        bytes.len() >= MIN_ID_BYTES
            && bytes.clone().all(|it| it.is_ascii_hexdigit())
            && bytes.clone().any(|it| it.is_ascii_digit())
            && bytes.clone().any(|it| it.is_ascii_alphabetic())
    };
    let words = said.split(' ').map(|it| if is_id(it) { "<id>" } else { it });
    words.collect::<Vec<_>>().join(" ")
}

fn without(these: &Patterns, others: &Patterns) -> Vec<LinePattern> {
    let only = these.iter().filter(|(key, _)| !others.contains_key(*key));
    let mut only: Vec<LinePattern> = only.map(|(_, it)| it.clone()).collect();
    only.sort_by_key(|it| (it.at, it.first));
    only
}

fn patterns<'a>(side: Side<'a>) -> Patterns<'a> {
    let id = &side.job.id;
    let mut lines: Vec<&LogRecord> =
        side.evidence.lines.iter().filter(|it| it.roles.job.as_ref().is_none_or(|job| job == id)).collect();
    lines.sort_by_key(|it| (it.time, it.key));
    lines.dedup_by_key(|it| it.key);
    let mut patterns = Patterns::new();
    for line in lines {
        // A text that names the job or one of its ids is the same text about another.
        let is_long = id.as_str().len() >= MIN_ID_BYTES;
        let said = if is_long { line.message.replace(id.as_str(), "<job>") } else { line.message.clone() };
        let said = template(&without_short_ids(&said));
        let pattern = patterns.entry((&line.service, said.clone())).or_insert_with(|| LinePattern {
            service: line.service.clone(),
            template: said,
            level: line.level,
            count: 0,
            first: line.key,
            at: line.time,
        });
        pattern.count += 1;
        pattern.level = pattern.level.max(line.level);
    }
    patterns
}
