//! Traces by TraceQL.

use domain::attr::Attributes;
use domain::ids::SpanId;
use domain::time::{TimeDelta, TimeRange, Timestamp};
use domain::trace::TraceSummary;

use super::found::Found;
use super::traceql::SpanQuery;
use crate::answer::Streamed;
use crate::{Endpoint, Method, Question, RequestSpec, SourceKind};

/// The traces that have matching spans: `GET /api/search`.
///
/// Tempo does not promise the newest first: cut a long range with [`super::slices_newest_first`]. From 2.10 on it does
/// not find spans of the last 30 s (`query_end_cutoff`), and answers for the last quarter of an hour where nothing else
/// was asked for: what lies outside of the range is left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// Which spans.
    pub query: SpanQuery,
    /// When, in whole seconds, rounded outwards.
    pub range: TimeRange,
    /// At most so many traces.
    pub limit: u32,
    /// At most so many of the matching spans of each trace (Tempo allows 100).
    pub spans_per_trace: u32,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchAnswer {
    /// The traces, newest first.
    pub traces: Vec<FoundTrace>,
    /// Whether the limit was reached, so that there may be more.
    pub is_cut: bool,
}

/// One trace that a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundTrace {
    /// The trace as a whole.
    pub summary: TraceSummary,
    /// Matching spans, at most as many as were asked for.
    pub spans: Vec<FoundSpan>,
    /// How many spans match; more than `spans` where those were cut.
    pub n_matched: u32,
}

/// One span that a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundSpan {
    /// Its id.
    pub id: SpanId,
    /// Its name; `None` where the query did not ask for it.
    pub name: Option<String>,
    /// When it began.
    pub start: Timestamp,
    /// How long it took.
    pub duration: TimeDelta,
    /// Attributes that the query named, without their scope.
    pub attributes: Attributes,
}

impl Endpoint for Search {
    type Output = SearchAnswer;
    type Decoder = Streamed<SearchAnswer>;

    fn request(&self) -> RequestSpec {
        let query = self.query.to_string();
        let mut params = vec![("q", query.clone())];
        params.extend(whole_seconds(self.range));
        params.push(("limit", self.limit.to_string()));
        params.push(("spss", self.spans_per_trace.to_string()));
        RequestSpec {
            source: SourceKind::Tempo,
            // Tempo ignores a form: the query would be lost, and everything found.
            method: Method::Get,
            path: "/api/search".to_owned(),
            params,
            headers: Vec::new(),
            question: Question {
                endpoint: "tempo/search",
                query: format!("{query} limit={} spss={}", self.limit, self.spans_per_trace),
                range: Some(self.range),
                step: None,
            },
            timeout_secs: 30,
        }
    }

    fn decoder(&self) -> Self::Decoder {
        Streamed::new(SourceKind::Tempo, Found::of(self))
    }
}

/// Both ends, as Tempo wants them: whole Unix seconds, rounded outwards, never equal.
pub(super) fn whole_seconds(range: TimeRange) -> Vec<(&'static str, String)> {
    let second = TimeDelta::from_secs(1);
    let start = range.start.floor_to(second).secs();
    let end = range.end.ceil_to(second).secs().max(start + 1);
    vec![("start", start.to_string()), ("end", end.to_string())]
}
