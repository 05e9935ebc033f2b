//! One panel: its heading, its newest value, its query, its chart, and what is wrong with it.

use std::sync::Arc;

use charts::LineChart;
use domain::ids::TraceId;
use domain::time::{TimeRange, Timestamp};
use inquiry::panels::Panel;
use leptos::prelude::*;

use super::model;
use crate::components::chart::TimeChart;
use crate::components::copy_button::CopyButton;
use crate::components::error_panel::{ErrorPanel, Trouble};
use crate::pages::trouble;
use crate::state::{Memo, kept_words, toggle_word};

/// What all panels of the page share.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    pub(super) crosshair: RwSignal<Option<Timestamp>>,
    pub(super) on_zoom: Callback<TimeRange>,
    pub(super) on_exemplar: Callback<TraceId>,
}

/// How deep a heading stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Heading {
    /// A card of the page.
    Page,
    /// A part of a card.
    Nested,
}

/// One panel.
#[component]
pub(super) fn PanelCard(
    /// How deep its heading stands.
    heading: Heading,
    /// What it shows.
    title: &'static str,
    /// What the address calls it.
    word: &'static str,
    /// What was asked and came.
    panel: Memo<Option<Panel>>,
    /// What is drawn; older than the panel where a refresh failed.
    chart: Memo<Option<Arc<LineChart>>>,
    /// What all panels share.
    shared: Shared,
) -> impl IntoView {
    let (shown, hidden) = (kept_words(format!("show-{word}")), kept_words(format!("hide-{word}")));
    let shows = move |what: &'static str| shown.with(|it| it.iter().any(|it| it == what));
    let toggle = move |what: &'static str| {
        view! {
            <button
                type="button"
                class="quiet"
                aria-expanded=move || shows(what).to_string()
                on:click=move |_| toggle_word(shown, what)
            >
                {what}
            </button>
        }
    };
    let newest = Memo::new(move |_| chart.with(|it| it.as_ref().and_then(|it| model::newest(it))));
    let help =
        move || panel.with(|it| it.as_ref().and_then(|it| it.metric.as_ref()).map(|it| it.help.clone()));
    let busy = Signal::derive(move || panel.with(|it| it.as_ref().is_some_and(|it| it.is_waiting)));
    let empty =
        Signal::derive(move || panel.with(|it| it.as_ref().map_or_else(String::new, model::why_empty)));
    let query = move || panel.with(|it| it.as_ref().map_or_else(String::new, |it| it.query.clone()));
    let title_line = move || match heading {
        Heading::Page => view! { <h2 title=help>{title}</h2> }.into_any(),
        Heading::Nested => view! { <h3 title=help>{title}</h3> }.into_any(),
    };
    view! {
        <section class="panel" class:card=heading == Heading::Page aria-label=title>
            <header>
                {title_line()} <span class="r">
                    {toggle("table")} {toggle("query")}
                    {move || newest.get().map(|it| view! { <b class="panel-value">{it}</b> })}
                </span>
            </header>
            <Show when=move || shows("query")>
                <div class="panel-query">
                    <code>{query}</code>
                    <span class="dim">{move || panel.with(|it| it.as_ref().map(model::step_text))}</span>
                    <CopyButton text=Signal::derive(query) />
                </div>
            </Show>
            <Troubles panel chart />
            <TimeChart
                title=title.to_owned()
                model=chart
                crosshair=shared.crosshair
                on_zoom=shared.on_zoom
                on_exemplar=shared.on_exemplar
                empty
                busy
                as_table=Signal::derive(move || shows("table"))
                hidden
            />
        </section>
    }
}

/// What could not be had, why, and what to do; nothing where all is well.
#[component]
fn Troubles(panel: Memo<Option<Panel>>, chart: Memo<Option<Arc<LineChart>>>) -> impl IntoView {
    let failure = Memo::new(move |_| panel.with(|it| it.as_ref().and_then(|it| it.failure.clone())));
    let warnings = Memo::new(move |_| {
        panel.with(|it| {
            it.as_ref().map_or_else(Vec::new, |it| it.warnings.iter().map(ToString::to_string).collect())
        })
    });
    let told = Signal::derive(move || {
        let Some(error) = failure.get() else { return Trouble::default() };
        let trouble = trouble(&error);
        match chart.with(|it| it.as_ref().is_some_and(|it| !it.is_empty())) {
            true => {
                Trouble { next_step: format!("What is drawn is older. {}", trouble.next_step), ..trouble }
            }
            false => trouble,
        }
    });
    view! {
        <Show when=move || failure.with(Option::is_some)>
            <ErrorPanel trouble=told compact=true />
        </Show>
        <For each=move || warnings.get() key=String::clone let:text>
            <p class="panel-warning">{text}</p>
        </For>
    }
}
