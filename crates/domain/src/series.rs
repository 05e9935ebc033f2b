//! Series of numbers over time, in columns.

use std::sync::Arc;

use crate::ids::TraceId;
use crate::time::{TimeRange, Timestamp};

/// Names and values that tell one series from another, sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Labels(pub Vec<(Arc<str>, Arc<str>)>);

impl Labels {
    /// The value of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| &**key == name).map(|(_, value)| &**value)
    }

    /// Labels sorted by name.
    pub fn from_pairs<K: Into<Arc<str>>, V: Into<Arc<str>>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut pairs: Vec<_> = pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        pairs.sort();
        Self(pairs)
    }
}

/// One series: `times` and `values` have the same length; times ascend; a value may be `NaN` or infinite.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// What it is.
    pub labels: Labels,
    /// When each value was taken. Shared by all series of an answer that have the same times.
    pub times: Arc<[Timestamp]>,
    /// The values.
    pub values: Vec<f64>,
}

impl Series {
    /// The newest value that is a number, and its time.
    pub fn last(&self) -> Option<(Timestamp, f64)> {
        self.times.iter().copied().zip(self.values.iter().copied()).rev().find(|(_, value)| !value.is_nan())
    }

    /// The part of it inside `range`.
    pub fn clipped_to(&self, range: TimeRange) -> Self {
        let first = self.times.partition_point(|it| *it < range.start);
        let past = self.times.partition_point(|it| *it <= range.end);
        if first == 0 && past == self.times.len() {
            return self.clone();
        }
        Self {
            labels: self.labels.clone(),
            times: self.times.get(first..past).unwrap_or_default().into(),
            values: self.values.get(first..past).unwrap_or_default().to_vec(),
        }
    }
}

/// One observation that a metric kept together with its trace (OpenMetrics exemplar).
#[derive(Clone, Debug, PartialEq)]
pub struct Exemplar {
    /// When it was observed.
    pub time: Timestamp,
    /// What was observed, in the metric's unit.
    pub value: f64,
    /// The trace that it belongs to, where a label says.
    pub trace: Option<TraceId>,
    /// The series that it belongs to.
    pub series: Labels,
}
