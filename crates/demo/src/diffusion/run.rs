//! What a worker does with a task: enhance the prompt, load the model, generate, and for adaptations pass the gates.

use domain::time::{TimeDelta, Timestamp};

use super::Load;
use super::flower::{self, WORKERS};
use super::lines::{ADAPTATION, CIVITAI, ENDED, LOAD, Logger, PROMPTS, RECEIVED, SPOTS, TASKS, WORKER};
use crate::errors::LibraryError;
use crate::model::{Clock, Core, Note, Task, traceback};
use crate::rng::Rng;
use crate::scenario::{Effect, library_error};
use crate::telemetry::Json;

const GATES: [&str; 3] = ["brand_safety", "cultural_fit", "legal_claims"];
/// Celery's `max_retries` for a device that ran out of memory.
const MAX_RETRIES: u32 = 2;
const COUNTDOWN: TimeDelta = TimeDelta::from_secs(20);
/// How often an adaptation is revised for one gate.
const MAX_REVISIONS: u32 = 3;

/// A worker received the task, and starts it.
pub(super) fn begin(core: &mut Core<Load>, task: &mut Task<Load>) {
    let now = core.now;
    let Load { id, entity, task: name, .. } = task.load.clone();
    task.load.worker = task.rng.pick(&WORKERS);
    let none = Json::new();
    let data = Json::new().text("id", &task.id).text("name", name);
    let received = format!("Task {name}[{}] received", task.id);
    core.line(RECEIVED.line(now, "INFO", &received, &Json::new().raw("data", &data.finish())), None);
    let at = now + TimeDelta::from_secs_f64(task.rng.between(0.002, 0.01));
    let words = format!("ForkPoolWorker-1 starts {entity} {id} (task {})", task.id);
    core.line(WORKER.line(at, "INFO", &words, &none), Some(task.job));
    task.load.began = at;
    for kind in ["task-received", "task-started"] {
        count(core, &task.load, now, kind);
    }
    let worker = [("worker", task.load.worker)];
    core.count(now, Note::new(flower::EXECUTING, &worker, 1.0));
}

fn count(core: &mut Core<Load>, load: &Load, at: Timestamp, kind: &str) {
    let labels = [("worker", load.worker), ("type", kind), ("task", load.task)];
    core.count(at, Note::new(flower::EVENTS, &labels, 1.0));
}

/// Why an attempt fails.
struct Fault {
    stage: &'static str,
    cause: &'static str,
    class: &'static str,
    message: String,
    is_tried_again: bool,
}

/// What is broken now.
#[derive(Default)]
struct Conditions {
    memory: Option<Memory>,
    broken_models: Vec<String>,
    gate: Option<(String, f64)>,
    library: Option<LibraryError>,
}

/// What generations ask of a device that has less.
struct Memory {
    share: f64,
    device: String,
    /// None means any.
    models: Vec<String>,
}

fn conditions(core: &Core<Load>) -> Conditions {
    let mut now = Conditions::default();
    for effect in core.effects() {
        match effect {
            Effect::DeviceMemory { share, device, models } => {
                let (device, models) = (device.clone(), models.clone());
                now.memory = Some(Memory { share: *share, device, models });
            }
            Effect::ModelBroken { model } => now.broken_models.push(model.clone()),
            Effect::GateFails { gate, share } => now.gate = Some((gate.clone(), *share)),
            _ => {}
        }
    }
    now
}

/// A task's own lines, one after another.
struct Story<'c> {
    core: &'c mut Core<Load>,
    clock: Clock,
    rng: Rng,
    job: usize,
    /// `DiffusionJob 4f1d2c7e-…`.
    whose: String,
    logger: Logger,
}

impl Story<'_> {
    fn passes(&mut self, low_secs: f64, high_secs: f64) {
        self.clock.after(&mut self.rng, low_secs, high_secs);
    }

    /// A line of the library, which knows nothing of jobs.
    fn library(&mut self, logger: Logger, level: &str, words: &str) {
        self.core.line(logger.line(self.clock.0, level, words, &Json::new()), None);
    }

    /// A line of the task, which names the job.
    fn says(&mut self, level: &str, words: &str) {
        let words = format!("{}: {words}", self.whose);
        self.core.line(self.logger.line(self.clock.0, level, &words, &Json::new()), Some(self.job));
    }
}

/// Does the work; gives when the worker is free again.
pub(super) fn work(core: &mut Core<Load>, mut task: Task<Load>, not_before: Option<Timestamp>) -> Timestamp {
    let mut now = conditions(core);
    now.library = library_error(core.effects(), "", &mut task.rng.fork("library", u64::from(task.retries)));
    let now = now;
    let load = task.load.clone();
    let is_crafted = task.purpose.is_some();
    let logger = if load.is_adaptation() { SPOTS } else { TASKS };
    let mut story = Story {
        clock: Clock(load.began),
        rng: task.rng.fork("run", u64::from(task.retries)),
        job: task.job,
        whose: format!("{} {}", load.entity, load.id),
        logger,
        core,
    };
    let fault = prepare(&mut story, &load, &now, is_crafted)
        .or_else(|| generate(&mut story, &load, &now, is_crafted, not_before));
    let end = story.clock.after(&mut story.rng, 0.01, 0.1);
    let core = story.core;
    let runtime = (end - load.began).as_secs_f64();
    let worker = [("worker", load.worker)];
    core.count(end, Note::new(flower::EXECUTING, &worker, -1.0));
    let name = load.task;
    let data = Json::new().text("id", &task.id).text("name", name);
    let Some(fault) = fault else {
        let message = format!("Task {name}[{}] succeeded in {runtime:.3}s: None", task.id);
        let data = data.raw("runtime", &format!("{runtime:.3}")).text("return_value", "None");
        core.line(ENDED.line(end, "INFO", &message, &Json::new().raw("data", &data.finish())), None);
        count(core, &load, end, "task-succeeded");
        let labels = [("worker", load.worker), ("task", name)];
        core.observe(end, Note::new(flower::RUNTIME_SECONDS, &labels, runtime));
        core.record(end, task.job, move |it| it.succeed(end));
        return end;
    };
    let class = fault.class.rsplit('.').next().unwrap_or_default();
    let raised = format!("{class}('{}')", fault.message.replace('\'', "\""));
    let data = Json::new().raw("data", &data.text("exc", &raised).finish());
    if fault.is_tried_again && task.retries < MAX_RETRIES && !is_crafted {
        let message = format!("Task {name}[{}] retry: Retry in {}s: {raised}", task.id, COUNTDOWN.secs());
        core.line(ENDED.line(end, "INFO", &message, &data), None);
        count(core, &load, end, "task-retried");
        task.retries += 1;
        core.queue(end + COUNTDOWN, task);
        return end;
    }
    let message = format!("Task {name}[{}] raised unexpected: {raised}", task.id);
    let error = format!("{}: {}", fault.class, fault.message);
    let exc_info = traceback("/app/src/cw/diffusion/tasks.py", 71, "run", &error);
    core.line(ENDED.line(end, "ERROR", &message, &data.text("exc_info", &exc_info)), None);
    count(core, &load, end, "task-failed");
    core.record(end, task.job, move |it| it.fail(end, fault.stage, fault.cause, &fault.message));
    end
}

/// Prompt and model.
fn prepare(story: &mut Story<'_>, load: &Load, now: &Conditions, is_crafted: bool) -> Option<Fault> {
    story.passes(0.1, 0.4);
    let words = format!("Enhanced prompt for {} to 214 characters", story.whose);
    story.core.line(PROMPTS.line(story.clock.0, "DEBUG", &words, &Json::new()), Some(story.job));
    story.passes(0.01, 0.1);
    story.says("INFO", &format!("loading {}", load.model));
    let is_broken =
        !is_crafted && (now.broken_models.iter().any(|it| it == load.model) || story.rng.chance(0.01));
    let from = story.clock.0;
    if !is_broken && story.rng.chance(0.45) {
        story.passes(0.01, 0.05);
        story.library(LOAD, "DEBUG", &format!("Warm cache has {}", load.model));
    } else {
        story.passes(0.01, 0.05);
        story.library(
            LOAD,
            "DEBUG",
            &format!("Loading pipeline: {}, warm cache has another model", load.model),
        );
        story.passes(1.0, 4.0);
        if is_broken {
            let message = format!("Failed to load pipeline: {} on CUDA: file is truncated", load.model);
            let error = format!("cw.lib.models.ModelLoadError: {message}");
            let exc_info = traceback("/app/src/cw/lib/models/base.py", 203, "load", &error);
            let line = LOAD.line(story.clock.0, "ERROR", &message, &Json::new().text("exc_info", &exc_info));
            story.core.line(line, None);
            story.passes(0.001, 0.01);
            story.says("ERROR", &format!("model load failed: {message}"));
            let class = "cw.lib.models.ModelLoadError";
            return Some(Fault { stage: "load", cause: "model_load", class, message, is_tried_again: false });
        }
        story.passes(3.0, 8.0);
        story.library(LOAD, "INFO", &format!("Pipeline loaded successfully: {} on CUDA", load.model));
    }
    story.passes(0.001, 0.01);
    let took = (story.clock.0 - from).as_secs_f64();
    story.says("INFO", &format!("{} ready after {took:.1} s", load.model));
    None
}

/// Pictures, and what the gates say of them.
fn generate(
    story: &mut Story<'_>,
    load: &Load,
    now: &Conditions,
    is_crafted: bool,
    not_before: Option<Timestamp>,
) -> Option<Fault> {
    let what = if load.is_adaptation() { "adaptation" } else { "image generation" };
    story.passes(0.01, 0.1);
    story.says("INFO", &format!("starting {what} with {}", load.model));
    let is_hungry = |it: &&Memory| it.models.is_empty() || it.models.iter().any(|it| it == load.model);
    let hungry = now.memory.as_ref().filter(is_hungry);
    let (share, device) = hungry.map_or((0.015, "cuda"), |it| (it.share, it.device.as_str()));
    if !is_crafted && story.rng.chance(share) {
        story.passes(2.0, 9.0);
        let (class, cause, message) = match device {
            "mps" => (
                "RuntimeError",
                "mps_out_of_memory",
                "MPS backend out of memory (MPS allocated: 17.71 GB, other allocations: 384.00 KB, max allowed: 18.13 GB)",
            ),
            _ => (
                "torch.OutOfMemoryError",
                "cuda_out_of_memory",
                "CUDA out of memory. Tried to allocate 4.50 GiB. GPU 0 has a total capacity of 23.65 GiB of which 1.20 GiB is free",
            ),
        };
        story.says("ERROR", &format!("{what} failed: {class}: {message}"));
        return Some(Fault {
            stage: "generate",
            cause,
            class,
            message: message.to_owned(),
            is_tried_again: true,
        });
    }
    if let Some(it) = now.library.filter(|_| !is_crafted) {
        story.passes(0.5, 4.0);
        let first = it.message.lines().next().unwrap_or_default();
        story.says("ERROR", &format!("{what} failed: {}: {first}", it.class));
        return Some(Fault {
            stage: "generate",
            cause: it.cause,
            class: it.class,
            message: it.message.to_owned(),
            is_tried_again: it.is_transient,
        });
    }
    if !load.is_adaptation() && story.rng.chance(0.2) {
        story.passes(0.1, 1.0);
        story.library(CIVITAI, "DEBUG", "Downloading LoRA 128713 from CivitAI: in cache already");
    }
    let secs = story.rng.log_normal(26.0, 0.35).min(110.0);
    story.clock.passes(secs);
    story.clock.not_before(not_before);
    story.says("INFO", &format!("{what} completed in {secs:.1} s"));
    if load.is_adaptation() { gates(story, now, is_crafted) } else { None }
}

fn gates(story: &mut Story<'_>, now: &Conditions, is_crafted: bool) -> Option<Fault> {
    story.passes(0.5, 2.0);
    story.says("INFO", "starting evaluation");
    for gate in GATES {
        story.passes(0.5, 2.0);
        story.library(ADAPTATION, "DEBUG", &format!("Evaluating gate {gate}"));
        let hopeless = now.gate.as_ref().filter(|(it, _)| it == gate).map_or(0.015, |(_, share)| *share);
        let is_hopeless = !is_crafted && story.rng.chance(hopeless);
        let n_failures =
            if is_hopeless { MAX_REVISIONS } else { story.rng.below(7).saturating_sub(5) as u32 };
        for revision in 1..=n_failures {
            story.passes(1.0, 3.0);
            let score = story.rng.between(0.31, 0.68);
            let found = format!("Gate {gate} scored {score:.2}, 0.70 needed");
            story.library(ADAPTATION, "DEBUG", &found);
            story.passes(0.001, 0.01);
            story.says("WARNING", &format!("gate {gate} failed, revision {revision} of {MAX_REVISIONS}"));
            story.passes(4.0, 9.0);
        }
        if is_hopeless {
            let message = format!("gate {gate} failed after {MAX_REVISIONS} revisions");
            story.says("ERROR", &format!("evaluation failed: {message}"));
            let class = "cw.lib.adaptation.EvaluationFailed";
            return Some(Fault {
                stage: "evaluate",
                cause: "evaluation_gate",
                class,
                message,
                is_tried_again: false,
            });
        }
        story.passes(1.0, 3.0);
        story.says("INFO", &format!("gate {gate} passed after {n_failures} revisions"));
    }
    story.passes(0.001, 0.01);
    story.says("INFO", "evaluation passed");
    None
}
