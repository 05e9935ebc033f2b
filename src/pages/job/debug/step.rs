//! One step: its state, its verdict, its time, and what shows it on demand.

use domain::debug::Found;
use domain::format::sentence;
use inquiry::debug::StepReport;
use leptos::prelude::*;

use super::evidence::Evidence;
use super::how::{Commands, How};
use super::{DebugRun, address_of, told};
use crate::components::badge::{Badge, Tone};
use crate::components::error_panel::ErrorPanel;
use crate::pages::job::model::Model;
use crate::pages::trouble;
use crate::state::{Memo, kept_words, use_clock};

/// A part of a step that is unfolded on demand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Evidence,
    Commands,
    How,
}

impl Part {
    /// How the address writes it.
    const fn word(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Commands => "commands",
            Self::How => "how",
        }
    }
}

#[component]
pub(super) fn Step(model: Model, run: DebugRun, list: usize, number: usize) -> impl IntoView {
    let clock = use_clock();
    let step = Memo::new(move |_| {
        run.report.with(|it| Some(it.as_ref()?.lists.get(list)?.steps.get(number)?.clone()))
    });
    let at = move || run.report.with(|it| it.as_ref().map(|it| it.at)).unwrap_or_default();
    let kept = kept_words(format!("step-{}.{}", list + 1, number + 1));
    let open = Memo::new(move |_| {
        let word = kept.with(|it| it.first().cloned())?;
        [Part::Evidence, Part::Commands, Part::How].into_iter().find(|it| it.word() == word)
    });
    let found = Memo::new(move |_| step.with(|it| it.as_ref()?.verdict.as_ref().map(|it| it.found)));
    let text = move |part: fn(&StepReport) -> String| {
        Signal::derive(move || step.with(|it| it.as_ref().map(part).unwrap_or_default()))
    };
    let (title, why) = (text(|it| it.title.clone()), text(|it| it.why.clone()));
    let says = move || {
        step.with(|it| match it.as_ref().and_then(|it| it.verdict.as_ref()) {
            Some(verdict) => told(clock, &verdict.says, at()),
            None => "Asking …".to_owned(),
        })
    };
    let toggle = move |part: Part, label: Signal<String>| {
        let is_open = move || open.get() == Some(part);
        view! {
            <Show when=move || label.with(|it| !it.is_empty())>
                <button
                    type="button"
                    class="quiet step-fold"
                    aria-expanded=move || is_open().to_string()
                    on:click=move |_| {
                        let closes = open.get_untracked() == Some(part);
                        kept.set(if closes { Vec::new() } else { vec![part.word().to_owned()] });
                    }
                >
                    {move || label.get()}
                </button>
            </Show>
        }
    };
    let body = move || {
        let step = step.get()?;
        Some(match open.get()? {
            Part::Evidence => view! { <Evidence model=model step=step at=at() /> }.into_any(),
            Part::Commands => view! { <Commands step=step /> }.into_any(),
            Part::How => view! { <How step=step /> }.into_any(),
        })
    };
    let failures =
        Memo::new(move |_| step.with(|it| it.as_ref().map(|it| it.failures.clone()).unwrap_or_default()));
    let target = Memo::new(move |_| step.with(|it| it.as_ref()?.view.clone()));
    let links =
        Memo::new(move |_| step.with(|it| it.as_ref().map(|it| it.links.clone()).unwrap_or_default()));
    view! {
        <li class=move || format!("step {}", found.get().map_or("waiting", tone_class)) aria-busy=move || found.get().is_none().to_string()>
            <div class="step-head">
                <Badge
                    tone=Signal::derive(move || found.get().map_or(Tone::Running, tone))
                    word=Signal::derive(move || found.get().map_or("asking", Found::word).to_owned())
                />
                <h3>
                    <span class="step-no">{number + 1}</span>
                    {move || title.get()}
                </h3>
                <span class="step-time">{text(time_words)}</span>
            </div>
            <p class="step-says">{says}</p>
            <Show when=move || why.with(|it| !it.is_empty())>
                <p class="step-why">{move || why.get()}</p>
            </Show>
            {move || failures.get().iter().map(|it| view! { <ErrorPanel trouble=Signal::stored(trouble(it)) compact=true /> }).collect_view()}
            {move || {
                let warnings = step.with(|it| it.as_ref().map(|it| it.warnings.clone()).unwrap_or_default());
                warnings.into_iter().map(|it| view! { <p class="step-why">{sentence(&it.to_string())}</p> }).collect_view()
            }}
            <div class="step-acts">
                {toggle(Part::Evidence, text(evidence_words))}
                {toggle(Part::Commands, text(command_words))}
                {toggle(Part::How, text(|it| if it.asked.is_empty() { String::new() } else { "How".to_owned() }))}
                {move || target.get().map(|it| view! { <a href=move || address_of(model, &it)>{view_words(&target.get())}</a> })}
                {move || links.get().into_iter().map(out).collect_view()}
            </div>
            {body}
        </li>
    }
}

/// A link into another tool.
fn out((title, href): (String, String)) -> impl IntoView {
    view! {
        <a href=href target="_blank" rel="noopener noreferrer">
            {title}
            " ↗"
        </a>
    }
}

/// What a state means to whoever looks; something found wants a look.
const fn tone(found: Found) -> Tone {
    match found {
        Found::Something => Tone::Stuck,
        Found::Nothing => Tone::Queued,
        Found::CouldNotAsk => Tone::Failed,
        Found::NotApplicable => Tone::Unknown,
    }
}

const fn tone_class(found: Found) -> &'static str {
    match found {
        Found::Something => "found",
        Found::Nothing => "nothing",
        Found::CouldNotAsk => "lost",
        Found::NotApplicable => "beside",
    }
}

fn time_words(step: &StepReport) -> String {
    let took = step.verdict.as_ref().map(|_| format!("took {}", step.took));
    let budget = step.budget.map(|it| format!("{it} by hand"));
    [took, budget].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn evidence_words(step: &StepReport) -> String {
    let counted = |n: usize, one: &str| match n {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {one}s")),
    };
    let all = [
        counted(step.profiles.len(), "profile"),
        counted(step.charts.len(), "chart"),
        counted(step.spans.len(), "span"),
        counted(step.lines.len(), "line"),
    ];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn command_words(step: &StepReport) -> String {
    match step.commands.len() {
        0 => String::new(),
        1 => "1 command to copy".to_owned(),
        n => format!("{n} commands to copy"),
    }
}

fn view_words(target: &Option<domain::view_state::ViewState>) -> &'static str {
    use domain::view_state::{Page, Tab};
    match target.as_ref().map(|it| (it.page, it.tab)) {
        Some((Page::Job, Tab::Trace)) => "Open in the trace",
        Some((Page::Job, Tab::Logs)) => "All its lines",
        Some((Page::Jobs, _)) => "Those jobs",
        Some((Page::Overview, _)) => "Overview of that time",
        Some(_) | None => "Open",
    }
}
