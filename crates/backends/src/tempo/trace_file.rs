//! Reads traces from a file: OTLP's JSON, as Tempo, the Collector or this app write it, or Jaeger's.

use std::fmt;

use domain::trace::Trace;
use domain::warning::Warning;

use super::builder::TraceBuilder;
use super::jaeger_json::JaegerSpans;
use super::otlp_json::{self, JsonTrace};
use crate::json::{Child, Cursor, Outline, Read, Trouble, Walker};

/// Reads a file that is fed in pieces.
pub struct TraceFile {
    walker: Walker<AnyTraces>,
    n_bytes: u64,
    first: Option<u8>,
}

/// Why a file holds no traces that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceFileError {
    /// It has no bytes.
    Empty,
    /// It is no JSON: the byte, and what was expected there.
    NotJson(u64, &'static str),
    /// It ends in the middle: how many bytes it has.
    CutShort(u64),
    /// It is protobuf or packed.
    NotText,
    /// It is Zipkin's format.
    Zipkin,
    /// It is JSON, and has no spans where either format has them.
    NoSpans,
}

impl fmt::Display for TraceFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("The file is empty"),
            Self::NotJson(at, expected) => {
                write!(f, "The file is no JSON: at byte {at}, {expected} was expected")
            }
            Self::CutShort(n) => write!(f, "The file ends in the middle of a trace, after {n} bytes"),
            Self::NotText => f.write_str("The file is no text"),
            Self::Zipkin => f.write_str("The file holds a trace in Zipkin's format, which is not read here"),
            Self::NoSpans => f.write_str("The file is JSON, but has no spans in it"),
        }
    }
}

impl TraceFileError {
    /// What a person can do about it, as a sentence.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Empty | Self::CutShort(_) => "Download it again, whole.",
            Self::NotJson(..) => {
                "Open a trace saved as OTLP JSON or as Jaeger JSON, one document in the file."
            }
            Self::NotText => "Ask Tempo for it with the header Accept: application/json, or unpack it.",
            Self::Zipkin => "Save it as Jaeger JSON, or send it through a Collector that writes OTLP JSON.",
            Self::NoSpans => {
                "OTLP JSON has its spans in resourceSpans (or batches), Jaeger JSON in data, each with spans and processes."
            }
        }
    }
}

impl std::error::Error for TraceFileError {}

impl Default for TraceFile {
    fn default() -> Self {
        Self { walker: Walker::new(AnyTraces::default()), n_bytes: 0, first: None }
    }
}

impl TraceFile {
    /// Takes the next bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        // A mark of byte order is no JSON.
        let chunk =
            if self.n_bytes == 0 { chunk.strip_prefix(b"\xef\xbb\xbf").unwrap_or(chunk) } else { chunk };
        self.first = self.first.or(chunk.iter().copied().find(|it| !it.is_ascii_whitespace()));
        self.n_bytes += chunk.len() as u64;
        self.walker.push(chunk);
    }

    /// Ends the file; gives the traces in it, oldest first.
    ///
    /// # Errors
    /// When it holds none that can be read.
    pub fn finish(self) -> Result<(Vec<Trace>, Vec<Warning>), TraceFileError> {
        let Some(first) = self.first else { return Err(TraceFileError::Empty) };
        let traces = match self.walker.finish() {
            Ok(traces) => traces,
            Err(_) if !matches!(first, b' '..=b'~') => return Err(TraceFileError::NotText),
            Err(Trouble::Truncated) => return Err(TraceFileError::CutShort(self.n_bytes)),
            Err(Trouble::Malformed { at, expected }) => return Err(TraceFileError::NotJson(at, expected)),
        };
        let is_zipkin = traces.is_zipkin;
        let (traces, warnings) = traces.otlp.into_builder().finish_all("the file");
        match (traces.is_empty(), is_zipkin) {
            (false, _) => Ok((traces, warnings)),
            (true, true) => Err(TraceFileError::Zipkin),
            (true, false) => Err(TraceFileError::NoSpans),
        }
    }
}

/// Either format, also several traces, in whatever holds them.
#[derive(Debug, Default)]
struct AnyTraces {
    otlp: JsonTrace,
    jaeger: JaegerSpans,
    is_zipkin: bool,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    /// The document, an item of a list, or what is in `data` or `trace`.
    Any,
    /// `spans` of a Jaeger trace.
    Spans,
    /// `processes` of a Jaeger trace.
    Processes,
    /// Inside of `resourceSpans` or `batches`.
    Otlp(otlp_json::Place),
}

impl AnyTraces {
    fn builder(&mut self) -> &mut TraceBuilder {
        self.otlp.builder_mut()
    }
}

impl Outline for AnyTraces {
    type Place = Place;
    const TOP: Place = Place::Any;

    fn child(&self, place: Place, name: Option<&[u8]>) -> Child<Place> {
        match (place, name) {
            (Place::Any, None | Some(b"data" | b"trace")) => Child::Open(Place::Any),
            (Place::Any, Some(b"spans")) => Child::Open(Place::Spans),
            (Place::Any, Some(b"processes")) => Child::Open(Place::Processes),
            (Place::Any, Some(b"resourceSpans" | b"batches")) => {
                Child::Open(Place::Otlp(otlp_json::Place::Resources))
            }
            (Place::Any, Some(b"localEndpoint")) | (Place::Spans, None) | (Place::Processes, Some(_)) => {
                Child::Take
            }
            (Place::Any, Some(_)) | (Place::Spans, Some(_)) | (Place::Processes, None) => Child::Skip,
            (Place::Otlp(inner), name) => match self.otlp.child(inner, name) {
                Child::Open(inner) => Child::Open(Place::Otlp(inner)),
                Child::Take => Child::Take,
                Child::Skip => Child::Skip,
            },
        }
    }

    fn take(&mut self, place: Place, name: Option<&[u8]>, value: &mut Cursor<'_>) -> Read<()> {
        match place {
            Place::Spans => self.jaeger.take_span(&mut self.otlp.builder_mut().interner, value),
            Place::Processes => {
                let id = name.unwrap_or_default();
                self.jaeger.take_process(&mut self.otlp.builder_mut().interner, id, value)
            }
            Place::Any => {
                self.is_zipkin = true;
                value.skip()
            }
            Place::Otlp(inner) => self.otlp.take(inner, name, value),
        }
    }

    fn leave(&mut self, place: Place) {
        match place {
            Place::Any => {
                let mut jaeger = std::mem::take(&mut self.jaeger);
                jaeger.end_trace(self.builder());
            }
            Place::Spans | Place::Processes => {}
            Place::Otlp(inner) => self.otlp.leave(inner),
        }
    }
}
