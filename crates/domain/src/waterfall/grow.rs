//! How a forest grows: from spans in any order to places, depth first.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use super::forest::{
    Forest, HAS_ERROR_BELOW, IS_CIRCULAR, IS_ERROR, LACKS_PARENT, NONE, Place, ServiceShare, at,
};
use crate::ids::{IdHasher, IdMap, SpanId, TraceId};
use crate::time::{TimeDelta, TimeRange, Timestamp};
use crate::trace::{Resource, Span, SpanStatus};

impl Forest {
    /// Every span with its number.
    fn spans(&self) -> impl Iterator<Item = &Span> {
        self.traces.iter().flat_map(|it| &it.spans)
    }

    /// Start and end of each span, put right.
    pub(super) fn times(&self, offsets: &[(Arc<str>, TimeDelta)]) -> Vec<(Timestamp, Timestamp)> {
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
    pub(super) fn index_and_parents(&mut self, n: usize) -> Vec<u32> {
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
    pub(super) fn order(&self, times: &[(Timestamp, Timestamp)]) -> Vec<u32> {
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
    pub(super) fn grow(&mut self, order: &[u32], parent_of: &[u32], times: &[(Timestamp, Timestamp)]) {
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
    pub(super) fn add_up(&mut self) {
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
