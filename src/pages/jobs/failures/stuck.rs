//! Jobs that show no sign of life, the longest first; nothing where there are none.

use std::sync::Arc;

use domain::job::JobState;
use domain::jobs::{Field, JobRow};
use domain::view_state::Page;
use leptos::prelude::*;

use super::super::model::{Model, is_filter};
use super::{ToldMemo, time_words};
use crate::components::badge::Shape;
use crate::pages::lifts::count_words;
use crate::pages::states::tone;
use crate::state::{Memo, go_to};

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
    view! {
        <Show when=move || n.get() != 0>
            <section class="card" aria-label="Stuck jobs">
                <header>
                    <h2>{"Stuck jobs"}</h2>
                    <span class="r">
                        <a href=all>{move || format!("Show all {} in the list", count_words(n.get()))}</a>
                    </span>
                </header>
                <ul class="stuck-jobs">{rows}</ul>
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
