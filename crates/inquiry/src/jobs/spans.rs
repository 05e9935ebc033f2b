//! Spans as a search lists them, made into spans that a job can be put together from.

use std::sync::Arc;

use backends::tempo::{FoundSpan, FoundTrace};
use domain::attr::Attributes;
use domain::ids::{SpanId, TraceId};
use domain::trace::{Resource, Span, SpanKind, SpanStatus, Trace};

/// The matching spans of a trace; `None` where there is none.
///
/// A search tells neither parents nor events: such spans say when, where and how, but not what lay inside what.
pub(super) fn trace(found: &FoundTrace) -> Option<Trace> {
    let spans: Vec<Span> = found.spans.iter().map(|it| span(found.summary.id, it)).collect();
    let first = first(found);
    (!spans.is_empty()).then(|| Trace { first, ..Trace::from_spans(spans) })
}

/// The root, where it has come and is among the matching ones.
fn first(found: &FoundTrace) -> Option<SpanId> {
    let root = found.summary.root_name.as_ref()?;
    let is_root = |it: &&FoundSpan| it.start == found.summary.start && it.name.as_ref() == Some(root);
    found.spans.iter().find(is_root).map(|it| it.id)
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

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::{TimeDelta, Timestamp};
    use domain::trace::TraceSummary;

    #[test]
    fn the_first_span_is_the_root_where_that_is_among_the_found() {
        let at = Timestamp::from_secs;
        let span = |id: u64, name: &str, secs| FoundSpan {
            id: SpanId::from_bytes(id.to_be_bytes()).unwrap(),
            name: Some(name.to_owned()),
            start: at(secs),
            duration: TimeDelta::from_secs(1),
            attributes: Attributes::default(),
        };
        let check = |root: Option<&str>, spans: &[FoundSpan], expected: Option<u64>| {
            let summary = TraceSummary {
                id: TraceId::from_bytes(7_u128.to_be_bytes()).unwrap(),
                root_service: None,
                root_name: root.map(str::to_owned),
                start: at(10),
                duration: TimeDelta::from_secs(5),
            };
            let trace = trace(&FoundTrace { summary, spans: spans.to_vec(), n_matched: 2 }).unwrap();
            assert_eq!(trace.first.map(SpanId::bytes), expected.map(u64::to_be_bytes));
        };
        let found = [span(1, "POST /jobs", 10), span(2, "run", 12)];
        check(Some("POST /jobs"), &found, Some(1));
        check(None, &found, None);
        check(Some("GET /"), &found, None);
        check(Some("run"), &found, None);
    }
}
