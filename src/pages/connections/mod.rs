//! Which sources answer, and when one does not: why, and what to do about it; and recordings, which need none.

mod recordings;
mod secret_form;
mod source_card;

use leptos::prelude::*;

use crate::components::empty_panel::EmptyPanel;
use crate::net::use_net;
use recordings::RecordingsCard;
use source_card::SourceCard;

/// The page.
#[component]
pub(crate) fn ConnectionsPage() -> impl IntoView {
    let servers = use_net().servers();
    let sources = if servers.is_empty() {
        view! { <NoSource /> }.into_any()
    } else {
        servers.into_iter().map(|server| view! { <SourceCard server /> }).collect_view().into_any()
    };
    view! {
        <div class="connections">
            <h1>{"Connections"}</h1>
            {sources}
            <RecordingsCard />
        </div>
    }
}

/// What to write where no source is configured.
#[component]
fn NoSource() -> impl IntoView {
    const LINES: &str = "\"sources\": {\n  \"loki\": { \"url\": \".\" },\n  \"prometheus\": { \"url\": \"prometheus\" },\n  \"tempo\": { \"url\": \"tempo\" }\n}";
    view! {
        <section class="card" aria-label="Sources">
            <EmptyPanel
                why="No source is configured."
                looked_for=Signal::stored(
                    "Name your servers in config.json, beside index.html, then reload this page. \
                     With the proxy of deploy/nginx.conf it is these lines:"
                        .to_owned(),
                )
            >
                <source_card::Lines lines=LINES.to_owned() />
            </EmptyPanel>
        </section>
    }
}
