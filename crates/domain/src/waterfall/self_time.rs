//! Self time: how long a span worked itself, while none of its children did.

use super::forest::Forest;
use crate::time::TimeDelta;

/// The self time of each span, by place: its duration without the stretches in which at least one of its own children
/// was going on. Children that overlap count once, and only inside the parent's own time.
///
/// ```text
///  parent  |==============================|   30 s
///  child a    |========|                       9 s
///  child b        |=========|                 10 s, 5 of them beside a
///  child c                            |======== 4 s inside
///  self    |==|             |=========|        30 − 14 − 4 = 12 s
/// ```
pub fn self_times(forest: &Forest) -> Vec<TimeDelta> {
    let of_place = |place| {
        let (start, end) = (forest.start(place), forest.end(place));
        let mut reached = start;
        let mut busy = TimeDelta::ZERO;
        for child in forest.children(place) {
            let from = forest.start(child).max(reached);
            let to = forest.end(child).min(end);
            if to > from {
                busy = busy + (to - from);
                reached = to;
            }
        }
        end - start - busy
    };
    forest.all().map(of_place).collect()
}
