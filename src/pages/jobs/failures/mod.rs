//! The failures of the listed jobs: what became of all, the groups with what each has in common, and what hangs.
//!
//! ```text
//!  rows ──> those that pass the filters, whatever their state ──> `domain::fingerprint::failures` ──> flow, groups, stuck
//! ```

mod earlier;
mod flow;
mod group;
mod open;
mod spark;
mod stuck;

use std::sync::Arc;

use domain::fingerprint::{self, Failures, GroupTold};
use domain::format::{Precision, clock_beside};
use domain::jobs::{Field, JobRow};
use domain::time::{RangeSpec, TimeDelta, TimeRange, Timestamp};
use domain::view_state::{Filter, FilterOp};
use leptos::prelude::*;

use self::flow::FlowLine;
use self::group::Group;
use self::stuck::StuckJobs;
use super::cover::Cover;
use super::model::Model;
use super::{Missing, NonePasses, Nothing};
use crate::components::empty_panel::EmptyPanel;
use crate::components::loading::Loading;
use crate::state::{Clock, Memo, shared_memo};

/// What the rows tell about failures.
pub(super) struct Told {
    /// The jobs that pass every filter but those of states and failures.
    pub(super) rows: Vec<Arc<JobRow>>,
    pub(super) failures: Failures,
    pub(super) range: TimeRange,
    /// From here on nothing is left out.
    pub(super) complete_from: Timestamp,
}

impl Told {
    fn new(model: Model) -> Option<Arc<Self>> {
        let (range, complete_from) =
            model.report.with(|it| it.as_ref().map(|it| (it.range, it.complete_from)))?;
        let now = model.now.get();
        let filter = model.filter.get().without(Field::State).without(Field::Failure);
        let passes = |row: &&Arc<JobRow>| filter.passes(row, now);
        let rows: Vec<Arc<JobRow>> = model.all.with(|it| it.iter().filter(passes).cloned().collect());
        let failures = fingerprint::failures(&rows, range);
        Some(Arc::new(Self { rows, failures, range, complete_from }))
    }

    /// The failure with this key, and what there is to say of it.
    pub(super) fn group(&self, key: &str) -> Option<&GroupTold> {
        self.failures.groups.iter().find(|it| self.key(it) == Some(key))
    }

    /// What the address has for each failure, in their order.
    fn keys(&self) -> Vec<String> {
        self.failures.groups.iter().filter_map(|it| self.key(it).map(str::to_owned)).collect()
    }

    /// What the address has for a failure.
    fn key(&self, it: &GroupTold) -> Option<&str> {
        self.newest(it)?.failure_key.as_deref()
    }

    /// The newest job that failed so.
    pub(super) fn newest(&self, it: &GroupTold) -> Option<&Arc<JobRow>> {
        self.rows.get(*it.group.places.first()?)
    }
}

/// A memo of what the rows tell.
pub(super) type ToldMemo = Memo<Option<Arc<Told>>>;

/// What there is to show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waiting,
    Nothing,
    NonePasses,
    NoFailure,
    Data,
}

/// The failures of the range.
#[component]
pub(super) fn FailuresView(model: Model) -> impl IntoView {
    let told: ToldMemo = shared_memo(move || Told::new(model));
    let keys = Memo::new(move |_| told.with(|it| it.as_ref().map_or_else(Vec::new, |it| it.keys())));
    let open = model.view.part(|it| {
        let named = |it: &&Filter| it.field == Field::Failure.word() && it.op == FilterOp::Is;
        it.filters.iter().find(named).map(|it| it.value.clone())
    });
    let n_jobs = Memo::new(move |_| told.with(|it| it.as_ref().map_or(0, |it| it.rows.len())));
    let stage = Memo::new(move |_| match (n_jobs.get(), model.all.with(|it| it.is_empty())) {
        (0, true) if model.is_waiting() => Stage::Waiting,
        (0, true) => Stage::Nothing,
        (0, false) => Stage::NonePasses,
        (_, _) if keys.with(Vec::is_empty) => Stage::NoFailure,
        (_, _) => Stage::Data,
    });
    let body = move || match stage.get() {
        Stage::Waiting => {
            view! { <Loading what="Asking for the jobs of this time …" height_css_px=240 /> }.into_any()
        }
        Stage::Nothing => view! { <Nothing model=model /> }.into_any(),
        Stage::NonePasses => view! { <NonePasses model=model /> }.into_any(),
        Stage::NoFailure => view! { <NoFailure model=model told=told /> }.into_any(),
        Stage::Data => {
            let group = move |key| view! { <Group model told open key /> };
            view! {
                <GroupHeads />
                <ol class="groups">
                    <For each=move || keys.get() key=String::clone children=group />
                </ol>
            }
            .into_any()
        }
    };
    let unseen = move || {
        let key = open.get()?;
        (n_jobs.get() > 0 && !model.is_waiting() && keys.with(|it| !it.contains(&key))).then(|| {
            view! { <p class="groups-note">{"No job of this time failed as the address says; a longer time may have some."}</p> }
        })
    };
    view! {
        <section class="card" aria-label="What became of the jobs">
            <FlowLine model=model told=told />
            <Cover model=model />
        </section>
        <section class="card" aria-label="Failures">
            <Missing model=model />
            {unseen}
            {body}
        </section>
        <StuckJobs model=model told=told />
    }
}

/// The heads of the columns; each row says the same in words for who does not see them.
#[component]
fn GroupHeads() -> impl IntoView {
    view! {
        <div class="groups-heads" aria-hidden="true">
            <span class="r">{"Jobs"}</span>
            <span class="r">{"Share"}</span>
            <span>{"Failure"}</span>
            <span>{"Over this time"}</span>
            <span>{"First seen"}</span>
            <span>{"Last seen"}</span>
        </div>
    }
}

/// Jobs there are, and none of them failed.
#[component]
fn NoFailure(model: Model, told: ToldMemo) -> impl IntoView {
    let why = move || {
        let n = told.with(|it| it.as_ref().map_or(0, |it| it.rows.len()));
        let jobs = if n == 1 { "job".to_owned() } else { format!("{n} jobs") };
        let back =
            || told.with(|it| it.as_ref().map(|it| time_words(model.clock, it.complete_from, it.range.end)));
        let is_lost = model.report.with(|it| it.as_ref().is_some_and(|it| !it.failures.is_empty()));
        match (model.is_waiting(), is_lost, back()) {
            (true, _, Some(back)) => {
                format!("No failure so far among {n} jobs read back to {back}; still reading.")
            }
            (false, true, Some(back)) => {
                format!("No failure among {n} jobs; what is older than {back} could not be read.")
            }
            _ if n == 1 => "No failure in this time: the one job did not fail.".to_owned(),
            _ => format!("No failure in this time: none of {jobs} failed."),
        }
    };
    let looked_for = "Jobs that failed or hang are put together here by stage, code, exception and message, without what differs from job to job.";
    let day = TimeDelta::from_secs(86_400);
    let is_short = move || model.clock.range().with(|it| it.length() < day);
    view! {
        <EmptyPanel why=Signal::derive(why) looked_for=looked_for>
            <Show when=is_short>
                <button type="button" on:click=move |_| model.view.push(|it| it.range = RangeSpec::last(day))>
                    {"Look at the last 24 hours"}
                </button>
            </Show>
        </EmptyPanel>
    }
}

/// A time of day, with its date where that is another.
pub(super) fn time_words(clock: Clock, at: Timestamp, beside: Timestamp) -> String {
    clock_beside(at, beside, clock.offset_secs(at), Precision::Minutes)
}
