//! Which sources answer, and when one does not: why, and what to do about it.

use leptos::prelude::*;

/// The page.
#[component]
pub(crate) fn ConnectionsPage() -> impl IntoView {
    view! { <h1>{"Connections"}</h1> }
}
