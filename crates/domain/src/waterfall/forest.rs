//! The forest of spans: depth first, parents before children, siblings by their start.

use std::sync::Arc;

use crate::ids::{IdMap, SpanId, TraceId};
use crate::time::{TimeDelta, TimeRange, Timestamp};
use crate::trace::{Span, Trace};

/// A span's place in a forest, counted depth first.
///
/// What is below a span are the places right after it, so a whole subtree is one range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(pub(super) u32);

impl Place {
    /// As an index into columns.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// No parent.
pub(super) const NONE: u32 = u32::MAX;

pub(super) const IS_ERROR: u8 = 1;
pub(super) const HAS_ERROR_BELOW: u8 = 2;
pub(super) const LACKS_PARENT: u8 = 4;
pub(super) const IS_CIRCULAR: u8 = 8;

/// How many spans of a service there are.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceShare {
    /// Its name; empty where nothing says.
    pub name: Arc<str>,
    /// Spans.
    pub n_spans: usize,
    /// Spans that failed.
    pub n_errors: usize,
}

/// The spans of one or several traces, ordered, with their relations as columns.
#[derive(Clone, Debug, Default)]
pub struct Forest {
    pub(super) traces: Vec<Trace>,
    /// The number of the first span of each trace.
    pub(super) firsts: Vec<u32>,
    /// The number of the span at each place.
    pub(super) numbers: Vec<u32>,
    /// The place of each span.
    pub(super) places: Vec<u32>,
    pub(super) parents: Vec<u32>,
    pub(super) depths: Vec<u16>,
    /// How many spans are below.
    pub(super) n_below: Vec<u32>,
    pub(super) starts: Vec<Timestamp>,
    pub(super) ends: Vec<Timestamp>,
    pub(super) service_of: Vec<u16>,
    pub(super) flags: Vec<u8>,
    pub(super) services: Vec<ServiceShare>,
    pub(super) by_id: IdMap<(u32, SpanId), u32>,
    pub(super) range: TimeRange,
}

/// The value of a column, or its default beyond the end.
pub(super) fn at<T: Copy + Default>(column: &[T], idx: u32) -> T {
    column.get(idx as usize).copied().unwrap_or_default()
}

impl Forest {
    /// The forest of these traces, in the order of their spans' starts, whatever order they come in.
    pub fn new(traces: &[Trace]) -> Self {
        Self::in_corrected_time(traces, &[])
    }

    /// The forest with the clocks of services put right by so much each, where named.
    pub fn in_corrected_time(traces: &[Trace], offsets: &[(Arc<str>, TimeDelta)]) -> Self {
        let mut forest = Self { traces: traces.to_vec(), ..Self::default() };
        forest.traces.retain(|it| !it.spans.is_empty());
        let mut n: u32 = 0;
        for trace in &forest.traces {
            forest.firsts.push(n);
            n = n.saturating_add(trace.spans.len() as u32);
        }
        let times = forest.times(offsets);
        let parent_of = forest.index_and_parents(n as usize);
        let order = forest.order(&times);
        forest.grow(&order, &parent_of, &times);
        forest.add_up();
        forest
    }

    /// How many spans there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Every place from top to bottom.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = Place> + use<> {
        (0..self.numbers.len() as u32).map(Place)
    }

    /// From the first start to the last end; at least a microsecond.
    pub fn range(&self) -> TimeRange {
        self.range
    }

    /// The traces, without those that have no span.
    pub fn traces(&self) -> &[Trace] {
        &self.traces
    }

    /// The services, in the order in which they first stand in the forest.
    pub fn services(&self) -> &[ServiceShare] {
        &self.services
    }

    /// The span at a place.
    pub fn span(&self, place: Place) -> Option<&Span> {
        let number = *self.numbers.get(place.index())?;
        let trace = self.firsts.partition_point(|it| *it <= number).checked_sub(1)?;
        let first = self.firsts.get(trace)?;
        self.traces.get(trace)?.spans.get((number - first) as usize)
    }

    /// The number of the span at a place, which stays the same when clocks are put right.
    pub(super) fn number(&self, place: Place) -> u32 {
        at(&self.numbers, place.0)
    }

    /// Where a span stands.
    pub fn find(&self, trace: TraceId, span: SpanId) -> Option<Place> {
        let is_it = |it: &Trace| it.spans.first().is_some_and(|it| it.trace == trace);
        let trace_idx = self.traces.iter().position(is_it)?;
        let number = self.by_id.get(&(trace_idx as u32, span))?;
        self.places.get(*number as usize).map(|it| Place(*it))
    }

    /// The span with this id, in whichever trace.
    pub fn find_anywhere(&self, span: SpanId) -> Option<Place> {
        let traces = self.traces.iter().filter_map(|it| it.spans.first());
        traces.map(|it| it.trace).find_map(|it| self.find(it, span))
    }

    /// The parent's place; `None` for a root, and where the parent is missing.
    pub fn parent(&self, place: Place) -> Option<Place> {
        self.parents.get(place.index()).copied().filter(|it| *it != NONE).map(Place)
    }

    /// How many ancestors it has.
    pub fn depth(&self, place: Place) -> u16 {
        at(&self.depths, place.0)
    }

    /// How many spans are below it.
    pub fn n_below(&self, place: Place) -> usize {
        at(&self.n_below, place.0) as usize
    }

    /// The first place that is not below it.
    pub(super) fn after(&self, place: Place) -> Place {
        Place(place.0 + at(&self.n_below, place.0) + 1)
    }

    /// Its children, by their start.
    pub fn children(&self, place: Place) -> impl Iterator<Item = Place> {
        let end = self.after(place);
        let first = Some(Place(place.0 + 1)).filter(|it| *it < end && place.index() < self.len());
        std::iter::successors(first, move |it| Some(self.after(*it)).filter(|it| *it < end))
    }

    /// The spans without a parent, by their start.
    pub fn roots(&self) -> impl Iterator<Item = Place> {
        let end = Place(self.len() as u32);
        let first = Some(Place(0)).filter(|it| *it < end);
        std::iter::successors(first, move |it| Some(self.after(*it)).filter(|it| *it < end))
    }

    /// When it began, in this forest's time.
    pub fn start(&self, place: Place) -> Timestamp {
        at(&self.starts, place.0)
    }

    /// When it ended, in this forest's time; never before its start.
    pub fn end(&self, place: Place) -> Timestamp {
        at(&self.ends, place.0)
    }

    /// How long it took.
    pub fn duration(&self, place: Place) -> TimeDelta {
        self.end(place) - self.start(place)
    }

    /// Which of [`Forest::services`] it belongs to.
    pub fn service(&self, place: Place) -> usize {
        usize::from(at(&self.service_of, place.0))
    }

    /// Whether it failed.
    pub fn is_error(&self, place: Place) -> bool {
        at(&self.flags, place.0) & IS_ERROR > 0
    }

    /// Whether a span below it failed.
    pub fn has_error_below(&self, place: Place) -> bool {
        at(&self.flags, place.0) & HAS_ERROR_BELOW > 0
    }

    /// Whether it names a parent that the store does not have.
    pub fn lacks_parent(&self, place: Place) -> bool {
        at(&self.flags, place.0) & LACKS_PARENT > 0
    }

    /// Whether its parents lead back to itself, so that it stands as a root.
    pub fn is_circular(&self, place: Place) -> bool {
        at(&self.flags, place.0) & IS_CIRCULAR > 0
    }
}
