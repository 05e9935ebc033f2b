//! Loki's own answers, read.

use domain::system::{MatchOp, Matcher};
use domain::time::{Step, TimeDelta, TimeRange, Timestamp};
use proptest::prelude::*;

use super::logql::{LogFunction, LogMetric, LogQuery, Several};
use super::*;
use crate::recorded::{Recorded, recorded};
use crate::{BackendError, Decoder, Endpoint, ErrorKind, Headers, Method, Readiness};

const LOKI: &str = "loki-3.7.6";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn worker() -> Vec<Matcher> {
    vec![Matcher { label: "app".to_owned(), op: MatchOp::Equal, value: "worker".to_owned() }]
}

fn range() -> TimeRange {
    TimeRange { start: Timestamp::from_secs(1_795_000_000), end: Timestamp::from_secs(1_795_003_600) }
}

fn lines() -> QueryRange {
    let query = LogQuery::select(&worker());
    QueryRange { query, range: range(), limit: 100, direction: Direction::Forward }
}

#[track_caller]
fn read_lines(name: &str) -> LogBatch {
    let (batch, warnings) = recorded(LOKI, name).read(&lines()).unwrap();
    assert_eq!(warnings, []);
    batch
}

#[track_caller]
fn failure<E: Endpoint<Output: std::fmt::Debug>>(recorded: Recorded, endpoint: &E) -> BackendError {
    recorded.read(endpoint).map(drop).unwrap_err()
}

/// What a page brings that is new, in seconds after the first line of all, and what to ask next.
fn page(paging: &mut Paging, asked: &QueryRange, name: &str) -> (Vec<i64>, NextPage) {
    let (batch, _) = recorded(LOKI, name).read(asked).unwrap();
    let (new, next) = paging.take(asked, &batch);
    let mut at: Vec<i64> = new.into_iter().map(|it| batch.get(it).unwrap().time.secs()).collect();
    at.sort_unstable();
    (at.into_iter().map(|it| it - after_first(0).secs()).collect(), next)
}

/// So many seconds after the first line of the recorded pages, or nearly: it was written a nanosecond later.
fn after_first(secs: i64) -> Timestamp {
    let first = read_lines("page-forward-1.json").times().min().unwrap();
    Timestamp::from_secs(first.secs() + secs)
}

/// The question that the recorded pages answer.
fn of_pages(limit: u32, direction: Direction) -> QueryRange {
    let at = after_first;
    QueryRange { limit, direction, range: TimeRange { start: at(-60), end: at(60) }, ..lines() }
}

#[test]
fn pages_that_meet_in_an_instant_of_several_streams_lose_nothing() {
    // The limit counts all streams together: the first page holds two of the six lines of its last instant.
    let asked = of_pages(7, Direction::Forward);
    let mut paging = Paging::default();
    let (new, next) = page(&mut paging, &asked, "page-forward-1.json");
    assert_eq!(new, [0, 0, 1, 2, 3, 4, 4]);
    let NextPage::Ask(second) = next else { panic!("{next:?}") };
    assert_eq!(second.range.start, after_first(4), "the same instant again");
    let last = page(&mut paging, &second, "page-forward-2.json");
    assert_eq!(last, (vec![4; 4], NextPage::Done), "the other four, and no line twice");
}

#[test]
fn a_page_back_in_time_asks_past_the_end_that_loki_leaves_out() {
    let asked = of_pages(8, Direction::Backward);
    let mut paging = Paging::default();
    let (new, next) = page(&mut paging, &asked, "page-backward-1.json");
    assert_eq!(new, [2, 3, 4, 4, 4, 4, 4, 4]);
    let NextPage::Ask(second) = next else { panic!("{next:?}") };
    let border = after_first(2);
    assert_eq!(second.range.end, border + TimeDelta::from_nanos(1));
    assert_eq!(page(&mut paging, &second, "page-backward-2.json"), (vec![0, 0, 1], NextPage::Done));
    // Had the page ended at the border itself, other lines of that instant would be lost.
    let times = |name| recorded(LOKI, name).read(&second).unwrap().0.times().collect::<Vec<_>>();
    assert!(times("page-backward-2.json").contains(&border));
    assert!(!times("page-backward-lossy.json").contains(&border));
}

#[test]
fn lines_come_with_labels_metadata_and_parsed_fields() {
    let batch = read_lines("streams-categorized.json");
    assert_eq!(batch.len(), 5);
    let all: Vec<_> = batch.iter().collect();
    let first = &all[1];
    let labels: Vec<_> = first.labels.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(labels, [("app", "worker"), ("env", "prod"), ("service_name", "worker")]);
    assert_eq!(
        first.line,
        r#"{"level":"INFO","message":"Task <scrape> \"started\" & more","job_id":"job-1"}"#
    );
    let metadata: Vec<_> = first.metadata.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(
        metadata,
        [
            ("detected_level", "info"),
            ("trace_id", TRACE),
            ("job_id", "job-1"),
            ("level", "INFO"),
            ("message", "Task <scrape> \"started\" & more"),
        ]
    );
    assert!(std::ptr::eq(all[1].labels, all[4].labels), "one stream's labels are kept once");
    assert_eq!((all[2].time - all[1].time, all[3].time - all[1].time).0, TimeDelta::from_nanos(1));
    assert!(all[2].line.contains("naïve café 😀\\n\\ttrace"), "{}", all[2].line);
    assert_eq!(all[2].metadata[1].1, r#"a "quoted" \ note"#);
    assert_eq!(all[3].line, "\u{1b}[31mERROR\u{1b}[0m not json at all");
    assert_eq!(all[3].metadata[1], ("__error__".into(), "JSONParserErr".into()));
}

#[test]
fn without_the_header_metadata_is_among_the_labels() {
    let batch = read_lines("streams-plain.json");
    let with_trace = batch.iter().filter(|it| it.labels.iter().any(|(name, _)| &**name == "trace_id"));
    assert_eq!((batch.len(), with_trace.count()), (5, 2));
    assert!(batch.iter().all(|it| it.metadata.is_empty()));
}

#[test]
fn no_lines_are_no_error() {
    assert!(read_lines("streams-empty.json").is_empty());
}

#[test]
fn what_the_builder_writes_is_what_loki_was_asked() {
    let found = |name: &str, query: LogQuery, n_lines: usize| {
        assert_eq!(query.to_string(), recorded(LOKI, name).query);
        assert_eq!(read_lines(name).len(), n_lines);
    };
    let select = || LogQuery::select(&worker());
    found("field.json", select().contains("job-1").json_field("job_id", MatchOp::Equal, "job-1"), 1);
    found("field-with-dot.json", select().contains("job-1").json_field("job.id", MatchOp::Equal, "job-1"), 2);
    found("metadata.json", select().metadata("trace_id", MatchOp::Equal, TRACE), 2);
    assert!(
        read_lines("field-with-dot.json")
            .iter()
            .all(|it| { it.metadata.iter().all(|(name, _)| !name.starts_with("__")) })
    );
}

fn metric() -> LogMetric {
    LogMetric {
        lines: LogQuery::select(&worker()),
        function: LogFunction::CountOverTime,
        window: TimeDelta::from_secs(60),
        by: vec!["detected_level".to_owned()],
    }
}

#[test]
fn metrics_are_series() {
    let asked = MetricRange { query: metric(), range: range(), step: Step::from_secs(60) };
    let recorded = recorded(LOKI, "matrix.json");
    assert_eq!(asked.query.to_string(), recorded.query);
    let (series, _) = recorded.read(&asked).unwrap();
    let counts: Vec<_> =
        series.iter().map(|it| (it.labels.get("detected_level").unwrap(), it.values.clone())).collect();
    assert_eq!(counts, [("error", vec![1.0]), ("info", vec![2.0]), ("unknown", vec![1.0])]);
    assert!(std::sync::Arc::ptr_eq(&series[0].times, &series[2].times));
}

#[test]
fn what_has_several_of_something_is_found_however_a_line_writes_it() {
    let keys = |it: &str| vec![it.to_owned()];
    let lines = LogQuery::select(&worker());
    let (of, values, window) = (keys("job_id"), keys("user.id"), TimeDelta::from_secs(60));
    let query = Several { lines, of, values, window }.to_string();
    assert!(query.starts_with(r#"count by (_of) (sum by (_of, _value) (count_over_time({app="worker"} |= "job_id" |= "user.id" | regexp "#), "{query}");
    assert!(query.contains(r"\\b(?:user\\.id)"), "{query}");
    assert!(
        query.ends_with(r#" | _of!="" | _value!="" | _value!~"null|None|nil|undefined|-" [1m]))) > 1"#),
        "{query}"
    );
}

#[test]
fn a_scalars_time_is_in_milliseconds_and_a_vectors_in_seconds() {
    let asked = MetricQuery { query: metric(), at: range().start };
    let (vector, _) = recorded(LOKI, "vector.json").read(&asked).unwrap();
    let (scalar, _) = recorded(LOKI, "scalar.json").read(&asked).unwrap();
    assert_eq!((vector.len(), vector[1].value, scalar[0].value), (3, 2.0, 2.0));
    assert_eq!(scalar[0].time, vector[0].time);
}

#[test]
fn labels_are_listed_and_none_is_no_error() {
    let asked = Labels { range: range(), selector: Vec::new() };
    assert_eq!(recorded(LOKI, "labels.json").read(&asked).unwrap().0, ["app", "env", "n", "service_name"]);
    assert_eq!(recorded(LOKI, "labels-none.json").read(&asked), Ok((vec![], vec![])));
    let asked = LabelValues { name: "app".to_owned(), range: range(), selector: worker() };
    assert_eq!(asked.request().path, "/loki/api/v1/label/app/values");
    assert_eq!(recorded(LOKI, "label-values.json").read(&asked).unwrap().0, ["api", "many", "worker"]);
    let asked = IndexStats { selector: worker(), range: range() };
    assert_eq!(recorded(LOKI, "index-stats.json").read(&asked).unwrap().0, StreamStats::default());
}

#[test]
fn lokis_refusals_are_told_apart() {
    let kind = |name: &str| failure(recorded(LOKI, name), &lines()).kind;
    for name in ["bad-limit", "bad-length", "bad-series"] {
        assert!(matches!(kind(name), ErrorKind::TooHeavy(_)), "{name}: {:?}", kind(name));
    }
    for name in ["bad-query", "bad-instant", "bad-empty-matcher"] {
        assert!(matches!(kind(name), ErrorKind::BadQuery(_)), "{name}: {:?}", kind(name));
    }
    assert_eq!(kind("bad-path"), ErrorKind::NoSuchEndpoint);
    assert_eq!(kind("bad-tenant"), ErrorKind::Unauthenticated);
    let ErrorKind::TooHeavy(words) = kind("bad-limit") else { panic!("checked above") };
    assert_eq!(limit_in_refusal(&words), Some(5_000));
}

#[test]
fn what_are_no_lines_is_told_apart() {
    let kind = |it: Recorded| failure(it, &lines()).kind;
    let whole = || recorded(LOKI, "streams-categorized.json");
    let half = whole().body[..1_000].to_vec();
    assert_eq!(kind(whole().with_body(half)), ErrorKind::Truncated);
    let metric = kind(recorded(LOKI, "matrix.json"));
    assert_eq!(metric, ErrorKind::Malformed("it holds “matrix” instead of streams".to_owned()));
    assert_eq!(
        kind(whole().with_body(r#"{"data":{"resultType":"streams","result":[{"values":[[7,"x"]}"#)),
        ErrorKind::Malformed("“,” or an end was expected at byte 60".to_owned())
    );
    assert_eq!(kind(whole().with_body("{}")), ErrorKind::Malformed("it has no resultType".to_owned()));
    let page = whole().with_body("<html><head><title>Log in</title>").with_head(200, "text/html");
    assert_eq!(kind(page), ErrorKind::NotData("a web page (“Log in”)".to_owned()));
    assert_eq!(kind(whole().with_body("")), ErrorKind::NotData("an empty answer".to_owned()));
    let busy = whole().with_body("too many outstanding requests").with_head(429, "text/plain");
    assert_eq!(kind(busy), ErrorKind::TooManyRequests);
}

#[test]
fn junk_of_ten_megabytes_is_not_kept() {
    for junk in [b'{', b'x', b'<', 0xff] {
        let mut decoder = lines().decoder();
        (0..160).for_each(|_| decoder.push(&[junk; 65_536]));
        let error = decoder.finish(200, &Headers::default()).unwrap_err();
        assert!(error.body.chars().count() <= 2_000);
    }
}

#[test]
fn a_server_tells_whether_it_is_ready() {
    assert_eq!(recorded(LOKI, "ready").read(&Ready), Ok((Readiness::Ready, vec![])));
    let words = "Some services are not Running:\nRunning: 11\nStarting: 5";
    let starting = recorded(LOKI, "ready-not-yet").with_body(words);
    assert_eq!(starting.read(&Ready).unwrap().0, Readiness::NotReady(words.to_owned()));
    assert!(recorded(LOKI, "buildinfo.json").read(&BuildInfo).is_ok());
}

#[test]
fn lines_are_asked_for_with_their_metadata_apart() {
    let request = lines().request();
    assert_eq!(request.headers, [("X-Loki-Response-Encoding-Flags", "categorize-labels")]);
    let value = |name: &str| request.params.iter().find(|it| it.0 == name).map(|it| it.1.as_str());
    assert_eq!((value("start"), value("end")), (Some("1795000000000000000"), Some("1795003600000000000")));
    assert_eq!((value("limit"), value("direction")), (Some("100"), Some("forward")));
    assert_eq!(request.method, Method::Get);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_damage_is_survived(places in proptest::collection::vec((0_usize..6_000, any::<u8>()), 1..6)) {
        // Whatever comes of it must not depend on the chunks; `read` checks that.
        let _ = recorded(LOKI, "streams-categorized.json").damaged(&places).read(&lines());
    }
}
