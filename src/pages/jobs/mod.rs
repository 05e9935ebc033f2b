//! The explorer: every job of the range, what most of them have in common, and where each one's time went.
//!
//! ```text
//!  report ──> rows ──> filtered, sorted ──> held while somebody reads ──> list      each step a memo of `Model`;
//!                └───> counts, dots, suggestions                          what is asked stands in the address
//! ```

mod add_filter;
mod cells;
mod chips;
mod columns;
mod counts;
mod cover;
mod failures;
mod list;
mod mini;
mod model;
mod parts;
mod row;
mod rows;
mod saved;
mod scatter;
mod storage;

use std::sync::Arc;

use domain::job::JobState;
use domain::jobs::{Field, JobRow};
use domain::system::Unit;
use domain::time::{RangeSpec, TimeDelta};
use domain::view_state::Tab;
use inquiry::jobs::{JobsReport, LINES_AT_FIRST};
use leptos::prelude::*;

use self::chips::Chips;
use self::counts::Counts;
use self::cover::Cover;
use self::list::List;
use self::model::Model;
use crate::components::age::Age;
use crate::components::empty_panel::EmptyPanel;
use crate::components::error_panel::ErrorPanel;
use crate::components::loading::Loading;
use crate::components::part::Part;
use crate::components::tabs::{TabLink, Tabs};
use crate::components::warnings::Warnings;
use crate::net::{Progress, use_jobs};
use crate::pages::asked::WhatWasAsked;
use crate::pages::trouble;
use crate::state::{Memo, use_clock, use_view};

/// The room that the scatter takes.
const SCATTER_CSS_PX: u32 = 128;

/// The page of all jobs of the range that the view names.
#[component]
pub fn JobsPage() -> impl IntoView {
    let clock = use_clock();
    let max_lines = RwSignal::new(LINES_AT_FIRST);
    let progress = use_jobs(move || Some((clock.range().get(), max_lines.get())));
    view! { <JobsView progress=progress max_lines=max_lines /> }
}

/// What the list has to show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waiting,
    Nothing,
    NonePasses,
    Data,
}

/// The jobs, drawn from a report and the ones that follow it.
#[component]
pub fn JobsView(
    /// What is known of them.
    #[prop(into)]
    progress: Signal<Progress<JobsReport>>,
    /// After how many lines reading stops; a person may raise it.
    max_lines: RwSignal<usize>,
) -> impl IntoView {
    let model = Model::new(progress, max_lines);
    let stage = Memo::new(move |_| {
        let has_rows = model.all.with(|it| !it.is_empty());
        match (model.shown.with(|it| it.rows.is_empty()), has_rows) {
            (false, _) => Stage::Data,
            (true, true) => Stage::NonePasses,
            (true, false) if model.is_waiting() => Stage::Waiting,
            (true, false) => Stage::Nothing,
        }
    });
    let is_failures = model.view.part(|it| it.tab == Tab::Failures);
    let body = move || match stage.get() {
        Stage::Waiting => {
            view! { <Loading what="Asking for the jobs of this time …" height_css_px=400 /> }.into_any()
        }
        Stage::Nothing => view! { <Nothing model=model /> }.into_any(),
        Stage::NonePasses => view! { <NonePasses model=model /> }.into_any(),
        Stage::Data => view! { <List model=model /> }.into_any(),
    };
    view! {
        <article class="jobs-page">
            <div class="page-head">
                <h1>{"Jobs"}</h1>
                <Age at=Signal::derive(move || progress.with(|it| it.updated)) />
            </div>
            <Chips model=model />
            <Views model=model />
            <Show
                when=move || is_failures.get()
                fallback=move || view! {
                    <div class="jobs-sum">
                        <Counts model=model />
                        <Part
                            fetch=parts::jobs_scatter::fetch
                            view=move || parts::jobs_scatter::view(model)
                            what="Fetching the chart …"
                            height_css_px=SCATTER_CSS_PX
                        />
                    </div>
                    <section class="card" aria-label="Jobs">
                        <Missing model=model />
                        {body}
                        <Cover model=model />
                    </section>
                }
            >
                <Part fetch=parts::jobs_failures::fetch view=move || parts::jobs_failures::view(model) what="Fetching the failures …" />
            </Show>
        </article>
    }
}

/// Links to the list and to what its failures have in common.
#[component]
fn Views(model: Model) -> impl IntoView {
    let view = model.view;
    let is_failures = view.part(|it| it.tab == Tab::Failures);
    let tab = move |title: &str, tab: Tab, count: Signal<String>| TabLink {
        title: title.to_owned(),
        count,
        href: Signal::derive(move || view.href(|it| it.tab = tab)),
        open: Signal::derive(move || is_failures.get() == (tab == Tab::Failures)),
    };
    let number = |n: usize| if n == 0 { String::new() } else { domain::format::exact(n as f64, Unit::None) };
    let n_jobs = Signal::derive(move || number(model.passing.with(|it| it.len())));
    let n_failed = Memo::new(move |_| {
        let filter = model.filter.get();
        if !filter.is_about(Field::Failure) {
            return model.counts.get().get(JobState::Failed);
        }
        let (now, filter) = (model.now.get(), filter.without(Field::State).without(Field::Failure));
        let is_one = |it: &&Arc<JobRow>| it.state == JobState::Failed && filter.passes(it, now);
        model.all.with(|it| it.iter().filter(is_one).count())
    });
    let n_failed = Signal::derive(move || match n_failed.get() {
        0 => String::new(),
        n => format!("{} failed", number(n)),
    });
    let tabs = vec![tab("List", Tab::default(), n_jobs), tab("Failures", Tab::Failures, n_failed)];
    view! { <Tabs tabs=tabs label="Views of the jobs" /> }
}

/// What could not be had, each with its cause; what came stays below.
#[component]
fn Missing(model: Model) -> impl IntoView {
    let failures = Memo::new(move |_| {
        model.report.with(|it| it.as_ref().map_or_else(Vec::new, |it| it.failures.clone()))
    });
    let one = |error: backends::BackendError| {
        let told = trouble(&error);
        view! { <ErrorPanel trouble=Signal::stored(told) compact=true /> }
    };
    let warnings = Memo::new(move |_| {
        model.report.with(|it| it.as_ref().map_or_else(Vec::new, |it| it.warnings.clone()))
    });
    view! {
        {move || failures.get().into_iter().map(one).collect_view()}
        <Warnings all=warnings />
    }
}

/// No job at all: why, and the button that helps.
#[component]
fn Nothing(model: Model) -> impl IntoView {
    let view = model.view;
    let has_failed =
        Memo::new(move |_| model.report.with(|it| it.as_ref().is_some_and(|it| !it.failures.is_empty())));
    let why = move || match has_failed.get() {
        true => "Which jobs there are cannot be told: a source did not answer.".to_owned(),
        false => "No job in this time.".to_owned(),
    };
    let asked = move || {
        let asked = model.report.with(|it| it.as_ref().map_or_else(Vec::new, |it| it.asked.clone()));
        asked.into_iter().filter(|it| !it.query.is_empty()).collect()
    };
    let length = move || model.clock.range().with(|it| it.length());
    let wider = move || match length() {
        it if it < TimeDelta::from_secs(6 * 3_600) => {
            (TimeDelta::from_secs(6 * 3_600), "Look at the last 6 hours")
        }
        it if it < TimeDelta::from_secs(86_400) => {
            (TimeDelta::from_secs(86_400), "Look at the last 24 hours")
        }
        _ => (TimeDelta::from_secs(7 * 86_400), "Look at the last 7 days"),
    };
    view! {
        <EmptyPanel why=Signal::derive(why)>
            <button type="button" on:click=move |_| view.push(|it| it.range = RangeSpec::last(wider().0))>
                {move || wider().1}
            </button>
        </EmptyPanel>
        <WhatWasAsked asked=Signal::derive(asked) />
    }
}

/// Jobs there are, but the filters leave none.
#[component]
fn NonePasses(model: Model) -> impl IntoView {
    let view = use_view();
    let why = move || match model.all.with(|it| it.len()) {
        1 => "The one job of this time does not pass the filters.".to_owned(),
        n => {
            let n = domain::format::exact(n as f64, Unit::None);
            format!("None of the {n} jobs of this time passes the filters.")
        }
    };
    let clear = move |_| {
        view.push(|it| {
            it.filters.clear();
            it.query.clear();
        });
    };
    view! {
        <EmptyPanel why=Signal::derive(why)>
            <button type="button" on:click=clear>{"Clear the filters"}</button>
        </EmptyPanel>
    }
}
