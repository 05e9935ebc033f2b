//! The tabs of the page, and what shows those that are fetched when they are first looked at.

use domain::view_state::Tab;
use leptos::prelude::*;

use super::debug::DebugRun;
use super::model::Model;
use super::parts;
use crate::components::part::Part;
use crate::components::tabs::{TabLink, Tabs};

/// The tab that is shown for one that was asked for: what is a tab of the list alone shows the timeline.
pub(super) const fn tab_shown(asked: Tab) -> Tab {
    match asked {
        Tab::Logs => Tab::Logs,
        Tab::Trace => Tab::Trace,
        Tab::Debug => Tab::Debug,
        Tab::Compare => Tab::Compare,
        Tab::Timeline | Tab::Failures => Tab::Timeline,
    }
}

/// Links to the parts of the page that exist.
#[component]
pub(super) fn JobTabs(model: Model, debug: RwSignal<Option<DebugRun>>) -> impl IntoView {
    let view = model.view;
    let tab = move |title: &str, tab: Tab, count: Signal<String>| TabLink {
        title: title.to_owned(),
        count,
        href: Signal::derive(move || view.href(|it| it.tab = tab)),
        open: Signal::derive(move || tab_shown(view.state().with(|it| it.tab)) == tab),
    };
    let n_lines = Signal::derive(move || match model.evidence.with(|it| it.lines.len()) {
        0 => String::new(),
        n => n.to_string(),
    });
    let n_spans = Signal::derive(move || {
        match model.evidence.with(|it| it.traces.iter().map(|it| it.spans.len()).sum::<usize>()) {
            0 => String::new(),
            1 => "1 span".to_owned(),
            n => format!("{n} spans"),
        }
    });
    let tabs = vec![
        tab("Timeline", Tab::Timeline, Signal::stored(String::new())),
        tab("Logs", Tab::Logs, n_lines),
        tab("Trace", Tab::Trace, n_spans),
        tab(
            "Debug",
            Tab::Debug,
            Signal::derive(move || debug.get().map(|it| it.n_found().get()).unwrap_or_default()),
        ),
        tab("Compare", Tab::Compare, Signal::stored(String::new())),
    ];
    view! { <Tabs tabs=tabs label="Parts of the job" /> }
}

/// The tab of the steps.
pub(super) fn debug_tab(model: Model, run: DebugRun) -> AnyView {
    view! { <Part fetch=parts::job_debug::fetch view=move || parts::job_debug::view(model, run) what="Fetching the steps …" /> }
        .into_any()
}

/// The tab beside another job.
pub(super) fn compare_tab(model: Model) -> AnyView {
    view! { <Part fetch=parts::job_compare::fetch view=move || parts::job_compare::view(model) what="Fetching the comparison …" /> }
        .into_any()
}
