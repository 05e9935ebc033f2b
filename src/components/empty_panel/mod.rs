//! A panel that has nothing to show, and says why.

use leptos::prelude::*;

/// Why it is empty, what was looked for, and the one thing that helps (its children: a button or a link).
#[component]
pub fn EmptyPanel(
    /// Why it is empty, as a sentence.
    #[prop(into)]
    why: Signal<String>,
    /// What was looked for, or the nearest thing that exists.
    #[prop(into, optional)]
    looked_for: Option<Signal<String>>,
    /// What helps.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="panel-note empty">
            <p class="what">{move || why.get()}</p>
            {looked_for.map(|it| view! { <p class="muted">{move || it.get()}</p> })}
            {children.map(|it| view! { <p class="acts">{it()}</p> })}
        </div>
    }
}
