//! The bar at the top: where one can go, what can be found, and of which time.

use domain::view_state::Page;
use leptos::prelude::*;

use super::controls::{RefreshControl, ViewMenu};
use super::find_box::FindBox;
use super::page_title;
use super::range_picker::RangePicker;
use crate::net::{Health, Mode, use_net};
use crate::state::{Memo, go_to, use_view};

/// Pages that stand in the bar, in this order.
const OFFERED: [Page; 4] = [Page::Overview, Page::Jobs, Page::Job, Page::Connections];

/// The bar.
#[component]
pub(super) fn TopBar() -> impl IntoView {
    let view = use_view();
    view! {
        <header class="top">
            <a class="brand" aria-label="Jobscope" href=move || view.href(|it| go_to(it, Page::Overview))>
                <svg viewBox="0 0 18 18" aria-hidden="true">
                    <path d="M1 4h7M5 9h12M9 14h6" class="mark"></path>
                </svg>
                <span>{"Jobscope"}</span>
            </a>
            <nav aria-label="Pages">
                <PageLinks />
            </nav>
            <FindBox />
            <div class="when">
                <SourceDots />
                <RangePicker />
                <RefreshControl />
                <ViewMenu />
            </div>
        </header>
    }
}

/// A link to each page.
#[component]
pub(super) fn PageLinks() -> impl IntoView {
    let view = use_view();
    let page = view.part(|it| it.page);
    let links = OFFERED.map(|it| {
        view! {
            <a
                href=move || view.href(|state| go_to(state, it))
                class:on=move || page.get() == it
                aria-current=move || (page.get() == it).then_some("page")
            >
                {page_title(it)}
            </a>
        }
    });
    links.collect_view()
}

/// Which sources answer, as dots; leads to where they are told in words.
#[component]
fn SourceDots() -> impl IntoView {
    let (view, net) = (use_view(), use_net());
    let dots = move || {
        match net.mode().get() {
        Mode::Live => net
            .servers()
            .into_iter()
            .map(|server| {
                let (source, name) = (server.source(), server.name());
                let health = Memo::new(move |_| net.health(source));
                view! {
                    <span class=move || health.get().class() title=move || format!("{name} {}", health.get().words())>
                        <i></i>
                        {name}
                        <span class="visually-hidden">{move || health.get().words()}</span>
                    </span>
                }
            })
            .collect_view()
            .into_any(),
        Mode::Opening(_) | Mode::Replay { .. } | Mode::NotOpened(_) => {
            view! { <span class=Health::Recorded.class()><i></i>{"Recording"}</span> }.into_any()
        }
    }
    };
    view! {
        <a class="dots" href=move || view.href(|it| go_to(it, Page::Connections))>
            <span class="visually-hidden">{"Sources: "}</span>
            {dots}
        </a>
    }
}
