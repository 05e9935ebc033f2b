//! Spans as an OpenTelemetry SDK ends them.

use domain::attr::AttrValue;
use domain::ids::{SpanId, TraceId};
use domain::time::Timestamp;

use crate::rng::Rng;

/// Which side of a conversation a span is (OTLP's `SpanKind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// Work inside one process.
    Internal = 1,
    /// Answers a request.
    Server = 2,
    /// Sends a request.
    Client = 3,
    /// Puts a message into a queue.
    Producer = 4,
    /// Takes a message from a queue.
    Consumer = 5,
}

/// An exception that was recorded on a span (the `exception` event of the semantic conventions).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The class, with its module.
    pub class: &'static str,
    /// What it said.
    pub message: String,
    /// The traceback, as Python prints it.
    pub traceback: String,
}

/// One ended span.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Its trace.
    pub trace: TraceId,
    /// Its own id.
    pub id: SpanId,
    /// The span it belongs to; `None` for a root.
    pub parent: Option<SpanId>,
    /// Resource `service.name`.
    pub service: &'static str,
    /// Resource `service.version`.
    pub version: String,
    /// The instrumentation that made it, without `opentelemetry.instrumentation.`.
    pub scope: &'static str,
    /// What was done.
    pub name: String,
    /// Which side of a conversation.
    pub kind: SpanKind,
    /// When it began.
    pub start: Timestamp,
    /// When it ended.
    pub end: Timestamp,
    /// Its attributes.
    pub attrs: Vec<(&'static str, AttrValue)>,
    /// Set when the status is ERROR: the status message.
    pub error: Option<String>,
    /// The exception that ended it.
    pub exception: Option<Exception>,
}

impl Span {
    /// A span of which only this is known yet.
    pub fn new(
        trace: TraceId,
        id: SpanId,
        service: &'static str,
        scope: &'static str,
        name: &str,
        kind: SpanKind,
    ) -> Self {
        Self {
            trace,
            id,
            parent: None,
            service,
            version: String::new(),
            scope,
            name: name.to_owned(),
            kind,
            start: Timestamp::default(),
            end: Timestamp::default(),
            attrs: Vec::new(),
            error: None,
            exception: None,
        }
    }

    /// Under `parent`, from `start` to `end`.
    #[must_use]
    pub fn placed(mut self, parent: Option<SpanId>, start: Timestamp, end: Timestamp) -> Self {
        (self.parent, self.start, self.end) = (parent, start, end);
        self
    }

    /// With one more text attribute.
    #[must_use]
    pub fn text(mut self, name: &'static str, value: &str) -> Self {
        self.attrs.push((name, AttrValue::text(value)));
        self
    }

    /// With one more integer attribute.
    #[must_use]
    pub fn int(mut self, name: &'static str, value: i64) -> Self {
        self.attrs.push((name, AttrValue::Int(value)));
        self
    }

    /// Ended by an exception.
    #[must_use]
    pub fn failed(mut self, exception: &Exception) -> Self {
        self.error = Some(exception.message.clone());
        self.exception = Some(exception.clone());
        self
    }
}

/// A new trace's id.
pub fn trace_id(rng: &mut Rng) -> TraceId {
    let [high, low] = [rng.next_u64(), rng.next_u64() | 1].map(u64::to_be_bytes);
    let mut bytes = [0; 16];
    for (byte, value) in bytes.iter_mut().zip(high.into_iter().chain(low)) {
        *byte = value;
    }
    TraceId::from_bytes(bytes).unwrap_or_else(|| trace_id(rng))
}

/// A new span's id.
pub fn span_id(rng: &mut Rng) -> SpanId {
    SpanId::from_bytes(rng.next_u64().to_be_bytes()).unwrap_or_else(|| span_id(rng))
}
