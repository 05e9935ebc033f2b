//! Reads a trace in whichever of the two formats Tempo chose to send it.

use domain::trace::Trace;
use domain::warning::Warning;

use super::abilities::TraceApi;
use super::otlp_json::JsonTrace;
use super::otlp_proto::{Place, ProtoTrace};
use super::protobuf;
use crate::answer::{Answer, Head, Misread, misread, refusal};
use crate::json;
use crate::{BackendError, Decoder, Headers, SourceKind};

/// Reads the answer to a [`super::TraceById`].
#[derive(Debug)]
pub struct TraceDecoder {
    api: TraceApi,
    head: Head,
    format: Format,
}

/// The format of the body. The media type comes with the end of it, so the first byte decides: a JSON object begins
/// with `{`, which no protobuf message of Tempo's does.
#[derive(Debug)]
enum Format {
    /// No byte has come.
    Unknown,
    Json(Box<json::Walker<JsonTrace>>),
    Proto(Box<protobuf::Walker<ProtoTrace>>),
}

impl TraceDecoder {
    pub(super) fn new(api: TraceApi) -> Self {
        Self { api, head: Head::default(), format: Format::Unknown }
    }

    /// Whether a 404 says that there is no such trace, and not that there is no such address.
    fn is_no_such_trace(&self) -> bool {
        // Tempo 3 says nothing, Tempo 2.2 says so.
        self.head.is_blank() || self.head.text().contains("trace not found")
    }
}

impl Decoder for TraceDecoder {
    type Output = Option<Trace>;

    fn push(&mut self, chunk: &[u8]) {
        self.head.push(chunk);
        if let (Format::Unknown, Some(first)) = (&self.format, chunk.first()) {
            let top = match self.api {
                TraceApi::V2 => Place::Response,
                TraceApi::V1 => Place::Trace,
            };
            self.format = match first {
                b'{' => Format::Json(Box::new(json::Walker::new(JsonTrace::default()))),
                _ => Format::Proto(Box::new(protobuf::Walker::new(top, ProtoTrace::default()))),
            };
        }
        match &mut self.format {
            Format::Unknown => {}
            Format::Json(walker) => walker.push(chunk),
            Format::Proto(walker) => walker.push(chunk),
        }
    }

    fn finish(self, status: u16, headers: &Headers) -> Result<(Option<Trace>, Vec<Warning>), BackendError> {
        if status == 404 && self.is_no_such_trace() {
            return Ok((None, Vec::new()));
        }
        if !(200..300).contains(&status) {
            return Err(refusal(SourceKind::Tempo, status, headers, &self.head));
        }
        let is_proto = headers.media_type().contains("protobuf");
        let answer = match self.format {
            // An empty protobuf message has no bytes.
            Format::Unknown if is_proto => Ok((None, Vec::new())),
            Format::Unknown => Err(Misread::Truncated),
            Format::Json(walker) => walker.finish().map_err(Misread::from).and_then(JsonTrace::answer),
            // Protobuf reads sense into much that is none.
            Format::Proto(_) if !is_proto => {
                Err(Misread::Malformed("it is neither JSON nor protobuf".to_owned()))
            }
            Format::Proto(walker) => match walker.finish() {
                Ok(trace) => Ok(trace.0.finish()),
                Err(None) => Err(Misread::Truncated),
                Err(Some((at, expected))) => {
                    Err(Misread::Malformed(format!("{expected} was expected at byte {at}")))
                }
            },
        };
        answer.map_err(|cause| misread(SourceKind::Tempo, status, headers, &self.head, cause))
    }
}
