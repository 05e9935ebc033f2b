//! What of the job page is fetched when it is first looked at.

use super::compare::CompareTab;
use super::debug::{DebugRun, DebugTab};
use super::empty::NothingFound;
use super::model::Model;
use super::same::SameFailure;
use super::trace::{ToOpen, TraceCard};

crate::parts! {
    /// The waterfall.
    job_trace(model: Model) in job_more => view! { <TraceCard model=model /> };
    /// Runs the steps; shows nothing.
    job_debug_run(model: Model, run: RwSignal<Option<DebugRun>>) in job_more => run.set(Some(DebugRun::new(model)));
    /// What other jobs tell of the failure.
    job_same(model: Model, run: DebugRun) in job_more => view! { <SameFailure model=model run=run /> };
    /// The steps and their verdicts.
    job_debug(model: Model, run: DebugRun) in job_more => view! { <DebugTab model=model run=run /> };
    /// The job beside another.
    job_compare(model: Model) in job_more => view! { <CompareTab model=model /> };
    /// Finds out why a job is in trouble; shows nothing.
    job_causes(model: Model) in job_why => model.look_for_causes();
    /// Nothing was found.
    job_nothing_found(model: Model) in job_more => view! { <NothingFound model=model /> };
    /// Reads a file with traces; shows nothing.
    job_file(file: ToOpen) in job_more => file.read();
}
