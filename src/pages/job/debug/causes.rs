//! What the steps add up to: the likely causes with what would refute each, what is missing, and the ticket.

use domain::debug::Found;
use domain::diagnosis::Cause;
use domain::format::sentence;
use domain::job::{JobState, Origin};
use domain::view_state::Tab;
use inquiry::debug::{DebugReport, StepReport};
use leptos::prelude::*;

use super::DebugRun;
use crate::components::copy_button::CopyButton;
use crate::pages::job::cause::{SUREST, meter};
use crate::pages::job::model::Model;
use crate::pages::job::ticket::{Checked, address};
use crate::state::Memo;

/// Words that a cause shows of what it matched.
const MAX_MATCHED: usize = 4;

#[component]
pub(super) fn Causes(model: Model, run: DebugRun) -> impl IntoView {
    let causes = model.causes;
    let missing = Memo::new(move |_| {
        let mut all = run.report.with(|it| it.as_deref().map(missing).unwrap_or_default());
        let around = run.around().with(|it| it.report.as_ref().map(|it| it.could_not_ask()));
        all.extend(around.into_iter().flatten().map(|it| sentence(&it)));
        all
    });
    let is_wrong = Memo::new(move |_| model.job.with(|it| it.state != JobState::Done));
    let list = move || {
        let causes = causes.get();
        if causes.is_empty() {
            let what = if is_wrong.get() {
                "Unknown: nothing that was found says why."
            } else {
                "No cause, since nothing failed."
            };
            return view! { <p class="causes-none">{what}</p> }.into_any();
        }
        let one = |(place, it): (usize, Cause)| view! { <One place=place cause=it /> }.into_any();
        view! { <ol class="causes">{causes.into_iter().enumerate().map(one).collect_view()}</ol> }.into_any()
    };
    let missing_list = move || {
        let missing = missing.get();
        (!missing.is_empty()).then(|| {
            view! {
                <div class="causes-missing">
                    <h3>{"What could not be found out"}</h3>
                    <ul>{missing.into_iter().map(|it| view! { <li>{it}</li> }).collect_view()}</ul>
                </div>
            }
        })
    };
    let ticket = move || model.ticket(&run.report.with(|it| it.as_deref().map(checked).unwrap_or_default()));
    view! {
        <section class="card" aria-label="What it comes to">
            <header>
                <h2>{"What it comes to"}</h2>
                <span class="r">
                    <Show when=move || is_wrong.get()>
                        <a class="follow" href=move || model.view.href(|it| it.tab = Tab::Compare)>
                            {"Compare with the last good job"}
                        </a>
                    </Show>
                    <CopyButton text=Signal::derive(ticket) label="Copy Markdown for a ticket" />
                    <CopyButton text=Signal::derive(address) label="Copy link" />
                </span>
            </header>
            {list}
            {missing_list}
        </section>
    }
}

#[component]
fn One(place: usize, cause: Cause) -> impl IntoView {
    let sure = cause.sure.min(SUREST);
    let is_unknown = cause.is_unknown();
    let rank = match place {
        0 if is_unknown => "unknown",
        0 => "most likely",
        _ => "or",
    };
    let mut matched: Vec<String> = Vec::new();
    for it in &cause.matched {
        // What a series or other jobs show is said by nobody.
        let words = match it.from {
            Origin::Inferred => sentence(&it.words),
            Origin::Line(_) | Origin::Span(..) => format!("“{}”", it.words.trim_matches(['“', '”'])),
        };
        if !matched.contains(&words) && matched.len() < MAX_MATCHED {
            matched.push(words);
        }
    }
    view! {
        <li>
            <p class="causes-what">
                <span class="muted">{rank}</span>
                <strong>{sentence(&cause.sentence)}</strong>
                {meter(sure, format!("sure: {sure} of {SUREST}"))}
            </p>
            <dl>
                <dt>{"Why"}</dt>
                <dd>{sentence(&cause.why)}</dd>
                {(!matched.is_empty()).then(|| view! { <dt>{"What it matched"}</dt> })}
                {matched.into_iter().map(|it| view! { <dd>{it}</dd> }).collect_view()}
                <dt>{if is_unknown { "What would tell" } else { "What would refute it" }}</dt>
                <dd>{sentence(&cause.would_refute)}</dd>
                {cause.runbook.map(|it| view! { <dt>{"What to do"}</dt><dd class="strong">{it}</dd> })}
                <dt>{"Rule"}</dt>
                <dd><code>{cause.rule}</code></dd>
            </dl>
        </li>
    }
}

/// Steps that could not be asked, each with why.
fn missing(report: &DebugReport) -> Vec<String> {
    let lost =
        report.steps().filter(|it| it.verdict.as_ref().is_some_and(|it| it.found == Found::CouldNotAsk));
    let colon = |title: &str| if title.ends_with('?') { "" } else { ":" };
    lost.map(|it| format!("{}{} {}", it.title, colon(&it.title), verdict_words(report, it))).collect()
}

fn checked(report: &DebugReport) -> Vec<Checked> {
    let told =
        report.steps().filter(|it| it.verdict.as_ref().is_some_and(|it| it.found != Found::NotApplicable));
    told.map(|it| Checked {
        what: it.title.clone(),
        found: it.verdict.as_ref().map_or("asking", |it| it.found.word()),
        says: verdict_words(report, it),
    })
    .collect()
}

/// The verdict with times of UTC, since it is read elsewhere.
fn verdict_words(report: &DebugReport, step: &StepReport) -> String {
    step.verdict.as_ref().map_or_else(String::new, |it| sentence(&it.says.told(report.at, 0)))
}
