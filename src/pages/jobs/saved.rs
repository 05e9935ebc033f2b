//! Views that a person saved, to go back to.

use leptos::ev;
use leptos::prelude::*;

use super::parts;
use super::storage::{SavedView, load, store};
use crate::components::menu::{Menu, MenuHandle};
use crate::components::part::Part;
use crate::state::use_view;

#[component]
pub(super) fn SavedViews() -> impl IntoView {
    view! {
        <div class="jobs-saved">
            <Menu
                title=|| "Saved ▾"
                label="Saved views"
                content=move |menu| {
                    let view = move || parts::jobs_saved::view(menu);
                    view! { <Part fetch=parts::jobs_saved::fetch view what="Fetching your views …" height_css_px=100 /> }
                        .into_any()
                }
            />
        </div>
    }
}

/// Views to go back to, and the field that saves another.
#[component]
pub(super) fn SavedPanel(menu: MenuHandle) -> impl IntoView {
    let view = use_view();
    let saved = RwSignal::new(load());
    let (name, is_kept) = (RwSignal::new(String::new()), RwSignal::new(true));
    let keep = move |views: Vec<SavedView>| {
        is_kept.set(store(&views));
        saved.set(views);
    };
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let named = name.get_untracked().trim().to_owned();
        if named.is_empty() {
            return;
        }
        let query = view.state().with_untracked(|it| it.to_query());
        let mut views = saved.get_untracked();
        views.retain(|it| it.name != named);
        views.push(SavedView { name: named, query });
        keep(views);
        name.set(String::new());
    };
    let one = move |it: SavedView| {
        let label = format!("Forget {}", it.name);
        let gone = it.clone();
        let forget = move |_| {
            let mut views = saved.get_untracked();
            views.retain(|it| *it != gone);
            keep(views);
        };
        view! {
            <li>
                <a href=format!("?{}", it.query) on:click=move |_| menu.close()>{it.name}</a>
                <button type="button" class="quiet" aria-label=label on:click=forget>{"×"}</button>
            </li>
        }
    };
    let note = move || (!is_kept.get()).then_some("This page may keep nothing: gone when it is left.");
    view! {
        <div class="jobs-saved-panel">
            <ul>{move || saved.get().into_iter().map(one).collect_view()}</ul>
            <form on:submit=save>
                <input
                    type="text"
                    aria-label="Name for this view"
                    placeholder="Name for this view"
                    autocomplete="off"
                    prop:value=move || name.get()
                    on:input=move |event| name.set(event_target_value(&event))
                />
                <button type="submit">{"Save"}</button>
            </form>
            <p class="muted" role="status">{note}</p>
        </div>
    }
}
