//! A button that copies a text.

mod clipboard;

pub use clipboard::copy_text;

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

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
) -> impl IntoView {
    let said = RwSignal::new(None::<&'static str>);
    let copy = move |_| {
        let text = text.get_untracked();
        spawn_local(async move {
            let worked = copy_text(&text).await;
            said.try_set(Some(if worked { "Copied" } else { "Not allowed here: select and copy" }));
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
