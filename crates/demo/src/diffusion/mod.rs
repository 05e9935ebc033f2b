//! A model of the `diffusion` deployment: Django hands generations and adaptations to Celery workers with a GPU each.
//!
//! Four JSON logs of python-json-logger with times that name no zone (UTC), the job's id in the text only. Alloy makes labels of
//! level and logger. The seed's pipeline makes labels of message and timestamp too, a stream a line: that is left out, because
//! no Loki with its default limits would take it. Workers take one task at a time (`worker_prefetch_multiplier = 1`, late acks), so
//! a task is received when it starts.

mod flower;
mod lines;
mod run;

use domain::time::Timestamp;

use self::lines::{JOBS, SERVER};
use crate::model::{Clock, Core, Deployment, Purpose, Record, Task};
use crate::telemetry::Json;

const MODELS: [&str; 4] = ["Flux.1-dev", "SDXL-1.0", "Qwen-Image", "SD-3.5-large"];
const GENERATE: &str = "cw.diffusion.tasks.generate_images";
const ADAPT: &str = "cw.tvspots.tasks.adapt_video_ad";

/// The deployment.
#[derive(Debug)]
pub(crate) struct Diffusion;

/// What a worker must know of a task.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    /// The job's id.
    id: String,
    /// The model that the job is of in Django: `DiffusionJob` or `VideoAdUnit`.
    entity: &'static str,
    /// The Celery task.
    task: &'static str,
    /// The diffusion model.
    model: &'static str,
    /// Which worker has it.
    worker: &'static str,
    began: Timestamp,
}

impl Load {
    fn is_adaptation(&self) -> bool {
        self.task == ADAPT
    }
}

impl Deployment for Diffusion {
    type Load = Load;

    const NAME: &'static str = "diffusion";

    fn n_workers(rate: f64) -> usize {
        // A task takes three quarters of a minute.
        (rate * 1.05).ceil() as usize
    }

    fn declare(&mut self, core: &mut Core<Load>) {
        flower::declare(&mut core.metrics);
    }

    fn arrive(&mut self, core: &mut Core<Load>, number: u64, purpose: Option<Purpose>) {
        let mut rng = core.rng("job", number);
        let is_adaptation = rng.chance(0.3);
        let (id, task_id) = (rng.uuid(), rng.uuid());
        let (entity, task, kind) = match is_adaptation {
            true => ("VideoAdUnit", ADAPT, "Video adaptation"),
            false => ("DiffusionJob", GENERATE, "Image generation"),
        };
        let now = core.now;
        let job = core.open(Record::new(&id, kind, "run", now), purpose);
        if let Some(record) = core.ledger.of(job) {
            record.task_ids.push(task_id.clone());
        }
        let none = Json::new();
        let mut clock = Clock(now);
        let asked = format!("\"POST /admin/{}/add/ HTTP/1.1\" 302 0", entity.to_lowercase());
        core.line(SERVER.line(now, "INFO", &asked, &none), None);
        let told = format!("{entity} {id}: queued as task {task}[{task_id}]");
        let at = clock.after(&mut rng, 0.01, 0.05);
        core.line(JOBS.line(at, "INFO", &told, &none), Some(job));
        let queued = clock.after(&mut rng, 0.001, 0.004);
        let model = rng.pick(&MODELS);
        let load = Load { id, entity, task, model, worker: "", began: now };
        core.queue(queued, Task { job, id: task_id, rng, retries: 0, queued, purpose, load });
    }

    fn begin(&mut self, core: &mut Core<Load>, task: &mut Task<Load>) {
        run::begin(core, task);
    }

    fn work(&mut self, core: &mut Core<Load>, task: Task<Load>, not_before: Option<Timestamp>) -> Timestamp {
        run::work(core, task, not_before)
    }

    fn scrape(&mut self, core: &mut Core<Load>) {
        flower::scrape(core);
    }
}
