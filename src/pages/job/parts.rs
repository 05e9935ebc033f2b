//! What of the job page is fetched when it is first looked at.

use super::compare::CompareTab;
use super::debug::{DebugRun, DebugTab};
use super::detail::Detail;
use super::empty::{NoJob, NothingFound};
use super::log_card::LogCard;
use super::model::Model;
use super::same::SameFailure;
use super::timeline_card::TimelineCard;
use super::trace::{FromFile, NoTrace, Services, StatisticsPanel, ToOpen, ToSave, TraceCard, TraceModel};

crate::parts! {
    /// One span or line in full: nothing is chosen when a page is first seen.
    job_detail(model: Model) in job_rest => view! { <Detail model=model /> };
    /// Writes the ticket; shows nothing.
    job_ticket(model: Model, text: RwSignal<String>) in job_rest => text.set(model.ticket(&[]));
    /// No job was asked for.
    job_not_asked() in job_rest => view! { <NoJob /> };
    /// Lanes on one axis.
    job_timeline(model: Model) in job_work => view! { <TimelineCard model=model /> };
    /// The lines beside them, or alone: fetched while they are asked for.
    job_lines(model: Model) in job_log => view! { <LogCard model=model /> };
    /// The waterfall.
    job_trace(model: Model) in job_trace => view! { <TraceCard model=model /> };
    /// Runs the steps; shows nothing.
    job_debug_run(model: Model, run: RwSignal<Option<DebugRun>>) in job_more => {
        // Gone with what it belongs to: whoever waits for the next one must not read of this.
        on_cleanup(move || {
            let _ = run.try_set(None);
        });
        run.set(Some(DebugRun::new(model)));
    };
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
    /// Why a job has no trace.
    job_no_trace(model: Model) in job_tools => view! { <NoTrace model=model /> };
    /// The job that a file holds.
    job_from_file() in job_tools => view! { <FromFile /> };
    /// Reads a file with traces; shows nothing.
    job_file(file: ToOpen) in job_tools => file.read();
    /// Writes one; shows nothing.
    job_save(file: ToSave) in job_tools => file.save();
    /// The services of a trace, each with a switch.
    job_services(trace: TraceModel) in job_tools => view! { <Services trace=trace /> };
    /// What a trace's spans are counted by.
    job_statistics(trace: TraceModel) in job_tools => view! { <StatisticsPanel trace=trace /> };
}
