//! Do the lines, spans and numbers of the four smaller deployments agree with each other, and follow from the seed alone?

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic as tests do")]

use std::collections::{BTreeMap, BTreeSet};

mod common;

use common::{Run, SMALL, options, run, run_in_slices, window};
use domain::time::TimeDelta;
use serde_json::Value;

#[test]
fn every_deployment_follows_from_its_seed_whatever_the_slices() {
    for system in SMALL {
        let whole = run(system, 3);
        let sliced = run_in_slices(system, 3, TimeDelta::from_secs(97));
        assert!(whole.batch.lines.len() > 4_000, "{system}: {}", whole.batch.lines.len());
        assert!(whole.batch.lines.is_sorted_by_key(|it| it.at), "{system}");
        assert!(whole.batch.lines == sliced.batch.lines, "{system}: lines");
        assert!(whole.batch.spans == sliced.batch.spans, "{system}: spans");
        assert_eq!(whole.truth, sliced.truth, "{system}");
        assert!(
            whole.batch.lines != run_in_slices(system, 4, TimeDelta::from_secs(9_000)).batch.lines,
            "{system}: another seed"
        );
    }
}

#[test]
fn every_state_and_every_scenario_is_there() {
    for (system, kinds) in [
        (
            "pixerase",
            &["failed task task_timeout", "failed task bad_image", "failed request too_many_connections"][..],
        ),
        (
            "diffusion",
            &[
                "failed generate cuda_out_of_memory",
                "failed generate mps_out_of_memory",
                "failed load model_load",
                "failed evaluate evaluation_gate",
            ],
        ),
        ("trung-dev", &["failed request disk_full", "failed task mail_server", "failed task bad_input"]),
        (
            "metamock",
            &[
                "failed generate_images api_timeout",
                "failed generate_images s3_upload",
                "flawed new_job_id_per_step",
                "flawed context_leak",
            ],
        ),
    ] {
        let truth = &run(system, 3).truth;
        for kind in kinds {
            let jobs = truth["examples"][kind].as_array().map_or(0, Vec::len);
            assert!(
                jobs >= 2,
                "{system}: {jobs} of {kind} among {:?}",
                truth["examples"].as_object().unwrap().keys()
            );
        }
        for purpose in ["running", "queued", "stuck"] {
            let job = &truth["crafted"][purpose][0];
            assert_eq!(job["state"], purpose, "{system}: {job}");
        }
    }
}

#[test]
fn good_and_bad_jobs_can_be_found_by_their_ids() {
    for system in SMALL {
        let run = run(system, 3);
        let mut n_jobs = 0;
        for job in run.jobs() {
            let needles = needles(job);
            let found =
                run.batch.lines.iter().any(|line| needles.iter().all(|it| line.body.contains(it.as_str())));
            // A task that nobody has taken yet is sent without a word.
            assert!(found || (system == "trung-dev" && job["state"] == "queued"), "{system} {job}");
            assert_eq!(job["cause"].is_null(), job["state"] != "failed", "{system} {job}");
            n_jobs += 1;
        }
        assert!(n_jobs >= 40, "{system}: {n_jobs}");
    }
}

/// What stands in the lines of a job.
fn needles(job: &Value) -> Vec<String> {
    let id = job["job_id"].as_str().unwrap();
    match id.strip_prefix("request/") {
        Some(parts) => parts.split('/').map(str::to_owned).collect(),
        None => vec![id.to_owned()],
    }
}

#[test]
fn streams_stay_few() {
    for system in SMALL {
        let lines = &run(system, 3).batch.lines;
        let streams: BTreeSet<_> = lines.iter().map(|it| format!("{:?}", it.labels)).collect();
        assert!(streams.len() <= 40, "{system}: {}", streams.len());
    }
}

#[test]
fn spans_hang_together_and_say_what_the_lines_say() {
    let run = run("pixerase", 3);
    let by_id: BTreeMap<_, _> = run.batch.spans.iter().map(|it| ((it.trace, it.id), it)).collect();
    assert_eq!(by_id.len(), run.batch.spans.len(), "ids are used once");
    for span in &run.batch.spans {
        if let Some(parent) = span.parent {
            assert!(
                by_id.contains_key(&(span.trace, parent))
                    || span.end > window().end - TimeDelta::from_secs(300)
            );
        }
        assert!(span.start <= span.end, "{span:?}");
    }
    let traces: BTreeSet<String> = by_id.keys().map(|(trace, _)| trace.to_string()).collect();
    for job in run.jobs().filter(|it| it["ended"].is_object()) {
        assert!(traces.contains(job["trace_id"].as_str().unwrap()), "{job}");
        assert_eq!(job["trace_kept"], "whole");
    }
    for system in ["diffusion", "trung-dev", "metamock"] {
        assert!(common::run(system, 3).batch.spans.is_empty(), "{system} has no traces");
    }
}

#[test]
fn counters_count_what_the_lines_tell() {
    let told =
        |run: &Run, words: &str| run.batch.lines.iter().filter(|it| it.body.contains(words)).count() as f64;
    #[track_caller]
    fn near(counted: f64, told: f64) {
        // What happens between the last scrape and the end is told and not counted.
        assert!(
            told > 0.0 && counted <= told + 3.0 && told - counted <= 40.0,
            "counted {counted}, told {told}"
        );
    }
    let run = run("pixerase", 3);
    near(run.last("received_tasks_total", &[]), told(run, "Executing task"));
    near(run.last("success_tasks_total", &[]), told(run, "image processed"));
    near(run.last("found_errors_total", &[]), told(run, "Exception found"));
    near(run.last("fastapi_requests_total", &[("status_code", "500")]), told(run, "request failed"));
    let run = common::run("diffusion", 3);
    for (kind, words) in [
        ("task-received", "] received"),
        ("task-succeeded", "] succeeded in"),
        ("task-failed", "] raised unexpected"),
        ("task-retried", "] retry: Retry in"),
    ] {
        near(run.last("flower_events_total", &[("type", kind)]), told(run, words));
    }
    assert!(
        common::run("trung-dev", 3).batch.series.is_empty()
            && common::run("metamock", 3).batch.series.is_empty()
    );
}

#[test]
fn exemplars_name_traces_that_there_are() {
    let run = run("pixerase", 3);
    let traces: BTreeSet<_> = run.batch.spans.iter().map(|it| it.trace).collect();
    let exemplars: Vec<_> = run.batch.series.iter().flat_map(|it| &it.exemplars).collect();
    assert!(exemplars.len() > 500, "{}", exemplars.len());
    assert!(exemplars.iter().all(|it| traces.contains(&it.trace)));
}

#[test]
fn held_jobs_finish_when_they_are_released() {
    for system in SMALL {
        let mut model = demo::model::of(system, options(system, 3)).unwrap();
        model.advance(window().end);
        let id = |truth: &Value, purpose: &str| truth["crafted"][purpose][0]["job_id"].clone();
        let before = model.summary();
        let released = window().end + TimeDelta::from_secs(20);
        model.finish_held_at(released);
        model.advance(released + TimeDelta::from_secs(150));
        let after = model.summary();
        for purpose in ["running", "queued"] {
            assert_eq!(id(&before, purpose), id(&after, purpose), "{system}");
            let job = &after["crafted"][purpose][0];
            assert_eq!(job["state"], "done", "{system} {purpose}: {job}");
        }
        let ended: i64 = after["crafted"]["running"][0]["ended"]["ns"].as_str().unwrap().parse().unwrap();
        let late = domain::time::Timestamp::from_nanos(ended) - released;
        assert!(late >= TimeDelta::ZERO && late < TimeDelta::from_secs(60), "{system}: {late}");
    }
}
