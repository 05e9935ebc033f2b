//! What is known around one job: metrics of that time, other jobs, and lines that belong to no job.

use crate::fingerprint::JobSample;
use crate::logs::LogRecord;
use crate::series::Series;
use crate::system::MetricRole;
use crate::time::{TimeDelta, Timestamp};

/// What is known around one job. Any part may be empty: then it was not looked at, and no rule takes that for a sign.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// Metrics of the time around its trouble.
    pub signals: Vec<Signal>,
    /// Other jobs of the same hours; the job itself may be among them.
    pub others: Vec<JobSample>,
    /// Lines of the same time that name no job, such as the kernel's and the servers' own.
    pub lines: Vec<LogRecord>,
}

/// One metric around the time of the trouble.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signal {
    /// What it means; `None` for one that no rule knows.
    pub role: Option<MetricRole>,
    /// Name for people.
    pub title: String,
    /// Its series: a counter's as a rate.
    pub series: Vec<Series>,
}

/// The metrics that rules look at.
pub const SIGNALS: [MetricRole; 17] = [
    MetricRole::QueueDepth,
    MetricRole::DeadLetters,
    MetricRole::ReadLatency,
    MetricRole::Unacked,
    MetricRole::TaskRetries,
    MetricRole::TaskFailures,
    MetricRole::TaskDuration,
    MetricRole::WorkersOnline,
    MetricRole::OomKills,
    MetricRole::RequestsInFlight,
    MetricRole::IdleTransactions,
    MetricRole::LockWaits,
    MetricRole::EvictedKeys,
    MetricRole::BrokerMemory,
    MetricRole::BrokerMemoryLimit,
    MetricRole::CircuitBreaker,
    MetricRole::InferenceErrors,
];

/// How many points make a beginning and an end, so that one odd point is no rise.
const EDGE_POINTS: usize = 3;

impl Surroundings {
    /// The metric with this meaning, where it was looked at and has data.
    pub(super) fn signal(&self, role: MetricRole) -> Option<&Signal> {
        self.signals.iter().find(|it| it.role == Some(role) && it.has_data())
    }
}

impl Signal {
    fn has_data(&self) -> bool {
        self.points().next().is_some()
    }

    fn points(&self) -> impl Iterator<Item = (Timestamp, f64)> {
        let points =
            |it: &Series| it.times.iter().copied().zip(it.values.iter().copied()).collect::<Vec<_>>();
        self.series.iter().flat_map(points).filter(|(_, value)| value.is_finite())
    }

    /// The greatest value within a margin around an instant.
    pub(super) fn greatest_near(&self, at: Timestamp, margin: TimeDelta) -> Option<f64> {
        let near = self.points().filter(|(time, _)| at - margin <= *time && *time <= at + margin);
        near.map(|(_, value)| value).reduce(f64::max)
    }

    /// The value that half of the points before an instant are below.
    pub(super) fn median_before(&self, at: Timestamp) -> Option<f64> {
        let mut values: Vec<f64> =
            self.points().filter(|(time, _)| *time < at).map(|(_, value)| value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }

    /// The series that rises most: its first and last values, where it ends above where it began and never empties.
    /// Only series one of whose labels has `word` in it, where any has.
    pub(super) fn rise(&self, word: Option<&str>) -> Option<(f64, f64)> {
        let named =
            |it: &&Series| word.is_some_and(|word| it.labels.0.iter().any(|(_, value)| value.contains(word)));
        let ours: Vec<&Series> = self.series.iter().filter(named).collect();
        let ours = if ours.is_empty() { self.series.iter().collect() } else { ours };
        let rise = |it: &Series| {
            let values: Vec<f64> = it.values.iter().copied().filter(|it| it.is_finite()).collect();
            if values.len() < 2 * EDGE_POINTS {
                return None;
            }
            let least = |part: &[f64]| part.iter().copied().reduce(f64::min);
            let first = values.get(..EDGE_POINTS)?.iter().copied().reduce(f64::max)?;
            let last = least(values.get(values.len() - EDGE_POINTS..)?)?;
            (last > first && least(values.get(EDGE_POINTS..)?)? >= first.min(last)).then_some((first, last))
        };
        ours.into_iter().filter_map(rise).max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))
    }

    /// Whether it is above a limit for at least so long without a point below.
    pub(super) fn stays_above(&self, limit: f64, at_least: TimeDelta) -> bool {
        let stays = |it: &Series| {
            let mut since: Option<Timestamp> = None;
            it.times.iter().zip(&it.values).any(|(time, value)| {
                if value.is_nan() || *value <= limit {
                    since = None;
                    return false;
                }
                let since = *since.get_or_insert(*time);
                *time - since >= at_least
            })
        };
        self.series.iter().any(stays)
    }
}
