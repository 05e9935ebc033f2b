//! What changed before a failure, and whether what came after it is better: versions as spans tell them.

use super::Verdict;
use super::errors::SameError;
use super::owners::Owners;
use super::sentence::{Sentence, beside, counted, quoted};
use super::values::Anchor;
use crate::logs::LogRecord;
use crate::time::{TimeRange, Timestamp};

/// So many spans without the error are enough to say that it is gone.
const ENOUGH_SPANS: usize = 20;

/// One version of a service, as far as it was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// The version.
    pub version: String,
    /// Its first span.
    pub first: Timestamp,
    /// Its last span.
    pub last: Timestamp,
    /// How many spans.
    pub n: usize,
    /// How many of them failed.
    pub n_failed: usize,
}

impl Sighting {
    /// Groups spans by their version; each is a version, when, and whether it failed. In the order of the first of each.
    pub fn group(spans: impl IntoIterator<Item = (String, Timestamp, bool)>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (version, at, failed) in spans {
            let place = all.iter().position(|it| it.version == version).unwrap_or_else(|| {
                all.push(Self { version, first: at, last: at, n: 0, n_failed: 0 });
                all.len() - 1
            });
            if let Some(it) = all.get_mut(place) {
                (it.first, it.last) = (it.first.min(at), it.last.max(at));
                it.n += 1;
                it.n_failed += usize::from(failed);
            }
        }
        all.sort_by(|a, b| (a.first, &a.version).cmp(&(b.first, &b.version)));
        all
    }
}

/// What changed before the failure, by the versions seen and by lines that tell of a deployment or a restart.
pub fn changed(
    service: &str,
    versions: &[Sighting],
    marks: &[LogRecord],
    own: Option<&str>,
    searched: TimeRange,
    trouble: Anchor,
) -> Verdict {
    let before: Vec<&Sighting> = versions.iter().filter(|it| it.first <= trouble.at).collect();
    let mark = marks.iter().filter(|it| it.time <= trouble.at).max_by_key(|it| (it.time, it.key));
    let n_marks = marks.iter().filter(|it| it.time <= trouble.at).count();
    let mut says = match before.as_slice() {
        [] => match own {
            Some(own) => {
                Sentence::of(format!("this job ran version {own} of {service}; no span says what ran before"))
            }
            None => Sentence::of(format!("nothing names a version of {service}")),
        },
        [only] => Sentence::of(format!("{} of {service} from ", counted(only.n, "span")))
            .at(searched.start)
            .then(" on all ran version ")
            .then(&only.version)
            .then(if own.is_some_and(|it| it == only.version) { ", as this job did" } else { "" }),
        [.., old, new] => Sentence::of(format!("version {} of {service} was first seen at ", new.version))
            .at(new.first)
            .then(format!(", {}; before it ran {}", beside(new.first, trouble), old.version)),
    };
    if let Some(mark) = mark {
        says = says
            .then(format!("; {} of a start or a deployment, the last ", counted(n_marks, "line")))
            .then(beside(mark.time, trouble))
            .then(format!(" says {}", quoted(&mark.message, 80)));
    }
    if before.len() > 1 || mark.is_some() { Verdict::something(says) } else { Verdict::nothing(says) }
}

/// The newest version that came after the failure. What was seen first since then is not new where nothing says which one
/// the job ran (`own`): it may have been.
pub fn newest_since<'a>(
    versions: &'a [Sighting],
    own: Option<&str>,
    failure: Timestamp,
) -> Option<&'a Sighting> {
    let own = own.or_else(|| versions.first().map(|it| it.version.as_str()));
    versions.iter().rfind(|it| it.first > failure && own != Some(it.version.as_str()))
}

/// The lines of other jobs that say the same error since a version came, but for those that name another version.
pub fn said_since<'a>(
    error: &SameError,
    lines: &'a [LogRecord],
    owners: &'a Owners,
    newest: &Sighting,
) -> Vec<&'a LogRecord> {
    let of_it = |it: &LogRecord| it.roles.version.as_ref().is_none_or(|it| *it == newest.version);
    let mut said = error.of_others(lines, owners);
    said.retain(|it| it.time >= newest.first && of_it(it));
    said
}

/// Whether the error is gone with a version that came after the failure. Its spans that failed may have done so in another
/// way, and seldom say in which: the lines with the same error tell (`lines`; `None` where they could not be asked for).
pub fn fixed(
    service: &str,
    versions: &[Sighting],
    lines: Option<(&SameError, &[LogRecord], &Owners)>,
    own: Option<&str>,
    searched: TimeRange,
    failure: Timestamp,
) -> Verdict {
    let Some(newest) = newest_since(versions, own, failure) else {
        let says = match (own, versions) {
            (_, []) => {
                Sentence::of(format!("no span of {service} since the failure until ")).at(searched.end)
            }
            (Some(own), _) => {
                Sentence::of(format!("since the failure only version {own} of {service} was seen, until "))
                    .at(searched.end)
            }
            (None, [only, ..]) => {
                let only =
                    format!("since the failure only version {} of {service} was seen, until ", only.version);
                Sentence::of(only).at(searched.end).then(", and nothing says which one this job ran")
            }
        };
        return Verdict::nothing(says.then(": nothing to confirm yet"));
    };
    let says =
        Sentence::of(format!("version {} of {service}, first seen at ", newest.version)).at(newest.first);
    let failed = match newest.n_failed {
        0 => "none of them failed".to_owned(),
        n => format!("{n} of them failed"),
    };
    let says = says.then(format!(", has {}, {failed}", counted(newest.n, "span")));
    let comes_to = match newest.n {
        n if n < ENOUGH_SPANS => "not enough to be sure",
        _ => "the error is gone",
    };
    let Some((error, lines, owners)) = lines else {
        return Verdict::something(match newest.n_failed {
            0 => says.then(format!(": {comes_to}")),
            _ => says.then("; with which error is not told"),
        });
    };
    let what = quoted(&error.name(), 80);
    let said = said_since(error, lines, owners, newest);
    Verdict::something(match said.iter().map(|it| it.time).max() {
        None => says.then(format!(", and no line says {what} since: {comes_to}")),
        Some(last) => says
            .then(format!("; {} since, the last at ", say(said.len(), &what)))
            .at(last)
            // Of two versions that run side by side for a while, lines seldom say which wrote them.
            .then(if newest.n_failed == 0 { ", perhaps by the version before" } else { ": still there" }),
    })
}

/// `1 line says “x”`, `3 lines say “x”`.
fn say(n: usize, what: &str) -> String {
    format!("{} {} {what}", counted(n, "line"), if n == 1 { "says" } else { "say" })
}
