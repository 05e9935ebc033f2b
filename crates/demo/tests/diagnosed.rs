//! Is what the models break explained? With every scenario at once, each job by the shipped system file: a good one is
//! left alone, a failed one is explained by what truly broke it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic as tests do")]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use common::evidence::{Stores, system_of};
use common::{Run, runs};
use domain::diagnosis::{Surroundings, causes};
use domain::fingerprint::{JobSample, flow, groups};
use domain::ids::JobId;
use domain::job::{JobState, assemble};
use domain::jobs::JobList;
use serde_json::Value;

/// Which rule must come first for what broke a job.
fn rules_for(cause: &str) -> &'static [&'static str] {
    match cause {
        it if it.starts_with("http_") => &["http_status"],
        "timeout" | "task_timeout" | "api_timeout" => &["timeout"],
        "worker_out_of_memory" => &["worker_killed"],
        "inference_out_of_memory" | "cuda_out_of_memory" | "mps_out_of_memory" => &["gpu_memory"],
        "inference_down" => &["inference_down"],
        "circuit_open" => &["circuit_breaker"],
        "bad_input" | "bad_image" => &["bad_input", "input_too_long"],
        "model_load" => &["model_load", "model_logger"],
        "evaluation_gate" => &["adaptation_gate", "evaluation_gate"],
        "storage_unreachable" | "mail_server" | "database" | "database_unreachable" => &["unreachable"],
        "database_full" | "too_many_connections" => &["connections_taken"],
        "s3_upload" => &["s3_upload"],
        "disk_full" => &["disk_full"],
        "unreachable" => &["unreachable"],
        "lock_wait" => &["lock_wait"],
        "event_loop" => &["event_loop"],
        "transaction_leak" => &["transaction_leak"],
        "broker_memory" => &["broker_memory"],
        "payload_schema" => &["payload_schema"],
        "memory" => &["memory"],
        "gpu_memory" => &["gpu_memory"],
        "time_limit" => &["time_limit"],
        "bad_deploy" => &["bad_deploy"],
        // What only the deployment's own words say.
        _ => &["own_words"],
    }
}

/// Which rule must come first for a job that hangs: one whose worker is lost, or one that nobody takes.
fn stuck_rules_for(state: &str, cause: Option<&str>) -> &'static [&'static str] {
    match (state, cause) {
        (_, Some("swallowed_errors")) => &["swallowed_errors"],
        (_, Some("requeue_loop")) => &["requeue_loop"],
        // Without the broker's metrics, nothing says why a message is lost; that of a retry may be the lost one.
        (_, Some("message_evicted")) => &["message_lost", "queue_stands", "evicted_keys", "swallowed_errors"],
        (_, Some("new_job_id_per_step")) => &["new_id_per_step"],
        ("queued" | "running", _) => &["queue_stands", "message_lost"],
        _ => &["worker_silent", "worker_killed"],
    }
}

/// A job is called stuck after so many seconds without a sign, and some more until its start is far enough away.
const STUCK_AFTER: i64 = 40 * 60;

fn age(job: &Value, run: &Run) -> i64 {
    let submitted: i64 = job["submitted"]["ns"].as_str().unwrap().parse().unwrap();
    (run.window.end.nanos() - submitted) / 1_000_000_000
}

#[track_caller]
fn check(name: &str) {
    runs(name).for_each(|it| check_run(name, it));
}

#[track_caller]
fn check_run(name: &str, run: &Run) {
    let system = Arc::new(system_of(name));
    let stores = Stores::of(&system, run);
    let mut list = JobList::new(system.clone());
    stores.records.iter().cloned().for_each(|it| list.add_line(it));
    stores.traces().for_each(|it| list.add_trace(it));
    list.judge(run.window.end, &[]);
    let others: Vec<JobSample> = list.rows().iter().map(|it| JobSample::of_row(&system, it)).collect();
    let around = Surroundings { others, ..Surroundings::default() };

    let mut wrong = Vec::new();
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    let (mut n_good, mut n_failed, mut n_stuck) = (0, 0, 0);
    for job in run.jobs() {
        let id = job["job_id"].as_str().unwrap();
        let evidence = stores.evidence(job, true);
        let found = assemble(&system, &JobId::from(id), &evidence, run.window.end);
        let found_causes = causes(&system, &found, &evidence, &around);
        let ranked: Vec<String> = found_causes.iter().map(|it| format!("{} {}", it.rule, it.sure)).collect();
        let first = found_causes.first().map(|it| it.rule.as_str());
        if found.state == JobState::Done {
            n_good += 1;
            let leaked = job["flaw"].as_str().filter(|it| *it == "context_leak");
            if first != leaked {
                wrong.push(format!("{id} is good ({leaked:?}) and yet {ranked:?}"));
            }
            continue;
        }
        let truth = job["state"].as_str().unwrap();
        if found.state == JobState::Stuck {
            n_stuck += 1;
            let expected = stuck_rules_for(truth, job["flaw"].as_str().or(job["cause"].as_str()));
            *told.entry(format!("stuck {truth}: {}", ranked.join(", "))).or_default() += 1;
            if !first.is_some_and(|it| expected.contains(&it)) {
                wrong.push(format!("{id} is stuck ({truth}) and yet {ranked:?}: {}", found.because));
            }
        }
        let goes_on = matches!(found.state, JobState::Queued | JobState::Running)
            && found.failure.is_none()
            && job["cause"].is_null();
        if goes_on && job["flaw"].is_null() && first.is_some() {
            wrong.push(format!("{id} goes on ({truth}) and yet {ranked:?}"));
        }
        let (Some(cause), JobState::Failed) = (job["cause"].as_str(), found.state) else { continue };
        n_failed += 1;
        *told.entry(format!("{cause}: {}", ranked.join(", "))).or_default() += 1;
        if !first.is_some_and(|it| rules_for(cause).contains(&it)) {
            wrong.push(format!("{id} failed by {cause} and yet {ranked:?}: {:?}", found.failure));
        }
    }
    assert!(n_good >= 10 && n_failed >= 1, "{n_good} good, {n_failed} failed of {run:?}: {told:#?}");
    // Where a scenario lost it, that may have been long after it was submitted.
    let is_lost = |it: &Value| it["state"] == "stuck" && it["cause"].is_null() && age(it, run) > STUCK_AFTER;
    assert!(n_stuck >= run.jobs().filter(|it| is_lost(it)).count(), "{n_stuck} stuck of {run:?}: {told:#?}");
    assert!(wrong.is_empty(), "{} wrong of {run:?}:\n{}", wrong.len(), wrong.join("\n"));

    // Nobody is lost: every job that began in the window is accounted for, and failures are grouped by what they are.
    let others = &around.others;
    let flow = flow(others, run.window);
    assert_eq!(
        flow.submitted,
        flow.done + flow.failed + flow.in_flight() + flow.stuck.len() + flow.unaccounted.len()
    );
    let failed = others.iter().filter(|it| it.failure.is_some() && it.state == JobState::Failed).count();
    let grouped = groups(others);
    assert!(grouped.iter().map(|it| it.jobs.len()).sum::<usize>() >= failed);
    assert!(grouped.len() * 2 <= failed.max(20), "{} groups of {failed} failures", grouped.len());
}

#[test]
fn cloudcix_is_explained() {
    check("cloudcix");
}

#[test]
fn diffusion_is_explained() {
    check("diffusion");
}

#[test]
fn trung_dev_is_explained() {
    check("trung-dev");
}

#[test]
fn metamock_is_explained() {
    check("metamock");
}

#[test]
fn pixerase_is_explained() {
    check("pixerase");
}
