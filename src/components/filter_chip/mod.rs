//! Filters that are on, each as a button that takes it off.

use domain::view_state::{Filter, alternatives};
use leptos::prelude::*;

/// A chip for each filter, in the groups in which they hold together; `or` stands between those of which one is enough.
pub fn filter_chips(filters: &[Filter], chip: impl Fn(Filter) -> AnyView) -> AnyView {
    let place = |(place, it): (usize, &Filter)| {
        let or = (place > 0).then(|| view! { <span class="chip-or">"or"</span> });
        (or, chip(it.clone()))
    };
    let group = |it: Vec<&Filter>| it.into_iter().enumerate().map(place).collect_view();
    alternatives(filters).into_iter().map(group).collect_view().into_any()
}

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
