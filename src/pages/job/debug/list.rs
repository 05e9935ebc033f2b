//! One checklist: its name, how far it has come, the clock, and its steps.

use domain::format::sentence;
use domain::time::TimeDelta;
use inquiry::debug::{ListReport, StepReport};
use leptos::prelude::*;

use super::DebugRun;
use super::step::Step;
use crate::pages::job::model::Model;
use crate::state::Memo;

#[component]
pub(super) fn Checklist(model: Model, run: DebugRun, place: usize) -> impl IntoView {
    let of = move |part: fn(&ListReport) -> String| {
        Memo::new(move |_| {
            run.report.with(|it| it.as_ref().and_then(|it| it.lists.get(place)).map(part).unwrap_or_default())
        })
    };
    let (title, about) = (of(|it| it.title.clone()), of(|it| it.about.clone()));
    let skipped = of(|it| it.skipped.clone().unwrap_or_default());
    let is_run = Memo::new(move |_| skipped.with(String::is_empty));
    let clock = of(clock_words);
    let n_steps = Memo::new(move |_| {
        run.report.with(|it| it.as_ref().and_then(|it| it.lists.get(place)).map_or(0, |it| it.steps.len()))
    });
    let start = move |_| run.want_list(place);
    let body = move || {
        if is_run.get() {
            let one = move |number| view! { <Step model=model run=run list=place number=number /> };
            view! { <ol class="steps">{move || (0..n_steps.get()).map(one).collect_view()}</ol> }.into_any()
        } else {
            view! {
                <p class="steps-skipped">
                    {move || format!("Not run: {}", sentence(&skipped.get()).trim_start())} " "
                    <button type="button" on:click=start>
                        {move || format!("Run its {} steps", n_steps.get())}
                    </button>
                </p>
            }
            .into_any()
        }
    };
    view! {
        <section class="card checklist" aria-label=move || title.get()>
            <header>
                <h2>{move || title.get()}</h2>
                <span class="r" role="status">
                    {move || clock.get()}
                </span>
            </header>
            <Show when=move || about.with(|it| !it.is_empty())>
                <p class="steps-about muted">{move || about.get()}</p>
            </Show>
            {body}
        </section>
    }
}

/// How many steps have run, how long a person has for them, and how long they took.
fn clock_words(list: &ListReport) -> String {
    if list.skipped.is_some() {
        return format!("{} steps", list.steps.len());
    }
    let n_over = list.steps.iter().filter(|it| it.verdict.is_some()).count();
    let ran = format!("{n_over} of {} ran", list.steps.len());
    let took = list.steps.iter().map(|it| it.took).max().unwrap_or(TimeDelta::ZERO);
    let took = if n_over == list.steps.len() { format!(" in {took}") } else { " so far".to_owned() };
    let budget: TimeDelta = list.steps.iter().filter_map(|it: &StepReport| it.budget).sum();
    if budget > TimeDelta::ZERO { format!("{ran}{took} · {budget} by hand") } else { format!("{ran}{took}") }
}
