//! Tempo's own answers, read.

use domain::attr::AttrValue;
use domain::time::{TimeDelta, TimeRange, Timestamp};
use domain::trace::{SpanKind, SpanStatus, Trace};
use proptest::prelude::*;

use super::*;
use crate::recorded::{Recorded, recorded};
use crate::{BackendError, Decoder, Endpoint, ErrorKind, Headers, Readiness};

const NEW: &str = "tempo-3.0.3";
const OLD: &str = "tempo-2.2-dev";
/// Recorded when spans had been pushed a moment ago, and a while later.
const RECENT: &str = "tempo-3.0.3-recent";

fn by_id(api: TraceApi) -> TraceById {
    TraceById { id: "454f31af3176813e02ea68ef786e4d3".parse().unwrap(), api, around: None }
}

fn search() -> Search {
    let query = traceql::SpanQuery::matching(traceql::Filter::failed());
    let range =
        TimeRange { start: Timestamp::from_millis(1_500), end: Timestamp::from_millis(1_800_000_000_001) };
    Search { query, range, limit: 20, spans_per_trace: 3 }
}

#[track_caller]
fn trace(folder: &str, name: &str, api: TraceApi) -> Trace {
    let (trace, warnings) = recorded(folder, name).read(&by_id(api)).unwrap();
    assert_eq!(warnings, []);
    trace.unwrap()
}

#[track_caller]
fn failure<E: Endpoint<Output: std::fmt::Debug>>(recorded: Recorded, endpoint: &E) -> BackendError {
    recorded.read(endpoint).map(drop).unwrap_err()
}

#[test]
fn every_format_gives_the_same_trace() {
    let json = trace(NEW, "trace-v2-failed.json", TraceApi::V2);
    assert_eq!(trace(NEW, "trace-v2-failed.pb", TraceApi::V2), json);
    assert_eq!(trace(NEW, "trace-v1-failed.json", TraceApi::V1), json);
    assert_eq!(trace(NEW, "trace-v1-failed.pb", TraceApi::V1), json);
}

#[test]
fn a_failed_jobs_trace_is_read_to_the_last_attribute() {
    let trace = trace(NEW, "trace-v2-failed.pb", TraceApi::V2);
    assert_eq!((trace.spans.len(), trace.partial.as_deref()), (8, None));
    let root = &trace.spans[0];
    assert_eq!(
        (&*root.name, root.kind, root.service(), root.parent),
        ("POST /jobs", SpanKind::Server, "orchestrator", None)
    );
    assert_eq!(root.trace.to_string(), "0454f31af3176813e02ea68ef786e4d3");
    assert_eq!(
        (root.start.nanos(), root.end.nanos()),
        (1_795_243_967_000_000_000, 1_795_243_967_022_000_128)
    );
    assert_eq!(root.attr(&["http.response.status_code"]), Some(&AttrValue::Int(202)));
    let failed: Vec<_> = trace.spans.iter().filter(|it| it.status == SpanStatus::Error).collect();
    assert_eq!(failed.len(), 3);
    let last = failed[2];
    assert_eq!((last.kind, &*last.status_message), (SpanKind::Consumer, "http_403"));
    assert_eq!(last.attr(&["celery.retries"]), Some(&AttrValue::Int(2)));
    let exception = &last.events[0];
    assert_eq!(&*exception.name, "exception");
    assert!(
        exception.attributes.get("exception.stacktrace").unwrap().as_str().unwrap().contains("\n  File \"")
    );
    assert!(
        trace
            .spans
            .iter()
            .filter(|it| it.parent.is_some())
            .all(|it| { trace.spans.iter().any(|parent| Some(parent.id) == it.parent) })
    );
}

#[test]
fn orphans_are_kept() {
    let trace = trace(NEW, "trace-v2-partial.json", TraceApi::V2);
    let is_orphan = |it: &&domain::trace::Span| {
        it.parent.is_some_and(|parent| trace.spans.iter().all(|span| span.id != parent))
    };
    assert_eq!(trace.spans.iter().filter(is_orphan).count(), 1);
    assert_eq!(
        trace.spans.iter().find(|it| it.attr(&["embedding.tokens"]).is_some()).unwrap().service(),
        "embedding-api"
    );
}

#[test]
fn a_missing_trace_is_no_error() {
    for (folder, name, api) in [
        (NEW, "trace-v2-missing.json", TraceApi::V2),
        (NEW, "trace-v1-missing", TraceApi::V1),
        (OLD, "trace-v1-missing", TraceApi::V1),
    ] {
        assert_eq!(recorded(folder, name).read(&by_id(api)), Ok((None, vec![])), "{folder} {name}");
    }
    let empty = recorded(NEW, "trace-v2-failed.pb").with_body([0x0a, 0x00, 0x12, 0x00]);
    assert_eq!(empty.read(&by_id(TraceApi::V2)), Ok((None, vec![])));
    assert_eq!(
        recorded(NEW, "trace-v1-failed.pb").with_body("").read(&by_id(TraceApi::V1)),
        Ok((None, vec![]))
    );
}

#[test]
fn an_older_tempo_is_asked_the_older_way() {
    let answer = recorded(OLD, "trace-v2-missing.json").read(&by_id(TraceApi::V2)).map(|it| it.0);
    assert_eq!(answer.as_ref().map_err(|it| &it.kind), Err(&ErrorKind::NoSuchEndpoint));
    let mut abilities = Abilities::default();
    assert!(abilities.learn_from_trace(TraceApi::V2, answer.as_ref()));
    assert_eq!(by_id(abilities.trace_api()).request().path, "/api/traces/0454f31af3176813e02ea68ef786e4d3");
}

#[test]
fn a_partial_trace_says_why() {
    let whole = String::from_utf8(recorded(NEW, "trace-v2-failed.json").body).unwrap();
    let why = "Trace exceeds maximum size of 200 bytes, a partial trace is returned";
    let told = format!(r#","status":"PARTIAL","message":"{why}"}}"#);
    let body = format!("{}{told}", whole.strip_suffix('}').unwrap());
    let (trace, _) =
        recorded(NEW, "trace-v2-failed.json").with_body(body).read(&by_id(TraceApi::V2)).unwrap();
    assert_eq!(trace.unwrap().partial.as_deref(), Some(why));

    let mut body = recorded(NEW, "trace-v2-failed.pb").body;
    body.extend([0x18, 0x01, 0x22, why.len() as u8]);
    body.extend(why.as_bytes());
    let (trace, _) = recorded(NEW, "trace-v2-failed.pb").with_body(body).read(&by_id(TraceApi::V2)).unwrap();
    assert_eq!(trace.unwrap().partial.as_deref(), Some(why));
}

#[test]
fn other_dialects_of_otlp_are_read() {
    let body = r#"{"resourceSpans":[{"instrumentationLibrarySpans":[{"spans":[{
        "traceId":"0454f31af3176813e02ea68ef786e4d3","spanId":"00000000000000ff","parentSpanId":"","kind":5,
        "name":"n","startTimeUnixNano":7,"endTimeUnixNano":"8","status":{"code":2},"attributes":[
            {"key":"d","value":{"doubleValue":"Infinity"}},{"key":"i","value":{"intValue":3}},
            {"key":"b","value":{"bytesValue":"AQI="}},{"key":"e","value":{}},
            {"key":"l","value":{"arrayValue":{"values":[{"boolValue":true},{"stringValue":"\u003c"}]}}},
            {"key":"m","value":{"kvlistValue":{"values":[{"key":"k","value":{"doubleValue":0.5}}]}}}],
        "links":[{"traceId":"J5TQ/dRfEdMD7zdB7tb/bw==","spanId":"YTlSJ7bmkWE="}]},
        {"traceId":"","spanId":"","name":"nameless"}]}],
        "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"late"}}]}}]}"#;
    let answer = recorded(NEW, "trace-v2-failed.json").with_body(body).read(&by_id(TraceApi::V1)).unwrap();
    let (trace, warnings) = (answer.0.unwrap(), answer.1);
    assert_eq!(warnings[0].text, "1 spans without a valid id are left out");
    let span = &trace.spans[0];
    assert_eq!((span.service(), span.kind, span.status), ("late", SpanKind::Consumer, SpanStatus::Error));
    assert_eq!((span.id.to_string().as_str(), span.parent), ("00000000000000ff", None));
    assert_eq!(span.links[0].trace.to_string(), "2794d0fdd45f11d303ef3741eed6ff6f");
    let shown: Vec<_> = span.attributes.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(shown, ["d=inf", "i=3", "b=0102", "e=", "l=[true, <]", "m={k: 0.5}"]);
}

#[test]
fn what_is_no_trace_is_told_apart() {
    let at = by_id(TraceApi::V2);
    let json = || recorded(NEW, "trace-v2-failed.json");
    let proto = || recorded(NEW, "trace-v2-failed.pb");
    let cut = |it: Recorded| {
        let half = it.body[..it.body.len() / 2].to_vec();
        it.with_body(half)
    };
    assert_eq!(failure(cut(json()), &at).kind, ErrorKind::Truncated);
    assert_eq!(failure(cut(proto()), &at).kind, ErrorKind::Truncated);
    assert_eq!(failure(json().with_body(""), &at).kind, ErrorKind::NotData("an empty answer".to_owned()));
    let page = json().with_body("\n<html><title>Sign in</title>").with_head(200, "text/html");
    assert_eq!(failure(page, &at).kind, ErrorKind::NotData("a web page (“Sign in”)".to_owned()));
    assert!(matches!(failure(json().with_body("{}"), &at).kind, ErrorKind::Malformed(_)));
    assert!(matches!(failure(json().with_body("nonsense"), &at).kind, ErrorKind::Malformed(_)));
    assert!(matches!(failure(json().with_body(r#"{"trace":[7"#), &at).kind, ErrorKind::Truncated));
    let bad_id = failure(recorded(NEW, "trace-v1-bad-id"), &at);
    assert!(matches!(bad_id.kind, ErrorKind::BadQuery(_)), "{bad_id:?}");
    let gateway = json().with_body("<html>502</html>").with_head(502, "text/html");
    assert_eq!(failure(gateway, &at).kind, ErrorKind::ServerFailed);
    let heavy = json().with_body("trace exceeds max size (max bytes: 200)").with_head(422, "text/plain");
    assert!(matches!(failure(heavy, &at).kind, ErrorKind::TooHeavy(_)));
    let wrong_path = json().with_body("<html>404</html>").with_head(404, "text/html");
    assert_eq!(failure(wrong_path, &at).kind, ErrorKind::NoSuchEndpoint);
}

#[test]
fn junk_of_ten_megabytes_is_not_kept() {
    for junk in [b'{', b'x', 0xff, b'[', 0x0a] {
        let mut decoder = by_id(TraceApi::V2).decoder();
        (0..160).for_each(|_| decoder.push(&[junk; 65_536]));
        let error = decoder.finish(200, &Headers::default()).unwrap_err();
        assert!(error.body.chars().count() <= 2_000);
        let is_told =
            matches!(error.kind, ErrorKind::Malformed(_) | ErrorKind::Truncated | ErrorKind::NotData(_));
        assert!(is_told, "{:?}", error.kind);
    }
}

#[test]
fn text_that_reads_like_protobuf_is_no_missing_trace() {
    let junk = recorded(NEW, "trace-v2-failed.json").with_body("x".repeat(100)).with_head(200, "text/plain");
    assert!(matches!(failure(junk, &by_id(TraceApi::V2)).kind, ErrorKind::Malformed(_)));
}

#[test]
fn a_search_finds_traces_newest_first() {
    let names = ["search-job.json", "search-errors.json"];
    for (folder, name) in [NEW, OLD].iter().flat_map(|folder| names.map(|name| (*folder, name))) {
        let (answer, warnings) = recorded(folder, name).read(&search()).unwrap();
        assert_eq!((warnings, answer.is_cut), (vec![], false));
        assert!(!answer.traces.is_empty());
        assert!(answer.traces.is_sorted_by_key(|it| std::cmp::Reverse(it.summary.start)));
    }
    let (answer, _) = recorded(NEW, "search-job.json").read(&search()).unwrap();
    let found = &answer.traces[0];
    assert_eq!(found.summary.id.to_string(), "0454f31af3176813e02ea68ef786e4d3", "zeros were stripped");
    assert_eq!(found.summary.root_service.as_deref(), Some("orchestrator"));
    assert_eq!(found.summary.duration, TimeDelta::from_millis(5_874));
    assert_eq!((found.spans.len(), found.n_matched), (3, 5), "not doubled by spanSet");
    assert_eq!(found.spans[2].attributes.get("failed.stage").unwrap().as_str(), Some("scraping"));
    assert_eq!(found.spans[0].duration, TimeDelta::from_nanos(22_000_128));
}

#[test]
fn a_search_that_finds_nothing_is_no_error() {
    for folder in [NEW, OLD] {
        let (answer, _) = recorded(folder, "search-none.json").read(&search()).unwrap();
        assert_eq!(answer, SearchAnswer::default(), "{folder}");
        let error = failure(recorded(folder, "search-bad-query"), &search());
        let words = "invalid TraceQL query: parse error at line 1, col 17: syntax error: unexpected }";
        assert_eq!(error.kind, ErrorKind::BadQuery(words.to_owned()));
    }
    let other = recorded(NEW, "search-none.json").with_body(r#"{"version":"x"}"#);
    assert!(matches!(failure(other, &search()).kind, ErrorKind::Malformed(_)));
}

#[test]
fn a_root_that_has_not_come_has_no_name() {
    let body = r#"{"traces":[{"traceID":"ff","rootServiceName":"<root span not yet received>",
        "startTimeUnixNano":"5000000000",
        "spanSet":{"spans":[{"spanID":"1","startTimeUnixNano":"5000000000"}],"matched":1}}]}"#;
    let answer =
        recorded(NEW, "search-none.json").with_body(body).read(&Search { limit: 1, ..search() }).unwrap().0;
    let found = &answer.traces[0];
    assert_eq!((&found.summary.root_service, &found.summary.root_name), (&None, &None));
    assert_eq!((found.summary.duration, found.spans.len(), answer.is_cut), (TimeDelta::ZERO, 1, true));
}

#[test]
fn a_search_is_asked_with_both_ends_in_seconds() {
    let request = search().request();
    assert_eq!(request.method, crate::Method::Get);
    assert_eq!(
        request.params,
        [("q", "{ status = error }"), ("start", "1"), ("end", "1800000001"), ("limit", "20"), ("spss", "3")]
            .map(|(name, value)| (name, value.to_owned()))
    );
}

/// The jobs of the traces that a recorded search found, as the decoder gives them and as the body names them.
#[track_caller]
fn jobs_found(name: &str) -> (Vec<String>, usize) {
    let recorded = recorded(RECENT, name);
    let body = String::from_utf8(recorded.body.clone()).unwrap();
    let range = recorded.range_secs.map_or(search().range, |(start, end)| TimeRange {
        start: Timestamp::from_secs(start),
        end: Timestamp::from_secs(end),
    });
    let (answer, _) = recorded.read(&Search { range, ..search() }).unwrap();
    let job = |it: &FoundTrace| it.spans[0].attributes.get("job.id").unwrap().to_string();
    let mut jobs: Vec<_> = answer.traces.iter().map(job).collect();
    jobs.sort();
    (jobs, body.matches("\"traceID\"").count())
}

#[test]
fn a_newer_tempo_searches_its_newest_later_and_answers_for_another_time_until_then() {
    assert_eq!(jobs_found("search-at-once.json"), (vec![], 0));
    let both = ["job-ended", "job-running"].map(str::to_owned).to_vec();
    assert_eq!(jobs_found("search-later.json"), (both.clone(), 2));
    assert_eq!(jobs_found("search-later-between.json"), (vec![], 0));
    // Asked for its last ten seconds it gave the last quarter of an hour.
    assert_eq!(jobs_found("search-later-newest.json"), (vec![], 2));
    // Without a start and an end it knows no more than that, whatever it holds.
    assert_eq!(jobs_found("search-later-unbounded.json"), (both, 2));
    assert_eq!(jobs_found("search-later-old.json"), (vec!["job-old".to_owned()], 1));
}

#[test]
fn a_trace_whose_root_goes_on_is_there_by_its_id_at_once() {
    let running = trace(RECENT, "trace-running-at-once.pb", TraceApi::V2);
    assert_eq!((running.spans.len(), running.spans[0].service()), (1, "scraper"));
    assert!(running.spans[0].parent.is_some());
    assert_eq!(trace(RECENT, "trace-running-at-once.json", TraceApi::V2), running);
    let (found, _) = recorded(RECENT, "search-later.json").read(&search()).unwrap();
    let roots: Vec<_> = found.traces.iter().map(|it| it.summary.root_service.as_deref()).collect();
    assert!(roots.contains(&None) && roots.contains(&Some("orchestrator")), "{roots:?}");
}

#[test]
fn a_range_that_a_newer_tempo_does_not_take_is_told() {
    let one_end = failure(recorded(RECENT, "bad-one-end"), &search()).kind;
    assert!(
        matches!(&one_end, ErrorKind::BadQuery(it) if it.contains("start must be before end")),
        "{one_end:?}"
    );
    let length = failure(recorded(RECENT, "bad-length"), &search()).kind;
    assert!(matches!(&length, ErrorKind::TooHeavy(it) if it.contains("168h")), "{length:?}");
}

#[test]
fn what_kind_of_server_it_is_can_be_asked() {
    let build = recorded(RECENT, "buildinfo.json").read(&BuildInfo).unwrap().0;
    assert_eq!(build.version, "3.0.3");
    assert_eq!(recorded(NEW, "echo").read(&Echo), Ok((Readiness::Ready, vec![])));
    assert_eq!(recorded(NEW, "ready").read(&Ready), Ok((Readiness::Ready, vec![])));
    assert_eq!(recorded(NEW, "buildinfo.json").read(&BuildInfo).unwrap().0, crate::Build::default());
}

/// A protobuf body with one span whose only attribute has values in values, `depth` deep.
fn deep(depth: usize) -> Vec<u8> {
    let wrap = |field: u8, inner: &[u8]| {
        let mut message = vec![field << 3 | 2];
        let mut len = inner.len();
        while len >= 0x80 {
            message.push((len & 0x7f) as u8 | 0x80);
            len >>= 7;
        }
        message.push(len as u8);
        message.extend(inner);
        message
    };
    let value = (0..depth).fold(Vec::new(), |inner, _| wrap(5, &wrap(1, &inner)));
    let ids = [wrap(1, &[1; 16]), wrap(2, &[1; 8])].concat();
    let span = [ids, wrap(9, &wrap(2, &value))].concat();
    wrap(1, &wrap(2, &wrap(2, &span)))
}

#[test]
fn values_in_values_do_not_break_the_stack() {
    let body = recorded(NEW, "trace-v1-failed.pb").with_body(deep(20_000));
    assert_eq!(body.read(&by_id(TraceApi::V1)).unwrap().0.unwrap().spans.len(), 1);
    let list = format!("{}{}", r#"{"arrayValue":{"values":["#.repeat(20_000), "]}}".repeat(20_000));
    let body = format!(
        r#"{{"batches":[{{"scopeSpans":[{{"spans":[{{"traceId":"{}","spanId":"{}","attributes":[{{"key":"k","value":{list}}}]}}]}}]}}]}}"#,
        "1".repeat(32),
        "1".repeat(16)
    );
    let body = recorded(NEW, "trace-v1-failed.json").with_body(body);
    assert_eq!(body.read(&by_id(TraceApi::V1)).unwrap().0.unwrap().spans.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_damage_is_survived(
        name in proptest::sample::select(vec!["trace-v2-failed.pb", "trace-v2-failed.json"]),
        places in proptest::collection::vec((0_usize..7_000, any::<u8>()), 1..6),
    ) {
        let damaged = recorded(NEW, name).damaged(&places);
        // Whatever comes of it must not depend on the chunks; `read` checks that.
        let _ = damaged.read(&by_id(TraceApi::V2));
    }
}
