//! `pixerase`: FastAPI and Taskiq; each line is JSON within the JSON that Vector writes, so Loki's fields begin with `log_`.

use domain::time::Timestamp;

use super::{Clock, Story, traceback};
use crate::rng::Rng;
use crate::telemetry::{Json, LogLine, rfc3339};

const TASKS: [&str; 3] = ["remove_background", "upscale_image", "grayscale_image"];

/// One program's lines in one trace.
struct Program<'a> {
    container: &'static str,
    trace: &'a str,
    span: String,
}

impl Program<'_> {
    fn line(&self, at: Timestamp, level: &str, event: &str, extra: &Json) -> LogLine {
        let inner = Json::new()
            .text("timestamp", &rfc3339(at))
            .text("level", level)
            .text("event", event)
            .text("trace_id", self.trace)
            .text("span_id", &self.span)
            .and(extra)
            .finish();
        let body = Json::new().raw("log", &inner).text("source_type", "docker_logs").finish();
        LogLine {
            at,
            labels: vec![("container_name", self.container.to_owned()), ("level", level.to_lowercase())],
            metadata: Vec::new(),
            body,
        }
    }
}

/// A request, and the task that does its work.
pub(super) fn tell(rng: &mut Rng, at: Timestamp) -> Story {
    let (task, task_id, trace) = (rng.pick(&TASKS), rng.hex(32), rng.hex(32));
    let api = Program { container: "pix_erase.api", trace: &trace, span: rng.hex(16) };
    let worker = Program { container: "pix_erase.worker", trace: &trace, span: rng.hex(16) };
    let url = format!("/v1/images/{}/{}", rng.uuid(), task.replace('_', "-"));
    let request = |status: i64| {
        Json::new()
            .text("http_method", "POST")
            .text("url", &url)
            .int("status_code", status)
            .text("client_addr", "198.51.100.7")
    };
    let mut clock = Clock(at);
    let mut lines = Vec::new();
    let none = Json::new();
    lines.push(api.line(
        at,
        "DEBUG",
        "request started",
        &Json::new().text("http_method", "POST").text("url", &url),
    ));
    let sent = Json::new().text("task_name", task).text("task_id", &task_id);
    lines.push(api.line(clock.after(rng, 0.005, 0.04), "INFO", "task sent", &sent));
    lines.push(api.line(clock.after(rng, 0.002, 0.02), "INFO", "request finished", &request(202)));
    let words = format!("Executing task {task} with ID: {task_id}");
    lines.push(worker.line(clock.after(rng, 0.02, 2.0), "INFO", &words, &none));
    lines.push(worker.line(clock.after(rng, 0.05, 0.4), "DEBUG", "image fetched from storage", &none));
    let failure = match rng.below(100) {
        0..3 => Some((
            "failed storage",
            "botocore.exceptions.EndpointConnectionError: Could not connect to the endpoint URL: http://minio:9000",
        )),
        3..7 => Some(("failed image", "PIL.UnidentifiedImageError: cannot identify image file")),
        _ => None,
    };
    let (outcome, error) = match failure {
        Some((outcome, error)) => {
            // Taskiq's own line says no id: only the trace tells whose it is.
            let exception = traceback("/app/src/pix_erase/infrastructure/tasks.py", 74, task, error);
            let at = clock.after(rng, 0.2, 3.0);
            let words = "Exception found while executing function.";
            lines.push(worker.line(at, "ERROR", words, &Json::new().text("exception", &exception)));
            (outcome, Some(error.to_owned()))
        }
        None => {
            let done = Json::new().text("task_name", task).text("task_id", &task_id);
            lines.push(worker.line(clock.after(rng, 0.6, 6.0), "INFO", "image processed", &done));
            ("done", None)
        }
    };
    if rng.chance(0.01) {
        let at = clock.after(rng, 0.1, 1.0);
        let exception = traceback(
            "/app/src/pix_erase/api/users.py",
            40,
            "me",
            "asyncpg.TooManyConnectionsError: sorry, too many clients already",
        );
        lines.push(api.line(at, "ERROR", "request failed", &request(500).text("exception", &exception)));
    }
    Story { lines, job_id: task_id.clone(), task_id: Some(task_id), outcome, error }
}
