//! What a deployment sends out: log lines, spans and samples, before any server's format.

mod json;
mod metrics;
mod span;

pub use json::Json;
pub use metrics::{Exemplar, Family, Kind, Registry, TimeSeries};
pub use span::{Exception, Span, SpanKind, span_id, trace_id};

use domain::time::{Timestamp, civil_from_timestamp};

/// One log line, and where Loki keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// When the log driver read it: Loki's own timestamp.
    pub at: Timestamp,
    /// Stream labels.
    pub labels: Vec<(&'static str, String)>,
    /// Structured metadata.
    pub metadata: Vec<(&'static str, String)>,
    /// The line as the program wrote it.
    pub body: String,
}

/// Everything that was sent out since it was last taken.
#[derive(Debug, Default)]
pub struct Batch {
    /// Lines, oldest first.
    pub lines: Vec<LogLine>,
    /// Spans that passed the sampling, by the time of their decision.
    pub spans: Vec<Span>,
    /// Series with their new samples, oldest first in each.
    pub series: Vec<TimeSeries>,
}

/// `2026-03-14T10:22:01.341Z` (RFC 3339 in UTC, to the millisecond).
pub fn rfc3339(at: Timestamp) -> String {
    let it = civil_from_timestamp(at, 0);
    let (date, millis) = (format!("{:04}-{:02}-{:02}", it.year, it.month, it.day), it.nanos / 1_000_000);
    format!("{date}T{:02}:{:02}:{:02}.{millis:03}Z", it.hour, it.minute, it.second)
}

/// `2026-02-10 14:23:45,123` (Python's `asctime`), as a clock `offset_secs` east of UTC shows it: the zone is not said.
pub fn asctime(at: Timestamp, offset_secs: i32) -> String {
    let it = civil_from_timestamp(at, offset_secs);
    let (date, millis) = (format!("{:04}-{:02}-{:02}", it.year, it.month, it.day), it.nanos / 1_000_000);
    format!("{date} {:02}:{:02}:{:02},{millis:03}", it.hour, it.minute, it.second)
}
