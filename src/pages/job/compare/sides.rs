//! Which two jobs are compared: id, state, kind, beginning and total of each.

use domain::ids::JobId;
use domain::job::Job;
use domain::time::TimeDelta;
use leptos::prelude::*;

use super::run::CompareRun;
use super::wording::{address_of, by_how_much, wall};
use crate::components::badge::Badge;
use crate::pages::job::header::state_words;
use crate::pages::states::tone;
use crate::state::Memo;

#[component]
pub(super) fn Sides(run: CompareRun) -> impl IntoView {
    let this = Memo::new(move |_| {
        let id = run.model.report.with(|it| it.id.clone());
        let totals = run.comparison.with(|it| it.as_ref().map(|it| it.totals));
        run.model.job.with(|job| side(run, job, &id, totals))
    });
    let other = Memo::new(move |_| {
        let totals = run.comparison.with(|it| it.as_ref().map(|it| (it.totals.1, None)));
        run.other.with(|it| it.as_ref().map(|it| side(run, &it.job, &it.report.id, totals)))
    });
    view! {
        <ul class="cmp-sides">
            <li>
                <span class="cmp-who">{"this"}</span>
                {move || view! { <One side=this.get() /> }}
            </li>
            <li>
                <span class="cmp-who">{"other"}</span>
                {move || match other.get() {
                    Some(side) => view! { <One side=side /> }.into_any(),
                    None => view! { <span class="dim">{move || if run.is_over.get() { "none found" } else { "…" }}</span> }.into_any(),
                }}
            </li>
        </ul>
        {move || {
            let as_of = run.as_of.get().filter(|_| run.comparison.with(Option::is_some))?;
            let at = wall(run.clock, as_of, as_of);
            Some(view! { <p class="cmp-note">{format!("Not both have ended: they are compared as of {at}.")}</p> })
        }}
    }
}

/// What is told of one of the two.
#[derive(Clone, PartialEq)]
struct Told {
    id: String,
    href: String,
    tone: crate::components::badge::Tone,
    state: String,
    facts: Vec<(&'static str, String)>,
}

/// `totals`: how long this one and the other took, where both are known.
fn side(
    run: CompareRun,
    job: &Job,
    id: &JobId,
    totals: Option<(Option<TimeDelta>, Option<TimeDelta>)>,
) -> Told {
    let now = run.clock.now();
    let began = job.submitted.map(|it| wall(run.clock, it.at, now));
    let total = totals.and_then(|(this, other)| {
        let this = this?;
        let by = other.map(|it| by_how_much(this, it)).filter(|it| !it.is_empty());
        Some(format!("{this}{}", by.map(|it| format!(" ({it})")).unwrap_or_default()))
    });
    let facts = [("", job.facts.kind.clone()), ("began", began), ("total", total)];
    Told {
        id: id.to_string(),
        href: address_of(run, job, id, None),
        tone: tone(job.state),
        state: run.model.system.with(|it| state_words(job, it)),
        facts: facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
    }
}

#[component]
fn One(side: Told) -> impl IntoView {
    let fact = |(name, value): (&'static str, String)| {
        view! {
            <span class="cmp-fact">
                {(!name.is_empty()).then(|| view! { <span class="muted">{name} " "</span> })} <b>{value}</b>
            </span>
        }
    };
    view! {
        <a class="mono cmp-id" href=side.href>
            {side.id}
        </a>
        <Badge tone=side.tone word=side.state />
        {side.facts.into_iter().map(fact).collect_view()}
    }
}
