//! Jobs in trouble: each stage failing, clocks that disagree, equal times, lost workers, words that contradict.

use super::check;

pub(super) const ALL: &[&str] = &[SKEWED, TIED, KILLED];

/// A failure in one stage, told by the worker and by the callback.
#[track_caller]
fn check_failed_in(stage: &str, before: &str, expected_before: &str, expected_after: &str) {
    let (service, task) = match stage {
        "scrape" => ("scraper", "scrape_task"),
        "chunk" => ("chunker", "chunk_task"),
        _ => ("embedder", "embed_task"),
    };
    let text = format!(
        "{before}
        10:01:00.000 I {service} task_started task={task}
        10:01:05.000 E {service} {stage}_failed failed_stage={stage} error_code=E7 error=\"no luck\" exception=Unlucky
        10:01:05.200 E orchestrator stage_callback stage={stage} status=failed"
    );
    check(
        "10:02:00",
        &text,
        &format!(
            "failed: “stage_callback” from orchestrator says that {stage} failed [line]
            {expected_before}
            #1 10:01:00..10:01:05 Failed by line “E7” “no luck”
            {expected_after}
            failure in {stage} at 10:01:05 by line code=“E7” message=“no luck” exception=“Unlucky”
            Source: Drawn from {} log lines.",
            text.lines().filter(|it| it.contains("10:0")).count()
        ),
    );
}

#[test]
fn failed_in_each_stage() {
    check_failed_in(
        "scrape",
        "",
        "submitted 10:01:00 by line, ended 10:01:05.2 by line\nscrape Failed",
        "chunk Never\nembed Never",
    );
    check_failed_in(
        "chunk",
        "10:00:00.000 I scraper task_started\n10:00:03.000 I scraper scrape_completed",
        "submitted 10:00:00 by line, ended 10:01:05.2 by line
        scrape Done\n#1 10:00:00..10:00:03 Done by line
        chunk Failed\nwait 10:00:03..10:01:00 chunk_jobs by inference",
        "embed Never",
    );
    check_failed_in(
        "embed",
        "10:00:00.000 I chunker task_started\n10:00:03.000 I chunker chunk_completed",
        "submitted 10:00:00 by line, ended 10:01:05.2 by line
        scrape Never
        chunk Done\n#1 10:00:00..10:00:03 Done by line
        embed Failed\nwait 10:00:03..10:01:00 embed_jobs by inference",
        "",
    );
}

/// The scraper's clock is two seconds behind the orchestrator's.
const SKEWED: &str = "
    10:00:10.000 +50ms server orchestrator POST id=1
    10:00:10.030 +10ms producer orchestrator apply_async/scrape_task id=2 parent=1 queue=scrape_jobs
    10:00:08.100 +3s consumer scraper run/scrape_task id=3 parent=2 stage=scrape state=SUCCESS
    10:00:08.101 I scraper task_started trace=1 span=3
    10:00:13.200 I orchestrator stage_callback stage=scrape status=done
    10:00:13.210 +5ms producer orchestrator apply_async/chunk_task id=4 parent=3 queue=chunk_jobs
    10:00:14.000 +1s consumer chunker run/chunk_task id=5 parent=4 stage=chunk state=SUCCESS
";

#[test]
fn clocks_that_disagree() {
    check(
        "10:01:00",
        SKEWED,
        "
        running: chunk succeeded, and nothing later has begun [span]
        submitted 10:00:08.1 by span, ended -
        scrape Done
          #1 10:00:08.1..10:00:11.1 Done by span
        chunk Done
          wait 10:00:13.215..10:00:14 chunk_jobs by span
          #1 10:00:14..10:00:15 Done by span
        embed Waiting
          wait 10:00:15..… embed_jobs by inference
        Source: Drawn from 1 trace and 2 log lines.
        Doubt: Clocks disagree: scraper is at least 1.93 s behind orchestrator, so waits between them are not drawn.
        ",
    );
}

#[test]
fn clocks_that_disagree_in_lines_alone() {
    check(
        "10:01:00",
        "
        10:00:10.000 I orchestrator job_submitted
        10:00:08.100 I scraper task_started
        10:00:08.900 I orchestrator stage_callback stage=scrape status=failed
        ",
        "
        failed: “stage_callback” from orchestrator says that scrape failed [line]
        submitted 10:00:10 by line, ended 10:00:08.9 by line
        scrape Failed
          #1 10:00:08.1..10:00:08.9 Failed by line
        chunk Never
        embed Never
        failure in scrape at 10:00:08.9 by line
        Source: Drawn from 3 log lines.
        Doubt: Clocks disagree: scraper is at least 1.9 s behind orchestrator, so waits between them are not drawn.
        ",
    );
}

/// A logger that writes whole seconds: an attempt ends and the next begins at one time.
const TIED: &str = "
    10:00:00 I orchestrator job_submitted
    10:00:00 I scraper task_started task_id=t
    10:00:03 I scraper task_started task_id=t
    10:00:03 W scraper task_retrying task_id=t reason=busy
    10:00:05 I scraper scrape_completed
    10:00:05 I orchestrator stage_queued stage=chunk queue=chunk_jobs
    10:00:05 I chunker task_started
    10:00:05 I chunker chunk_completed
";

#[test]
fn equal_times() {
    check(
        "10:00:06",
        TIED,
        "
        running: chunk succeeded, and nothing later has begun [line]
        submitted 10:00:00 by line, ended -
        scrape Done
          #1 10:00:00..10:00:03 Retried by line “busy”
          #2 10:00:03..10:00:05 Done by line
        chunk Done
          #1 10:00:05..10:00:05 Done by line
        embed Waiting
          wait 10:00:05..… embed_jobs by inference
        Source: Drawn from 8 log lines.
        ",
    );
}

/// The worker was killed; the broker gave the task to another.
const KILLED: &str = "
    10:00:00.000 I chunker task_started task_id=t
    10:00:04.000 I chunker \"splitting 9000 pages\"
    10:07:00.000 I chunker task_started task_id=t
    10:07:04.000 I chunker \"splitting 9000 pages\"
";

#[test]
fn a_lost_worker_is_no_failure() {
    check(
        "10:08:00",
        KILLED,
        "
        running: attempt 2 at chunk began and has not ended [line]
        submitted 10:00:00 by line, ended -
        scrape Never
        chunk Running
          #1 10:00:00..… Unknown by line
          #2 10:07:00..… Running by line
        embed Never
        Source: Drawn from 4 log lines.
        Doubt: Attempt 1 at chunk did not end, and its task was begun again: its worker was killed, or lost the broker.
        ",
    );
}

#[test]
fn retries_known_by_their_end_alone() {
    check(
        "10:30:00",
        "
        10:22:03.114 I scraper task_started
        10:22:09.870 W scraper task_retrying reason=\"403 Forbidden\" retries=1
        10:24:17.032 W scraper task_retrying reason=\"403 Forbidden\" retries=2 duration=8s
        10:26:09.441 E scraper scrape_failed failed_stage=scraping error_code=http_403 retries=3
        10:26:09.688 E orchestrator stage_callback status=failed stage=scrape
        ",
        "
        failed: “stage_callback” from orchestrator says that scrape failed [line]
        submitted 10:22:03.114 by line, ended 10:26:09.688 by line
        scrape Failed
          wait 10:22:09.87..10:24:09.032 scrape_jobs by inference before a retry
          wait 10:24:17.032..10:26:09.441 scrape_jobs by inference before a retry
          #1 10:22:03.114..10:22:09.87 Retried by line “403 Forbidden”
          #2 10:24:09.032..10:24:17.032 Retried by line “403 Forbidden”
          #3 10:26:09.441..10:26:09.441 Failed by line “http_403”
        chunk Never
        embed Never
        failure in scrape at 10:26:09.441 by line code=“http_403”
        Source: Drawn from 5 log lines.
        ",
    );
}

#[test]
fn a_failure_that_is_tried_again_is_no_end() {
    let begun = "
        10:00:00.000 I scraper task_started
        10:00:05.000 E scraper task_failed error=\"connection reset\"
    ";
    check(
        "10:00:06",
        begun,
        "
        failed: “task_failed” from scraper says that attempt 1 at scrape failed, and none followed [line]
        submitted 10:00:00 by line, ended 10:00:05 by line
        scrape Failed
          #1 10:00:00..10:00:05 Failed by line “connection reset”
        chunk Never
        embed Never
        failure in scrape at 10:00:05 by line message=“connection reset”
        Source: Drawn from 2 log lines.
        ",
    );
    check(
        "10:00:06",
        &format!("{begun}\n10:00:05.010 W scraper task_retrying reason=\"connection reset\""),
        "
        running: attempt 1 at scrape failed and will be tried again [line]
        submitted 10:00:00 by line, ended -
        scrape Retrying
          wait 10:00:05..… scrape_jobs by inference before a retry
          #1 10:00:00..10:00:05 Retried by line “connection reset”
        chunk Never
        embed Never
        failure in scrape at 10:00:05 by line message=“connection reset”
        Source: Drawn from 3 log lines.
        ",
    );
    check(
        "10:00:20",
        &format!("{begun}\n10:00:15.000 I scraper task_started"),
        "
        running: attempt 2 at scrape began and has not ended [line]
        submitted 10:00:00 by line, ended -
        scrape Running
          wait 10:00:05..10:00:15 scrape_jobs by inference before a retry
          #1 10:00:00..10:00:05 Retried by line “connection reset”
          #2 10:00:15..… Running by line
        chunk Never
        embed Never
        Source: Drawn from 3 log lines.
        ",
    );
}

#[test]
fn success_after_failure_is_success() {
    check(
        "10:01:00",
        "
        10:00:00.000 I embedder task_started stage=embed
        10:00:05.000 E orchestrator job_failed failed_stage=embed error=timeout
        10:00:30.000 I embedder task_started stage=embed
        10:00:40.000 I orchestrator job_done
        ",
        "
        done: “job_done” from orchestrator says that the job succeeded [line]
        submitted 10:00:00 by line, ended 10:00:40 by line
        scrape Never
        chunk Never
        embed Done
          wait 10:00:05..10:00:30 embed_jobs by inference
          #1 10:00:00..10:00:05 Failed by line “timeout”
          #2 10:00:30..10:00:40 Done by line
        Source: Drawn from 4 log lines.
        Missing: The job succeeded, but nothing was found of scrape and chunk.
        ",
    );
}

#[test]
fn lines_without_events_show_that_a_stage_was_reached() {
    check(
        "10:01:00",
        "
        10:00:01.000 I scraper \"fetching page 1\"
        10:00:02.000 I scraper \"fetching page 2\"
        10:00:03.000 I chunker \"splitting\"
        10:00:03.500 I orchestrator \"GET /jobs/j1\"
        ",
        "
        unknown: chunk was reached, and nothing says how it ended [line]
        submitted 10:00:01 by line, ended -
        scrape Done
          #1 10:00:01..10:00:03 Done by line
        chunk Unknown
          #1 10:00:03..… Unknown by line
        embed Never
        Source: Drawn from 4 log lines.
        ",
    );
}

#[test]
fn task_ids_join_lines_that_do_not_name_their_stage() {
    check(
        "10:01:00",
        "
        10:00:01.000 I embedder task_started task=embed_task task_id=t9
        10:00:02.000 E embedder task_failed task_id=t9 error=\"model is gone\" exception=ModelError
        10:00:02.100 E orchestrator job_failed
        ",
        "
        failed: “job_failed” from orchestrator says that the job failed [line]
        submitted 10:00:01 by line, ended 10:00:02.1 by line
        scrape Never
        chunk Never
        embed Failed
          #1 10:00:01..10:00:02 Failed by line “model is gone”
        failure in embed at 10:00:02 by line message=“model is gone” exception=“ModelError”
        Source: Drawn from 3 log lines.
        ",
    );
}

#[test]
fn evidence_of_other_jobs_is_left_out() {
    check(
        "10:01:00",
        "
        10:00:00.000 I orchestrator job_submitted job=j1
        10:00:01.000 I scraper task_started job=j2
        10:00:01.000 +1s consumer scraper run/scrape_task id=1 stage=scrape job=j2
        10:00:01.100 +1ms client scraper GET id=2 parent=1
        10:00:02.000 E orchestrator job_failed job=j2
        ",
        "
        queued: “job_submitted” from orchestrator says that it was submitted, and no worker has begun [line]
        submitted 10:00:00 by line, ended -
        scrape Waiting
          wait 10:00:00..… scrape_jobs by line
        chunk Never
        embed Never
        Source: Drawn from 1 log line.
        ",
    );
}

#[test]
fn a_request_that_fills_the_queue_is_no_attempt() {
    check(
        "10:01:00",
        "
        10:00:00.000 +20ms server orchestrator POST id=1
        10:00:00.005 +9ms server scraper POST id=2 parent=1 stage=scrape mode=async
        10:00:00.008 +2ms producer scraper apply_async/scrape_task id=3 parent=2 queue=scrape_jobs
        ",
        "
        queued: span “apply_async/scrape_task” of scraper says that it was submitted, and no worker has begun [span]
        submitted 10:00:00 by span, ended -
        scrape Waiting
          wait 10:00:00.01..… scrape_jobs by span
        chunk Never
        embed Never
        Source: Drawn from 1 trace.
        Missing: No log lines were found: reasons and error codes may be missing.
        ",
    );
    check(
        "10:01:00",
        "10:00:00.000 +2s server scraper POST id=2 stage=scrape mode=sync status=error:boom",
        "
        failed: span “POST” of scraper says that attempt 1 at scrape failed, and none followed [span]
        submitted 10:00:00 by span, ended 10:00:02 by span
        scrape Failed
          #1 10:00:00..10:00:02 Failed by span “boom”
        chunk Never
        embed Never
        failure in scrape at 10:00:02 by span message=“boom”
        Source: Drawn from 1 trace.
        Missing: No log lines were found: reasons and error codes may be missing.
        ",
    );
    check(
        "10:01:00",
        "unreachable: Loki answers 502
        10:00:00.000 +2s server scraper POST id=2 stage=scrape mode=sync status=error:boom",
        "
        failed: span “POST” of scraper says that attempt 1 at scrape failed, and none followed [span]
        submitted 10:00:00 by span, ended 10:00:02 by span
        scrape Failed
          #1 10:00:00..10:00:02 Failed by span “boom”
        chunk Never
        embed Never
        failure in scrape at 10:00:02 by span message=“boom”
        Source: Drawn from 1 trace.
        Missing: Loki answers 502: what it knows of this job is not in the picture.
        ",
    );
}
