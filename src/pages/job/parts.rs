//! What of the job page is fetched when it is first looked at.

use super::compare::CompareTab;
use super::debug::{DebugRun, DebugTab};
use super::model::Model;
use super::trace::TraceCard;

crate::parts! {
    /// The waterfall.
    job_trace(model: Model) in job_more => view! { <TraceCard model=model /> };
    /// Runs the steps; shows nothing.
    job_debug_run(model: Model, run: RwSignal<Option<DebugRun>>) in job_more => run.set(Some(DebugRun::new(model)));
    /// The steps and their verdicts.
    job_debug(model: Model, run: DebugRun) in job_more => view! { <DebugTab model=model run=run /> };
    /// The job beside another.
    job_compare(model: Model) in job_compare => view! { <CompareTab model=model /> };
}
