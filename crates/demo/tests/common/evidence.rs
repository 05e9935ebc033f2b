//! What a log store and a trace store would give of a model's job, read as the shipped system files say.

use std::path::Path;
use std::sync::Arc;

use demo::telemetry::{LogLine, Span as Sent, SpanKind as SentKind};
use domain::attr::AttrValue;
use domain::job::Evidence;
use domain::logs::{LogRecord, RawLine};
use domain::system::System;
use domain::trace::{Resource, Span, SpanEvent, SpanKind, SpanStatus, Trace};
use serde_json::Value;
use system::lines::LineReader;

use super::Run;

pub(crate) fn system_of(name: &str) -> System {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../public/systems/{name}.json"));
    system::parse(&std::fs::read_to_string(path).unwrap()).unwrap().0
}

pub(crate) fn record(reader: &LineReader, line: &LogLine) -> LogRecord {
    let labels: Vec<(Arc<str>, Arc<str>)> =
        line.labels.iter().map(|(name, text)| ((*name).into(), text.as_str().into())).collect();
    let metadata = line.metadata.iter().map(|(name, text)| ((*name).into(), text.as_str().into())).collect();
    reader.read(&RawLine { time: line.at, line: line.body.as_str().into(), labels: &labels, metadata })
}

/// The span as it comes back from a trace store.
pub(crate) fn stored(it: &Sent) -> Span {
    let kind = match it.kind {
        SentKind::Internal => SpanKind::Internal,
        SentKind::Server => SpanKind::Server,
        SentKind::Client => SpanKind::Client,
        SentKind::Producer => SpanKind::Producer,
        SentKind::Consumer => SpanKind::Consumer,
    };
    let texts = |pairs: &[(&'static str, &str)]| {
        pairs.iter().map(|(name, text)| (*name, AttrValue::text(text))).collect()
    };
    let event = it.exception.iter().map(|exception| SpanEvent {
        time: it.end,
        name: "exception".into(),
        attributes: texts(&[("exception.type", exception.class), ("exception.message", &exception.message)]),
    });
    Span {
        trace: it.trace,
        id: it.id,
        parent: it.parent,
        name: it.name.as_str().into(),
        kind,
        start: it.start,
        end: it.end,
        status: if it.error.is_some() { SpanStatus::Error } else { SpanStatus::Unset },
        status_message: it.error.as_deref().unwrap_or_default().into(),
        attributes: it.attrs.iter().cloned().collect(),
        events: event.collect(),
        links: Vec::new(),
        resource: Arc::new(Resource {
            service: it.service.into(),
            attributes: texts(&[("service.name", it.service), ("service.version", &it.version)]),
        }),
    }
}

pub(crate) fn texts<'v>(job: &'v Value, name: &str) -> Vec<&'v str> {
    job[name].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect()
}

/// All evidence of a job: lines that say one of its ids, and its traces.
pub(crate) fn evidence(
    job: &Value,
    run: &Run,
    records: &[LogRecord],
    reader: &LineReader,
    with_spans: bool,
) -> Evidence {
    let id = job["job_id"].as_str().unwrap();
    let mut ids = texts(job, "task_ids");
    let traces = texts(job, "trace_ids");
    ids.push(id);
    ids.extend(&traces);
    let parts = reader.line_job_texts(id);
    let is_of = |line: &&LogRecord| match &parts {
        Some(parts) => parts.iter().all(|it| line.line.contains(it)),
        None => ids.iter().any(|it| line.line.contains(it)),
    };
    let spans =
        run.batch.spans.iter().filter(|it| with_spans && traces.contains(&it.trace.to_string().as_str()));
    let spans: Vec<Span> = spans.map(stored).collect();
    let traces = if spans.is_empty() { Vec::new() } else { vec![Trace::from_spans(spans)] };
    Evidence { lines: records.iter().filter(is_of).cloned().collect(), traces, ..Evidence::default() }
}
