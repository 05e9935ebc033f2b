//! Rows: their order, what is folded away, what is found.

use super::{forest, name, picture, place, text, traces};
use crate::testing::{evidence, pipeline, span_id, trace_id};
use crate::waterfall::{EdgeKind, Edges, End, Find, Forest, MarkKind, Marks, Minimap, Row, Rows, Shape};

const JOB: &str = "
    t0   +0.1s  producer orchestrator submit id=1
    t4   +6s    consumer scraper run     id=2 parent=1 url=https://a.example/x
    t4.1 +2s    client   scraper fetch   id=3 parent=2 status=error:refused error_code=403
    t4.2 +0.5s  server   gateway proxy   id=4 parent=3
    t7   +1s    client   scraper again   id=5 parent=2
    t8.5 +1s    internal scraper parse   id=6 parent=2 exception=ValueError exception_message=Boom
    t12  +1s    internal chunker split   id=7 parent=99
";

#[track_caller]
fn check(shape: impl Fn(&Forest, &mut Shape), expected: &[&str]) {
    let forest = forest(JOB);
    let mut it = Shape::default();
    shape(&forest, &mut it);
    assert_eq!(picture(&forest, &it), expected);
}

#[test]
fn children_stand_below_their_parents_by_their_start() {
    check(|_, _| {}, &["submit", "  run", "    fetch!", "      proxy", "    again", "    parse", "split?"]);
}

#[test]
fn a_missing_parent_loses_nothing_and_is_marked() {
    let forest = forest(
        "t1 +1s internal a x id=1 parent=7\nt2 +1s internal a y id=2 parent=1\nt0 +1s internal a z id=3",
    );
    assert_eq!(picture(&forest, &Shape::default()), ["z", "x?", "  y"]);
}

#[test]
fn ids_that_lead_in_circles_are_cut_open_at_the_first_span() {
    let own = forest("t1 +1s internal a x id=1 parent=1");
    assert_eq!(picture(&own, &Shape::default()), ["x?"]);
    let two = "t3 +1s internal a z id=3 parent=2\nt1 +1s internal a x id=1 parent=2\nt2 +1s internal a y id=2 parent=1\nt0 +1s internal a top id=9";
    assert_eq!(picture(&forest(two), &Shape::default()), ["top", "x@", "  y", "    z"]);
}

#[test]
fn rows_fold_by_span_by_level_and_by_service() {
    check(
        |forest, it| it.fold(forest, place(forest, "fetch"), true),
        &["submit", "  run", "    fetch+!", "    again", "    parse", "split?"],
    );
    check(
        |forest, it| it.fold(forest, place(forest, "proxy"), true),
        &["submit", "  run", "    fetch!", "      proxy", "    again", "    parse", "split?"],
    );
    check(|forest, it| it.fold_from(forest, 1), &["submit", "  run+", "split?"]);
    check(|forest, it| it.fold_from(forest, 0), &["submit+", "split?"]);
    check(
        |forest, it| it.fold_services(forest),
        &["submit", "  run", "    fetch!", "      proxy", "    again", "    parse", "split?"],
    );
    let inside = "t0 +9s server a one id=1\nt1 +1s internal a two id=2 parent=1\nt2 +1s internal a three id=3 parent=2\nt3 +1s server b four id=4 parent=1\nt3 +1s internal b five id=5 parent=4";
    let forest = forest(inside);
    let mut shape = Shape::default();
    shape.fold_services(&forest);
    assert_eq!(picture(&forest, &shape), ["one", "  two+", "  four+"]);
}

#[test]
fn many_folds_are_told_in_few_words() {
    let pair = |it: usize| {
        format!(
            "t{it} +9s internal a s{it} id={it}\nt{it} +1s internal a p{it} id={} parent={it}\n",
            it + 100
        )
    };
    let ten: String = (1..11).map(pair).collect();
    let forest = forest(&ten);
    let told = |change: &dyn Fn(&mut Shape)| {
        let mut shape = Shape::default();
        change(&mut shape);
        shape.described(&forest).unwrap().to_string()
    };
    let open = |shape: &mut Shape, name: &str| shape.fold(&forest, place(&forest, name), false);
    assert_eq!(told(&|_| {}), "none");
    assert_eq!(told(&|it| it.fold_from(&forest, 0)), "0");
    let all_but_one = told(&|it| {
        it.fold_from(&forest, 0);
        open(it, "s7");
    });
    assert_eq!(all_but_one, format!("0,{}", span_id(7)));
    let one = told(&|it| it.fold(&forest, place(&forest, "s3"), true));
    assert_eq!(one, format!("none,{}", span_id(3)));
}

#[test]
fn levels_fold_and_come_back_one_at_a_time() {
    let levels =
        |n: usize| move |forest: &Forest, it: &mut Shape| (0..n).for_each(|_| it.fold_one_level(forest));
    check(levels(1), &["submit", "  run", "    fetch+!", "    again", "    parse", "split?"]);
    check(levels(2), &["submit", "  run+", "split?"]);
    check(levels(3), &["submit+", "split?"]);
    check(levels(9), &["submit+", "split?"]);
    let back = |forest: &Forest, it: &mut Shape| {
        levels(3)(forest, it);
        it.unfold_one_level(forest);
        it.unfold_one_level(forest);
    };
    check(back, &["submit", "  run", "    fetch+!", "    again", "    parse", "split?"]);
    check(
        |forest, it| {
            it.fold_from(forest, 0);
            it.reveal(forest, place(forest, "again"));
        },
        &["submit", "  run", "    fetch+!", "    again", "    parse", "split?"],
    );
}

#[test]
fn services_and_good_spans_can_be_left_out() {
    check(|_, it| it.hidden = vec![text("scraper")], &["submit", "  proxy", "split?"]);
    check(|_, it| it.errors_only = true, &["submit", "  run", "    fetch!"]);
    check(
        |_, it| {
            it.errors_only = true;
            it.hidden = vec![text("orchestrator")];
        },
        &["run", "  fetch!"],
    );
}

#[test]
fn traces_of_one_job_stand_in_one_forest() {
    let two = traces(
        "t5 +1s internal a late trace=1 id=1\nt1 +1s internal a early trace=2 id=1\nt2 +1s internal a child trace=2 id=2 parent=1",
    );
    let forest = Forest::new(&two);
    assert_eq!(picture(&forest, &Shape::default()), ["early", "  child", "late"]);
    assert_eq!(forest.find(trace_id(1), span_id(1)).map(|it| name(&forest, it)).as_deref(), Some("late"));
    assert_eq!(forest.find(trace_id(3), span_id(1)), None);
}

#[track_caller]
fn check_find(needle: &str, expected: &[&str]) {
    let forest = forest(JOB);
    let mut find = Find::new(needle);
    while !find.run(&forest, 2) {}
    let found: Vec<_> = find.found().map(|it| name(&forest, it)).collect();
    assert_eq!(found, expected, "{needle}");
}

#[test]
fn text_is_found_in_names_services_statuses_events_and_attributes() {
    check_find("FETCH", &["fetch"]);
    check_find(" chunk ", &["split"]);
    check_find("refused", &["fetch"]);
    check_find("a.example", &["run"]);
    check_find("boom", &["parse"]);
    check_find("error.code", &["fetch"]);
    check_find("error.code=40", &["fetch"]);
    check_find("error.code=", &["fetch"]);
    check_find("error.code=5", &[]);
    check_find("code=403", &[]);
    check_find("", &[]);
    check_find("nowhere", &[]);
}

#[test]
fn the_next_match_goes_round_the_end() {
    let forest = forest(JOB);
    let mut find = Find::new("scraper");
    find.run(&forest, 100);
    let step = |from: Option<&str>, ahead| {
        find.step(from.map(|it| place(&forest, it)), ahead).map(|it| name(&forest, it))
    };
    assert_eq!(step(None, true).as_deref(), Some("run"));
    assert_eq!(step(None, false).as_deref(), Some("parse"));
    assert_eq!(step(Some("run"), true).as_deref(), Some("fetch"));
    assert_eq!(step(Some("proxy"), true).as_deref(), Some("again"));
    assert_eq!(step(Some("proxy"), false).as_deref(), Some("fetch"));
    assert_eq!(step(Some("split"), true).as_deref(), Some("run"));
    assert_eq!(step(Some("submit"), false).as_deref(), Some("parse"));
    assert_eq!((find.rank(place(&forest, "again")), find.found().len()), (3, 4));
}

#[test]
fn a_consumer_waited_for_its_producer_and_links_cross_traces() {
    let mut two = traces(
        "t0 +0.1s producer a send trace=1 id=1\nt4 +1s consumer b take trace=1 id=2 parent=1\nt9 +1s consumer b other trace=2 id=3",
    );
    let link = |trace, span| crate::trace::SpanLink { trace, span, attributes: Default::default() };
    two[1].spans[0].links = vec![link(trace_id(1), span_id(1)), link(trace_id(9), span_id(9))];
    let forest = Forest::new(&two);
    let edges = Edges::of(&forest);
    let (send, take, other) = (place(&forest, "send"), place(&forest, "take"), place(&forest, "other"));
    let of = |it| edges.of_effect(it).iter().map(|it| (it.kind, it.from, it.wait)).collect::<Vec<_>>();
    assert_eq!(of(take), [(EdgeKind::Message, End::Here(send), Some(super::secs(3.9)))]);
    assert_eq!(
        of(other),
        [
            (EdgeKind::Message, End::Here(send), Some(super::secs(8.9))),
            (EdgeKind::Message, End::Elsewhere(trace_id(9), span_id(9)), None),
        ]
    );
    assert_eq!(edges.wait_before(other), Some(super::secs(8.9)));
    assert_eq!(edges.wait_before(send), None);
}

#[test]
fn lines_stand_on_their_span_or_in_their_services_lane() {
    let system = pipeline();
    let found = evidence(
        &system,
        "10:00:00 +2s internal scraper run trace=1 id=2 exception=ValueError
         10:00:01 I scraper on-the-span trace=1 span=2
         10:00:02 E scraper no-span trace=1
         10:00:03 I chunker unknown-span trace=1 span=77
         10:00:00 I scraper no-trace
         10:00:01 I scraper other-trace trace=5",
    );
    let forest = Forest::new(&found.traces);
    let marks = Marks::of(&forest, found.lines.iter());
    let word = |it: &crate::waterfall::Mark| match it.kind {
        MarkKind::Event(idx) => format!("event {idx}"),
        MarkKind::Line(key) => found.lines.iter().find(|it| it.key == key).unwrap().message.clone(),
    };
    let on: Vec<_> = marks.on(place(&forest, "run")).iter().map(|it| word(&it.1)).collect();
    assert_eq!(on, ["on-the-span", "event 0"]);
    let lanes: Vec<(String, Vec<String>)> =
        marks.lanes.iter().map(|it| (it.service.to_string(), it.marks.iter().map(word).collect())).collect();
    let lane = |service: &str, words: &[&str]| {
        (service.to_owned(), words.iter().map(|it| (*it).to_owned()).collect())
    };
    assert_eq!(
        lanes,
        [lane("scraper", &["no-trace", "other-trace", "no-span"]), lane("chunker", &["unknown-span"])]
    );
    let rows = Rows::of(&forest, &Shape::default()).with_lanes(lanes.len());
    assert_eq!(
        (rows.get(1), rows.len(), rows.get(3), rows.row_of(place(&forest, "run")), rows.row_of_lane(1)),
        (Some(Row::Lane(0)), 3, None, Some(0), 2)
    );
}

#[test]
fn the_minimap_is_the_waterfall_in_the_small() {
    let forest = forest(
        "t0 +10s internal a root id=1\nt2 +2s internal b child id=2 parent=1\nt8 +2s internal b last id=3 parent=1 status=error",
    );
    let map = Minimap::of(&forest, &Rows::of(&forest, &Shape::default()), forest.range(), 10, 99);
    let drawn: Vec<_> = map.runs.iter().map(|it| (it.line, it.left, it.right, it.service)).collect();
    assert_eq!(drawn, [(0, 0, 10, 0), (1, 2, 5, 1), (2, 8, 10, 1)]);
    assert_eq!(map.errors, [(2, 9)]);
    assert_eq!(map.density, [1, 1, 2, 2, 2, 1, 1, 1, 2, 2]);
}

#[test]
fn opened_marks_have_rows_below_their_owner() {
    let forest = forest(JOB);
    let (run, again) = (place(&forest, "run"), place(&forest, "again"));
    let rows = Rows::of(&forest, &Shape::default()).with_lanes(1);
    let opened =
        vec![(rows.base_of(again).unwrap(), 1), (rows.base_of_lane(0), 2), (rows.base_of(run).unwrap(), 3)];
    let rows = rows.with_opened(opened);
    let short = |it: usize| match rows.get(it).unwrap() {
        Row::Lane(lane) => format!("lane {lane}"),
        Row::Span(place, _) => name(&forest, place),
        Row::Mark(owner, idx) => format!("{owner}.{idx}"),
    };
    let all: Vec<_> = (0..rows.len()).map(short).collect();
    let expected = "submit|run|1.0|1.1|1.2|fetch|proxy|again|7.0|parse|split|lane 0|11.0|11.1";
    assert_eq!(all.join("|"), expected);
    assert!(forest.all().all(|it| rows.place(rows.row_of(it).unwrap()) == Some(it)));
    assert_eq!(
        (rows.place(3), rows.place(12), rows.get(14), rows.row_of_lane(0)),
        (Some(run), None, None, 11)
    );
}
