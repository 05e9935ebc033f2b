//! There is no other job, or nothing differs: why, what was looked for, and what helps.

use backends::ErrorKind;
use domain::time::TimeDelta;
use inquiry::compare::CompareReport;
use inquiry::jobs::LINES_AT_FIRST;
use inquiry::recording::Example;
use leptos::prelude::*;

use super::run::{CompareRun, This};
use super::wording::{of_kind, reaching_back, wall};
use crate::components::empty_panel::EmptyPanel;
use crate::net::use_net;
use crate::pages::job::empty::range_words;
use crate::state::{Clock, Memo};

/// How far back of the job one press looks, and the words for it.
const FURTHER: [(TimeDelta, &str); 2] = [
    (TimeDelta::from_secs(7 * 86_400), "Look back 7 days"),
    (TimeDelta::from_secs(30 * 86_400), "Look back 30 days"),
];

#[component]
pub(super) fn NoOther(run: CompareRun) -> impl IntoView {
    let told = Memo::new(move |_| {
        let this = run.this.get()?;
        run.report
            .with(|it| Some(told(it.as_deref()?, &this, run.with.get().map(|it| it.to_string()), run.clock)))
    });
    let why = move || told.with(|it| it.as_ref().map(|it| it.0.clone()).unwrap_or_default());
    let looked_for = move || told.with(|it| it.as_ref().map(|it| it.1.clone()).unwrap_or_default());
    let help = move || {
        let this = run.this.get()?;
        run.report.with(|it| {
            let it = it.as_ref()?;
            if !it.failures.is_empty() {
                // Who did not answer can be asked again above.
                return None;
            }
            if it.searched.as_ref().is_some_and(|it| it.is_cut) {
                let on = move |_| run.max_lines.update(|it| *it += LINES_AT_FIRST);
                return Some(
                    view! { <button type="button" on:click=on>{"Read further back"}</button> }.into_any(),
                );
            }
            let looked = this.began - it.looked_in.start;
            let kept =
                run.model.system.with(|it| it.retention.logs).unwrap_or(TimeDelta::from_nanos(i64::MAX));
            let (by, words) = FURTHER.into_iter().find(|(by, _)| *by > looked && *by <= kept)?;
            let on = move |_| run.model.view.push(|it| it.range = reaching_back(it.range, this.began, by));
            Some(view! { <button type="button" on:click=on>{words}</button> }.into_any())
        })
    };
    view! {
        <section class="card" aria-label="No other job">
            <EmptyPanel why=Signal::derive(why) looked_for=Signal::derive(looked_for)>
                {help}
            </EmptyPanel>
            <Offered run=run />
        </section>
    }
}

/// The jobs of a recording: whoever opens it knows none of its ids.
#[component]
fn Offered(run: CompareRun) -> impl IntoView {
    let net = use_net();
    let this = move || run.model.report.with(|it| it.id.clone());
    let link = move |Example { id, words }: Example| {
        let (with, text) = (id.clone(), id.to_string());
        let href = move || run.model.view.href(|it| it.with = Some(with.clone()));
        view! {
            <li>
                <a href=href>{words}</a>
                " "
                <span class="mono muted">{text}</span>
            </li>
        }
    };
    let offered = move || net.examples().into_iter().filter(|it| it.id != this()).map(link).collect_view();
    let has_any = move || !net.examples().is_empty();
    view! {
        <Show when=has_any>
            <div class="examples">
                <ul aria-label="Jobs of this recording">{offered}</ul>
            </div>
        </Show>
    }
}

/// Why there is none, and what was looked for.
fn told(report: &CompareReport, this: &This, with: Option<String>, clock: Clock) -> (String, String) {
    let names: Vec<&str> = report.failures.iter().map(|it| it.source.name()).collect();
    let is_unrecorded = report.failures.iter().any(|it| it.kind == ErrorKind::NotRecorded);
    let (names, kind) = (names.join(" and "), of_kind(&this.kind));
    match (with, &report.searched) {
        (Some(id), _) if is_unrecorded => (
            format!("“{id}” is not in this recording."),
            "It answers only what was asked while it was made.".to_owned(),
        ),
        (Some(id), _) if !names.is_empty() => {
            (format!("Whether “{id}” exists cannot be told: {names} did not answer."), String::new())
        }
        (Some(id), _) => (
            format!("Nothing says “{id}”."),
            format!(
                "Looked for it as a job, task, trace and request id, {}.",
                range_words(report.looked_in, clock)
            ),
        ),
        (None, _) if is_unrecorded => (
            format!("Whether there is a good job{kind} before this one is not in this recording."),
            "Compare it with one of these, or name another above.".to_owned(),
        ),
        (None, searched) => {
            let back_to = wall(clock, report.looked_in.start, this.began);
            let why = match names.is_empty() {
                true => format!("No good job{kind} before this one, back to {back_to}."),
                false => format!("No good job{kind} back to {back_to}; before that {names} did not answer."),
            };
            let counted = searched.as_ref().map(|it| {
                let all = match it.n_jobs {
                    0 => "No job began in that time".to_owned(),
                    1 => "1 job began in that time".to_owned(),
                    n => format!("{n} jobs began in that time"),
                };
                match (this.kind.is_some() && it.n_jobs > 0, it.n_of_kind) {
                    (false, _) => format!("{all}. "),
                    (true, 0) => format!("{all}, none of this kind. "),
                    (true, n) => format!("{all}, {n} of this kind, none of them good. "),
                }
            });
            (why, format!("{}Any other job can be named above.", counted.unwrap_or_default()))
        }
    }
}

/// Nothing differs.
#[component]
pub(super) fn Same(run: CompareRun) -> impl IntoView {
    let why = move || {
        if run.is_itself() { "This is the same job." } else { "Nothing that counts differs." }.to_owned()
    };
    let looked_for = move || {
        if run.is_itself() {
            "Name another one above, or compare it with the last good one.".to_owned()
        } else {
            "The same stages took about as long, what both say about themselves is the same, and so are the kinds of their lines.".to_owned()
        }
    };
    view! {
        <section class="card" aria-label="No difference">
            <EmptyPanel why=Signal::derive(why) looked_for=Signal::derive(looked_for) />
        </section>
    }
}
