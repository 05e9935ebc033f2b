//! The folded axis: from an instant to its place between the ends and back, and the labels along it.

use super::{Fold, FoldedAxis};
use crate::time::{NANOS_PER_SEC, TimeDelta, TimeRange, Timestamp};

/// One label of the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisTick {
    /// Which instant.
    pub time: Timestamp,
    /// How long after the left end it is: `0.5 s`, `12 s`, `2:12`, `1:02:12`.
    pub label: String,
    /// Where it stands, 0 to 1.
    pub place: f64,
}

/// The share of the width that one fold takes.
const FOLD_SHARE: f64 = 0.035;
/// The share of the width that all folds may take together.
const FOLDS_SHARE: f64 = 0.35;

/// The least distance between labels, as a share of the one that was asked for.
const NEAREST: f64 = 0.7;

/// Distances between labels that read well, in nanoseconds: 1, 2, 5 by tens up to 30 s, then by clock and calendar.
const NICE_NANOS: [i64; 48] = {
    const S: i64 = NANOS_PER_SEC;
    [
        1,
        2,
        5,
        10,
        20,
        50,
        100,
        200,
        500, //
        1_000,
        2_000,
        5_000,
        10_000,
        20_000,
        50_000,
        100_000,
        200_000,
        500_000, //
        1_000_000,
        2_000_000,
        5_000_000,
        10_000_000,
        20_000_000,
        50_000_000,
        100_000_000,
        200_000_000, //
        500_000_000,
        S,
        2 * S,
        5 * S,
        10 * S,
        15 * S,
        30 * S, //
        60 * S,
        120 * S,
        300 * S,
        600 * S,
        900 * S,
        1_800 * S, //
        3_600 * S,
        7_200 * S,
        10_800 * S,
        21_600 * S,
        43_200 * S, //
        86_400 * S,
        172_800 * S,
        604_800 * S,
        2_592_000 * S,
    ]
};

impl FoldedAxis {
    /// An axis over `range` on which these stretches are folded: in order, apart from each other, inside the range.
    pub fn new(range: TimeRange, folded: &[TimeRange]) -> Self {
        let folds_share = (FOLD_SHARE * folded.len() as f64).min(FOLDS_SHARE);
        let fold_share = if folded.is_empty() { 0.0 } else { folds_share / folded.len() as f64 };
        let idle: TimeDelta = folded.iter().map(|it| it.length()).sum();
        let shown_nanos = (range.length() - idle).nanos().max(1) as f64;
        let per_nano = (1.0 - folds_share) / shown_nanos;

        let mut corners = vec![(range.start, 0.0)];
        let mut folds = Vec::with_capacity(folded.len());
        let (mut at, mut place) = (range.start, 0.0);
        for fold in folded {
            let left = (place + (fold.start - at).nanos() as f64 * per_nano).min(1.0);
            let right = (left + fold_share).min(1.0);
            corners.extend([(fold.start, left), (fold.end, right)]);
            folds.push(Fold { range: *fold, left, right });
            (at, place) = (fold.end, right);
        }
        corners.push((range.end, 1.0));
        corners.dedup_by_key(|it| it.0);
        Self { corners, folds }
    }

    /// Where an instant stands, 0 to 1; instants beyond an end stand at that end.
    pub fn place_of(&self, at: Timestamp) -> f64 {
        let after = self.corners.partition_point(|(time, _)| *time <= at);
        match (after.checked_sub(1).and_then(|it| self.corners.get(it)), self.corners.get(after)) {
            (None, _) => 0.0,
            (Some(_), None) => 1.0,
            (Some((t0, p0)), Some((t1, p1))) => {
                let share = (at - *t0).nanos() as f64 / (*t1 - *t0).nanos().max(1) as f64;
                p0 + (p1 - p0) * share
            }
        }
    }

    /// The instant that stands at a place; places beyond an end mean that end.
    pub fn time_at(&self, place: f64) -> Timestamp {
        let after = self.corners.partition_point(|(_, it)| *it <= place);
        match (after.checked_sub(1).and_then(|it| self.corners.get(it)), self.corners.get(after)) {
            (None, first) => first.map_or(Timestamp::default(), |it| it.0),
            (Some((end, _)), None) => *end,
            (Some((t0, p0)), Some((t1, p1))) => {
                let share = (place - p0) / (p1 - p0);
                *t0 + TimeDelta::from_nanos(((*t1 - *t0).nanos() as f64 * share).round() as i64)
            }
        }
    }

    /// About `n` labels, at round lengths after the left end, none inside a fold and none too near to its neighbour.
    ///
    /// All unfolded stretches share one scale, so one distance serves them all. A stretch too short to hold a
    /// multiple of it gets the roundest instant that it holds. The left end itself has no label.
    pub fn ticks(&self, n: usize) -> Vec<AxisTick> {
        let (Some((start, _)), Some((end, _))) = (self.corners.first(), self.corners.last()) else {
            return Vec::new();
        };
        let apart = 1.0 / n.max(1) as f64;
        let shown = (*end - *start - self.folded()).nanos() as f64;
        let share: f64 = 1.0 - self.folds.iter().map(|it| it.right - it.left).sum::<f64>();
        let wanted_nanos = shown / share.max(f64::EPSILON) * apart;
        let least_nanos = wanted_nanos * NEAREST;
        let step_idx = NICE_NANOS.partition_point(|it| (*it as f64) < least_nanos).min(NICE_NANOS.len() - 1);

        let mut ticks: Vec<AxisTick> = Vec::new();
        for stretch in self.stretches() {
            let room = self.place_of(stretch.end) - self.place_of(stretch.start);
            let may_go_finer = room >= NEAREST * apart;
            let steps = NICE_NANOS.get(..=step_idx).unwrap_or_default().iter().rev();
            let steps = steps.take(if may_go_finer { NICE_NANOS.len() } else { 1 });
            for step in steps {
                let n_before = ticks.len();
                for nanos in multiples_inside(*step, stretch.start - *start, stretch.end - *start) {
                    let time = *start + TimeDelta::from_nanos(nanos);
                    let place = self.place_of(time);
                    if place - ticks.last().map_or(0.0, |it| it.place) >= NEAREST * apart - 1e-9 {
                        ticks.push(AxisTick { time, label: after_label(nanos), place });
                    }
                }
                if ticks.len() > n_before {
                    break;
                }
            }
        }
        ticks
    }

    /// The stretches between folds.
    fn stretches(&self) -> impl Iterator<Item = TimeRange> {
        let ends = self.corners.first().zip(self.corners.last());
        let starts =
            ends.map(|(first, _)| first.0).into_iter().chain(self.folds.iter().map(|it| it.range.end));
        let stops = self.folds.iter().map(|it| it.range.start).chain(ends.map(|(_, last)| last.0));
        starts.zip(stops).map(|(start, end)| TimeRange { start, end }).filter(|it| it.start < it.end)
    }
}

/// Multiples of `step` in a stretch, without its left end; at most a few hundred, as the step fits the width.
fn multiples_inside(step: i64, from: TimeDelta, to: TimeDelta) -> impl Iterator<Item = i64> {
    let first = from.nanos().div_euclid(step) + 1;
    let last = to.nanos().div_euclid(step);
    (first..=last).take(512).map(move |it| it * step)
}

/// How long after the start: `250 ms`, `0.5 s`, `12 s`, `2:12`, `2:12.5`, `1:02:12`, `3 d 1:00:00`.
fn after_label(nanos: i64) -> String {
    let secs = nanos / NANOS_PER_SEC;
    if secs < 60 {
        let long = nanos >= 100_000_000;
        return if long { format!("{} s", decimal(nanos)) } else { TimeDelta::from_nanos(nanos).to_string() };
    }
    let below_minute = nanos % (60 * NANOS_PER_SEC);
    let pad = if below_minute < 10 * NANOS_PER_SEC { "0" } else { "" };
    let (minutes, seconds) = (secs / 60 % 60, decimal(below_minute));
    let (days, hours) = (secs / 86_400, secs / 3_600 % 24);
    match (days, hours) {
        (0, 0) => format!("{minutes}:{pad}{seconds}"),
        (0, _) => format!("{hours}:{minutes:02}:{pad}{seconds}"),
        _ => format!("{days} d {hours}:{minutes:02}:{pad}{seconds}"),
    }
}

/// Nanoseconds as decimal seconds, without zeros at the end.
fn decimal(nanos: i64) -> String {
    let text = format!("{}.{:09}", nanos / NANOS_PER_SEC, nanos % NANOS_PER_SEC);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
