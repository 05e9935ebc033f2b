//! Written-out jobs in trouble, and what is said of them.

mod real_words;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::fingerprint::JobSample;
use crate::job::assemble;
use crate::job::tests::laws::any_evidence;
use crate::series::{Labels, Series};
use crate::system::{CauseRule, Condition, ConditionField, Role, SentencePart, TextTest};
use crate::testing::{at, evidence, pipeline};
use crate::time::TimeDelta;

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
fn the_status_of_the_request_itself_is_no_cause() {
    let rule = |text: &str| {
        let system = pipeline();
        let evidence = evidence(&system, text);
        let job = assemble(&system, &"j1".into(), &evidence, at("10:30:00"));
        assert_eq!(job.state, JobState::Failed, "{text}");
        cause(&system, &job, &evidence).map(|it| it.rule)
    };
    let own = "10:00:00 +40ms server embedder GET id=1 stage=read error_code=500 status=error:boom";
    assert_ne!(rule(own).as_deref(), Some("http_status"));
    let asked = "10:00:00.010 +9ms client embedder GET id=2 parent=1 error_code=500 status=error";
    assert_eq!(rule(&format!("{own}\n{asked}")).as_deref(), Some("http_status"));
    let line = |url: &str| format!("10:00:00 E embedder search_failed stage=read error_code=500 url={url}");
    assert_ne!(rule(&line("/v1/search")).as_deref(), Some("http_status"));
    assert_eq!(rule(&line("https://a.example.org/x")).as_deref(), Some("http_status"));
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
    check_none("10:00:05", "");
}

#[test]
fn what_nobody_explains_is_unknown_and_says_what_is_missing() {
    check(
        "10:00:05",
        "10:00:00 E orchestrator job_failed",
        0,
        "nothing that was found says why",
        "missing: a trace; an error code, an exception or a message of the failure; metrics of that time; other jobs to compare it with",
    );
}

/// All causes in short: rule, how sure.
fn ranked(now: &str, text: &str, surroundings: &Surroundings) -> Vec<(String, u8)> {
    ranked_in(&pipeline(), now, text, surroundings)
}

fn ranked_in(system: &System, now: &str, text: &str, surroundings: &Surroundings) -> Vec<(String, u8)> {
    let evidence = evidence(system, text);
    let job = assemble(system, &"j1".into(), &evidence, at(now));
    let found = causes(system, &job, &evidence, surroundings);
    for cause in &found {
        for it in &cause.matched {
            assert!(!it.words.is_empty(), "{cause:?}");
        }
        assert!(!cause.sentence.contains(['{', '}']) && !cause.sentence.ends_with('.'), "{}", cause.sentence);
    }
    found.into_iter().map(|it| (it.rule, it.sure)).collect()
}

#[track_caller]
fn check_ranked(text: &str, surroundings: &Surroundings, expected: &[(&str, u8)]) {
    let found = ranked("10:30:00", text, surroundings);
    let found: Vec<(&str, u8)> = found.iter().map(|(rule, sure)| (rule.as_str(), *sure)).collect();
    assert_eq!(found, expected, "{text}");
}

/// The words that software uses, each known by the rule that is meant for it.
#[test]
fn troubles_are_known_by_everybodys_words() {
    let alone = Surroundings::default();
    for (error, expected) in [
        ("RuntimeError: MPS backend out of memory (MPS allocated: 17.5 GB)", "gpu_memory"),
        ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.25 GiB", "gpu_memory"),
        ("OOM command not allowed when used memory > 'maxmemory'.", "broker_memory"),
        ("[Errno 12] Cannot allocate memory", "memory"),
        ("Failed to load model Flux.1-dev: no space", "model_load"),
        ("OSError: x/y is not a local folder and is not a valid model identifier", "model_load"),
        ("circuit breaker is open: inference server failed 5 times in a row", "circuit_breaker"),
        ("the inference server is unavailable", "inference_down"),
        ("Error code: 503 - no healthy upstream", "inference_down"),
        ("Error code: 400 - input of 611 tokens exceeds the limit of 512 tokens", "input_too_long"),
        ("token limit exceeded: 611 of 512", "input_too_long"),
        ("'utf-8' codec can't decode byte 0x8b in position 1 (UnicodeDecodeError)", "bad_input"),
        ("[Errno 28] No space left on device", "disk_full"),
        ("server closed the connection unexpectedly", "unreachable"),
        ("deadlock detected DETAIL: Process 7 waits for ShareLock", "lock_wait"),
        ("canceling statement due to lock timeout", "lock_wait"),
        ("terminating connection due to idle-in-transaction timeout", "transaction_leak"),
        ("QueuePool limit of size 5 overflow 10 reached, connection timed out", "connections_taken"),
        ("Executing <Task pending name='x'> took 2.250 seconds", "event_loop"),
        ("pydantic.ValidationError: 1 validation error for Payload", "payload_schema"),
        ("embed_task() got an unexpected keyword argument 'corpus'", "payload_schema"),
        ("brand gate failed after 3 revisions", "evaluation_gate"),
        ("Worker exited prematurely: signal 9 (SIGKILL) Job: 214.", "worker_killed"),
        ("Server disconnected without sending a response.", "unreachable"),
        ("504 Gateway Timeout", "http_status"),
        ("the gateway closed early", "own_words"),
    ] {
        let text = format!("10:24:17 E chunker chunk_failed error=\"{}\"", error.replace('"', "'"));
        let found = ranked("10:30:00", &text, &alone);
        assert_eq!(found.first().map(|it| it.0.as_str()), Some(expected), "{error}: {found:?}");
    }
}

#[test]
fn several_causes_are_ranked_and_the_deeper_goes_before() {
    check_ranked(
        "10:24:17 E embedder embed_failed stage=embed error_code=inference_oom error=\"Error code: 500 - CUDA out of memory. Tried to allocate 2.25 GiB\"",
        &Surroundings::default(),
        &[("gpu_memory", 3), ("http_status", 3)],
    );
    // What a rule says better is said once.
    check_ranked(
        "10:24:17 E embedder embed_failed stage=embed error_code=inference_unavailable error=\"Error code: 503 - no healthy upstream\"",
        &Surroundings::default(),
        &[("inference_down", 4)],
    );
    check_ranked(
        "10:24:17 E embedder embed_failed stage=embed error=\"document has no text\"
         10:24:18 E embedder task_dead_lettered stage=embed",
        &Surroundings::default(),
        &[("own_words", 2), ("dead_letter", 2)],
    );
}

#[test]
fn words_are_followed_to_where_they_stand() {
    let system = pipeline();
    let evidence = evidence(&system, FORBIDDEN);
    let job = assemble(&system, &"j1".into(), &evidence, at("10:30:00"));
    let cause = cause(&system, &job, &evidence).unwrap();
    let line = |message: &str| evidence.lines.iter().find(|it| it.message == message).unwrap().key;
    let matched: Vec<_> = cause.matched.iter().map(|it| (it.words.as_str(), it.from)).collect();
    assert_eq!(
        matched,
        [
            ("http_403", Origin::Line(line("scrape_failed"))),
            ("403 Forbidden", Origin::Line(line("task_retrying")))
        ]
    );
}

#[test]
fn what_was_tried_again_within_the_attempt_is_not_why_it_failed() {
    let text = |between: &str| {
        format!(
            "10:00:00 I chunker task_started
             10:00:10 E chunker \"call failed: API timeout\"
             {between}
             10:00:30 E chunker \"upload failed\"
             10:00:31 E chunker chunk_failed error=\"upload failed\""
        )
    };
    check_ranked(&text(""), &Surroundings::default(), &[("timeout", 3)]);
    let again = text("10:00:11 W chunker \"Retrying the call\"");
    check_ranked(&again, &Surroundings::default(), &[("own_words", 2), ("timeout", 1)]);
    // Nor is what an earlier attempt failed of, unless the last one says no more than that it was the last.
    let attempts = |n: usize, last: &str| {
        let retried: String = (0..n)
            .map(|i| {
                let start = format!("10:0{i}:00 I chunker task_started task_id=t{i}");
                format!("{start}\n10:0{i}:10 W chunker task_retrying reason=\"API timeout\" task_id=t{i}\n")
            })
            .collect();
        format!(
            "{retried}10:09:00 I chunker task_started task_id=t9\n10:09:31 E chunker chunk_failed error=\"{last}\" task_id=t9"
        )
    };
    check_ranked(
        &attempts(3, "upload failed"),
        &Surroundings::default(),
        &[("own_words", 2), ("timeout", 1)],
    );
    check_ranked(&attempts(3, "gave up after 4 tries"), &Surroundings::default(), &[("timeout", 3)]);
}

#[test]
fn a_span_alone_can_say_why() {
    check_ranked(
        "10:24:00 +9s consumer chunker run/chunk trace=1 id=2 stage=chunk state=FAILURE status=error exception=MemoryError",
        &Surroundings::default(),
        &[("memory", 4)],
    );
}

fn series(label: &str, value: &str, from: &str, values: &[f64]) -> Series {
    let start = at(from);
    let times: Vec<_> = (0..values.len()).map(|i| start + TimeDelta::from_secs(15 * i as i64)).collect();
    Series { labels: Labels::from_pairs([(label, value)]), times: times.into(), values: values.to_vec() }
}

fn signal(role: MetricRole, series: Series) -> Signal {
    Signal { role: Some(role), title: "m".to_owned(), series: vec![series] }
}

fn with_signals(signals: Vec<Signal>) -> Surroundings {
    Surroundings { signals, ..Surroundings::default() }
}

#[test]
fn metrics_make_a_cause_surer_or_less_sure() {
    let text = "10:24:17 E chunker chunk_failed error=\"Worker exited prematurely: signal 9 (SIGKILL)\"";
    let kills = |value| {
        with_signals(vec![signal(MetricRole::OomKills, series("name", "w", "10:24:00", &[0.0, value]))])
    };
    check_ranked(text, &Surroundings::default(), &[("worker_killed", 2), ("own_words", 2)]);
    check_ranked(text, &kills(1.0), &[("worker_killed", 4)]);
    let text = "10:24:17 E chunker chunk_failed error=MemoryError";
    check_ranked(text, &kills(1.0), &[("memory", 4)]);
    check_ranked(text, &kills(0.0), &[("memory", 2), ("own_words", 2)]);
}

#[test]
fn metrics_alone_are_a_guess_and_only_where_nothing_else_is_known() {
    let open =
        with_signals(vec![signal(MetricRole::CircuitBreaker, series("x", "y", "10:24:00", &[0.0, 1.0]))]);
    check_ranked("10:24:17 E chunker chunk_failed", &open, &[("circuit_breaker", 1)]);
    check_ranked("10:24:17 E chunker chunk_failed error_code=http_403", &open, &[("http_status", 4)]);
    let memory = with_signals(vec![
        signal(MetricRole::BrokerMemory, series("x", "y", "10:24:00", &[9.0e8])),
        signal(MetricRole::BrokerMemoryLimit, series("x", "y", "10:24:00", &[1.0e9])),
        signal(MetricRole::EvictedKeys, series("x", "y", "10:24:00", &[0.5])),
    ]);
    check_ranked("10:24:17 E chunker chunk_failed", &memory, &[("broker_memory", 1), ("evicted_keys", 1)]);
    let idle = |values: &[f64]| {
        with_signals(vec![signal(MetricRole::IdleTransactions, series("x", "y", "10:24:00", values))])
    };
    check_ranked("10:24:17 E chunker chunk_failed", &idle(&[3.0, 3.0, 3.0]), &[("transaction_leak", 1)]);
    check_ranked("10:24:17 E chunker chunk_failed", &idle(&[3.0, 0.0, 3.0]), &[("unknown", 0)]);
    let spike = with_signals(vec![
        signal(
            MetricRole::RequestsInFlight,
            series("x", "y", "10:10:00", &[[2.0; 50].as_slice(), &[30.0; 10]].concat()),
        ),
        signal(
            MetricRole::ReadLatency,
            series("x", "y", "10:10:00", &[[0.1; 50].as_slice(), &[4.0; 10]].concat()),
        ),
    ]);
    check_ranked("10:24:17 E chunker chunk_failed", &spike, &[("event_loop", 2)]);
}

#[test]
fn a_stuck_job_among_others() {
    let text = "10:00:00 I orchestrator job_submitted";
    let other = |from: &str| {
        let system = pipeline();
        let evidence = evidence(&system, &format!("{from} I scraper task_started job=j2"));
        let job = assemble(&system, &"j2".into(), &evidence, at(from));
        JobSample::of(&system, &job, &evidence)
    };
    let among = |others| Surroundings { others, ..Surroundings::default() };
    let check = |surroundings: &Surroundings, expected: (&str, u8)| {
        let found = ranked("11:30:00", text, surroundings);
        assert_eq!(found, [(expected.0.to_owned(), expected.1)]);
    };
    check(&among(vec![]), ("queue_stands", 3));
    check(&among(vec![other("09:59:00")]), ("queue_stands", 4));
    check(&among(vec![other("10:05:00"), other("09:00:00")]), ("message_lost", 3));
    let rising = vec![signal(
        MetricRole::Unacked,
        series("key", "scrape_jobs.x", "10:00:00", &[1., 1., 2., 3., 4., 4., 5.]),
    )];
    check(&with_signals(rising.clone()), ("worker_freeze", 3));
    check(
        &Surroundings { signals: rising, others: vec![other("09:59:00")], ..Surroundings::default() },
        ("worker_freeze", 4),
    );
    let flat = vec![signal(
        MetricRole::Unacked,
        series("key", "scrape_jobs.x", "10:00:00", &[1., 2., 1., 0., 1., 2., 1.]),
    )];
    check(&with_signals(flat), ("queue_stands", 3));
}

#[test]
fn errors_that_are_swallowed_and_tasks_that_come_again() {
    let text = "10:22:03 I scraper task_started task_id=t1\n10:22:09 W scraper task_retrying reason=\"odd thing\" task_id=t1";
    let found = ranked("11:30:00", text, &Surroundings::default());
    assert_eq!(found, [("swallowed_errors".to_owned(), 3)]);
    let retried = with_signals(vec![
        signal(MetricRole::TaskRetries, series("x", "y", "10:22:00", &[0.0, 0.2])),
        signal(MetricRole::TaskFailures, series("x", "y", "10:22:00", &[0.0, 0.0])),
    ]);
    assert_eq!(ranked("11:30:00", text, &retried), [("swallowed_errors".to_owned(), 4)]);

    let again = "10:00:00 I chunker task_started task_id=t1\n10:07:00 I chunker task_started task_id=t1\n10:14:00 I chunker task_started task_id=t1";
    assert_eq!(ranked("10:15:00", again, &Surroundings::default()), [("requeue_loop".to_owned(), 3)]);
    let mut system = pipeline();
    system.diagnosis.visibility_timeout = Some(TimeDelta::from_secs(420));
    let found = ranked_in(&system, "10:15:00", again, &Surroundings::default());
    assert_eq!(found, [("requeue_loop".to_owned(), 4)]);
    // An attempt that ended is no loop.
    let well = again.replace("10:14:00 I chunker task_started", "10:14:00 I chunker x_completed");
    assert_eq!(ranked("10:15:00", &well, &Surroundings::default()), []);
}

fn sampled(id: &str, text: &str) -> JobSample {
    let system = pipeline();
    let evidence = evidence(&system, text);
    let job = assemble(&system, &id.into(), &evidence, at("10:40:00"));
    JobSample::of(&system, &job, &evidence)
}

/// Jobs of two versions, `n` of the old one that went well and some of the new one that failed.
fn two_versions(n_old: usize, n_new: usize) -> Vec<JobSample> {
    let old = (0..n_old).map(|i| {
        sampled(&format!("o{i}"), &format!("10:00:{:02} I chunker chunk_completed version=v1 job=o{i}\n10:00:59 I embedder embed_completed stage=embed job=o{i}\n10:01:00 I orchestrator job_done job=o{i}", i % 60))
    });
    let new = (0..n_new).map(|i| {
        sampled(
            &format!("n{i}"),
            &format!(
                "10:20:{:02} E chunker chunk_failed version=v2 error=\"list index out of range\" job=n{i}",
                i % 60
            ),
        )
    });
    old.chain(new).collect()
}

#[test]
fn a_version_is_blamed_only_after_enough_traffic() {
    let text = "10:20:00 E chunker chunk_failed version=v2 error=\"list index out of range\"";
    let among = |others| Surroundings { others, ..Surroundings::default() };
    check_ranked(text, &among(two_versions(40, 6)), &[("bad_deploy", 3)]);
    check_ranked(text, &among(two_versions(3, 2)), &[("bad_deploy", 2), ("own_words", 2)]);
    check_ranked(text, &among(two_versions(1, 6)), &[("own_words", 2)]);
    // The version of the stage that failed is not told, that of the one before is: it ran before the new one went out.
    let untold = "10:10:00 I embedder embed_completed version=v1\n10:20:00 E chunker chunk_failed error=\"list index out of range\"";
    check_ranked(untold, &among(two_versions(40, 6)), &[("bad_deploy", 3)]);
    // Too few failed so at this stage; at the one before the same error came with the same version.
    let at_embed =
        "10:20:30 E embedder embed_failed stage=embed version=v2 error=\"list index out of range\"";
    let few = |n| {
        let mut others = two_versions(n, 6);
        others.push(sampled("e1", &format!("{at_embed} job=e1")));
        others
    };
    check_ranked(at_embed, &among(few(40)), &[("bad_deploy", 3)]);
    check_ranked(at_embed, &among(few(1)), &[("own_words", 2)]);
    let another = at_embed.replace("list index", "another index");
    check_ranked(&another, &among(few(40)), &[("own_words", 2)]);
    let older = text.replace("v2", "v1");
    check_ranked(&older, &among(two_versions(40, 6)), &[("own_words", 2)]);
}

#[test]
fn ids_that_change_from_step_to_step() {
    let system = pipeline();
    let step = |id: &str, second: u32, task: &str| {
        let text = format!("10:00:{second:02} I chunker task_started task={task} user=u7 job={id}");
        let evidence = evidence(&system, &text);
        let job = assemble(&system, &id.into(), &evidence, at("11:00:00"));
        JobSample::of(&system, &job, &evidence)
    };
    let others = vec![step("j2", 20, "prompts"), step("j3", 40, "images"), step("far", 59, "images")];
    let text = "10:00:00 I chunker task_started task=preset user=u7 job=j1";
    let among = |others: &[JobSample]| Surroundings { others: others.to_vec(), ..Surroundings::default() };
    let found = ranked("11:00:00", text, &among(&others[..2]));
    assert!(found.iter().any(|it| it.0 == "new_id_per_step"), "{found:?}");
    // The same step twice is two jobs.
    let found = ranked("11:00:00", text, &among(&others));
    assert!(!found.iter().any(|it| it.0 == "new_id_per_step"), "{found:?}");
}

#[test]
fn lines_of_two_users_under_one_id() {
    let text = "10:00:00 I chunker task_started user=u1 job=j1\n10:00:05 I chunker chatter user=u2 job=j1";
    let found = ranked("10:01:00", text, &Surroundings::default());
    assert_eq!(found, [("context_leak".to_owned(), 2)]);
    assert_eq!(ranked("10:01:00", &text.replace("u2", "u1"), &Surroundings::default()), []);
}

#[test]
fn a_leaked_context_is_told_of_a_good_job_too_when_two_users_show_it() {
    let text = "10:00:00 I orchestrator job_submitted user=u1 job=j1\n10:00:05 I orchestrator job_done user=u1 job=j1";
    let late = |user: &str| {
        ranked(
            "10:01:00",
            &format!("{text}\n10:00:20 I orchestrator chatter user={user} job=j1"),
            &Surroundings::default(),
        )
    };
    assert_eq!(late("u2"), [("context_leak".to_owned(), 2)]);
    assert_eq!(late("u1"), []);
}

#[test]
fn lines_after_the_end_from_the_service_that_ended_it() {
    let told = |late: &str| {
        let failed = "10:00:00 I chunker task_started job=j1\n10:00:05 E chunker chunk_failed error_code=http_500 job=j1";
        let found = ranked("10:01:00", &format!("{failed}\n{late}"), &Surroundings::default());
        found.into_iter().map(|(rule, sure)| format!("{rule} {sure}")).collect::<Vec<_>>()
    };
    // It is a thought beside what the failure says of itself.
    assert_eq!(told("10:00:20 I chunker chatter job=j1"), ["http_status 4", "context_leak 1"]);
    for beside in ["10:00:20 I orchestrator chatter job=j1", "10:00:06 I chunker chatter job=j1"] {
        assert_eq!(told(beside), ["http_status 4"], "{beside}");
    }
}

fn own_rule() -> CauseRule {
    let condition = |role, test| Condition { field: ConditionField::Role(role), test };
    CauseRule {
        name: "thin_page".to_owned(),
        when: vec![
            condition(Role::Stage, TextTest::Is("chunk".to_owned())),
            condition(Role::Error, TextTest::Pattern("page of <user> has no <reason>".to_owned())),
        ],
        sentence: vec![
            SentencePart::Stage,
            SentencePart::Text(" got a page without ".to_owned()),
            SentencePart::Role(Role::Reason, "reason".to_owned()),
            SentencePart::Text(" from ".to_owned()),
            SentencePart::Host,
            SentencePart::Text(" (".to_owned()),
            SentencePart::Role(Role::Version, "version".to_owned()),
            SentencePart::Text(")".to_owned()),
        ],
        confidence: 4,
        would_refute: "a page".to_owned(),
        runbook: Some("Look at the page.".to_owned()),
    }
}

#[test]
fn the_system_files_own_rules_go_first_and_fill_their_sentences() {
    let mut system = pipeline();
    system.diagnosis.rules.push(own_rule());
    system.diagnosis.runbooks.push(("timeout".to_owned(), "Wait.".to_owned()));
    let told = |text: &str| {
        let evidence = evidence(&system, text);
        let job = assemble(&system, &"j1".into(), &evidence, at("10:30:00"));
        let first = cause(&system, &job, &evidence).unwrap();
        (first.rule, first.sentence, first.runbook)
    };
    assert_eq!(
        told(
            "10:24:17 E chunker chunk_failed stage=chunk url=https://x.example/a error=\"page of u has no text\""
        ),
        (
            "thin_page".to_owned(),
            "chunk got a page without text from x.example (an unknown version)".to_owned(),
            Some("Look at the page.".to_owned())
        )
    );
    assert_eq!(
        told("10:24:17 E chunker chunk_failed stage=chunk error=\"read timed out\""),
        ("timeout".to_owned(), "chunk timed out".to_owned(), Some("Wait.".to_owned()))
    );
}

#[test]
fn other_jobs_of_the_host_speak_for_or_against_it() {
    let system = pipeline();
    let other = |id: String, failed: bool| {
        let end =
            if failed { "E scraper scrape_failed error_code=http_403" } else { "I orchestrator job_done" };
        let text = format!(
            "10:24:00 I orchestrator job_submitted url=https://docs.example.org/a job={id}\n10:24:17 {end} job={id} url=https://docs.example.org/a"
        );
        let evidence = evidence(&system, &text);
        let job = assemble(&system, &id.as_str().into(), &evidence, at("10:30:00"));
        JobSample::of(&system, &job, &evidence)
    };
    let some = |n_failed: usize, n_well: usize| {
        let failed = (0..n_failed).map(|i| other(format!("f{i}"), true));
        Surroundings {
            others: failed.chain((0..n_well).map(|i| other(format!("w{i}"), false))).collect(),
            ..Surroundings::default()
        }
    };
    let text = "10:24:17 E scraper scrape_failed error=\"Client error '403 Forbidden' for url 'https://docs.example.org/x'\"";
    check_ranked(text, &some(5, 0), &[("http_status", 4)]);
    check_ranked(text, &some(1, 1), &[("http_status", 3)]);
    check_ranked(text, &some(1, 9), &[("http_status", 2), ("own_words", 2)]);
}

proptest! {
    /// Whatever the evidence, a good job gets no cause, every cause is well formed, and what it matched is there.
    #[test]
    fn causes_of_any_evidence_are_honest(evidence in any_evidence(), now in select(vec!["10:05:00", "11:59:00"])) {
        let system = pipeline();
        let job = assemble(&system, &"j1".into(), &evidence, at(now));
        let found = causes(&system, &job, &evidence, &Surroundings::default());
        let is_trouble = matches!(job.state, JobState::Failed | JobState::Stuck);
        // Lines of somebody else under its id say nothing against the job.
        prop_assert!(job.state != JobState::Done || found.iter().all(|it| it.rule == "context_leak"));
        prop_assert!(!is_trouble || !found.is_empty());
        for cause in &found {
            prop_assert!(RULES.contains(&cause.rule.as_str()));
            prop_assert!(cause.sure <= 4 && !cause.why.is_empty() && !cause.would_refute.is_empty());
            prop_assert!(cause.is_unknown() == (cause.sure == 0) || !evidence.unreachable.is_empty());
            for it in &cause.matched {
                let known = match it.from {
                    Origin::Line(key) => evidence.lines.iter().any(|line| line.key == key),
                    Origin::Span(trace, id) => {
                        evidence.traces.iter().flat_map(|it| &it.spans).any(|span| (span.trace, span.id) == (trace, id))
                    }
                    Origin::Inferred => true,
                };
                prop_assert!(known, "{:?} is made up", it);
            }
        }
        prop_assert_eq!(cause(&system, &job, &evidence), found.into_iter().next());
    }
}

#[test]
fn a_metric_makes_nothing_of_what_an_attempt_overcame() {
    let text = "10:20:00 I embedder task_started stage=embed task_id=t1
         10:20:01 W embedder task_retrying stage=embed task_id=t1 reason=\"circuit breaker is open: 5 failures in a row\"
         10:24:10 I embedder task_started stage=embed task_id=t1
         10:24:17 E embedder embed_failed stage=embed error_code=inference_unavailable error=\"Error code: 503 - no healthy upstream\" task_id=t1";
    let open = signal(MetricRole::CircuitBreaker, series("name", "b", "10:20:00", &[0.0, 1.0, 1.0]));
    let found = ranked("10:30:00", text, &with_signals(vec![open]));
    assert_eq!(found.first().map(|it| it.0.as_str()), Some("inference_down"), "{found:?}");
}
