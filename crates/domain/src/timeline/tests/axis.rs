//! The folded axis: there and back, always forwards, labels that stay true.

use proptest::prelude::*;

use crate::time::{TimeDelta, TimeRange, Timestamp};
use crate::timeline::FoldedAxis;

fn secs(secs: f64) -> Timestamp {
    Timestamp::from_secs(1_773_483_717) + TimeDelta::from_secs_f64(secs)
}

fn axis(length: f64, folds: &[(f64, f64)]) -> FoldedAxis {
    let folds: Vec<_> = folds.iter().map(|(a, b)| TimeRange { start: secs(*a), end: secs(*b) }).collect();
    FoldedAxis::new(TimeRange { start: secs(0.0), end: secs(length) }, &folds)
}

#[track_caller]
fn check_ticks(axis: &FoldedAxis, n: usize, expected: &str) {
    let labels: Vec<String> = axis.ticks(n).into_iter().map(|it| it.label).collect();
    assert_eq!(labels.join(" | "), expected);
}

#[test]
fn labels_are_round_and_true() {
    check_ticks(&axis(12.0, &[]), 6, "2 s | 4 s | 6 s | 8 s | 10 s | 12 s");
    check_ticks(&axis(0.9, &[]), 5, "0.2 s | 0.4 s | 0.6 s | 0.8 s");
    check_ticks(&axis(0.009, &[]), 4, "2 ms | 4 ms | 6 ms | 8 ms");
    check_ticks(&axis(252.0, &[]), 5, "1:00 | 2:00 | 3:00 | 4:00");
    check_ticks(&axis(4_000.0, &[]), 4, "15:00 | 30:00 | 45:00 | 1:00:00");
    check_ticks(&axis(200_000.0, &[]), 3, "1 d 0:00:00 | 2 d 0:00:00");
}

#[test]
fn labels_jump_over_folds() {
    let folded = axis(252.0, &[(15.0, 125.0), (142.0, 240.0)]);
    check_ticks(&folded, 8, "5 s | 10 s | 15 s | 2:10 | 2:15 | 2:20 | 4:05 | 4:10");
    for tick in folded.ticks(8) {
        assert!((folded.place_of(tick.time) - tick.place).abs() < 1e-12);
        let in_fold = folded.folds.iter().any(|it| it.range.start < tick.time && tick.time < it.range.end);
        assert!(!in_fold, "{tick:?}");
    }
}

#[test]
fn a_fold_takes_a_fixed_share() {
    let folded = axis(1_000.0, &[(10.0, 900.0)]);
    let fold = folded.folds[0];
    assert!((fold.right - fold.left - 0.035).abs() < 1e-9);
    assert_eq!(folded.folded(), TimeDelta::from_secs(890));
    assert_eq!(folded.place_of(secs(-5.0)), 0.0);
    assert_eq!(folded.place_of(secs(5_000.0)), 1.0);
    assert_eq!(folded.time_at(-1.0), secs(0.0));
    assert_eq!(folded.time_at(2.0), secs(1_000.0));
}

/// An axis of 1 ms to 28 h with up to eleven folds.
fn any_axis() -> impl Strategy<Value = FoldedAxis> {
    let cuts = proptest::collection::btree_set(1_i64..1_000_000, 0..24);
    (1_i64..100_000_000, cuts).prop_map(|(scale, cuts)| {
        let at = |part: i64| secs(0.0) + TimeDelta::from_nanos(part * scale);
        let cuts: Vec<i64> = cuts.into_iter().collect();
        let folds: Vec<TimeRange> =
            cuts.chunks_exact(2).map(|it| TimeRange { start: at(it[0]), end: at(it[1]) }).collect();
        FoldedAxis::new(TimeRange { start: at(0), end: at(1_000_000) }, &folds)
    })
}

proptest! {
    #[test]
    fn later_is_further_right(axis in any_axis(), a in 0.0..1.0_f64, b in 0.0..1.0_f64) {
        let (a, b) = (a.min(b), a.max(b));
        prop_assert!(axis.time_at(a) <= axis.time_at(b));
        prop_assert!(axis.place_of(axis.time_at(a)) <= axis.place_of(axis.time_at(b)));
        prop_assert!(axis.corners.is_sorted_by(|x, y| x.0 < y.0 && x.1 <= y.1));
    }

    #[test]
    fn there_and_back(axis in any_axis(), place in 0.0..1.0_f64) {
        let back = axis.place_of(axis.time_at(place));
        // A place means a whole nanosecond, so at most what one takes is lost, where the axis is steepest.
        let steps = axis.corners.windows(2).map(|it| (it[1].1 - it[0].1) / (it[1].0 - it[0].0).nanos() as f64);
        let nanosecond = steps.fold(0.0, f64::max);
        prop_assert!((back - place).abs() <= nanosecond + 1e-9, "{} is not {}", back, place);
    }

    #[test]
    fn labels_are_in_order_apart_and_unique(axis in any_axis(), n in 1_usize..12) {
        let ticks = axis.ticks(n);
        prop_assert!(ticks.is_sorted_by(|a, b| a.time < b.time && b.place - a.place >= 0.7 / n as f64 - 1e-9));
        let labels: std::collections::HashSet<_> = ticks.iter().map(|it| &it.label).collect();
        prop_assert_eq!(labels.len(), ticks.len());
    }
}
