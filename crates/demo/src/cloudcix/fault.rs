//! What goes wrong in a task, and how Python tells it.

use crate::errors::LibraryError;
use crate::telemetry::Exception;

/// A failure of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// `error_code` in the log.
    pub code: String,
    /// The HTTP status that caused it.
    pub status: Option<u16>,
    /// `error_type` of the inference metrics, where the inference server is the cause.
    pub inference: Option<&'static str>,
    /// Is another attempt worth it?
    pub is_transient: bool,
    /// Why, in one word for the summary, where the code does not tell.
    pub cause: Option<&'static str>,
    /// What was raised.
    pub exception: Exception,
}

/// A traceback through these frames (file, line, function), as Python prints it.
fn traceback(frames: &[(&str, u32, &str)], class: &str, message: &str) -> String {
    let mut text = "Traceback (most recent call last):\n".to_owned();
    for (file, line, function) in frames {
        text.push_str(&format!("  File \"{file}\", line {line}, in {function}\n"));
    }
    text + class + ": " + message
}

fn exception(class: &'static str, message: String, frames: &[(&str, u32, &str)]) -> Exception {
    let traceback = traceback(frames, class, &message);
    Exception { class, message, traceback }
}

const SCRAPE_FRAMES: [(&str, u32, &str); 3] = [
    ("/app/scraper/tasks.py", 41, "scrape_task"),
    ("/app/scraper/fetch.py", 88, "fetch"),
    ("/usr/local/lib/python3.12/site-packages/httpx/_models.py", 829, "raise_for_status"),
];
const TIMEOUT_FRAMES: [(&str, u32, &str); 3] = [
    ("/app/scraper/tasks.py", 41, "scrape_task"),
    ("/app/scraper/fetch.py", 86, "fetch"),
    ("/usr/local/lib/python3.12/site-packages/httpx/_transports/default.py", 118, "map_httpcore_exceptions"),
];
const CHUNK_FRAMES: [(&str, u32, &str); 2] =
    [("/app/chunking/tasks.py", 33, "chunk_task"), ("/app/chunking/decode.py", 19, "decode_page")];
const EMBED_FRAMES: [(&str, u32, &str); 3] = [
    ("/app/embedding/tasks.py", 57, "embed_task"),
    ("/app/embedding/inference.py", 102, "embed_batch"),
    ("/usr/local/lib/python3.12/site-packages/openai/_base_client.py", 1047, "request"),
];

/// A page's host answered with this status; 0 is no answer in time.
pub(super) fn http(status: u16, url: &str) -> Fault {
    if status == 0 {
        let exception =
            exception("httpx.ReadTimeout", "The read operation timed out".to_owned(), &TIMEOUT_FRAMES);
        return Fault {
            code: "timeout".to_owned(),
            status: None,
            inference: None,
            is_transient: true,
            cause: None,
            exception,
        };
    }
    let (side, reason) = match status {
        403 => ("Client", "Forbidden"),
        404 => ("Client", "Not Found"),
        410 => ("Client", "Gone"),
        429 => ("Client", "Too Many Requests"),
        500 => ("Server", "Internal Server Error"),
        502 => ("Server", "Bad Gateway"),
        503 => ("Server", "Service Unavailable"),
        400..500 => ("Client", "Error"),
        _ => ("Server", "Error"),
    };
    let message = format!("{side} error '{status} {reason}' for url '{url}'");
    Fault {
        code: format!("http_{status}"),
        status: Some(status),
        inference: None,
        is_transient: !matches!(status, 404 | 410),
        cause: None,
        exception: exception("httpx.HTTPStatusError", message, &SCRAPE_FRAMES),
    }
}

/// What a library raised: its code says no more than that the task failed.
pub(super) fn library(error: &LibraryError) -> Fault {
    let frames = [("/app/pipeline/tasks.py", 64, "run")];
    Fault {
        code: "task_error".to_owned(),
        status: None,
        inference: None,
        is_transient: error.is_transient,
        cause: Some(error.cause),
        exception: exception(error.class, error.message.to_owned(), &frames),
    }
}

/// A page that is no text.
pub(super) fn encoding() -> Fault {
    let message = "'utf-8' codec can't decode byte 0x8b in position 1: invalid start byte".to_owned();
    Fault {
        code: "unsupported_encoding".to_owned(),
        status: None,
        inference: None,
        is_transient: false,
        cause: None,
        exception: exception("UnicodeDecodeError", message, &CHUNK_FRAMES),
    }
}

/// The kernel killed the worker process.
pub(super) fn worker_lost() -> Fault {
    let frames = [("/usr/local/lib/python3.12/site-packages/billiard/pool.py", 1264, "mark_as_worker_lost")];
    let message = "Worker exited prematurely: signal 9 (SIGKILL) Job: 214.".to_owned();
    Fault {
        code: "worker_lost".to_owned(),
        status: None,
        inference: None,
        is_transient: false,
        cause: None,
        exception: exception("billiard.exceptions.WorkerLostError", message, &frames),
    }
}

/// The inference server's failure of this kind; `circuit_open` is our own breaker's.
pub(super) fn inference(kind: &str) -> Fault {
    let (code, status, error_type, class, message) = match kind {
        "circuit_open" => (
            "circuit_open",
            None,
            "circuit_open",
            "embedding.inference.CircuitBreakerOpen",
            "circuit breaker is open: inference server failed 5 times in a row",
        ),
        "connection_error" => (
            "inference_connection_error",
            None,
            "connection_error",
            "openai.APIConnectionError",
            "Connection error: [Errno 111] Connection refused",
        ),
        "token_limit_exceeded" => (
            "token_limit_exceeded",
            Some(400),
            "token_limit_exceeded",
            "openai.BadRequestError",
            "Error code: 400 - input of 611 tokens exceeds the limit of 512 tokens",
        ),
        "cuda_oom" => (
            "inference_oom",
            Some(500),
            "cuda_oom",
            "openai.InternalServerError",
            "Error code: 500 - CUDA out of memory. Tried to allocate 2.25 GiB. GPU 0 has a total capacity of 79.11 GiB of which 1.02 GiB is free",
        ),
        _ => (
            "inference_unavailable",
            Some(503),
            "server_unavailable",
            "openai.InternalServerError",
            "Error code: 503 - no healthy upstream",
        ),
    };
    Fault {
        code: code.to_owned(),
        status,
        inference: Some(error_type),
        is_transient: kind != "token_limit_exceeded",
        cause: None,
        exception: exception(class, message.to_owned(), &EMBED_FRAMES),
    }
}
