//! What failing jobs have in common that good ones lack, with a guard against small numbers.

use std::sync::Arc;

use super::Counted;
use super::significance::{Factorials, tail_chance};
use crate::ids::IdMap;

/// Fewer jobs than this on either side allow no claim.
const MIN_JOBS: usize = 5;
/// How likely all claims together may be chance.
const MAX_CHANCE: f64 = 0.01;

/// A name and a value.
type Pair<'a> = (&'a str, &'a str);

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

/// Good jobs, counted once to be compared with several groups of failing ones.
pub struct Good<'a> {
    n_jobs: usize,
    counts: Counts<'a>,
    factorials: Factorials,
}

impl<'a> Good<'a> {
    /// Counts good jobs; at most so many failing ones can be compared with them at once.
    pub fn new<S: Counted + 'a>(good: impl Iterator<Item = &'a S>, max_failing: usize) -> Self {
        // Where no claim can be made, nothing needs to be counted but the jobs.
        let (counts, n_jobs) = match max_failing < MIN_JOBS {
            true => (Counts::default(), good.count()),
            false => Counts::of(good),
        };
        Self { n_jobs, counts, factorials: Factorials::up_to(n_jobs + max_failing) }
    }

    /// How many there are.
    pub const fn n_jobs(&self) -> usize {
        self.n_jobs
    }

    /// What failing jobs have in common that these lack, the most telling first.
    ///
    /// A job that has no value of that name says nothing about it and does not count: sampling leaves much unsaid of
    /// good jobs. A value is told only where it would be by chance in less than 1 % of all cases, after correction for
    /// how many values were looked at (Bonferroni).
    pub fn lacks<S: Counted>(&self, failing: &[&S]) -> Vec<Lift> {
        if failing.len() < MIN_JOBS || self.n_jobs < MIN_JOBS {
            return Vec::new();
        }
        let (failing, _) = Counts::of(failing.iter().copied());
        let n_new = failing.pairs.keys().filter(|it| !self.counts.pairs.contains_key(*it)).count();
        let n_tests = (self.counts.pairs.len() + n_new).max(1) as f64;
        let lift = |(pair, n_failing_with): (&Pair, &usize)| {
            let (name, value) = *pair;
            let n_good_with = self.counts.pairs.get(pair).copied().unwrap_or(0);
            let n_good = self.counts.names.get(name).copied().unwrap_or(0);
            let n_failing = failing.names.get(name).copied().unwrap_or(0);
            if *n_failing_with < MIN_JOBS || n_good < MIN_JOBS {
                return None;
            }
            let chance = tail_chance(&self.factorials, *n_failing_with, n_failing, n_good_with, n_good);
            let (name, value) = (name.into(), value.into());
            let n_failing_with = *n_failing_with;
            let lift = Lift { name, value, n_failing_with, n_failing, n_good_with, n_good, chance };
            (chance * n_tests < MAX_CHANCE).then_some(lift)
        };
        let mut lifts: Vec<Lift> = failing.pairs.iter().filter_map(lift).collect();
        lifts.sort_by(|a, b| {
            let by_chance = a.chance.total_cmp(&b.chance).then_with(|| b.times().total_cmp(&a.times()));
            by_chance.then_with(|| (&a.name, &a.value).cmp(&(&b.name, &b.value)))
        });
        lifts
    }
}

/// How many jobs have each pair, and how many have a value of each name.
#[derive(Default)]
struct Counts<'a> {
    pairs: IdMap<Pair<'a>, usize>,
    names: IdMap<&'a str, usize>,
}

impl<'a> Counts<'a> {
    /// Counts jobs, and says how many they are.
    fn of<S: Counted + 'a>(samples: impl Iterator<Item = &'a S>) -> (Self, usize) {
        let mut counts = Self::default();
        let mut n_jobs = 0;
        for sample in samples {
            n_jobs += 1;
            let mut last = "";
            sample.attributes(|name, value| {
                *counts.pairs.entry((name, value)).or_default() += 1;
                if name != last {
                    *counts.names.entry(name).or_default() += 1;
                    last = name;
                }
            });
        }
        (counts, n_jobs)
    }
}
