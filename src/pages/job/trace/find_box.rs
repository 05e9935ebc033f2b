//! The box that finds spans by their names, services and attributes, and steps from one to the next.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use super::model::TraceModel;

/// The id of the box, for the key that goes to it.
pub(super) const FIND_ID: &str = "find-span";

#[component]
pub(super) fn FindBox(trace: TraceModel) -> impl IntoView {
    let view = trace.model.view;
    let text = view.part(|it| it.query.clone());
    let input = NodeRef::<html::Input>::new();
    let count = move || {
        let find = trace.find.get();
        if find.is_blank() {
            return String::new();
        }
        let place = trace.picture.with(|it| it.as_ref()?.rows.place(trace.current.get()?));
        let n = find.found().len();
        match place.filter(|it| find.has(*it)) {
            _ if n == 0 => "none".to_owned(),
            Some(place) => format!("{} of {n}", find.rank(place)),
            None => format!("{n} found"),
        }
    };
    let clear = move |_| {
        view.replace(|it| it.query.clear());
        if let Some(input) = input.get_untracked() {
            // Fails only for an element that is gone.
            let _ = input.focus();
        }
    };
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            trace.step(!event.shift_key());
        }
        "Escape" => view.replace(|it| it.query.clear()),
        _ => {}
    };
    let has_text = move || text.with(|it| !it.is_empty());
    let has_matches = move || trace.find.with(|it| it.found().len() > 0);
    view! {
        <div class="wf-find" role="search" aria-label="Find spans">
            <input
                id=FIND_ID
                type="search"
                node_ref=input
                aria-label="Text in names, services, attributes; or name=value"
                title="Text in names, services, attributes; or name=value"
                placeholder="Find spans"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || text.get()
                on:input=move |event| view.replace(|it| it.query = event_target_value(&event))
                on:keydown=on_key
            />
            <span class="wf-count" role="status">{count}</span>
            <button type="button" class="quiet" aria-label="Previous match" title="Previous match (b)" disabled=move || !has_matches() on:click=move |_| trace.step(false)>
                {"↑"}
            </button>
            <button type="button" class="quiet" aria-label="Next match" title="Next match (f)" disabled=move || !has_matches() on:click=move |_| trace.step(true)>
                {"↓"}
            </button>
            <Show when=has_text>
                <button type="button" class="quiet" aria-label="Clear" title="Clear" on:click=clear>{"✕"}</button>
            </Show>
        </div>
    }
}
