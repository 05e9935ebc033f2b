//! One failure as a row: how many jobs, what it says, when; pressing it opens what there is to say.

use domain::fingerprint::{GroupTold, Since};
use domain::format;
use domain::jobs::Field;
use domain::system::Unit;
use leptos::prelude::*;

use super::super::model::{Model, is_filter};
use super::open::Opened;
use super::spark::{N_PARTS, busiest, spark};
use super::{Told, ToldMemo, time_words};
use crate::pages::lifts::{count_words, lift_words};
use crate::state::Memo;

#[component]
pub(super) fn Group(model: Model, told: ToldMemo, open: Memo<Option<String>>, key: String) -> impl IntoView {
    let key = StoredValue::new(key);
    let is_open = Memo::new(move |_| open.with(|it| it.as_deref() == Some(&*key.read_value())));
    let toggle = move |_| {
        let was_open = is_open.get_untracked();
        model.view.push(|it| {
            it.filters.retain(|it| it.field != Field::Failure.word());
            it.filters.extend((!was_open).then(|| is_filter(Field::Failure, &key.read_value())));
        });
    };
    let row = move || {
        told.with(|it| {
            let it = it.as_ref()?;
            Some(row(model, it, it.group(&key.read_value())?))
        })
    };
    view! {
        <li class="group" class:open=move || is_open.get()>
            <button type="button" class="group-row" aria-expanded=move || is_open.get().to_string() on:click=toggle>
                {row}
            </button>
            <Show when=move || is_open.get()>
                <Opened model=model told=told key=key />
            </Show>
        </li>
    }
}

/// The cells of a row, which are its words for screen readers as well.
fn row(model: Model, told: &Told, it: &GroupTold) -> AnyView {
    let (group, n) = (&it.group, it.group.jobs.len());
    let share = format::value(n as f64 / told.failures.n_failing.max(1) as f64, Unit::Ratio);
    let stage = group.fingerprint.stage.as_ref();
    let stage = stage
        .map(|it| model.system.with(|system| Field::Stage.value_title(system, it.as_str()).into_owned()));
    let parts = group.over_time(&told.rows, told.range, N_PARTS);
    let seen = |at| time_words(model.clock, at, told.range.end);
    let over_time = match busiest(&parts, told.range) {
        Some((most, at)) => format!("over time: most, {most}, from {}", seen(at)),
        None => String::new(),
    };
    let may_be_older = group.may_be_older(told.complete_from);
    let first = group.first_seen.map(|at| format!("{}{}", if may_be_older { "≤ " } else { "" }, seen(at)));
    let first_title = match may_be_older {
        true => "The first one is at the edge of what was read: it may be older",
        false => "None failed so in what was read before",
    };
    let last = group.last_seen.map(seen);
    let text = group.fingerprint.to_string();
    view! {
        <span class="group-n">{count_words(n)} <small>{if n == 1 { " job" } else { " jobs" }}</small></span>
        <span class="group-share" title="Of all jobs that failed or hang">{share}</span>
        <span class="group-text">
            {stage.map(|it| view! { <span class="group-stage">{it}</span> })}
            <strong title=text.clone()>{text.clone()}</strong>
            {since_tag(&group.since)}
            {it.in_common.first().map(|it| view! { <small>{model.system.with(|system| lift_words(system, it))}</small> })}
        </span>
        {spark(&parts, over_time)}
        <span class="group-seen" title=first_title><span class="group-label">{"first seen "}</span>{first}</span>
        <span class="group-seen"><span class="group-label">{"last seen "}</span>{last}</span>
    }
    .into_any()
}

/// A version that brought it, told only where that is sure.
fn since_tag(since: &Since) -> Option<AnyView> {
    let Since::Version { version, .. } = since else { return None };
    let title = since.sentence();
    Some(view! { <em class="group-new" title=title>{format!("new since version {version}")}</em> }.into_any())
}
