//! Whole inquiries against a store that answers as Loki and Tempo do: by range, with limits, in no kind order.

mod earlier;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use backends::{Headers, RequestSpec};
use domain::jobs::TraceKept;
use domain::logs::EventKind;
use domain::system::{
    Condition, ConditionField, EventRule, EventStage, Family, IdFilter, JobRules, LineFormat, LogRules,
    MatchOp, Matcher, Metric, MetricKind, MetricRole, Role, SpanRules, System, TextTest, Unit,
};
use futures_util::FutureExt;

use super::*;
use crate::plan::drive;
use crate::transport::{Head, LocalFuture};

const END_SECS: i64 = 100_000;

/// A store with lines (second, text) and traces (number, second, job).
#[derive(Default)]
struct Store {
    lines: Vec<(i64, String)>,
    traces: Vec<(u16, i64, &'static str)>,
    counted: f64,
    asked: RefCell<Vec<(String, TimeRange)>>,
    /// Ranges longer than this are too heavy.
    too_heavy_secs: Cell<Option<i64>>,
    /// Lines before this cannot be had.
    fails_before_secs: Cell<i64>,
}

impl Store {
    /// Jobs that begin every so many seconds, each with three lines.
    fn of_jobs(n: i64, every_secs: i64) -> Self {
        let mut lines = Vec::new();
        for job in 0..n {
            let at = END_SECS - 200 - job * every_secs;
            let line = |event: &str| format!(r#"{{"event":"{event}","job":"j-{job}"}}"#);
            lines.push((at, line("submitted")));
            lines.push((at + 1, line("started")));
            lines.push((at + 9, line(if job % 10 == 0 { "failed" } else { "done" })));
        }
        Self { lines, ..Self::default() }
    }

    fn answer(&self, request: &RequestSpec) -> (u16, String) {
        let question = &request.question;
        let range = question.range.unwrap();
        self.asked.borrow_mut().push((format!("{} {}", question.endpoint, question.query), range));
        let number = |name: &str| {
            request.params.iter().find(|it| it.0 == name).map_or(usize::MAX, |it| it.1.parse().unwrap())
        };
        match question.endpoint {
            "loki/query_range" if self.too_heavy_secs.get().is_some_and(|it| range.length().secs() > it) => {
                (504, "context deadline exceeded".to_owned())
            }
            "loki/query_range" if range.start.secs() < self.fails_before_secs.get() => (500, "no".to_owned()),
            "loki/query_range" => (200, self.query_range(range, number("limit"))),
            "tempo/search" => (200, self.search(range, number("limit"))),
            "prometheus/query" => (
                200,
                format!(
                    r#"{{"status":"success","data":{{"resultType":"vector","result":[{{"metric":{{}},"value":[1,"{}"]}}]}}}}"#,
                    self.counted
                ),
            ),
            other => panic!("nobody answers {other}"),
        }
    }

    fn query_range(&self, range: TimeRange, limit: usize) -> String {
        let mut lines: Vec<_> =
            self.lines.iter().filter(|it| range.contains(Timestamp::from_secs(it.0))).collect();
        lines.sort_by_key(|it| -it.0);
        lines.truncate(limit);
        let value = |it: &&(i64, String)| format!("[\"{}\",{}]", it.0 * 1_000_000_000, quoted(&it.1));
        let values: Vec<_> = lines.iter().map(value).collect();
        format!(
            r#"{{"status":"success","data":{{"resultType":"streams","result":[{{"stream":{{"app":"pipe"}},"values":[{}]}}]}}}}"#,
            values.join(",")
        )
    }

    /// The oldest first, which is as unkind as Tempo may be.
    fn search(&self, range: TimeRange, limit: usize) -> String {
        let inside = self.traces.iter().filter(|it| range.contains(Timestamp::from_secs(it.1)));
        let traces: Vec<_> = inside.take(limit).map(|(id, at, job)| {
            let nanos = at * 1_000_000_000;
            format!(
                r#"{{"traceID":"{id:032x}","startTimeUnixNano":"{nanos}","durationMs":9000,"spanSets":[{{"matched":1,"spans":[
                {{"spanID":"{id:016x}","name":"run","startTimeUnixNano":"{nanos}","durationNanos":"9000000000","attributes":[
                {{"key":"job.id","value":{{"stringValue":"{job}"}}}},{{"key":"kind","value":{{"stringValue":"consumer"}}}},
                {{"key":"service.name","value":{{"stringValue":"worker"}}}},{{"key":"stage","value":{{"stringValue":"work"}}}},
                {{"key":"status","value":{{"stringValue":"error"}}}}]}}]}}]}}"#
            )
        }).collect();
        format!(r#"{{"traces":[{}],"metrics":{{}}}}"#, traces.join(","))
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\""))
}

impl Transport for Store {
    fn send<'a>(
        &'a self,
        request: RequestSpec,
        sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>> {
        let (status, body) = self.answer(&request);
        sink(body.as_bytes());
        let kind = if status == 200 { "application/json" } else { "text/plain" };
        let headers = Headers(vec![("content-type".to_owned(), kind.to_owned())]);
        Box::pin(std::future::ready(Ok(Head { status, headers })))
    }
}

fn system(has_traces: bool) -> SharedSystem {
    let names = |role, names: &[&str]| (role, names.iter().map(|&it| it.to_owned()).collect::<Vec<_>>());
    let event = |kind, word: &str| EventRule {
        kind,
        when: vec![Condition {
            field: ConditionField::Role(Role::Event),
            test: TextTest::Is(word.to_owned()),
        }],
        stage: if kind == EventKind::JobSubmitted {
            EventStage::Job
        } else {
            EventStage::Always("work".into())
        },
    };
    let spans = SpanRules {
        roles: vec![names(Role::Job, &["job.id"]), names(Role::Task, &["stage"])],
        ..SpanRules::default()
    };
    Arc::new(System {
        jobs: JobRules {
            longest: TimeDelta::from_secs(600),
            stuck_after: TimeDelta::from_secs(1_800),
            ..JobRules::default()
        },
        logs: LogRules {
            selectors: vec![vec![Matcher {
                label: "app".to_owned(),
                op: MatchOp::Equal,
                value: "pipe".to_owned(),
            }]],
            job_filter: IdFilter::JsonField("job".to_owned()),
            task_filter: IdFilter::JsonField("task".to_owned()),
            formats: vec![LineFormat::Json { unwrap: Vec::new() }],
            roles: vec![
                names(Role::Job, &["job"]),
                names(Role::TaskId, &["task"]),
                names(Role::Event, &["event"]),
            ],
            events: vec![
                event(EventKind::JobSubmitted, "submitted"),
                event(EventKind::AttemptStarted, "started"),
                event(EventKind::StageSucceeded, "done"),
                event(EventKind::StageFailed, "failed"),
            ],
            ..LogRules::default()
        },
        spans: if has_traces { spans } else { SpanRules::default() },
        metrics: vec![Metric {
            role: MetricRole::JobsSubmitted,
            family: Family {
                names: vec!["submitted_total".to_owned()],
                kind: MetricKind::Counter,
                matchers: vec![],
                by: vec!["shard".to_owned()],
                unit: Unit::Jobs,
                scale: 1.0,
            },
            slo: None,
            title: String::new(),
            help: String::new(),
        }],
        ..System::default()
    })
}

fn last(secs: i64) -> TimeRange {
    TimeRange { start: Timestamp::from_secs(END_SECS - secs), end: Timestamp::from_secs(END_SECS) }
}

/// Every report of a plan, in order.
fn ask_for(
    store: &Store,
    system: &SharedSystem,
    memory: &SharedJobs,
    range: TimeRange,
    max_lines: usize,
) -> Vec<JobsReport> {
    let question =
        JobsQuestion { range, now: Timestamp::from_secs(END_SECS), max_lines, keep_from: range.start };
    let reader = Rc::new(LineReader::new(system));
    let plan = JobsInquiry::new(system.clone(), reader, memory.clone(), question);
    let mut reports = Vec::new();
    drive(plan, store, |it| reports.push(it)).now_or_never().expect("nothing here waits");
    reports
}

fn find(store: &Store, has_traces: bool, range: TimeRange) -> JobsReport {
    let reports = ask_for(store, &system(has_traces), &SharedJobs::default(), range, LINES_AT_FIRST);
    reports.into_iter().last().expect("something was asked")
}

#[test]
fn every_job_of_the_range_is_found_once_however_it_is_cut() {
    let store = Store::of_jobs(7_000, 10);
    let report = find(&store, false, last(80_000));
    assert_eq!(report.rows.len(), 7_000);
    assert!(
        report.is_complete() && !report.is_cut && report.pending.is_empty(),
        "{:?}",
        report.complete_from
    );
    assert_eq!(report.rows.iter().filter(|it| it.state == domain::job::JobState::Failed).count(), 700);
    assert_eq!(report.n_lines, 21_000);
}

#[test]
fn the_newest_come_first_and_what_is_complete_is_told_all_the_while() {
    let store = Store::of_jobs(3_000, 10);
    let reports = ask_for(&store, &system(false), &SharedJobs::default(), last(40_000), LINES_AT_FIRST);
    let mut before = Timestamp::from_secs(END_SECS + 1);
    for report in &reports {
        assert!(report.complete_from <= before);
        before = report.complete_from;
        // Whatever lies wholly in what is said to be complete is there, with its right state.
        let begun_since = |at: i64| Timestamp::from_secs(at) >= report.complete_from;
        let due = (0..3_000).filter(|job| begun_since(END_SECS - 200 - job * 10)).count();
        let there =
            report.rows.iter().filter(|it| it.start >= report.complete_from && it.start_is_told).count();
        assert_eq!(there, due, "from {}", report.complete_from.secs());
    }
    assert!(reports.len() > 4);
}

#[test]
fn reading_stops_at_the_budget_and_goes_on_when_asked() {
    let store = Store::of_jobs(7_000, 10);
    let (system, memory) = (system(false), SharedJobs::default());
    let first = ask_for(&store, &system, &memory, last(80_000), 6_000).pop().unwrap();
    assert!(first.is_cut && !first.is_complete());
    assert!((6_000..15_000).contains(&first.n_lines), "{}", first.n_lines);
    let n_asked = store.asked.borrow().len();
    let more = ask_for(&store, &system, &memory, last(80_000), 100_000).pop().unwrap();
    assert!(more.is_complete() && !more.is_cut);
    assert_eq!((more.rows.len(), more.n_lines), (7_000, 21_000));
    let again = store.asked.borrow()[n_asked..]
        .iter()
        .filter(|it| it.0.starts_with("loki") && it.1.end > first.complete_from)
        .count();
    assert!(again <= 1, "only the newest minute is read again, not {again} slices");
}

#[test]
fn asking_again_reads_what_is_new_only() {
    let mut store = Store::of_jobs(2_000, 10);
    let (system, memory) = (system(false), SharedJobs::default());
    ask_for(&store, &system, &memory, last(30_000), LINES_AT_FIRST);
    let n_asked = store.asked.borrow().len();
    store.lines.push((END_SECS - 5, r#"{"event":"submitted","job":"new"}"#.to_owned()));
    let report = ask_for(&store, &system, &memory, last(30_000), LINES_AT_FIRST).pop().unwrap();
    assert_eq!(report.rows.len(), 2_001);
    assert_eq!(report.rows[0].id.as_str(), "new");
    let asked = store.asked.borrow()[n_asked..].to_vec();
    let asked: Vec<_> = asked.iter().filter(|it| it.0.starts_with("loki")).collect();
    assert!(asked.len() == 1 && asked[0].1.length() <= SETTLED_AFTER, "{asked:?}");
}

#[test]
fn a_store_that_cannot_answer_so_much_is_asked_for_less() {
    let store = Store::of_jobs(500, 10);
    store.too_heavy_secs.set(Some(300));
    let report = find(&store, false, last(6_000));
    assert_eq!(report.rows.len(), 500);
    assert!(report.is_complete() && report.failures.is_empty(), "{:?}", report.failures);
}

#[test]
fn a_store_that_fails_is_named_and_what_came_before_stays() {
    let store = Store::of_jobs(500, 10);
    store.fails_before_secs.set(END_SECS - 3_000);
    let report = find(&store, false, last(6_000));
    assert_eq!(report.failures.len(), 1);
    assert!(!report.is_complete() && !report.rows.is_empty());
    assert!(report.complete_from > Timestamp::from_secs(END_SECS - 3_600), "{}", report.complete_from.secs());
}

#[test]
fn a_look_beside_a_list_reads_nothing_twice_and_leaves_the_list() {
    let store = Store::of_jobs(3_000, 10);
    let (system, memory) = (system(false), SharedJobs::default());
    let list = ask_for(&store, &system, &memory, last(20_000), LINES_AT_FIRST).pop().unwrap();
    assert!(memory.has(last(20_000)) && !memory.has(last(30_000)));
    let ask_beside = |range: TimeRange, max_lines| {
        let question = JobsQuestion {
            range,
            now: Timestamp::from_secs(END_SECS),
            max_lines,
            keep_from: last(20_000).start,
        };
        let reader = Rc::new(LineReader::new(&system));
        let plan = JobsInquiry::new(system.clone(), reader, memory.clone(), question);
        let n_asked = store.asked.borrow().len();
        let mut report = Plan::report(&plan);
        drive(plan, &store, |it| report = it).now_or_never().expect("nothing here waits");
        let asked = store.asked.borrow().iter().skip(n_asked).filter(|it| it.0.starts_with("loki")).count();
        (report, asked)
    };
    let inside = TimeRange {
        start: Timestamp::from_secs(END_SECS - 6_000),
        end: Timestamp::from_secs(END_SECS - 3_000),
    };
    let (report, n_asked) = ask_beside(inside, 10_000);
    assert!(report.is_complete() && report.rows.len() >= 300, "{}", report.rows.len());
    assert_eq!(n_asked, 0, "the list has read it");
    // Outside of the list it is read, however much the list holds.
    let outside = TimeRange {
        start: Timestamp::from_secs(END_SECS - 26_000),
        end: Timestamp::from_secs(END_SECS - 25_000),
    };
    let (report, n_asked) = ask_beside(outside, 1_000);
    assert!(report.is_complete() && n_asked > 0, "{n_asked}");
    let again = ask_for(&store, &system, &memory, last(20_000), LINES_AT_FIRST).pop().unwrap();
    assert_eq!((again.rows.len(), again.n_lines), (list.rows.len(), list.n_lines));
}

#[test]
fn traces_are_found_past_the_limit_and_say_what_was_kept() {
    let mut store = Store::of_jobs(700, 1);
    let id = |job: i64| -> &'static str { format!("j-{job}").leak() };
    store.traces = (0..650).map(|it| (it as u16 + 1, END_SECS - 200 - it, id(it))).collect();
    store.traces.push((999, END_SECS - 500, "only-traced"));
    let report = find(&store, true, last(6_000));
    let kept = |it: TraceKept| report.rows.iter().filter(|row| row.trace == it).count();
    assert_eq!((kept(TraceKept::Kept), kept(TraceKept::NotKept)), (651, 50), "{:?}", report.warnings);
    let only = report.rows.iter().find(|it| it.id.as_str() == "only-traced").unwrap();
    assert_eq!((only.state, only.n_lines), (domain::job::JobState::Failed, 0));
    assert!(report.asked.iter().any(|it| it.query.contains("span.job.id != \"\"")), "{:?}", report.asked);
}

#[test]
fn a_count_by_somebody_else_is_told_apart_from_the_rows() {
    let mut store = Store::of_jobs(3, 10);
    store.counted = 12_000.4;
    let report = find(&store, false, last(3_600));
    let estimate = report.estimate.unwrap();
    assert_eq!((estimate.jobs, report.rows.len()), (12_000.4, 3));
    assert_eq!(estimate.query, "sum (increase(submitted_total[1h]))");
}

#[test]
fn a_job_that_ends_after_the_range_is_told_to_its_end() {
    let mut store = Store::of_jobs(0, 10);
    let line = |event: &str| format!(r#"{{"event":"{event}","job":"long"}}"#);
    store.lines = vec![
        (END_SECS - 2_010, line("submitted")),
        (END_SECS - 2_005, line("started")),
        (END_SECS - 1_900, line("done")),
        (END_SECS - 1_950, r#"{"event":"submitted","job":"later"}"#.to_owned()),
    ];
    let range = TimeRange {
        start: Timestamp::from_secs(END_SECS - 5_000),
        end: Timestamp::from_secs(END_SECS - 2_000),
    };
    let report = find(&store, false, range);
    let rows: Vec<_> = report.rows.iter().map(|it| (it.id.as_str(), it.state)).collect();
    assert_eq!(rows, [("long", domain::job::JobState::Done)]);
    assert!(report.is_complete());
}

#[test]
fn every_source_down_is_told_and_ends() {
    let (system, memory) = (system(true), SharedJobs::default());
    let range = last(600);
    let question =
        JobsQuestion { range, now: Timestamp::from_secs(END_SECS), max_lines: 1_000, keep_from: range.start };
    let reader = Rc::new(LineReader::new(&system));
    let plan = JobsInquiry::new(system, reader, memory, question);
    let nobody = crate::testing::Script::default();
    let mut report = None;
    drive(plan, &nobody, |it| report = Some(it)).now_or_never().expect("nothing here waits");
    let report = report.unwrap();
    assert_eq!(report.failures.len(), 2, "{:?}", report.failures);
    assert!(report.rows.is_empty() && report.pending.is_empty() && !report.is_complete());
}

#[test]
fn lines_are_asked_for_by_what_must_stand_in_them() {
    let query = needles::lines_query(&system(false), 0).to_string();
    assert_eq!(query, r#"{app="pipe"} |~ "job|task""#);
    let mut nested = (*system(false)).clone();
    nested.logs.roles = vec![(Role::Job, vec!["job.id".to_owned(), "job_id".to_owned()])];
    assert_eq!(needles::lines_query(&nested, 0).to_string(), r#"{app="pipe"} |~ "\"id\"|job\\.id|job_id""#);
    let mut by_label = (*system(false)).clone();
    by_label.logs.job_filter = IdFilter::Label("job".to_owned());
    by_label.logs.task_filter = IdFilter::None;
    assert_eq!(needles::lines_query(&by_label, 0).to_string(), r#"{app="pipe", job!=""}"#);
    let mut anywhere = (*system(false)).clone();
    anywhere.logs.job_filter = IdFilter::Text;
    assert_eq!(needles::lines_query(&anywhere, 0).to_string(), r#"{app="pipe"}"#);
}

#[test]
fn traces_are_asked_for_by_what_their_spans_name_and_whose_they_are() {
    let mut system = (*system(true)).clone();
    let service = |name: &str, aliases: &[&str]| domain::system::Service {
        name: name.to_owned(),
        aliases: aliases.iter().map(|&it| it.to_owned()).collect(),
        stage: None,
    };
    system.services = vec![service("api", &[]), service("worker", &["runner"])];
    let query = wants::search_query(&system).to_string();
    assert_eq!(
        query,
        "{ (span.job.id != \"\") && (kind = consumer || kind = producer || kind = server) && \
         (resource.service.name = \"api\" || resource.service.name = \"worker\" || resource.service.name = \"runner\") } \
         | select(name, status, kind, resource.service.name, .stage)"
    );
}
