//! What a Taskiq worker does with a task, and how its receiver and middlewares tell it.

use domain::time::{TimeDelta, Timestamp};

use super::families as f;
use super::lines::Program;
use super::{Load, MAX_TRIES, TIME_LIMIT_SECS};
use crate::model::{Clock, Core, Note, Task, traceback};
use crate::scenario::{Effect, library_error};
use crate::telemetry::{Exception, Json, Span, SpanKind, span_id};

const SERVICE: &str = "pix_erase.worker";

/// The receiver took the task.
pub(super) fn begin(core: &mut Core<Load>, task: &mut Task<Load>) {
    let now = core.now;
    task.load.run = span_id(&mut task.rng);
    task.load.began = now;
    let worker = Program::worker(task.load.trace, task.load.run);
    let told = now + TimeDelta::from_millis(1);
    let words = format!("Executing task {} with ID: {}", task.load.name, task.id);
    core.line(worker.line(told, "INFO", &words, &Json::new()), Some(task.job));
    core.count(now, Note::new(f::RECEIVED, &[("task_name", task.load.name)], 1.0));
}

/// Why an attempt fails.
struct Fault {
    cause: &'static str,
    exception: Exception,
    /// Whether the task is labelled `retry_on_error`, and this is worth it.
    is_tried_again: bool,
}

fn fault(cause: &'static str, class: &'static str, message: &str, task: &str, is_tried_again: bool) -> Fault {
    let error = if message.is_empty() { class.to_owned() } else { format!("{class}: {message}") };
    let traceback = traceback("/app/src/pix_erase/infrastructure/task_manager/tasks.py", 74, task, &error);
    Fault { cause, exception: Exception { class, message: message.to_owned(), traceback }, is_tried_again }
}

/// Does the work; gives when the worker is free again.
pub(super) fn work(
    core: &mut Core<Load>,
    mut task: Task<Load>,
    not_before: Option<Timestamp>,
    version: &str,
) -> Timestamp {
    let Load { name, trace, run, began, sent_by, is_bad } = task.load.clone();
    let worker = Program::worker(trace, run);
    let slow = core.effects().find_map(|it| match it {
        Effect::StorageSlow { share } => Some(*share),
        _ => None,
    });
    let rng = &mut task.rng;
    let mut clock = Clock(began);
    let none = Json::new();
    let from = clock.after(rng, 0.003, 0.012);
    let is_late = task.purpose.is_none() && rng.chance(slow.unwrap_or(0.008));
    let is_refused = !is_late && task.purpose.is_none() && rng.chance(0.02);
    let mut fault = None;
    if is_late {
        clock.0 = began + TimeDelta::from_secs_f64(TIME_LIMIT_SECS);
        fault = Some(self::fault("task_timeout", "TimeoutError", "", name, true));
    } else if is_refused {
        clock.after(rng, 1.0, 3.0);
        let message = "Could not connect to the endpoint URL: \"http://minio:9000/images\"";
        fault = Some(self::fault(
            "storage_unreachable",
            "botocore.exceptions.EndpointConnectionError",
            message,
            name,
            true,
        ));
    } else {
        let secs = rng.log_normal(0.12, 0.5);
        clock.passes(secs);
    }
    let broken = task.rng.fork("library", u64::from(task.retries));
    let broken = library_error(core.effects(), "", &mut { broken }).filter(|_| task.purpose.is_none());
    let rng = &mut task.rng;
    let fetched = clock.0;
    let get = Span::new(trace, span_id(rng), SERVICE, "aiobotocore", "S3.GetObject", SpanKind::Client)
        .text("rpc.system", "aws-api")
        .text("rpc.service", "S3")
        .text("rpc.method", "GetObject")
        .text("server.address", "minio")
        .placed(Some(run), from, fetched);
    let get = fault.as_ref().map_or(get.clone(), |it| get.failed(&it.exception));
    let mut spans = vec![get];
    if fault.is_none() {
        core.line(worker.line(fetched, "DEBUG", "image fetched from storage", &none), None);
        let from = clock.after(rng, 0.001, 0.004);
        if is_bad {
            clock.after(rng, 0.01, 0.06);
            let message = "cannot identify image file <_io.BytesIO object at 0x7f2c8a1d3e20>";
            fault = Some(self::fault("bad_image", "PIL.UnidentifiedImageError", message, name, false));
        } else if let Some(it) = &broken {
            clock.after(rng, 0.05, 2.0);
            fault = Some(self::fault(it.cause, it.class, it.message, name, it.is_transient));
        } else {
            let secs = rng.log_normal(2.2, 0.5).clamp(0.3, 20.0);
            clock.passes(secs);
            clock.not_before(not_before);
        }
        let process =
            Span::new(trace, span_id(rng), SERVICE, "pix_erase", "process image", SpanKind::Internal)
                .text("image.operation", name)
                .placed(Some(run), from, clock.0);
        spans.push(fault.as_ref().map_or(process.clone(), |it| process.failed(&it.exception)));
    }
    let end = clock.after(rng, 0.002, 0.01);
    let run_span = Span::new(trace, run, SERVICE, "taskiq", &format!("execute/{name}"), SpanKind::Consumer)
        .text("taskiq.action", "execute")
        .text("messaging.message.id", &task.id)
        .text("taskiq.task_name", name)
        .text("taskiq.timeout", "30")
        .text("taskiq.max_retries", "3");
    let run_span =
        if task.retries > 0 { run_span.text("taskiq._retries", &task.retries.to_string()) } else { run_span };
    let run_span = run_span.placed(Some(sent_by), began, end);
    let status = if fault.is_none() { "success" } else { "error" };
    let took = (end - began).as_secs_f64();
    let by_task = ("task_name", name);
    core.count(end, Note::new(f::TASKS_TOTAL, &[by_task, ("status", status)], 1.0));
    core.observe(end, Note::new(f::TASK_SECONDS, &[by_task], took).seen_in(trace));
    core.observe(end, Note::new(f::EXECUTION, &[by_task], took).seen_in(trace));
    let outcome = if fault.is_none() { f::SUCCEEDED } else { f::ERRORS };
    core.count(end, Note::new(outcome, &[by_task], 1.0));
    match fault {
        None => {
            let fields = Json::new().text("task_name", name).text("task_id", &task.id);
            core.line(worker.line(end, "INFO", "image processed", &fields), Some(task.job));
            core.record(end, task.job, move |it| it.succeed(end));
            spans.push(run_span);
            tell(core, spans, task.job, version);
        }
        Some(fault) => {
            let again = fails(core, &mut task, &worker, &fault, end);
            let reason = fault.exception.message.as_str();
            let reason = if reason.is_empty() { "TimeoutError" } else { reason };
            // The middleware goes by the label alone, so the last attempt has a reason to be tried again as well.
            spans.push(match fault.is_tried_again {
                true => run_span.text("taskiq.retry_on_error", "True").text("taskiq.retry.reason", reason),
                false => run_span.failed(&fault.exception),
            });
            spans.extend(again.clone());
            tell(core, spans, task.job, version);
            if let Some(sent) = again {
                let load = Load { sent_by: sent.id, ..task.load };
                core.queue(sent.end, Task { retries: task.retries + 1, load, ..task });
            }
        }
    }
    end
}

/// Tells of a failure; gives the span that sent the task off again, if it did.
fn fails(
    core: &mut Core<Load>,
    task: &mut Task<Load>,
    worker: &Program,
    fault: &Fault,
    end: Timestamp,
) -> Option<Span> {
    let name = task.load.name;
    let exception = Json::new().text("exception", &fault.exception.traceback);
    core.line(worker.line(end, "ERROR", "Exception found while executing function.", &exception), None);
    let told = end + TimeDelta::from_millis(1);
    if fault.is_tried_again && task.retries + 1 < MAX_TRIES {
        let words = format!("Task '{name}' invocation failed. Retrying.");
        core.line(worker.line(told, "INFO", &words, &Json::new()), None);
        let sent = told + TimeDelta::from_secs_f64(task.rng.between(0.0006, 0.003));
        let retries = (task.retries + 1).to_string();
        let span = Span::new(
            task.load.trace,
            span_id(&mut task.rng),
            SERVICE,
            "taskiq",
            &format!("send/{name}"),
            SpanKind::Producer,
        )
        .text("taskiq.action", "send")
        .text("messaging.message.id", &task.id)
        .text("taskiq.task_name", name)
        .text("taskiq._retries", &retries)
        .placed(Some(task.load.run), told, sent);
        return Some(span);
    }
    if fault.is_tried_again {
        let words = format!("Task '{name}' invocation failed. Maximum retries count is reached.");
        core.line(worker.line(told, "WARNING", &words, &Json::new()), None);
    }
    let (cause, error) = (fault.cause, fault.exception.message.clone());
    let error = if error.is_empty() { fault.exception.class.to_owned() } else { error };
    core.record(told, task.job, move |it| it.fail(told, "task", cause, &error));
    None
}

fn tell(core: &mut Core<Load>, spans: Vec<Span>, job: usize, version: &str) {
    for span in spans {
        core.span(Span { version: version.to_owned(), ..span }, job);
    }
}
