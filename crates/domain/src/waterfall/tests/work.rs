//! Self time, critical path, statistics, clocks.

use super::{forest, name, place, secs, text};
use crate::time::TimeDelta;
use crate::waterfall::{Forest, GroupBy, Statistics, critical_path, self_times, skew};

#[test]
fn self_time_is_what_no_child_takes() {
    let forest = forest(
        "t0 +30s internal a parent id=1\nt3 +9s internal a one id=2 parent=1\nt7 +10s internal a two id=3 parent=1\nt26 +9s internal a three id=4 parent=1\nt40 +9s internal a outside id=5 parent=1",
    );
    let all: Vec<_> = self_times(&forest).into_iter().map(|it| it.secs()).collect();
    assert_eq!(all, [12, 9, 10, 9, 9]);
}

/// Segments as `name from-to` in seconds, by time.
#[track_caller]
fn check_path(rows: &str, expected: &[&str], waiting: f64) {
    let forest = forest(rows);
    let path = critical_path(&forest);
    let first = forest.range().start;
    let mut all: Vec<_> = path.segments().to_vec();
    all.sort_by_key(|it| it.start);
    let all: Vec<_> = all
        .iter()
        .map(|it| {
            format!(
                "{} {}-{}",
                name(&forest, it.place),
                (it.start - first).as_secs_f64(),
                (it.end - first).as_secs_f64()
            )
        })
        .collect();
    assert_eq!(all, expected);
    assert_eq!(path.waiting, secs(waiting));
}

#[test]
fn the_critical_path_goes_back_from_the_last_end() {
    check_path(
        "t0 +1s producer a submit id=1\nt4 +12s consumer b work id=2 parent=1\nt5 +5s client b fetch id=3 parent=2\nt5 +3s client b cache id=4 parent=2\nt11 +1s internal b parse id=5 parent=2",
        &["submit 0-1", "work 4-5", "fetch 5-10", "work 10-11", "parse 11-12", "work 12-16"],
        3.0,
    );
    // What overlaps the one that was waited for was not itself waited for.
    check_path(
        "t0 +10s internal a root id=1\nt1 +4s internal a one id=2 parent=1\nt4 +5s internal a two id=3 parent=1",
        &["root 0-4", "two 4-9", "root 9-10"],
        0.0,
    );
    // Roots count as children of one span; what a child reaches belongs to its root.
    check_path(
        "t0 +1s internal a one id=1\nt5 +1s internal a two id=2 parent=88\nt8 +2s internal b late id=3 parent=2",
        &["one 0-1", "two 5-6", "late 8-10"],
        6.0,
    );
    check_path("", &[], 0.0);
}

#[test]
fn a_path_over_missing_parents_is_partial() {
    assert!(!critical_path(&forest("t0 +1s internal a one id=1")).is_partial);
    assert!(
        critical_path(&forest("t0 +1s internal a one id=1\nt1 +1s internal a two id=2 parent=9")).is_partial
    );
}

#[test]
fn statistics_group_by_any_two() {
    let forest = forest(
        "t0 +10s internal a root id=1 queue=x\nt1 +1s client a get id=2 parent=1 queue=x\nt3 +3s client a get id=3 parent=1 status=error\nt3 +1s server b get id=4 parent=3",
    );
    let own = self_times(&forest);
    let rows = |by| {
        let mut it = Statistics::new(by);
        while !it.run(&forest, &own, 1) {}
        it.rows()
    };
    let by_name = rows([GroupBy::Name, GroupBy::Service]);
    let short: Vec<_> = by_name
        .iter()
        .map(|it| (it.keys.join(" "), it.count, it.total.secs(), it.self_total.secs(), it.errors))
        .collect();
    assert_eq!(
        short,
        [
            ("root a".to_owned(), 1, 10, 6, 0),
            ("get a".to_owned(), 2, 4, 3, 1),
            ("get b".to_owned(), 1, 1, 1, 0)
        ]
    );
    let get = &by_name[1];
    assert_eq!([get.min, get.avg, get.max, get.p95], [1, 2, 3, 3].map(TimeDelta::from_secs));
    let by_queue = rows([GroupBy::Attribute(text("queue.name")), GroupBy::Nothing]);
    let short: Vec<_> = by_queue.iter().map(|it| (it.keys[0].to_string(), it.count)).collect();
    assert_eq!(short, [("x".to_owned(), 2), ("–".to_owned(), 2)]);
}

#[track_caller]
fn check_skew(rows: &str, expected: &[(&str, f64)]) {
    let forest = forest(rows);
    let clocks = skew(&forest).clocks;
    let found: Vec<_> = clocks.iter().map(|it| (&*it.service, it.correction)).collect();
    let expected: Vec<_> = expected.iter().map(|(name, by)| (*name, secs(*by))).collect();
    assert_eq!(found, expected);
}

#[test]
fn clocks_are_judged_by_calls_between_services() {
    // Inside its caller: nothing to put right.
    check_skew("t0 +10s client a call id=1\nt1 +5s server b serve id=2 parent=1", &[]);
    // Begins before its caller, or ends after it: moved by as little as will do.
    check_skew("t4 +4s client a call id=1\nt2 +3s server b serve id=2 parent=1", &[("b", 2.0)]);
    check_skew("t4 +4s client a call id=1\nt6 +3s server b serve id=2 parent=1", &[("b", -1.0)]);
    // A message is only never received before it was sent.
    check_skew("t0 +1s producer a send id=1\nt9 +9s consumer b take id=2 parent=1", &[]);
    check_skew("t5 +1s producer a send id=1\nt3 +9s consumer b take id=2 parent=1", &[("b", 2.0)]);
    // Corrections add up along the calls.
    check_skew(
        "t10 +9s client a call id=1\nt8 +5s server b serve id=2 parent=1\nt7 +1s server c store id=3 parent=2",
        &[("b", 2.0), ("c", 3.0)],
    );
    // Clocks that are kept well differ by less than a millisecond.
    check_skew("t1 +4s client a call id=1\nt1.0 +4.0005s server b serve id=2 parent=1", &[]);
}

#[test]
fn a_corrected_forest_has_its_children_inside_their_callers() {
    let traces = super::traces(
        "t4 +4s client a call id=1\nt2 +3s server b serve id=2 parent=1\nt3 +1s internal b work id=3 parent=2",
    );
    let raw = Forest::new(&traces);
    let right = Forest::in_corrected_time(&traces, &skew(&raw).corrections());
    let (call, serve, work) = (place(&right, "call"), place(&right, "serve"), place(&right, "work"));
    assert!(right.start(call) <= right.start(serve) && right.end(serve) <= right.end(call));
    assert_eq!(right.start(work) - right.start(serve), secs(1.0), "times of one service stay together");
    assert!(skew(&right).clocks.is_empty());
}
