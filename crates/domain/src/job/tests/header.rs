//! What the header says beside the state: facts, the length of the whole, and which piece tells of the failure.

use super::id;
use crate::job::{Facts, Job, JobState, NoteKind, Origin, assemble};
use crate::testing::{at, evidence, pipeline};
use crate::time::TimeDelta;

fn job(name: &str, now: &str, text: &str) -> Job {
    let system = pipeline();
    assemble(&system, &name.into(), &evidence(&system, text), at(now))
}

#[test]
fn facts_come_from_the_best_piece_that_has_them() {
    let job = job(
        "bulk-7",
        "10:30:00",
        "
        10:00:00.000 I gateway access url=/jobs request_id=7e1b09c2
        10:00:00.100 I orchestrator job_submitted caller=service mode=async user=u-1 version=o1
        10:00:10.000 I scraper task_started url=https://docs.example.org/guide version=s1
        10:00:12.000 I scraper scrape_completed
        10:00:13.000 I orchestrator stage_queued stage=chunk queue=chunk_jobs
        10:00:20.000 I chunker task_started version=c1
        10:00:21.000 W chunker task_retrying
        10:00:30.000 I chunker task_started version=c2
        10:00:31.000 E chunker chunk_failed
        10:00:31.200 E orchestrator stage_callback stage=chunk status=failed version=o1
        ",
    );
    let text = |it: &str| Some(it.to_owned());
    assert_eq!(
        job.facts,
        Facts {
            attributes: Vec::new(),
            kind: text("bulk"),
            url: text("https://docs.example.org/guide"),
            version: text("c2"),
            versions: vec![("scrape".into(), "s1".to_owned()), ("chunk".into(), "c2".to_owned())],
            caller: text("service"),
            user: text("u-1"),
            mode: text("async"),
            request_id: text("7e1b09c2"),
            in_queues: TimeDelta::from_millis(9_900 + 7_000),
            between_attempts: TimeDelta::from_secs(9),
            attempts: 2,
        }
    );
    assert_eq!(job.total(at("10:30:00")), Some(TimeDelta::from_millis(31_100)));
}

#[test]
fn facts_of_spans_serve_where_no_line_has_them() {
    let job = job(
        "j1",
        "10:30:00",
        "
        10:00:00 +1s consumer scraper run id=1 stage=scrape state=SUCCESS url=https://a.example.org caller=user version=s1
        10:00:02 +1s consumer chunker run id=2 stage=chunk state=SUCCESS version=c1
        ",
    );
    assert_eq!(job.facts.url.as_deref(), Some("https://a.example.org"));
    assert_eq!(job.facts.caller.as_deref(), Some("user"));
    assert_eq!(job.facts.version.as_deref(), Some("c1"), "of the last service that worked");
    assert_eq!(job.facts.kind, None);
}

#[test]
fn what_the_system_file_names_is_told_of_lines_and_else_of_spans() {
    let told = |text: &str| job("j1", "10:30:00", text).facts.attributes;
    let lines = "
        10:00:00 I orchestrator job_submitted
        10:00:01 I scraper task_started site=docs
        ";
    let span = "10:00:01 +1s consumer scraper run id=1 stage=scrape site.name=shop";
    assert_eq!(told(lines), [("site".into(), "docs".to_owned())]);
    assert_eq!(told(span), [("site".into(), "shop".to_owned())]);
    assert_eq!(told(&format!("{lines}{span}")), [("site".into(), "docs".to_owned())]);
    assert_eq!(told("10:00:00 I orchestrator job_submitted site="), []);
}

#[test]
fn waits_that_overlap_count_once_and_open_ones_up_to_now() {
    let twice = "
        10:00:00 I orchestrator stage_queued stage=scrape
        10:00:05 I orchestrator stage_queued stage=chunk
        10:00:10 I scraper task_started
        10:00:20 I chunker task_started
        ";
    assert_eq!(job("j1", "10:00:30", twice).facts.in_queues, TimeDelta::from_secs(20));
    let open = "10:00:00 I orchestrator job_submitted";
    assert_eq!(job("j1", "10:00:30", open).facts.in_queues, TimeDelta::from_secs(30));
    assert_eq!(job("j1", "10:00:30", open).total(at("10:00:30")), Some(TimeDelta::from_secs(30)));
}

#[test]
fn a_job_of_which_nobody_knows_how_it_stands_lasted_until_the_last_sign_of_it() {
    let job = job("j1", "11:00:00", "10:00:00 I scraper looked_around\n10:00:40 I scraper looked_again");
    assert_eq!(job.state, JobState::Unknown);
    assert_eq!(job.total(at("11:00:00")), Some(TimeDelta::from_secs(40)));
}

#[test]
fn the_failure_is_told_by_the_line_that_knows_most() {
    let system = pipeline();
    let evidence = evidence(
        &system,
        "
        10:00:00 I scraper task_started
        10:00:05 E scraper scrape_failed error_code=E7
        10:00:06 E orchestrator stage_callback stage=scrape status=failed
        10:00:07 E orchestrator job_failed error=\"the crawl is over\"
        ",
    );
    let failure = assemble(&system, &id(), &evidence, at("10:01:00")).failure.unwrap();
    let told_by = evidence.lines.iter().find(|it| failure.from == Origin::Line(it.key)).unwrap();
    assert_eq!(told_by.message, "scrape_failed");
    assert_eq!(failure.code.as_deref(), Some("E7"));
    assert_eq!(failure.message.as_deref(), Some("the crawl is over"), "the job's own word completes it");
}

#[test]
fn a_trace_that_is_not_kept_has_its_reason() {
    let why = |text: &str, now: &str| {
        let notes = job("j1", now, &format!("not kept: 1\n{text}")).notes;
        notes.into_iter().find(|it| it.kind == NoteKind::Missing).unwrap().text
    };
    let not_kept = "Trace 01010101010101010101010101010101 was not kept: sampling keeps 15 % of the traces without errors";
    assert_eq!(
        why("10:00:00 E orchestrator job_failed", "10:01:00"),
        format!("{not_kept}, and may have decided before the error came; drawn from 1 log line.")
    );
    assert_eq!(
        why("10:00:00 I scraper task_started", "10:01:00"),
        format!("{not_kept}, and this one may not be there yet; drawn from 1 log line.")
    );
    assert_eq!(
        why("10:00:00 I orchestrator job_done", "10:01:00"),
        format!("{not_kept}; drawn from 1 log line.")
    );
}
