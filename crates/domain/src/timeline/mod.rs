//! The timeline: a job's lanes on one axis, with stretches in which nothing happened folded away.

mod axis;
mod folding;
mod labels;
mod lanes;
mod layout;

pub use axis::AxisTick;
pub(crate) use folding::folds_between;
pub use layout::lay_out;

use crate::job::Origin;
use crate::logs::Level;
use crate::time::{TimeDelta, TimeRange, Timestamp};

/// What is drawn for one job.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// From the first to the last thing drawn; up to now for a running job.
    pub range: TimeRange,
    /// Lanes from top to bottom.
    pub lanes: Vec<Lane>,
    /// Where an instant stands between the left end (0) and the right end (1).
    pub axis: FoldedAxis,
    /// Where the now-line stands, for a job that has not ended.
    pub now: Option<Timestamp>,
}

/// One row of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// What it shows.
    pub kind: LaneKind,
    /// Its name at the left.
    pub title: String,
    /// How far it is indented: 0 for a stage, 1 for its queue or its child spans, and so on.
    pub depth: u32,
    /// Its colour among the categories, counted from 0; `None` for lanes in plain ink.
    pub colour: Option<usize>,
    /// Bars in order of their start.
    pub bars: Vec<Bar>,
    /// Log lines in order of their time.
    pub ticks: Vec<Tick>,
}

/// What a lane shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LaneKind {
    /// The attempts of a stage.
    Stage,
    /// The queue of a stage.
    Queue,
    /// A service that belongs to no stage.
    Service,
    /// Child spans of the lane above.
    Spans,
}

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it means.
    pub kind: BarKind,
    /// Left end.
    pub start: Timestamp,
    /// Right end; for something that still goes on, the right end of the timeline.
    pub end: Timestamp,
    /// Whether it still goes on.
    pub open: bool,
    /// What is written in it.
    pub label: String,
    /// What clicking it selects; `None` where there is nothing to show.
    pub select: Option<Origin>,
}

/// What a bar means, and so how it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BarKind {
    /// An attempt that succeeded, runs, or ended nobody knows how: solid.
    Work,
    /// An attempt that failed: solid, rimmed in red.
    FailedWork,
    /// Time in a queue: hatched.
    Wait,
    /// A span under the attempt: thin.
    Span,
    /// A span that failed: thin, rimmed in red.
    FailedSpan,
    /// A stage that was never reached: dashed.
    Never,
}

/// One log line, drawn as a tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    /// When.
    pub time: Timestamp,
    /// How much it matters: error lines are taller and red.
    pub level: Level,
    /// What clicking it selects.
    pub select: Origin,
}

/// A stretch in which nothing happened, drawn as one break through axis and lanes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fold {
    /// What is folded away.
    pub range: TimeRange,
    /// Where its break begins, 0 to 1.
    pub left: f64,
    /// Where its break ends, 0 to 1.
    pub right: f64,
}

/// Whether stretches in which nothing happened are folded away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Folding {
    /// Folded to a small share of the width.
    #[default]
    On,
    /// Drawn in their full length.
    Off,
}

/// From time to place and back, piecewise linear, with folds squeezed to a small share.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldedAxis {
    /// Corners `(time, place)`: ascending in both.
    pub corners: Vec<(Timestamp, f64)>,
    /// The folds.
    pub folds: Vec<Fold>,
}

impl FoldedAxis {
    /// All time that is folded away.
    pub fn folded(&self) -> TimeDelta {
        self.folds.iter().map(|it| it.range.length()).sum()
    }
}

#[cfg(test)]
mod tests;
