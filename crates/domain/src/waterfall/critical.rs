//! The critical path: the stretches of work that the end of a trace waited for.

use super::forest::{Forest, Place};
use crate::time::{TimeDelta, Timestamp};

/// One stretch of the critical path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The span that worked.
    pub place: Place,
    /// Since when it was what everything waited for.
    pub start: Timestamp,
    /// Until when.
    pub end: Timestamp,
}

/// The critical path of a forest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CriticalPath {
    /// By place, then by time.
    segments: Vec<Segment>,
    /// Time between the first start and the last end in which nothing worked that the end waited for: queues.
    pub waiting: TimeDelta,
    /// Whether parents are missing, so that what joined the parts is not known.
    pub is_partial: bool,
}

impl CriticalPath {
    /// The stretches of one span, by time; none where it does not lie on the path.
    pub fn of(&self, place: Place) -> &[Segment] {
        let from = self.segments.partition_point(|it| it.place < place);
        let to = self.segments.partition_point(|it| it.place <= place);
        self.segments.get(from..to).unwrap_or_default()
    }

    /// All stretches, by place.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }
}

/// Walks back from the last end to the first start.
///
/// A span's *reach* is its own end or the last reach below it, whichever is later, so that work that a message set off
/// belongs to whoever sent it. From a span's reach the walk goes back in time:
///
/// 1. the child with the last reach that is not after the present instant is what was waited for;
/// 2. between that child's reach and the instant the span worked itself, as far as it had not ended; where it had, the
///    time is waiting;
/// 3. the child is walked in the same way, and the instant becomes the child's start (the first below it, where clocks
///    disagree); then from 1 again;
/// 4. what is left down to the span's own start is its own.
///
/// Children that were still going on at the instant were not waited for (the rule of CRISP, Zhang et al., USENIX ATC
/// 2022, and of Jaeger). Where several spans have no parent they count as children of one span over the whole range.
///
/// ```text
///  submit   |##|                                  ends before its child: a message
///   work         |####......######|               waits for fetch and parse, works itself at # only
///    fetch           |####|                       # on the path
///    cache           |-|                          - not: fetch ended later
///    parse                |#|
///           submit ·· work fetch parse work       ·· waiting in the queue
/// ```
pub fn critical_path(forest: &Forest) -> CriticalPath {
    let extents = extents(forest);
    let extent = |it: &Place| extents.get(it.index()).copied().unwrap_or_default();
    let (since_of, reach_of) = (|it: &Place| extent(it).0, |it: &Place| extent(it).1);
    let mut path = CriticalPath::default();
    let mut spent = TimeDelta::ZERO;
    let mut add = |segments: &mut Vec<Segment>, place: Place, from: Timestamp, to: Timestamp| {
        let (start, end) = (from.max(forest.start(place)), to.min(forest.end(place)));
        if end > start {
            segments.push(Segment { place, start, end });
            spent = spent + (end - start);
        }
    };
    let mut open: Vec<Place> = Vec::new();
    let mut children: Vec<Place> = Vec::new();
    let mut before =
        |children: &mut Vec<Place>, mut instant: Timestamp, own: &mut dyn FnMut(Timestamp, Timestamp)| {
            children.sort_unstable_by(|a, b| reach_of(b).cmp(&reach_of(a)).then(a.cmp(b)));
            for child in children.drain(..) {
                let reached = reach_of(&child);
                if reached <= instant {
                    own(reached, instant);
                    instant = since_of(&child);
                    open.push(child);
                }
            }
            (instant, std::mem::take(&mut open))
        };
    children.extend(forest.roots());
    path.is_partial = children.iter().any(|it| forest.lacks_parent(*it) || forest.is_circular(*it));
    let last = children.iter().map(reach_of).max().unwrap_or_default();
    let (_, mut todo) = before(&mut children, last, &mut |_, _| {});
    let first = todo.iter().map(since_of).min().unwrap_or(last);
    while let Some(place) = todo.pop() {
        children.extend(forest.children(place));
        let mut stretches = Vec::new();
        let (instant, more) =
            before(&mut children, reach_of(&place), &mut |from, to| stretches.push((from, to)));
        stretches.push((Timestamp::from_nanos(i64::MIN), instant));
        for (from, to) in stretches {
            add(&mut path.segments, place, from, to);
        }
        todo.extend(more);
    }
    path.segments.sort_unstable_by_key(|it| (it.place, it.start));
    path.waiting = (last - first - spent).max(TimeDelta::ZERO);
    path
}

/// The first start and the last end of each span and of all below it, by place.
fn extents(forest: &Forest) -> Vec<(Timestamp, Timestamp)> {
    let mut extents: Vec<_> = forest.all().map(|it| (forest.start(it), forest.end(it))).collect();
    for place in forest.all().rev() {
        let (since, reach) = extents.get(place.index()).copied().unwrap_or_default();
        if let Some(up) = forest.parent(place).and_then(|it| extents.get_mut(it.index())) {
            *up = (up.0.min(since), up.1.max(reach));
        }
    }
    extents
}
