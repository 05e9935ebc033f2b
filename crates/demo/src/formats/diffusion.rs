//! `diffusion`: Django and Celery with python-json-logger, four files, times without a zone (UTC), the job's id in the text only.
//!
//! Alloy makes labels of level and logger. The seed's pipeline makes labels of message and timestamp too, a stream a line:
//! that is left out, because no Loki with its default limits would take it.

use domain::time::Timestamp;

use super::{Clock, Story, traceback};
use crate::rng::Rng;
use crate::telemetry::{Json, LogLine, asctime};

const MODELS: [&str; 4] = ["Flux.1-dev", "SDXL-1.0", "Qwen-Image", "SD-3.5-large"];
const GATES: [&str; 3] = ["brand_safety", "cultural_fit", "legal_claims"];

/// A logger: the file (`job` label) it writes to, its name and where it stands in the code.
struct Logger(&'static str, &'static str, &'static str, i64);

const SERVER: Logger = Logger("django", "django.server", "django/core/servers/basehttp.py", 212);
const JOBS: Logger = Logger("django", "cw.diffusion.views", "src/cw/diffusion/views.py", 88);
const RECEIVED: Logger = Logger("celery", "celery.worker.strategy", "celery/worker/strategy.py", 161);
const ENDED: Logger = Logger("celery", "celery.app.trace", "celery/app/trace.py", 128);
const TASKS: Logger = Logger("tasks", "cw.diffusion.tasks", "src/cw/diffusion/tasks.py", 64);
const SPOTS: Logger = Logger("tasks", "cw.tvspots.tasks", "src/cw/tvspots/tasks.py", 51);
const LOAD: Logger = Logger("tasks", "cw.lib.models", "src/cw/lib/models/base.py", 177);
const ADAPT: Logger = Logger("tasks", "cw.lib.adaptation", "src/cw/lib/adaptation/pipeline.py", 140);
const PROMPTS: Logger = Logger("tasks", "cw.lib.prompts", "src/cw/lib/prompts/enhance.py", 39);
const WORKER: Logger = Logger("workers", "celery.worker", "celery/worker/worker.py", 202);

fn line(at: Timestamp, logger: &Logger, level: &str, message: &str, extra: &Json) -> LogLine {
    let Logger(job, name, path, number) = logger;
    let body = Json::new()
        .text("asctime", &asctime(at, 0))
        .text("name", name)
        .text("levelname", level)
        .text("message", message)
        .text("pathname", path)
        .int("lineno", *number)
        .and(extra)
        .finish();
    let labels =
        vec![("job", (*job).to_owned()), ("level", level.to_owned()), ("logger", (*name).to_owned())];
    LogLine { at, labels, metadata: Vec::new(), body }
}

/// A generation or an adaptation, from the form to its end.
pub(super) fn tell(rng: &mut Rng, at: Timestamp) -> Story {
    let is_adaptation = rng.chance(0.3);
    let (job, task_id) = (rng.uuid(), rng.uuid());
    let (kind, task, logger) = match is_adaptation {
        true => ("VideoAdUnit", "cw.tvspots.tasks.adapt_video_ad", &SPOTS),
        false => ("DiffusionJob", "cw.diffusion.tasks.generate_images", &TASKS),
    };
    let model = rng.pick(&MODELS);
    let mut clock = Clock(at);
    let mut lines = Vec::new();
    let none = Json::new();
    let mut say =
        |at, logger: &Logger, level: &str, message: &str| lines.push(line(at, logger, level, message, &none));
    say(clock.0, &SERVER, "INFO", &format!("\"POST /admin/{}/add/ HTTP/1.1\" 302 0", kind.to_lowercase()));
    say(
        clock.after(rng, 0.01, 0.05),
        &JOBS,
        "INFO",
        &format!("{kind} {job}: queued as task {task}[{task_id}]"),
    );
    say(clock.after(rng, 0.01, 0.3), &RECEIVED, "INFO", &format!("Task {task}[{task_id}] received"));
    say(
        clock.after(rng, 0.1, 8.0),
        &WORKER,
        "INFO",
        &format!("ForkPoolWorker-1 starts {kind} {job} (task {task_id})"),
    );
    let started = clock.0;
    let what = if is_adaptation { "adaptation" } else { "image generation" };
    say(clock.after(rng, 0.01, 0.1), logger, "INFO", &format!("{kind} {job}: starting {what} with {model}"));
    say(
        clock.after(rng, 0.1, 0.4),
        &PROMPTS,
        "DEBUG",
        &format!("Enhanced prompt for {kind} {job} to 214 characters"),
    );
    say(
        clock.after(rng, 0.1, 0.3),
        &LOAD,
        "DEBUG",
        &format!("Loading pipeline: {model}, warm cache is empty"),
    );
    let end = |outcome, error: Option<&str>| (outcome, error.map(str::to_owned));
    let (outcome, error) = match rng.below(100) {
        0..4 => {
            let error = "OSError: cannot read weights: file is truncated";
            say(
                clock.after(rng, 1.0, 4.0),
                &LOAD,
                "ERROR",
                &format!("Failed to load pipeline: {model} on CUDA: {error}"),
            );
            end("failed model load", Some(error))
        }
        4..10 => {
            say(
                clock.after(rng, 4.0, 12.0),
                &LOAD,
                "INFO",
                &format!("Pipeline loaded successfully: {model} on CUDA"),
            );
            let error = "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 4.50 GiB. GPU 0 has a total capacity of 23.65 GiB of which 1.20 GiB is free";
            say(
                clock.after(rng, 2.0, 9.0),
                logger,
                "ERROR",
                &format!("{kind} {job}: {what} failed: {error}"),
            );
            end("failed out of memory", Some(error))
        }
        n => {
            say(
                clock.after(rng, 4.0, 12.0),
                &LOAD,
                "INFO",
                &format!("Pipeline loaded successfully: {model} on CUDA"),
            );
            let n_gates_failed = if is_adaptation { rng.below(3) + 2 * usize::from(n < 20) } else { 0 };
            let gate = rng.pick(&GATES);
            for revision in 1..=n_gates_failed.min(3) {
                let told = format!("{kind} {job}: gate {gate} failed, revision {revision} of 3");
                say(clock.after(rng, 5.0, 14.0), &ADAPT, "WARNING", &told);
            }
            if n_gates_failed >= 3 {
                let error = format!("EvaluationFailed: gate {gate} failed after 3 revisions");
                say(
                    clock.after(rng, 0.1, 1.0),
                    logger,
                    "ERROR",
                    &format!("{kind} {job}: {what} failed: {error}"),
                );
                ("failed gate", Some(error))
            } else {
                let seconds = rng.log_normal(24.0, 0.4);
                let done = clock.after(rng, seconds, seconds + 1.0);
                say(done, logger, "INFO", &format!("{kind} {job}: {what} completed in {seconds:.1} s"));
                end("done", None)
            }
        }
    };
    let ended = clock.after(rng, 0.01, 0.1);
    let runtime = (ended - started).as_secs_f64();
    let (level, message, extra) = match &error {
        None => {
            let message = format!("Task {task}[{task_id}] succeeded in {runtime:.3}s: None");
            let data =
                Json::new().text("id", &task_id).text("name", task).raw("runtime", &format!("{runtime:.3}"));
            ("INFO", message, Json::new().raw("data", &data.finish()))
        }
        Some(error) => {
            let class = error.split(':').next().unwrap_or_default();
            let message = format!(
                "Task {task}[{task_id}] raised unexpected: {class}('{}')",
                &error.replace('\'', "\"")
            );
            let data = Json::new().text("id", &task_id).text("name", task).text("exc", error);
            let traceback = traceback("/app/src/cw/diffusion/tasks.py", 71, "run", error);
            ("ERROR", message, Json::new().raw("data", &data.finish()).text("exc_info", &traceback))
        }
    };
    lines.push(line(ended, &ENDED, level, &message, &extra));
    Story { lines, job_id: job, task_id: Some(task_id), outcome, error }
}
