//! Everything that a list of jobs tells about its failures: what became of all, the groups, and what each has in common.

use std::cell::OnceCell;

use super::counted::Counted;
use super::counts::{Group, groups};
use super::flow::{Flow, flow};
use super::lift::{Good, Lift};
use crate::ids::StageId;
use crate::job::JobState;
use crate::sorted::SortedSet;
use crate::time::{TimeDelta, TimeRange, Timestamp};

/// A failure whose first job is no farther from where looking began than so many of its usual distances may well have
/// been there before.
const USUAL_GAPS: i64 = 3;

/// The failures of many jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct Failures {
    /// What became of all jobs.
    pub flow: Flow,
    /// Failures by what they are known by, the most frequent first.
    pub groups: Vec<GroupTold>,
    /// How many jobs are in a group.
    pub n_failing: usize,
    /// How many good jobs the groups were compared with.
    pub n_good: usize,
}

/// One failure of several jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupTold {
    /// The jobs.
    pub group: Group,
    /// What they have in common that good jobs lack, the most telling first.
    pub in_common: Vec<Lift>,
}

/// The failures of jobs, and what became of those of a range.
pub fn failures<S: Counted>(samples: &[S], range: TimeRange) -> Failures {
    let groups = groups(samples);
    let most = groups.first().map_or(0, |it| it.jobs.len());
    let good: Vec<&S> = samples.iter().filter(|it| it.state() == JobState::Done).collect();
    let n_good = good.len();
    let compared = Compared::new(good, groups.iter().filter_map(|it| it.fingerprint.stage.as_ref()), most);
    let told = |group: Group| {
        let members: Vec<&S> = group.places.iter().filter_map(|it| samples.get(*it)).collect();
        GroupTold { in_common: compared.with(group.fingerprint.stage.as_ref()).lacks(&members), group }
    };
    Failures {
        flow: flow(samples, range),
        n_failing: groups.iter().map(|it| it.jobs.len()).sum(),
        n_good,
        groups: groups.into_iter().map(told).collect(),
    }
}

/// The good jobs that each group is compared with: those that came through the stage at which its own failed. A job that
/// never came there cannot have failed so, and would make whatever tells its kind seem to be the reason.
struct Compared<'a, S: Counted> {
    good: Vec<&'a S>,
    most: usize,
    /// All of them, counted when they are first compared with.
    all: OnceCell<Good<'a>>,
    /// Stages that only some came through.
    of_stages: Vec<(StageId, Good<'a>)>,
}

impl<'a, S: Counted> Compared<'a, S> {
    fn new<'b>(good: Vec<&'a S>, stages: impl Iterator<Item = &'b StageId>, most: usize) -> Self {
        // Jobs are many and lie far apart in memory: they are gone through once.
        let mut passed: Vec<(&StageId, Vec<&'a S>)> =
            stages.collect::<SortedSet<_>>().into_iter().map(|it| (it, Vec::new())).collect();
        for job in &good {
            passed.iter_mut().filter(|(stage, _)| job.has_reached(stage)).for_each(|(_, all)| all.push(job));
        }
        passed.retain(|(_, some)| !some.is_empty() && some.len() < good.len());
        let counted =
            |(stage, some): (&StageId, Vec<&'a S>)| (stage.clone(), Good::new(some.into_iter(), most));
        let of_stages = passed.into_iter().map(counted).collect();
        Self { good, most, all: OnceCell::new(), of_stages }
    }

    fn with(&self, stage: Option<&StageId>) -> &Good<'a> {
        let of_stage = self.of_stages.iter().find(|(it, _)| Some(it) == stage);
        of_stage.map_or_else(
            || self.all.get_or_init(|| Good::new(self.good.iter().copied(), self.most)),
            |(_, good)| good,
        )
    }
}

impl Group {
    /// How many of its jobs were over in each of so many equal parts of a range; those outside count at its ends.
    pub fn over_time<S: Counted>(&self, samples: &[S], range: TimeRange, n_parts: usize) -> Vec<usize> {
        let mut parts = vec![0; n_parts];
        let whole = range.length().nanos().max(1) as f64;
        for at in self.places.iter().filter_map(|it| samples.get(*it)?.over_at()) {
            let share = (at - range.start).nanos() as f64 / whole;
            let part = (share * n_parts as f64).clamp(0.0, n_parts.saturating_sub(1) as f64);
            if let Some(count) = parts.get_mut(part as usize) {
                *count += 1;
            }
        }
        parts
    }

    /// Whether it may well have been there before looking began: its first job is so near to that instant that the usual
    /// distance of its jobs explains it.
    pub fn may_be_older(&self, looked_from: Timestamp) -> bool {
        let Some((first, last)) = self.first_seen.zip(self.last_seen) else { return false };
        let n_gaps = i64::try_from(self.jobs.len()).unwrap_or(i64::MAX).saturating_sub(1);
        let usual = TimeDelta::from_nanos((last - first).nanos().checked_div(n_gaps).unwrap_or(0));
        first - looked_from <= usual.times(USUAL_GAPS)
    }
}
