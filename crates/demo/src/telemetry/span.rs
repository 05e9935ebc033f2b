//! Spans as an OpenTelemetry SDK ends them.

use domain::attr::AttrValue;
use domain::ids::{SpanId, TraceId};
use domain::time::Timestamp;

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
