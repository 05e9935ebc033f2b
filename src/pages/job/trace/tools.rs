//! The tools above the waterfall: find, fold, leave out, critical path, clocks, statistics.

use domain::time::TimeDelta;
use domain::timeline::Folding;
use domain::view_state::Switch;
use domain::waterfall::{Forest, Shape};
use leptos::prelude::*;

use super::find_box::FindBox;
use super::keys;
use super::model::TraceModel;
use super::services::ServiceMenu;
use crate::state::Memo;

#[component]
pub(super) fn Tools(trace: TraceModel) -> impl IntoView {
    keys::listen(trace);
    let fold = move |words: &'static str, label: &'static str, change: fn(&mut Shape, &Forest)| {
        view! {
            <button type="button" class="quiet" title=label on:click=move |_| trace.reshape(change)>
                {words}
            </button>
        }
    };
    let errors_only = Memo::new(move |_| trace.shape.with(|it| it.errors_only));
    let has_errors = Memo::new(move |_| {
        trace.forest.with(|it| it.as_ref().is_some_and(|it| it.services().iter().any(|it| it.n_errors > 0)))
    });
    let idle = Memo::new(move |_| trace.folds.with(|it| it.iter().map(|it| it.length()).sum::<TimeDelta>()));
    let is_folding = Signal::derive(move || trace.folding.get() == Folding::On);
    let clocks = Memo::new(move |_| trace.skew.with(|it| it.largest().cloned()));
    let clock_words = move || {
        let clock = clocks.get()?;
        let (by, how) = if clock.correction < TimeDelta::ZERO {
            (-clock.correction, "ahead")
        } else {
            (clock.correction, "behind")
        };
        Some(format!("clocks disagree: {} is {by} {how}", clock.service))
    };
    let zoomed = move || trace.zoom.with(Option::is_some);
    view! {
        <div class="wf-tools" role="toolbar" aria-label="Waterfall">
            <FindBox trace=trace />
            <span class="wf-group" role="group" aria-label="Fold">
                {fold("fold a level", "Fold one level more (o)", |shape, forest| shape.fold_one_level(forest))}
                {fold("unfold a level", "Unfold one level (p)", |shape, forest| shape.unfold_one_level(forest))}
                {fold("fold all", "Fold everything (])", |shape, forest| shape.fold_from(forest, 0))}
                {fold("unfold all", "Unfold everything ([)", |shape, _| shape.unfold_all())}
                {fold("fold services", "Fold what is inside of one service", |shape, forest| shape.fold_services(forest))}
            </span>
            <ServiceMenu trace=trace />
            <Toggle
                is_there=Signal::derive(move || has_errors.get() || errors_only.get())
                words=Signal::stored("errors only".to_owned())
                title="Only spans that failed, and what leads to them (e)"
                is_on=errors_only
                press=Callback::new(move |()| trace.reshape(|shape, _| shape.errors_only = !shape.errors_only))
            />
            <Toggle
                words=Signal::derive(move || path_words(trace))
                title="The stretches of work that the end waited for (c)"
                is_on=trace.shows_path
                press=Callback::new(move |()| trace.toggle(Switch::Path))
            />
            <Toggle
                is_there=Signal::derive(move || { idle.get() > TimeDelta::ZERO })
                words=Signal::derive(move || format!("idle time folded: {}", idle.get()))
                title="Stretches in which no span was going on are folded away (i)"
                is_on=is_folding
                press=Callback::new(move |()| trace.toggle(Switch::Idle))
            />
            <Toggle
                is_there=Signal::derive(move || clocks.with(Option::is_some))
                words=Signal::derive(move || clock_words().unwrap_or_default())
                title="Put the clocks right, by what calls between services say of each other (k)"
                is_on=trace.corrected
                press=Callback::new(move |()| trace.toggle(Switch::Clocks))
            />
            <Toggle
                words=Signal::stored("statistics".to_owned())
                title="Count, total, self time by any two attributes (t)"
                is_on=trace.shows_statistics
                press=Callback::new(move |()| trace.toggle(Switch::Statistics))
            />
            <Show when=zoomed>
                <button type="button" class="quiet" title="See the whole time (0)" on:click=move |_| trace.zoom.set(None)>
                    {"see all"}
                </button>
            </Show>
        </div>
    }
}

/// What the switch of the critical path says: how much of the time nothing worked, and whether parts are missing.
fn path_words(trace: TraceModel) -> String {
    if !trace.shows_path.get() {
        return "critical path".to_owned();
    }
    trace.path.with(|it| {
        let waiting =
            if it.waiting > TimeDelta::ZERO { format!(", {} waiting", it.waiting) } else { String::new() };
        let partial = if it.is_partial { ", in parts: parents are missing" } else { "" };
        format!("critical path{waiting}{partial}")
    })
}

/// A button that stays pressed.
#[component]
fn Toggle(
    /// Whether there is anything to switch.
    #[prop(default = Signal::stored(true))]
    is_there: Signal<bool>,
    words: Signal<String>,
    title: &'static str,
    #[prop(into)] is_on: Signal<bool>,
    press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="quiet wf-toggle"
            hidden=move || !is_there.get()
            title=title
            aria-pressed=move || is_on.get().to_string()
            on:click=move |_| press.run(())
        >
            {words}
        </button>
    }
}
