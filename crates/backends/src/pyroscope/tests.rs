//! Requests, and decoding of answers.

use domain::profile::{FunctionCost, Profile};
use domain::system::{MatchOp, Matcher, Unit};
use domain::time::{TimeRange, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::recorded::{Recorded, recorded};
use crate::{BackendError, Build, Decoder, Endpoint, ErrorKind, Headers, Method, Readiness, SourceKind};

const FOLDER: &str = "pyroscope";

fn render() -> Render {
    Render {
        profile_type: "process_cpu:cpu:nanoseconds:cpu:nanoseconds".to_owned(),
        matchers: vec![Matcher {
            label: "service_name".to_owned(),
            op: MatchOp::Equal,
            value: r#"a"b"#.to_owned(),
        }],
        range: TimeRange {
            start: Timestamp::from_secs(1_700_000_000),
            end: Timestamp::from_secs(1_700_000_040),
        },
    }
}

fn read(body: &str) -> Result<Profile, ErrorKind> {
    let mut decoder = render().decoder();
    body.as_bytes().chunks(5).for_each(|it| decoder.push(it));
    let headers = Headers(vec![("content-type".to_owned(), "application/json".to_owned())]);
    decoder.finish(200, &headers).map(|it| it.0).map_err(|it| it.kind)
}

#[track_caller]
fn failure(recorded: &Recorded) -> BackendError {
    recorded.read(&render()).expect_err("it is no profile")
}

fn told(profile: &Profile) -> Vec<String> {
    let one = |it: &FunctionCost| format!("{} {} {}", it.name, it.own, it.total);
    profile.functions.iter().map(one).collect()
}

#[test]
fn a_profile_is_asked_with_the_type_before_the_selector() {
    let request = render().request();
    assert_eq!((request.method, request.path.as_str()), (Method::Get, "/pyroscope/render"));
    let query = r#"process_cpu:cpu:nanoseconds:cpu:nanoseconds{service_name="a\"b"}"#;
    assert_eq!(
        request.params,
        [
            ("query", query),
            ("from", "1700000000000"),
            ("until", "1700000040000"),
            ("max-nodes", "8192"),
            ("format", "json")
        ]
        .map(|(name, value)| (name, value.to_owned()))
    );
    assert_eq!(request.question.query, query);
    assert_eq!(
        render().page("http://x:4040/"),
        "http://x:4040/?query=process_cpu%3Acpu%3Ananoseconds%3Acpu%3Ananoseconds%7Bservice_name%3D%22a%5C%22b%22%7D\
         &from=1700000000000&until=1700000040000"
    );
}

/// Levels of a flame graph below the whole, as an answer.
fn flame(names: &str, total: u64, levels: &str, metadata: &str) -> String {
    format!(
        r#"{{"version":1,"flamebearer":{{"names":{names},"levels":[[0,{total},0,0],{levels}],"numTicks":{total},"maxSelf":1}},"metadata":{metadata},"timeline":{{"samples":[0]}},"groups":null}}"#
    )
}

#[test]
fn bars_are_added_up_by_function_and_a_recursion_counts_once() {
    // total 100: main 90 (own 10) calls parse 60, which calls itself (50) and read 10, and parse 20; idle 10.
    let levels = "[0,90,10,1,0,10,10,2],[0,60,0,3,0,20,20,3],[0,50,50,3,0,10,10,4]";
    let body = flame(
        r#"["total","main","idle","parse","read"]"#,
        100,
        levels,
        r#"{"format":"single","units":"samples","sampleRate":100,"name":"cpu"}"#,
    );
    let profile = read(&body).unwrap();
    assert_eq!(told(&profile), ["parse 70 80", "idle 10 10", "main 10 90", "read 10 10"]);
    assert_eq!((profile.total, profile.unit), (100, Unit::Seconds));
    assert_eq!(profile.words(100), "1 s", "a hundred samples a second");
}

#[test]
fn a_bar_is_called_by_the_one_above_it() {
    // a [0,10) and b [10,30); c below b alone, after a gap of 15.
    let levels = "[0,10,10,1,0,20,5,2],[15,15,15,3]";
    let profile = read(&flame(r#"["total","a","b","c"]"#, 30, levels, r#"{"units":"bytes"}"#)).unwrap();
    assert_eq!(told(&profile), ["c 15 15", "a 10 10", "b 5 20"]);
    assert_eq!((profile.unit, profile.per_tick), (Unit::Bytes, 1.0));
}

#[test]
fn what_is_too_small_to_be_told_is_no_function() {
    let profile = read(&flame(r#"["total","a","other"]"#, 30, "[0,10,10,1,0,20,20,2]", "{}")).unwrap();
    assert_eq!((told(&profile), profile.total), (vec!["a 10 10".to_owned()], 30));
}

#[test]
fn units_are_the_metadatas() {
    for (metadata, expected) in [
        (r#"{"units":"samples","sampleRate":1000000000}"#, (Unit::Seconds, 1e-9)),
        (r#"{"units":"nanoseconds","sampleRate":100}"#, (Unit::Seconds, 1e-9)),
        (r#"{"units":"bytes","sampleRate":100}"#, (Unit::Bytes, 1.0)),
        (r#"{"units":"objects","sampleRate":100}"#, (Unit::None, 1.0)),
        (r#"{"units":"samples"}"#, (Unit::None, 1.0)),
    ] {
        let profile = read(&flame(r#"["total"]"#, 0, "[]", metadata)).unwrap();
        assert_eq!((profile.unit, profile.per_tick), expected, "{metadata}");
    }
}

#[test]
fn an_answer_is_added_up_by_function() {
    let (profile, warnings) = recorded(FOLDER, "render-found.json").read(&render()).unwrap();
    let ms = |ticks: u64| ticks / 1_000_000;
    let shown: Vec<_> =
        profile.functions.iter().map(|it| (it.name.as_str(), ms(it.own), ms(it.total))).collect();
    assert_eq!(
        shown,
        [
            ("json.loads", 24_420, 24_420),
            ("re.sub", 10_580, 10_580),
            ("worker.chunk", 3_000, 36_000),
            ("worker.idle", 1_000, 1_000),
            ("worker.main", 1_000, 39_000),
        ],
        "worker.chunk, which calls itself, counts once"
    );
    assert_eq!((profile.words(profile.total).as_str(), warnings.len()), ("40 s", 0));
    let (few, _) = recorded(FOLDER, "render-few-nodes.json").read(&render()).unwrap();
    assert_eq!((few.total, few.functions[0].own), (profile.total, profile.functions[0].own));
    assert!(few.functions.iter().all(|it| it.name != "other"));
    let (memory, _) = recorded(FOLDER, "render-memory.json").read(&render()).unwrap();
    assert_eq!((memory.unit, memory.words(memory.total).as_str()), (Unit::Bytes, "4 kB"));
}

fn of_span() -> SpanProfile {
    let span = "00f067aa0ba902b7".parse().unwrap();
    SpanProfile { all: render(), span, api: SpanApi::SelectMergeSpanProfile }
}

#[test]
fn a_profile_of_one_span_is_asked_as_the_querier_service_takes_it() {
    let request = of_span().request();
    assert_eq!(request.path, "/querier.v1.QuerierService/SelectMergeSpanProfile");
    let body = r#"{"profileTypeID":"process_cpu:cpu:nanoseconds:cpu:nanoseconds","labelSelector":"{service_name=\"a\\\"b\"}","spanSelector":["00f067aa0ba902b7"],"start":1700000000000,"end":1700000040000,"maxNodes":8192}"#;
    assert_eq!(request.method, Method::PostJson(body.to_owned()));
    let query = r#"process_cpu:cpu:nanoseconds:cpu:nanoseconds{service_name="a\"b"} span 00f067aa0ba902b7"#;
    assert_eq!(request.question.query, query);
    let newer = SpanProfile { api: SpanApi::SelectMergeStacktraces, ..of_span() }.request();
    assert_eq!(newer.path, "/querier.v1.QuerierService/SelectMergeStacktraces");
    assert_ne!(newer.question, request.question, "a recording tells them apart");
}

#[test]
fn a_profile_of_one_span_is_read_as_one_of_all() {
    let (all, _) = recorded(FOLDER, "render-found.json").read(&render()).unwrap();
    let (one, warnings) = recorded(FOLDER, "span-found.json").read(&of_span()).unwrap();
    assert_eq!((one, warnings.len()), (all, 0));
    for body in [None, Some("{}"), Some(r#"{"flamegraph":{}}"#)] {
        let none = recorded(FOLDER, "span-none.json");
        let none = body.map_or(recorded(FOLDER, "span-none.json"), |it| none.with_body(it));
        let (none, _) = none.read(&of_span()).unwrap();
        assert_eq!((none.total, none.functions.len(), none.unit), (0, 0, Unit::Seconds), "{body:?}");
    }
    let error = recorded(FOLDER, "span-gone.json").read(&of_span()).unwrap_err();
    assert_eq!((error.status, error.kind), (Some(501), ErrorKind::NoSuchEndpoint));
}

#[test]
fn what_kind_of_server_it_is_can_be_asked() {
    let (build, _) = recorded(FOLDER, "buildinfo.json").read(&BuildInfo).unwrap();
    assert_eq!(build, Build { version: "2.2.1".to_owned(), application: None });
    assert_eq!(recorded(FOLDER, "ready").read(&Ready), Ok((Readiness::Ready, vec![])));
    let types = LabelValues { name: "__name__".to_owned() };
    assert_eq!(types.request().params, [("label", "__name__".to_owned())]);
    assert_eq!(recorded(FOLDER, "label-values.json").read(&types).unwrap().0.len(), 2);
    assert_eq!(recorded(FOLDER, "label-values-none.json").read(&types).unwrap().0, Vec::<String>::new());
}

#[test]
fn a_query_that_is_refused_is_told_in_its_words() {
    let error = failure(&recorded(FOLDER, "render-bad-query"));
    assert!(matches!(error.kind, ErrorKind::BadQuery(it) if it.starts_with("failed to parse \"query\"")));
    assert_eq!((error.status, error.source), (Some(400), SourceKind::Pyroscope));
}

#[test]
fn nothing_found_is_an_empty_profile() {
    let (profile, warnings) = recorded(FOLDER, "render-none.json").read(&render()).unwrap();
    assert_eq!((profile.total, profile.functions.len(), warnings.len()), (0, 0, 0));
    let bare =
        r#"{"version":1,"flamebearer":{"names":null,"levels":null,"numTicks":0,"maxSelf":0},"metadata":{}}"#;
    assert_eq!(read(bare).unwrap().functions, []);
}

#[test]
fn what_is_no_profile_is_told_apart() {
    let malformed = |words: &str| Err(ErrorKind::Malformed(words.to_owned()));
    assert_eq!(read("{}"), malformed("it has no flame graph"));
    assert_eq!(read(&flame("[]", 3, "[0,3,3,7]", "{}")), malformed("there is no name 7"));
    let double = flame("[]", 3, "[0,0,0]", r#"{"format":"double"}"#);
    assert!(matches!(read(&double), Err(ErrorKind::Malformed(_))), "three numbers are no bar");
    let double = flame(r#"["total"]"#, 3, "[]", r#"{"format":"double"}"#);
    assert_eq!(read(&double), malformed("it compares two profiles"));
    assert!(matches!(read(&flame("[]", 3, "[0,-1,0,0]", "{}")), Err(ErrorKind::Malformed(_))));
    assert_eq!(read(r#"{"flamebearer":{"names":["#), Err(ErrorKind::Truncated));
    let found = recorded(FOLDER, "render-found.json");
    let page = found.with_body("<html><title>Sign in</title>").with_head(200, "text/html");
    assert_eq!(failure(&page).kind, ErrorKind::NotData("a web page (“Sign in”)".to_owned()));
}

#[test]
fn a_flame_graph_without_end_is_given_up() {
    let mut decoder = render().decoder();
    decoder.push(br#"{"flamebearer":{"names":["total"],"levels":["#);
    let level = format!("[{}0,1,1,0],", "0,1,1,0,".repeat(9_999));
    (0..21).for_each(|_| decoder.push(level.as_bytes()));
    let error = decoder.finish(200, &Headers::default()).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Malformed(it) if it.contains("at most 200,000 bars")));
}

#[test]
fn a_deep_call_tree_is_added_up_in_no_time() {
    let levels = vec!["[0,1,1,1]"; 100_000].join(",");
    let profile = read(&flame(r#"["total","f"]"#, 1, &levels, "{}")).unwrap();
    assert_eq!(told(&profile), ["f 100000 1"]);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(body in any::<Vec<u8>>()) {
        let mut decoder = render().decoder();
        decoder.push(&body);
        let _ = decoder.finish(200, &Headers::default());
    }

    #[test]
    fn a_damaged_answer_never_panics(
        places in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..8),
    ) {
        let _ = recorded(FOLDER, "render-found.json").damaged(&places).read(&render());
    }

    #[test]
    fn any_bars_add_up(levels in proptest::collection::vec(
        proptest::collection::vec((0_u64..4, 0_u64..9, 0_u64..9, 0_usize..4), 0..6), 0..6,
    )) {
        let text = |level: &Vec<(u64, u64, u64, usize)>| {
            let bars: Vec<String> = level.iter().map(|(x, t, s, n)| format!("{x},{t},{s},{n}")).collect();
            format!("[{}]", bars.join(","))
        };
        let levels: Vec<String> = std::iter::once(String::from("[]")).chain(levels.iter().map(text)).collect();
        let profile = read(&flame(r#"["total","a","b","c"]"#, 50, &levels.join(","), "{}")).unwrap();
        prop_assert!(profile.functions.is_sorted_by(|a, b| a.own >= b.own));
        prop_assert!(profile.functions.iter().all(|it| it.own > 0));
    }
}
