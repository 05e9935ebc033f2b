//! How a step was reached: what was asked, to copy; and what to run where no browser gets to.

use inquiry::debug::{StepCommand, StepReport};
use inquiry::job::Asked;
use leptos::prelude::*;

use crate::components::copy_button::CopyButton;
use crate::pages::job::empty::range_words;
use crate::state::use_clock;

/// The commands of a step, filled in.
#[component]
pub(super) fn Commands(step: StepReport) -> impl IntoView {
    let one = |it: StepCommand| {
        let missing = it.missing.iter().map(|it| format!("{{{it}}}")).collect::<Vec<_>>().join(", ");
        let text = it.text.clone();
        view! {
            <div class="asked-one">
                <p class="muted">
                    {it.title}
                    {(!missing.is_empty())
                        .then(|| format!(" (fill in {missing} yourself: nothing that was found says it)"))}
                </p>
                <pre class="words" tabindex="0">{it.text}</pre>
                <CopyButton text=Signal::stored(text) label="Copy command" />
            </div>
        }
    };
    view! { <div class="step-body">{step.commands.into_iter().map(one).collect_view()}</div> }
}

/// The questions of a step.
#[component]
pub(super) fn How(step: StepReport) -> impl IntoView {
    let clock = use_clock();
    let one = move |it: Asked| {
        let (who, what, range) = (it.source.name(), it.what, it.range);
        let when = move || range.map(|it| format!(", {}", range_words(it, clock))).unwrap_or_default();
        let query = it.query.clone();
        view! {
            <div class="asked-one">
                <p class="muted">{move || format!("{who}: {what}{}", when())}</p>
                <pre class="words" tabindex="0">{it.query}</pre>
                <CopyButton text=Signal::stored(query) label="Copy query" />
            </div>
        }
    };
    view! { <div class="step-body">{step.asked.into_iter().map(one).collect_view()}</div> }
}
