//! Tabs that are links, so that each has an address of its own.

use leptos::prelude::*;

/// One tab.
#[derive(Clone)]
pub struct TabLink {
    /// Its name.
    pub title: String,
    /// How much is behind it: `27`, `19 spans`; empty for nothing to say.
    pub count: Signal<String>,
    /// Where it leads.
    pub href: Signal<String>,
    /// Whether it is the one that is open.
    pub open: Signal<bool>,
}

/// A row of tabs.
#[component]
pub fn Tabs(
    /// The tabs, in order.
    tabs: Vec<TabLink>,
    /// What they are of, for screen readers.
    label: &'static str,
) -> impl IntoView {
    let links = tabs.into_iter().map(|tab| {
        let count = tab.count;
        view! {
            <a
                href=move || tab.href.get()
                class:on=move || tab.open.get()
                aria-current=move || tab.open.get().then_some("page")
            >
                {tab.title}
                {move || Some(count.get()).filter(|it| !it.is_empty()).map(|it| view! { <small>{it}</small> })}
            </a>
        }
    });
    view! { <nav class="tabs" aria-label=label>{links.collect_view()}</nav> }
}
