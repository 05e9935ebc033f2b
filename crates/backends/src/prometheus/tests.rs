//! Prometheus' and Mimir's own answers, read.

use std::sync::Arc;

use domain::series::Series;
use domain::system::{Family, MatchOp, Matcher, MetricKind, Unit};
use domain::time::{Step, TimeDelta, TimeRange, Timestamp};
use proptest::prelude::*;

use super::promql::{Expr, Selector};
use super::*;
use crate::recorded::{Recorded, recorded};
use crate::{BackendError, Endpoint, ErrorKind, Readiness};

const PROMETHEUS: &str = "prometheus-3.15";

fn range() -> TimeRange {
    TimeRange { start: Timestamp::from_millis(1_795_000_007_500), end: Timestamp::from_secs(1_795_003_600) }
}

fn up() -> Expr {
    Expr::Select(Selector { name: "up".to_owned(), matchers: Vec::new() })
}

fn over_time() -> QueryRange {
    QueryRange { expr: up(), range: range(), step: Step::from_secs(15) }
}

fn at_once() -> Query {
    Query { expr: up(), at: range().end }
}

fn family(name: &[&str], by: &str, matcher: Option<(&str, MatchOp, &str)>) -> Family {
    let matcher =
        matcher.map(|(label, op, value)| Matcher { label: label.to_owned(), op, value: value.to_owned() });
    Family {
        names: name.iter().map(|&it| it.to_owned()).collect(),
        kind: MetricKind::Gauge,
        matchers: matcher.into_iter().collect(),
        by: vec![by.to_owned()],
        unit: Unit::None,
        scale: 1.0,
    }
}

#[track_caller]
fn series(name: &str) -> Vec<Series> {
    let (series, warnings) = recorded(PROMETHEUS, name).read(&over_time()).unwrap();
    assert_eq!(warnings, []);
    series
}

#[track_caller]
fn failure<E: Endpoint<Output: std::fmt::Debug>>(recorded: Recorded, endpoint: &E) -> BackendError {
    recorded.read(endpoint).map(drop).unwrap_err()
}

#[test]
fn series_become_columns_that_share_their_times() {
    let all = series("matrix.json");
    let queue = |name: &str| all.iter().find(|it| it.labels.get("queue") == Some(name)).unwrap();
    let (scrape, embed, late) = (queue("scrape"), queue("embed"), queue("late"));
    assert_eq!((scrape.values.len(), scrape.values[0], scrape.values[39]), (40, 10.0, 13.9));
    assert_eq!(scrape.times[1] - scrape.times[0], TimeDelta::from_secs(15));
    assert_eq!(embed.values[1], 1e-7);
    assert!(embed.values[3].is_nan());
    assert_eq!((embed.values[4], embed.values[5]), (f64::INFINITY, f64::NEG_INFINITY));
    assert_eq!(embed.values[13], 0.000_001_299_999_999_999_999_8);
    assert!(Arc::ptr_eq(&scrape.times, &embed.times));
    assert_eq!(late.times.len(), late.values.len());
    assert_eq!(late.times[0] - scrape.times[0], TimeDelta::from_secs(330), "a gap is absent points");
}

#[test]
fn milliseconds_are_exact() {
    let all = series("matrix-millis.json");
    assert_eq!(all[0].times[0].nanos() % 1_000_000_000, 123_000_000);
    assert!(all[0].times.windows(2).all(|it| it[1] - it[0] == TimeDelta::from_secs(60)));
}

#[test]
fn no_series_are_no_error() {
    assert_eq!(series("matrix-empty.json"), []);
    assert_eq!(recorded("mimir", "matrix-empty.json").read(&over_time()), Ok((vec![], vec![])));
}

#[test]
fn what_the_builder_writes_is_what_prometheus_was_asked() {
    let asked = |name: &str, expr: Expr, n_series: usize| {
        assert_eq!(expr.to_string(), recorded(PROMETHEUS, name).query);
        assert_eq!(series(name).len(), n_series);
    };
    let not_late = Some(("queue", MatchOp::NotEqual, "late"));
    asked("gauge.json", Expr::gauge(&family(&["depth_of_queue", "queue_depth"], "queue", not_late)), 2);
    let reads = family(&["read_seconds"], "op", Some(("op", MatchOp::Equal, "read")));
    asked("quantile.json", Expr::quantile(&reads, 0.99, TimeDelta::from_secs(60)), 1);
    let dotted = family(&["queue.depth"], "queue.name", Some(("queue.name", MatchOp::NotEqual, "x\"y")));
    asked("dotted.json", Expr::gauge(&dotted), 1);
    assert_eq!(series("dotted.json")[0].labels.get("queue.name"), Some("scrape"));
}

#[test]
fn native_histograms_are_passed_over_and_told() {
    let (series, warnings) = recorded(PROMETHEUS, "matrix-native.json").read(&over_time()).unwrap();
    assert_eq!(series.len(), 1);
    assert_eq!(series[0].labels.get("__name__"), Some("jobs_total"));
    assert_eq!(warnings[0].text, "1 series are native histograms, which are not drawn");
    let (samples, warnings) = recorded(PROMETHEUS, "vector-native.json").read(&at_once()).unwrap();
    assert_eq!((samples.len(), samples[0].value, warnings.len()), (1, 39.0, 1));
}

#[test]
fn warnings_and_infos_come_through() {
    let (_, warnings) = recorded(PROMETHEUS, "matrix-warnings.json").read(&over_time()).unwrap();
    let texts: Vec<_> = warnings.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(texts.len(), 3);
    assert_eq!(texts[0], "PromQL warning: quantile value should be between 0 and 1, got 5 (1:20)");
    assert!(texts[2].starts_with("PromQL info: metric might not be a counter"), "{}", texts[2]);
}

#[test]
fn values_at_one_instant_are_read() {
    let (samples, _) = recorded(PROMETHEUS, "vector.json").read(&at_once()).unwrap();
    let values: Vec<_> = samples.iter().map(|it| (it.labels.get("queue").unwrap(), it.value)).collect();
    assert_eq!(values, [("scrape", 13.9), ("embed", 0.000_003_9), ("late", 7.0)]);
    let (scalar, _) = recorded(PROMETHEUS, "scalar.json").read(&at_once()).unwrap();
    assert_eq!((scalar[0].value, scalar[0].labels.0.len(), scalar[0].time), (2.0, 0, samples[0].time));
    for name in ["string.json", "matrix-instant.json"] {
        let kind = failure(recorded(PROMETHEUS, name), &at_once()).kind;
        assert_eq!(kind, ErrorKind::Malformed("a vector or a scalar was expected".to_owned()));
    }
}

#[test]
fn exemplars_know_their_traces() {
    let asked = QueryExemplars { expr: up(), range: range() };
    let (all, _) = recorded(PROMETHEUS, "exemplars.json").read(&asked).unwrap();
    let traced: Vec<_> = all.iter().filter(|it| it.trace.is_some()).collect();
    assert_eq!((all.len(), traced.len()), (8, 4));
    assert_eq!(traced[0].trace.unwrap().to_string(), "0af7651916cd43dd8448eb211c80319c");
    assert_eq!((traced[2].value, traced[2].series.get("le")), (0.25, Some("1")));
    assert_eq!(recorded(PROMETHEUS, "exemplars-none.json").read(&asked), Ok((vec![], vec![])));
    assert!(matches!(
        failure(recorded(PROMETHEUS, "exemplars-none.json").with_body("{}"), &asked).kind,
        ErrorKind::Malformed(_)
    ));
}

#[test]
fn refusals_are_told_apart() {
    let kind = |folder, name| failure(recorded(folder, name), &over_time()).kind;
    let words = "invalid parameter \"query\": 1:9: parse error: unclosed left parenthesis";
    assert_eq!(kind(PROMETHEUS, "bad-query"), ErrorKind::BadQuery(words.to_owned()));
    assert_eq!(kind("mimir", "bad-query"), ErrorKind::BadQuery(words.to_owned()));
    assert!(matches!(kind(PROMETHEUS, "bad-points"), ErrorKind::TooHeavy(_)));
    assert!(matches!(kind("mimir", "bad-length"), ErrorKind::TooHeavy(_)));
    assert_eq!(kind("mimir", "bad-tenant"), ErrorKind::Unauthenticated);
    assert_eq!(kind(PROMETHEUS, "bad-path"), ErrorKind::NoSuchEndpoint);
    assert_eq!(kind(PROMETHEUS, "bad-method"), ErrorKind::NoSuchEndpoint);
    let slow =
        r#"{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}"#;
    let slow = recorded(PROMETHEUS, "matrix.json").with_body(slow).with_head(503, "application/json");
    let slow = failure(slow, &over_time());
    assert!(matches!(slow.kind, ErrorKind::TooHeavy(_)) && !slow.is_transient(), "{slow:?}");
}

#[test]
fn what_is_no_matrix_is_told_apart() {
    let kind = |it: Recorded| failure(it, &over_time()).kind;
    let whole = || recorded(PROMETHEUS, "matrix.json");
    let half = whole().body[..1_000].to_vec();
    assert_eq!(kind(whole().with_body(half)), ErrorKind::Truncated);
    let vector = kind(recorded(PROMETHEUS, "vector.json"));
    assert_eq!(vector, ErrorKind::Malformed("it holds “vector” instead of a matrix".to_owned()));
    let body = r#"{"data":{"resultType":"matrix","result":[{"values":[[1,"x"]]}]}}"#;
    assert!(matches!(kind(whole().with_body(body)), ErrorKind::Malformed(_)));
}

#[test]
fn mimir_is_known_by_its_name() {
    let name = |folder| recorded(folder, "buildinfo.json").read(&BuildInfo).unwrap().0.application;
    assert_eq!((name("mimir").as_deref(), name(PROMETHEUS)), (Some("Grafana Mimir"), None));
    assert_eq!(recorded(PROMETHEUS, "ready").read(&Ready), Ok((Readiness::Ready, vec![])));
}

#[test]
fn points_stay_where_they_are_when_the_range_moves() {
    let asked = QueryRange::aligned(up(), range(), Step::from_secs(15)).request();
    let value = |name: &str| asked.params.iter().find(|it| it.0 == name).map(|it| it.1.as_str());
    assert_eq!((value("start"), value("end")), (Some("1795000005"), Some("1795003605")));
    assert_eq!(value("step"), Some("15000ms"));
    let unaligned = over_time().request();
    assert_eq!(unaligned.params[1].1, "1795000007.500");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_damage_is_survived(places in proptest::collection::vec((0_usize..6_000, any::<u8>()), 1..6)) {
        // Whatever comes of it must not depend on the chunks; `read` checks that.
        let _ = recorded(PROMETHEUS, "matrix-native.json").damaged(&places).read(&over_time());
    }
}
