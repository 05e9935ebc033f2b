//! What was sampled while one span was worked on: `SelectMergeSpanProfile` of the querier service, as Connect's JSON.

use domain::ids::SpanId;
use domain::profile::Profile;

use super::flame::Flame;
use super::render::{MAX_NODES, Render};
use crate::answer::Streamed;
use crate::quote::go_string;
use crate::{Endpoint, Method, Question, RequestSpec, SourceKind};

/// The two calls that know spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpanApi {
    /// Every Pyroscope since 1.0 has it; called deprecated since 2.2.
    SelectMergeSpanProfile,
    /// What took its place. A server that does not know its `spanSelector` leaves it out without a word, and tells of
    /// every span: so it is asked only where the other is gone.
    SelectMergeStacktraces,
}

/// All that profiles of one type counted while one span was worked on.
///
/// Samples carry the span's id where the program's profiler knows of its tracer, which then writes
/// [`SpanProfile::ATTRIBUTE`] to the span.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanProfile {
    /// The type, the series and when: wider than the span, since samples are sent every few seconds.
    pub all: Render,
    /// The span.
    pub span: SpanId,
    /// Which call.
    pub api: SpanApi,
}

impl SpanProfile {
    /// The attribute of a span of which samples can be told; its value is the id that they carry.
    pub const ATTRIBUTE: &str = "pyroscope.profile.id";

    /// What is asked, for people.
    pub fn query(&self) -> String {
        format!("{} span {}", self.all.query(), self.span)
    }
}

impl Endpoint for SpanProfile {
    type Output = Profile;
    type Decoder = Streamed<Profile>;

    fn request(&self) -> RequestSpec {
        let (method, endpoint) = match self.api {
            SpanApi::SelectMergeSpanProfile => ("SelectMergeSpanProfile", "pyroscope/span_profile"),
            SpanApi::SelectMergeStacktraces => ("SelectMergeStacktraces", "pyroscope/stacktraces"),
        };
        // What Go quotes is JSON as well.
        let body = format!(
            r#"{{"profileTypeID":{},"labelSelector":{},"spanSelector":["{}"],"start":{},"end":{},"maxNodes":{MAX_NODES}}}"#,
            go_string(&self.all.profile_type),
            go_string(&self.all.selector()),
            self.span,
            self.all.range.start.millis().max(0),
            self.all.range.end.millis().max(0),
        );
        RequestSpec {
            source: SourceKind::Pyroscope,
            method: Method::PostJson(body),
            path: format!("/querier.v1.QuerierService/{method}"),
            params: Vec::new(),
            headers: Vec::new(),
            question: Question { endpoint, query: self.query(), range: Some(self.all.range), step: None },
            timeout_secs: 30,
        }
    }

    fn decoder(&self) -> Self::Decoder {
        Streamed::new(SourceKind::Pyroscope, Flame::of_type(&self.all.profile_type))
    }
}
