//! What holds for the whole page: that this is a recording, and what was odd in the address or the files.

use std::time::Duration;

use domain::time::civil_from_timestamp;
use domain::view_state::Page;
use leptos::prelude::*;

use super::parts;
use crate::components::badge::{Shape, Tone};
use crate::components::part::Part;
use crate::net::{Mode, use_net};
use crate::state::{Memo, go_to, use_clock, use_setup, use_view};

/// How long what only recordings and menus need is left alone: whoever opens one sooner fetches it by that.
const FETCHED_AFTER: Duration = Duration::from_secs(1);

/// All of them; none where all is as it should be.
#[component]
pub(super) fn Banners(
    /// The recording to open first, where there are no servers.
    sample: Option<String>,
) -> impl IntoView {
    // Painted first: neither the sample nor what opens it is part of what the first page waits for. Where servers
    // answer, their answers come before it.
    let wait = if sample.is_some() { Duration::ZERO } else { FETCHED_AFTER };
    let is_painted = RwSignal::new(false);
    request_animation_frame(move || set_timeout(move || is_painted.set(true), wait));
    let recordings = move || {
        let sample = sample.clone();
        is_painted.get().then(|| {
            let view = move || parts::recordings::view(sample.clone());
            view! { <Part fetch=parts::recordings::fetch view height_css_px=0 /> }
        })
    };
    view! {
        <section aria-label="Notes on this page">
            {recordings}
            <Warnings />
        </section>
    }
}

/// Which recording answers, and where to go in it.
#[component]
pub(super) fn ReplayBanner() -> impl IntoView {
    let (view, net, clock) = (use_view(), use_net(), use_clock());
    let connections = move || view.href(|it| go_to(it, Page::Connections));
    move || match net.mode().get() {
        Mode::Live | Mode::Opening(_) => None,
        Mode::Replay { title, now } => {
            let date = move || {
                let it = civil_from_timestamp(now, clock.offset_secs(now));
                let zone = clock.zone_name(now);
                format!("{:04}-{:02}-{:02} {:02}:{:02} {zone}", it.year, it.month, it.day, it.hour, it.minute)
            };
            let text = view! {
                <b>{title}</b>
                {", recorded "}
                {date}
                {". "}
                <Examples />
                <a href=connections>{"Connect your own servers"}</a>
            };
            Some(view! { <aside class="banner" aria-label="Recording"><p>{text}</p></aside> }.into_any())
        }
        Mode::NotOpened(why) => {
            let note = view! {
                <p class="banner" role="alert">
                    <Shape tone=Tone::Failed />
                    <span>
                        {"The recording could not be opened. "}
                        {why}
                        {". "}
                        <a href=connections>{"Open another"}</a>
                    </span>
                </p>
            };
            Some(note.into_any())
        }
    }
}

/// Where a newcomer may begin: a job of the recording, and where the others are; nothing where it offers none.
#[component]
fn Examples() -> impl IntoView {
    let (view, net) = (use_view(), use_net());
    move || {
        let examples = net.examples();
        let first = examples.first()?.clone();
        let job = move || {
            view.href(|it| {
                go_to(it, Page::Job);
                it.job = Some(first.id.clone());
            })
        };
        let others = (examples.len() > 1).then(|| {
            let all = move || view.href(|it| go_to(it, Page::Job));
            view! {
                {" or "}
                <a href=all>{format!("at {} others", examples.len() - 1)}</a>
            }
        });
        Some(view! { {"Look at a job: "} <a href=job>{first.words.clone()}</a> {others} {". "} })
    }
}

/// What could not be read and was left out, until it is put away.
#[component]
fn Warnings() -> impl IntoView {
    let (view, setups) = (use_view(), use_setup());
    let warnings = Memo::new(move |_| {
        let mut all = view.warnings().get();
        all.extend(setups.get().warnings);
        all
    });
    let put_away = RwSignal::new(Vec::new());
    let shown = Memo::new(move |_| {
        put_away.with(|put_away| {
            warnings.get().into_iter().filter(|it| !put_away.contains(it)).collect::<Vec<_>>()
        })
    });
    view! {
        <Show when=move || shown.with(|it| !it.is_empty())>
            <div class="banner look" role="status">
                <Shape tone=Tone::Stuck />
                <ul>
                    {move || shown.get().iter().map(|it| view! { <li>{it.to_string()}</li> }).collect_view()}
                </ul>
                <button type="button" on:click=move |_| put_away.set(warnings.get_untracked())>{"Put away"}</button>
            </div>
        </Show>
    }
}
