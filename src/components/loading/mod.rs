//! A panel that waits, in the room that it will need.

use leptos::prelude::*;

/// Holds the place of what is awaited.
#[component]
pub fn Loading(
    /// What is awaited: “Asking Loki and Tempo …”.
    #[prop(into)]
    what: Signal<String>,
    /// The height that it will need, in CSS pixels, so that nothing moves when it comes.
    #[prop(default = 120)]
    height_css_px: u32,
) -> impl IntoView {
    view! {
        <div
            class="panel-note waiting"
            role="status"
            aria-busy="true"
            style:min-height=format!("{height_css_px}px")
        >
            <p class="muted">{move || what.get()}</p>
        </div>
    }
}
