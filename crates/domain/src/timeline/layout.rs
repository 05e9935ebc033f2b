//! From a job to its timeline: lanes, the range that they cover, and what of it is folded away.

use super::{Bar, BarKind, FoldedAxis, Folding, Lane, Timeline, folding, lanes};
use crate::job::pieces::Pieces;
use crate::job::{Evidence, Job, JobState};
use crate::system::System;
use crate::time::{TimeDelta, TimeRange, Timestamp};

/// The share of the width that is kept free at the right for stages that were never reached.
const NEVER_SHARE: f64 = 0.055;
/// Spans of a lane that fit together into this share of the width become one bar.
const NEAR_SHARE: f64 = 0.001;

/// Lays a job out on one axis, as it stands at `now`.
///
/// Services without a stage come first, then the stages in the job's order, each with its queue's lane above and lanes
/// of its spans below. A job that has not ended reaches up to `now`.
pub fn lay_out(
    system: &System,
    job: &Job,
    evidence: &Evidence,
    now: Timestamp,
    folding: Folding,
) -> Timeline {
    let pieces = Pieces::gather(system, &job.id, evidence);
    let now = job.state.goes_on().then_some(now);
    let drawn = drawn(&pieces, job, now);
    let mut lanes = lanes::lanes(&pieces, job, drawn.end);
    let quiet_after = job.last_seen.filter(|_| job.state == JobState::Stuck);
    let folds = match folding {
        Folding::On => folding::folds(drawn, &lanes, quiet_after),
        Folding::Off => Vec::new(),
    };
    let range = with_room_for_never(drawn, &folds, &mut lanes);
    let axis = FoldedAxis::new(range, &folds);
    for lane in &mut lanes {
        lane.bars.sort_by_key(|it| (it.start, it.end));
        merge_near(&axis, lane);
    }
    Timeline { range, lanes, axis, now }
}

/// From the first to the last thing that there is to draw; at least a millisecond.
fn drawn(pieces: &Pieces, job: &Job, now: Option<Timestamp>) -> TimeRange {
    let attempts = job.stages.iter().flat_map(|it| &it.attempts).flat_map(|it| [Some(it.start), it.end]);
    let waits = job.stages.iter().flat_map(|it| &it.waits).flat_map(|it| [Some(it.start), it.end]);
    let spans = pieces.spans.iter().flat_map(|it| [Some(it.span.start), Some(it.span.end)]);
    let lines = pieces.lines.iter().map(|it| Some(it.time));
    let ends = [job.submitted, job.ended].into_iter().flatten().map(|it| Some(it.at));
    let times = || {
        attempts.clone().chain(waits.clone()).chain(spans.clone()).chain(lines.clone()).chain(ends.clone())
    };
    let first = times().flatten().min();
    let last = times().flatten().max().max(now);
    let start = first.or(now).unwrap_or_default();
    TimeRange { start, end: last.unwrap_or(start).max(start + TimeDelta::from_millis(1)) }
}

/// Makes room at the right for stages that were never reached, where there are any, and puts their bars there.
fn with_room_for_never(drawn: TimeRange, folds: &[TimeRange], lanes: &mut [Lane]) -> TimeRange {
    let is_never = |it: &&mut Bar| it.kind == BarKind::Never;
    let folded: TimeDelta = folds.iter().map(|it| it.length()).sum();
    let shown = (drawn.length() - folded).nanos() as f64;
    let room = TimeDelta::from_nanos((shown * NEVER_SHARE / (1.0 - NEVER_SHARE)).ceil() as i64);
    let mut range = drawn;
    for bar in lanes.iter_mut().flat_map(|it| &mut it.bars).filter(is_never) {
        (bar.start, bar.end) = (drawn.end, drawn.end + room);
        range.end = bar.end;
    }
    range
}

/// Makes one bar of spans too near to each other to be told apart; a failed one stays by itself.
fn merge_near(axis: &FoldedAxis, lane: &mut Lane) {
    let mut merged: Vec<(Bar, usize)> = Vec::with_capacity(lane.bars.len());
    for bar in lane.bars.drain(..) {
        match merged.last_mut() {
            Some((last, n))
                if bar.kind == BarKind::Span
                    && last.kind == BarKind::Span
                    && axis.place_of(bar.end) - axis.place_of(last.start) < NEAR_SHARE =>
            {
                last.end = last.end.max(bar.end);
                if last.label != bar.label {
                    "spans".clone_into(&mut last.label);
                }
                *n += 1;
            }
            _ => merged.push((bar, 1)),
        }
    }
    lane.bars.extend(merged.into_iter().map(|(mut bar, n)| {
        if n > 1 {
            bar.label = format!("{} × {n}", bar.label);
        }
        bar
    }));
}
