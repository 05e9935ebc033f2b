//! Lines as Vector writes them: the program's own JSON under `log`, with what Docker knows beside it.

use domain::ids::{SpanId, TraceId};
use domain::time::Timestamp;

use crate::telemetry::{Json, LogLine, rfc3339};

/// One program's lines within one span.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program {
    container: &'static str,
    /// The trace of its lines.
    pub(super) trace: TraceId,
    span: SpanId,
}

impl Program {
    /// The application.
    pub(super) const fn api(trace: TraceId, span: SpanId) -> Self {
        Self { container: "pix_erase.api", trace, span }
    }

    /// The worker.
    pub(super) const fn worker(trace: TraceId, span: SpanId) -> Self {
        Self { container: "pix_erase.worker", trace, span }
    }

    /// One of its lines.
    pub(super) fn line(&self, at: Timestamp, level: &str, event: &str, extra: &Json) -> LogLine {
        let inner = Json::new()
            .text("timestamp", &rfc3339(at))
            .text("level", level)
            .text("event", event)
            .text("trace_id", &self.trace.to_string())
            .text("span_id", &self.span.to_string())
            .and(extra)
            .finish();
        let body = Json::new()
            .raw("log", &inner)
            .text("container_name", self.container)
            .text("source_type", "docker_logs")
            .text("stream", "stdout")
            .finish();
        LogLine {
            at,
            labels: vec![("container_name", self.container.to_owned()), ("level", level.to_lowercase())],
            metadata: Vec::new(),
            body,
        }
    }
}
