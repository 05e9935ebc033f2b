//! What a real Celery tells, in the order and at the distances in which one told it: receipts long before the start,
//! retries that are put off, a worker that is killed and its task given out again, a broker that does not answer.

use super::check;

pub(super) const ALL: &[&str] = &[PUT_OFF, GIVEN_OUT_AGAIN, NO_BROKER];

/// Each retry is received at once, before the attempt in hand has said that it will be tried again, and held back.
const PUT_OFF: &str = "
    10:00:32.846 +1ms producer orchestrator apply_async/app.scrape_task id=1 task=app.scrape_task queue=scrape_jobs
    10:00:32.949 I scraper task_received task_id=t
    10:00:32.952 +116ms consumer scraper run/app.scrape_task id=2 parent=1 task=app.scrape_task task_id=t state=RETRY
    10:00:32.953 I scraper \"fetching\" task_id=t trace=1 span=2
    10:00:33.057 +7ms producer scraper apply_async/app.scrape_task id=3 parent=2 task=app.scrape_task
    10:00:33.062 I scraper task_received task_id=t
    10:00:33.068 I scraper task_retrying task_id=t trace=1 span=2 reason=\"Retry in 20s: 403 Forbidden\"
    10:00:53.058 +44ms consumer scraper run/app.scrape_task id=4 parent=3 task=app.scrape_task task_id=t state=RETRY retries=1 eta=2026-03-14T10:00:53.055887+00:00
    10:00:53.060 I scraper \"fetching\" task_id=t trace=1 span=4
    10:00:53.099 I scraper task_received task_id=t
    10:00:53.101 I scraper task_retrying task_id=t trace=1 span=4 reason=\"Retry in 40s: 403 Forbidden\"
    10:00:53.090 +2ms producer scraper apply_async/app.scrape_task id=6 parent=4 task=app.scrape_task
    10:01:33.092 +35ms consumer scraper run/app.scrape_task id=5 parent=6 task=app.scrape_task task_id=t state=FAILURE retries=2 eta=2026-03-14T10:01:33.089904+00:00 status=error:403
    10:01:33.094 I scraper \"fetching\" task_id=t trace=1 span=5
    10:01:33.122 E scraper scrape_failed task_id=t trace=1 span=5 error=\"403 Forbidden\"
";

#[test]
fn retries_that_are_received_before_their_time() {
    check(
        "10:02:00",
        PUT_OFF,
        "
        failed: “scrape_failed” from scraper says that scrape failed [line]
        submitted 10:00:32.846 by span, ended 10:01:33.127 by line
        scrape Failed
          wait 10:00:32.847..10:00:32.952 scrape_jobs by span
          wait 10:00:33.068..10:00:53.058 scrape_jobs by span put off until 10:00:53.055 before a retry
          wait 10:00:53.102..10:01:33.092 scrape_jobs by span put off until 10:01:33.089 before a retry
          #1 10:00:32.952..10:00:33.068 Retried by span “Retry in 20s: 403 Forbidden”
          #2 10:00:53.058..10:00:53.102 Retried by span “Retry in 40s: 403 Forbidden”
          #3 10:01:33.092..10:01:33.127 Failed by span “403”
        chunk Never
        embed Never
        failure in scrape at 10:01:33.127 by line message=“403”
        Source: Drawn from 1 trace and 9 log lines.
        ",
    );
}

fn without_spans(text: &str) -> String {
    text.lines().filter(|it| !it.contains(" +")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_same_without_a_trace() {
    check(
        "10:02:00",
        &without_spans(PUT_OFF),
        "
        failed: “scrape_failed” from scraper says that scrape failed [line]
        submitted 10:00:32.949 by line, ended 10:01:33.122 by line
        scrape Failed
          wait 10:00:33.068..10:00:53.06 scrape_jobs by inference before a retry
          wait 10:00:53.101..10:01:33.094 scrape_jobs by inference before a retry
          #1 10:00:32.949..10:00:33.068 Retried by line “Retry in 20s: 403 Forbidden”
          #2 10:00:53.06..10:00:53.101 Retried by line “Retry in 40s: 403 Forbidden”
          #3 10:01:33.094..10:01:33.122 Failed by line “403 Forbidden”
        chunk Never
        embed Never
        failure in scrape at 10:01:33.122 by line message=“403 Forbidden”
        Source: Drawn from 9 log lines.
        ",
    );
}

#[test]
fn a_retry_that_is_held_back_has_not_begun() {
    check(
        "10:00:40",
        "
        10:00:32.949 I scraper task_received task_id=t
        10:00:33.062 I scraper task_received task_id=t
        10:00:33.068 I scraper task_retrying task_id=t reason=busy
        ",
        "
        running: attempt 1 at scrape failed and will be tried again [line]
        submitted 10:00:32.949 by line, ended -
        scrape Retrying
          wait 10:00:33.068..… scrape_jobs by inference before a retry
          #1 10:00:32.949..10:00:33.068 Retried by line “busy”
        chunk Never
        embed Never
        failure in scrape at 10:00:33.068 by line message=“busy”
        Source: Drawn from 3 log lines.
        ",
    );
}

/// Received while all processes were busy: the end says how long the work itself took.
#[test]
fn a_task_that_was_received_and_waited_began_later() {
    check(
        "10:01:00",
        "
        10:00:00.000 I scraper task_received task_id=t
        10:00:30.000 I scraper scrape_completed task_id=t duration=4s
        ",
        "
        running: scrape succeeded, and nothing later has begun [line]
        submitted 10:00:00 by line, ended -
        scrape Done
          #1 10:00:26..10:00:30 Done by line
        chunk Waiting
          wait 10:00:30..… chunk_jobs by inference
        embed Never
        Source: Drawn from 2 log lines.
        ",
    );
}

/// SIGKILL in the middle: the span of the attempt is never sent, parts of it were, and the task comes again.
const GIVEN_OUT_AGAIN: &str = "
    10:00:19.697 +1ms producer chunker apply_async/embed_task id=1 task=embed_task queue=embed_jobs
    10:00:19.698 I embedder task_received task_id=t stage=embed
    10:00:19.702 +500ms internal embedder sheet id=3 parent=2 stage=embed
    10:00:21.703 +500ms internal embedder sheet id=4 parent=2 stage=embed
    10:00:22.864 I embedder task_received task_id=t stage=embed
    10:00:22.921 +6s consumer embedder run/embed_task id=5 parent=1 task=embed_task task_id=t state=SUCCESS
    10:00:22.927 +500ms internal embedder sheet id=6 parent=5
    10:00:28.934 I embedder embed_completed task_id=t trace=1 span=5 duration=6s stage=embed
";

#[test]
fn a_killed_worker_is_an_attempt_without_an_end() {
    check(
        "10:01:00",
        GIVEN_OUT_AGAIN,
        "
        done: “embed_completed” from embedder says that embed, the last stage, succeeded [line]
        submitted 10:00:19.697 by span, ended 10:00:28.934 by line
        scrape Never
        chunk Never
        embed Done
          #1 10:00:19.698..… Unknown by line
          #2 10:00:22.921..10:00:28.921 Done by span
        Source: Drawn from 1 trace and 3 log lines.
        Missing: 2 spans have a parent that is not stored: drawn where their stage is.
        Missing: Spans of embed are missing: drawn from log lines.
        Missing: The job succeeded, but nothing was found of scrape and chunk.
        Doubt: Attempt 1 at embed did not end, and its task was begun again: its worker was killed, or lost the broker.
        ",
    );
}

#[test]
fn a_killed_worker_in_lines_alone() {
    check(
        "10:01:00",
        "
        10:00:19.000 I chunker task_received task_id=c
        10:00:19.698 I embedder task_received task_id=t stage=embed
        10:00:19.701 I chunker chunk_completed task_id=c duration=500ms
        10:00:22.864 I embedder task_received task_id=t stage=embed
        10:00:28.934 I embedder embed_completed task_id=t duration=6s stage=embed
        ",
        "
        done: “embed_completed” from embedder says that embed, the last stage, succeeded [line]
        submitted 10:00:19 by line, ended 10:00:28.934 by line
        scrape Never
        chunk Done
          #1 10:00:19.201..10:00:19.701 Done by line
        embed Done
          #1 10:00:19.698..… Unknown by line
          #2 10:00:22.934..10:00:28.934 Done by line
        Source: Drawn from 5 log lines.
        Missing: The job succeeded, but nothing was found of scrape.
        Doubt: Attempt 1 at embed did not end, and its task was begun again: its worker was killed, or lost the broker.
        ",
    );
}

/// The broker does not answer for a while: who puts work into a queue waits, and so does the work.
const NO_BROKER: &str = "
    10:00:35.506 +18s server orchestrator POST id=1
    10:00:35.507 I orchestrator job_submitted trace=1 span=1
    10:00:35.508 +17989ms producer orchestrator apply_async/scrape_task id=2 parent=1 task=scrape_task queue=scrape_jobs
    10:00:53.505 I scraper task_received task_id=t
    10:00:53.511 +37ms consumer scraper run/scrape_task id=3 parent=2 task=scrape_task task_id=t state=SUCCESS
";

#[test]
fn work_that_waits_for_the_broker_waits() {
    check(
        "10:01:00",
        NO_BROKER,
        "
        running: scrape succeeded, and nothing later has begun [span]
        submitted 10:00:35.507 by line, ended -
        scrape Done
          wait 10:00:35.508..10:00:53.511 scrape_jobs by span
          #1 10:00:53.511..10:00:53.548 Done by span
        chunk Waiting
          wait 10:00:53.548..… chunk_jobs by inference
        embed Never
        Source: Drawn from 1 trace and 2 log lines.
        Doubt: orchestrator took 18 s for putting work into scrape_jobs: the broker was slow to answer.
        ",
    );
}

#[test]
fn what_is_queued_beside_the_pipeline_begins_no_job_anew() {
    check(
        "10:01:00",
        "
        10:00:01.000 +1s consumer embedder run/embed_task id=1 task=embed_task state=SUCCESS
        10:00:02.500 +1ms producer embedder apply_async/reading id=2 parent=1 task=reading
        ",
        "
        done: span “run/embed_task” of embedder says that embed, the last stage, succeeded [span]
        submitted 10:00:01 by span, ended 10:00:02 by span
        scrape Never
        chunk Never
        embed Done
          #1 10:00:01..10:00:02 Done by span
        Source: Drawn from 1 trace.
        Missing: No log lines were found: reasons and error codes may be missing.
        Missing: The job succeeded, but nothing was found of scrape and chunk.
        ",
    );
}
