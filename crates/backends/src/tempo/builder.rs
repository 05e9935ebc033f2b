//! Puts a trace together from what either wire format gives.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::attr::Attributes;
use domain::ids::{SpanId, TraceId};
use domain::time::Timestamp;
use domain::trace::{Resource, Span, SpanEvent, SpanKind, SpanLink, SpanStatus, Trace};
use domain::warning::Warning;

use crate::intern::Interner;

/// A span as far as it has been read.
#[derive(Debug, Default)]
pub(super) struct SpanDraft {
    pub(super) trace: Option<TraceId>,
    pub(super) id: Option<SpanId>,
    pub(super) parent: Option<SpanId>,
    pub(super) name: Option<Arc<str>>,
    pub(super) kind: SpanKind,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) status: SpanStatus,
    pub(super) status_message: Option<Arc<str>>,
    pub(super) attributes: Attributes,
    pub(super) events: Vec<SpanEvent>,
    pub(super) links: Vec<SpanLink>,
}

/// A trace so far.
#[derive(Debug, Default)]
pub(super) struct TraceBuilder {
    pub(super) interner: Interner,
    /// Whether Tempo says that spans are missing.
    pub(super) is_partial: bool,
    /// What Tempo says to that.
    pub(super) message: String,
    spans: Vec<Span>,
    /// Where those of the resource that is being read begin.
    resource_start: usize,
    attributes: Attributes,
    /// Stands in for a resource until its end.
    blank: Arc<Resource>,
    n_nameless: usize,
}

impl TraceBuilder {
    /// Adds a span of the resource that the next [`TraceBuilder::end_resource`] ends, if its ids are valid.
    pub(super) fn push(&mut self, draft: SpanDraft) {
        let (Some(trace), Some(id)) = (draft.trace, draft.id) else {
            self.n_nameless += 1;
            return;
        };
        let blank = &self.blank.service;
        self.spans.push(Span {
            trace,
            id,
            parent: draft.parent,
            name: draft.name.unwrap_or_else(|| Arc::clone(blank)),
            kind: draft.kind,
            start: draft.start,
            end: draft.end,
            status: draft.status,
            status_message: draft.status_message.unwrap_or_else(|| Arc::clone(blank)),
            attributes: draft.attributes,
            events: draft.events,
            links: draft.links,
            resource: Arc::clone(&self.blank),
        });
    }

    /// How many attributes the newest span has: its neighbours have about as many.
    pub(super) fn n_attributes_last(&self) -> usize {
        self.spans.last().map_or(0, |it| it.attributes.0.len())
    }

    /// Says what the resource is whose spans come, or came since the last end.
    pub(super) fn set_resource(&mut self, attributes: Attributes) {
        self.attributes = attributes;
    }

    /// Gives the resource to its spans.
    pub(super) fn end_resource(&mut self) {
        let attributes = std::mem::take(&mut self.attributes);
        let service = match attributes.get("service.name").and_then(|it| it.as_str()) {
            Some(name) => self.interner.get(name),
            None => self.interner.get(""),
        };
        let resource = Arc::new(Resource { service, attributes });
        for span in self.spans.iter_mut().skip(self.resource_start) {
            span.resource = Arc::clone(&resource);
        }
        self.resource_start = self.spans.len();
    }

    /// Every trace, oldest first, with warnings about `source`.
    pub(super) fn finish_all(self, source: &'static str) -> (Vec<Trace>, Vec<Warning>) {
        let warnings = self.warnings(source);
        let mut by_trace: BTreeMap<TraceId, Vec<Span>> = BTreeMap::new();
        for span in self.spans {
            by_trace.entry(span.trace).or_default().push(span);
        }
        let mut traces: Vec<Trace> = by_trace.into_values().map(Trace::from_spans).collect();
        traces.sort_unstable_by_key(|it| it.spans.first().map(|it| (it.start, it.trace)));
        (traces, warnings)
    }

    fn warnings(&self, source: &'static str) -> Vec<Warning> {
        match self.n_nameless {
            0 => Vec::new(),
            n => vec![Warning::new(source, format!("{n} spans without a valid id are left out"))],
        }
    }

    /// The trace; `None` where it has no span.
    pub(super) fn finish(self) -> (Option<Trace>, Vec<Warning>) {
        let warnings = self.warnings("Tempo");
        if self.spans.is_empty() {
            return (None, warnings);
        }
        let mut trace = Trace::from_spans(self.spans);
        if self.is_partial {
            let why = if self.message.is_empty() { "Tempo gave a part of the trace" } else { &self.message };
            trace.partial = Some(why.to_owned());
        }
        (Some(trace), warnings)
    }
}

/// OTLP's number of a span kind.
pub(super) const fn kind_from_number(number: i64) -> SpanKind {
    match number {
        1 => SpanKind::Internal,
        2 => SpanKind::Server,
        3 => SpanKind::Client,
        4 => SpanKind::Producer,
        5 => SpanKind::Consumer,
        _ => SpanKind::Unspecified,
    }
}

/// OTLP's number of a status code.
pub(super) const fn status_from_number(number: i64) -> SpanStatus {
    match number {
        1 => SpanStatus::Ok,
        2 => SpanStatus::Error,
        _ => SpanStatus::Unset,
    }
}
