//! The shell round every page.

use leptos::prelude::*;

use crate::state::provide_state;

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    provide_state();
    view! { <main>"Jobscope"</main> }
}
