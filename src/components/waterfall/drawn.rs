//! What a row is made of, ready for its elements.

use domain::timeline::FoldedAxis;
use domain::waterfall::{Mark, MarkKind};

/// Marks nearer than this are drawn as one.
const MARK_PX: f64 = 4.0;

/// Left end and width, in percent of the plot.
pub(super) type Stretch = (f64, f64);

/// One row, ready to be drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct DrawnRow {
    pub(super) row: usize,
    /// Classes of the row besides its own.
    pub(super) classes: String,
    /// Which of the services' colours it has.
    pub(super) colour: Option<usize>,
    pub(super) depth: u16,
    /// Whether there is something below, and whether it is folded away.
    pub(super) folded: Option<bool>,
    pub(super) service: String,
    pub(super) name: String,
    /// What is odd about it.
    pub(super) note: &'static str,
    /// How many marks it has; empty for none.
    pub(super) n_marks: String,
    pub(super) bar: Option<Stretch>,
    /// The time that its message lay in a queue.
    pub(super) wait: Option<Stretch>,
    pub(super) label: String,
    /// Where the label stands; from the right end where that is negative.
    pub(super) label_at: f64,
    /// Whether it stands on the bar.
    pub(super) is_label_inside: bool,
    /// Stretches of the critical path.
    pub(super) path: Vec<Stretch>,
    pub(super) ticks: Vec<DrawnTick>,
    pub(super) spoken: String,
    pub(super) is_current: bool,
}

/// One or more marks at one place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DrawnTick {
    pub(super) left: f64,
    pub(super) class: &'static str,
    /// The first of them, by its place among the row's marks.
    pub(super) first: usize,
    pub(super) n: usize,
}

/// Marks where they stand on a plot so wide, those too near to each other as one; none outside of the axis.
pub(super) fn ticks(axis: &FoldedAxis, lane_px: f64, marks: impl Iterator<Item = Mark>) -> Vec<DrawnTick> {
    let near = MARK_PX / lane_px.max(1.0) * 100.0;
    let ends = axis.corners.first().zip(axis.corners.last()).map(|(first, last)| (first.0, last.0));
    let mut ticks: Vec<DrawnTick> = Vec::new();
    for (idx, mark) in marks.enumerate() {
        if ends.is_none_or(|(first, last)| mark.time < first || mark.time > last) {
            continue;
        }
        let left = axis.place_of(mark.time) * 100.0;
        let class = match (mark.kind, mark.level.is_error()) {
            (_, true) => "wf-tick bad",
            (MarkKind::Event(_), false) => "wf-tick event",
            (MarkKind::Line(_), false) => "wf-tick",
        };
        match ticks.last_mut().filter(|it| left - it.left < near) {
            Some(last) => {
                last.n += 1;
                last.class = if class == "wf-tick bad" { class } else { last.class };
            }
            None => ticks.push(DrawnTick { left, class, first: idx, n: 1 }),
        }
    }
    ticks
}
