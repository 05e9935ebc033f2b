//! The keys that work on every page, and the list of them that `?` shows.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use super::parts;
pub(super) use crate::components::keys::is_free;
use crate::components::part::Part;
use crate::pages::job::TRACE_KEYS;
use crate::state::{effect, use_clock};

/// What each key does.
const KEYS: [(&str, &str); 6] = [
    ("/", "find a job"),
    ("r", "ask everything again"),
    ("?", "these keys"),
    ("Tab", "next link, button or list"),
    ("↑ ↓", "next line or bar in a list that has the focus"),
    ("Esc", "close what is open"),
];

/// Listens for the keys, and shows their list.
#[component]
pub(super) fn Keys() -> impl IntoView {
    let clock = use_clock();
    let is_open = RwSignal::new(false);
    let listener = window_event_listener(ev::keydown, move |event| {
        if !is_free(&event) {
            return;
        }
        match event.key().as_str() {
            "?" => is_open.set(true),
            "r" => clock.refresh(),
            // Their list closes itself; what stands in its place where it did not come does not.
            "Escape" => is_open.set(false),
            _ => {}
        }
    });
    on_cleanup(move || listener.remove());
    view! {
        <Show when=move || is_open.get()>
            <div class="key-list">
                <Part
                    fetch=parts::key_list::fetch
                    view=move || parts::key_list::view(is_open)
                    what="Fetching the list of keys …"
                    height_css_px=0
                />
            </div>
        </Show>
    }
}

/// The list of them, above everything else until it is closed.
#[component]
pub(super) fn KeyList(is_open: RwSignal<bool>) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    effect(move |_| {
        if let Some(dialog) = dialog.get() {
            // Fails only where it is open already.
            let _ = dialog.show_modal();
        }
    });
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
        <dialog
            class="keys"
            node_ref=dialog
            aria-labelledby="keys-title"
            on:close=move |_| is_open.set(false)
        >
            <header>
                <h2 id="keys-title">{"Keys"}</h2>
                <button type="button" on:click=close>{"Close"}</button>
            </header>
            <dl>{rows(&KEYS)}</dl>
            <h3>{"In a trace"}</h3>
            <dl>{rows(&TRACE_KEYS)}</dl>
        </dialog>
    }
}
