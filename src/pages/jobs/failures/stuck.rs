//! Jobs that show no sign of life, the longest first: those of the range, and those that began before it.

use std::sync::Arc;

use domain::job::JobState;
use domain::jobs::{Field, JobRow};
use domain::view_state::Page;
use leptos::prelude::*;

use super::super::model::{Model, is_filter};
use super::{ToldMemo, earlier, time_words};
use crate::components::badge::Shape;
use crate::pages::asked::WhatWasAsked;
use crate::pages::lifts::count_words;
use crate::pages::states::tone;
use crate::state::{Memo, go_to, shared_memo};

/// Jobs that are named.
const MAX_NAMED: usize = 30;

#[component]
pub(super) fn StuckJobs(model: Model, told: ToldMemo) -> impl IntoView {
    let stuck = Memo::new(move |_| {
        let is_stuck = |it: &&Arc<JobRow>| it.state == JobState::Stuck;
        let mut rows: Vec<Arc<JobRow>> = told.with(|it| {
            it.as_ref().map_or_else(Vec::new, |it| it.rows.iter().filter(is_stuck).cloned().collect())
        });
        rows.sort_by(|a, b| (a.last_seen, &a.id).cmp(&(b.last_seen, &b.id)));
        rows
    });
    let n = Memo::new(move |_| stuck.with(Vec::len));
    let rows = move || {
        let named = stuck.with(|it| it.iter().take(MAX_NAMED).cloned().collect::<Vec<_>>());
        named.into_iter().map(|it| row(model, &it)).collect_view()
    };
    let all = move || model.list_href(&[is_filter(Field::State, JobState::Stuck.name())]);
    let progress = earlier::earlier_of(model);
    let before = shared_memo(move || Arc::new(progress.with(|it| earlier::rows(model, it))));
    let earlier_rows = move || before.get().iter().take(MAX_NAMED).map(|it| row(model, it)).collect_view();
    let words = Memo::new(move |_| {
        let n = before.with(|it| it.len());
        progress.with(|it| earlier::words(model, it, n))
    });
    let asked = move || progress.with(|it| it.report.iter().map(|it| it.asked.clone()).collect());
    view! {
        <Show when=move || n.get() != 0 || words.with(Option::is_some)>
            <section class="card" aria-label="Stuck jobs">
                <header>
                    <h2>{"Stuck jobs"}</h2>
                    <Show when=move || n.get() != 0>
                        <span class="r">
                            <a href=all>{move || format!("Show all {} in the list", count_words(n.get()))}</a>
                        </span>
                    </Show>
                </header>
                <ul class="stuck-jobs">{rows}</ul>
                <Show when=move || n.get() == 0>
                    <p class="stuck-note">{"No job of this time hangs."}</p>
                </Show>
                <Show when=move || words.with(Option::is_some)>
                    <p class="stuck-note" role="status">{move || words.get()}</p>
                    <ul class="stuck-jobs" aria-label="Began before this time">{earlier_rows}</ul>
                    <WhatWasAsked asked=Signal::derive(asked) />
                </Show>
            </section>
        </Show>
    }
}

fn row(model: Model, row: &Arc<JobRow>) -> AnyView {
    let id = row.id.clone();
    let href = move || {
        model.view.href(|it| {
            go_to(it, Page::Job);
            it.job = Some(id.clone());
        })
    };
    let now = model.now.get();
    let stage = row
        .telling_stage()
        .map(|it| model.system.with(|system| Field::Stage.value_title(system, it.as_str()).into_owned()));
    let since = format!("quiet since {}", time_words(model.clock, row.last_seen, now));
    view! {
        <li>
            <Shape tone=tone(JobState::Stuck) />
            <a class="mono" href=href>{row.id.to_string()}</a>
            <span>{stage}</span>
            <span>{since}</span>
            <span class="dim">{row.because.clone()}</span>
        </li>
    }
    .into_any()
}
