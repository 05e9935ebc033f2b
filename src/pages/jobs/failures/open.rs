//! What there is to say of one failure: what its jobs have in common, since when, what one of them said, and the jobs.

use std::sync::Arc;

use domain::fingerprint::{Counted, GroupTold, Lift, Since};
use domain::format::{self, sentence};
use domain::ids::JobId;
use domain::job::JobState;
use domain::jobs::{Field, JobRow};
use domain::system::Unit;
use domain::time::Timestamp;
use domain::view_state::Page;
use leptos::prelude::*;

use super::super::model::{Model, is_filter};
use super::{Told, ToldMemo, time_words};
use crate::pages::lifts::{count_words, lift_words};
use crate::state::{Memo, go_to};

/// Jobs that are named, the newest.
const MAX_NAMED: usize = 12;
/// What they have in common that is told, the most telling.
const MAX_LIFTS: usize = 6;
/// With fewer jobs on either side nothing is claimed.
const MIN_JOBS: usize = 5;

/// What is shown; equal where nothing differs that anybody sees, so that nothing is drawn again under who reads it.
#[derive(Clone, PartialEq)]
struct Shown {
    n: usize,
    n_good: usize,
    /// Each with what more there is to say.
    lifts: Vec<(Lift, String)>,
    since: Option<String>,
    /// Whose words, and the words.
    said: Option<(JobId, String)>,
    jobs: Vec<Named>,
}

#[derive(Clone, PartialEq)]
struct Named {
    id: JobId,
    at: String,
    about: Option<String>,
}

impl Shown {
    fn of(model: Model, told: &Told, it: &GroupTold) -> Self {
        let time = |at| time_words(model.clock, at, told.range.end);
        let group = &it.group;
        let named = group.places.iter().take(MAX_NAMED).filter_map(|it| told.rows.get(*it));
        let job = |row: &Arc<JobRow>| Named {
            id: row.id.clone(),
            at: time(row.start),
            about: row.domain.clone().or_else(|| row.operation.clone()),
        };
        let lift = |it: &Lift| {
            let mut more =
                format!("such jobs fail {} times as often as all", format::value(it.times(), Unit::None));
            if let Some(since) = group.first_seen {
                let n = n_good_since(told, it, since);
                let went = if n == 1 { "job went" } else { "jobs went" };
                more.push_str(&format!("; since {}, {} such {went} well", time(since), count_words(n)));
            }
            (it.clone(), more)
        };
        Self {
            n: group.jobs.len(),
            n_good: told.failures.n_good,
            lifts: it.in_common.iter().take(MAX_LIFTS).map(lift).collect(),
            since: group.since.sentence().filter(|_| group.since != Since::NoVersion),
            said: told.newest(it).and_then(|row| Some((row.id.clone(), row.error.clone()?))),
            jobs: named.map(job).collect(),
        }
    }
}

/// How many jobs with this have begun since an instant and went well: when something broke in the middle of the time,
/// what went well before says nothing.
fn n_good_since(told: &Told, it: &Lift, since: Timestamp) -> usize {
    let has_it = |row: &&Arc<JobRow>| {
        let mut has_it = false;
        row.attributes(|name, value| has_it |= (name, value) == (&*it.name, &*it.value));
        has_it && row.state == JobState::Done && row.start >= since
    };
    told.rows.iter().filter(has_it).count()
}

#[component]
pub(super) fn Opened(model: Model, told: ToldMemo, key: StoredValue<String>) -> impl IntoView {
    let shown = Memo::new(move |_| {
        told.with(|it| {
            let it = it.as_ref()?;
            Some(Shown::of(model, it, it.group(&key.read_value())?))
        })
    });
    move || shown.get().map(|it| opened(model, it, key))
}

fn opened(model: Model, it: Shown, key: StoredValue<String>) -> AnyView {
    let n = it.n;
    let all = move || model.list_href(&[is_filter(Field::Failure, &key.read_value())]);
    let title = match n > MAX_NAMED {
        true => format!("The newest {MAX_NAMED} of {} jobs", count_words(n)),
        false => "The jobs".to_owned(),
    };
    let link = if n == 1 {
        "Show it in the list".to_owned()
    } else {
        format!("Show all {} in the list", count_words(n))
    };
    view! {
        <div class="group-open">
            <div>
                <h2>{"What they have in common that good jobs lack"}</h2>
                {in_common(model, &it, key)}
                {it.since.map(|it| view! { <h2>{"Since which version"}</h2><p>{sentence(&it)}</p> })}
                {it.said.map(|(id, error)| view! {
                    <h2>{format!("What {id} said")}</h2>
                    <pre class="group-said" tabindex="0">{error}</pre>
                })}
            </div>
            <div>
                <h2>{title}</h2>
                <ul class="group-jobs">{it.jobs.into_iter().map(|it| job(model, it)).collect_view()}</ul>
                <p>
                    <a href=all>{link}</a>
                </p>
            </div>
        </div>
    }
    .into_any()
}

/// Each thing as a link to the failing jobs that have it; else why nothing is told.
fn in_common(model: Model, it: &Shown, key: StoredValue<String>) -> AnyView {
    if it.lifts.is_empty() {
        let (n, good) = (count_words(it.n), count_words(it.n_good));
        let jobs = if it.n == 1 { "job" } else { "jobs" };
        let why = match it.n.min(it.n_good) < MIN_JOBS {
            true => format!("{n} failing {jobs} beside {good} good ones: too few to tell."),
            false => format!("Nothing that the list knows of jobs sets them apart from {good} good ones."),
        };
        return view! { <p class="muted">{why}</p> }.into_any();
    }
    let one = |(it, more): &(Lift, String)| {
        let words = model.system.with(|system| lift_words(system, it));
        let (field, name, value) = (Field::from_word(&it.name), it.name.clone(), it.value.clone());
        let href = move || {
            let mut filters = vec![is_filter(Field::Failure, &key.read_value())];
            filters.push(match field {
                Some(field) => is_filter(field, &value),
                None => is_filter(Field::Attribute, &Field::attribute(&name, &value)),
            });
            model.list_href(&filters)
        };
        view! { <li><a href=href>{words}</a> <small>{more.clone()}</small></li> }
    };
    view! { <ul class="group-common">{it.lifts.iter().map(one).collect_view()}</ul> }.into_any()
}

fn job(model: Model, it: Named) -> AnyView {
    let id = it.id.clone();
    let href = move || {
        model.view.href(|it| {
            go_to(it, Page::Job);
            it.job = Some(id.clone());
        })
    };
    view! {
        <li>
            <a class="mono" href=href>{it.id.to_string()}</a>
            <span>{it.at}</span>
            <span class="dim">{it.about}</span>
        </li>
    }
    .into_any()
}
