//! Lines as the five deployments write them, each read by its own system file into the right roles and events.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::sync::Arc;

use domain::logs::{Level, LogRecord, RawLine};
use domain::time::Timestamp;
use system::lines::LineReader;

/// When the store says that every line came in: 2026-03-14T10:30:00Z.
const STORED: Timestamp = Timestamp::from_secs(1_773_484_200);

fn reader(system: &str) -> LineReader {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../public/systems/{system}.json"));
    let system = system::parse(&std::fs::read_to_string(path).unwrap()).unwrap().system;
    LineReader::new(&system)
}

fn read(system: &str, labels: &[(&str, &str)], line: &str) -> LogRecord {
    let labels: Vec<(Arc<str>, Arc<str>)> =
        labels.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
    reader(system).read(&RawLine { time: STORED, line: line.into(), labels: &labels, metadata: Vec::new() })
}

/// What a record says, in a form that is easy to compare: only what is there, in a fixed order.
fn says(record: &LogRecord) -> String {
    let roles = &record.roles;
    let mut words = vec![format!("{} {}", record.level.name(), record.service), record.message.clone()];
    let mut say = |name: &str, text: Option<String>| words.extend(text.map(|it| format!("{name}={it}")));
    if let Some(event) = &record.event {
        let stage = event.stage.as_ref().map_or(String::new(), |it| format!("({it})"));
        say("event", Some(format!("{:?}{stage}", event.kind)));
    }
    say("job", roles.job.as_ref().map(ToString::to_string));
    say("trace", roles.trace.as_ref().map(ToString::to_string));
    say("span", roles.span.as_ref().map(ToString::to_string));
    say("stage", roles.stage.as_ref().map(ToString::to_string));
    say("failed_stage", roles.failed_stage.as_ref().map(ToString::to_string));
    say("task", roles.task.clone());
    say("task_id", roles.task_id.as_ref().map(ToString::to_string));
    say("run", roles.run.clone());
    say("user", roles.user.clone());
    say("error_code", roles.error_code.clone());
    say("error", roles.error.clone());
    say("exception", roles.exception.clone());
    say("duration", roles.duration.map(|it| it.to_string()));
    say("url", roles.url.clone());
    say("retries", roles.retries.map(|it| it.to_string()));
    say("reason", roles.reason.clone());
    say("version", roles.version.clone());
    say("queue", roles.queue.clone());
    say("request_id", roles.request_id.clone());
    say("caller", roles.caller.clone());
    say("mode", roles.mode.clone());
    say("status", roles.status.clone());
    words.join(" | ")
}

#[track_caller]
fn check(system: &str, labels: &[(&str, &str)], line: &str, expected: &str) {
    let record = read(system, labels, line);
    assert_eq!(says(&record), expected, "{line}");
    assert_eq!(record.line, line);
}

#[test]
fn cloudcix_json() {
    let labels = [("service_name", "scraper"), ("service", "scraper"), ("level", "INFO")];
    let line = r#"{"timestamp": "2026-03-14T10:22:01.341Z", "level": "INFO", "service": "scraper", "trace_id": "3f2a1b9cde00000000000000000000aa", "span_id": "8e4d2a0000000001", "job_id": "job-abc-123", "operation": "write", "request_mode": "async", "event": "scrape_completed", "url": "https://example.com/article", "duration_ms": 412, "status_code": 200}"#;
    check(
        "cloudcix",
        &labels,
        line,
        "info scraper | scrape_completed | event=StageSucceeded(scrape) | job=job-abc-123 \
         | trace=3f2a1b9cde00000000000000000000aa | span=8e4d2a0000000001 | duration=412 ms \
         | url=https://example.com/article | mode=async",
    );
    let record = read("cloudcix", &labels, line);
    assert_eq!(record.time.millis(), 1_773_483_721_341);
    // The line's own fields first, then what only the stream says; what both say stands once.
    assert_eq!(record.fields.first(), Some(&("timestamp".to_owned(), "2026-03-14T10:22:01.341Z".to_owned())));
    assert_eq!(record.fields.last(), Some(&("service_name".to_owned(), "scraper".to_owned())));
    assert_eq!(record.fields.len(), 13);
}

#[test]
fn cloudcix_failures_have_no_time_of_their_own() {
    let line = r#"{"level": "ERROR", "service": "scraper", "trace_id": "3f2a1b9cde...", "job_id": "job-abc-123", "event": "scrape_failed", "failed_stage": "scraping", "error_code": "http_403", "url": "https://example.com/article", "retries": 3}"#;
    check(
        "cloudcix",
        &[],
        line,
        "error scraper | scrape_failed | event=StageFailed(scrape) | job=job-abc-123 | failed_stage=scrape \
         | error_code=http_403 | url=https://example.com/article | retries=3",
    );
    assert_eq!(read("cloudcix", &[], line).time, STORED);
}

#[test]
fn cloudcix_lifecycle() {
    let check = |service: &str, fields: &str, expected: &str| {
        let line = format!(r#"{{"level": "INFO", "service": "{service}", {fields}}}"#);
        check("cloudcix", &[], &line, expected);
    };
    check(
        "orchestrator",
        r#""event": "job_submitted", "job_id": "j", "queue": "scrape_jobs", "caller_type": "user""#,
        "info orchestrator | job_submitted | event=JobSubmitted | job=j | queue=scrape_jobs | caller=user",
    );
    check(
        "orchestrator",
        r#""event": "stage_queued", "job_id": "j", "queue": "chunk_jobs""#,
        "info orchestrator | stage_queued | event=StageQueued(chunk) | job=j | queue=chunk_jobs",
    );
    check(
        "scraper",
        r#""event": "task_started", "task": "scraper.tasks.scrape_task", "task_id": "t-1", "job_id": null"#,
        "info scraper | task_started | event=AttemptStarted(scrape) | task=scraper.tasks.scrape_task | task_id=t-1",
    );
    check(
        "embedding-worker",
        r#""event": "task_started", "task": "embed_task", "task_id": "t-1", "job_id": "j""#,
        "info embedding-api | task_started | event=AttemptStarted(embed) | job=j | task=embed_task | task_id=t-1",
    );
    check(
        "chunking",
        r#""event": "task_retrying", "task_id": "t-1", "retries": 2, "reason": "403 Forbidden""#,
        "info chunking | task_retrying | event=AttemptRetrying(chunk) | task_id=t-1 | retries=2 | reason=403 Forbidden",
    );
    check(
        "chunking",
        r#""event": "task_failed", "task_id": "t-1", "error": "boom", "exc_info": "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\napp.errors.Broken: boom\n""#,
        "info chunking | task_failed | event=AttemptFailed(chunk) | task_id=t-1 | error=boom | exception=app.errors.Broken",
    );
    check(
        "orchestrator",
        r#""event": "stage_callback", "job_id": "j", "stage": "embedding", "status": "failed", "version": "8c1f2ab""#,
        "info orchestrator | stage_callback | event=StageFailed(embed) | job=j | stage=embed | version=8c1f2ab | status=failed",
    );
    check(
        "orchestrator",
        r#""event": "stage_callback", "job_id": "j", "stage": "embed", "status": "done""#,
        "info orchestrator | stage_callback | event=StageSucceeded(embed) | job=j | stage=embed | status=done",
    );
    check(
        "orchestrator",
        r#""event": "job_completed", "job_id": "j", "status": "failed""#,
        "info orchestrator | job_completed | event=JobFailed | job=j | status=failed",
    );
    check(
        "orchestrator",
        r#""event": "job_completed", "job_id": "j", "status": "done""#,
        "info orchestrator | job_completed | event=JobSucceeded | job=j | status=done",
    );
    check(
        "embedding-worker",
        r#""event": "task_dead_lettered", "task": "embed_task", "task_id": "t-1", "queue": "embed_jobs""#,
        "info embedding-api | task_dead_lettered | event=StageFailed(embed) | task=embed_task | task_id=t-1 | queue=embed_jobs",
    );
    check(
        "nginx",
        r#""request_id": "7e1b", "request_uri": "/jobs", "status": "202", "upstream_response_time": "0.013""#,
        "info nginx | /jobs | duration=13 ms | request_id=7e1b | status=202",
    );
    check(
        "orchestrator",
        r#""event": "job_failed", "job_id": "j", "failed_stage": "chunking""#,
        "info orchestrator | job_failed | event=JobFailed | job=j | failed_stage=chunk",
    );
    check(
        "embedding-api",
        r#""event": "embed_completed", "job_id": "j""#,
        "info embedding-api | embed_completed | event=StageSucceeded(embed) | job=j",
    );
    check(
        "embedding-api",
        r#""event": "inference_embed_complete", "model": "bge-large-en-v1.5", "prompt_tokens": 1842, "batch_size": 12, "inference_latency_ms": 18, "job_id": "job-abc-123", "trace_id": "...""#,
        "info embedding-api | inference_embed_complete | job=job-abc-123 | duration=18 ms",
    );
}

#[test]
fn cloudcix_finds_the_same_under_every_name_of_its_labels() {
    let line = r#"{"event": "task_started", "task_id": "t"}"#;
    for label in ["service_name", "service", "job"] {
        let record = read("cloudcix", &[(label, "scraper"), ("level", "INFO")], line);
        assert_eq!((&*record.service, record.level), ("scraper", Level::Info), "{label}");
        assert_eq!(record.event.unwrap().stage, Some("scrape".into()), "{label}");
    }
    let metadata = vec![("trace_id".into(), "3f2a1b9cde00000000000000000000aa".into())];
    let raw = RawLine { time: STORED, line: r#"{"trace_id": "0"}"#.into(), labels: &[], metadata };
    assert!(reader("cloudcix").read(&raw).roles.trace.is_some(), "a trace id of 0 is none");
}

#[test]
fn diffusion_json_without_a_zone() {
    let line = r#"{"asctime": "2026-02-10 14:23:45,123", "name": "cw.lib.models", "levelname": "INFO", "message": "Pipeline loaded successfully: Flux.1-dev on CUDA", "pathname": "src/cw/lib/models/base.py", "lineno": 177}"#;
    check(
        "diffusion",
        &[("job", "tasks"), ("level", "INFO")],
        line,
        "info tasks | Pipeline loaded successfully: Flux.1-dev on CUDA | event=StageSucceeded(load)",
    );
    assert_eq!(read("diffusion", &[], line).time.millis(), 1_770_733_425_123);
}

#[test]
fn diffusion_jobs_are_known_by_the_text_and_by_the_task() {
    let check = |message: &str, expected: &str| {
        let line = serde_json::json!({"asctime": "2026-02-10 14:23:45,123", "levelname": "ERROR", "message": message});
        check("diffusion", &[("job", "celery")], &line.to_string(), expected);
    };
    check(
        "Task cw.diffusion.tasks.generate[5b1f-1] received",
        "error celery | Task cw.diffusion.tasks.generate[5b1f-1] received | event=AttemptReceived(run) \
         | task=cw.diffusion.tasks.generate | task_id=5b1f-1",
    );
    check(
        "Task cw.diffusion.tasks.generate[5b1f-1] succeeded in 41.25s: None",
        "error celery | Task cw.diffusion.tasks.generate[5b1f-1] succeeded in 41.25s: None | event=StageSucceeded(run) \
         | task=cw.diffusion.tasks.generate | task_id=5b1f-1 | duration=41.2 s",
    );
    check(
        "Task a.b[5b1f-1] raised unexpected: OutOfMemoryError('CUDA out of memory.')\nTraceback (most recent call last):\n  File \"x.py\", line 1, in f\ntorch.OutOfMemoryError: CUDA out of memory.",
        "error celery | Task a.b[5b1f-1] raised unexpected: OutOfMemoryError('CUDA out of memory.') | event=StageFailed(run) \
         | task=a.b | task_id=5b1f-1 | error=CUDA out of memory. | exception=torch.OutOfMemoryError",
    );
    check(
        "DiffusionJob 4f1d2c7e: image generation started",
        "error celery | DiffusionJob 4f1d2c7e: image generation started | job=4f1d2c7e",
    );
}

#[test]
fn an_exception_that_is_printed_says_its_message() {
    let raised = "Task a.b[5b1f-1] raised unexpected: ModelLoadError('no weights')";
    let line = serde_json::json!({"levelname": "ERROR", "message": raised, "data": {"exc": "ModelLoadError('no weights')"}});
    let record = read("diffusion", &[("job", "celery")], &line.to_string());
    assert_eq!(record.roles.error.as_deref(), Some("no weights"));
    assert_eq!(record.roles.exception.as_deref(), Some("ModelLoadError"));
}

#[test]
fn diffusion_steps_within_a_task() {
    let check = |level: &str, message: &str, expected: &str| {
        let line =
            serde_json::json!({"asctime": "2026-02-10 14:23:45,123", "levelname": level, "message": message});
        check("diffusion", &[("job", "tasks")], &line.to_string(), &format!("{expected} | job=4f1d"));
    };
    let ready = "DiffusionJob 4f1d: Flux.1-dev ready after 8.2 s";
    check(
        "INFO",
        "DiffusionJob 4f1d: loading Flux.1-dev",
        "info tasks | DiffusionJob 4f1d: loading Flux.1-dev | event=AttemptStarted(load)",
    );
    let line = serde_json::json!({"levelname": "INFO", "message": ready}).to_string();
    let record = read("diffusion", &[("job", "tasks")], &line);
    assert!(
        says(&record).ends_with("event=StageSucceeded(load) | job=4f1d | duration=8.2 s"),
        "{}",
        says(&record)
    );
    check(
        "INFO",
        "VideoAdUnit 4f1d: starting evaluation",
        "info tasks | VideoAdUnit 4f1d: starting evaluation | event=AttemptStarted(evaluate)",
    );
    check(
        "INFO",
        "VideoAdUnit 4f1d: starting adaptation with SDXL-1.0",
        "info tasks | VideoAdUnit 4f1d: starting adaptation with SDXL-1.0 | event=AttemptStarted(generate)",
    );
    let line = serde_json::json!({"levelname": "ERROR", "message": "VideoAdUnit 4f1d: evaluation failed: gate legal_claims failed after 3 revisions"}).to_string();
    let record = read("diffusion", &[("job", "tasks")], &line);
    assert!(
        says(&record).ends_with(
            "event=AttemptFailed(evaluate) | job=4f1d | error=gate legal_claims failed after 3 revisions"
        ),
        "{}",
        says(&record)
    );
}

#[test]
fn trung_dev_json() {
    let labels = [("service", "django"), ("container_name", "django-blog-container"), ("level", "ERROR")];
    let line = r#"{"asctime": "2025-11-20T10:45:30.123Z", "name": "apps.blog.views", "levelname": "ERROR", "message": "Operation failed", "operation": "upload_file", "exc_info": "Traceback (most recent call last)..."}"#;
    check(
        "trung-dev",
        &labels,
        line,
        "error django | Operation failed | event=StageFailed(request) | task=upload_file",
    );
    assert_eq!(read("trung-dev", &labels, line).time.millis(), 1_763_635_530_123);
    check(
        "trung-dev",
        &[("container_name", "django-blog-container")],
        r#"{"asctime": "2025-11-20T10:30:45.123Z", "levelname": "INFO", "message": "Post viewed", "user_id": 1, "duration_ms": 1250.5}"#,
        "info django | Post viewed | user=1 | duration=1.25 s",
    );
}

#[test]
fn a_request_of_trung_dev_is_a_job_of_one_line() {
    let labels = [("service", "django")];
    let line = r#"{"asctime": "2025-11-20T10:45:30.123Z", "levelname": "ERROR", "message": "Operation failed", "operation": "upload_file", "user_id": 15, "exc_info": "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nOSError: [Errno 28] No space left on device"}"#;
    let id = "request/upload_file/15/2025-11-20T10:45:30.123Z";
    check(
        "trung-dev",
        &labels,
        line,
        &format!(
            "error django | Operation failed | event=StageFailed(request) | job={id} | task=upload_file | user=15 \
             | error=[Errno 28] No space left on device | exception=OSError"
        ),
    );
    let reader = reader("trung-dev");
    let texts = reader.line_job_texts(id).unwrap();
    assert_eq!(texts, ["upload_file", "15", "2025-11-20T10:45:30.123Z"]);
    assert!(texts.iter().all(|it| line.contains(it)), "a store finds the line by them");
    assert_eq!(reader.line_job_texts("9b1c52d4-6f0e-4c1e-9f55-8f3c0f4f1a77"), None);
    check(
        "trung-dev",
        &labels,
        r#"{"levelname": "INFO", "asctime": "2025-11-20T10:45:30.123Z", "message": "Post viewed", "operation": "view_post"}"#,
        "info django | Post viewed | event=StageSucceeded(request) | task=view_post",
    );
}

#[test]
fn trung_dev_text() {
    let line = "INFO 2025-11-20 10:30:45 apps.blog.views PostDetailView Post viewed";
    check("trung-dev", &[("service", "django")], line, "info django | Post viewed");
    assert_eq!(read("trung-dev", &[], line).time.millis(), 1_763_634_645_000);
    check(
        "trung-dev",
        &[("service", "django")],
        "Starting development server at http://0.0.0.0:8000/",
        "unknown django | Starting development server at http://0.0.0.0:8000/",
    );
}

#[test]
fn trung_dev_celery_in_both_formats() {
    let worker = [("service", "celery-worker")];
    check(
        "trung-dev",
        &worker,
        "[2025-11-20 10:31:00,140: INFO/MainProcess] Task apps.blog.tasks.notify[9b1c-77] received",
        "info celery-worker | Task apps.blog.tasks.notify[9b1c-77] received | event=AttemptReceived(task) | job=9b1c-77 \
         | task=apps.blog.tasks.notify | task_id=9b1c-77",
    );
    check(
        "trung-dev",
        &worker,
        "[2025-11-20 10:31:02,140: INFO/ForkPoolWorker-1] apps.blog.tasks.notify[9b1c-77]: Sending to 3 people",
        "info celery-worker | Sending to 3 people | job=9b1c-77 | task=apps.blog.tasks.notify | task_id=9b1c-77",
    );
    check(
        "trung-dev",
        &worker,
        "[2025-11-20 10:31:03,140: INFO/ForkPoolWorker-1] Task apps.blog.tasks.notify[9b1c-77] retry: Retry in 180s: ConnectionError('[Errno 111]: refused')",
        "info celery-worker | Task apps.blog.tasks.notify[9b1c-77] retry: Retry in 180s: ConnectionError('[Errno 111]: refused') \
         | event=AttemptRetrying(task) | job=9b1c-77 | task=apps.blog.tasks.notify | task_id=9b1c-77 \
         | reason=Retry in 180s: ConnectionError('[Errno 111]: refused')",
    );
    check(
        "trung-dev",
        &worker,
        r#"{"levelname": "INFO", "message": "Task apps.blog.tasks.notify[9b1c-77] succeeded in 0.0912s: None", "data": {"id": "9b1c-77", "name": "apps.blog.tasks.notify", "runtime": 0.0912, "return_value": "None"}}"#,
        "info celery-worker | Task apps.blog.tasks.notify[9b1c-77] succeeded in 0.0912s: None | event=StageSucceeded(task) \
         | job=9b1c-77 | task=apps.blog.tasks.notify | task_id=9b1c-77 | duration=91.2 ms",
    );
    let line = "[2025-11-20 10:31:05,999: ERROR/ForkPoolWorker-1] Task apps.blog.tasks.notify[9b1c-77] raised unexpected: SMTPServerDisconnected('please run connect() first')\nTraceback (most recent call last):\n  File \"/app/tasks.py\", line 9, in notify\n    send()\nsmtplib.SMTPServerDisconnected: please run connect() first";
    check(
        "trung-dev",
        &worker,
        line,
        "error celery-worker | Task apps.blog.tasks.notify[9b1c-77] raised unexpected: SMTPServerDisconnected('please run connect() first') \
         | event=StageFailed(task) | job=9b1c-77 | task=apps.blog.tasks.notify | task_id=9b1c-77 \
         | error=please run connect() first | exception=smtplib.SMTPServerDisconnected",
    );
    assert_eq!(read("trung-dev", &worker, line).time.millis(), 1_763_634_665_999);
}

#[test]
fn metamock_text() {
    let check =
        |line: &str, expected: &str| check("metamock", &[("service_name", "celery-worker")], line, expected);
    check("[INFO] [user_id=123] User authenticated", "info celery-worker | User authenticated | user=123");
    check(
        "[INFO] [user_id=123 job_id=bulk-abc123 task=bulk_workflow] Starting bulk generation",
        "info celery-worker | Starting bulk generation | event=JobSubmitted | job=bulk-abc123 | stage=bulk_workflow \
         | task=bulk_workflow | user=123",
    );
    check(
        "[DEBUG] [user_id=123 job_id=bulk-abc123 task=validate_preset run_id=def456] Validating preset configuration",
        "debug celery-worker | Validating preset configuration | job=bulk-abc123 | stage=validate_preset \
         | task=validate_preset | run=def456 | user=123",
    );
    check(
        "[INFO] [job_id=abc123 task=validate_preset run_id=def456] Starting step: validate_preset",
        "info celery-worker | Starting step: validate_preset | event=AttemptStarted(validate_preset) | job=abc123 \
         | stage=validate_preset | task=validate_preset | run=def456",
    );
    check(
        "[ERROR] [user_id=123 job_id=bulk-abc123 task=generate_images run_id=jkl012] Image generation failed: API timeout",
        "error celery-worker | Image generation failed: API timeout | event=AttemptFailed(generate_images) \
         | job=bulk-abc123 | stage=generate_images | task=generate_images | run=jkl012 | user=123 | error=API timeout",
    );
    check(
        "[INFO] [job_id=abc123 task=generate_prompts] Step completed successfully",
        "info celery-worker | Step completed successfully | event=StageSucceeded(generate_prompts) | job=abc123 \
         | stage=generate_prompts | task=generate_prompts",
    );
    check(
        "[WARNING] Retrying failed image generation",
        "warning celery-worker | Retrying failed image generation | event=AttemptStarted",
    );
    check("[ERROR] [Errno 2] No such file: x", "error celery-worker | [Errno 2] No such file: x");
    check("[2024-12-04] not a level", "unknown celery-worker | [2024-12-04] not a level");
}

#[test]
fn metamock_lines_have_the_stores_time() {
    assert_eq!(read("metamock", &[], "[INFO] [user_id=1] Processing API request").time, STORED);
}

#[test]
fn pixerase_nested_json() {
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let expected = format!(
        "info pix_erase.api | request finished | event=StageSucceeded(request) | trace={trace} | span=00f067aa0ba902b7 | error_code=200 | url=/v1/images"
    );
    let labels = [("container_name", "pix_erase.api")];
    let inner = format!(
        r#"{{"level": "INFO", "event": "request finished", "trace_id": "{trace}", "span_id": "00f067aa0ba902b7", "http_method": "GET", "url": "/v1/images", "status_code": 200, "client_addr": "10.0.0.1", "timestamp": "2026-03-14T10:22:01.341Z"}}"#
    );
    let flat = inner.replace(r#"{""#, r#"{"log_"#).replace(r#", ""#, r#", "log_"#);
    let as_text = serde_json::to_string(&inner).unwrap();
    for line in [
        flat,
        format!(r#"{{"log": {inner}, "source_type": "docker_logs"}}"#),
        format!(r#"{{"log": {as_text}}}"#),
        format!(r#"{{"message": {as_text}, "container_name": "pix_erase.api"}}"#),
    ] {
        check("pixerase", &labels, &line, &expected);
        assert_eq!(read("pixerase", &labels, &line).time.millis(), 1_773_483_721_341, "{line}");
    }
}

#[test]
fn pixerase_taskiq_lifecycle() {
    let worker = [("container_name", "pix_erase.worker")];
    check(
        "pixerase",
        &worker,
        r#"{"log_level": "INFO", "log_event": "Executing task images:erase with ID: 2f0f6bd1", "log_trace_id": "0"}"#,
        "info pix_erase.worker | Executing task images:erase with ID: 2f0f6bd1 | event=AttemptStarted(task) | job=2f0f6bd1 \
         | task=images:erase | task_id=2f0f6bd1",
    );
    check(
        "pixerase",
        &worker,
        r#"{"log_level": "ERROR", "log_event": "Exception found while executing function.", "log_exception": "Traceback (most recent call last):\n  File \"w.py\", line 2, in erase\nPIL.UnidentifiedImageError: cannot identify image file"}"#,
        "error pix_erase.worker | Exception found while executing function. | event=AttemptFailed(task) \
         | error=cannot identify image file | exception=PIL.UnidentifiedImageError",
    );
}

#[test]
fn pixerase_tries_again_and_gives_up() {
    let worker = [("container_name", "pix_erase.worker")];
    for (words, event) in [
        ("Task 'upscale_image' invocation failed. Retrying.", "AttemptRetrying(task)"),
        ("Task upscale_image failed. Retrying 1/3 in 5.00 seconds.", "AttemptRetrying(task)"),
        ("Task 'upscale_image' invocation failed. Maximum retries count is reached.", "StageFailed(task)"),
    ] {
        let line = serde_json::json!({"log": {"level": "WARNING", "event": words}}).to_string();
        let expected = format!("warning pix_erase.worker | {words} | event={event} | task=upscale_image");
        check("pixerase", &worker, &line, &expected);
    }
    let line = r#"{"log": {"level": "INFO", "event": "task sent", "task_name": "upscale_image", "task_id": "2f0f6bd1"}}"#;
    check(
        "pixerase",
        &[("container_name", "pix_erase.api")],
        line,
        "info pix_erase.api | task sent | event=StageQueued(task) | task=upscale_image | task_id=2f0f6bd1",
    );
}

#[test]
fn what_nobody_can_read_is_its_own_message() {
    for system in ["cloudcix", "diffusion", "trung-dev", "metamock", "pixerase"] {
        for line in ["{\"event\": \"cut of", "", "\u{1b}[31mred\u{1b}[0m", "é\u{0}", "{}", "[] [] []"] {
            let record = read(system, &[("zone", "eu")], line);
            assert_eq!((record.line.as_str(), record.message.as_str()), (line, line), "{system}");
            assert!(record.fields.contains(&("zone".to_owned(), "eu".to_owned())), "{system} {line}");
            assert_eq!((record.time, record.event), (STORED, None));
        }
    }
}
