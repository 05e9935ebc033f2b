//! The timeline with its switches above, and below it the key to what is visible and where it came from.

use std::sync::Arc;

use domain::format::sentence;
use domain::job::{Note, NoteKind, Origin};
use domain::logs::Level;
use domain::system::System;
use domain::timeline::{BarKind, Folding, Timeline, lay_out};
use domain::view_state::Switch;
use leptos::prelude::*;

use super::detail::focus_detail;
use super::model::{Model, find_line, has_ended};
use crate::components::timeline::TimelineView;
use crate::state::Memo;

#[component]
pub(super) fn TimelineCard(model: Model) -> impl IntoView {
    let timeline = timeline_of(model);
    let folded = Memo::new(move |_| timeline.with(|it| it.axis.folded()));
    let is_folding = move || model.folding.get() == Folding::On;
    let toggle = move |_| {
        let show_idle = is_folding();
        model.view.replace(|it| it.waterfall.switch(Switch::Idle, show_idle));
    };
    let can_fold = move || !is_folding() || folded.get() > domain::time::TimeDelta::ZERO;
    let fold_words = move || {
        if is_folding() { format!("idle time folded: {}", folded.get()) } else { "fold idle time".to_owned() }
    };
    let around = Memo::new(move |_| {
        let line = model.shown.get()?;
        let (trace, span) =
            model.evidence.with(|it| find_line(it, line).and_then(|it| it.roles.trace.zip(it.roles.span)))?;
        Some(Origin::Span(trace, span))
    });
    let select = move |what| {
        model.select(what);
        model.sheet_is_open.set(true);
    };
    view! {
        <section class="card" aria-label="Timeline">
            <header>
                <h2>{"Timeline"}</h2>
                <span class="r">
                    <Show when=can_fold>
                        <button
                            type="button"
                            class="quiet"
                            aria-pressed=move || is_folding().to_string()
                            on:click=toggle
                        >
                            {fold_words}
                        </button>
                    </Show>
                </span>
            </header>
            <TimelineView
                timeline=timeline
                selected=model.shown
                around=around
                on_select=select
                on_open=move |()| {
                    model.sheet_is_open.set(true);
                    focus_detail();
                }
                on_clear=move |()| model.clear()
            />
            <Legend model=model timeline=timeline />
        </section>
    }
}

fn timeline_of(model: Model) -> Memo<Arc<Timeline>> {
    Memo::new(move |_| {
        // An ended job's timeline does not depend on now.
        let is_open = model.job.with(|it| !has_ended(it));
        let now = if is_open { model.now.get() } else { model.now.get_untracked() };
        let lay_out = |system: &Arc<System>| {
            model.evidence.with(|it| lay_out(system, &model.job.get(), it, now, model.folding.get()))
        };
        Arc::new(model.system.with(lay_out))
    })
}

/// The key to what is visible, and the sentences on where it came from.
#[component]
fn Legend(model: Model, timeline: Memo<Arc<Timeline>>) -> impl IntoView {
    let keys = Memo::new(move |_| timeline.with(|it| keys(it)));
    // What is missing is known when everybody has answered.
    let is_asking = Memo::new(move |_| model.report.with(|it| !it.pending.is_empty()));
    let notes = Memo::new(move |_| {
        let is_known = |it: &&Note| it.kind != NoteKind::Missing || !is_asking.get();
        model.job.with(|it| it.notes.iter().filter(is_known).cloned().collect::<Vec<_>>())
    });
    let key = |(class, words): (&'static str, &'static str)| {
        view! {
            <li class="key">
                <i class=class></i>
                {words}
            </li>
        }
    };
    let note = |note: Note| {
        let class = match note.kind {
            NoteKind::Source => "",
            NoteKind::Missing => "missing",
            NoteKind::Doubt => "doubt",
        };
        view! { <li class=class>{sentence(&note.text)}</li> }
    };
    view! {
        <div class="tl-foot">
            <ul class="tl-keys">{move || keys.get().into_iter().map(key).collect_view()}</ul>
            <ul class="tl-notes">{move || notes.get().into_iter().map(note).collect_view()}</ul>
        </div>
    }
}

/// What is visible and not told by a label: class of its swatch, and words.
fn keys(timeline: &Timeline) -> Vec<(&'static str, &'static str)> {
    let has_bar =
        |kinds: &[BarKind]| timeline.lanes.iter().flat_map(|it| &it.bars).any(|it| kinds.contains(&it.kind));
    let mut levels = timeline.lanes.iter().flat_map(|it| &it.ticks).map(|it| it.level);
    let (has_error, has_line) = (levels.clone().any(Level::is_error), levels.any(|it| !it.is_error()));
    let all = [
        (has_bar(&[BarKind::Wait]), "k-wait", "waiting in a queue"),
        (has_bar(&[BarKind::FailedWork, BarKind::FailedSpan]), "k-failed", "failed"),
        (!timeline.axis.folds.is_empty(), "k-fold", "folded: nothing happened"),
        (has_line, "k-line", "log line"),
        (has_error, "k-error", "error line"),
        (timeline.now.is_some(), "k-now", "now"),
    ];
    all.into_iter().filter(|it| it.0).map(|(_, class, words)| (class, words)).collect()
}
