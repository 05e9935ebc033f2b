//! A panel that could not get what it shows, and says what to do.

use leptos::prelude::*;

use crate::components::badge::{Shape, Tone};
use crate::components::copy_button::CopyButton;
use crate::state::{Memo, use_clock};

/// What went wrong, told for a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// What could not be had, from whom, and the cause, as a sentence without a full stop.
    pub what: String,
    /// What to do about it, as a sentence.
    pub next_step: String,
    /// The server's own words; empty where there are none.
    pub details: String,
}

/// What could not be had and why, what to do, a button that asks again, and the server's own words.
#[component]
pub fn ErrorPanel(
    /// What went wrong.
    #[prop(into)]
    trouble: Signal<Trouble>,
    /// Whether older data still stands beside it, so that one line is enough.
    #[prop(optional)]
    compact: bool,
    /// More that helps, such as a link.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let clock = use_clock();
    let details = Memo::new(move |_| trouble.with(|it| it.details.clone()));
    view! {
        <div class="panel-note error" class:compact=compact role="alert">
            <p class="what">
                <Shape tone=Tone::Failed />
                {move || trouble.with(|it| it.what.clone())}
            </p>
            <p class="muted">{move || trouble.with(|it| it.next_step.clone())}</p>
            <p class="acts">
                <button type="button" disabled=move || clock.is_busy() on:click=move |_| clock.refresh()>
                    {move || if clock.is_busy() { "Asking …" } else { "Try again" }}
                </button>
                {children.map(|it| it())}
            </p>
            <Show when=move || details.with(|it| !it.is_empty())>
                <details class="disclosure">
                    <summary>{"Details"}</summary>
                    <pre class="words" tabindex="0">{move || details.get()}</pre>
                    <CopyButton text=details label="Copy details" />
                </details>
            </Show>
        </div>
    }
}
