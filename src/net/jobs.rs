//! The plans for the jobs of a range and for those around one job, and what has been read of them so far.

use std::rc::Rc;
use std::sync::Arc;

use domain::job::Job;
use domain::jobs::Rows;
use domain::system::SharedSystem;
use domain::time::TimeRange;
use inquiry::Transport;
use inquiry::diagnosis::{SurroundingsInquiry, SurroundingsQuestion, SurroundingsReport};
use inquiry::jobs::{
    EarlierInquiry, EarlierQuestion, EarlierReport, JobsInquiry, JobsQuestion, JobsReport, SharedJobs,
};
use leptos::prelude::*;
use system::lines::LineReader;

use super::plan::{Again, Progress, use_plan, use_plan_again};
use super::use_net;
use crate::state::{use_clock, use_system};

/// What has been read of jobs, kept from page to page for as long as the same transport answers.
#[derive(Clone, Copy)]
pub struct JobsMemory(StoredValue<Kept, LocalStorage>);

#[derive(Default)]
struct Kept {
    jobs: SharedJobs,
    reader: Option<(SharedSystem, Rc<LineReader>)>,
    transport: Option<Rc<dyn Transport>>,
}

impl JobsMemory {
    /// Nothing has been read.
    pub fn new() -> Self {
        Self(StoredValue::new_local(Kept::default()))
    }

    /// What was read through this transport of this system's jobs, and what reads its lines.
    fn of(self, transport: Rc<dyn Transport>, system: &SharedSystem) -> (SharedJobs, Rc<LineReader>) {
        let mut kept = self.0.write_value();
        if !kept.transport.as_ref().is_some_and(|it| Rc::ptr_eq(it, &transport)) {
            kept.jobs.forget();
            kept.transport = Some(transport);
        }
        let reader = match &kept.reader {
            Some((of, reader)) if SharedSystem::ptr_eq(of, system) => reader.clone(),
            Some(_) | None => Rc::new(LineReader::new(system)),
        };
        kept.reader = Some((system.clone(), reader.clone()));
        (kept.jobs.clone(), reader)
    }
}

impl Default for JobsMemory {
    fn default() -> Self {
        Self::new()
    }
}

/// The jobs of the range that `wanted` gives, read until there are so many lines; nothing is asked while it is `None`.
pub fn use_jobs(
    wanted: impl Fn() -> Option<(TimeRange, usize)> + Send + Sync + 'static,
) -> ReadSignal<Progress<JobsReport>> {
    let (net, clock, system) = (use_net(), use_clock(), use_system());
    let memory = use_context::<JobsMemory>().unwrap_or_default();
    use_plan(
        move || Some((system.get().name.clone(), wanted()?)),
        move |_, (range, max_lines)| {
            let system = system.get_untracked();
            let (jobs, reader) = memory.of(net.transport(), &system);
            let question = JobsQuestion { range, now: clock.now(), max_lines, keep_from: range.start };
            JobsInquiry::new(system, reader, jobs, question)
        },
    )
}

/// The jobs that began in the range that `wanted` gives and still hang, asked once for each range and round; nothing while
/// it is `None`. Those that are `listed` are known already.
pub fn use_earlier(
    wanted: impl Fn() -> Option<(TimeRange, u32)> + Send + Sync + 'static,
    listed: impl Fn() -> Rows + 'static,
) -> ReadSignal<Progress<EarlierReport>> {
    let (net, clock, system) = (use_net(), use_clock(), use_system());
    let memory = use_context::<JobsMemory>().unwrap_or_default();
    use_plan_again(
        move || Some((system.get().name.clone(), wanted()?)),
        move |_, (range, _)| {
            let system = system.get_untracked();
            let (jobs, reader) = memory.of(net.transport(), &system);
            let selector = jobs.selector().unwrap_or(0);
            let question = EarlierQuestion { range, now: clock.now(), listed: listed(), selector };
            EarlierInquiry::new(system, reader, question)
        },
        Again::Never,
    )
}

/// What is around a job in trouble, asked once for the job as it stands and a round; nothing while it is `None`.
///
/// What the list of jobs has read is not read again.
pub fn use_surroundings(
    wanted: impl Fn() -> Option<(Arc<Job>, u32)> + Send + Sync + 'static,
) -> ReadSignal<Progress<SurroundingsReport>> {
    let (net, clock, system) = (use_net(), use_clock(), use_system());
    let memory = use_context::<JobsMemory>().unwrap_or_default();
    use_plan_again(
        move || {
            let (job, round) = wanted()?;
            Some(((system.get().name.clone(), job.id.clone()), (job, round)))
        },
        move |_, (job, _)| {
            let system = system.get_untracked();
            let (jobs, reader) = memory.of(net.transport(), &system);
            let listed = Some(clock.range().get_untracked());
            let question = SurroundingsQuestion { job, now: clock.now(), others: None, listed };
            SurroundingsInquiry::new(&system, reader, jobs, question)
        },
        Again::Never,
    )
}
