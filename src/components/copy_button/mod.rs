//! A button that copies a text.

mod clipboard;

pub use clipboard::copy_text;

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::part::FetchPart;

const SAID_FOR: Duration = Duration::from_millis(1_600);

/// Copies a text, and says whether that worked.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// What the button says.
    #[prop(into, default = "Copy".into())]
    label: Signal<String>,
    /// A part of the program that the text needs.
    #[prop(optional)]
    needs: Option<FetchPart>,
) -> impl IntoView {
    let said = RwSignal::new(None::<&'static str>);
    let copy = move |_| {
        spawn_local(async move {
            let is_there = match needs {
                Some(fetch) => fetch().await.is_ok(),
                None => true,
            };
            let outcome = match text.try_get_untracked() {
                Some(text) if is_there && copy_text(&text).await => "Copied",
                Some(_) if is_there => "Not allowed here: select and copy",
                Some(_) | None => "Could not be fetched: try again",
            };
            said.try_set(Some(outcome));
            set_timeout(
                move || {
                    said.try_set(None);
                },
                SAID_FOR,
            );
        });
    };
    view! {
        <button type="button" class="copy" on:click=copy>
            <span aria-live="polite">
                {move || said.get().map_or_else(|| label.get(), str::to_owned)}
            </span>
        </button>
    }
}
