//! The keys that work on every page, and the list of them that `?` shows.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::state::use_clock;

/// What each key does.
const KEYS: [(&str, &str); 6] = [
    ("/", "find a job"),
    ("r", "ask everything again"),
    ("?", "these keys"),
    ("Tab", "next link, button or list"),
    ("↑ ↓", "next line or bar in a list that has the focus"),
    ("Esc", "close what is open"),
];

/// Whether a key press belongs to nobody else: no modifier is held, and no field has the focus.
pub(super) fn is_free(event: &ev::KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return false;
    }
    let target: Option<web_sys::Element> = event.target().and_then(|it| it.dyn_into().ok());
    let field = "input, textarea, select, [contenteditable], dialog[open]";
    target.is_none_or(|it| it.closest(field).ok().flatten().is_none())
}

/// Listens for the keys, and holds their list.
#[component]
pub(super) fn Keys() -> impl IntoView {
    let clock = use_clock();
    let dialog = NodeRef::<html::Dialog>::new();
    let open = move || {
        if let Some(dialog) = dialog.get_untracked() {
            // Fails only where it is open already.
            let _ = dialog.show_modal();
        }
    };
    let listener = window_event_listener(ev::keydown, move |event| {
        if !is_free(&event) {
            return;
        }
        match event.key().as_str() {
            "?" => open(),
            "r" => clock.refresh(),
            _ => {}
        }
    });
    on_cleanup(move || listener.remove());
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let rows = KEYS.map(|(key, what)| view! { <dt><kbd>{key}</kbd></dt><dd>{what}</dd> });
    view! {
        <dialog class="keys" node_ref=dialog aria-labelledby="keys-title">
            <h2 id="keys-title">{"Keys"}</h2>
            <dl>{rows.collect_view()}</dl>
            <button type="button" on:click=close>{"Close"}</button>
        </dialog>
    }
}
