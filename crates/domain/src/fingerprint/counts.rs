//! Failures counted over jobs: how many, first and last seen, and whether a version brought them.

use std::collections::BTreeMap;

use super::{Counted, Fingerprint};
use crate::ids::{JobId, StageId};
use crate::sorted::SortedSet;
use crate::time::Timestamp;

/// How unlikely it must be that a failure stayed unseen by chance before it is called new.
const MAX_CHANCE: f64 = 0.01;
/// Fewer failures than this are no pattern.
const MIN_FAILURES: usize = 2;

/// Jobs that failed with one fingerprint.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// What they are known by.
    pub fingerprint: Fingerprint,
    /// The jobs, newest first.
    pub jobs: Vec<JobId>,
    /// Their places in what was counted.
    pub places: Vec<usize>,
    /// When the first of them had failed: its end, else the last sign of it.
    pub first_seen: Option<Timestamp>,
    /// When the last of them had failed.
    pub last_seen: Option<Timestamp>,
    /// Whether a version brought it.
    pub since: Since,
}

/// Whether a version brought a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// New since this version: enough jobs went before without it.
    Version {
        /// The version.
        version: String,
        /// Jobs of older versions that were looked at, none of which failed so.
        n_before: usize,
        /// Jobs of this version that were looked at.
        n_of_version: usize,
    },
    /// Only this version has it, but so few jobs went before that this may be chance.
    TooFewBefore {
        /// The version.
        version: String,
        /// Jobs of older versions that were looked at.
        n_before: usize,
    },
    /// It was there under more than one version, or under the oldest.
    Older,
    /// The jobs name no version.
    NoVersion,
}

impl Since {
    /// As a sentence without a full stop; `None` where nothing can be said.
    pub fn sentence(&self) -> Option<String> {
        match self {
            Self::Version { version, n_before, n_of_version } => Some(format!(
                "new since version {version}: none of {n_before} jobs before failed so ({n_of_version} jobs since)"
            )),
            Self::TooFewBefore { version, n_before: 0 } => {
                Some(format!("seen with version {version} only, and no job of another version was looked at"))
            }
            Self::TooFewBefore { version, n_before } => Some(format!(
                "seen with version {version} only, but {n_before} jobs before are too few to call it new"
            )),
            Self::Older => Some("not new: an older version failed so as well".to_owned()),
            Self::NoVersion => None,
        }
    }
}

/// Failures of jobs by what they are known by, the most frequent first. Jobs that are still tried again do not count:
/// they have not failed.
pub fn groups<S: Counted>(samples: &[S]) -> Vec<Group> {
    let mut by_failure: BTreeMap<&Fingerprint, Vec<usize>> = BTreeMap::new();
    for (place, sample) in samples.iter().enumerate() {
        if let Some(failure) = sample.settled_failure() {
            by_failure.entry(failure).or_default().push(place);
        }
    }
    let stages: SortedSet<Option<&StageId>> = by_failure.keys().map(|it| it.stage.as_ref()).collect();
    let versions: BTreeMap<_, Versions<'_>> =
        stages.into_iter().map(|it| (it, Versions::of(samples, it))).collect();
    let since = |stage: Option<&StageId>, members: &[(usize, &S)]| {
        versions.get(&stage).map_or(Since::NoVersion, |it| it.since(members.iter().map(|(_, it)| *it)))
    };
    let group = |(fingerprint, places): (&Fingerprint, Vec<usize>)| {
        let mut members: Vec<(usize, &S)> =
            places.into_iter().filter_map(|it| Some((it, samples.get(it)?))).collect();
        members.sort_by(|(_, a), (_, b)| (b.at(), a.id()).cmp(&(a.at(), b.id())));
        Group {
            fingerprint: fingerprint.clone(),
            first_seen: members.iter().filter_map(|(_, it)| it.over_at()).min(),
            last_seen: members.iter().filter_map(|(_, it)| it.over_at()).max(),
            since: since(fingerprint.stage.as_ref(), &members),
            jobs: members.iter().map(|(_, it)| it.id().clone()).collect(),
            places: members.into_iter().map(|(place, _)| place).collect(),
        }
    };
    let mut groups: Vec<Group> = by_failure.into_iter().map(group).collect();
    groups.sort_by_key(|it| std::cmp::Reverse((it.jobs.len(), it.last_seen)));
    groups
}

/// The versions at one stage: when each was first seen at work, which is not when its first job was handed in, and with
/// how many jobs.
struct Versions<'a> {
    stage: Option<&'a StageId>,
    seen: BTreeMap<&'a str, Seen>,
    /// When jobs were over of which no version is told, in order.
    untold: Vec<Timestamp>,
}

/// What was seen of a version.
#[derive(Clone, Copy)]
struct Seen {
    first: Timestamp,
    last: Timestamp,
    n_jobs: usize,
}

impl<'a> Versions<'a> {
    fn of<S: Counted>(samples: &'a [S], stage: Option<&'a StageId>) -> Self {
        let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
        let mut untold: Vec<Timestamp> = Vec::new();
        for sample in samples {
            let Some(at) = sample.over_at() else { continue };
            let Some(version) = sample.version_at(stage) else {
                untold.push(at);
                continue;
            };
            let entry = seen.entry(version).or_insert(Seen { first: at, last: at, n_jobs: 0 });
            *entry = Seen { first: entry.first.min(at), last: entry.last.max(at), n_jobs: entry.n_jobs + 1 };
        }
        untold.sort_unstable();
        Self { stage, seen, untold }
    }

    /// Jobs of its time of which no version is told: each may have met it.
    fn n_untold(&self, of: Seen) -> usize {
        let before = |at: Timestamp| self.untold.partition_point(|it| *it <= at);
        before(of.last).saturating_sub(before(of.first))
    }

    fn since<'b, S: Counted + 'b>(&self, members: impl ExactSizeIterator<Item = &'b S>) -> Since {
        let n_members = members.len();
        let mut versions = members.filter_map(|it| it.version_at(self.stage));
        let Some(version) = versions.next() else { return Since::NoVersion };
        if versions.any(|it| it != version) {
            return Since::Older;
        }
        let Some(of_version) = self.seen.get(version).copied() else { return Since::NoVersion };
        let older = self.seen.iter().filter(|(name, it)| **name != version && it.first < of_version.first);
        let n_before: usize = older.map(|(_, it)| it.n_jobs).sum();
        let is_newest = n_before > 0 || self.seen.len() == 1;
        if !is_newest {
            return Since::Older;
        }
        // Had it been as frequent before, this is how likely it would have stayed unseen: (1 - share)^n. Versions of failed
        // jobs are told more often, since their traces are kept: all untold ones may be good ones.
        let n_of_version = of_version.n_jobs;
        let most = n_of_version + self.n_untold(of_version);
        let share = n_members as f64 / most.max(n_members) as f64;
        let chance = (1.0 - share).powf(n_before as f64);
        if n_members >= MIN_FAILURES && n_before > 1 && chance <= MAX_CHANCE {
            Since::Version { version: version.to_owned(), n_before, n_of_version }
        } else {
            Since::TooFewBefore { version: version.to_owned(), n_before }
        }
    }
}
