//! The steps of the deployment's checklists as a list that has already run, and what they add up to.
//!
//! ```text
//!  settled report ──> DebugInquiry ──> verdict of each step ──> list, causes, ticket
//! ```

mod causes;
mod chart;
mod evidence;
mod how;
mod list;
mod profile;
mod run;
mod step;

use domain::job::JobState;
use domain::time::Timestamp;
use domain::view_state::ViewState;
use inquiry::diagnosis::is_in_trouble;
use leptos::prelude::*;

use self::causes::Causes;
use self::list::Checklist;
pub(super) use self::profile::Functions;
pub(super) use self::run::DebugRun;
use super::model::Model;
use crate::components::age::Age;
use crate::components::empty_panel::EmptyPanel;
use crate::components::loading::Loading;
use crate::state::{Clock, Memo, go_to};

/// The tab: lists of steps, then what they add up to.
#[component]
pub(super) fn DebugTab(model: Model, run: DebugRun) -> impl IntoView {
    let has_lists = Memo::new(move |_| model.system.with(|it| !it.debug.is_empty()));
    let n_steps =
        move || model.system.with_untracked(|it| it.debug.iter().map(|it| it.steps.len()).sum::<usize>());
    let is_idle = Memo::new(move |_| {
        let in_trouble = model.job.with(|it| is_in_trouble(it));
        !in_trouble && !run.is_wanted()
    });
    let has_report = Memo::new(move |_| run.report.with(Option::is_some));
    let n_lists = Memo::new(move |_| run.report.with(|it| it.as_ref().map_or(0, |it| it.lists.len())));
    let updated = Signal::derive(move || run.progress.with(|it| it.updated));
    let lists = move || {
        if is_idle.get() {
            return view! { <NothingToDebug model=model run=run /> }.into_any();
        }
        if !has_lists.get() {
            let why = "The system file names no steps for a failed job.";
            return view! {
                <section class="card">
                    <EmptyPanel why=why looked_for="They stand under “debug” in the system file." />
                </section>
            }
            .into_any();
        }
        if !has_report.get() {
            return view! {
                <section class="card" aria-label="Steps">
                    <Loading what="Running the steps …" height_css_px=n_steps() as u32 * 76 />
                </section>
            }
            .into_any();
        }
        let one = move |place: usize| view! { <Checklist model=model run=run place=place /> };
        view! {
            <p class="debug-age muted">
                <Age at=updated />
                <button
                    type="button"
                    class="quiet"
                    title="Asks again what may have changed: steps whose time is not over yet, and those that could not ask"
                    disabled=move || run.is_running()
                    on:click=move |_| run.again()
                >
                    {"Run again"}
                </button>
            </p>
            {move || (0..n_lists.get()).map(one).collect_view()}
        }
        .into_any()
    };
    view! {
        <div class="debug">
            {lists}
            <Causes model=model run=run />
        </div>
    }
}

/// A job that is well: what there is to say, and the steps all the same for whoever wants them.
#[component]
fn NothingToDebug(model: Model, run: DebugRun) -> impl IntoView {
    let why = move || {
        let because = model.job.with(|it| it.because.clone());
        let state = match model.job.with(|it| it.state) {
            JobState::Done => "the job is done",
            JobState::Running => "the job is running",
            JobState::Queued => "the job waits in its queue",
            JobState::Unknown => "nothing says how the job ended",
            JobState::Failed | JobState::Stuck => "",
        };
        format!("Nothing to debug: {state} ({because}).")
    };
    view! {
        <section class="card" aria-label="Steps">
            <EmptyPanel
                why=Signal::derive(why)
                looked_for="The steps for a failed job can be run over it all the same, to see what is usual."
            >
                <button type="button" on:click=move |_| run.want()>
                    {"Run the steps"}
                </button>
            </EmptyPanel>
        </section>
    }
}

/// The address of a view that a step leads to: its own system, zone and look stay.
fn address_of(model: Model, target: &ViewState) -> String {
    let range = target.range;
    model.view.href(|it| {
        let now = it.range;
        go_to(it, target.page);
        it.range = if range == ViewState::default().range { now } else { range };
        it.job.clone_from(&target.job);
        it.tab = target.tab;
        (it.trace, it.span, it.line) = (target.trace, target.span, target.line);
        it.query.clone_from(&target.query);
        it.filters.clone_from(&target.filters);
    })
}

/// A sentence as the view's clock tells it, with its full stop.
pub(super) fn told(clock: Clock, says: &domain::debug::Sentence, beside: Timestamp) -> String {
    domain::format::sentence(&says.told(beside, clock.offset_secs(beside)))
}
