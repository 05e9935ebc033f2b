//! Is what the models send out understood? Read by the shipped system files and put together, every job must come out as it truly was.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic as tests do")]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::evidence::{evidence, record, stored, system_of};
use common::window;
use demo::cloudcix::World;
use demo::model::Options;
use demo::scenario;
use demo::telemetry::Batch;
use domain::ids::JobId;
use domain::job::{Evidence, Job, assemble};
use domain::logs::LogRecord;
use domain::time::TimeDelta;
use domain::trace::Trace;
use serde_json::Value;
use system::lines::LineReader;

fn told(job: &Job) -> String {
    let failure = job.failure.as_ref().filter(|_| job.state.name() == "failed");
    let failure = failure.map_or_else(String::new, |it| {
        let stage = it.stage.as_ref().map(ToString::to_string).unwrap_or_default();
        format!(" at {stage}: {}", it.code.as_deref().unwrap_or("?"))
    });
    format!("{}{failure}", job.state.name())
}

/// What a job of the main model must come out as.
fn truth_of(job: &Value) -> String {
    let text = |name: &str| job[name].as_str().unwrap_or_default();
    let age = window().end.nanos() - text_ns(job, "submitted");
    match text("state") {
        "failed" => format!("failed at {}: {}", text("stage"), text("error_code")),
        // A lost job cannot be told from a running one until it has been silent for half an hour.
        "stuck" if age < 40 * 60 * 1_000_000_000 => "running or stuck".to_owned(),
        state => state.to_owned(),
    }
}

fn text_ns(job: &Value, name: &str) -> i64 {
    job[name]["ns"].as_str().unwrap().parse().unwrap()
}

#[test]
fn every_job_of_the_main_model_comes_out_as_it_was() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/cloudcix");
    let scenarios = ["chunk-oom", "circuit-breaker", "domain-403", "queue-stall", "slow-read"]
        .iter()
        .map(|it| scenario::read(&folder.join(format!("{it}.json")), window(), TimeDelta::ZERO).unwrap())
        .collect();
    let mut world = World::new(Options {
        seed: 5,
        rate: 20.0,
        window: window(),
        scenarios,
        has_held_job: true,
        n_stuck: 2,
    });
    world.advance(window().end);
    let (Batch { lines, spans, .. }, truth) = (world.take(), world.summary());

    let system = system_of("cloudcix");
    let reader = LineReader::new(&system);
    let mut by_trace: BTreeMap<String, Vec<LogRecord>> = BTreeMap::new();
    let mut by_task: BTreeMap<String, Vec<LogRecord>> = BTreeMap::new();
    for record in lines.iter().map(|it| record(&reader, it)) {
        match (&record.roles.trace, &record.roles.task_id) {
            (Some(trace), _) => by_trace.entry(trace.to_string()).or_default().push(record),
            (None, Some(task)) => by_task.entry(task.to_string()).or_default().push(record),
            (None, None) => {}
        }
    }
    let mut wrong = Vec::new();
    let mut n_jobs = 0;
    for (kind, jobs) in truth["examples"].as_object().unwrap() {
        for job in jobs.as_array().unwrap() {
            let ids = |name: &str| job[name].as_array().unwrap().iter().map(|it| it.as_str().unwrap());
            let of_traces = ids("trace_ids").filter_map(|it| by_trace.get(it));
            let of_tasks = ids("task_ids").filter_map(|it| by_task.get(it));
            let lines = of_traces.chain(of_tasks).flatten().cloned().collect();
            let traces = ids("trace_ids").map(|id| {
                Trace::from_spans(spans.iter().filter(|it| it.trace.to_string() == id).map(stored).collect())
            });
            let evidence = Evidence {
                lines,
                traces: traces.filter(|it| !it.spans.is_empty()).collect(),
                ..Evidence::default()
            };
            let id = job["job_id"].as_str().unwrap();
            let found = assemble(&system, &JobId::from(id), &evidence, window().end);
            let (is, should) = (told(&found), truth_of(job));
            n_jobs += 1;
            if !should.split(" or ").any(|it| it == is) {
                wrong.push(format!("{kind} {id} is told as {is}, because {}", found.because));
            }
        }
    }
    assert!(n_jobs > 60, "{n_jobs}");
    assert!(wrong.is_empty(), "{} of {n_jobs} jobs:\n{}", wrong.len(), wrong.join("\n"));
}

/// The state that the lines of one id can show of a job, where that is not what it was.
fn shown(job: &Value) -> String {
    match job["state"].as_str().unwrap_or_default() {
        "failed" => format!("failed at {}", job["failed_stage"].as_str().unwrap_or_default()),
        // A lost job cannot be told from a running one until it has been silent for half an hour.
        "stuck" => "running or stuck".to_owned(),
        state => state.to_owned(),
    }
}

/// What a person sees of a job.
fn seen(job: &Job) -> String {
    let failure = job.failure.as_ref().filter(|_| job.state.name() == "failed");
    let stage = failure.and_then(|it| it.stage.as_ref()).map(|it| format!(" at {it}"));
    format!("{}{}", job.state.name(), stage.unwrap_or_default())
}

/// Whether a queued job of this deployment says nothing of itself, or lines under other ids tell the rest of its story.
fn cannot_be_told(system: &str, job: &Value) -> bool {
    (system == "trung-dev" && job["state"] == "queued") || job["flaw"] == "new_job_id_per_step"
}

#[track_caller]
fn check(name: &str, with_spans: bool) {
    let run = common::run(name, 5);
    let system = system_of(name);
    let reader = LineReader::new(&system);
    let records: Vec<LogRecord> = run.batch.lines.iter().map(|it| record(&reader, it)).collect();
    let mut wrong = Vec::new();
    let mut n_jobs = 0;
    for job in run.jobs().filter(|it| !cannot_be_told(name, it)) {
        let id = job["job_id"].as_str().unwrap();
        let evidence = evidence(job, run, &records, &reader, with_spans);
        let found = assemble(&system, &JobId::from(id), &evidence, window().end);
        let mut complain =
            |what: String| wrong.push(format!("{id} ({} {}): {what}", job["state"], job["cause"]));
        n_jobs += 1;
        let (is, should) = (seen(&found), shown(job));
        if !should.split(" or ").any(|it| it == is) {
            complain(format!("is told as {is}, because {}", found.because));
        }
        if found.facts.kind.as_deref() != job["kind"].as_str() {
            complain(format!("is told to be a {:?}", found.facts.kind));
        }
        let is_over = job["ended"].is_object();
        let attempts = job["attempts"].as_u64().unwrap();
        if is_over && u64::from(found.facts.attempts) != attempts {
            complain(format!("is told to have had {} attempts, not {attempts}", found.facts.attempts));
        }
        if let (Some(error), "failed") = (job["error"].as_str(), found.state.name()) {
            let failure = found.failure.as_ref().unwrap();
            let told = format!("{:?} {:?}", failure.message, failure.exception);
            let start: String = error.chars().take(30).collect();
            if !told.replace('\\', "").contains(&start) {
                complain(format!("{told} instead of {error}"));
            }
        }
        if is_over && system.stages.iter().any(|it| it.queue.is_some()) && name != "trung-dev" {
            let waited = job["waited_ms"].as_i64().unwrap();
            // A task that is tried again waits for its time first, which no line tells apart from waiting for a worker.
            let is_told = (found.facts.in_queues.millis() - waited).abs() <= 60 || attempts > 1;
            if !is_told {
                complain(format!("is told to have waited {}, not {waited} ms", found.facts.in_queues));
            }
        }
        let ended = |it: &Value| it["ns"].as_str().unwrap().parse::<i64>().unwrap();
        if is_over && job["flaw"].is_null() {
            let late = found.ended.map(|it| (it.at.nanos() - ended(&job["ended"])).abs() / 1_000_000);
            if late.is_none_or(|it| it > 100) {
                complain(format!("ended {late:?} ms beside its time"));
            }
        }
    }
    assert!(n_jobs >= 40, "{n_jobs}");
    assert!(wrong.is_empty(), "{} of {n_jobs} jobs of {name}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn diffusion_is_understood() {
    check("diffusion", false);
}

#[test]
fn trung_dev_is_understood() {
    check("trung-dev", false);
}

#[test]
fn metamock_is_understood() {
    check("metamock", false);
}

#[test]
fn pixerase_is_understood() {
    check("pixerase", true);
}

#[test]
fn pixerase_is_understood_by_its_lines_alone() {
    check("pixerase", false);
}
