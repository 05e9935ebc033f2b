//! What a log store and a trace store would give of a model's job, read as the shipped system files say.

use std::collections::{BTreeSet, HashMap};
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
    system::parse(&std::fs::read_to_string(path).unwrap()).unwrap().system
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

/// All lines of a run, and its spans by trace.
pub(crate) struct Stores {
    reader: LineReader,
    pub(crate) records: Vec<LogRecord>,
    by_word: HashMap<String, Vec<usize>>,
    spans: HashMap<String, Vec<Span>>,
}

/// Shorter words are no ids.
const MIN_ID_CHARS: usize = 8;

impl Stores {
    pub(crate) fn of(system: &System, run: &Run) -> Self {
        let reader = LineReader::new(system);
        let records: Vec<LogRecord> = run.batch.lines.iter().map(|it| record(&reader, it)).collect();
        let mut by_word: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, record) in records.iter().enumerate() {
            let words = record.line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            let words: BTreeSet<&str> = words.filter(|it| it.len() >= MIN_ID_CHARS).collect();
            words.into_iter().for_each(|it| by_word.entry(it.to_owned()).or_default().push(i));
        }
        let mut spans: HashMap<String, Vec<Span>> = HashMap::new();
        for span in &run.batch.spans {
            spans.entry(span.trace.to_string()).or_default().push(stored(span));
        }
        Self { reader, records, by_word, spans }
    }

    /// Every trace.
    pub(crate) fn traces(&self) -> impl Iterator<Item = Trace> + '_ {
        self.spans.values().map(|it| Trace::from_spans(it.clone()))
    }

    /// All evidence of a job: lines that say one of its ids, and its traces.
    pub(crate) fn evidence(&self, job: &Value, with_spans: bool) -> Evidence {
        let id = job["job_id"].as_str().unwrap();
        let traces = texts(job, "trace_ids");
        let lines: Vec<LogRecord> = match self.reader.line_job_texts(id) {
            Some(parts) => {
                let has_all = |it: &&LogRecord| parts.iter().all(|part| it.line.contains(part));
                self.records.iter().filter(has_all).cloned().collect()
            }
            None => {
                let ids = texts(job, "task_ids").into_iter().chain(traces.iter().copied()).chain([id]);
                let found: BTreeSet<usize> =
                    ids.filter_map(|it| self.by_word.get(it)).flatten().copied().collect();
                found.into_iter().filter_map(|it| self.records.get(it)).cloned().collect()
            }
        };
        let of_trace = |it: &&str| self.spans.get(*it).filter(|_| with_spans);
        let traces = traces.iter().filter_map(of_trace).map(|it| Trace::from_spans(it.clone())).collect();
        Evidence { lines, traces, ..Evidence::default() }
    }
}
