//! Written-out jobs in trouble, and what is said of them.

use super::*;
use crate::job::assemble;
use crate::testing::{at, evidence, pipeline};

#[track_caller]
fn check(now: &str, text: &str, sure: u8, sentence: &str, why: &str) {
    let system = pipeline();
    let evidence = evidence(&system, text);
    let job = assemble(&system, &"j1".into(), &evidence, at(now));
    let cause = cause(&system, &job, &evidence).unwrap_or_else(|| panic!("no cause: {job:#?}"));
    assert_eq!((cause.sentence.as_str(), cause.sure, cause.why.as_str()), (sentence, sure, why));
}

#[track_caller]
fn check_none(now: &str, text: &str) {
    let system = pipeline();
    let evidence = evidence(&system, text);
    let job = assemble(&system, &"j1".into(), &evidence, at(now));
    assert_eq!(cause(&system, &job, &evidence), None);
}

const FORBIDDEN: &str = "
    10:22:03 I scraper task_started
    10:22:09 W scraper task_retrying reason=\"403 Forbidden\"
    10:24:09 I scraper task_started
    10:24:17 E scraper scrape_failed error_code=http_403 url=https://docs.example.org/guide retries=2
    10:24:18 E orchestrator stage_callback stage=scrape status=failed
";

#[test]
fn a_server_that_says_no() {
    let why = "the error code says 403 (Forbidden), in 2 of 2 attempts";
    check("10:30:00", FORBIDDEN, 4, "docs.example.org answers 403", why);
    check(
        "10:30:00",
        &format!("{FORBIDDEN}\nunreachable: Tempo answers 502"),
        3,
        "docs.example.org answers 403",
        &format!("{why}; Tempo could not be asked"),
    );
    check(
        "10:30:00",
        "10:24:17 E chunker chunk_failed error=\"Server error '503 Service Unavailable' for url 'http://llm:8000/v1'\"",
        3,
        "llm answers 503",
        "the message says 503 (Service Unavailable): “Server error '503 Service Unavailable' for url 'http://llm:8000/v1'”",
    );
    // The job's own address is not blamed for what another server answered.
    check(
        "10:30:00",
        "10:20:00 I orchestrator job_submitted url=https://docs.example.org/guide
         10:24:17 E chunker chunk_failed error_code=http_500 url=https://docs.example.org/guide",
        4,
        "a server that chunk asks answers 500",
        "the error code says 500 (Internal Server Error)",
    );
}

#[test]
fn memory_and_time() {
    let failed = |words: &str| format!("10:24:17 E chunker chunk_failed {words}");
    check(
        "10:30:00",
        &failed("error=\"CUDA out of memory. Tried to allocate 2.00 GiB\""),
        3,
        "chunk ran out of GPU memory",
        "the message says so",
    );
    check(
        "10:30:00",
        &failed("exception=MemoryError"),
        4,
        "chunk ran out of memory",
        "the exception says so",
    );
    check(
        "10:30:00",
        &failed("error=\"Worker exited prematurely: signal 9 (SIGKILL)\""),
        2,
        "the worker at chunk was killed",
        "the message says so; memory is the usual reason, but nothing here says so",
    );
    check(
        "10:30:00",
        "10:00:00 I chunker task_started
         10:01:00 I chunker task_started
         10:02:00 I chunker task_started
         10:02:09 E chunker chunk_failed error_code=worker_lost",
        3,
        "the worker at chunk was killed",
        "the error code says so, and 2 attempts before ended without a word; memory is the usual reason, but nothing here says so",
    );
    check(
        "10:30:00",
        &failed("exception=ReadTimeout error=\"no answer from https://slow.example.org/x\""),
        3,
        "slow.example.org does not answer in time",
        "the exception says so",
    );
    check(
        "10:30:00",
        &failed("exception=TimeLimitExceeded error=TimeLimitExceeded(300)"),
        4,
        "chunk took longer than its time limit",
        "the exception says so",
    );
}

#[test]
fn nobody_there() {
    check(
        "10:30:00",
        "10:24:17 E embedder embed_failed stage=embed error=\"[Errno 111] Connection refused\"",
        3,
        "a service that embed needs cannot be reached",
        "the message says so",
    );
    check(
        "10:30:00",
        "10:24:17 E embedder embed_failed stage=embed exception=CircuitBreakerOpen error=\"too many failures\"",
        4,
        "a circuit breaker is open: embed was refused without being tried",
        "the exception says so; what opened the breaker lies in failures before this job",
    );
}

#[test]
fn an_error_line_in_the_attempt_may_say_more_than_the_failure() {
    check(
        "10:30:00",
        "
        10:00:00 I chunker task_started
        10:00:03 E chunker \"Killed process 77: out of memory\"
        10:00:04 E orchestrator job_failed
        ",
        3,
        "chunk ran out of memory",
        "the message says so",
    );
}

#[test]
fn a_retrying_job_has_a_cause_too() {
    check(
        "10:22:10",
        "10:22:03 I scraper task_started\n10:22:09 W scraper task_retrying reason=\"429 Too Many Requests\"",
        3,
        "a server that scrape asks answers 429",
        "the message says 429 (Too Many Requests): “429 Too Many Requests”",
    );
}

#[test]
fn unknown_trouble_speaks_for_itself() {
    check(
        "10:30:00",
        "10:24:17 E chunker chunk_failed error=\"document has no text\"",
        2,
        "chunk failed: document has no text",
        "this is the failure's own message; what lies behind it, the evidence does not say",
    );
}

#[test]
fn stuck_jobs() {
    check(
        "11:30:00",
        "10:00:00 I orchestrator job_submitted",
        3,
        "no worker takes this job from scrape_jobs",
        "it was put there, and nothing says that scrape has begun",
    );
    check(
        "11:30:00",
        "10:00:00 I chunker task_started",
        2,
        "the worker at chunk is not heard of any more",
        "attempt 1 began, and neither a line nor a span came after its last one",
    );
    check(
        "11:30:00",
        "10:00:00 I chunker task_started\n10:07:00 I chunker task_started",
        3,
        "workers at chunk are lost: 2 attempts began and none ended",
        "each began anew without a word of how the one before it ended",
    );
}

#[test]
fn a_job_that_is_well_has_none() {
    check_none("10:00:05", "10:00:00 I scraper task_started");
    check_none("10:00:05", "10:00:00 I orchestrator job_submitted");
    check_none("10:00:05", "10:00:00 E scraper chatter error=timeout\n10:00:03 I orchestrator job_done");
    check_none("10:00:05", "10:00:00 E orchestrator job_failed");
    check_none("10:00:05", "");
}
