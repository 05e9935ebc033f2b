//! `query_range`: series over time, decoded into columns as they come.

use domain::series::Series;
use domain::time::{Step, TimeRange};

use super::promql::Expr;
use crate::answer::Streamed;
use crate::numbers::Matrix;
use crate::request::{method_for, seconds};
use crate::{Endpoint, Question, RequestSpec, SourceKind};

/// An expression over a time range: `GET /api/v1/query_range`.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryRange {
    /// What.
    pub expr: Expr,
    /// When. Points are at `start + k × step`, and at the end, if one falls there: see [`QueryRange::aligned`].
    pub range: TimeRange,
    /// The distance of the points.
    pub step: Step,
}

impl QueryRange {
    /// The question for `range` widened to whole steps, so that points stay where they are when the range moves.
    pub fn aligned(expr: Expr, range: TimeRange, step: Step) -> Self {
        Self { expr, range: range.aligned_to(step.length()), step }
    }
}

impl Endpoint for QueryRange {
    type Output = Vec<Series>;
    type Decoder = Streamed<Vec<Series>>;

    fn request(&self) -> RequestSpec {
        let query = self.expr.to_string();
        RequestSpec {
            source: SourceKind::Prometheus,
            method: method_for(&query),
            path: "/api/v1/query_range".to_owned(),
            params: vec![
                ("query", query.clone()),
                ("start", seconds(self.range.start)),
                ("end", seconds(self.range.end)),
                ("step", format!("{}ms", self.step.length().millis().max(1))),
            ],
            headers: Vec::new(),
            question: Question {
                endpoint: "prometheus/query_range",
                query,
                range: Some(self.range),
                step: Some(self.step),
            },
            timeout_secs: 30,
        }
    }

    fn decoder(&self) -> Self::Decoder {
        Streamed::new(SourceKind::Prometheus, Matrix::of("Prometheus"))
    }
}
