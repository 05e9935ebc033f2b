//! A trace by its id, as protobuf where the server gives it and as JSON otherwise.

use domain::ids::TraceId;
use domain::time::TimeRange;
use domain::trace::Trace;

use super::abilities::TraceApi;
use super::search::whole_seconds;
use super::trace_decoder::TraceDecoder;
use crate::{Endpoint, Method, Question, RequestSpec, SourceKind};

/// One trace: `GET /api/v2/traces/{hex}` or `GET /api/traces/{hex}`. `None` where Tempo has no such trace.
///
/// Sees spans at once, unlike a search. Partial answers say why in [`Trace::partial`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceById {
    /// Which.
    pub id: TraceId,
    /// How to ask: see [`super::Abilities::trace_api`].
    pub api: TraceApi,
    /// Where it is known when it was: looks no further, which is faster. `None` looks everywhere.
    pub around: Option<TimeRange>,
}

impl Endpoint for TraceById {
    type Output = Option<Trace>;
    type Decoder = TraceDecoder;

    fn request(&self) -> RequestSpec {
        let path = match self.api {
            TraceApi::V2 => format!("/api/v2/traces/{}", self.id),
            TraceApi::V1 => format!("/api/traces/{}", self.id),
        };
        RequestSpec {
            source: SourceKind::Tempo,
            method: Method::Get,
            path,
            params: self.around.map(whole_seconds).unwrap_or_default(),
            headers: vec![("Accept", "application/protobuf")],
            question: Question {
                endpoint: match self.api {
                    TraceApi::V2 => "tempo/trace_v2",
                    TraceApi::V1 => "tempo/trace_v1",
                },
                query: self.id.to_string(),
                range: self.around,
                step: None,
            },
            timeout_secs: 30,
        }
    }

    fn decoder(&self) -> Self::Decoder {
        TraceDecoder::new(self.api)
    }
}
