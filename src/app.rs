//! The shell round every page.

use leptos::prelude::*;

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    view! { <main>"Jobscope"</main> }
}
