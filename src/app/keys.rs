//! The keys that work on every page, and the list of them that `?` shows.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;

pub(super) use crate::components::keys::is_free;
use crate::pages::job::TRACE_KEYS;
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
    let rows = |keys: &'static [(&'static str, &'static str)]| {
        let row = |(key, what): &'static (&'static str, &'static str)| {
            view! { <dt><kbd>{*key}</kbd></dt><dd>{*what}</dd> }
        };
        keys.iter().map(row).collect_view()
    };
    view! {
        <dialog class="keys" node_ref=dialog aria-labelledby="keys-title">
            <h2 id="keys-title">{"Keys"}</h2>
            <dl>{rows(&KEYS)}</dl>
            <h3>{"In a trace"}</h3>
            <dl>{rows(&TRACE_KEYS)}</dl>
            <button type="button" on:click=close>{"Close"}</button>
        </dialog>
    }
}
