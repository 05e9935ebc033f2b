//! What sources warned of.

use domain::format::sentence;
use domain::warning::Warning;
use leptos::prelude::*;

/// The warnings, one below the other; nothing where there is none.
#[component]
pub fn Warnings(
    /// What they say.
    #[prop(into)]
    all: Signal<Vec<Warning>>,
) -> impl IntoView {
    let one = |it: Warning| view! { <li>{sentence(&it.to_string())}</li> };
    view! {
        <Show when=move || !all.with(Vec::is_empty)>
            <ul class="warnings">{move || all.get().into_iter().map(one).collect_view()}</ul>
        </Show>
    }
}
