//! Spans and traces, after the OpenTelemetry data model.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use crate::attr::{AttrValue, Attributes};
use crate::ids::{IdSet, SpanId, TraceId};
use crate::time::{TimeDelta, Timestamp};

/// What a span does for its neighbours (OpenTelemetry `SpanKind`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpanKind {
    /// Not said.
    #[default]
    Unspecified,
    /// Work inside one process.
    Internal,
    /// Answers a request.
    Server,
    /// Sends a request.
    Client,
    /// Puts a message into a queue.
    Producer,
    /// Takes a message from a queue and works on it.
    Consumer,
}

/// How a span ended (OpenTelemetry `StatusCode`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpanStatus {
    /// Not said.
    #[default]
    Unset,
    /// Said to be fine.
    Ok,
    /// Failed.
    Error,
}

/// Something that happened at one instant of a span, such as an exception.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanEvent {
    /// When.
    pub time: Timestamp,
    /// What.
    pub name: Arc<str>,
    /// More about it.
    pub attributes: Attributes,
}

/// A pointer from one span to another, also across traces.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanLink {
    /// The other span's trace.
    pub trace: TraceId,
    /// The other span.
    pub span: SpanId,
    /// More about it.
    pub attributes: Attributes,
}

/// What produced a span: shared by all spans of one process.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    /// `service.name`; empty where nothing says.
    pub service: Arc<str>,
    /// All attributes of the resource.
    pub attributes: Attributes,
}

/// One span.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Its trace.
    pub trace: TraceId,
    /// Its id.
    pub id: SpanId,
    /// Its parent; the parent itself may be missing from the trace.
    pub parent: Option<SpanId>,
    /// Its name.
    pub name: Arc<str>,
    /// What it does for its neighbours.
    pub kind: SpanKind,
    /// When it began, by the clock of its own host.
    pub start: Timestamp,
    /// When it ended.
    pub end: Timestamp,
    /// How it ended.
    pub status: SpanStatus,
    /// The message beside the status; empty where there is none.
    pub status_message: Arc<str>,
    /// Its attributes.
    pub attributes: Attributes,
    /// What happened during it.
    pub events: Vec<SpanEvent>,
    /// Other spans that it points to.
    pub links: Vec<SpanLink>,
    /// What produced it.
    pub resource: Arc<Resource>,
}

impl Span {
    /// How long it took; zero where its clock went backwards.
    pub fn duration(&self) -> TimeDelta {
        (self.end - self.start).max(TimeDelta::ZERO)
    }

    /// The service that it belongs to; empty where nothing says.
    pub fn service(&self) -> &str {
        &self.resource.service
    }

    /// The first of the names that its own or else its resource's attributes have.
    pub fn attr<S: AsRef<str>>(&self, names: &[S]) -> Option<&AttrValue> {
        self.attributes.first_of(names).or_else(|| self.resource.attributes.first_of(names))
    }
}

/// What a trace store gave for one trace id: a forest, since parents may be missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// Every span once, sorted by start, then id.
    pub spans: Spans,
    /// Why spans are missing, in the store's own words; `None` where it claims to be whole.
    pub partial: Option<String>,
    /// Which of the spans began it, where a search told that: it tells no parents.
    pub first: Option<SpanId>,
}

impl Trace {
    /// A trace of these spans: sorted, and each span id kept once.
    pub fn from_spans(mut spans: Vec<Span>) -> Self {
        // Spans are large: their places are sorted, and each is moved once.
        spans.sort_by_cached_key(|it| (it.start, it.id));
        let mut seen = IdSet::with_capacity_and_hasher(spans.len(), Default::default());
        spans.retain(|it| seen.insert((it.trace, it.id)));
        Self { spans: spans.into(), partial: None, first: None }
    }
}

/// Spans in a list that is shared, not copied, when it is cloned: a trace may have tens of thousands.
#[derive(Clone, Debug, Default)]
pub struct Spans(Arc<Vec<Span>>);

impl PartialEq for Spans {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl From<Vec<Span>> for Spans {
    fn from(spans: Vec<Span>) -> Self {
        Self(Arc::new(spans))
    }
}

impl Deref for Spans {
    type Target = Vec<Span>;
    fn deref(&self) -> &Vec<Span> {
        &self.0
    }
}

/// Copies the list where it is shared.
impl DerefMut for Spans {
    fn deref_mut(&mut self) -> &mut Vec<Span> {
        Arc::make_mut(&mut self.0)
    }
}

impl<'a> IntoIterator for &'a Spans {
    type Item = &'a Span;
    type IntoIter = std::slice::Iter<'a, Span>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl IntoIterator for Spans {
    type Item = Span;
    type IntoIter = std::vec::IntoIter<Span>;
    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

/// One trace as a search lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceSummary {
    /// Its id.
    pub id: TraceId,
    /// The service of its root span; `None` where the root has not come.
    pub root_service: Option<String>,
    /// The name of its root span; `None` where the root has not come.
    pub root_name: Option<String>,
    /// When it began.
    pub start: Timestamp,
    /// How long it took, as far as is known.
    pub duration: TimeDelta,
}
