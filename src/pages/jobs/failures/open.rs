//! What there is to say of one failure: what its jobs have in common, since when, what one of them said, and the jobs.

use std::sync::Arc;

use domain::fingerprint::{Counted, GroupTold, Lift, Since};
use domain::format;
use domain::job::JobState;
use domain::jobs::{Field, JobRow};
use domain::system::Unit;
use domain::time::Timestamp;
use domain::view_state::Page;
use leptos::prelude::*;

use super::super::model::{Model, is_filter};
use super::{Told, ToldMemo, time_words};
use crate::pages::lifts::{count_words, lift_words};
use crate::state::go_to;

/// Jobs that are named, the newest.
const MAX_NAMED: usize = 12;
/// What they have in common that is told, the most telling.
const MAX_LIFTS: usize = 6;

#[component]
pub(super) fn Opened(model: Model, told: ToldMemo, key: StoredValue<String>) -> impl IntoView {
    move || {
        told.with(|it| {
            let it = it.as_ref()?;
            Some(opened(model, it, it.group(&key.read_value())?, key))
        })
    }
}

fn opened(model: Model, told: &Told, it: &GroupTold, key: StoredValue<String>) -> AnyView {
    let group = &it.group;
    let n = group.jobs.len();
    let all = move || model.list_href(&[is_filter(Field::Failure, &key.read_value())]);
    let named = group.places.iter().take(MAX_NAMED).filter_map(|it| told.rows.get(*it));
    let jobs = named.map(|row| job(model, told, row)).collect_view();
    let example = told.newest(it).and_then(|row| Some((row.id.clone(), row.error.clone()?)));
    let since = group.since.sentence().filter(|_| group.since != Since::NoVersion);
    view! {
        <div class="group-open">
            <div>
                <h3>{"What they have in common that good jobs lack"}</h3>
                {in_common(model, told, it, key)}
                {since.map(|it| view! { <h3>{"Since which version"}</h3><p>{sentence(&it)}</p> })}
                {example.map(|(id, error)| view! {
                    <h3>{format!("What {id} said")}</h3>
                    <pre class="group-said">{error}</pre>
                })}
            </div>
            <div>
                <h3>{if n > MAX_NAMED { format!("The newest {MAX_NAMED} of {} jobs", count_words(n)) } else { "The jobs".to_owned() }}</h3>
                <ul class="group-jobs">{jobs}</ul>
                <p>
                    <a href=all>{if n == 1 { "Show it in the list".to_owned() } else { format!("Show all {} in the list", count_words(n)) }}</a>
                </p>
            </div>
        </div>
    }
    .into_any()
}

/// Each thing as a link to the failing jobs that have it; else why nothing is told.
fn in_common(model: Model, told: &Told, it: &GroupTold, key: StoredValue<String>) -> AnyView {
    let group = &it.group;
    let n = group.jobs.len();
    if it.in_common.is_empty() {
        let good = count_words(told.failures.n_good);
        let jobs = if n == 1 { "job" } else { "jobs" };
        let why = match n.min(told.failures.n_good) < 5 {
            true => format!("{} failing {jobs} beside {good} good ones are too few to tell.", count_words(n)),
            false => format!("Nothing that is known of jobs sets them apart from {good} good ones."),
        };
        return view! { <p class="muted">{why}</p> }.into_any();
    }
    let one = |it: &Lift| {
        let (words, times) = (model.system.with(|system| lift_words(system, it)), it.times());
        let field = Field::from_word(&it.name);
        let value = it.value.clone();
        let href = move || {
            let mut filters = vec![is_filter(Field::Failure, &key.read_value())];
            filters.extend(field.map(|it| is_filter(it, &value)));
            model.list_href(&filters)
        };
        let mut more = format!("such jobs fail {} times as often as all", format::value(times, Unit::None));
        if let Some(since) = group.first_seen {
            let n = since_then(told, it, since);
            let at = time_words(model.clock, since, told.range.end);
            more.push_str(&format!(
                "; since {at}, {} such {} well",
                count_words(n),
                if n == 1 { "job went" } else { "jobs went" }
            ));
        }
        view! { <li><a href=href>{words}</a> <small>{more}</small></li> }
    };
    view! { <ul class="group-common">{it.in_common.iter().take(MAX_LIFTS).map(one).collect_view()}</ul> }
        .into_any()
}

/// How many jobs with this have begun since an instant and went well: when something broke in the middle of the time,
/// what went well before says nothing.
fn since_then(told: &Told, it: &Lift, since: Timestamp) -> usize {
    let has_it = |row: &&Arc<JobRow>| {
        let mut has_it = false;
        row.attributes(|name, value| has_it |= (name, value) == (&*it.name, &*it.value));
        has_it && row.state == JobState::Done && row.start >= since
    };
    told.rows.iter().filter(has_it).count()
}

fn job(model: Model, told: &Told, row: &Arc<JobRow>) -> AnyView {
    let (id, at) = (row.id.clone(), time_words(model.clock, row.start, told.range.end));
    let href = move || {
        model.view.href(|it| {
            go_to(it, Page::Job);
            it.job = Some(id.clone());
        })
    };
    let about = row.domain.clone().or_else(|| row.operation.clone());
    view! {
        <li>
            <a class="mono" href=href>{row.id.to_string()}</a>
            <span>{at}</span>
            <span class="dim">{about}</span>
        </li>
    }
    .into_any()
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |it| format!("{}{}.", it.to_uppercase(), chars.as_str()))
}
