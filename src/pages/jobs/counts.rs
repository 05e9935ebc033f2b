//! How many jobs there are of each state; pressing one shows only those.

use domain::sorted::SortedMap;

use domain::format;
use domain::job::JobState;
use domain::jobs::JobRow;
use domain::system::Unit;
use inquiry::jobs::JobsReport;
use leptos::ev;
use leptos::prelude::*;

use super::model::Model;
use crate::components::badge::Shape;
use crate::pages::states::tone;
use crate::state::Memo;

/// The states in the order in which a person wants to know of them.
const STATES: [JobState; 6] = [
    JobState::Failed,
    JobState::Stuck,
    JobState::Running,
    JobState::Queued,
    JobState::Done,
    JobState::Unknown,
];

#[component]
pub(super) fn Counts(model: Model) -> impl IntoView {
    // Queued and unknown jobs are worth a place only where there are any.
    let there = Memo::new(move |_| {
        let counts = model.counts.get();
        let is_there =
            |it: &JobState| counts.get(*it) > 0 || !matches!(it, JobState::Unknown | JobState::Queued);
        STATES.into_iter().filter(is_there).collect::<Vec<_>>()
    });
    view! {
        <section class="card jobs-counts" aria-label="Jobs by state">
            <Tile model state=None />
            <For each=move || there.get() key=|it| *it children=move |it| view! { <Tile model state=Some(it) /> } />
        </section>
    }
}

/// One count.
#[component]
fn Tile(model: Model, state: Option<JobState>) -> impl IntoView {
    let count = move || {
        // Zero would be an answer.
        if has_read_nothing(model) {
            return "–".to_owned();
        }
        let n_jobs = model.counts.with(|it| state.map_or_else(|| it.all(), |state| it.get(state)));
        format::exact(n_jobs as f64, Unit::None)
    };
    let is_on = Memo::new(move |_| model.shows_state(state));
    let press = move |event: ev::MouseEvent| {
        model.toggle_state(state, event.ctrl_key() || event.meta_key() || event.shift_key());
    };
    let more = Memo::new(move |_| match state {
        None => how_exact(model),
        Some(state) => remark(model, state),
    });
    let word = state.map_or("all", JobState::name);
    view! {
        <button
            type="button"
            class=format!("count {word}")
            class:on=move || is_on.get()
            aria-pressed=move || is_on.get().to_string()
            title=state.map(|_| "With Ctrl, ⌘ or Shift also those of other states")
            on:click=press
        >
            <b>{count}</b>
            <span>
                {state.map(|it| view! { <Shape tone=tone(it) /> })}
                {word}
            </span>
            <small>{move || more.get()}</small>
        </button>
    }
}

/// Whether no part of the range has been answered for.
fn has_read_nothing(model: Model) -> bool {
    let is_unread = |it: &JobsReport| it.complete_from >= it.range.end;
    model.all.with(|it| it.is_empty()) && model.report.with(|it| it.as_ref().is_none_or(|it| is_unread(it)))
}

/// Counts of rows are exact, of what was read.
fn how_exact(model: Model) -> String {
    model.report.with(|it| match it {
        _ if has_read_nothing(model) => "nothing read yet".to_owned(),
        None => "…".to_owned(),
        Some(it) if it.is_complete() => "exact".to_owned(),
        Some(_) => "of those read".to_owned(),
    })
}

/// What most of them have, how long the oldest has been so, or what is odd though they went well.
fn remark(model: Model, state: JobState) -> String {
    let now = model.now.get();
    model.of_any_state.with(|all| {
        let rows = all.iter().filter(|it| it.state == state);
        match state {
            JobState::Failed => {
                let mut codes: SortedMap<&str, usize> = SortedMap::new();
                for code in rows.filter_map(|it| it.error_code.as_deref()) {
                    *codes.entry(code).or_default() += 1;
                }
                let most = codes.into_iter().max_by_key(|(_, count)| *count);
                most.map_or_else(String::new, |(code, count)| format!("{count} × {code}"))
            }
            JobState::Running | JobState::Queued | JobState::Stuck => {
                let oldest = rows.min_by_key(|it| it.start);
                let age = |it: &JobRow| format!("oldest {}", whole_secs(it.total(now).secs()));
                oldest.map_or_else(String::new, |it| age(it))
            }
            JobState::Done => match rows.filter(|it| it.users.len() > 1).count() {
                0 => String::new(),
                n => format!("{n} of several users"),
            },
            JobState::Unknown => String::new(),
        }
    })
}

fn whole_secs(secs: i64) -> String {
    domain::time::TimeDelta::from_secs(secs).to_string()
}
