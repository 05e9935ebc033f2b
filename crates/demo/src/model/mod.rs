//! What the models of all deployments share: what is asked of them, and the clock, queue and ledger of the smaller ones.
//!
//! A deployment decides what an attempt does when a worker takes it, knowing what is broken at that moment. Lines, spans and
//! numbers of the attempt come out of that one decision, each at its time, so they agree.

mod core;
mod ledger;
mod summary;
mod task;

pub(crate) use self::core::{Core, Note};
pub(crate) use self::ledger::{Record, State};
pub(crate) use self::summary::{scenarios, time};
pub(crate) use self::task::{Clock, Purpose, Task, traceback};

use domain::time::{TimeRange, Timestamp};
use serde_json::Value;

use crate::scenario::Scenario;
use crate::telemetry::Batch;

/// What a model is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The same seed, window and scenarios give the same telemetry.
    pub seed: u64,
    /// Jobs a minute, on average.
    pub rate: f64,
    /// From when on jobs come, and where scenarios are placed.
    pub window: TimeRange,
    /// What breaks.
    pub scenarios: Vec<Scenario>,
    /// A job that stays in its last stage until it is released, and one that waits in the queue until then.
    pub has_held_job: bool,
    /// Jobs that are lost on the way, in the first half of the window.
    pub n_stuck: usize,
}

/// The model of one deployment.
pub trait Modelled {
    /// Lets everything happen that is due until `to`.
    fn advance(&mut self, to: Timestamp);
    /// Everything that was sent out since the last time.
    fn take(&mut self) -> Batch;
    /// The ground truth: what a test may expect to read off the pages.
    fn summary(&self) -> Value;
    /// Lets the held jobs finish at `at`, or as soon after that as they can.
    fn finish_held_at(&mut self, at: Timestamp);
}

/// The model of the deployment of this name; `None` where there is none.
pub fn of(system: &str, options: Options) -> Option<Box<dyn Modelled>> {
    Some(match system {
        "cloudcix" => Box::new(crate::cloudcix::World::new(options)),
        "pixerase" => Box::new(Model::new(crate::pixerase::PixErase::default(), options)),
        "diffusion" => Box::new(Model::new(crate::diffusion::Diffusion, options)),
        "trung-dev" => Box::new(Model::new(crate::trung_dev::TrungDev, options)),
        "metamock" => Box::new(Model::new(crate::metamock::MetaMock, options)),
        _ => return None,
    })
}

/// A deployment whose jobs go through one queue with one set of workers.
pub(crate) trait Deployment: Sized {
    /// What a task carries.
    type Load;

    /// Its name, as that of its system file.
    const NAME: &'static str;

    /// Worker processes that it has at so many jobs a minute.
    fn n_workers(rate: f64) -> usize;

    /// Series that exist from the start, so that their first increase is seen.
    fn declare(&mut self, core: &mut Core<Self::Load>) {
        let _ = core;
    }

    /// A job comes in; `purpose` where it is made for a test.
    fn arrive(&mut self, core: &mut Core<Self::Load>, number: u64, purpose: Option<Purpose>);

    /// Whether a job that is made for a test is held, or lost, in this task.
    fn is_last(&self, task: &Task<Self::Load>) -> bool {
        let _ = task;
        true
    }

    /// A worker has taken the task: what is told of that.
    fn begin(&mut self, core: &mut Core<Self::Load>, task: &mut Task<Self::Load>);

    /// What the worker then does, and how it ends; not before `not_before` where the job was held. Gives when the worker is free.
    fn work(
        &mut self,
        core: &mut Core<Self::Load>,
        task: Task<Self::Load>,
        not_before: Option<Timestamp>,
    ) -> Timestamp;

    /// Gauges are read, just before everything is sampled.
    fn scrape(&mut self, core: &mut Core<Self::Load>) {
        let _ = core;
    }
}

/// A deployment on its clock.
pub(crate) struct Model<D: Deployment> {
    deployment: D,
    core: Core<D::Load>,
}

impl<D: Deployment> Model<D> {
    pub(crate) fn new(mut deployment: D, options: Options) -> Self {
        let mut core = Core::new(options, D::n_workers);
        deployment.declare(&mut core);
        Self { deployment, core }
    }
}

impl<D: Deployment> Modelled for Model<D> {
    fn advance(&mut self, to: Timestamp) {
        self.core.advance(&mut self.deployment, to);
    }

    fn take(&mut self) -> Batch {
        self.core.take()
    }

    fn summary(&self) -> Value {
        self.core.summary(D::NAME)
    }

    fn finish_held_at(&mut self, at: Timestamp) {
        self.core.release_at(at);
    }
}
