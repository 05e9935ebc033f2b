//! Spans as a search lists them, made into spans that a job can be put together from.

use std::sync::Arc;

use backends::tempo::{FoundSpan, FoundTrace};
use domain::attr::Attributes;
use domain::ids::TraceId;
use domain::trace::{Resource, Span, SpanKind, SpanStatus, Trace};

/// The matching spans of a trace; `None` where there is none.
///
/// A search tells neither parents nor events: such spans say when, where and how, but not what lay inside what.
pub(super) fn trace(found: &FoundTrace) -> Option<Trace> {
    let spans: Vec<Span> = found.spans.iter().map(|it| span(found.summary.id, it)).collect();
    (!spans.is_empty()).then(|| Trace::from_spans(spans))
}

fn span(trace: TraceId, found: &FoundSpan) -> Span {
    let text = |name: &str| found.attributes.get(name).map(ToString::to_string).unwrap_or_default();
    let own = found.attributes.iter().filter(|(name, _)| !matches!(*name, "kind" | "status"));
    let attributes: Attributes = own.map(|(name, value)| (name, value.clone())).collect();
    Span {
        trace,
        id: found.id,
        parent: None,
        name: found.name.as_deref().unwrap_or_default().into(),
        kind: match text("kind").as_str() {
            "server" => SpanKind::Server,
            "client" => SpanKind::Client,
            "producer" => SpanKind::Producer,
            "consumer" => SpanKind::Consumer,
            "internal" => SpanKind::Internal,
            _ => SpanKind::Unspecified,
        },
        start: found.start,
        end: found.start + found.duration,
        status: match text("status").as_str() {
            "error" => SpanStatus::Error,
            "ok" => SpanStatus::Ok,
            _ => SpanStatus::Unset,
        },
        status_message: "".into(),
        resource: Arc::new(Resource {
            service: text("service.name").into(),
            attributes: Attributes::default(),
        }),
        attributes,
        events: Vec::new(),
        links: Vec::new(),
    }
}
