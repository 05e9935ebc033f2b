//! The list: heads that sort, rows that are links, and the keyboard.

use domain::ids::JobId;
use domain::jobs::Field;
use domain::view_state::Page;
use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;

use super::columns::{shown_columns, template};
use super::model::Model;
use super::row::row_id;
use super::rows::JobRows;
use crate::components::virtual_list::{VirtualList, use_size};
use crate::state::{Memo, go_to};

/// How many rows Page Up and Page Down go.
const PAGE_ROWS: usize = 12;
/// Narrower than this, only the columns that matter most are shown.
const NARROW_CSS_PX: f64 = 700.0;

/// Goes to the page of a job.
pub(super) fn open_job(model: Model, id: &JobId) {
    model.view.push(|it| {
        go_to(it, Page::Job);
        it.job = Some(id.clone());
    });
}

#[component]
pub(super) fn List(model: Model) -> impl IntoView {
    let place = NodeRef::<Div>::new();
    let size = use_size(place, "--row");
    let is_narrow = Memo::new(move |_| (1.0..NARROW_CSS_PX).contains(&size.get().width_px));
    let columns = Memo::new(move |_| shown_columns(model, is_narrow.get()));
    let template = Memo::new(move |_| columns.with(|it| template(it, is_narrow.get())));
    let n_rows = Memo::new(move |_| model.shown.with(|it| it.rows.len()));
    // Only a move of the keyboard moves the list: jobs that arrive meanwhile do not.
    let reveal = Memo::new(move |_| {
        model.active.track();
        untrack(move || model.active_row())
    });
    let go = move |row: usize| {
        let id = model.shown.with_untracked(|it| it.rows.get(row).map(|it| it.id.clone()));
        model.active.set(id);
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let last = n_rows.get_untracked().saturating_sub(1);
        let from = untrack(move || model.active_row());
        let to = match (event.key().as_str(), from) {
            ("ArrowDown", Some(row)) => (row + 1).min(last),
            ("ArrowUp", Some(row)) => row.saturating_sub(1),
            ("PageDown", Some(row)) => (row + PAGE_ROWS).min(last),
            ("PageUp", Some(row)) => row.saturating_sub(PAGE_ROWS),
            ("ArrowDown" | "PageDown", None) | ("Home", _) => 0,
            ("ArrowUp" | "PageUp", None) | ("End", _) => last,
            ("Enter", Some(_)) => {
                if let Some(id) = model.active.get_untracked() {
                    event.prevent_default();
                    open_job(model, &id);
                }
                return;
            }
            ("Escape", Some(_)) => return model.active.set(None),
            _ => return,
        };
        event.prevent_default();
        go(to);
    };
    let rows = move |in_view| view! { <JobRows model in_view columns template /> }.into_any();
    let waits = Memo::new(move |_| model.shown.with(|it| waiting_words(it.n_new, it.gone.len())));
    let let_in = move |_| {
        model.active.set(None);
        model.let_in.update(|it| *it = it.wrapping_add(1));
        if let Some(list) = place.get_untracked().and_then(|it| it.query_selector(".vlist").ok().flatten()) {
            list.set_scroll_top(0);
        }
    };
    view! {
        <div class="jobs-list" node_ref=place on:keydown=on_key>
            <div class="jobs-heads" style:grid-template-columns=move || template.get()>
                <For each=move || columns.get() key=|it| *it children=move |field| view! { <Head model field /> } />
            </div>
            <div class="jobs-new" role="status">
                <Show when=move || waits.with(|it| !it.is_empty())>
                    <button type="button" title="Show the list as it is now" on:click=let_in>
                        {move || waits.get()}
                    </button>
                </Show>
            </div>
            <VirtualList
                n_rows=n_rows
                rows=rows
                reveal=reveal
                active_id=Signal::derive(move || model.active_row().map(row_id))
                label=Signal::stored("Jobs, one a line; Enter opens one".to_owned())
                scrolled=model.scroll_px
            />
        </div>
    }
}

/// What waits for the list to be made anew: jobs that are not in it yet, and rows that no longer belong.
fn waiting_words(n_new: usize, n_gone: usize) -> String {
    let new = match n_new {
        0 => None,
        1 => Some("1 new job".to_owned()),
        n => Some(format!("{n} new jobs")),
    };
    let gone = match n_gone {
        0 => None,
        1 => Some("1 no longer belongs here".to_owned()),
        n => Some(format!("{n} no longer belong here")),
    };
    new.into_iter().chain(gone).collect::<Vec<_>>().join(" · ")
}

/// The head of a column; pressing it sorts.
#[component]
fn Head(model: Model, field: Field) -> impl IntoView {
    let sorted = Memo::new(move |_| model.sorted_by(field));
    let arrow = move || sorted.get().map(|descending| if descending { " ↓" } else { " ↑" });
    let label = move || match sorted.get() {
        Some(true) => format!("{}, greatest first; press to turn round", field.title()),
        Some(false) => format!("{}, smallest first; press to turn round", field.title()),
        None => format!("Sort by {}", field.title()),
    };
    view! {
        <button
            type="button"
            class:r=super::cells::is_right(field)
            class:on=move || sorted.get().is_some()
            aria-label=label
            on:click=move |_| model.sort_by(field)
        >
            {field.title()}
            {arrow}
        </button>
    }
}
