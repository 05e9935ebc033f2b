//! A filter that is on, as a button that takes it off.

use leptos::prelude::*;

/// One filter.
#[component]
pub fn FilterChip(
    /// The filter in words, such as `Stage = Scrape`.
    #[prop(into)]
    words: Signal<String>,
    /// Takes it off.
    #[prop(into)]
    on_remove: Callback<()>,
) -> impl IntoView {
    let label = move || format!("Stop filtering by {}", words.get());
    view! {
        <button type="button" class="chip" aria-label=label title=label on:click=move |_| on_remove.run(())>
            <span>{move || words.get()}</span>
            <span aria-hidden="true">" ×"</span>
        </button>
    }
}
