//! The forest of spans: depth first, parents before children, siblings by their start.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use crate::ids::{IdHasher, IdMap, SpanId, TraceId};
use crate::time::{TimeDelta, TimeRange, Timestamp};
use crate::trace::{Resource, Span, SpanStatus, Trace};

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
const NONE: u32 = u32::MAX;

const IS_ERROR: u8 = 1;
const HAS_ERROR_BELOW: u8 = 2;
const LACKS_PARENT: u8 = 4;
const IS_CIRCULAR: u8 = 8;

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
    traces: Vec<Trace>,
    /// The number of the first span of each trace.
    firsts: Vec<u32>,
    /// The number of the span at each place.
    numbers: Vec<u32>,
    /// The place of each span.
    places: Vec<u32>,
    parents: Vec<u32>,
    depths: Vec<u16>,
    /// How many spans are below.
    n_below: Vec<u32>,
    starts: Vec<Timestamp>,
    ends: Vec<Timestamp>,
    service_of: Vec<u16>,
    flags: Vec<u8>,
    services: Vec<ServiceShare>,
    by_id: IdMap<(u32, SpanId), u32>,
    range: TimeRange,
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

    /// Every span with its number.
    fn spans(&self) -> impl Iterator<Item = &Span> {
        self.traces.iter().flat_map(|it| &it.spans)
    }

    /// Start and end of each span, put right.
    fn times(&self, offsets: &[(Arc<str>, TimeDelta)]) -> Vec<(Timestamp, Timestamp)> {
        let offset = |it: &Span| {
            let known = offsets.iter().find(|(name, _)| **name == *it.resource.service);
            known.map_or(TimeDelta::ZERO, |(_, offset)| *offset)
        };
        let put_right = |it: &Span| {
            let by = if offsets.is_empty() { TimeDelta::ZERO } else { offset(it) };
            (it.start + by, it.end.max(it.start) + by)
        };
        self.spans().map(put_right).collect()
    }

    /// Notes which id is which span; gives each span's parent by number: [`NONE`] for a root, itself for one whose
    /// parent the store does not have.
    fn index_and_parents(&mut self, n: usize) -> Vec<u32> {
        let mut by_id = IdMap::with_capacity_and_hasher(n, BuildHasherDefault::default());
        let mut number: u32 = 0;
        for (trace_idx, trace) in self.traces.iter().enumerate() {
            for span in &trace.spans {
                by_id.entry((trace_idx as u32, span.id)).or_insert(number);
                number += 1;
            }
        }
        let mut parent_of = Vec::with_capacity(n);
        for (trace_idx, trace) in self.traces.iter().enumerate() {
            for span in &trace.spans {
                let own = parent_of.len() as u32;
                let known = span.parent.map(|it| by_id.get(&(trace_idx as u32, it)).copied().unwrap_or(own));
                parent_of.push(known.unwrap_or(NONE));
            }
        }
        self.by_id = by_id;
        parent_of
    }

    /// Numbers of spans by start, then id.
    fn order(&self, times: &[(Timestamp, Timestamp)]) -> Vec<u32> {
        let mut keys: Vec<(Timestamp, SpanId, TraceId, u32)> = Vec::with_capacity(times.len());
        for (number, (span, (start, _))) in self.spans().zip(times).enumerate() {
            keys.push((*start, span.id, span.trace, number as u32));
        }
        // A single trace comes in this order already.
        if !keys.is_sorted() {
            keys.sort_unstable();
        }
        keys.into_iter().map(|it| it.3).collect()
    }

    /// Puts the spans into places, depth first.
    fn grow(&mut self, order: &[u32], parent_of: &[u32], times: &[(Timestamp, Timestamp)]) {
        let n = order.len();
        // Lists of children, the latest first: what is put onto a stack first comes off last.
        let mut latest_child = vec![NONE; n];
        let mut earlier_sibling = vec![NONE; n];
        let mut roots = Vec::new();
        for number in order.iter().copied() {
            let parent = at(parent_of, number);
            let slot = latest_child.get_mut(parent as usize).filter(|_| parent != number);
            match (slot, earlier_sibling.get_mut(number as usize)) {
                (Some(latest), Some(earlier)) => {
                    *earlier = *latest;
                    *latest = number;
                }
                _ => roots.push(number),
            }
        }
        let lists = (latest_child, earlier_sibling);
        let mut is_cut = vec![false; n];
        let reached = self.walk(&roots, &lists, &is_cut, times, parent_of);
        if reached < n {
            // Whoever was not reached hangs off a circle; each circle is cut open at its first span.
            for number in circle_heads(order, parent_of, &self.places) {
                if let Some(cut) = is_cut.get_mut(number as usize) {
                    *cut = true;
                }
            }
            let is_root = |it: &u32| {
                let parent = at(parent_of, *it);
                parent == NONE || parent == *it || at(&is_cut, *it)
            };
            let roots: Vec<u32> = order.iter().copied().filter(is_root).collect();
            self.walk(&roots, &lists, &is_cut, times, parent_of);
        }
        let cut = self.numbers.iter().zip(&mut self.flags).filter(|(number, _)| at(&is_cut, **number));
        cut.for_each(|(_, flags)| *flags |= IS_CIRCULAR);
    }

    /// Fills the columns, walking down from the roots; gives how many spans it reached.
    fn walk(
        &mut self,
        roots: &[u32],
        (latest_child, earlier_sibling): &(Vec<u32>, Vec<u32>),
        is_cut: &[bool],
        times: &[(Timestamp, Timestamp)],
        parent_of: &[u32],
    ) -> usize {
        let n = times.len();
        self.numbers = Vec::with_capacity(n);
        self.parents = Vec::with_capacity(n);
        self.depths = Vec::with_capacity(n);
        self.starts = Vec::with_capacity(n);
        self.ends = Vec::with_capacity(n);
        self.flags = vec![0; n];
        self.places = vec![NONE; n];
        let mut stack: Vec<(u32, u32)> = roots.iter().rev().map(|it| (*it, NONE)).collect();
        while let Some((number, parent)) = stack.pop() {
            let place = self.numbers.len() as u32;
            if let Some(slot) = self.places.get_mut(number as usize) {
                *slot = place;
            }
            let (start, end) = at(times, number);
            self.numbers.push(number);
            self.parents.push(parent);
            self.depths.push(if parent == NONE { 0 } else { at(&self.depths, parent).saturating_add(1) });
            self.starts.push(start);
            self.ends.push(end);
            if at(parent_of, number) == number
                && let Some(flags) = self.flags.get_mut(place as usize)
            {
                *flags |= LACKS_PARENT;
            }
            let mut child = at(latest_child, number);
            // A circle's cut span stands among the roots, not below its parent.
            while let Some(next) = earlier_sibling.get(child as usize) {
                if !at(is_cut, child) {
                    stack.push((child, place));
                }
                child = *next;
            }
        }
        self.numbers.len()
    }

    /// Sums that go up the trees, services, and the range.
    fn add_up(&mut self) {
        let n = self.numbers.len();
        let mut service_by_resource: HashMap<*const Resource, u16, BuildHasherDefault<IdHasher>> =
            HashMap::default();
        let mut service_of = Vec::with_capacity(n);
        let mut services: Vec<ServiceShare> = Vec::new();
        let mut failed = Vec::with_capacity(n);
        // In the order of places, so that services are known in the order in which they are seen.
        for place in 0..n as u32 {
            let Some(span) = self.span(Place(place)) else { continue };
            let service = *service_by_resource.entry(Arc::as_ptr(&span.resource)).or_insert_with(|| {
                let name = &span.resource.service;
                let known = services.iter().position(|it| it.name == *name);
                known.unwrap_or_else(|| {
                    services.push(ServiceShare { name: Arc::clone(name), n_spans: 0, n_errors: 0 });
                    services.len() - 1
                }) as u16
            });
            let is_error = span.status == SpanStatus::Error;
            if let Some(share) = services.get_mut(usize::from(service)) {
                share.n_spans += 1;
                share.n_errors += usize::from(is_error);
            }
            service_of.push(service);
            failed.push(is_error);
        }
        self.service_of = service_of;
        self.services = services;
        self.n_below = vec![0; n];
        for place in (0..n).rev() {
            let has_error = failed.get(place) == Some(&true);
            let flags = self.flags.get_mut(place).map_or(0, |it| {
                *it |= if has_error { IS_ERROR } else { 0 };
                *it
            });
            let below = self.n_below.get(place).copied().unwrap_or_default();
            let parent = self.parents.get(place).map_or(NONE as usize, |it| *it as usize);
            if let (Some(sum), Some(up)) = (self.n_below.get_mut(parent), self.flags.get_mut(parent)) {
                *sum += below + 1;
                *up |= if flags & (IS_ERROR | HAS_ERROR_BELOW) > 0 { HAS_ERROR_BELOW } else { 0 };
            }
        }
        let start = self.starts.iter().min().copied().unwrap_or_default();
        let end = self.ends.iter().max().copied().unwrap_or_default();
        self.range = TimeRange { start, end: end.max(start + TimeDelta::from_nanos(1_000)) };
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

/// The first span, in order, of each circle among those that no root leads to.
fn circle_heads(order: &[u32], parent_of: &[u32], places: &[u32]) -> Vec<u32> {
    let mut ranks = vec![0_u32; order.len()];
    for (rank, number) in order.iter().enumerate() {
        if let Some(slot) = ranks.get_mut(*number as usize) {
            *slot = rank as u32;
        }
    }
    // 0: not seen; else the walk in which it was seen.
    let mut seen_in = vec![0_u32; order.len()];
    let mut heads = Vec::new();
    let unreached = order.iter().copied().filter(|it| places.get(*it as usize) == Some(&NONE));
    for (walk, start) in (1..).zip(unreached) {
        let mut number = start;
        while at(&seen_in, number) == 0 {
            let Some(slot) = seen_in.get_mut(number as usize) else { break };
            *slot = walk;
            number = at(parent_of, number);
        }
        if at(&seen_in, number) != walk {
            continue;
        }
        let mut head = number;
        let mut next = at(parent_of, number);
        while next != number {
            if at(&ranks, next) < at(&ranks, head) {
                head = next;
            }
            next = at(parent_of, next);
        }
        heads.push(head);
    }
    heads
}
