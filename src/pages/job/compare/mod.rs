//! The job beside another: the last good one of its kind, or any that is named. Asks nothing before it is opened.
//!
//! ```text
//!  this job, settled ──> CompareInquiry ──> the other job ──> comparison ──> stages, attributes, lines
//! ```

mod attributes;
mod choose;
mod empty;
mod lines;
mod run;
mod sides;
mod stages;
mod wording;

use backends::{BackendError, ErrorKind};
use leptos::prelude::*;

use self::attributes::Differences;
use self::choose::Choose;
use self::empty::{NoOther, Same};
use self::lines::OnlyInOne;
use self::run::CompareRun;
use self::sides::Sides;
use self::stages::Stages;
use super::model::Model;
use crate::components::age::Age;
use crate::components::error_panel::ErrorPanel;
use crate::components::loading::Loading;
use crate::pages::trouble;
use crate::state::Memo;

/// What the tab has to show below the choice of the other job.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Waiting,
    None,
    Same,
    Differences,
}

/// The tab.
#[component]
pub(super) fn CompareTab(model: Model) -> impl IntoView {
    let run = CompareRun::new(model);
    let shown = Memo::new(move |_| {
        let is_same = run.comparison.with(|it| it.as_ref().map(|it| it.is_same()));
        match (is_same, run.is_over.get()) {
            (Some(true), _) => Shown::Same,
            (Some(false), _) => Shown::Differences,
            (None, true) => Shown::None,
            (None, false) => Shown::Waiting,
        }
    });
    // What could not be had for the job itself is told above the tabs.
    let failures = Memo::new(move |_| {
        let failures = run.report.with(|it| it.as_ref().map(|it| it.failures.clone()).unwrap_or_default());
        let is_told = |it: &BackendError| model.report.with(|report| report.failures.contains(it));
        // Where there is no other job, the tab itself says that it is not in the recording.
        let has_other = run.other.with(Option::is_some);
        let tells = |it: &BackendError| has_other || it.kind != ErrorKind::NotRecorded;
        failures.into_iter().filter(|it| tells(it) && !is_told(it)).collect::<Vec<_>>()
    });
    let failure = |it: &_| view! { <ErrorPanel trouble=Signal::stored(trouble(it)) compact=true /> };
    let body = move || match shown.get() {
        Shown::Waiting => view! {
            <section class="card" aria-label="Looking for the other job">
                <Loading what=Signal::derive(move || run.waiting_words()) height_css_px=320 />
            </section>
        }
        .into_any(),
        Shown::None => view! { <NoOther run=run /> }.into_any(),
        Shown::Same => view! {
            <Same run=run />
            <Stages run=run />
        }
        .into_any(),
        Shown::Differences => view! {
            <Stages run=run />
            <Differences run=run />
            <OnlyInOne run=run />
        }
        .into_any(),
    };
    view! {
        <div class="compare">
            <section class="card" aria-label="What is compared">
                <header>
                    <h2>{"Compare"}</h2>
                    <span class="r">
                        <span role="status">{move || run.why_words()}</span>
                        <Age at=Signal::derive(move || run.updated()) />
                    </span>
                </header>
                <Sides run=run />
                <Choose run=run />
            </section>
            <div class="troubles">{move || failures.get().iter().map(failure).collect_view()}</div>
            {body}
        </div>
    }
}
