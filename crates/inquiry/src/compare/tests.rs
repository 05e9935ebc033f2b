//! Whole comparisons against a store that answers by range and by what must stand in a line.

use std::cell::RefCell;
use std::sync::Arc;

use backends::{ErrorKind, Headers, RequestSpec};
use domain::logs::EventKind;
use domain::system::{
    Condition, ConditionField, EventRule, EventStage, IdFilter, JobKind, JobRules, LineFormat, LogRules,
    MatchOp, Matcher, Role, System, TextTest,
};

use super::*;
use crate::plan::drive;
use crate::transport::{Head, LocalFuture};

const BEGAN_SECS: i64 = 100_000;

/// Lines (second, text); nothing before `fails_before_secs` can be had.
#[derive(Default)]
struct Store {
    lines: Vec<(i64, String)>,
    fails_before_secs: i64,
    asked: RefCell<Vec<(String, TimeRange)>>,
}

impl Store {
    /// A job of three lines, ten seconds long, that packs and ends as `end` says.
    fn with(self, id: &str, at: i64, end: &str) -> Self {
        self.with_task("pack", id, at, end)
    }

    fn with_task(mut self, task: &str, id: &str, at: i64, end: &str) -> Self {
        for (after, event) in [(0, "submitted"), (1, "started"), (10, end)] {
            let line = format!(r#"{{"event":"{event}","job":"{id}","task":"{task}"}}"#);
            self.lines.push((at + after, line));
        }
        self
    }

    /// Lines of the range that have every text of the query's `|=` filters.
    fn answer(&self, request: &RequestSpec) -> String {
        let question = &request.question;
        let range = question.range.unwrap();
        self.asked.borrow_mut().push((question.query.clone(), range));
        let wanted = question.query.split("|= \"").skip(1).filter_map(|it| it.split('"').next());
        let wanted: Vec<&str> = wanted.collect();
        let has_all = |line: &str| wanted.iter().all(|it| line.contains(it));
        let mut lines: Vec<_> = (self.lines.iter())
            .filter(|it| range.contains(Timestamp::from_secs(it.0)) && has_all(&it.1))
            .collect();
        lines.sort_by_key(|it| -it.0);
        let value =
            |it: &&(i64, String)| format!("[\"{}000000000\",\"{}\"]", it.0, it.1.replace('"', "\\\""));
        let values: Vec<_> = lines.iter().map(value).collect();
        format!(
            r#"{{"status":"success","data":{{"resultType":"streams","result":[{{"stream":{{"app":"pipe"}},"values":[{}]}}]}}}}"#,
            values.join(",")
        )
    }

    /// How many stretches of time were asked for all lines that tell of a job.
    fn n_slices(&self) -> usize {
        self.asked.borrow().iter().filter(|it| it.0.contains("|~")).count()
    }
}

impl Transport for Store {
    fn send<'a>(
        &'a self,
        request: RequestSpec,
        sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>> {
        let is_lines = request.question.endpoint == "loki/query_range";
        let start = request.question.range.map(|it| it.start.secs());
        if !is_lines || start.is_some_and(|it| it < self.fails_before_secs) {
            let nobody = Err(BackendError::without_answer(request.source, ErrorKind::Unreachable));
            return Box::pin(std::future::ready(nobody));
        }
        sink(self.answer(&request).as_bytes());
        let headers = Headers(vec![("content-type".to_owned(), "application/json".to_owned())]);
        Box::pin(std::future::ready(Ok(Head { status: 200, headers })))
    }
}

fn system() -> SharedSystem {
    let names = |role, names: &[&str]| (role, names.iter().map(|&it| it.to_owned()).collect::<Vec<_>>());
    let event = |kind, word: &str, stage| EventRule {
        kind,
        when: vec![Condition {
            field: ConditionField::Role(Role::Event),
            test: TextTest::Is(word.to_owned()),
        }],
        stage,
    };
    let work = || EventStage::Always("work".into());
    let kind = |prefix: &str| JobKind {
        id_prefix: prefix.to_owned(),
        title: prefix.to_owned(),
        ..JobKind::default()
    };
    Arc::new(System {
        name: "pipes".to_owned(),
        jobs: JobRules {
            stuck_after: TimeDelta::from_secs(1_800),
            longest: TimeDelta::from_secs(600),
            kinds: vec![kind("big-"), kind("small-")],
            ..JobRules::default()
        },
        logs: LogRules {
            selectors: vec![vec![Matcher {
                label: "app".to_owned(),
                op: MatchOp::Equal,
                value: "pipe".to_owned(),
            }]],
            job_filter: IdFilter::JsonField("job".to_owned()),
            formats: vec![LineFormat::Json { unwrap: Vec::new() }],
            roles: vec![
                names(Role::Job, &["job"]),
                names(Role::Event, &["event"]),
                names(Role::Task, &["task"]),
            ],
            events: vec![
                event(EventKind::JobSubmitted, "submitted", EventStage::Job),
                event(EventKind::AttemptStarted, "started", work()),
                event(EventKind::StageSucceeded, "done", work()),
                event(EventKind::StageFailed, "failed", work()),
            ],
            ..LogRules::default()
        },
        ..System::default()
    })
}

/// What is held against a job of the kind `big-` that began at [`BEGAN_SECS`], looked for so many seconds back.
fn held_against(store: &Store, with: Option<&str>, back_secs: i64) -> CompareReport {
    ask_for(store, &SharedJobs::default(), with, back_secs, 50_000)
}

fn ask_for(
    store: &Store,
    memory: &SharedJobs,
    with: Option<&str>,
    back_secs: i64,
    max_lines: usize,
) -> CompareReport {
    let now = Timestamp::from_secs(BEGAN_SECS + 1_000);
    let question = CompareQuestion {
        this: "big-this".into(),
        kind: Some("big-".to_owned()),
        operation: Some("pack".to_owned()),
        began: Timestamp::from_secs(BEGAN_SECS),
        with: with.map(Into::into),
        range: TimeRange { start: Timestamp::from_secs(BEGAN_SECS - 3_600), end: now },
        back_to: Timestamp::from_secs(BEGAN_SECS - back_secs),
        max_lines,
        now,
    };
    let system = system();
    let reader = Rc::new(LineReader::new(&system));
    let plan = CompareInquiry::new(system, reader, SharedAbilities::default(), memory.clone(), question);
    let mut last = None;
    drive(plan, store, |it| last = Some(it)).now_or_never().expect("nothing here waits");
    last.expect("something was asked")
}

fn other_of(report: &CompareReport) -> Option<(&str, usize)> {
    report.other.as_ref().map(|it| (it.id.as_str(), it.evidence.lines.len()))
}

#[test]
fn the_last_good_job_of_the_kind_is_found_with_its_evidence_and_nothing_older_is_read() {
    let store = Store::default()
        .with("big-old", BEGAN_SECS - 20_000, "done")
        .with("big-good", BEGAN_SECS - 400, "done")
        .with("small-good", BEGAN_SECS - 300, "done")
        .with("big-bad", BEGAN_SECS - 200, "failed")
        .with("big-this", BEGAN_SECS, "failed")
        .with("big-later", BEGAN_SECS + 100, "done");
    let report = held_against(&store, None, 86_400);
    assert_eq!(other_of(&report), Some(("big-good", 3)));
    assert_eq!(report.found, Some("big-good".into()));
    assert!(report.pending.is_empty() && report.failures.is_empty(), "{:?}", report.failures);
    let oldest = store.asked.borrow().iter().map(|it| it.1.start.secs()).min();
    assert!(oldest > Some(BEGAN_SECS - 5_000), "{oldest:?}");
}

#[test]
fn a_job_of_another_kind_is_not_taken_instead_and_how_far_was_looked_is_told() {
    let store = Store::default()
        .with("small-good", BEGAN_SECS - 300, "done")
        .with("big-bad", BEGAN_SECS - 200, "failed")
        .with("big-too-old", BEGAN_SECS - 9_000, "done");
    let report = held_against(&store, None, 7_200);
    assert_eq!((other_of(&report), report.found.as_ref()), (None, None));
    assert_eq!(report.looked_in.start.secs(), BEGAN_SECS - 7_200);
    assert_eq!(report.searched, Some(Searched { n_jobs: 2, n_of_kind: 1, is_cut: false }));
    assert_eq!(other_of(&held_against(&store, None, 86_400)), Some(("big-too-old", 3)));
}

#[test]
fn one_that_does_the_same_comes_first_and_another_of_the_kind_only_where_none_does() {
    let store = Store::default().with_task("send", "big-sends", BEGAN_SECS - 100, "done");
    assert_eq!(other_of(&held_against(&store, None, 86_400)), Some(("big-sends", 3)));
    let store = store.with("big-packs", BEGAN_SECS - 30_000, "done");
    assert_eq!(other_of(&held_against(&store, None, 86_400)), Some(("big-packs", 3)));
}

#[test]
fn a_named_job_is_taken_as_it_is_and_no_list_is_read() {
    let store = Store::default().with("small-bad", BEGAN_SECS - 900, "failed").with(
        "big-good",
        BEGAN_SECS - 400,
        "done",
    );
    let report = held_against(&store, Some("small-bad"), 3_600);
    assert_eq!(other_of(&report), Some(("small-bad", 3)));
    assert_eq!((report.searched, store.n_slices()), (None, 0));
}

#[test]
fn a_named_job_that_nobody_knows_is_not_there_and_where_was_looked_is_told() {
    let store = Store::default().with("big-good", BEGAN_SECS - 400, "done");
    let report = held_against(&store, Some("big-none"), 3_600);
    assert_eq!(other_of(&report), None);
    assert!(report.looked_in.start.secs() <= BEGAN_SECS - 3_600, "{:?}", report.looked_in);
}

#[test]
fn a_source_that_fails_is_named_and_what_was_found_before_it_stays() {
    let mut store = Store::default().with("big-good", BEGAN_SECS - 400, "done");
    store.fails_before_secs = BEGAN_SECS - 60;
    let report = held_against(&store, None, 86_400);
    assert_eq!(other_of(&report), None);
    assert_eq!(report.failures.len(), 1, "{:?}", report.failures);
    assert!(report.looked_in.start.secs() >= BEGAN_SECS - 300, "{:?}", report.looked_in);
}

#[test]
fn looking_stops_at_the_budget_and_goes_on_from_there() {
    let mut store = Store::default();
    for i in 0..400 {
        store = store.with(&format!("small-{i}"), BEGAN_SECS - 200 - i * 100, "done");
    }
    let store = store.with("big-good", BEGAN_SECS - 40_500, "done");
    let memory = SharedJobs::default();
    let first = ask_for(&store, &memory, None, 86_400, 200);
    assert!(first.searched.as_ref().is_some_and(|it| it.is_cut), "{:?}", first.searched);
    assert_eq!(other_of(&first), None);
    let n_slices = store.n_slices();
    let more = ask_for(&store, &memory, None, 86_400, 50_000);
    assert_eq!(other_of(&more), Some(("big-good", 3)));
    let again = store.asked.borrow()[..]
        .iter()
        .filter(|it| it.0.contains("|~"))
        .skip(n_slices)
        .filter(|it| it.1.end > first.looked_in.start)
        .count();
    assert!(again <= 1, "only the newest minute is read again, not {again} slices");
}

#[test]
fn a_job_that_is_not_good_in_full_is_passed_over() {
    let mut store = Store::default().with("big-good", BEGAN_SECS - 400, "done").with(
        "big-doubt",
        BEGAN_SECS - 200,
        "done",
    );
    // It failed only after this one had begun.
    store.lines.push((BEGAN_SECS + 50, r#"{"event":"failed","job":"big-doubt"}"#.to_owned()));
    let report = held_against(&store, None, 86_400);
    assert_eq!(other_of(&report), Some(("big-good", 3)));
}
