//! The lines of the job in time order, filtered, following the timeline's selection and leading it.

use backends::{BackendError, SourceKind};
use domain::job::Origin;
use domain::view_state::Switch;
use leptos::ev;
use leptos::prelude::*;

use super::detail::focus_detail;
use super::log_filter::LogFilter;
use super::log_row::{LogRow, row_id};
use super::model::Model;
use crate::components::virtual_list::{VirtualList, each_row};
use crate::state::Memo;

/// How many rows Page Up and Page Down go.
const PAGE_ROWS: usize = 12;

#[component]
pub(super) fn LogCard(model: Model) -> impl IntoView {
    let follows = model.view.part(|it| !it.waterfall.is_on(Switch::Still));
    let n_rows = Memo::new(move |_| model.rows.with(|it| it.len()));
    let n_lines = Memo::new(move |_| model.evidence.with(|it| it.lines.len()));
    let count = move || match (n_rows.get(), n_lines.get()) {
        (_, 0) => String::new(), // the words below say why
        (1, 1) => "1 line".to_owned(),
        (shown, all) if shown == all => format!("{all} lines, all services"),
        (shown, all) => format!("{shown} of {all}"),
    };
    // Only a new selection moves the list: lines that arrive meanwhile do not.
    let cue = Memo::new(move |_| {
        let wants = follows.get() || matches!(model.shown.get(), Some(Origin::Line(_)));
        (model.shown.get().filter(|_| wants), model.row_to_reveal().is_some())
    });
    let reveal = Signal::derive(move || match cue.get() {
        (Some(_), true) => untrack(|| model.row_to_reveal()),
        (Some(_), false) | (None, _) => None,
    });
    let current = Memo::new(move |_| match model.shown.get() {
        Some(Origin::Line(key)) => model.row_of(key),
        Some(Origin::Span(..) | Origin::Inferred) | None => None,
    });
    let go = move |row: usize| {
        if let Some(record) = untrack(|| model.row(row)) {
            model.select(Origin::Line(record.key));
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let last = n_rows.get_untracked().saturating_sub(1);
        let from = untrack(|| current.get().or_else(|| model.row_to_reveal()));
        let is_on_line = current.get_untracked().is_some();
        let to = match (event.key().as_str(), from) {
            ("ArrowDown" | "ArrowUp", Some(row)) if !is_on_line => row,
            ("ArrowDown", Some(row)) => (row + 1).min(last),
            ("ArrowUp", Some(row)) => row.saturating_sub(1),
            ("PageDown", Some(row)) => (row + PAGE_ROWS).min(last),
            ("PageUp", Some(row)) => row.saturating_sub(PAGE_ROWS),
            ("ArrowDown" | "PageDown", None) | ("Home", _) => 0,
            ("ArrowUp" | "PageUp", None) | ("End", _) => last,
            ("Enter", _) => {
                model.sheet_is_open.set(true);
                return focus_detail();
            }
            ("Escape", _) => return model.clear(),
            _ => return,
        };
        event.prevent_default();
        go(to);
    };
    let row = move |row| view! { <LogRow model=model row=row n_rows=n_rows /> }.into_any();
    view! {
        <section class="card" aria-label="Log lines">
            <header>
                <h2>{"Log lines"}</h2>
                <span class="r">
                    <span role="status">{count}</span>
                    <button
                        type="button"
                        class="quiet"
                        aria-pressed=move || follows.get().to_string()
                        on:click=move |_| {
                            let stays = follows.get_untracked();
                            model.view.replace(|it| it.waterfall.switch(Switch::Still, stays));
                        }
                    >
                        {"follow the timeline"}
                    </button>
                </span>
            </header>
            <LogFilter model=model />
            <div class="logs" on:keydown=on_key>
                <VirtualList
                    n_rows=n_rows
                    rows=move |in_view| each_row(in_view, row)
                    reveal=reveal
                    active_id=Signal::derive(move || current.get().map(row_id))
                    label=Signal::stored("Log lines in time order".to_owned())
                />
                <Show when=move || n_rows.get() == 0>
                    <p class="logs-none muted">
                        {move || if n_lines.get() == 0 { why_none(model) } else { "No line passes the filter." }}
                    </p>
                </Show>
            </div>
        </section>
    }
}

/// Why there are no lines at all; tracked.
fn why_none(model: Model) -> &'static str {
    let from_loki = |it: &BackendError| it.source == SourceKind::Loki;
    model.report.with(|it| match it {
        it if it.pending.contains(&SourceKind::Loki) => "Asking Loki for its lines …",
        it if it.failures.iter().any(from_loki) => {
            "Loki did not answer: whether a line names this job is not known."
        }
        _ => "No line of any service names this job.",
    })
}
