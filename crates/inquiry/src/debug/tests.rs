//! Whole runs of checklists against written-out answers.

use std::sync::Arc;

use backends::SourceKind;
use domain::attr::{AttrValue, Attributes};
use domain::debug::Found;
use domain::ids::{SpanId, TraceId};
use domain::job::assemble;
use domain::system::steps::{
    Ask, Checklist, Command, Language, LineTest, SpanTest, StepMetric, StepProfile, Worse,
};
use domain::system::{
    Family, IdFilter, LineFormat, LogRules, MatchOp, Matcher, MetricKind, Role, Service, SpanRules, Stage,
    System, Unit,
};
use domain::trace::{Resource, Span, SpanKind, SpanStatus, Trace};
use domain::view_state::{Page, Tab};
use futures_util::FutureExt;

use super::*;
use crate::job::{JobInquiry, JobQuestion, SharedAbilities};
use crate::plan::drive;
use crate::testing::Script;

const LABELS: &str = r#"{"status":"success","data":["app","service"]}"#;
const NO_LINES: &str = r#"{"status":"success","data":{"resultType":"streams","result":[]}}"#;
const NO_SERIES: &str = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
const NO_TRACES: &str = r#"{"traces":[],"metrics":{}}"#;
/// The failure of the job of all tests.
const FAILED_AT_SECS: i64 = 10_000;

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|&it| it.to_owned()).collect()
}

/// A system with one list of these steps.
fn system(steps: Vec<Ask>, only_if: &[&str]) -> System {
    let equal = |label: &str, value: &str| {
        vec![Matcher { label: label.to_owned(), op: MatchOp::Equal, value: value.to_owned() }]
    };
    let role = |role, name: &str| (role, vec![name.to_owned()]);
    let step = |ask: Ask| Step {
        title: "a step".to_owned(),
        why: String::new(),
        budget: None,
        only_if: Vec::new(),
        ask,
        window: Window { around: Around::Failure, reach: TimeDelta::from_secs(1_800) },
        commands: vec![Command {
            title: "db".to_owned(),
            language: Language::Sql,
            text: "id = {job} and queue = {queue}".to_owned(),
        }],
        links: Vec::new(),
    };
    System {
        name: "shop".to_owned(),
        stages: vec![Stage {
            id: "pack".into(),
            title: "Pack".to_owned(),
            aliases: Vec::new(),
            service: Some("packer".to_owned()),
            queue: None,
            in_pipeline: true,
        }],
        services: vec![Service {
            name: "packer".to_owned(),
            aliases: vec!["packer.2".to_owned()],
            stage: Some("pack".into()),
        }],
        logs: LogRules {
            selectors: vec![equal("team", "x"), equal("app", "shop")],
            job_filter: IdFilter::JsonField("order".to_owned()),
            formats: vec![LineFormat::Json { unwrap: Vec::new() }],
            roles: vec![
                role(Role::Job, "order"),
                role(Role::Level, "level"),
                role(Role::Service, "service"),
                role(Role::Message, "msg"),
                role(Role::ErrorCode, "code"),
                role(Role::Event, "event"),
            ],
            events: vec![domain::system::EventRule {
                kind: domain::logs::EventKind::StageFailed,
                when: vec![domain::system::Condition {
                    field: domain::system::ConditionField::Role(Role::Event),
                    test: domain::system::TextTest::Is("pack_failed".to_owned()),
                }],
                stage: domain::system::EventStage::FromLine,
            }],
            ..LogRules::default()
        },
        spans: SpanRules {
            roles: vec![role(Role::Job, "order"), role(Role::Version, "service.version")],
            ..SpanRules::default()
        },
        debug: vec![Checklist {
            title: "by hand".to_owned(),
            about: String::new(),
            only_if: texts(only_if),
            steps: steps.into_iter().map(step).collect(),
        }],
        scrape_interval: TimeDelta::from_secs(15),
        ..System::default()
    }
}

/// A Loki answer with these lines, each with its second.
fn lines(all: &[(i64, &str)]) -> String {
    let value =
        |(secs, line): &(i64, &str)| format!("[\"{secs:010}000000000\",{}]", serde_json::Value::from(*line));
    let values: Vec<String> = all.iter().map(value).collect();
    format!(
        r#"{{"status":"success","data":{{"resultType":"streams","result":[{{"stream":{{"app":"shop"}},"values":[{}]}}]}}}}"#,
        values.join(",")
    )
}

/// A Prometheus answer with one series: a value each 15 s over the hour before and the window.
fn series(value: impl Fn(i64) -> f64) -> String {
    let start = FAILED_AT_SECS - 1_800 - 3_600;
    let points: Vec<String> =
        (0..420).map(|it| start + 15 * it).map(|at| format!("[{at},\"{}\"]", value(at))).collect();
    format!(
        r#"{{"status":"success","data":{{"resultType":"matrix","result":[{{"metric":{{"queue":"q1"}},"values":[{}]}}]}}}}"#,
        points.join(",")
    )
}

const OWN: &str = r#"{"order":"o-1","level":"error","service":"packer","event":"pack_failed","msg":"no box","code":"E_BOX"}"#;

/// Finds the job, then runs its steps.
fn run(system: System, script: &Script, also: Vec<usize>) -> (DebugReport, usize) {
    run_again(system, script, also, 900, None)
}

/// The same so many seconds after the failure, knowing what an earlier run came to.
fn run_again(
    system: System,
    script: &Script,
    also: Vec<usize>,
    after_secs: i64,
    known: Option<DebugReport>,
) -> (DebugReport, usize) {
    run_with(system, script, also, after_secs, known, Vec::new())
}

/// The same with more traces of the job than were found.
fn run_with(
    system: System,
    script: &Script,
    also: Vec<usize>,
    after_secs: i64,
    known: Option<DebugReport>,
    traces: Vec<Trace>,
) -> (DebugReport, usize) {
    let now = Timestamp::from_secs(FAILED_AT_SECS + after_secs);
    let range = TimeRange { start: Timestamp::from_secs(FAILED_AT_SECS - 3_600), end: now };
    let system: SharedSystem = Arc::new(system);
    let reader = Rc::new(LineReader::new(&system));
    let question = JobQuestion { key: "o-1".to_owned(), range, now };
    let plan = JobInquiry::new(system.clone(), reader.clone(), SharedAbilities::default(), question);
    let own = Script::default()
        .answer("loki/query_range", "-1", &lines(&[(FAILED_AT_SECS, OWN)]))
        .answer("loki/labels", "", LABELS)
        .answer("tempo/search", "", NO_TRACES);
    let mut found = Plan::report(&plan);
    drive(plan, &own, |it| found = it).now_or_never().expect("nothing here waits");
    Arc::make_mut(&mut found.evidence).traces.extend(traces);
    let job = Arc::new(assemble(&system, &found.id, &found.evidence, now));
    assert!(job.failure.is_some(), "{job:?}");

    let known = known.map(Arc::new);
    let question = DebugQuestion {
        job,
        report: Arc::new(found),
        now,
        also,
        known,
        profiles_at: Some("http://profiler:4040".to_owned()),
    };
    let clicks = std::cell::Cell::new(0);
    let stopwatch: Stopwatch = Rc::new(move || {
        clicks.set(clicks.get() + 1);
        TimeDelta::from_millis(clicks.get())
    });
    let plan = DebugInquiry::new(system, reader, stopwatch, question);
    let (mut last, mut n_told) = (Plan::report(&plan), 0);
    drive(plan, script, |it| (last, n_told) = (it, n_told + 1)).now_or_never().expect("nothing here waits");
    (last, n_told)
}

/// The verdict of the only step, in UTC, after its kind.
#[track_caller]
fn check(ask: Ask, script: &Script, expected: &str) -> StepReport {
    let (report, _) = run(system(vec![ask], &[]), script, Vec::new());
    let step = report.lists[0].steps[0].clone();
    let verdict = step.verdict.clone().expect("it is over");
    assert_eq!(format!("{}: {}", verdict.found.word(), verdict.says.told(report.at, 0)), expected);
    step
}

fn metric(title: &str, name: &str, worse: Worse) -> StepMetric {
    StepMetric {
        title: title.to_owned(),
        family: Family {
            names: vec![name.to_owned()],
            kind: MetricKind::Gauge,
            matchers: Vec::new(),
            by: texts(&["queue"]),
            unit: Unit::Jobs,
            scale: 1.0,
        },
        over: Vec::new(),
        limit: None,
        worse,
    }
}

fn labelled() -> Script {
    Script::default().answer("loki/labels", "", LABELS)
}

#[test]
fn only_what_may_have_changed_is_asked_again() {
    let steps = || vec![Ask::Logs(LineTest { contains: texts(&["up"]), ..LineTest::default() })];
    let script = || labelled().answer("loki/query_range", "up", NO_LINES);
    let n_asked = |script: &Script| script.asked().iter().filter(|it| it.contains("query_range")).count();
    // The window goes on for half an hour after the failure.
    let (early, _) = run_again(system(steps(), &[]), &script(), Vec::new(), 900, None);
    let again = script();
    let (late, _) = run_again(system(steps(), &[]), &again, Vec::new(), 3_600, Some(early));
    assert_eq!(n_asked(&again), 1, "its time was not over");
    let again = script();
    let (kept, _) = run_again(system(steps(), &[]), &again, Vec::new(), 7_200, Some(late.clone()));
    assert_eq!(n_asked(&again), 0, "its time was over");
    assert_eq!(kept.lists, late.lists);
    let lost = labelled().refuse("loki/query_range", "up", 500, "no");
    let (failed, _) = run_again(system(steps(), &[]), &lost, Vec::new(), 3_600, None);
    let again = script();
    run_again(system(steps(), &[]), &again, Vec::new(), 7_200, Some(failed));
    assert_eq!(n_asked(&again), 1, "it failed");
    // Another question is another step's.
    let other = vec![Ask::Logs(LineTest { contains: texts(&["up", "2"]), ..LineTest::default() })];
    let again = script();
    run_again(system(other, &[]), &again, Vec::new(), 7_200, Some(late));
    assert_eq!(n_asked(&again), 1);
}

#[test]
fn the_jobs_own_lines_need_no_question() {
    let script = labelled();
    let step = check(
        Ask::JobLines,
        &script,
        "found: 1 line of packer from 02:46:40 to 02:46:40: 1 error; the error of packer at 02:46:40 says “pack_failed: E_BOX”",
    );
    assert_eq!(script.asked().len(), 1, "only the labels");
    assert!(step.asked.is_empty() && step.lines.len() == 1);
    let view = step.view.unwrap();
    assert_eq!((view.page, view.tab, view.job), (Page::Job, Tab::Logs, Some("o-1".into())));
    assert_eq!(step.commands[0].text, "id = 'o-1' and queue = {queue}");
    assert_eq!(step.commands[0].missing, ["queue"]);
}

#[test]
fn lines_are_looked_for_with_the_jobs_values_in_the_selector_whose_labels_exist() {
    let test = LineTest {
        service: Some("{service}".to_owned()),
        contains: texts(&["{job}"]),
        any_of: texts(&["no box", "no tape"]),
        lacks: texts(&["debug"]),
        fields: vec![("code".to_owned(), "{code}".to_owned())],
        ..LineTest::default()
    };
    let script = labelled().answer("loki/query_range", "o-1", &lines(&[(FAILED_AT_SECS, OWN)]));
    let step = check(
        Ask::Logs(test),
        &script,
        "found: 1 × “no box”: 1 line, of this job, from 02:46:40 to 02:46:40; the nearest, with the failure, says \
         “pack_failed: E_BOX”",
    );
    assert_eq!(step.asked[0].source, SourceKind::Loki);
    assert_eq!(
        step.asked[0].query,
        r#"{app="shop", service=~"packer|packer\\.2"} |= "o-1" != "debug" |~ "no box|no tape" | json __field_0="[\"code\"]" | __field_0="E_BOX" | drop __field_0"#
    );
    assert_eq!(step.view.unwrap().query, "no box");
}

#[test]
fn what_the_evidence_does_not_tell_makes_a_step_not_applicable() {
    let test = LineTest { contains: texts(&["user={user}"]), ..LineTest::default() };
    let script = labelled();
    check(Ask::Logs(test), &script, "not applicable: the evidence of this job does not tell its user");
    assert_eq!(script.asked().len(), 1);
}

#[test]
fn a_job_that_is_one_line_is_looked_for_by_what_stands_in_it() {
    let test = LineTest { contains: texts(&["{job}"]), ..LineTest::default() };
    let mut of_lines = system(vec![Ask::Logs(test)], &[]);
    of_lines.logs.line_jobs = texts(&["o<number>"]);
    let script = labelled().answer("loki/query_range", "-1", &lines(&[(FAILED_AT_SECS, OWN)]));
    let (report, _) = run(of_lines, &script, Vec::new());
    let step = &report.lists[0].steps[0];
    assert_eq!(step.asked[0].query, r#"{app="shop"} |= "-1""#);
    assert_eq!(step.commands[0].text, "id = '-1' and queue = {queue}");
}

#[test]
fn the_same_error_is_counted_in_other_jobs() {
    let other = OWN.replace("o-1", "o-2");
    let script = labelled().answer(
        "loki/query_range",
        "E_BOX",
        &lines(&[(FAILED_AT_SECS, OWN), (FAILED_AT_SECS - 600, &other)]),
    );
    let step = check(
        Ask::SameError,
        &script,
        "found: 1 other job with “E_BOX”: the first at 02:36:40, 10 min before the failure, the last at 02:36:40",
    );
    assert_eq!(step.lines.len(), 1);
    assert_eq!(step.view.map(|it| (it.page, it.query)), Some((Page::Jobs, "E_BOX".to_owned())));
}

/// A Tempo answer with so many traces of one span of each version, one a second from a second on.
fn spans_of_versions(runs: &[(u8, i64, i64)]) -> String {
    let trace = |(version, at): (u8, i64)| {
        let (id, at) = (at - FAILED_AT_SECS + 1, at * 1_000_000_000);
        format!(
            r#"{{"traceID":"{id:032x}","startTimeUnixNano":"{at}","durationMs":9,"spanSets":[{{"matched":1,"spans":[{{"spanID":"{id:016x}","startTimeUnixNano":"{at}","durationNanos":"9000000","attributes":[{{"key":"service.version","value":{{"stringValue":"{version}"}}}}]}}]}}]}}"#
        )
    };
    let spans = runs.iter().flat_map(|&(version, n, from)| (from..from + n).map(move |at| (version, at)));
    let traces: Vec<String> = spans.map(trace).collect();
    format!(r#"{{"traces":[{}],"metrics":{{}}}}"#, traces.join(","))
}

#[test]
fn whether_an_error_is_gone_is_told_by_its_lines_and_not_by_other_failures() {
    let since = FAILED_AT_SECS + 300;
    let tempo = || {
        let all = [(1, 2, FAILED_AT_SECS + 1), (2, 30, since)];
        labelled().answer("tempo/search", "status = error", &spans_of_versions(&[(2, 3, since)])).answer(
            "tempo/search",
            "",
            &spans_of_versions(&all),
        )
    };
    let has = "version 2 of packer, first seen at 02:51:40, has 30 spans, 3 of them failed";
    let (gone, said) =
        ("and no line says “E_BOX” since: the error is gone", "1 line says “E_BOX” since, the last at");
    let other = OWN.replace("o-1", "o-2");
    let only_before = lines(&[(FAILED_AT_SECS, OWN), (since - 1, &other)]);
    let script = tempo().answer("loki/query_range", "E_BOX", &only_before);
    let step = check(Ask::FixedSince, &script, &format!("found: {has}, {gone}"));
    assert!(step.lines.is_empty());
    let script = tempo().answer("loki/query_range", "E_BOX", &lines(&[(since + 60, &other)]));
    let step = check(Ask::FixedSince, &script, &format!("found: {has}; {said} 02:52:40: still there"));
    assert_eq!(step.lines.len(), 1);
    let without_lines = "; with which error is not told; 1 of 3 questions could not be asked";
    check(Ask::FixedSince, &tempo(), &format!("found: {has}{without_lines}"));
}

#[test]
fn the_metric_that_left_its_course_first_is_named_and_drawn_first() {
    let noise = |at: i64| (at / 15 % 3) as f64;
    let script = labelled()
        .answer(
            "prometheus/query_range",
            "late",
            &series(|at| noise(at) + if at >= FAILED_AT_SECS - 60 { 80.0 } else { 0.0 }),
        )
        .answer(
            "prometheus/query_range",
            "early",
            &series(|at| noise(at) + if at >= FAILED_AT_SECS - 300 { 40.0 } else { 0.0 }),
        )
        .answer("prometheus/query_range", "calm", &series(noise));
    let metrics = ["late", "early", "calm"].map(|it| metric(it, it, Worse::Up)).to_vec();
    let step = check(
        Ask::Metrics(metrics),
        &script,
        "found: early of q1 rose first, at 02:41:40, 5 min before the failure: from 1 to 42; then late of q1 rose at 02:45:40",
    );
    let titles: Vec<&str> = step.charts.iter().map(|it| it.title.as_str()).collect();
    assert_eq!(titles, ["early", "late", "calm"]);
    assert_eq!(step.asked[0].query, "sum by (queue) (late)");
    assert_eq!(step.view.unwrap().page, Page::Overview);
}

#[test]
fn a_share_is_asked_for_as_one_and_alternate_names_at_once() {
    let usual = metric("share", "", Worse::Up);
    let family = Family {
        names: texts(&["used_a", "used_b"]),
        by: Vec::new(),
        unit: Unit::Ratio,
        ..usual.family.clone()
    };
    let share = StepMetric { family, over: texts(&["most"]), limit: Some(0.8), ..usual };
    let script = labelled().answer("prometheus/query_range", "", NO_SERIES);
    let step = check(
        Ask::Metrics(vec![share]),
        &script,
        "nothing: none of these metrics has a value from 02:16:40 to 03:01:40",
    );
    assert_eq!(step.asked[0].query, "(sum (used_a) or sum (used_b)) / (sum (most))");
}

#[test]
fn failed_spans_of_the_suspect_service_lead_to_the_trace() {
    let found = format!(
        r#"{{"traces":[{{"traceID":"0af7651916cd43dd8448eb211c80319c","startTimeUnixNano":"{0}000000000","durationMs":5,
        "spanSets":[{{"spans":[{{"spanID":"00f067aa0ba902b7","name":"pack","startTimeUnixNano":"{0}000000000","durationNanos":"5000000",
        "attributes":[{{"key":"order","value":{{"stringValue":"o-1"}}}}]}}],"matched":1}}]}}],"metrics":{{}}}}"#,
        FAILED_AT_SECS - 2
    );
    let script = labelled().answer("tempo/search", "status = error", &found);
    let test = SpanTest { service: Some("{service}".to_owned()), failed: true, attributes: Vec::new() };
    let step = check(
        Ask::Spans(test),
        &script,
        "found: 1 failed span of packer, of 1 job; this job's, pack at 02:46:38, 2 s before the failure",
    );
    assert_eq!(
        step.asked[0].query,
        r#"{ (resource.service.name = "packer" || resource.service.name = "packer.2") && status = error } | select(.order, .service.version, name)"#
    );
    assert_eq!((step.asked.len(), step.spans.len()), (1, 1));
    let view = step.view.unwrap();
    assert_eq!((view.tab, view.job), (Tab::Trace, Some("o-1".into())));
    assert!(view.trace.is_some() && view.span.is_some());
}

#[test]
fn its_own_failed_spans_are_known_although_no_search_finds_them_yet() {
    let span = |id: u8, service: &str, status| Span {
        trace: TraceId::from_bytes([7; 16]).unwrap(),
        id: SpanId::from_bytes([id; 8]).unwrap(),
        parent: None,
        name: "pack".into(),
        kind: SpanKind::Consumer,
        start: Timestamp::from_secs(FAILED_AT_SECS - 2),
        end: Timestamp::from_secs(FAILED_AT_SECS),
        status,
        status_message: "".into(),
        attributes: Attributes::from_iter([("order", AttrValue::text("o-1"))]),
        events: Vec::new(),
        links: Vec::new(),
        resource: Arc::new(Resource { service: service.into(), attributes: Attributes::default() }),
    };
    let spans = vec![
        span(1, "packer.2", SpanStatus::Error),
        span(2, "packer", SpanStatus::Unset),
        span(3, "shipper", SpanStatus::Error),
    ];
    let test = SpanTest { service: Some("{service}".to_owned()), failed: true, attributes: Vec::new() };
    let script = labelled().answer("tempo/search", "status = error", NO_TRACES);
    let traces = vec![Trace::from_spans(spans)];
    let (report, _) = run_with(system(vec![Ask::Spans(test)], &[]), &script, Vec::new(), 900, None, traces);
    let step = &report.lists[0].steps[0];
    let says = step.verdict.as_ref().unwrap().says.told(report.at, 0);
    assert_eq!(
        says,
        "1 failed span of packer, of 1 job; this job's, pack at 02:46:38, 2 s before the failure"
    );
    assert_eq!(step.spans.len(), 1);
}

#[test]
fn a_dead_source_spoils_only_the_steps_that_need_it() {
    // Only Loki answers.
    let script = labelled().answer("loki/query_range", "", NO_LINES);
    let steps = vec![
        Ask::SameError,
        Ask::Metrics(vec![metric("queue", "depth", Worse::Up)]),
        Ask::FixedSince,
        Ask::Command,
        Ask::Profile(Vec::new()),
    ];
    let (report, n_told) = run(system(steps, &[]), &script, Vec::new());
    let found: Vec<Found> = report.steps().map(|it| it.verdict.as_ref().unwrap().found).collect();
    assert_eq!(
        found,
        [Found::Nothing, Found::CouldNotAsk, Found::CouldNotAsk, Found::NotApplicable, Found::NotApplicable]
    );
    let lost = &report.lists[0].steps[1];
    assert_eq!(lost.verdict.as_ref().unwrap().says.told(report.at, 0), "Prometheus cannot be reached");
    assert_eq!(lost.failures.len(), 1);
    assert!(n_told >= 4, "each answer is told as it comes");
    assert!(report.steps().all(|it| it.took > TimeDelta::ZERO));
}

#[test]
fn some_metrics_that_could_not_be_asked_leave_the_others() {
    let script = labelled().answer("prometheus/query_range", "calm", &series(|_| 1.0));
    let metrics = vec![metric("queue", "depth", Worse::Up), metric("calm", "calm", Worse::Up)];
    check(
        Ask::Metrics(metrics),
        &script,
        "nothing: 1 series looked at, all on the course of the hour before, from 02:16:40 to 03:01:40; 1 of 2 questions \
         could not be asked",
    );
}

/// The CPU time of the service in trouble, and the memory of another one.
fn profiles() -> Ask {
    let one = |title: &str, profile_type: &str, service: &str| StepProfile {
        title: title.to_owned(),
        profile_type: profile_type.to_owned(),
        matchers: vec![Matcher { label: "app".to_owned(), op: MatchOp::Equal, value: service.to_owned() }],
    };
    Ask::Profile(vec![one("CPU time", "cpu:x", "{service}"), one("memory", "mem:x", "other")])
}

/// A Pyroscope answer: one function that calls another, with these ticks of their own.
fn flame(own: u64, called: u64, units: &str) -> String {
    let total = own + called;
    format!(
        r#"{{"version":1,"flamebearer":{{"names":["total","fold","tape"],"levels":[[0,{total},0,0],[0,{total},{own},1],[0,{called},{called},2]],"numTicks":{total}}},"metadata":{{"units":"{units}","sampleRate":1000000000}}}}"#
    )
}

const SECOND: u64 = 1_000_000_000;

#[test]
fn profiles_are_asked_of_the_service_in_trouble_and_tell_what_took_most() {
    let script = labelled()
        .answer("pyroscope/render", "cpu:x", &flame(400 * SECOND, 1_600 * SECOND, "samples"))
        .answer("pyroscope/render", "mem:x", &flame(0, 0, "bytes"));
    let step = check(
        profiles(),
        &script,
        "found: “tape” took 80 % of the CPU time of packer from 02:16:40 to 03:01:40 (26 min 40 s of 33 min 20 s); \
         no memory was profiled",
    );
    assert_eq!(
        script.asked()[1..],
        [r#"pyroscope/render cpu:x{app="packer"}"#, r#"pyroscope/render mem:x{app="other"}"#]
    );
    let [shown] = step.profiles.as_slice() else { panic!("{:?}", step.profiles) };
    assert_eq!(shown.query, r#"cpu:x{app="packer"}"#);
    let functions: Vec<_> = shown.profile.functions.iter().map(|it| (it.name.as_str(), it.total)).collect();
    assert_eq!(functions, [("tape", 1_600 * SECOND), ("fold", 2_000 * SECOND)]);
    assert_eq!(
        step.links[0],
        (
            "Pyroscope: CPU time".to_owned(),
            "http://profiler:4040/?query=cpu%3Ax%7Bapp%3D%22packer%22%7D&from=8200000&until=10900000"
                .to_owned()
        )
    );
    assert_eq!((step.links.len(), step.asked.len()), (2, 2));
}

#[test]
fn a_profiler_that_is_not_there_is_no_failure_and_one_that_fails_is() {
    let script = labelled().without(SourceKind::Pyroscope);
    let step = check(
        profiles(),
        &script,
        "not applicable: no Pyroscope is configured: name it under “sources” in config.json, \
         or run the command where one can be reached",
    );
    assert_eq!((step.failures.len(), step.asked.len()), (0, 2));
    let script = labelled().refuse("pyroscope/render", "", 502, "bad gateway");
    check(profiles(), &script, "could not ask: Pyroscope failed (502)");
}

#[test]
fn a_list_for_another_trouble_is_not_run_unless_asked_for() {
    let script = labelled();
    let (report, _) = run(system(vec![Ask::JobLines], &["oom", "killed"]), &script, Vec::new());
    let list = &report.lists[0];
    assert_eq!(list.skipped.as_deref(), Some("it is for failures that speak of “oom” or “killed”"));
    assert!(list.steps[0].verdict.is_none() && script.asked().is_empty());
    let (report, _) = run(system(vec![Ask::JobLines], &["oom"]), &script, vec![0]);
    assert!(report.lists[0].skipped.is_none() && report.lists[0].steps[0].verdict.is_some());
    let (report, _) = run(system(vec![Ask::JobLines], &["e_box"]), &script, Vec::new());
    assert!(report.lists[0].skipped.is_none(), "its own failure speaks of it");
}

#[test]
fn steps_run_although_the_log_store_does_not_tell_its_labels() {
    let script = Script::default().answer("loki/query_range", "", NO_LINES);
    let step = check(Ask::SameError, &script, "nothing: no other job says “E_BOX” from 02:16:40 to 03:01:40");
    assert!(step.asked[0].query.starts_with(r#"{team="x"}"#), "the first selector, for want of better");
}
