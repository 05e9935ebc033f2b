//! Clocks that disagree: how far each service's clock is off, by what parents and children say of each other.

use std::collections::VecDeque;
use std::sync::Arc;

use super::forest::{Forest, Place};
use crate::sorted::SortedMap;
use crate::time::TimeDelta;
use crate::trace::SpanKind;

/// Less than this is not called a disagreement: clocks that are kept by NTP differ by as much.
const MIN_SKEW: TimeDelta = TimeDelta::from_millis(1);

/// How far the clock of one service is off.
#[derive(Clone, Debug, PartialEq)]
pub struct ClockSkew {
    /// Whose clock.
    pub service: Arc<str>,
    /// What must be added to its times to put them right; negative for a clock that is ahead.
    pub correction: TimeDelta,
    /// Calls and messages that say so.
    pub n_pairs: usize,
}

/// The clocks of a forest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Skew {
    /// Services whose clock is off, in the order of the forest's services; empty where all agree.
    pub clocks: Vec<ClockSkew>,
}

impl Skew {
    /// What [`Forest::in_corrected_time`] takes.
    pub fn corrections(&self) -> Vec<(Arc<str>, TimeDelta)> {
        self.clocks.iter().map(|it| (Arc::clone(&it.service), it.correction)).collect()
    }

    /// The largest correction, by its size.
    pub fn largest(&self) -> Option<&ClockSkew> {
        self.clocks.iter().max_by_key(|it| it.correction.nanos().unsigned_abs())
    }
}

/// What calls between two services say: the correction of the callee's clock lies between these.
#[derive(Clone, Debug, Default)]
struct Bounds {
    at_least: Vec<TimeDelta>,
    at_most: Vec<TimeDelta>,
}

/// Estimates the clocks.
///
/// A call lies inside its caller, so each call from A to B bounds B's correction relative to A on both sides; a message
/// is not received before it was sent, which bounds it on one:
///
/// ```text
///  A  |==================|            at least: start of A − start of B
///  B          |=====|   ······>|      at most:  end of A − end of B
/// ```
///
/// The correction is the one nearest to zero that all bounds allow; where they contradict each other, which one clock
/// cannot explain, the middle between the medians of the two sides. Corrections add up along the calls, from the
/// service of the first root on. Times of one service are never moved against each other.
pub fn skew(forest: &Forest) -> Skew {
    let mut bounds: SortedMap<(usize, usize), Bounds> = SortedMap::new();
    for place in forest.all() {
        let Some(parent) = forest.parent(place) else { continue };
        let (from, to) = (forest.service(parent), forest.service(place));
        if from != to {
            pair(forest, parent, place, bounds.entry((from, to)).or_default());
        }
    }
    let mut neighbours: SortedMap<usize, Vec<(usize, TimeDelta, usize)>> = SortedMap::new();
    for ((from, to), bounds) in bounds {
        let n_pairs = bounds.at_least.len();
        let correction = bounds.correction();
        neighbours.entry(from).or_default().push((to, correction, n_pairs));
        neighbours.entry(to).or_default().push((from, -correction, n_pairs));
    }
    let mut known: SortedMap<usize, (TimeDelta, usize)> = SortedMap::new();
    // Services are numbered in the order in which they first stand in the forest.
    for first in 0..forest.services().len() {
        if known.contains_key(&first) {
            continue;
        }
        known.insert(first, (TimeDelta::ZERO, 0));
        let mut queue = VecDeque::from([first]);
        while let Some(service) = queue.pop_front() {
            let own = known.get(&service).map_or(TimeDelta::ZERO, |it| it.0);
            // Best attested first.
            let mut next = neighbours.get(&service).cloned().unwrap_or_default();
            next.sort_unstable_by_key(|it| (std::cmp::Reverse(it.2), it.0));
            for (other, correction, n_pairs) in next {
                known.entry(other).or_insert_with(|| {
                    queue.push_back(other);
                    (own + correction, n_pairs)
                });
            }
        }
    }
    let is_off =
        |it: &(usize, (TimeDelta, usize))| it.1.0.nanos().unsigned_abs() >= MIN_SKEW.nanos().unsigned_abs();
    let clock = |(service, (correction, n_pairs)): (usize, (TimeDelta, usize))| {
        let service = Arc::clone(&forest.services().get(service)?.name);
        Some(ClockSkew { service, correction, n_pairs })
    };
    Skew { clocks: known.into_iter().filter(is_off).filter_map(clock).collect() }
}

fn pair(forest: &Forest, parent: Place, child: Place, bounds: &mut Bounds) {
    let kind = |it| forest.span(it).map(|it| it.kind).unwrap_or_default();
    let is_message = kind(child) == SpanKind::Consumer || kind(parent) == SpanKind::Producer;
    bounds.at_least.push(forest.start(parent) - forest.start(child));
    // What takes longer than its caller was not waited for.
    if !is_message && forest.duration(child) <= forest.duration(parent) {
        bounds.at_most.push(forest.end(parent) - forest.end(child));
    }
}

impl Bounds {
    fn correction(mut self) -> TimeDelta {
        let lowest = self.at_least.iter().max().copied();
        let highest = self.at_most.iter().min().copied();
        match (lowest, highest) {
            (Some(low), Some(high)) if low > high => {
                let (low, high) = (median(&mut self.at_least), median(&mut self.at_most));
                // Within what half of the calls allow, nearest to none.
                if low <= high {
                    TimeDelta::ZERO.clamp(low, high)
                } else {
                    TimeDelta::from_nanos(low.nanos() / 2 + high.nanos() / 2)
                }
            }
            (low, high) => {
                let at_least = low.map_or(TimeDelta::ZERO, |it| it.max(TimeDelta::ZERO));
                let at_most = high.map_or(TimeDelta::ZERO, |it| it.min(TimeDelta::ZERO));
                at_least + at_most
            }
        }
    }
}

fn median(lengths: &mut [TimeDelta]) -> TimeDelta {
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied().unwrap_or_default()
}
