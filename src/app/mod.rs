//! The shell round every page: how the app begins, what stands at its top, and what holds for all pages.

mod banner;
mod controls;
mod drop;
mod find_box;
mod keys;
mod mistakes;
mod panic_note;
mod parts;
mod range_picker;
mod theme;
mod top_bar;

pub use panic_note::tell_panics;

use std::time::Duration;

use domain::view_state::{Page, ViewState};
use leptos::html;
use leptos::prelude::*;
use leptos::task::{spawn_local, spawn_local_scoped_with_cancellation};

use crate::components::loading::Loading;
use crate::components::soon::Soon;
use crate::net::{JobsMemory, Mode, Net, load_setup, load_system, use_net};
use crate::pages::PageView;
use crate::state::{
    Clock, Memo, Setup, SetupError, Setups, View, effect, use_clock, use_setup, use_system, use_view,
};

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    let view = View::of_address();
    provide_context(view);
    provide_context(Clock::new(view));
    theme::follow(view);
    crate::canvas::share_palette();
    let setup = RwSignal::new(None::<Result<Setup, SetupError>>);
    spawn_local(async move {
        let system = view.state().with_untracked(|it| it.system.clone());
        let loaded = match load_setup(system.as_deref()).await {
            Ok(setup) => Ok(setup),
            Err(error) => Err(mistakes::explained(error).await),
        };
        // In a task of its own, as the program has only just begun.
        set_timeout(move || setup.set(Some(loaded)), Duration::ZERO);
    });
    move || match setup.get() {
        None => {
            view! { <main class="alone"><Loading what="Reading the configuration …" /></main> }.into_any()
        }
        Some(Err(error)) => view! { <CannotBegin error /> }.into_any(),
        Some(Ok(setup)) => view! { <Shell setup /> }.into_any(),
    }
}

/// What stands in place of everything when there is no configuration.
#[component]
fn CannotBegin(error: SetupError) -> impl IntoView {
    let causes = error.causes.iter().map(|it| view! { <li>{it.clone()}</li> }).collect_view();
    view! {
        <main class="alone">
            <div class="panel-note error" role="alert">
                <h1>{error.what}</h1>
                <ul class="mono">{causes}</ul>
                <p>{error.next_step}</p>
            </div>
        </main>
    }
}

/// Everything, once there is a configuration and a system.
#[component]
fn Shell(setup: Setup) -> impl IntoView {
    let (view, clock) = (use_view(), use_clock());
    let config = setup.config.clone();
    let has_sources = !setup.sources.is_empty();
    let setups = Setups::new(setup);
    let net = Net::new(setups, clock);
    provide_context(setups);
    provide_context(net);
    provide_context(JobsMemory::new());
    if let (Some(interval), true) = (config.refresh, view.leaves_refresh_open()) {
        view.replace(|it| it.refresh = it.refresh.or(Some(interval)));
    }
    let sample = config.sample.clone().filter(|_| !has_sources);
    if sample.is_some() {
        net.announce_sample();
    }
    follow_system();
    follow_title();
    let main = NodeRef::<html::Main>::new();
    focus_new_pages(main);
    let embed = view.part(|it| it.embed);
    let over = drop::take_files();
    view! {
        <Show when=move || !embed.get()>
            <a
                class="skip"
                href="#main"
                on:click=move |event| {
                    event.prevent_default();
                    focus(main);
                }
            >
                {"Skip to the page"}
            </a>
            <top_bar::TopBar />
        </Show>
        <banner::Banners sample />
        <main id="main" node_ref=main tabindex="-1" class:embedded=move || embed.get() class:over=move || over.get()>
            // The shell is long enough a task by itself, in a program that has only just begun.
            <Soon>
                <Content />
            </Soon>
        </main>
        <Show when=move || embed.get()>
            <footer class="from-here">
                <a target="_blank" rel="noopener" href=move || view.href(|it| it.embed = false)>
                    {"Jobscope ↗"}
                </a>
            </footer>
        </Show>
        <keys::Keys />
    }
}

/// The page, as soon as there is someone to ask.
#[component]
fn Content() -> impl IntoView {
    let (net, page) = (use_net(), use_view().part(|it| it.page));
    let waits_for = Memo::new(move |_| match net.mode().get() {
        Mode::Opening(title) if page.get() != Page::Connections => Some(title),
        Mode::Opening(_) | Mode::Live | Mode::Replay { .. } | Mode::NotOpened(_) => None,
    });
    move || match waits_for.get() {
        Some(title) => {
            view! { <Loading what=format!("{title} is being opened …") height_css_px=400 /> }.into_any()
        }
        None => view! { <PageView /> }.into_any(),
    }
}

/// Loads another system's file when the view asks for another system.
fn follow_system() {
    let (view, setups) = (use_view(), use_setup());
    let asked = view.part(|it| it.system.clone());
    effect(move |before: Option<()>| {
        let asked = asked.get();
        if before.is_none() {
            return;
        }
        spawn_local_scoped_with_cancellation(async move {
            match load_system(&setups.get_untracked(), asked.as_deref()).await {
                Ok(setup) => setups.set(setup),
                Err(error) => setups.complain(&mistakes::explained(error).await),
            }
        });
    });
}

/// Names the view in the document's title, for tabs, history and screen readers.
fn follow_title() {
    let (view, system) = (use_view(), use_system());
    let title = view.part(title_of);
    effect(move |_| {
        let name = system.with(|it| it.title.clone());
        let parts = [title.get(), name, "Jobscope".to_owned()];
        let parts: Vec<_> = parts.into_iter().filter(|it| !it.is_empty()).collect();
        document().set_title(&parts.join(" · "));
    });
}

fn title_of(state: &ViewState) -> String {
    match (state.page, &state.job) {
        (Page::Job, Some(job)) => format!("Job {job}"),
        (page, _) => page_title(page).to_owned(),
    }
}

/// What a page is called.
const fn page_title(page: Page) -> &'static str {
    match page {
        Page::Overview => "Overview",
        Page::Jobs => "Jobs",
        Page::Job => "Job",
        Page::Board => "Board",
        Page::Logs => "Logs",
        Page::Alerts => "Alerts",
        Page::Connections => "Connections",
    }
}

/// Puts the focus onto a page that was just gone to, as a load of a document would.
fn focus_new_pages(main: NodeRef<html::Main>) {
    let place = use_view().part(|it| (it.page, it.job.clone()));
    effect(move |before: Option<()>| {
        place.track();
        if before.is_some() {
            window().scroll_to_with_x_and_y(0.0, 0.0);
            focus(main);
        }
    });
}

fn focus(main: NodeRef<html::Main>) {
    if let Some(main) = main.get_untracked() {
        // Fails only for an element that is gone.
        let _ = main.focus();
    }
}
