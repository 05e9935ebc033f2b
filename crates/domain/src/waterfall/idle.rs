//! Which stretches of a waterfall are folded: those in which no span of any trace was going on.

use super::forest::Forest;
use crate::time::TimeRange;
use crate::timeline::folds_between;

/// The stretches to fold, in order and apart from each other, by the same rule as on a job's timeline.
pub fn idle_folds(forest: &Forest) -> Vec<TimeRange> {
    folds_between(forest.range(), forest.all().map(|it| (forest.start(it), forest.end(it))).collect())
}
