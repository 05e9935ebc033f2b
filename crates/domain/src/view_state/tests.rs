//! The address survives every way there and back, and one bad field spoils no other.

use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;

use super::*;
use crate::time::{Moment, TimeRange, Timestamp};

#[track_caller]
fn check(query: &str, expected: ViewState) {
    assert_eq!(ViewState::parse(query), (expected.clone(), Vec::new()), "reading");
    assert_eq!(expected.to_query(), query, "writing");
}

#[track_caller]
fn check_warns(query: &str, left: &str, expected_warnings: &[&str]) {
    let (view, warnings) = ViewState::parse(query);
    assert_eq!(view.to_query(), left);
    assert_eq!(warnings.iter().map(ToString::to_string).collect::<Vec<_>>(), expected_warnings);
}

#[test]
fn every_parameter_is_read_and_written() {
    check("", ViewState::default());
    check(
        "page=job&sys=pipes&job=9f2c41d8-77aa&tab=logs",
        ViewState {
            page: Page::Job,
            system: Some("pipes".to_owned()),
            job: Some("9f2c41d8-77aa".into()),
            tab: Tab::Logs,
            ..ViewState::default()
        },
    );
    check(
        "trace=3f2a1b9cde000000000000000000000f&span=00000000000000ab&line=1773483721341000000-ff",
        ViewState {
            trace: Some("3f2a1b9cde000000000000000000000f".parse().unwrap()),
            span: Some("ab".parse().unwrap()),
            line: Some(LineKey { time: Timestamp::from_nanos(1_773_483_721_341_000_000), hash: 255 }),
            ..ViewState::default()
        },
    );
    let id = |text: &str| text.parse().unwrap();
    check(
        "zoom=1773483721341000000..1773483721342000001&fold=2,00000000000000ab&hide=a%20b&hide=c&marks=00000000000000cd&lane=a%20b&show=errors,idle,still",
        ViewState {
            waterfall: WaterfallView {
                zoom: Some(TimeRange {
                    start: Timestamp::from_nanos(1_773_483_721_341_000_000),
                    end: Timestamp::from_nanos(1_773_483_721_342_000_001),
                }),
                folds: Folds { rule: FoldRule::From(2), except: vec![id("ab")] },
                hidden: vec!["a b".to_owned(), "c".to_owned()],
                marks: vec![id("cd")],
                lanes: vec!["a b".to_owned()],
                switches: vec![Switch::Errors, Switch::Idle, Switch::Still],
            },
            ..ViewState::default()
        },
    );
    check(
        "from=now-6h&to=now-1h&refresh=30s&tz=utc&theme=dark",
        ViewState {
            range: RangeSpec {
                from: Moment::Ago(TimeDelta::from_secs(21_600)),
                to: Moment::Ago(TimeDelta::from_secs(3_600)),
            },
            refresh: Some(TimeDelta::from_secs(30)),
            zone: Zone::Utc,
            theme: Theme::Dark,
            ..ViewState::default()
        },
    );
    check(
        "page=board&board=read%20%26%20write&panel=p99&var-queue=a&var-queue=b&embed=1",
        ViewState {
            page: Page::Board,
            board: Some("read & write".to_owned()),
            panel: Some("p99".to_owned()),
            vars: [("queue".to_owned(), vec!["a".to_owned(), "b".to_owned()])].into_iter().collect(),
            embed: true,
            ..ViewState::default()
        },
    );
    check(
        "page=logs&f=level:is:error&f=a::b:has:x:y&q=%22caf%C3%A9%22%20%2B1&sort=time:desc&cols=time,level",
        ViewState {
            page: Page::Logs,
            filters: vec![
                Filter { field: "level".to_owned(), op: FilterOp::Is, value: "error".to_owned() },
                Filter { field: "a:b".to_owned(), op: FilterOp::Has, value: "x:y".to_owned() },
            ],
            query: "\"café\" +1".to_owned(),
            sort: Some(Sort { column: "time".to_owned(), descending: true }),
            columns: vec!["time".to_owned(), "level".to_owned()],
            ..ViewState::default()
        },
    );
}

#[test]
fn other_hands_write_queries_too() {
    check_warns("?q=a+b%2Bc&page=logs", "page=logs&q=a%20b%2Bc", &[]);
    check_warns("utm_source=mail&page=jobs&&x", "page=jobs", &[]);
    check_warns("from=1773483721341&to=2026-03-14T10:25:00Z", "from=1773483721341&to=1773483900000", &[]);
    check_warns("q=100%25%zz%", "q=100%25%25zz%25", &[]);
    check_warns("v=1&tab=&job=", "", &[]);
    check_warns("page=jobs&page=logs", "page=logs", &[]);
}

#[test]
fn one_bad_field_falls_back_alone_and_is_named() {
    check_warns(
        "page=job&tab=pictures&job=7",
        "page=job&job=7",
        &["the address: tab=pictures is not one of timeline, logs, trace, debug, compare, failures"],
    );
    check_warns(
        "from=tuesday&to=now-5m&refresh=often",
        "to=now-5m",
        &[
            "the address: from=tuesday is not a time such as now-6h or epoch milliseconds",
            "the address: refresh=often is not a length of time such as 30s",
        ],
    );
    check_warns(
        "trace=nope&line=3&span=0&f=level&sort=up&embed=yes&q=x",
        "q=x",
        &[
            "the address: trace=nope is not a trace id of up to 32 hex digits",
            "the address: line=3 is not a line (nanoseconds-hash)",
            "the address: span=0 is not a span id of up to 16 hex digits",
            "the address: f=level is not a filter such as stage:is:NAME",
            "the address: sort=up is not an order such as COLUMN:desc",
            "the address: embed=yes is not 1",
        ],
    );
    check_warns(
        "zoom=9..3&fold=deep&show=all&hide=a",
        "hide=a",
        &[
            "the address: zoom=9..3 is not a stretch of time (nanoseconds..nanoseconds)",
            "the address: fold=deep is not what is folded: none, services or a depth, then span ids after commas",
            "the address: show=all is not some of errors, path, clocks, idle, statistics, together, still",
        ],
    );
    check_warns("show=idle,errors,idle&fold=none", "show=errors,idle", &[]);
    check_warns(
        "v=2&page=logs",
        "page=logs",
        &["the address: v=2 is not 1, the version that is read here: parts of it may be lost"],
    );
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,8}", "\\PC{1,12}", Just("a&b=c#d?e%41+f".to_owned())]
}

fn moment() -> impl Strategy<Value = Moment> {
    prop_oneof![
        (-9_000_000_000_000_i64..9_000_000_000_000).prop_map(|it| Moment::At(Timestamp::from_millis(it))),
        (-1_000_000_i64..1_000_000).prop_map(|it| Moment::Ago(TimeDelta::from_secs(it))),
        Just("now-1d/d".parse().unwrap()),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    let op = proptest::sample::select(FilterOp::ALL);
    (prop_oneof![text(), Just(":a:".to_owned())], op, prop_oneof![text(), Just(String::new())])
        .prop_map(|(field, op, value)| Filter { field, op, value })
}

fn zone() -> impl Strategy<Value = Zone> {
    prop_oneof![Just(Zone::Browser), Just(Zone::Utc), Just(Zone::Named("Asia/Kolkata".to_owned()))]
}

prop_compose! {
    fn waterfall()(
        zoom in of((any::<i64>(), any::<i64>())),
        rule in prop_oneof![Just(FoldRule::Nothing), Just(FoldRule::Services), (0_u16..).prop_map(FoldRule::From)],
        except in vec(1_u8.., 0..3),
        (hidden, lanes) in (vec(text(), 0..3), vec(text(), 0..2)),
        marks in vec(1_u8.., 0..3),
        switched in vec(proptest::sample::select(Switch::ALL), 0..4),
    ) -> WaterfallView {
        let zoom = zoom.map(|(a, b)| TimeRange::between(Timestamp::from_nanos(a), Timestamp::from_nanos(b)));
        let except = except.into_iter().filter_map(|it| SpanId::from_bytes([it; 8])).collect();
        let mut view = WaterfallView {
            zoom: zoom.filter(|it| it.start < it.end),
            folds: Folds { rule, except },
            hidden,
            marks: marks.into_iter().filter_map(|it| SpanId::from_bytes([it; 8])).collect(),
            lanes,
            switches: Vec::new(),
        };
        switched.into_iter().for_each(|it| view.switch(it, true));
        view
    }
}

prop_compose! {
    fn place()(
        page in proptest::sample::select(Page::ALL),
        tab in proptest::sample::select(Tab::ALL),
        theme in proptest::sample::select(Theme::ALL),
        (system, board, panel) in (of(text()), of(text()), of(text())),
        (job, with) in (of(text()), of(text())),
        trace in of(1_u8..),
        line in of((any::<i64>(), any::<u64>())),
        waterfall in waterfall(),
    ) -> ViewState {
        ViewState {
            page, tab, theme, system, board, panel, waterfall,
            job: job.map(Into::into),
            with: with.map(Into::into),
            trace: trace.and_then(|it| TraceId::from_bytes([it; 16])),
            span: trace.and_then(|it| SpanId::from_bytes([it; 8])),
            line: line.map(|(nanos, hash)| LineKey { time: Timestamp::from_nanos(nanos), hash }),
            ..ViewState::default()
        }
    }
}

prop_compose! {
    fn view()(
        place in place(),
        (from, to) in (moment(), moment()),
        refresh in of(1..i64::MAX),
        zone in zone(),
        vars in btree_map(text(), vec(prop_oneof![text(), Just(String::new())], 1..3), 0..3),
        filters in vec(filter(), 0..3),
        query in prop_oneof![text(), Just(String::new())],
        sort in of((text(), any::<bool>())),
        columns in vec("[a-z.]{1,8}", 0..3),
        embed in any::<bool>(),
    ) -> ViewState {
        ViewState {
            range: RangeSpec { from, to },
            refresh: refresh.map(TimeDelta::from_nanos),
            sort: sort.map(|(column, descending)| Sort { column, descending }),
            zone, vars: vars.into_iter().collect(), filters, query, columns, embed,
            ..place
        }
    }
}

proptest! {
    #[test]
    fn every_view_survives_its_address(view in view()) {
        prop_assert_eq!(ViewState::parse(&view.to_query()), (view, Vec::new()));
    }

    #[test]
    fn no_query_panics_and_what_is_read_stays(query in "\\PC{0,60}|([a-z]{1,5}=[a-z0-9:%+]{0,9}&){0,6}") {
        let (view, _) = ViewState::parse(&query);
        prop_assert_eq!(ViewState::parse(&view.to_query()), (view, Vec::new()));
    }
}

proptest! {
    #[test]
    fn filters_stand_in_groups_none_lost_and_only_those_of_one_field_together(filters in vec(filter(), 0..6)) {
        let groups = alternatives(&filters);
        prop_assert_eq!(groups.iter().map(Vec::len).sum::<usize>(), filters.len());
        prop_assert!(filters.iter().all(|it| groups.iter().flatten().any(|other| *other == it)));
        for (place, group) in groups.iter().enumerate() {
            let first = group[0];
            prop_assert!(group.len() == 1 || group.iter().all(|it| it.op == FilterOp::Is && it.field == first.field));
            let is_same = |it: &&Filter| it.op == FilterOp::Is && first.op == FilterOp::Is && it.field == first.field;
            prop_assert!(!groups.iter().skip(place + 1).flatten().any(is_same));
        }
    }
}
