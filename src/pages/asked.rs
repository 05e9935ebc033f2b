//! The questions that found nothing, each with its query to copy.

use inquiry::job::Asked;
use leptos::prelude::*;

use crate::components::copy_button::CopyButton;
use crate::components::disclosure::Disclosure;

#[component]
pub(super) fn WhatWasAsked(asked: Signal<Vec<Asked>>) -> impl IntoView {
    view! {
        <div class="asked">
            <Disclosure title="What was asked">
                {move || asked.get().into_iter().map(one).collect_view()}
            </Disclosure>
        </div>
    }
}

fn one(asked: Asked) -> AnyView {
    let query = asked.query.clone();
    view! {
        <div class="asked-one">
            <p class="muted">{format!("{}: {}", asked.source.name(), asked.what)}</p>
            <pre class="words" tabindex="0">{asked.query}</pre>
            <CopyButton text=Signal::stored(query) label="Copy query" />
        </div>
    }
    .into_any()
}
