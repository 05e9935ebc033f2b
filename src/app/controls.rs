//! Asking again, and how things are shown: theme, time zone, system.

use domain::time::TimeDelta;
use domain::view_state::{Theme, Zone};
use leptos::prelude::*;

use super::parts;
use super::top_bar::PageLinks;
use crate::components::menu::{Menu, MenuHandle};
use crate::components::part::Part;
use crate::state::{Memo, use_clock, use_config, use_view};

const INTERVALS_SECS: [i64; 5] = [5, 10, 30, 60, 300];

/// A button that asks again now, and a menu for how often.
#[component]
pub(super) fn RefreshControl() -> impl IntoView {
    let (view, clock) = (use_view(), use_clock());
    let interval = view.part(|it| it.refresh);
    let words = move || interval.get().map_or_else(|| "off".to_owned(), |it| it.to_string());
    let content = |menu: MenuHandle| {
        let view = move || parts::refresh_choices::view(menu);
        view! { <Part fetch=parts::refresh_choices::fetch view what="Fetching the choices …" height_css_px=180 /> }
            .into_any()
    };
    view! {
        <div class="joined">
            <button
                type="button"
                class="again"
                class:busy=move || clock.is_busy()
                aria-label="Ask everything again"
                title="Ask everything again (r)"
                on:click=move |_| clock.refresh()
            >
                <svg viewBox="0 0 14 14" aria-hidden="true">
                    <path d="M12 7a5 5 0 1 1-1.6-3.7M12.3 1v3h-3" class="glass"></path>
                </svg>
            </button>
            <Menu title=move || view! { <span class="wide">{words}</span>{" ▾"} } label="How often to ask again" content />
        </div>
    }
}

/// How often to ask again.
#[component]
pub(super) fn RefreshChoices(menu: MenuHandle) -> impl IntoView {
    let view = use_view();
    let interval = view.part(|it| it.refresh);
    let choices = std::iter::once(None).chain(INTERVALS_SECS.map(|it| Some(TimeDelta::from_secs(it))));
    let buttons = choices.map(|choice| {
        let name = choice.map_or_else(|| "off".to_owned(), |it| format!("every {it}"));
        let choose = move |_| {
            view.replace(|it| it.refresh = choice);
            menu.close();
        };
        view! { <Choice name chosen=Signal::derive(move || interval.get() == choice) choose /> }
    });
    view! { <div class="choices" role="group" aria-label="Ask again">{buttons.collect_view()}</div> }
}

/// One of several choices.
#[component]
fn Choice(
    #[prop(into)] name: String,
    #[prop(into)] chosen: Signal<bool>,
    choose: impl Fn(leptos::ev::MouseEvent) + 'static,
) -> impl IntoView {
    view! {
        <button type="button" class="choice" class:on=move || chosen.get() aria-pressed=move || chosen.get().to_string() on:click=choose>
            {name}
        </button>
    }
}

/// How things are shown.
#[component]
pub(super) fn ViewMenu() -> impl IntoView {
    view! {
        <Menu
            title=|| view! {
                <svg viewBox="0 0 14 14" aria-hidden="true">
                    <path d="M1 4h5M10 4h3M1 10h2M7 10h6M6 4a2 2 0 1 0 4 0 2 2 0 1 0-4 0M3 10a2 2 0 1 0 4 0 2 2 0 1 0-4 0" class="glass"></path>
                </svg>
            }
            label="How it is shown: theme, time zone, system"
            content=|_| {
                let view = parts::view_choices::view;
                view! { <Part fetch=parts::view_choices::fetch view what="Fetching the choices …" height_css_px=320 /> }
                    .into_any()
            }
        />
    }
}

/// Themes, time zones and systems; on narrow pages the pages too.
#[component]
pub(super) fn ViewChoices() -> impl IntoView {
    let view = use_view();
    let theme = view.part(|it| it.theme);
    let themes = Theme::ALL.iter().copied().map(|choice| {
        let choose = move |_| view.replace(|it| it.theme = choice);
        view! { <Choice name=choice.word() chosen=Signal::derive(move || theme.get() == choice) choose /> }
    });
    view! {
        <div class="view-choices">
            <nav class="narrow" aria-label="Pages">
                <PageLinks />
            </nav>
            <fieldset>
                <legend>{"Theme"}</legend>
                <div class="choices row">{themes.collect_view()}</div>
            </fieldset>
            <ZoneChoice />
            <SystemChoice />
            <p class="muted">
                <kbd>{"?"}</kbd>
                {" shows the keys"}
            </p>
        </div>
    }
}

#[component]
fn ZoneChoice() -> impl IntoView {
    let (view, clock) = (use_view(), use_clock());
    let zone = view.part(|it| it.zone.clone());
    let choices = [("browser", Zone::Browser), ("UTC", Zone::Utc)].map(|(name, choice)| {
        let (same, chosen) = (choice.clone(), choice);
        let choose = move |_| view.replace(|it| it.zone = chosen.clone());
        view! { <Choice name chosen=Signal::derive(move || zone.get() == same) choose /> }
    });
    let named = move || match zone.get() {
        Zone::Named(name) => name,
        Zone::Browser | Zone::Utc => String::new(),
    };
    let name_it = move |event: leptos::ev::Event| {
        let name = event_target_value(&event).trim().to_owned();
        view.replace(|it| it.zone = if name.is_empty() { Zone::Browser } else { Zone::Named(name) });
    };
    let unknown = move || matches!(zone.get(), Zone::Named(name) if !clock.knows_zone(&name));
    view! {
        <fieldset>
            <legend>{"Times are shown in"}</legend>
            <div class="choices row">{choices.collect_view()}</div>
            <label>
                {"or "}
                <input
                    type="text"
                    placeholder="Europe/Dublin"
                    prop:value=named
                    aria-invalid=move || unknown().to_string()
                    aria-describedby="zone-error"
                    on:change=name_it
                />
            </label>
            <p id="zone-error" class="field-error">
                {move || unknown().then_some("This browser knows no such zone: write it as Continent/City. Times are in UTC.")}
            </p>
        </fieldset>
    }
}

#[component]
fn SystemChoice() -> impl IntoView {
    let view = use_view();
    let names = use_config().systems.clone();
    if names.len() < 2 {
        return None;
    }
    let first = names.first().cloned();
    let asked = view.part(|it| it.system.clone());
    let chosen = Memo::new(move |_| asked.get().or_else(|| first.clone()));
    let buttons = names.into_iter().enumerate().map(|(place, name)| {
        let same = name.clone();
        let choice = (place > 0).then(|| name.clone());
        let choose = move |_| view.push(|it| it.system = choice.clone());
        view! { <Choice name chosen=Signal::derive(move || chosen.get().as_ref() == Some(&same)) choose /> }
    });
    Some(view! {
        <fieldset>
            <legend>{"System"}</legend>
            <div class="choices row">{buttons.collect_view()}</div>
        </fieldset>
    })
}
