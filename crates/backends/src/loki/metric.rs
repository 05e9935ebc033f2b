//! Numbers made of log lines: `query_range` and `query` for metric queries.

use std::fmt::Display;

use domain::series::Series;
use domain::time::{Step, TimeRange, Timestamp};

use super::logql::LogMetric;
use crate::answer::{Small, Streamed};
use crate::numbers::{self, Matrix};
use crate::request::{method_for, nanos};
use crate::{Endpoint, Question, RequestSpec, Sample, SourceKind};

/// A metric query over a time range: `GET /loki/api/v1/query_range`.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricRange {
    /// What is counted.
    pub query: LogMetric,
    /// When; best aligned to the step.
    pub range: TimeRange,
    /// The distance of the points.
    pub step: Step,
}

impl Endpoint for MetricRange {
    type Output = Vec<Series>;
    type Decoder = Streamed<Vec<Series>>;

    fn request(&self) -> RequestSpec {
        let query = self.query.to_string();
        RequestSpec {
            source: SourceKind::Loki,
            method: method_for(&query),
            path: "/loki/api/v1/query_range".to_owned(),
            params: vec![
                ("query", query.clone()),
                ("start", nanos(self.range.start)),
                ("end", nanos(self.range.end)),
                ("step", format!("{}ms", self.step.length().millis().max(1))),
            ],
            headers: Vec::new(),
            question: Question {
                endpoint: "loki/metric_range",
                query,
                range: Some(self.range),
                step: Some(self.step),
            },
            timeout_secs: 60,
        }
    }

    fn decoder(&self) -> Self::Decoder {
        Streamed::new(SourceKind::Loki, Matrix::of("Loki"))
    }
}

/// A metric query at one instant: `GET /loki/api/v1/query`. A scalar comes as one sample without labels.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricQuery<Query = LogMetric> {
    /// What is counted.
    pub query: Query,
    /// When.
    pub at: Timestamp,
}

impl<Query: Display> Endpoint for MetricQuery<Query> {
    type Output = Vec<Sample>;
    type Decoder = Small<Vec<Sample>>;

    fn request(&self) -> RequestSpec {
        let query = self.query.to_string();
        RequestSpec {
            source: SourceKind::Loki,
            method: method_for(&query),
            path: "/loki/api/v1/query".to_owned(),
            params: vec![("query", query.clone()), ("time", nanos(self.at))],
            headers: Vec::new(),
            question: Question {
                endpoint: "loki/metric_query",
                query,
                range: Some(TimeRange { start: self.at, end: self.at }),
                step: None,
            },
            timeout_secs: 60,
        }
    }

    fn decoder(&self) -> Self::Decoder {
        Small::new(SourceKind::Loki, numbers::loki_samples)
    }
}
