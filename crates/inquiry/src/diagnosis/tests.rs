//! What is asked around a job in trouble, and what is not asked again.

use std::sync::Arc;

use backends::SourceKind;
use domain::job::{Failure, Origin, StageRun, StageState};
use domain::logs::EventKind;
use domain::system::{
    Condition, ConditionField, EventRule, EventStage, Family, IdFilter, JobRules, LineFormat, LogRules,
    MatchOp, Matcher, Metric, MetricKind, Role, Stage, TextTest, Unit,
};
use futures_util::FutureExt;

use super::versions::VersionsAround;
use super::*;
use crate::plan::drive;
use crate::testing::Script;
use crate::transport::ask;

const FAILED_AT_SECS: i64 = 100_000;
const NO_SERIES: &str = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;

fn system() -> SharedSystem {
    let role = |role, name: &str| (role, vec![name.to_owned()]);
    let event = |kind, word: &str| EventRule {
        kind,
        when: vec![Condition {
            field: ConditionField::Role(Role::Event),
            test: TextTest::Is(word.to_owned()),
        }],
        stage: EventStage::FromLine,
    };
    Arc::new(System {
        name: "shop".to_owned(),
        logs: LogRules {
            selectors: vec![vec![Matcher {
                label: "app".to_owned(),
                op: MatchOp::Equal,
                value: "shop".to_owned(),
            }]],
            job_filter: IdFilter::JsonField("job".to_owned()),
            formats: vec![LineFormat::Json { unwrap: Vec::new() }],
            roles: vec![
                role(Role::Job, "job"),
                role(Role::Event, "event"),
                role(Role::Message, "msg"),
                role(Role::Level, "level"),
                role(Role::ErrorCode, "code"),
            ],
            events: vec![event(EventKind::JobSubmitted, "begun"), event(EventKind::JobFailed, "failed")],
            ..LogRules::default()
        },
        metrics: vec![Metric {
            role: MetricRole::QueueDepth,
            title: "Waiting".to_owned(),
            family: Family {
                names: vec!["depth".to_owned()],
                kind: MetricKind::Gauge,
                by: Vec::new(),
                unit: Unit::Jobs,
                matchers: Vec::new(),
                scale: 1.0,
            },
            slo: None,
            help: String::new(),
        }],
        jobs: JobRules { stuck_after: TimeDelta::from_secs(1_800), ..JobRules::default() },
        scrape_interval: TimeDelta::from_secs(15),
        ..System::default()
    })
}

fn job() -> Arc<Job> {
    let at = Timestamp::from_secs(FAILED_AT_SECS);
    let lines = domain::job::Evidence::default();
    let mut job = domain::job::assemble(&system(), &"j-0".into(), &lines, at);
    job.state = JobState::Failed;
    job.failure = Some(Failure {
        stage: None,
        code: Some("e_1".to_owned()),
        message: None,
        exception: None,
        at,
        from: Origin::Inferred,
    });
    Arc::new(job)
}

/// Lines, newest first, each with its second.
fn lines(all: &[(i64, String)]) -> String {
    let value = |(secs, line): &(i64, String)| {
        format!("[\"{secs}000000000\",{}]", serde_json::Value::from(line.as_str()))
    };
    let values: Vec<String> = all.iter().map(value).collect();
    format!(
        r#"{{"status":"success","data":{{"resultType":"streams","result":[{{"stream":{{"app":"shop"}},"values":[{}]}}]}}}}"#,
        values.join(",")
    )
}

/// Three jobs that failed alike, and what the machine itself said of that time.
fn script() -> Script {
    let told = |job: i64, event: &str| {
        (FAILED_AT_SECS - job * 60, format!(r#"{{"job":"j-{job}","event":"{event}","code":"e_1"}}"#))
    };
    let jobs: Vec<_> = (0..3).map(|it| told(it, "failed")).collect();
    let around = [
        (FAILED_AT_SECS - 5, r#"{"level":"error","msg":"Out of memory: Killed process 42"}"#.to_owned()),
        (FAILED_AT_SECS - 6, r#"{"level":"error","job":"j-9","msg":"mine"}"#.to_owned()),
    ];
    Script::default()
        .answer("loki/query_range", "(?i)warn", &lines(&around))
        .answer("loki/query_range", "", &lines(&jobs))
        .answer("prometheus/query_range", "", NO_SERIES)
}

fn run(script: &Script, memory: &SharedJobs, others: Option<Vec<JobSample>>) -> SurroundingsReport {
    run_in(&system(), script, memory, others)
}

fn run_in(
    system: &SharedSystem,
    script: &Script,
    memory: &SharedJobs,
    others: Option<Vec<JobSample>>,
) -> SurroundingsReport {
    run_for(job(), system, script, memory, others)
}

fn run_for(
    job: Arc<Job>,
    system: &SharedSystem,
    script: &Script,
    memory: &SharedJobs,
    others: Option<Vec<JobSample>>,
) -> SurroundingsReport {
    let now = Timestamp::from_secs(FAILED_AT_SECS + 3_600);
    let question = SurroundingsQuestion { job, now, others, listed: None };
    let reader = Rc::new(LineReader::new(system));
    let plan = SurroundingsInquiry::new(system, reader, memory.clone(), question);
    let mut report = Plan::report(&plan);
    drive(plan, script, |it| report = it).now_or_never().expect("nothing here waits");
    report
}

#[test]
fn metrics_come_first_then_other_jobs_and_the_lines_of_nobody() {
    let script = script();
    let report = run(&script, &SharedJobs::default(), None);
    let around = report.surroundings(&system());
    assert_eq!(around.signals.len(), 1);
    let ids: Vec<&str> = around.others.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["j-0", "j-1", "j-2"]);
    let said: Vec<&str> = around.lines.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(said, ["Out of memory: Killed process 42"]);
    let asked = script.asked();
    assert!(asked[0].starts_with("prometheus/query_range"), "{asked:?}");
    let told = report.asked();
    let told: Vec<_> = told.iter().map(|it| (it.what, asked.iter().any(|a| a.contains(&it.query)))).collect();
    let expected =
        ["how many jobs there are", "lines that tell of a job", "lines of that time that name no job"];
    assert_eq!(told, expected.map(|it| (it, true)));
    let among = report.among(Vec::new()).asked();
    assert_eq!(among.iter().map(|it| it.what).collect::<Vec<_>>(), &expected[2..]);
}

#[test]
fn jobs_that_are_known_are_not_asked_for() {
    let script = script();
    let known = run(&script, &SharedJobs::default(), None).surroundings(&system()).others;
    let n_asked = script.asked().len();
    let near = of_the_same_hours(&known, &job(), Timestamp::from_secs(FAILED_AT_SECS + 3_600));
    let report = run(&script, &SharedJobs::default(), Some(near));
    assert_eq!(report.surroundings(&system()).others, known);
    let again = script.asked().split_off(n_asked);
    assert_eq!(again.iter().filter(|it| it.starts_with("loki")).count(), 1, "{again:?}");
    assert!(of_the_same_hours(&known, &job(), Timestamp::from_secs(0)).is_empty());
}

#[test]
fn what_was_read_is_not_read_again() {
    let (system, script, memory) = (system(), script(), SharedJobs::default());
    let first = run_in(&system, &script, &memory, None);
    let n_asked = script.asked().len();
    let again = run_in(&system, &script, &memory, None);
    assert_eq!(again.jobs.unwrap().rows.len(), first.jobs.unwrap().rows.len());
    let lines = |it: &&String| it.starts_with("loki/query_range") && !it.contains("(?i)");
    assert_eq!(script.asked().iter().skip(n_asked).filter(lines).count(), 0);
}

#[test]
fn the_hours_end_soon_after_a_failure_and_now_for_a_job_that_hangs() {
    let now = Timestamp::from_secs(FAILED_AT_SECS + 7_200);
    assert_eq!(hours_of(&job(), now).end.secs(), FAILED_AT_SECS + 600);
    let stuck = Job { state: JobState::Stuck, ..(*job()).clone() };
    assert_eq!(hours_of(&stuck, now).end, now);
    assert_eq!(hours_of(&job(), now).start.secs(), FAILED_AT_SECS - 3_600);
}

/// A span of a service in what a search found.
fn span(secs: i64, version: &str) -> String {
    format!(
        r#"{{"traceID":"{secs:032x}","startTimeUnixNano":"{secs}000000000","durationMs":5,"spanSets":[{{"matched":1,"spans":[{{"spanID":"{secs:016x}","startTimeUnixNano":"{secs}000000000","durationNanos":"5000000","attributes":[{{"key":"service.version","value":{{"stringValue":"{version}"}}}}]}}]}}]}}"#
    )
}

/// A system of which few traces are kept, with one stage that has versions; and a job that failed there.
fn cutting() -> (SharedSystem, Arc<Job>) {
    let mut rules = (*system()).clone();
    rules.spans.kept_share = Some(0.1);
    rules.spans.roles = vec![(Role::Version, vec!["service.version".to_owned()])];
    rules.logs.roles.push((Role::Stage, vec!["stage".to_owned()]));
    rules.logs.roles.push((Role::FailedStage, vec!["stage".to_owned()]));
    let stage = Stage {
        id: "cut".into(),
        title: "Cut".to_owned(),
        aliases: Vec::new(),
        service: Some("cutter".to_owned()),
        queue: None,
        in_pipeline: true,
    };
    rules.stages = vec![stage];
    let mut failed = (*job()).clone();
    failed.failure = failed.failure.map(|it| Failure { stage: Some("cut".into()), ..it });
    failed.stages = vec![StageRun {
        stage: "cut".into(),
        state: StageState::Failed,
        attempts: Vec::new(),
        waits: Vec::new(),
    }];
    (Arc::new(rules), Arc::new(failed))
}

#[test]
fn where_few_traces_are_kept_other_jobs_have_the_version_of_their_time() {
    let (system, failed) = cutting();
    let told = |minutes: i64| {
        let line = format!(r#"{{"job":"j-{minutes}","event":"failed","code":"e_1","stage":"cut"}}"#);
        (FAILED_AT_SECS - minutes * 60, line)
    };
    let switched = FAILED_AT_SECS - 10 * 60;
    let spans = [span(switched - 900, "v1"), span(switched - 60, "v1"), span(switched + 60, "v2")];
    let script = Script::default()
        .answer("loki/query_range", "(?i)warn", &lines(&[]))
        .answer("loki/query_range", "", &lines(&[told(1), told(10), told(20)]))
        .answer("prometheus/query_range", "", NO_SERIES)
        .answer("tempo/search", "cutter", &format!(r#"{{"traces":[{}]}}"#, spans.join(",")));
    let report = run_for(failed, &system, &script, &SharedJobs::default(), None);
    let others = report.surroundings(&system).others;
    let versions: Vec<_> =
        others.iter().map(|it| (it.id.as_str(), it.version_at(Some(&"cut".into())))).collect();
    // The one in the middle may have met either.
    assert_eq!(versions, [("j-1", Some("v2")), ("j-10", None), ("j-20", Some("v1"))]);
    let searched: Vec<String> = script.asked().into_iter().filter(|it| it.starts_with("tempo")).collect();
    assert!(searched.iter().all(|it| it.contains("cutter")), "only versions are searched: {searched:?}");
    let told: Vec<_> = report.asked().into_iter().filter(|it| it.source == SourceKind::Tempo).collect();
    assert_eq!(told.len(), searched.len());
    assert!(told.iter().all(|it| it.what == "versions that ran in these hours"), "{told:?}");
}

#[test]
fn what_could_not_be_asked_is_told_and_may_change() {
    let told = run(&script(), &SharedJobs::default(), None);
    assert!(told.could_not_ask().is_empty(), "{:?}", told.could_not_ask());
    let busy = Script::default()
        .refuse("loki/query_range", "(?i)warn", 429, "too many outstanding requests")
        .answer("loki/query_range", "", &lines(&[]))
        .refuse("prometheus/query_range", "", 503, "");
    let report = run(&busy, &SharedJobs::default(), None);
    let lost = report.could_not_ask();
    let [metric, lines] = lost.as_slice() else { panic!("{lost:?}") };
    assert!(metric.contains("Prometheus"), "{metric}");
    assert!(lines.starts_with("Lines of that time that name no job: Loki"), "{lines}");
    assert!(report.may_change(Timestamp::from_secs(FAILED_AT_SECS + 86_400)));
}

#[test]
fn a_switch_of_versions_is_looked_for_more_narrowly() {
    let (system, failed) = cutting();
    let hours = TimeRange::between(Timestamp::from_secs(0), Timestamp::from_secs(12_000));
    let mut around = VersionsAround::new(&system, &failed, hours);
    let nobody = Script::default();
    let first = around.due(&system, &nobody).len();
    assert_eq!(first, 24, "twelve parts, and the failures of each");
    assert!(around.due(&system, &nobody).is_empty(), "while answers are awaited nothing more is asked");
    let found = |spans: &[String]| {
        let body = format!(r#"{{"traces":[{}]}}"#, spans.join(","));
        let script = Script::default().answer("tempo/search", "", &body);
        let search = crate::versions::search(&system, "cutter", None, hours, 3).expect("it has versions");
        ask(&script, &search).now_or_never().expect("nothing here waits").map(|it| it.0)
    };
    around
        .take(&system, found(&[span(1_000, "v1"), span(2_000, "v1"), span(4_000, "v2"), span(9_000, "v2")]));
    for _ in 1..first {
        around.take(&system, found(&[]));
    }
    assert_eq!(
        around.due(&system, &nobody).len(),
        4,
        "the time between the last v1 and the first v2, in parts"
    );
    for spans in [&[span(2_900, "v1")][..], &[span(2_910, "v2")][..], &[][..], &[][..]] {
        around.take(&system, found(spans));
    }
    assert!(around.due(&system, &nobody).is_empty(), "ten seconds are near enough");
}
