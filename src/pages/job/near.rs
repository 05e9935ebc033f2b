//! Jobs whose ids are nearly what somebody typed: nobody types an id without a mistake at night.

use domain::ids::JobId;
use domain::jobs::near;
use domain::view_state::Page;
use leptos::prelude::*;

use super::model::Model;
use crate::net::use_jobs;
use crate::state::{Memo, go_to, use_clock, use_view};

/// Lines that are read for it: the jobs of the newest part of the range.
const MAX_LINES: usize = 20_000;
/// How many are offered.
const MAX_OFFERED: usize = 6;

/// The nearest ids of jobs of the range; nothing where none is near.
#[component]
pub(super) fn NearMatches(model: Model) -> impl IntoView {
    let clock = use_clock();
    let progress = use_jobs(move || Some((clock.range().get(), MAX_LINES)));
    let near = Memo::new(move |_| {
        let wanted = model.report.with(|it| it.id.to_string());
        progress
            .with(|it| it.report.as_ref().map_or_else(Vec::new, |it| near(&it.rows, &wanted, MAX_OFFERED)))
    });
    let n_jobs = move || progress.with(|it| it.report.as_ref().map_or(0, |it| it.rows.len()));
    let note = move || match (progress.with(|it| it.running), near.with(Vec::is_empty)) {
        (true, true) => "Looking for ids that are nearly the same …".to_owned(),
        (false, true) => match n_jobs() {
            0 => String::new(),
            n => format!("No id is nearly the same, among {n} jobs of this time."),
        },
        (_, false) => format!("Nearly the same, among {} jobs of this time:", n_jobs()),
    };
    let has_note = move || !note().is_empty();
    view! {
        <Show when=has_note>
            <section class="card examples" aria-label="Jobs with a similar id">
                <header>
                    <h2>{"Did you mean"}</h2>
                    <span class="r" role="status">{note}</span>
                </header>
                <ul>
                    <For each=move || near.get() key=JobId::clone children=move |id| view! { <Near id /> } />
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn Near(id: JobId) -> impl IntoView {
    let view = use_view();
    let text = id.to_string();
    let href = move || {
        view.href(|it| {
            go_to(it, Page::Job);
            it.job = Some(id.clone());
        })
    };
    view! {
        <li>
            <a class="mono" href=href>{text}</a>
        </li>
    }
}
