//! What Tempo 3 tells of spans that came a moment ago, and what later, as recorded: no job falls into the gap.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use backends::{BackendError, Headers, RequestSpec};
use domain::ids::TraceId;
use domain::jobs::TraceKept;
use domain::system::{
    IdFilter, JobRules, LineFormat, LogRules, MatchOp, Matcher, Role, SharedSystem, SpanRules, System,
};
use domain::time::{TimeDelta, TimeRange, Timestamp};
use futures_util::FutureExt;
use inquiry::job::{JobInquiry, JobQuestion, JobReport, SharedAbilities};
use inquiry::jobs::{JobsInquiry, JobsQuestion, JobsReport, SharedJobs};
use inquiry::{Head, LocalFuture, Plan, Transport, drive};
use system::lines::LineReader;

const ENDED: &str = "00f7651916cd43dd8448eb211c803101";
const RUNNING: &str = "1af7651916cd43dd8448eb211c803102";

/// One answer of `record.mjs tempo`, with what was asked and when, in Unix seconds.
struct Recorded {
    status: u16,
    media_type: String,
    body: Vec<u8>,
    path: String,
    query: String,
    range: Option<(i64, i64)>,
    asked_at: i64,
}

fn recorded(name: &str) -> Recorded {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../backends/tests/fixtures/tempo-3.0.3-recent");
    let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
    let cells: Vec<&str> =
        index.lines().map(|it| it.split('\t').collect()).find(|it: &Vec<&str>| it[0] == name).unwrap();
    Recorded {
        status: cells[1].parse().unwrap(),
        media_type: cells[2].to_owned(),
        body: std::fs::read(folder.join(format!("{name}.body"))).unwrap(),
        path: cells[4].to_owned(),
        query: cells[5].to_owned(),
        range: cells[6].parse().ok().zip(cells[7].parse().ok()),
        asked_at: cells[8].parse().unwrap(),
    }
}

/// Answers as Tempo did when it was recorded: at once, or later.
struct Tempo {
    is_later: bool,
    /// What Loki says to any question for lines.
    line: Option<String>,
    searched: RefCell<Vec<(i64, i64)>>,
}

impl Tempo {
    fn at_once() -> Self {
        Self { is_later: false, line: None, searched: RefCell::default() }
    }

    fn later() -> Self {
        Self { is_later: true, ..Self::at_once() }
    }

    fn now(&self) -> Timestamp {
        let name = if self.is_later { "search-later.json" } else { "search-at-once.json" };
        Timestamp::from_secs(recorded(name).asked_at)
    }

    fn search(&self, request: &RequestSpec) -> Recorded {
        let param = |name: &str| request.params.iter().find(|it| it.0 == name).map(|it| it.1.clone());
        let secs = |name: &str| param(name).and_then(|it| it.parse::<i64>().ok());
        let (start, end) =
            secs("start").zip(secs("end")).expect("without both ends Tempo chooses a range of its own");
        self.searched.borrow_mut().push((start, end));
        // The spans had ended before anything else was recorded; `between` begins after them.
        let between = recorded("search-later-between.json");
        let name = match self.is_later {
            false => "search-at-once.json",
            true if start >= between.range.unwrap().0 => "search-later-between.json",
            true => "search-later.json",
        };
        recorded(name)
    }
}

impl Transport for Tempo {
    fn send<'a>(
        &'a self,
        request: RequestSpec,
        sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>> {
        let (status, media_type, body) = match request.question.endpoint {
            "tempo/search" => {
                let it = self.search(&request);
                (it.status, it.media_type, it.body)
            }
            "tempo/trace_v2" => {
                let known = [recorded("trace-ended-at-once.pb"), recorded("trace-running-at-once.pb")];
                let it = known.into_iter().find(|it| it.path == request.path).expect("a recorded trace");
                (it.status, it.media_type, it.body)
            }
            "loki/query_range" => {
                let line = self.line.as_ref().map(|it| {
                    let at = self.now().nanos() - 1_000_000_000;
                    format!(
                        r#"{{"stream":{{"app":"pipe"}},"values":[["{at}","{}"]]}}"#,
                        it.replace('"', "\\\"")
                    )
                });
                let body = format!(
                    r#"{{"status":"success","data":{{"resultType":"streams","result":[{}]}}}}"#,
                    line.unwrap_or_default()
                );
                (200, "application/json".to_owned(), body.into_bytes())
            }
            other => panic!("nobody answers {other}"),
        };
        body.chunks(100).for_each(sink);
        let headers = Headers(vec![("content-type".to_owned(), media_type)]);
        Box::pin(std::future::ready(Ok(Head { status, headers })))
    }
}

fn system(has_lines: bool) -> SharedSystem {
    let names = |role, name: &str| (role, vec![name.to_owned()]);
    let app = Matcher { label: "app".to_owned(), op: MatchOp::Equal, value: "pipe".to_owned() };
    let logs = LogRules {
        selectors: vec![vec![app]],
        job_filter: IdFilter::JsonField("job".to_owned()),
        formats: vec![LineFormat::Json { unwrap: Vec::new() }],
        roles: vec![names(Role::Job, "job"), names(Role::Trace, "trace")],
        ..LogRules::default()
    };
    Arc::new(System {
        jobs: JobRules { longest: TimeDelta::from_secs(600), ..JobRules::default() },
        logs: if has_lines { logs } else { LogRules::default() },
        spans: SpanRules {
            roles: vec![names(Role::Job, "job.id"), names(Role::Stage, "job.stage")],
            ..SpanRules::default()
        },
        ..System::default()
    })
}

fn last<P: Plan>(plan: P, tempo: &Tempo) -> P::Report {
    let mut last = None;
    drive(plan, tempo, |it| last = Some(it)).now_or_never().expect("nothing here waits");
    last.expect("something was asked")
}

/// The jobs of the five minutes up to now, with what earlier questions have read.
fn jobs(tempo: &Tempo, system: &SharedSystem, memory: &SharedJobs) -> JobsReport {
    let now = tempo.now();
    let range = TimeRange { start: now - TimeDelta::from_secs(300), end: now };
    let question = JobsQuestion { range, now, max_lines: 1_000, keep_from: range.start };
    last(JobsInquiry::new(system.clone(), Rc::new(LineReader::new(system)), memory.clone(), question), tempo)
}

fn job(tempo: &Tempo, key: &str) -> JobReport {
    let (now, system) = (tempo.now(), system(tempo.line.is_some()));
    let range = TimeRange { start: now - TimeDelta::from_secs(300), end: now };
    let question = JobQuestion { key: key.to_owned(), range, now };
    let reader = Rc::new(LineReader::new(&system));
    last(JobInquiry::new(system, reader, SharedAbilities::default(), question), tempo)
}

#[test]
fn a_job_that_only_traces_tell_of_appears_when_tempo_searches_its_newest() {
    let (system, memory) = (system(false), SharedJobs::default());
    let first = jobs(&Tempo::at_once(), &system, &memory);
    assert!(first.rows.is_empty() && first.failures.is_empty() && first.is_complete());
    let later = Tempo::later();
    assert!(later.now() - first.range.end > TimeDelta::from_secs(30), "Tempo's cutoff lies between");
    let second = jobs(&later, &system, &memory);
    let mut found: Vec<_> = second.rows.iter().map(|it| (it.id.as_str(), it.trace)).collect();
    found.sort_by_key(|it| it.0);
    assert_eq!(found, [("job-ended", TraceKept::Kept), ("job-running", TraceKept::Kept)]);
    let asked: Vec<_> = second.asked.iter().map(|it| it.query.as_str()).collect();
    assert_eq!(asked, [recorded("search-later.json").query], "what was recorded answers this question");
}

#[test]
fn what_tempo_does_not_search_is_never_asked_for_alone() {
    let later = Tempo::later();
    jobs(&later, &system(false), &SharedJobs::default());
    let unsearched = later.now().secs() - 30;
    assert!(later.searched.borrow().iter().all(|it| it.0 < unsearched), "{:?}", later.searched.borrow());
}

#[test]
fn the_trace_of_a_running_job_comes_by_its_id_while_no_search_finds_it() {
    let line = format!(r#"{{"job":"job-running","trace":"{RUNNING}"}}"#);
    let tempo = Tempo { line: Some(line), ..Tempo::at_once() };
    let report = job(&tempo, "job-running");
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    let [trace] = &report.evidence.traces[..] else { panic!("{:?}", report.evidence.traces) };
    let [span] = &trace.spans[..] else { panic!("its root has not ended: {:?}", trace.spans) };
    assert_eq!((span.trace, span.service()), (RUNNING.parse::<TraceId>().unwrap(), "scraper"));
    assert!(span.parent.is_some() && report.evidence.traces_not_kept.is_empty());
}

#[test]
fn a_trace_id_leads_to_its_job_at_once() {
    let report = job(&Tempo::at_once(), ENDED);
    assert_eq!((report.id.as_str(), report.evidence.traces.len()), ("job-ended", 1));
}
