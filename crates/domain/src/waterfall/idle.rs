//! Which stretches of a waterfall are folded: those in which no span was going on and no line was written.

use super::forest::Forest;
use super::marks::Marks;
use crate::time::TimeRange;
use crate::timeline::folds_between;

/// The stretches to fold, in order and apart from each other, by the same rule as on a job's timeline; none where there is
/// no span.
pub fn idle_folds(forest: &Forest, marks: &Marks) -> Vec<TimeRange> {
    if forest.is_empty() {
        return Vec::new();
    }
    let mut busy: Vec<_> = forest.all().map(|it| (forest.start(it), forest.end(it))).collect();
    busy.extend(marks.lanes.iter().flat_map(|it| &it.marks).map(|it| (it.time, it.time)));
    folds_between(marks.range(forest), busy)
}
