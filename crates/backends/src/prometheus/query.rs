//! `query`: values at one instant.

use domain::time::{TimeRange, Timestamp};

use super::promql::Expr;
use crate::answer::Small;
use crate::numbers;
use crate::request::{method_for, seconds};
use crate::{Endpoint, Question, RequestSpec, Sample, SourceKind};

/// An expression at one instant: `GET /api/v1/query`. A scalar comes as one sample without labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// What.
    pub expr: Expr,
    /// When.
    pub at: Timestamp,
}

impl Endpoint for Query {
    type Output = Vec<Sample>;
    type Decoder = Small<Vec<Sample>>;

    fn request(&self) -> RequestSpec {
        let query = self.expr.to_string();
        RequestSpec {
            source: SourceKind::Prometheus,
            method: method_for(&query),
            path: "/api/v1/query".to_owned(),
            params: vec![("query", query.clone()), ("time", seconds(self.at))],
            headers: Vec::new(),
            question: Question {
                endpoint: "prometheus/query",
                query,
                range: Some(TimeRange { start: self.at, end: self.at }),
                step: None,
            },
            timeout_secs: 30,
        }
    }

    fn decoder(&self) -> Self::Decoder {
        Small::new(SourceKind::Prometheus, numbers::prometheus_samples)
    }
}
