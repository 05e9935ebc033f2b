//! Is what the models send out understood? Read by the shipped system files and put together, every job must come out as it truly was.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic as tests do")]

mod common;

use common::evidence::{Stores, system_of};
use common::{Run, runs};
use domain::ids::JobId;
use domain::job::{Job, assemble};
use serde_json::Value;

fn told(job: &Job) -> String {
    let failure = job.failure.as_ref().filter(|_| job.state.name() == "failed");
    let failure = failure.map_or_else(String::new, |it| {
        let stage = it.stage.as_ref().map(ToString::to_string).unwrap_or_default();
        format!(" at {stage}: {}", it.code.as_deref().unwrap_or("?"))
    });
    format!("{}{failure}", job.state.name())
}

/// What a job of the main model must come out as.
fn truth_of(job: &Value, run: &Run) -> String {
    let text = |name: &str| job[name].as_str().unwrap_or_default();
    let age = run.window.end.nanos() - text_ns(job, "submitted");
    match text("state") {
        "failed" => format!("failed at {}: {}", text("stage"), text("error_code")),
        // A lost job cannot be told from a running one until it has been silent for half an hour.
        // Nor is it known since when, where a scenario lost it.
        "stuck" if age < 40 * 60 * 1_000_000_000 || !job["cause"].is_null() => "running or stuck".to_owned(),
        state => state.to_owned(),
    }
}

fn text_ns(job: &Value, name: &str) -> i64 {
    job[name]["ns"].as_str().unwrap().parse().unwrap()
}

#[track_caller]
fn check_main(run: &Run) {
    let system = system_of("cloudcix");
    let stores = Stores::of(&system, run);
    let mut wrong = Vec::new();
    let mut n_jobs = 0;
    for job in run.jobs() {
        let id = job["job_id"].as_str().unwrap();
        let found = assemble(&system, &JobId::from(id), &stores.evidence(job, true), run.window.end);
        let (is, mut should) = (told(&found), truth_of(job, run));
        // What was begun again lately has not been silent for long enough, however old the job is.
        let was_seen_lately = found.last_seen.is_some_and(|at| run.window.end - at < system.jobs.stuck_after);
        if should == "stuck" && was_seen_lately {
            should = "running or stuck".to_owned();
        }
        n_jobs += 1;
        if !should.split(" or ").any(|it| it == is) {
            wrong.push(format!("{id} {should} is told as {is}, because {}", found.because));
        }
        let attempts = job["attempts"].as_u64().unwrap();
        // The truth counts attempts at the last stage, which is where a failed job had most.
        if job["state"] == "failed" && u64::from(found.facts.attempts) != attempts {
            wrong.push(format!("{id} {should} had {} attempts, not {attempts}", found.facts.attempts));
        }
    }
    assert!(n_jobs > 20, "{n_jobs}");
    assert!(wrong.is_empty(), "{} of {n_jobs} jobs of {run:?}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_job_of_the_main_model_comes_out_as_it_was() {
    runs("cloudcix").for_each(check_main);
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

/// Whether a queued job has said nothing of itself yet, or lines under other ids tell the rest of its story.
fn cannot_be_told(system: &str, job: &Value) -> bool {
    let is_silent = system == "trung-dev" || job["log_lines"] == 0;
    (job["state"] == "queued" && is_silent) || job["flaw"] == "new_job_id_per_step"
}

#[track_caller]
fn check(name: &str, with_spans: bool) {
    runs(name).for_each(|it| check_run(name, it, with_spans));
}

#[track_caller]
fn check_run(name: &str, run: &Run, with_spans: bool) {
    let system = system_of(name);
    let stores = Stores::of(&system, run);
    let mut wrong = Vec::new();
    let mut n_jobs = 0;
    for job in run.jobs().filter(|it| !cannot_be_told(name, it)) {
        let id = job["job_id"].as_str().unwrap();
        let evidence = stores.evidence(job, with_spans);
        let found = assemble(&system, &JobId::from(id), &evidence, run.window.end);
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
            // Python prints what was raised with other quotes, and its first line is the message.
            let plain = |it: &str| it.replace('\\', "").replace('"', "'");
            let start: String = error.lines().next().unwrap().chars().take(30).collect();
            if !plain(&told).contains(&plain(&start)) {
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
    assert!(n_jobs >= 10, "{n_jobs}");
    assert!(wrong.is_empty(), "{} of {n_jobs} jobs of {run:?}:\n{}", wrong.len(), wrong.join("\n"));
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
