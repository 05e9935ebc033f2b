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
mod step;

use std::sync::Arc;

use domain::diagnosis::Surroundings;
use domain::job::{Job, JobState};
use domain::time::Timestamp;
use domain::view_state::{Tab, ViewState};
use inquiry::debug::{DebugQuestion, DebugReport, has_found};
use inquiry::diagnosis::{signals, signals_question};
use inquiry::job::JobReport;
use inquiry::panels::{PanelsInquiry, PanelsQuestion};
use leptos::prelude::*;

use self::causes::Causes;
use self::list::Checklist;
use super::model::Model;
use crate::components::age::Age;
use crate::components::empty_panel::EmptyPanel;
use crate::components::loading::Loading;
use crate::net::{Progress, debug_plan, use_plan};
use crate::state::{Clock, go_to, use_clock};

/// A handle on the run of the steps.
#[derive(Clone, Copy)]
pub(super) struct DebugRun {
    progress: ReadSignal<Progress<DebugReport>>,
    /// The newest report; `None` while there is none.
    report: Memo<Option<Arc<DebugReport>>>,
    /// The checklists that were asked for although they are not meant for this job.
    also: RwSignal<Vec<usize>>,
    /// Whether a person wants the steps although nothing is wrong.
    wanted: RwSignal<bool>,
}

/// A job with all its evidence, once nothing more of it is awaited. Equal while the evidence is.
#[derive(Clone)]
struct Settled {
    job: Arc<Job>,
    report: Arc<JobReport>,
}

impl PartialEq for Settled {
    fn eq(&self, other: &Self) -> bool {
        let size = |it: &Self| {
            let evidence = &it.report.evidence;
            let n_spans: usize = evidence.traces.iter().map(|it| it.spans.len()).sum();
            (evidence.lines.len(), n_spans, evidence.unreachable.len())
        };
        let told = |it: &Self| (it.job.id.clone(), it.job.state, it.job.failure.clone());
        size(self) == size(other) && told(self) == told(other)
    }
}

impl DebugRun {
    /// Runs the steps of a job in trouble as soon as all that is known of it is there.
    pub(super) fn new(model: Model) -> Self {
        let clock = use_clock();
        let (also, wanted) = (RwSignal::new(Vec::new()), RwSignal::new(false));
        // While the job is asked for anew, what was known of it stands.
        let settled = Memo::new(move |old: Option<&Option<Settled>>| {
            if model.is_waiting() || !model.has_evidence() {
                return old.cloned().flatten().filter(|it| model.report.with(|now| now.id == it.job.id));
            }
            let new = Settled { job: model.job.get(), report: model.report.get() };
            // What says the same stays the same, so that nothing is asked twice.
            Some(old.cloned().flatten().filter(|it| *it == new).unwrap_or(new))
        });
        let is_framed = model.view.part(|it| it.embed && it.tab != Tab::Debug);
        let question = Memo::new(move |_| {
            let is_meant = |it: &Settled| is_in_trouble(&it.job) || wanted.get();
            settled.get().filter(|it| !is_framed.get() && is_meant(it))
        });
        let progress = use_plan(
            move || {
                let it = question.get()?;
                Some(((model.system.with(|it| it.name.clone()), it.job.id.clone()), (it, also.get())))
            },
            move |_, (it, also)| {
                let question = DebugQuestion { job: it.job, report: it.report, now: clock.now(), also };
                debug_plan(model.system.get_untracked(), question)
            },
        );
        let panels = use_plan(
            move || {
                let it = question.get()?;
                Some(((model.system.with(|it| it.name.clone()), it.job.id.clone()), it))
            },
            move |_, it| {
                let system = model.system.get_untracked();
                let nothing =
                    PanelsQuestion { roles: Vec::new(), range: clock.range().get_untracked(), max_points: 1 };
                let question = signals_question(&system, &it.job, clock.now());
                PanelsInquiry::new(&system, question.unwrap_or(nothing))
            },
        );
        Effect::new(move |_| {
            let signals = panels.with(|it| it.report.as_ref().map(|it| signals(it)).unwrap_or_default());
            let around = Surroundings { signals, ..Surroundings::default() };
            if model.surroundings.with_untracked(|it| **it != around) {
                model.surroundings.set(Arc::new(around));
            }
        });
        let report = Memo::new_with_compare(
            move |_| progress.with(|it| it.report.clone()),
            |old, new| match (old.and_then(Option::as_ref), new.and_then(Option::as_ref)) {
                (Some(old), Some(new)) => !Arc::ptr_eq(old, new),
                (None, None) => false,
                (Some(_), None) | (None, Some(_)) => true,
            },
        );
        Self { progress, report, also, wanted }
    }

    /// How many steps found something, for the tab.
    pub(super) fn n_found(self) -> Signal<String> {
        Signal::derive(move || {
            let n = self
                .report
                .with(|it| it.as_ref().map_or(0, |it| it.steps().filter(|it| has_found(it)).count()));
            if n == 0 { String::new() } else { format!("{n} found") }
        })
    }
}

/// Whether there is something to debug.
fn is_in_trouble(job: &Job) -> bool {
    match job.state {
        JobState::Failed | JobState::Stuck => true,
        JobState::Queued | JobState::Running | JobState::Unknown => job.failure.is_some(),
        JobState::Done => false,
    }
}

/// The tab: lists of steps, then what they add up to.
#[component]
pub(super) fn DebugTab(model: Model, run: DebugRun) -> impl IntoView {
    let has_lists = Memo::new(move |_| model.system.with(|it| !it.debug.is_empty()));
    let n_steps =
        move || model.system.with_untracked(|it| it.debug.iter().map(|it| it.steps.len()).sum::<usize>());
    let is_idle = Memo::new(move |_| {
        let in_trouble = model.job.with(|it| is_in_trouble(it));
        !in_trouble && !run.wanted.get()
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
                <button type="button" on:click=move |_| run.wanted.set(true)>
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
fn told(clock: Clock, says: &domain::debug::Sentence, beside: Timestamp) -> String {
    super::cause::sentence(&says.told(beside, clock.offset_secs(beside)))
}
