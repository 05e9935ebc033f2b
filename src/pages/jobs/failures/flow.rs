//! What became of the jobs: every one of them is counted once, and each number leads to its jobs.

use domain::job::JobState;
use domain::jobs::Field;
use leptos::prelude::*;

use super::super::model::{Model, is_filter};
use super::ToldMemo;
use crate::components::badge::Shape;
use crate::pages::lifts::count_words;
use crate::pages::states::tone;
use crate::state::Memo;

/// Counts of the jobs, without their ids.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    before: usize,
    submitted: usize,
    done: usize,
    failed: usize,
    queued: usize,
    running: usize,
    stuck: usize,
    unaccounted: usize,
}

#[component]
pub(super) fn FlowLine(model: Model, told: ToldMemo) -> impl IntoView {
    let counts = Memo::new(move |_| {
        told.with(|it| {
            it.as_ref().map_or_else(Counts::default, |it| {
                let flow = &it.failures.flow;
                Counts {
                    before: flow.before,
                    submitted: flow.submitted,
                    done: flow.done,
                    failed: flow.failed,
                    queued: flow.queued,
                    running: flow.running,
                    stuck: flow.stuck.len(),
                    unaccounted: flow.unaccounted.len(),
                }
            })
        })
    });
    let before = move || match counts.get().before {
        0 => String::new(),
        n if model.is_complete() => format!("and {} from before", count_words(n)),
        n => format!("and {} from before, or whose beginning was not read", count_words(n)),
    };
    let part = move |state: JobState, word: &'static str, count: fn(&Counts) -> usize, note: &'static str| {
        view! { <Tile model=model state=Some(state) word=word count=Signal::derive(move || counts.with(count)) note=Signal::stored(note.to_owned()) /> }
    };
    let in_flight = move |state: JobState, count: fn(&Counts) -> usize| {
        view! {
            <Show when=move || counts.with(count) != 0>
                <a href=move || model.list_href(&[is_filter(Field::State, state.name())])>
                    {move || format!("{} {}", count_words(counts.with(count)), state.name())}
                </a>
                " "
            </Show>
        }
    };
    let exact = move || model.is_complete();
    view! {
        <div class="flow">
            <Tile
                model=model
                state=None
                word="submitted"
                count=Signal::derive(move || counts.get().submitted)
                note=Signal::derive(before)
            />
            <span class="flow-arrow" aria-hidden="true">{"→"}</span>
            {part(JobState::Done, "done", |it| it.done, "")}
            {part(JobState::Failed, "failed", |it| it.failed, "")}
            <div class="count running">
                <b>{move || count_words(counts.with(|it| it.queued + it.running))}</b>
                <span>
                    <Shape tone=tone(JobState::Running) />
                    {"in flight"}
                </span>
                <small>
                    {in_flight(JobState::Running, |it| it.running)}
                    {in_flight(JobState::Queued, |it| it.queued)}
                </small>
            </div>
            {part(JobState::Stuck, "stuck", |it| it.stuck, "no sign of life")}
            {part(JobState::Unknown, "unaccounted", |it| it.unaccounted, "no end was told")}
        </div>
        <p class="flow-note">
            {move || match (exact(), model.is_waiting()) {
                (true, _) => "Every job of this time is counted once, as it stands now.",
                (false, true) => "Every job that was read so far is counted once, as it stands now.",
                (false, false) => "Every job that was read is counted once, as it stands now; older ones of this time are missing.",
            }}
        </p>
    }
}

/// One number, which leads to the jobs that it counts.
#[component]
fn Tile(
    model: Model,
    state: Option<JobState>,
    word: &'static str,
    count: Signal<usize>,
    note: Signal<String>,
) -> impl IntoView {
    let filters: Vec<_> = state.map(|it| is_filter(Field::State, it.name())).into_iter().collect();
    let class = format!("count {}", state.map_or("all", JobState::name));
    view! {
        <a class=class href=move || model.list_href(&filters)>
            <b>{move || count_words(count.get())}</b>
            <span>
                {state.map(|it| view! { <Shape tone=tone(it) /> })}
                {word}
            </span>
            <small>{move || note.get()}</small>
        </a>
    }
}
