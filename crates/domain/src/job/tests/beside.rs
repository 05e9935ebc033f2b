//! Stages beside the pipeline: they decide for a job that never enters it, and are where a part of a failed attempt failed.

use super::id;
use crate::job::{Job, JobState, assemble};
use crate::system::JobKind;
use crate::testing::{at, evidence, pipeline};

fn job(text: &str) -> Job {
    let system = pipeline();
    assemble(&system, &id(), &evidence(&system, text), at("10:10:00"))
}

#[track_caller]
fn check(text: &str, state: JobState, failed_stage: Option<&str>) {
    let job = job(text);
    let stage = job.failure.as_ref().and_then(|it| it.stage.as_ref()).map(|it| it.as_str());
    assert_eq!((job.state, stage), (state, failed_stage), "{}", job.because);
}

#[test]
fn a_request_that_never_enters_the_pipeline_is_decided_by_its_own_stage() {
    let span = "10:00:00 +40ms server embedder POST id=1 stage=read";
    check(&format!("{span} status=ok"), JobState::Done, None);
    check(&format!("{span} status=error:boom"), JobState::Failed, Some("read"));
    check("10:00:00 I embedder search_completed stage=read duration=40ms", JobState::Done, None);
    check("10:00:00 E embedder search_failed stage=read", JobState::Failed, Some("read"));
}

#[test]
fn what_never_enters_the_pipeline_does_not_lack_its_stages() {
    let stages = |text| job(text).stages.iter().map(|it| it.stage.to_string()).collect::<Vec<_>>();
    assert_eq!(stages("10:00:00 +40ms server embedder POST id=1 stage=read"), ["read"]);
    assert_eq!(stages("10:00:00 I scraper task_started").first().map(String::as_str), Some("scrape"));
    assert_eq!(stages("10:00:00 I gateway request_seen").len(), 3, "where it went is not known");
}

#[test]
fn a_line_that_tells_of_an_end_alone_says_when_that_began() {
    let job = job("10:00:05 I embedder search_completed stage=read duration=4s");
    assert_eq!(job.submitted.map(|it| it.at), Some(at("10:00:01")));
    assert_eq!(job.total(at("10:10:00")), Some(crate::time::TimeDelta::from_secs(4)));
}

#[test]
fn a_stage_beside_decides_nothing_once_the_pipeline_is_entered() {
    for entered in [
        "10:00:01 I orchestrator job_submitted",
        "10:00:01 I orchestrator stage_queued stage=chunk",
        "10:00:01 +5ms producer orchestrator apply id=9 queue=scrape_jobs",
    ] {
        check(&format!("10:00:00 I embedder search_completed stage=read\n{entered}"), JobState::Queued, None);
    }
    check(
        "10:00:00 E embedder search_failed stage=read\n10:00:01 I scraper task_started",
        JobState::Running,
        None,
    );
}

#[test]
fn the_part_of_an_attempt_that_failed_is_where_the_job_failed() {
    let attempt = |inner: &str| {
        format!(
            "10:00:00 I embedder task_started stage=embed\n{inner}\n10:00:09 E embedder embed_failed stage=embed error=boom"
        )
    };
    check(
        &attempt("10:00:08.900 E embedder search_failed stage=read error=inner"),
        JobState::Failed,
        Some("read"),
    );
    check(&attempt("10:00:08.900 I embedder search_completed stage=read"), JobState::Failed, Some("embed"));
    // What failed before the attempt began is no part of it.
    let before = format!("09:59:00 E embedder search_failed stage=read\n{}", attempt(""));
    check(&before, JobState::Failed, Some("embed"));
    let told = job(&attempt("10:00:08.900 E embedder search_failed stage=read error=inner error_code=x1"));
    let failure = told.failure.unwrap();
    assert_eq!((failure.message.as_deref(), failure.code.as_deref()), (Some("boom"), Some("x1")));
}

/// Some instrumentations give a reason to try again for every failed attempt, also for the last one.
#[test]
fn a_mere_reason_to_try_again_is_outweighed_by_a_word_that_the_stage_failed() {
    let tried = "
        10:00:00 +2s consumer scraper execute id=2 stage=scrape retry.reason=slow
        10:00:03 +2s consumer scraper execute id=3 stage=scrape retry.reason=slow";
    let last = "10:00:05.001 E scraper scrape_failed trace=1 span=3 stage=scrape";
    check(tried, JobState::Running, Some("scrape"));
    check(&format!("{tried}\n{last}"), JobState::Failed, Some("scrape"));
    let told = job(&format!("{tried}\n{last}"));
    assert_eq!(told.facts.attempts, 2);
    // Where the state says outright that it is tried again, a line inside the attempt knows less.
    let state = "10:00:00 +2s consumer scraper run id=2 stage=scrape state=RETRY retry.reason=slow";
    let line = "10:00:01.999 E scraper scrape_failed trace=1 span=2 stage=scrape";
    check(&format!("{state}\n{line}"), JobState::Running, Some("scrape"));
}

#[test]
fn kinds_are_known_by_task_and_by_stage_as_well() {
    let mut system = pipeline();
    let kind = |task: &str, stage: Option<&str>, title: &str| JobKind {
        tasks: if task.is_empty() { Vec::new() } else { vec![task.to_owned()] },
        stage: stage.map(Into::into),
        title: title.to_owned(),
        ..JobKind::default()
    };
    system.jobs.kinds = vec![
        kind("scrape_task", None, "Crawl"),
        kind("", Some("embed"), "Embedding"),
        kind("", Some("read"), "Request"),
    ];
    for (text, expected) in [
        ("10:00:00 I scraper task_started task=scrape_task", Some("Crawl")),
        ("10:00:00 +1s consumer scraper run id=1 task=scrape_task", Some("Crawl")),
        (
            "10:00:00 I embedder task_started stage=embed\n10:00:00 I embedder search_completed stage=read",
            Some("Embedding"),
        ),
        ("10:00:00 I embedder search_completed stage=read", Some("Request")),
        ("10:00:00 I scraper task_started task=other", None),
    ] {
        let job = assemble(&system, &id(), &evidence(&system, text), at("10:10:00"));
        assert_eq!(job.facts.kind.as_deref(), expected, "{text}");
    }
}
