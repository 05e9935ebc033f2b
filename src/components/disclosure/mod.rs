//! Something that most people need not see, behind a line that says what it is.

use leptos::prelude::*;

/// Shows its content when its line is pressed.
#[component]
pub fn Disclosure(
    /// The line.
    #[prop(into)]
    title: Signal<String>,
    /// Whether it is open at first.
    #[prop(optional)]
    open: bool,
    /// What is behind it.
    children: Children,
) -> impl IntoView {
    view! {
        <details class="disclosure" open=open>
            <summary>{move || title.get()}</summary>
            {children()}
        </details>
    }
}
