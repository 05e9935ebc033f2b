//! Jobs as they go: whole, sampled out, in pieces, tried again, submitted again, running, stuck.

use super::*;
use crate::job::JobState;
use crate::testing::trace_id;

pub(super) const ALL: &[&str] =
    &[COMPLETE, SAMPLED_OUT, ORPHANS, RETRIED, RETRIED_APART, RESUBMITTED, SPANS_ONLY, RUNNING, QUEUED];

/// Spans and lines of every stage.
const COMPLETE: &str = "
    10:00:00.000 +50ms server orchestrator POST id=1 url=https://docs.example.org/a
    10:00:00.030 +10ms producer orchestrator apply_async/scrape_task id=2 parent=1 queue=scrape_jobs
    10:00:00.035 I orchestrator job_submitted trace=1 span=1 queue=scrape_jobs caller=service mode=async
    10:00:02.000 +3s consumer scraper run/scrape_task id=3 parent=2 stage=scrape state=SUCCESS version=8c1f2ab
    10:00:02.001 I scraper task_started trace=1 span=3 task_id=t1
    10:00:02.100 +2500ms client scraper GET id=4 parent=3
    10:00:04.900 I scraper scrape_completed trace=1 span=3 duration=2900ms
    10:00:04.910 +50ms client scraper POST id=5 parent=3
    10:00:04.920 +30ms server orchestrator complete id=6 parent=5 stage=scrape
    10:00:04.930 +5ms producer orchestrator apply_async/chunk_task id=7 parent=6 queue=chunk_jobs
    10:00:04.940 I orchestrator stage_callback stage=scrape status=done trace=1 span=6
    10:00:05.000 +1s consumer chunker run/chunk_task id=8 parent=7 stage=chunk state=SUCCESS
    10:00:05.950 +5ms producer orchestrator apply_async/embed_task id=9 parent=8 queue=embed_jobs
    10:00:09.000 +2s consumer embedder run/embed_task id=10 parent=9 stage=embed state=SUCCESS
    10:00:10.990 I orchestrator job_done
";

#[test]
fn complete_trace() {
    check(
        "10:30:00",
        COMPLETE,
        "
        done: “job_done” from orchestrator says that the job succeeded [line]
        submitted 10:00:00.035 by line, ended 10:00:11 by span
        scrape Done
          wait 10:00:00.04..10:00:02 scrape_jobs by span
          #1 10:00:02..10:00:05 Done by span
        chunk Done
          wait 10:00:04.935..10:00:05 chunk_jobs by span
          #1 10:00:05..10:00:06 Done by span
        embed Done
          wait 10:00:05.955..10:00:09 embed_jobs by span
          #1 10:00:09..10:00:11 Done by span
        Source: Drawn from 1 trace and 5 log lines.
        ",
    );
}

/// The same without its spans: the store threw the trace away.
const SAMPLED_OUT: &str = "
    not kept: 1
    10:00:00.035 I orchestrator job_submitted trace=1 queue=scrape_jobs
    10:00:02.001 I scraper task_started trace=1 task=scrape_task task_id=t1
    10:00:04.900 I scraper scrape_completed trace=1 duration=2900ms
    10:00:04.940 I orchestrator stage_callback stage=scrape status=done
    10:00:04.950 I orchestrator stage_queued stage=chunk queue=chunk_jobs
    10:00:05.001 I chunker task_started task=chunk_task task_id=t2
    10:00:05.980 I orchestrator stage_callback stage=chunk status=done
    10:00:09.001 I embedder task_started task=embed_task task_id=t3
    10:00:11.000 I embedder embed_completed stage=embed
";

#[test]
fn trace_sampled_out() {
    check(
        "10:30:00",
        SAMPLED_OUT,
        "
        done: “embed_completed” from embedder says that embed, the last stage, succeeded [line]
        submitted 10:00:00.035 by line, ended 10:00:11 by line
        scrape Done
          wait 10:00:00.035..10:00:02.001 scrape_jobs by line
          #1 10:00:02.001..10:00:04.9 Done by line
        chunk Done
          wait 10:00:04.95..10:00:05.001 chunk_jobs by line
          #1 10:00:05.001..10:00:05.98 Done by line
        embed Done
          wait 10:00:05.98..10:00:09.001 embed_jobs by inference
          #1 10:00:09.001..10:00:11 Done by line
        Source: Drawn from 9 log lines.
        Missing: Trace 01010101010101010101010101010101 was not kept: sampling keeps 15 % of the traces without errors; drawn from 9 log lines.
        ",
    );
}

/// Each host's collector decided for itself: the scraper's own span and all of the chunker's are gone.
const ORPHANS: &str = "
    partial: 1 live trace is larger than the limit
    10:00:00.000 +50ms server orchestrator POST id=1
    10:00:00.035 I orchestrator job_submitted trace=1 span=1
    10:00:02.100 +2500ms client scraper GET id=4 parent=3
    10:00:04.700 +100ms internal scraper parse id=11 parent=3
    10:00:05.001 I chunker task_started
    10:00:05.980 I chunker chunk_completed
    10:00:09.000 +2s consumer embedder run/embed_task id=10 parent=9 stage=embed state=SUCCESS
";

#[test]
fn partial_trace_with_orphan_spans() {
    check(
        "10:30:00",
        ORPHANS,
        "
        done: span “run/embed_task” of embedder says that embed, the last stage, succeeded [span]
        submitted 10:00:00.035 by line, ended 10:00:11 by span
        scrape Done
          wait 10:00:00.035..10:00:02.1 scrape_jobs by line
          #1 10:00:02.1..10:00:04.8 Done by span
        chunk Done
          wait 10:00:04.8..10:00:05.001 chunk_jobs by inference
          #1 10:00:05.001..10:00:05.98 Done by line
        embed Done
          wait 10:00:05.98..10:00:09 embed_jobs by inference
          #1 10:00:09..10:00:11 Done by span
        Source: Drawn from 1 trace and 3 log lines.
        Missing: A trace is not whole: live trace is larger than the limit.
        Missing: 3 spans have a parent that is not stored: drawn where their stage is.
        Missing: Spans of chunk are missing: drawn from log lines.
        ",
    );
}

/// Three attempts at the first stage; each is a span, and the retry is put into the queue from within.
const RETRIED: &str = "
    10:21:57.902 I orchestrator job_submitted queue=scrape_jobs mode=async url=https://docs.example.org/guide
    10:22:03.100 +6770ms consumer scraper run/scrape_task id=3 stage=scrape state=RETRY retries=0 task_id=t1
    10:22:03.114 I scraper task_started task=scrape_task task_id=t1
    10:22:09.860 +5ms producer scraper apply_async/scrape_task id=4 parent=3 task=scrape_task
    10:22:09.868 W scraper task_retrying task_id=t1 reason=\"403 Forbidden\" retries=1
    10:24:09.000 +8040ms consumer scraper run/scrape_task id=5 parent=4 stage=scrape state=RETRY retries=1 task_id=t1
    10:24:17.032 W scraper task_retrying task_id=t1 reason=\"403 Forbidden\" retries=2
    10:26:02.200 +7240ms consumer scraper run/scrape_task id=6 parent=5 stage=scrape state=FAILURE retries=2 task_id=t1
    10:26:09.438 E scraper scrape_failed failed_stage=scraping error_code=http_403 retries=3 task_id=t1
    10:26:09.688 E orchestrator stage_callback status=failed stage=scrape
";

#[test]
fn retries_are_attempts_with_a_reason_and_a_wait() {
    check(
        "10:30:00",
        RETRIED,
        "
        failed: “stage_callback” from orchestrator says that scrape failed [line]
        submitted 10:21:57.902 by line, ended 10:26:09.688 by line
        scrape Failed
          wait 10:21:57.902..10:22:03.1 scrape_jobs by line
          wait 10:22:09.87..10:24:09 scrape_jobs by span before a retry
          wait 10:24:17.04..10:26:02.2 scrape_jobs by inference before a retry
          #1 10:22:03.1..10:22:09.87 Retried by span “403 Forbidden”
          #2 10:24:09..10:24:17.04 Retried by span “403 Forbidden”
          #3 10:26:02.2..10:26:09.44 Failed by span “http_403”
        chunk Never
        embed Never
        failure in scrape at 10:26:09.44 by line code=“http_403”
        Source: Drawn from 1 trace and 6 log lines.
        ",
    );
}

/// The retry runs in a trace of its own: the message that was put back carries no parent.
const RETRIED_APART: &str = "
    10:21:57.902 I orchestrator job_submitted queue=scrape_jobs trace=1
    10:22:03.100 +6770ms consumer scraper run/scrape_task trace=1 id=1 stage=scrape state=RETRY retries=0 task_id=t1
    10:22:09.868 W scraper task_retrying task_id=t1 reason=\"403 Forbidden\" retries=1 trace=1
    10:24:09.000 +8040ms consumer scraper run/scrape_task trace=2 id=1 stage=scrape state=FAILURE retries=1 task_id=t1
    10:24:09.010 I scraper task_started task=scrape_task task_id=t1 trace=2
    10:24:17.038 E scraper scrape_failed failed_stage=scraping error_code=http_403 retries=1 task_id=t1 trace=2
    10:24:17.050 E orchestrator stage_callback stage=scrape status=failed trace=2
";

#[test]
fn a_retry_in_a_second_trace_is_one_more_attempt_of_the_same_job() {
    check(
        "10:30:00",
        RETRIED_APART,
        "
        failed: “stage_callback” from orchestrator says that scrape failed [line]
        submitted 10:21:57.902 by line, ended 10:24:17.05 by line
        scrape Failed
          wait 10:21:57.902..10:22:03.1 scrape_jobs by line
          wait 10:22:09.87..10:24:09 scrape_jobs by inference before a retry
          #1 10:22:03.1..10:22:09.87 Retried by span “403 Forbidden”
          #2 10:24:09..10:24:17.04 Failed by span “http_403”
        chunk Never
        embed Never
        failure in scrape at 10:24:17.04 by line code=“http_403”
        Source: Drawn from 2 traces and 5 log lines.
        ",
    );
    let system = pipeline();
    let evidence = evidence(&system, RETRIED_APART);
    let job = assemble(&system, &id(), &evidence, at("10:30:00"));
    assert_eq!((job.state, job.facts.attempts), (JobState::Failed, 2));
    assert_eq!(evidence.trace_ids(), [trace_id(1), trace_id(2)]);
}

/// Failed, then submitted again by hand: a second trace.
const RESUBMITTED: &str = "
    10:00:00.000 I orchestrator job_submitted trace=1
    10:00:01.000 +1s consumer scraper run/scrape_task trace=1 id=1 stage=scrape state=SUCCESS retries=0 task_id=a
    10:00:03.000 +1s consumer chunker run/chunk_task trace=1 id=2 stage=chunk state=FAILURE status=error:boom task_id=b
    10:00:04.100 E orchestrator job_failed failed_stage=chunk error_code=boom
    10:05:00.000 I orchestrator job_submitted trace=2
    10:05:01.000 +1s consumer scraper run/scrape_task trace=2 id=1 stage=scrape state=SUCCESS retries=0 task_id=c
    10:05:03.000 +1s consumer chunker run/chunk_task trace=2 id=2 stage=chunk state=SUCCESS task_id=d
    10:05:05.000 +1s consumer embedder run/embed_task trace=2 id=3 stage=embed state=SUCCESS task_id=e
";

#[test]
fn two_traces_of_one_job() {
    check(
        "10:30:00",
        RESUBMITTED,
        "
        done: span “run/embed_task” of embedder says that embed, the last stage, succeeded [span]
        submitted 10:00:00 by line, ended 10:05:06 by span
        scrape Done
          wait 10:00:00..10:00:01 scrape_jobs by line
          wait 10:05:00..10:05:01 scrape_jobs by line
          #1 10:00:01..10:00:02 Done by span
          #2 10:05:01..10:05:02 Done by span
        chunk Done
          wait 10:00:02..10:00:03 chunk_jobs by inference
          wait 10:05:02..10:05:03 chunk_jobs by inference
          #1 10:00:03..10:00:04 Failed by span “boom” “boom”
          #2 10:05:03..10:05:04 Done by span
        embed Done
          wait 10:05:04..10:05:05 embed_jobs by inference
          #1 10:05:05..10:05:06 Done by span
        Source: Drawn from 2 traces and 3 log lines.
        ",
    );
}

#[test]
fn resubmitted_and_not_begun() {
    let first_run: String =
        RESUBMITTED.lines().filter(|it| !it.contains("trace=2")).collect::<Vec<_>>().join("\n");
    check(
        "10:06:00",
        &format!("{first_run}\n10:05:00.000 I orchestrator job_submitted trace=2"),
        "
        queued: “job_submitted” from orchestrator says that it was submitted again, and no worker has begun [line]
        submitted 10:00:00 by line, ended -
        scrape Waiting
          wait 10:00:00..10:00:01 scrape_jobs by line
          wait 10:05:00..… scrape_jobs by line
          #1 10:00:01..10:00:02 Done by span
        chunk Failed
          wait 10:00:02..10:00:03 chunk_jobs by inference
          #1 10:00:03..10:00:04 Failed by span “boom” “boom”
        embed Never
        failure in chunk at 10:00:04 by line code=“boom” message=“boom”
        Source: Drawn from 1 trace and 3 log lines.
        ",
    );
}

/// No log store, or none of its lines.
const SPANS_ONLY: &str = "
    10:00:00.000 +50ms server orchestrator POST id=1
    10:00:00.030 +10ms producer orchestrator apply_async/scrape_task id=2 parent=1 queue=scrape_jobs
    10:00:02.000 +3s consumer scraper run/scrape_task id=3 parent=2 stage=scrape status=ok
    10:00:06.000 +1s consumer chunker run/chunk_task id=8 stage=chunk status=error exception=MemoryError exception_message=\"out of memory\"
";

#[test]
fn spans_without_logs() {
    check(
        "10:30:00",
        SPANS_ONLY,
        "
        failed: span “run/chunk_task” of chunker says that attempt 1 at chunk failed, and none followed [span]
        submitted 10:00:00 by span, ended 10:00:07 by span
        scrape Done
          wait 10:00:00.04..10:00:02 scrape_jobs by span
          #1 10:00:02..10:00:05 Done by span
        chunk Failed
          wait 10:00:05..10:00:06 chunk_jobs by inference
          #1 10:00:06..10:00:07 Failed by span “out of memory”
        embed Never
        failure in chunk at 10:00:07 by span message=“out of memory” exception=“MemoryError”
        Source: Drawn from 1 trace.
        Missing: No log lines were found: reasons and error codes may be missing.
        ",
    );
}

/// The worker's span comes only when it has ended, so a running attempt is known by its line.
const RUNNING: &str = "
    10:00:00.000 I orchestrator job_submitted
    10:00:01.000 I scraper task_started
    10:00:02.000 I scraper scrape_completed
    10:00:07.500 I chunker task_started
";

#[test]
fn still_running() {
    check(
        "10:00:09",
        RUNNING,
        "
        running: attempt 1 at chunk began and has not ended [line]
        submitted 10:00:00 by line, ended -
        scrape Done
          wait 10:00:00..10:00:01 scrape_jobs by line
          #1 10:00:01..10:00:02 Done by line
        chunk Running
          wait 10:00:02..10:00:07.5 chunk_jobs by inference
          #1 10:00:07.5..… Running by line
        embed Never
        Source: Drawn from 4 log lines.
        ",
    );
}

#[test]
fn a_span_of_work_that_goes_on_is_to_come_and_not_missing() {
    let scraped = "10:00:01.000 +1000ms consumer scraper run/scrape_task id=3 stage=scrape";
    check(
        "10:00:09",
        &format!("{RUNNING}\n{scraped}"),
        "
        running: attempt 1 at chunk began and has not ended [line]
        submitted 10:00:00 by line, ended -
        scrape Done
          wait 10:00:00..10:00:01 scrape_jobs by line
          #1 10:00:01..10:00:02 Done by span
        chunk Running
          wait 10:00:02..10:00:07.5 chunk_jobs by inference
          #1 10:00:07.5..… Running by line
        embed Never
        Source: Drawn from 1 trace and 4 log lines.
        Source: Spans of chunk come when the work has ended: drawn from log lines until then.
        ",
    );
}

#[test]
fn running_too_long_is_stuck() {
    check(
        "10:31:00",
        RUNNING,
        "
        stuck: attempt 1 at chunk began and has not ended; no sign of life for 30 min 53 s, more than 30 min [line]
        submitted 10:00:00 by line, ended -
        scrape Done
          wait 10:00:00..10:00:01 scrape_jobs by line
          #1 10:00:01..10:00:02 Done by line
        chunk Running
          wait 10:00:02..10:00:07.5 chunk_jobs by inference
          #1 10:00:07.5..… Running by line
        embed Never
        Source: Drawn from 4 log lines.
        ",
    );
}

#[test]
fn silence_of_a_source_that_cannot_be_asked_is_not_stuck() {
    check(
        "10:31:00",
        &format!("{RUNNING}\nunreachable: Tempo answers 502"),
        "
        unknown: attempt 1 at chunk began and has not ended; no sign of life for 30 min 53 s, more than 30 min, but Tempo could not be asked [line]
        submitted 10:00:00 by line, ended -
        scrape Done
          wait 10:00:00..10:00:01 scrape_jobs by line
          #1 10:00:01..10:00:02 Done by line
        chunk Running
          wait 10:00:02..10:00:07.5 chunk_jobs by inference
          #1 10:00:07.5..… Running by line
        embed Never
        Source: Drawn from 4 log lines.
        Missing: Tempo answers 502: what it knows of this job is not in the picture.
        ",
    );
}

const QUEUED: &str = "10:00:00.000 I orchestrator job_submitted queue=scrape_jobs";

#[test]
fn submitted_and_not_started() {
    let picture = "
        submitted 10:00:00 by line, ended -
        scrape Waiting
          wait 10:00:00..… scrape_jobs by line
        chunk Never
        embed Never
        Source: Drawn from 1 log line.
        ";
    let told = "“job_submitted” from orchestrator says that it was submitted, and no worker has begun";
    check("10:29:59", QUEUED, &format!("queued: {told} [line]\n{picture}"));
    let silent = "no sign of life for 30 min 1 s, more than 30 min";
    check("10:30:01", QUEUED, &format!("stuck: {told}; {silent} [line]\n{picture}"));
}

#[test]
fn between_two_stages() {
    check(
        "10:00:05",
        "
        10:00:00.000 I orchestrator job_submitted
        10:00:01.000 I scraper task_started
        10:00:02.000 I scraper scrape_completed
        ",
        "
        running: scrape succeeded, and nothing later has begun [line]
        submitted 10:00:00 by line, ended -
        scrape Done
          wait 10:00:00..10:00:01 scrape_jobs by line
          #1 10:00:01..10:00:02 Done by line
        chunk Waiting
          wait 10:00:02..… chunk_jobs by inference
        embed Never
        Source: Drawn from 3 log lines.
        ",
    );
}

#[test]
fn nothing_at_all() {
    check(
        "10:00:05",
        "",
        "
        unknown: nothing was found about it [-]
        submitted -, ended -
        scrape Never
        chunk Never
        embed Never
        Source: Nothing was found about this job.
        ",
    );
}

/// A request that hands in work is over when that begins; a step beside the pipeline that begins later is where the job is.
#[test]
fn how_far_a_job_came_is_told_by_the_pipeline_unless_it_went_on_beside_it() {
    let mut system = pipeline();
    system.stages.iter_mut().filter(|it| it.id.as_str() == "read").for_each(|it| it.in_pipeline = false);
    let reached = |text: &str| {
        let job = assemble(&system, &id(), &evidence(&system, text), at("10:30:00"));
        job.reached(&system).map(ToString::to_string)
    };
    let read = |clock: &str| format!("\n{clock} I embedder task_started stage=read");
    assert_eq!(reached(RUNNING).as_deref(), Some("chunk"));
    assert_eq!(reached(&format!("{RUNNING}{}", read("10:00:00.500"))).as_deref(), Some("chunk"));
    assert_eq!(reached(&format!("{RUNNING}{}", read("10:00:09"))).as_deref(), Some("read"));
    assert_eq!(reached(&read("10:00:09")).as_deref(), Some("read"));
    assert_eq!(reached("10:00:00 I orchestrator chatter"), None);
}
