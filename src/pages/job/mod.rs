//! The job page: what happened to one job, from its evidence to the screen.
//!
//! ```text
//!  report ──> job ──> timeline ──> lanes        each step a memo of `Model`;
//!     └─────> lines in time order ──> rows      what is selected stands in the address
//! ```

mod attributes;
mod cause;
mod compare;
mod debug;
mod detail;
mod empty;
mod examples;
mod header;
mod line_detail;
mod lines;
mod log_card;
mod log_filter;
mod log_row;
mod model;
mod near;
mod parts;
mod same;
mod shown;
mod span_detail;
mod span_profiles;
mod tabs;
mod ticket;
mod timeline_card;
mod trace;
mod troubles;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use domain::ids::JobId;
use domain::job::{Evidence, JobState};
use domain::view_state::Tab;
use inquiry::job::{JobQuestion, JobReport, KeyKind, SharedAbilities};
use leptos::prelude::*;
use leptos::task::spawn_local;

use self::cause::CauseBanner;
use self::debug::DebugRun;
use self::header::Header;
use self::model::Model;
use self::shown::{Body, Stage};
use self::tabs::{JobTabs, compare_tab, debug_tab, tab_shown};
pub use self::trace::KEYS as TRACE_KEYS;
use self::trace::{FileNotes, OpenedFiles};
use self::troubles::Troubles;
use self::waiting::Waiting;
use crate::components::part::{FetchPart, Part};
use crate::components::soon::Soon;
use crate::net::{Progress, job_plan, use_plan};
use crate::state::{Memo, use_clock, use_system, use_view};

/// The page of the job that the view names.
#[component]
pub fn JobPage() -> impl IntoView {
    let (view, clock, system) = (use_view(), use_clock(), use_system());
    let abilities = StoredValue::new_local(SharedAbilities::default());
    let id = view.part(|it| it.job.clone());
    let progress = use_plan(
        move || Some(((system.get().name.clone(), id.get()?), clock.range().get())),
        move |(_, id), range| {
            let question = JobQuestion { key: id.to_string(), range, now: clock.now() };
            job_plan(system.get_untracked(), abilities.get_value(), question)
        },
    );
    // What a tab is drawn by comes beside the evidence, not after it.
    let fetches: &[FetchPart] = match view.state().with_untracked(|it| it.tab) {
        Tab::Trace => &[parts::job_trace::fetch],
        Tab::Debug => &[parts::job_debug::fetch],
        Tab::Compare => &[parts::job_compare::fetch],
        Tab::Logs => &[parts::job_lines::fetch],
        Tab::Timeline | Tab::Failures => &[parts::job_timeline::fetch, parts::job_lines::fetch],
    };
    for fetch in fetches {
        spawn_local(async move {
            // Whoever shows it tells of a failure, and asks again.
            let _ = fetch().await;
        });
    }
    let opened = OpenedFiles::provide();
    let body = move || match id.get() {
        _ if opened.is_open() => {
            view! { <Part fetch=parts::job_from_file::fetch view=parts::job_from_file::view /> }.into_any()
        }
        Some(id) => view! { <JobView id=id progress=progress /> }.into_any(),
        None => {
            view! { <Part fetch=parts::job_not_asked::fetch view=parts::job_not_asked::view /> }.into_any()
        }
    };
    // The questions leave first; what shows their answers is built while they are on their way.
    view! {
        <FileNotes />
        <Soon>{body}</Soon>
    }
}

/// How long the diagnosis waits for the page to be painted, where it is not what is looked at.
const PAINTED_AFTER: Duration = Duration::from_millis(150);

/// One job, drawn from a report and the ones that follow it.
#[component]
pub fn JobView(
    /// What was asked for.
    id: JobId,
    /// What is known of it.
    #[prop(into)]
    progress: Signal<Progress<JobReport>>,
) -> impl IntoView {
    let clock = use_clock();
    let nothing = JobReport {
        id,
        key_kind: KeyKind::Unknown,
        evidence: Arc::new(Evidence::default()),
        searched: clock.range().get_untracked(),
        pending: Vec::new(),
        failures: Vec::new(),
        asked: Vec::new(),
        warnings: Vec::new(),
    };
    let model = Model::new(progress, nothing);
    let is_embedded = model.view.part(|it| it.embed);
    let stage = Memo::new(move |_| match (model.has_evidence(), model.is_waiting()) {
        (true, _) => Stage::Data,
        (false, true) => Stage::Waiting,
        (false, false) => Stage::Empty,
    });
    let debug = RwSignal::new(None::<DebugRun>);
    let may_be_in_trouble =
        Memo::new(move |_| stage.get() == Stage::Data && model.job.with(|it| it.state != JobState::Done));
    let runs_steps = Memo::new(move |_| {
        let is_looked_at = model.view.state().with(|it| it.tab == Tab::Debug);
        may_be_in_trouble.get() || (stage.get() == Stage::Data && is_looked_at)
    });
    let tab = model.view.part(|it| it.tab);
    let shown = Memo::new(move |_| Body::of(stage.get(), tab.get()));
    let wait = move || match tab.get_untracked() {
        Tab::Debug => Duration::ZERO,
        Tab::Timeline | Tab::Logs | Tab::Trace | Tab::Compare | Tab::Failures => PAINTED_AFTER,
    };
    let same = move || {
        let run = debug.get().filter(|_| runs_steps.get() && !is_embedded.get())?;
        Some(
            view! { <Part fetch=parts::job_same::fetch view=move || parts::job_same::view(model, run) height_css_px=0 /> },
        )
    };
    let body = move || match shown.get() {
        Body::Debug => (move || debug.get().map(|run| debug_tab(model, run))).into_any(),
        Body::Compare => compare_tab(model),
        Body::Waiting => view! { <Waiting model=model /> }.into_any(),
        Body::Empty => {
            let view = move || parts::job_nothing_found::view(model);
            view! { <Part fetch=parts::job_nothing_found::fetch view what="Fetching what may help …" /> }
                .into_any()
        }
        Body::Work => view! { <Work model=model /> }.into_any(),
    };
    view! {
        <article class="job-page" class:embedded=move || is_embedded.get()>
            <Header model=model />
            <CauseBanner model=model />
            {same}
            <Show when=move || stage.get() != Stage::Empty && !is_embedded.get()>
                <JobTabs model=model debug=debug />
            </Show>
            <Troubles model=model />
            <Show when=move || runs_steps.get()>
                <Soon after=wait()>
                    <Part fetch=parts::job_causes::fetch view=move || parts::job_causes::view(model) height_css_px=0 />
                </Soon>
            </Show>
            // The steps run beside whatever tab is shown, and not before there is a job to debug.
            <Show when=move || runs_steps.get()>
                <Soon after=wait()>
                    <Part fetch=parts::job_debug_run::fetch view=move || parts::job_debug_run::view(model, debug) height_css_px=0 />
                </Soon>
            </Show>
            {body}
        </article>
    }
}

/// Timeline, lines and detail side by side, each following the others' selection.
#[component]
fn Work(model: Model) -> impl IntoView {
    let is_timeline = model.view.part(|it| tab_shown(it.tab) == Tab::Timeline);
    let is_trace = model.view.part(|it| it.tab == Tab::Trace);
    // A frame may ask for the timeline alone.
    let has_logs = model.view.part(|it| {
        let wants_timeline_alone = it.panel.as_deref() == Some(Tab::Timeline.word());
        let is_trace = it.tab == Tab::Trace;
        !is_trace && (!wants_timeline_alone || it.tab == Tab::Logs)
    });
    view! {
        <div class="work" class:tall-logs=move || !is_timeline.get()>
            <div class="stack">
                <Show when=move || is_timeline.get()>
                    <Soon>
                        <Part fetch=parts::job_timeline::fetch view=move || parts::job_timeline::view(model) what="Fetching the timeline …" />
                    </Soon>
                </Show>
                <Show when=move || is_trace.get()>
                    <Part fetch=parts::job_trace::fetch view=move || parts::job_trace::view(model) what="Fetching the waterfall …" />
                </Show>
                <Show when=move || has_logs.get()>
                    <Soon>
                        <Part fetch=parts::job_lines::fetch view=move || parts::job_lines::view(model) what="Fetching the log lines …" />
                    </Soon>
                </Show>
            </div>
            <Show when=move || model.has_evidence()>
                <Soon after=PAINTED_AFTER>
                    <Part fetch=parts::job_detail::fetch view=move || parts::job_detail::view(model) height_css_px=0 />
                </Soon>
            </Show>
        </div>
    }
}
