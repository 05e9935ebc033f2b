//! Which stretches are folded away: long ones in which nothing happens but waiting.

use super::{BarKind, Lane};
use crate::time::{TimeDelta, TimeRange, Timestamp};

/// No stretch shorter than this is folded.
const MIN_IDLE: TimeDelta = TimeDelta::from_secs(5);
/// Nor one that is a smaller share of what is left unfolded.
const MIN_SHARE: f64 = 0.12;
/// Nor one without which less than this would be left: there is nothing then to make room for.
const MIN_LEFT: TimeDelta = TimeDelta::from_millis(10);
/// What stays unfolded at each end of a fold, as a share of all that is left: so that a wait is seen to go in and out.
const MARGIN_SHARE: f64 = 0.03;

/// The stretches to fold, in order and apart from each other.
///
/// Bars of work and of spans are happening from end to end; of a wait only its ends are, and of a log line its time.
/// `quiet_after` is the last sign of life of a job that is stuck: work that seems to go on after it does not count.
pub(super) fn folds(range: TimeRange, lanes: &[Lane], quiet_after: Option<Timestamp>) -> Vec<TimeRange> {
    folds_between(range, busy_stretches(lanes, quiet_after))
}

/// The stretches of a range to fold, in order and apart from each other, given those in which something happens.
pub(crate) fn folds_between(range: TimeRange, busy: Vec<(Timestamp, Timestamp)>) -> Vec<TimeRange> {
    let idle = idle_stretches(range, busy);
    let mut folded: Vec<bool> = vec![false; idle.len()];
    let mut left = range.length();
    // What is folded makes the rest matter more, so that the next longest stretch may be too long in turn.
    loop {
        let limit = MIN_IDLE.max(TimeDelta::from_nanos((left.nanos() as f64 * MIN_SHARE) as i64));
        let open = idle.iter().zip(&mut folded).filter(|(_, is_folded)| !**is_folded);
        let longest = open.max_by_key(|(it, _)| it.length());
        let longest = longest.filter(|(it, _)| it.length() >= limit && left - it.length() >= MIN_LEFT);
        let Some((stretch, is_folded)) = longest else { break };
        *is_folded = true;
        left = left - stretch.length();
    }
    let margin = TimeDelta::from_nanos((left.nanos() as f64 * MARGIN_SHARE) as i64);
    let chosen = idle.into_iter().zip(folded).filter_map(|(it, is_folded)| is_folded.then_some(it));
    chosen
        .map(|it| {
            let margin = margin.min(TimeDelta::from_nanos(it.length().nanos() / 8));
            TimeRange { start: it.start + margin, end: it.end - margin }
        })
        .collect()
}

/// The stretches in which something happens.
fn busy_stretches(lanes: &[Lane], quiet_after: Option<Timestamp>) -> Vec<(Timestamp, Timestamp)> {
    let mut busy: Vec<(Timestamp, Timestamp)> = Vec::new();
    for lane in lanes {
        busy.extend(lane.ticks.iter().map(|it| (it.time, it.time)));
        for bar in &lane.bars {
            match bar.kind {
                BarKind::Work | BarKind::FailedWork | BarKind::Span | BarKind::FailedSpan => {
                    let end = quiet_after.filter(|_| bar.open).map_or(bar.end, |it| bar.end.min(it));
                    busy.push((bar.start, end.max(bar.start)));
                }
                BarKind::Wait => busy.extend([(bar.start, bar.start), (bar.end, bar.end)]),
                BarKind::Never => {}
            }
        }
    }
    busy
}

/// The stretches between things that happen.
fn idle_stretches(range: TimeRange, mut busy: Vec<(Timestamp, Timestamp)>) -> Vec<TimeRange> {
    busy.extend([(range.start, range.start), (range.end, range.end)]);
    busy.sort_unstable();
    let mut reached = range.start;
    let mut idle = Vec::new();
    for (start, end) in busy {
        if start > reached {
            idle.push(TimeRange { start: reached, end: start.min(range.end) });
        }
        reached = reached.max(end).min(range.end);
    }
    idle
}
