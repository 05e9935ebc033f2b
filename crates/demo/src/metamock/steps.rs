//! What a worker does in a step, and what comes after it.

use domain::time::{TimeDelta, Timestamp};

use super::{Load, STEPS, own_stream, stored};
use crate::model::{Clock, Core, Task};
use crate::scenario::{Effect, library_error};

/// How often a call to the image API is made before the step gives up.
const MAX_CALLS: u32 = 3;

/// What is broken now, as shares.
struct Conditions {
    timeouts: f64,
    uploads: f64,
    leaks: f64,
}

fn conditions(core: &Core<Load>) -> Conditions {
    let mut now = Conditions { timeouts: 0.06, uploads: 0.02, leaks: 0.0 };
    for effect in core.effects() {
        match effect {
            Effect::ApiTimeouts { share } => now.timeouts = *share,
            Effect::UploadsFail { share } => now.uploads = *share,
            Effect::ContextLeaks { share } => now.leaks = *share,
            _ => {}
        }
    }
    now
}

/// Does the step; gives when the worker is free again.
pub(super) fn work(core: &mut Core<Load>, mut task: Task<Load>, not_before: Option<Timestamp>) -> Timestamp {
    let now = conditions(core);
    let load = task.load.clone();
    let (job, is_crafted) = (task.job, task.purpose.is_some());
    let broken = library_error(core.effects(), "", &mut task.rng.fork("library", 0)).filter(|_| !is_crafted);
    let rng = &mut task.rng;
    let mut clock = Clock(load.began);
    let mut say = |at, level: &str, words: &str| core.line(load.line(at, level, words), Some(job));
    let mut n_calls = 1;
    let mut fault: Option<(&'static str, String)> = None;
    match load.step {
        "validate_preset" => {
            say(clock.after(rng, 0.1, 0.3), "DEBUG", "Validating preset configuration");
            clock.after(rng, 0.2, 0.9);
            fault =
                (!is_crafted && rng.chance(0.02)).then(|| ("bad_preset", "preset has no size".to_owned()));
        }
        "generate_prompts" => {
            clock.after(rng, 2.0, 6.0);
            if !is_crafted && rng.chance(0.02) {
                fault = Some(("no_prompts", "model returned no text".to_owned()));
            } else {
                say(clock.0, "INFO", "Generated 5 unique prompts");
            }
        }
        "generate_images" => {
            while !is_crafted && fault.is_none() && rng.chance(now.timeouts) {
                say(clock.after(rng, 9.9, 10.1), "ERROR", "Image generation failed: API timeout");
                if n_calls == MAX_CALLS {
                    fault = Some(("api_timeout", "API timeout".to_owned()));
                } else {
                    n_calls += 1;
                    say(clock.after(rng, 0.5, 2.0), "WARNING", "Retrying failed image generation");
                }
            }
            if fault.is_none() {
                clock.after(rng, 10.0, 28.0);
                clock.not_before(not_before);
            }
        }
        _ => {
            say(clock.after(rng, 0.2, 1.0), "DEBUG", "Reading input from S3");
            clock.after(rng, 2.0, 15.0);
        }
    }
    let is_last = load.step == "generate_images" || !load.is_bulk();
    if is_last && fault.is_none() && !is_crafted && rng.chance(now.uploads) {
        let words = "Failed to upload to S3";
        say(clock.after(rng, 1.0, 4.0), "ERROR", words);
        fault = Some(("s3_upload", words.to_owned()));
    }
    if let (None, Some(it)) = (&fault, broken) {
        fault = Some((it.cause, format!("{}: {}", it.class, it.message.replace('\n', " "))));
    }
    let end = clock.after(rng, 0.01, 0.2);
    match &fault {
        None => say(end, "INFO", "Step completed successfully"),
        Some((_, error)) => say(end, "ERROR", &format!("Step failed: {error}")),
    }
    let (step, leaks) = (load.step, rng.chance(now.leaks));
    core.record(end, job, move |it| it.n_attempts = n_calls);
    let told = clock.after(rng, 0.005, 0.05);
    if let Some((cause, error)) = fault {
        if load.is_bulk() {
            let words = format!("Bulk generation failed: {step}: {error}");
            core.line(load.workflow_line(told, "ERROR", &words), Some(job));
        }
        core.record(told, job, move |it| it.fail(told, step, cause, &error));
    } else if is_last {
        if load.is_bulk() {
            core.line(load.workflow_line(told, "INFO", "Bulk generation completed"), Some(job));
        }
        core.record(told, job, move |it| it.succeed(told));
        if leaks {
            leak(core, &mut task, &load, told);
        }
    } else {
        next(core, task, told);
    }
    end
}

/// The workflow sends the next step off, under a new id where it has that bug.
fn next(core: &mut Core<Load>, mut task: Task<Load>, at: Timestamp) {
    let place = STEPS.iter().position(|it| *it == task.load.step);
    let Some(step) = place.and_then(|it| STEPS.get(it + 1)).copied() else { return };
    task.load.step = step;
    task.load.run = task.rng.hex(6);
    if task.load.has_id_per_step {
        let id = format!("bulk-{}", task.rng.hex(12));
        task.load.id.clone_from(&id);
        core.record(at, task.job, move |it| it.other_ids.push(id));
    }
    core.record(at, task.job, move |it| it.enter(step));
    core.queue(at + TimeDelta::from_millis(8), task);
}

/// The worker forgets to clear the context: what it does next, for somebody else, carries this job's id.
fn leak(core: &mut Core<Load>, task: &mut Task<Load>, load: &Load, after: Timestamp) {
    let rng = &mut task.rng;
    let other = load.user + 1 + rng.below(50);
    let mut clock = Clock(after);
    for (level, words) in [
        ("INFO", "Processing user request"),
        ("DEBUG", "Loaded 12 presets from cache"),
        ("INFO", "User authenticated"),
    ] {
        let at = clock.after(rng, 1.0, 6.0);
        let body = format!("[{level}] [user_id={other} job_id={} task={}] {words}", load.id, load.step);
        core.line(stored(at, "celery-worker", &own_stream("celery-worker", at), body), None);
    }
    core.record(after, task.job, move |it| it.flaw = Some("context_leak"));
}
