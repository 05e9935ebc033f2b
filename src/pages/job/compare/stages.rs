//! The stages of both jobs, aligned: two bars a stage on one scale, and what differs.

use domain::compare::{Change, LEAST, LONGER, StageDiff, StageTimes};
use domain::job::StageState;
use domain::time::TimeDelta;
use leptos::prelude::*;

use super::run::CompareRun;
use super::wording::{change_words, state_words};
use crate::components::badge::Shape;
use crate::state::Memo;

/// How many colours stages take in turn.
const N_COLOURS: usize = 8;

#[component]
pub(super) fn Stages(run: CompareRun) -> impl IntoView {
    let stages = Memo::new(move |_| {
        run.comparison.with(|it| it.as_ref().map(|it| it.stages.clone()).unwrap_or_default())
    });
    let longest = Memo::new(move |_| {
        let sides = |it: &StageDiff| [it.this, it.other];
        stages.with(|it| it.iter().flat_map(sides).flatten().map(|it| it.all()).max().unwrap_or_default())
    });
    let colour = move |diff: &StageDiff| {
        let place = run.model.system.with(|it| it.stage_colour(&diff.stage));
        format!("var(--c{})", place.map_or(N_COLOURS, |it| it % N_COLOURS + 1))
    };
    let row = move |diff: StageDiff| {
        let (word, by) = change_words(&diff);
        let class = match diff.change {
            Change::Same => "cmp-diff same",
            _ => "cmp-diff",
        };
        let tells_state = diff.change == Change::EndedOtherwise
            || diff.this.or(diff.other).is_some_and(|it| it.state == StageState::Failed);
        let longest = longest.get();
        let bar = move |who, side: Option<StageTimes>| view! { <Bar who=who side=side longest=longest tells_state=tells_state /> };
        view! {
            <tr style:--stage=colour(&diff)>
                <th scope="row">
                    <span class="cmp-stage">{diff.title.clone()}</span>
                </th>
                <td class="cmp-bars">{bar("this", diff.this)} {bar("other", diff.other)}</td>
                <td class=class>
                    <b>{word}</b>
                    <span>{by}</span>
                </td>
            </tr>
        }
    };
    let foot = format!(
        "Bars are on one scale; hatched is waiting, in a queue or for the next attempt. “Longer” is at least {LONGER} times and {LEAST} more; less is called the same."
    );
    view! {
        <section class="card" aria-label="Stages">
            <header>
                <h2>{"Stages"}</h2>
            </header>
            <table class="cmp-stages">
                <thead class="visually-hidden">
                    <tr>
                        <th scope="col">{"Stage"}</th>
                        <th scope="col">{"Time in this job and in the other"}</th>
                        <th scope="col">{"Difference"}</th>
                    </tr>
                </thead>
                <tbody>{move || stages.get().into_iter().map(row).collect_view()}</tbody>
            </table>
            <Show when=move || stages.with(Vec::is_empty)>
                <p class="cmp-none muted">{"Nothing says that either job reached any stage."}</p>
            </Show>
            <p class="cmp-note">{foot}</p>
        </section>
    }
}

/// A stage in one of the two jobs.
#[component]
fn Bar(who: &'static str, side: Option<StageTimes>, longest: TimeDelta, tells_state: bool) -> impl IntoView {
    let share = move |length: TimeDelta| {
        let share = length.as_secs_f64() / longest.as_secs_f64().max(1e-9);
        format!("{:.2}%", (share * 100.0).clamp(0.0, 100.0))
    };
    let Some(times) = side else {
        return view! {
            <div class="cmp-bar">
                <span class="cmp-who">{who}</span>
                <span class="cmp-track never"></span>
                <span class="dim">{"never"}</span>
            </div>
        }
        .into_any();
    };
    let StageTimes { state, worked, waited, between, .. } = times;
    let (tone, word) = state_words(state);
    let state_class = format!("cmp-state {}", tone.class());
    let is_failed = state == StageState::Failed;
    view! {
        <div class="cmp-bar">
            <span class="cmp-who">{who}</span>
            <span class="cmp-track" aria-hidden="true">
                <i class="wait" style:width=share(waited + between)></i>
                <i class="work" class:failed=is_failed style:width=share(worked)></i>
            </span>
            <span class="cmp-words">
                {tells_state
                    .then(|| {
                        view! {
                            <span class=state_class>
                                <Shape tone=tone />
                                {word}
                            </span>
                        }
                    })} <span>{time_words(times)}</span>
            </span>
        </div>
    }
    .into_any()
}

/// `4.1 s`, `4.1 s after 12 s in the queue, 3 attempts with 40 s between them`.
fn time_words(times: StageTimes) -> String {
    let StageTimes { worked, waited, between, n_attempts, .. } = times;
    let time = match (n_attempts, waited > TimeDelta::ZERO) {
        (0, true) => format!("{waited} in the queue"),
        (0, false) => "seen, nothing says how long".to_owned(),
        (_, true) => format!("{worked} after {waited} in the queue"),
        (_, false) => worked.to_string(),
    };
    match (n_attempts, between > TimeDelta::ZERO) {
        (0 | 1, false) => time,
        (0 | 1, true) => format!("{time}, to be tried again for {between}"),
        (_, false) => format!("{time}, {n_attempts} attempts"),
        (_, true) => format!("{time}, {n_attempts} attempts with {between} between them"),
    }
}
