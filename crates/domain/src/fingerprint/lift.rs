//! What failing jobs have in common that good ones lack, with a guard against small numbers.

use std::sync::Arc;

use super::Counted;
use super::significance::{Factorials, tail_chance};
use crate::ids::IdMap;

/// Fewer jobs than this on either side allow no claim.
const MIN_JOBS: usize = 5;
/// How likely all claims together may be chance.
const MAX_CHANCE: f64 = 0.01;

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
        let n_new =
            failing.values().filter(|(it, value, _)| self.counts.n_with(it.name, value).is_none()).count();
        let n_tests = (self.counts.values().count() + n_new).max(1) as f64;
        let lift = |(named, value, n_failing_with): (&Named, &str, usize)| {
            let n_good_with = self.counts.n_with(named.name, value).unwrap_or(0);
            let n_good = self.counts.named(named.name).map_or(0, |it| it.n_jobs);
            let n_failing = named.n_jobs;
            if n_failing_with < MIN_JOBS || n_good < MIN_JOBS {
                return None;
            }
            let chance = tail_chance(&self.factorials, n_failing_with, n_failing, n_good_with, n_good);
            let (name, value) = (named.name.into(), value.into());
            let lift = Lift { name, value, n_failing_with, n_failing, n_good_with, n_good, chance };
            (chance * n_tests < MAX_CHANCE).then_some(lift)
        };
        let mut lifts: Vec<Lift> = failing.values().filter_map(lift).collect();
        lifts.sort_by(|a, b| {
            let by_chance = a.chance.total_cmp(&b.chance).then_with(|| b.times().total_cmp(&a.times()));
            by_chance.then_with(|| (&a.name, &a.value).cmp(&(&b.name, &b.value)))
        });
        lifts
    }
}

/// How many jobs have a value of each name, and each value.
#[derive(Default)]
struct Counts<'a>(Vec<Named<'a>>);

/// The values of one name.
struct Named<'a> {
    name: &'a str,
    /// Jobs that have any.
    n_jobs: usize,
    /// Jobs that have each.
    values: IdMap<&'a str, usize>,
}

impl<'a> Counts<'a> {
    /// Counts jobs, and says how many they are.
    fn of<S: Counted + 'a>(samples: impl Iterator<Item = &'a S>) -> (Self, usize) {
        let mut counts = Self::default();
        let mut n_jobs = 0;
        for sample in samples {
            n_jobs += 1;
            let (mut last, mut place) = ("", 0);
            sample.attributes(|name, value| {
                let is_next = name != last;
                if is_next {
                    place = counts.place_of(name, place);
                    last = name;
                }
                if let Some(named) = counts.0.get_mut(place) {
                    named.n_jobs += usize::from(is_next);
                    *named.values.entry(value).or_default() += 1;
                }
            });
        }
        (counts, n_jobs)
    }

    /// Where a name stands, new or not. Names are few, and come in one order: it is looked for from its neighbour on.
    fn place_of(&mut self, name: &'a str, near: usize) -> usize {
        let is_it = |it: &Named<'_>| it.name == name;
        let after = self.0.iter().skip(near).position(is_it).map(|it| it + near);
        after.or_else(|| self.0.iter().take(near).position(is_it)).unwrap_or_else(|| {
            self.0.push(Named { name, n_jobs: 0, values: IdMap::default() });
            self.0.len() - 1
        })
    }

    fn named(&self, name: &str) -> Option<&Named<'a>> {
        self.0.iter().find(|it| it.name == name)
    }

    /// Every value with its name's counts.
    fn values(&self) -> impl Iterator<Item = (&Named<'a>, &'a str, usize)> {
        self.0.iter().flat_map(|it| it.values.iter().map(move |(value, n_jobs)| (it, *value, *n_jobs)))
    }

    /// How many jobs have a value.
    fn n_with(&self, name: &str, value: &str) -> Option<usize> {
        self.named(name)?.values.get(value).copied()
    }
}
