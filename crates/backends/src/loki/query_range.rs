//! `query_range` for log lines.

use domain::time::TimeRange;

use super::batch::LogBatch;
use super::lines::Lines;
use super::logql::LogQuery;
use crate::answer::Streamed;
use crate::request::{method_for, nanos};
use crate::{Endpoint, Question, RequestSpec, SourceKind};

/// Which lines come first, and which are left out when there are more than the limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Newest first.
    #[default]
    Backward,
    /// Oldest first.
    Forward,
}

impl Direction {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Backward => "backward",
            Self::Forward => "forward",
        }
    }
}

/// The log lines of a time range: `GET /loki/api/v1/query_range`.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryRange {
    /// Which lines.
    pub query: LogQuery,
    /// When; the end is not included.
    pub range: TimeRange,
    /// At most so many lines, over all streams together; see [`super::MAX_LIMIT`].
    pub limit: u32,
    /// Which of them, if there are more.
    pub direction: Direction,
}

impl Endpoint for QueryRange {
    type Output = LogBatch;
    type Decoder = Streamed<LogBatch>;

    fn request(&self) -> RequestSpec {
        let query = self.query.to_string();
        RequestSpec {
            source: SourceKind::Loki,
            method: method_for(&query),
            path: "/loki/api/v1/query_range".to_owned(),
            question: Question {
                endpoint: "loki/query_range",
                query: format!("{query} limit={} direction={}", self.limit, self.direction.name()),
                range: Some(self.range),
                step: None,
            },
            params: vec![
                ("query", query),
                ("start", nanos(self.range.start)),
                ("end", nanos(self.range.end)),
                ("limit", self.limit.to_string()),
                ("direction", self.direction.name().to_owned()),
            ],
            // Without it every trace id makes a stream of its own. Across origins it costs a preflight.
            headers: vec![("X-Loki-Response-Encoding-Flags", "categorize-labels")],
            timeout_secs: 60,
        }
    }

    fn decoder(&self) -> Self::Decoder {
        Streamed::new(SourceKind::Loki, Lines::default())
    }
}
