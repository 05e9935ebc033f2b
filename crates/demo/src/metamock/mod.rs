//! A model of the `metamock` deployment: bracketed text with the job's context in it, no traces and no metrics.
//!
//! A bulk generation is a workflow of steps, each a task of its own that waits for a worker. Smaller jobs have one step.

mod steps;

use domain::time::{TimeDelta, Timestamp};

use crate::model::{Clock, Core, Deployment, Purpose, Record, Task};
use crate::rng::Rng;
use crate::scenario::Effect;
use crate::telemetry::{LogLine, rfc3339};

/// The steps of a bulk generation, in order.
const STEPS: [&str; 3] = ["validate_preset", "generate_prompts", "generate_images"];

/// The deployment.
#[derive(Debug)]
pub(crate) struct MetaMock;

/// What a worker must know of a task.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    user: usize,
    /// The id that the lines carry.
    id: String,
    step: &'static str,
    run: String,
    began: Timestamp,
    /// The bug that it suffers from.
    has_id_per_step: bool,
}

impl Load {
    /// A worker's line within the job's context.
    fn line(&self, at: Timestamp, level: &str, message: &str) -> LogLine {
        let context =
            format!("user_id={} job_id={} task={} run_id={}", self.user, self.id, self.step, self.run);
        let body = format!("[{level}] [{context}] {message}");
        // A job's own stream is metadata here: a label a job would be more streams than Loki takes.
        stored(at, "celery-worker", &format!("jobs/{}", self.id), body)
    }

    /// A line of the workflow around the steps.
    fn workflow_line(&self, at: Timestamp, level: &str, message: &str) -> LogLine {
        let body =
            format!("[{level}] [user_id={} job_id={} task=bulk_workflow] {message}", self.user, self.id);
        stored(at, "celery-worker", &format!("jobs/{}", self.id), body)
    }

    fn is_bulk(&self) -> bool {
        STEPS.contains(&self.step)
    }
}

/// A line of a service, in its own or a job's stream of the log group.
fn stored(at: Timestamp, service: &str, stream: &str, body: String) -> LogLine {
    LogLine {
        at,
        labels: vec![("app", "metamock-app".to_owned()), ("service", service.to_owned())],
        metadata: vec![("log_stream", stream.to_owned())],
        body,
    }
}

/// A service's own stream of a day.
fn own_stream(service: &str, at: Timestamp) -> String {
    let date = rfc3339(at).split('T').next().unwrap_or_default().to_owned();
    format!("{service}/9f2c41d07a66/{date}")
}

impl Deployment for MetaMock {
    type Load = Load;

    const NAME: &'static str = "metamock";

    fn n_workers(rate: f64) -> usize {
        (rate * 0.9).ceil() as usize
    }

    fn arrive(&mut self, core: &mut Core<Load>, number: u64, purpose: Option<Purpose>) {
        let mut rng = core.rng("job", number);
        let kind = rng.pick(&["bulk", "bulk", "bulk", "image-upscale", "user-export"]);
        let kind = if purpose.is_some() { "bulk" } else { kind };
        hand_in(core, &mut rng, kind, purpose);
    }

    fn is_last(&self, task: &Task<Load>) -> bool {
        match task.purpose {
            Some(Purpose::Queued) => false,
            _ => task.load.step == "generate_images",
        }
    }

    fn begin(&mut self, core: &mut Core<Load>, task: &mut Task<Load>) {
        task.load.began = core.now;
        let words = format!("Starting step: {}", task.load.step);
        core.line(task.load.line(core.now, "INFO", &words), Some(task.job));
    }

    fn work(&mut self, core: &mut Core<Load>, task: Task<Load>, not_before: Option<Timestamp>) -> Timestamp {
        steps::work(core, task, not_before)
    }
}

fn hand_in(core: &mut Core<Load>, rng: &mut Rng, kind: &str, purpose: Option<Purpose>) {
    let user = rng.below(400) + 100;
    let (step, title, stage): (&'static str, &'static str, &'static str) = match kind {
        "bulk" => ("validate_preset", "Bulk generation", "validate_preset"),
        "image-upscale" => ("image_upscale", "Image upscale", "image_upscale"),
        _ => ("user_export", "User export", "user_export"),
    };
    let id = format!("{kind}-{}", rng.hex(12));
    let bug = core.effects().find_map(|it| match it {
        Effect::NewIdPerStep { share } => Some(*share),
        _ => None,
    });
    let has_id_per_step = purpose.is_none() && kind == "bulk" && bug.is_some_and(|share| rng.chance(share));
    let mut clock = Clock(core.now);
    let words = format!("[INFO] [user_id={user}] Processing user request");
    core.line(stored(core.now, "backend", &own_stream("backend", core.now), words), None);
    let at = clock.after(rng, 0.05, 0.3);
    let record = Record::new(&id, title, stage, at);
    let flaw = has_id_per_step.then_some("new_job_id_per_step");
    let job = core.open(Record { user: Some(user.to_string()), flaw, ..record }, purpose);
    let load = Load { user, id, step, run: rng.hex(6), began: at, has_id_per_step };
    if kind == "bulk" {
        let words = format!("Starting bulk generation for preset {}", rng.hex(6));
        core.line(load.workflow_line(at, "INFO", &words), Some(job));
    }
    let queued = at + TimeDelta::from_secs_f64(rng.between(0.004, 0.03));
    core.queue(queued, Task { job, id: String::new(), rng: rng.clone(), retries: 0, queued, purpose, load });
}
