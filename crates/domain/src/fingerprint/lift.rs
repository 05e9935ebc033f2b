//! What failing jobs have in common that good ones lack, with a guard against small numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::JobSample;
use super::significance::{Factorials, tail_chance};

/// Fewer jobs than this on either side allow no claim.
const MIN_JOBS: usize = 5;
/// How likely all claims together may be chance.
const MAX_CHANCE: f64 = 0.01;

/// A name and a value.
type Pair = (Arc<str>, Arc<str>);

/// A value that failing jobs have more often than good ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Lift {
    /// What it is, such as `host`.
    pub name: Arc<str>,
    /// The value.
    pub value: Arc<str>,
    /// How many failing jobs have it.
    pub n_failing_with: usize,
    /// How many failing jobs say anything about it.
    pub n_failing: usize,
    /// How many good jobs have it.
    pub n_good_with: usize,
    /// How many good jobs say anything about it.
    pub n_good: usize,
    /// How likely so great a difference, or a greater one, would be by chance (Fisher's exact test, one-sided).
    pub chance: f64,
}

impl Lift {
    /// How many times as likely a job with it fails as any job does.
    pub fn times(&self) -> f64 {
        let n_with = (self.n_failing_with + self.n_good_with).max(1) as f64;
        let n_all = (self.n_failing + self.n_good).max(1) as f64;
        (self.n_failing_with as f64 / n_with) / (self.n_failing as f64 / n_all)
    }

    /// As a sentence without a full stop.
    pub fn sentence(&self) -> String {
        format!(
            "{} = {}: {} of {} failing jobs, {} of {} good ones",
            self.name, self.value, self.n_failing_with, self.n_failing, self.n_good_with, self.n_good
        )
    }
}

/// What failing jobs have in common, the most telling first. Empty where there are too few jobs to say anything.
///
/// `failing` and `good` are disjoint. A job that has no value of that name says nothing about it and does not count:
/// sampling leaves much unsaid of good jobs. A value is told only where it would be by chance in less than 1 % of all cases,
/// after correction for how many values were looked at (Bonferroni).
pub fn in_common(failing: &[&JobSample], good: &[&JobSample]) -> Vec<Lift> {
    let (n_failing, n_good) = (failing.len(), good.len());
    if n_failing < MIN_JOBS || n_good < MIN_JOBS {
        return Vec::new();
    }
    let mut counts: BTreeMap<&Pair, (usize, usize)> = BTreeMap::new();
    for attribute in failing.iter().flat_map(|it| &it.attributes) {
        counts.entry(attribute).or_default().0 += 1;
    }
    for attribute in good.iter().flat_map(|it| &it.attributes) {
        counts.entry(attribute).or_default().1 += 1;
    }
    let (failing, good) = (n_named(failing), n_named(good));
    let factorials = Factorials::up_to(n_failing + n_good);
    let n_tests = counts.len().max(1) as f64;
    let lift = |((name, value), (n_failing_with, n_good_with)): (&Pair, (usize, usize))| {
        let n_failing = failing.get(&**name).copied().unwrap_or(0);
        let n_good = good.get(&**name).copied().unwrap_or(0);
        let (name, value) = (name.clone(), value.clone());
        let chance = tail_chance(&factorials, n_failing_with, n_failing, n_good_with, n_good);
        Lift { name, value, n_failing_with, n_failing, n_good_with, n_good, chance }
    };
    let mut lifts: Vec<Lift> = (counts.into_iter().map(lift))
        .filter(|it| it.n_failing_with >= MIN_JOBS && it.n_good >= MIN_JOBS)
        .filter(|it| it.chance * n_tests < MAX_CHANCE)
        .collect();
    lifts.sort_by(|a, b| a.chance.total_cmp(&b.chance).then_with(|| b.times().total_cmp(&a.times())));
    lifts
}

/// How many jobs have a value of each name.
fn n_named<'a>(samples: &[&'a JobSample]) -> BTreeMap<&'a str, usize> {
    let mut n_named: BTreeMap<&str, usize> = BTreeMap::new();
    for sample in samples {
        let names: BTreeSet<&str> = sample.attributes.iter().map(|(name, _)| &**name).collect();
        for name in names {
            *n_named.entry(name).or_default() += 1;
        }
    }
    n_named
}
