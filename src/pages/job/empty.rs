//! Nothing was found, or nothing was asked for: why, where was looked, and what helps.

use backends::ErrorKind;
use domain::time::{RangeSpec, TimeDelta, TimeRange, civil_from_timestamp};
use leptos::prelude::*;

use super::examples::Examples;
use super::model::Model;
use super::near::NearMatches;
use super::trace::OpenFileButton;
use crate::components::empty_panel::EmptyPanel;
use crate::net::use_net;
use crate::pages::asked::WhatWasAsked;
use crate::state::{Clock, Memo, use_clock, use_system};

/// How far one press widens the search, and the words for it.
const WIDER: [(TimeDelta, &str); 3] = [
    (TimeDelta::from_secs(86_400), "Search the last 24 hours"),
    (TimeDelta::from_secs(7 * 86_400), "Search the last 7 days"),
    (TimeDelta::from_secs(30 * 86_400), "Search the last 30 days"),
];

#[component]
pub(super) fn NoJob() -> impl IntoView {
    let (system, net) = (use_system(), use_net());
    let offers_jobs = move || !net.examples().is_empty();
    let why = move || match system.with(|it| it.jobs.example_id.clone()) {
        _ if offers_jobs() => {
            "No job was asked for. Choose one of these, or type an id into the box above.".to_owned()
        }
        example if example.is_empty() => "No job was asked for. Type an id into the box above.".to_owned(),
        example => format!("No job was asked for. Type an id such as {example} into the box above."),
    };
    view! {
        <div class="no-job">
            <h1>{"Find a job"}</h1>
            <section class="card">
                <EmptyPanel why=Signal::derive(why) looked_for="A trace can also be opened from a file.">
                    <OpenFileButton />
                </EmptyPanel>
            </section>
            <Examples />
        </div>
    }
}

#[component]
pub(super) fn NothingFound(model: Model) -> impl IntoView {
    let clock = use_clock();
    let report = model.report;
    let failed = Memo::new(move |_| {
        report.with(|it| it.failures.iter().map(|it| it.source.name()).collect::<Vec<_>>())
    });
    let is_unrecorded =
        Memo::new(move |_| report.with(|it| it.failures.iter().any(|it| it.kind == ErrorKind::NotRecorded)));
    let why = move || {
        let id = report.with(|it| it.id.clone());
        match failed.get() {
            _ if is_unrecorded.get() => format!("“{id}” is not in this recording."),
            names if names.is_empty() => format!("Nothing says “{id}”."),
            names => format!("Whether “{id}” exists cannot be told: {} did not answer.", names.join(" and ")),
        }
    };
    let hint = move || {
        let id = report.with(|it| it.id.to_string());
        let example = model.system.with(|it| it.jobs.example_id.clone());
        let is_other_kind = model.system.with(|it| {
            !it.jobs.kinds.is_empty() && !it.jobs.kinds.iter().any(|kind| id.starts_with(&kind.id_prefix))
        });
        (is_other_kind && !example.is_empty()).then(|| format!(" Ids of jobs look like {example} here."))
    };
    let looked_for = move || {
        if is_unrecorded.get() {
            return "It answers only what was asked while it was made, and only about its own time."
                .to_owned();
        }
        let searched = report.with(|it| it.searched);
        let kept = model.system.with(|it| it.retention.logs);
        let kept = kept.map(|it| format!(" Lines are kept for {it}.")).unwrap_or_default();
        let hint = hint().unwrap_or_default();
        format!(
            "Looked for it as a job, task, trace and request id, {}.{kept}{hint}",
            range_words(searched, clock)
        )
    };
    let wider = Memo::new(move |_| {
        let searched = report.with(|it| it.searched.length());
        let kept = model.system.with(|it| it.retention.logs).unwrap_or(TimeDelta::from_nanos(i64::MAX));
        WIDER.into_iter().find(|(length, _)| *length > searched && *length <= kept)
    });
    let help = move || match wider.get() {
        _ if is_unrecorded.get() => ().into_any(),
        // Who did not answer can be asked again above.
        _ if !failed.with(Vec::is_empty) => ().into_any(),
        Some((length, words)) => {
            let widen = move |_| model.view.push(|it| it.range = RangeSpec::last(length));
            view! { <button type="button" on:click=widen>{words}</button> }.into_any()
        }
        None => view! { <button type="button" on:click=move |_| clock.refresh()>{"Look again"}</button> }
            .into_any(),
    };
    view! {
        <section class="card" aria-label="Nothing found">
            <EmptyPanel why=Signal::derive(why) looked_for=Signal::derive(looked_for)>
                {help}
            </EmptyPanel>
            <WhatWasAsked asked=Signal::derive(move || report.with(|it| it.asked.clone())) />
        </section>
        <NearMatches model=model />
        <Examples />
    }
}

pub(super) fn range_words(range: TimeRange, clock: Clock) -> String {
    let wall = |at| {
        let it = civil_from_timestamp(at, clock.offset_secs(at));
        format!("{}-{:02}-{:02} {:02}:{:02}", it.year, it.month, it.day, it.hour, it.minute)
    };
    format!("from {} to {} {}", wall(range.start), wall(range.end), clock.zone_name(range.end))
}
