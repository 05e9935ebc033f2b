//! `query_exemplars`: single observations, with the traces that they belong to.

use domain::series::Exemplar;
use domain::time::TimeRange;

use super::promql::Expr;
use crate::request::{method_for, seconds};
use crate::{Endpoint, Question, RequestSpec, SourceKind};

/// The exemplars of every series that an expression reads: `GET /api/v1/query_exemplars`.
///
/// A server that stores none answers with none.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryExemplars {
    /// An expression with the series in it.
    pub expr: Expr,
    /// When.
    pub range: TimeRange,
}

impl Endpoint for QueryExemplars {
    type Output = Vec<Exemplar>;
    type Decoder = crate::Pending<Vec<Exemplar>>;

    fn request(&self) -> RequestSpec {
        let query = self.expr.to_string();
        RequestSpec {
            source: SourceKind::Prometheus,
            method: method_for(&query),
            path: "/api/v1/query_exemplars".to_owned(),
            params: vec![
                ("query", query.clone()),
                ("start", seconds(self.range.start)),
                ("end", seconds(self.range.end)),
            ],
            headers: Vec::new(),
            question: Question {
                endpoint: "prometheus/query_exemplars",
                query,
                range: Some(self.range),
                step: None,
            },
            timeout_secs: 30,
        }
    }

    fn decoder(&self) -> Self::Decoder {
        crate::Pending::new(SourceKind::Prometheus)
    }
}
