//! Nothing was found, or nothing was asked for: why, where was looked, and what helps.

use domain::time::{RangeSpec, TimeDelta, TimeRange, civil_from_timestamp};
use inquiry::job::Asked;
use leptos::prelude::*;

use super::model::Model;
use crate::components::copy_button::CopyButton;
use crate::components::disclosure::Disclosure;
use crate::components::empty_panel::EmptyPanel;
use crate::state::{Clock, use_clock, use_system};

/// How far one press widens the search.
const WIDER: TimeDelta = TimeDelta::from_secs(86_400);

#[component]
pub(super) fn NoJob() -> impl IntoView {
    let system = use_system();
    let why = move || match system.with(|it| it.jobs.example_id.clone()) {
        example if example.is_empty() => "No job was asked for. Type an id into the box above.".to_owned(),
        example => format!("No job was asked for. Type an id such as {example} into the box above."),
    };
    view! { <section class="card"><EmptyPanel why=Signal::derive(why) /></section> }
}

#[component]
pub(super) fn NothingFound(model: Model) -> impl IntoView {
    let clock = use_clock();
    let report = model.report;
    let failed = Memo::new(move |_| {
        report.with(|it| it.failures.iter().map(|it| it.source.name()).collect::<Vec<_>>())
    });
    let why = move || {
        let id = report.with(|it| it.id.clone());
        match failed.get() {
            names if names.is_empty() => format!("Nothing says “{id}”."),
            names => format!("Whether “{id}” exists cannot be told: {} did not answer.", names.join(" and ")),
        }
    };
    let looked_for = move || {
        let searched = report.with(|it| it.searched);
        let kept = model.system.with(|it| it.retention.logs);
        let kept = kept.map(|it| format!(" Lines are kept for {it}.")).unwrap_or_default();
        format!("Looked for it as a job, task and trace id, {}.{kept}", range_words(searched, clock))
    };
    let is_narrow = move || report.with(|it| it.searched.length()) < WIDER;
    let widen = move |_| model.view.push(|it| it.range = RangeSpec::last(WIDER));
    view! {
        <section class="card" aria-label="Nothing found">
            <EmptyPanel why=Signal::derive(why) looked_for=Signal::derive(looked_for)>
                <Show
                    when=is_narrow
                    fallback=move || view! { <button type="button" on:click=move |_| clock.refresh()>{"Look again"}</button> }
                >
                    <button type="button" on:click=widen>{"Search the last 24 hours"}</button>
                </Show>
            </EmptyPanel>
            <div class="asked">
                <Disclosure title="What was asked">
                    {move || report.with(|it| it.asked.clone()).into_iter().map(asked_view).collect_view()}
                </Disclosure>
            </div>
        </section>
    }
}

fn asked_view(asked: Asked) -> impl IntoView {
    let query = asked.query.clone();
    view! {
        <div class="asked-one">
            <p class="muted">{format!("{}: {}", asked.source.name(), asked.what)}</p>
            <pre class="words" tabindex="0">{asked.query}</pre>
            <CopyButton text=Signal::stored(query) label="Copy query" />
        </div>
    }
}

fn range_words(range: TimeRange, clock: Clock) -> String {
    let wall = |at| {
        let it = civil_from_timestamp(at, clock.offset_secs(at));
        format!("{}-{:02}-{:02} {:02}:{:02}", it.year, it.month, it.day, it.hour, it.minute)
    };
    format!("from {} to {} {}", wall(range.start), wall(range.end), clock.zone_name(range.end))
}
