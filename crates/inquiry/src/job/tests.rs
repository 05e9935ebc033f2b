//! Whole inquiries against written-out answers.

use std::rc::Rc;
use std::sync::Arc;

use domain::system::{IdFilter, JobRules, LineFormat, LogRules, MatchOp, Matcher, SpanRules, System};
use domain::time::TimeDelta;
use futures_util::FutureExt;

use super::*;
use crate::plan::drive;
use crate::testing::Script;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn system() -> SharedSystem {
    let equal = |label: &str, value: &str| {
        vec![Matcher { label: label.to_owned(), op: MatchOp::Equal, value: value.to_owned() }]
    };
    let names = |role, names: &[&str]| (role, names.iter().map(|&it| it.to_owned()).collect::<Vec<_>>());
    use domain::system::Role::{Job, Message, RequestId, TaskId, Trace};
    Arc::new(System {
        jobs: JobRules { longest: TimeDelta::from_secs(600), ..JobRules::default() },
        logs: LogRules {
            selectors: vec![equal("app", "pipe"), equal("service", "pipe")],
            job_filter: IdFilter::JsonField("job".to_owned()),
            task_filter: IdFilter::JsonField("task".to_owned()),
            trace_filter: IdFilter::JsonField("trace".to_owned()),
            formats: vec![LineFormat::Json { unwrap: Vec::new() }],
            roles: vec![
                names(Job, &["job"]),
                names(TaskId, &["task"]),
                names(Trace, &["trace"]),
                names(RequestId, &["request"]),
                names(Message, &["msg"]),
            ],
            line_jobs: vec!["request/<op>/<at>".to_owned()],
            ..LogRules::default()
        },
        spans: SpanRules { roles: vec![names(Job, &["job.id"])], ..SpanRules::default() },
        ..System::default()
    })
}

fn find(key: &str, script: &Script) -> JobReport {
    let question = JobQuestion {
        key: key.to_owned(),
        range: TimeRange { start: Timestamp::from_secs(1_000), end: Timestamp::from_secs(4_600) },
        now: Timestamp::from_secs(4_600),
    };
    let system = system();
    let reader = Rc::new(LineReader::new(&system));
    let plan = JobInquiry::new(system, reader, SharedAbilities::default(), question);
    let mut last = None;
    drive(plan, script, |report| last = Some(report)).now_or_never().expect("nothing here waits");
    last.expect("something was asked")
}

/// A Loki answer with one line a text, at 2000 s and each second after.
fn lines(texts: &[&str]) -> String {
    let values: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(i, text)| {
            format!("[\"{}\",{}]", 2_000_000_000_000_i64 + i as i64 * 1_000_000_000, quoted(text))
        })
        .collect();
    format!(
        r#"{{"status":"success","data":{{"resultType":"streams","result":[{{"stream":{{"app":"pipe"}},"values":[{}]}}]}}}}"#,
        values.join(",")
    )
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\""))
}

const NO_LINES: &str = r#"{"status":"success","data":{"resultType":"streams","result":[]}}"#;
const NO_TRACES: &str = r#"{"traces":[],"metrics":{}}"#;
const NO_TRACE: &str = r#"{"trace":{},"metrics":{}}"#;
const LABELS: &str = r#"{"status":"success","data":["app"]}"#;

fn trace() -> String {
    format!(
        r#"{{"trace":{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"pipe"}}}}]}},
        "scopeSpans":[{{"spans":[{{"traceId":"{TRACE}","spanId":"3400f2f441d2a46d","name":"work","startTimeUnixNano":"2000000000000",
        "endTimeUnixNano":"2001000000000","attributes":[{{"key":"job.id","value":{{"stringValue":"j-1"}}}}],"status":{{}}}}]}}]}}]}}}}"#
    )
}

#[test]
fn a_job_id_leads_to_its_lines_the_lines_of_its_tasks_and_its_traces() {
    let by_job = format!(r#"{{"job":"j-1","task":"t-1","trace":"{TRACE}","msg":"start"}}"#);
    let script = Script::default()
        .answer("loki/labels", "", LABELS)
        .answer("loki/query_range", "\"t-1\"", &lines(&["", r#"{"task":"t-1","msg":"failed"}"#]))
        .answer("loki/query_range", TRACE, NO_LINES)
        .answer(
            "loki/query_range",
            r#"\"job\""#,
            &lines(&[&by_job, r#"{"job":"j-2","msg":"j-1 is not me"}"#]),
        )
        .answer("loki/query_range", "", NO_LINES)
        .answer("tempo/search", "", NO_TRACES)
        .answer("tempo/trace_v2", TRACE, &trace());
    let report = find("j-1", &script);
    assert_eq!(report.key_kind, KeyKind::Job);
    let messages: Vec<_> = report.evidence.lines.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages, ["start", "failed"]);
    assert_eq!(report.evidence.traces.len(), 1);
    assert!(report.failures.is_empty() && report.pending.is_empty(), "{report:?}");
}

#[test]
fn a_job_that_is_one_line_is_found_by_the_texts_that_it_is_called_by() {
    let theirs = r#"{"op":"upload","at":"2000.5","msg":"Operation failed"}"#;
    let other = r#"{"op":"upload","at":"12000.55","msg":"Uploaded"}"#;
    let script = Script::default()
        .answer("loki/labels", "", LABELS)
        .answer("loki/query_range", r#"|= "upload" |= "2000.5""#, &lines(&[theirs, other]))
        .answer("loki/query_range", "", NO_LINES)
        .answer("tempo/search", "", NO_TRACES);
    let report = find("request/upload/2000.5", &script);
    assert_eq!((report.key_kind, report.id.as_str()), (KeyKind::Job, "request/upload/2000.5"));
    let messages: Vec<_> = report.evidence.lines.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages, ["Operation failed"]);
}

#[test]
fn a_trace_id_leads_to_the_job_that_its_spans_name() {
    let script = Script::default()
        .answer("loki/labels", "", LABELS)
        .answer("loki/query_range", r#"|= "j-1""#, &lines(&[r#"{"job":"j-1","msg":"start"}"#]))
        .answer("loki/query_range", "", NO_LINES)
        .answer("tempo/search", "", NO_TRACES)
        .answer("tempo/trace_v2", TRACE, &trace());
    let report = find(TRACE, &script);
    assert_eq!((report.key_kind, report.id.as_str()), (KeyKind::Trace, "j-1"));
    assert_eq!(report.evidence.lines.len(), 1);
}

#[test]
fn a_trace_that_was_not_kept_is_told_from_a_tempo_that_fails() {
    let by_job = format!(r#"{{"job":"j-1","trace":"{TRACE}","msg":"start"}}"#);
    let script = |script: Script| {
        script
            .answer("loki/labels", "", LABELS)
            .answer("loki/query_range", r#"\"job\""#, &lines(&[&by_job]))
            .answer("loki/query_range", "", NO_LINES)
            .answer("tempo/search", "", NO_TRACES)
    };
    let sampled = find("j-1", &script(Script::default().answer("tempo/trace_v2", "", NO_TRACE)));
    assert_eq!(sampled.evidence.traces_not_kept.len(), 1);
    assert!(sampled.failures.is_empty());
    let broken =
        find("j-1", &script(Script::default().refuse("tempo/trace_v2", "", 500, "queue is stopped")));
    assert!(broken.evidence.traces_not_kept.is_empty());
    assert_eq!(broken.failures.len(), 1);
    assert_eq!(broken.evidence.unreachable.len(), 1);
    assert_eq!(broken.evidence.lines.len(), 1, "one dead source takes nothing from the others");
}

#[test]
fn a_tempo_without_the_second_api_is_asked_by_the_first() {
    let by_job = format!(r#"{{"job":"j-1","trace":"{TRACE}","msg":"start"}}"#);
    let script = Script::default()
        .answer("loki/labels", "", LABELS)
        .answer("loki/query_range", r#"\"job\""#, &lines(&[&by_job]))
        .answer("loki/query_range", "", NO_LINES)
        .answer("tempo/search", "", NO_TRACES)
        .refuse("tempo/trace_v2", "", 404, "404 page not found")
        .answer(
            "tempo/trace_v1",
            TRACE,
            &trace().replace("{\"trace\":{\"resourceSpans\"", "{\"batches\"").replacen("}}", "}", 0),
        );
    let report = find("j-1", &script);
    assert!(script.asked().iter().any(|it| it.starts_with("tempo/trace_v1")), "{:?}", script.asked());
    assert!(!report.failures.iter().any(|it| it.status == Some(404)), "{:?}", report.failures);
}

#[test]
fn the_selector_whose_labels_exist_is_used() {
    let script = Script::default()
        .answer("loki/labels", "", r#"{"status":"success","data":["service"]}"#)
        .answer("loki/query_range", r#"{app="pipe"}"#, NO_LINES)
        .answer(
            "loki/query_range",
            r#"{service="pipe"} |= "j-1""#,
            &lines(&[r#"{"job":"j-1","msg":"start"}"#]),
        )
        .answer("tempo/search", "", NO_TRACES);
    let report = find("j-1", &script);
    assert_eq!(report.evidence.lines.len(), 1);
}

#[test]
fn what_is_not_in_the_range_is_looked_for_further_back_once() {
    let script = Script::default()
        .answer("loki/labels", "", LABELS)
        .answer("loki/query_range", "", NO_LINES)
        .answer("tempo/search", "", NO_TRACES);
    let report = find("j-9", &script);
    assert_eq!(report.key_kind, KeyKind::Unknown);
    assert_eq!(report.searched.start, Timestamp::from_secs(4_600 - 86_400));
    let n_searches = script.asked().iter().filter(|it| it.starts_with("tempo/search")).count();
    assert!(n_searches >= 2, "{:?}", script.asked());
    assert!(report.pending.is_empty());
}

#[test]
fn every_source_down_is_told_and_ends() {
    let report = find("j-1", &Script::default());
    assert_eq!(report.failures.len(), 2, "{:?}", report.failures);
    assert!(report.evidence.lines.is_empty() && report.pending.is_empty());
}

#[test]
fn a_request_id_leads_to_the_job_of_its_trace() {
    let gateway = format!(r#"{{"request":"r-77","trace":"{TRACE}","msg":"POST /jobs"}}"#);
    let script = Script::default()
        .answer("loki/labels", "", LABELS)
        .answer("loki/query_range", r#"|= "r-77" limit"#, &lines(&[&gateway]))
        .answer("loki/query_range", r#"|= "j-1" | json"#, &lines(&["", r#"{"job":"j-1","msg":"start"}"#]))
        .answer("loki/query_range", "", NO_LINES)
        .answer("tempo/search", "", NO_TRACES)
        .answer("tempo/trace_v2", TRACE, &trace());
    let report = find("r-77", &script);
    assert_eq!((report.key_kind, report.id.as_str()), (KeyKind::Request, "j-1"));
    let messages: Vec<_> = report.evidence.lines.iter().map(|it| it.message.as_str()).collect();
    assert!(messages.contains(&"POST /jobs") && messages.contains(&"start"), "{messages:?}");
    assert_eq!(report.evidence.traces.len(), 1);
}
