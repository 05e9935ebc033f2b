//! One lane: its name, its bars as buttons, its log lines as ticks.

use domain::job::Origin;
use domain::timeline::{BarKind, LaneKind};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::cursor::Place;
use super::draw::{DrawnBar, DrawnLane, DrawnTick, LabelPlace, percent};
use super::wording::{bar_title, lane_title, tick_title};
use crate::state::{Clock, Memo};

/// What every lane shares.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    pub(super) clock: Clock,
    pub(super) selected: Signal<Option<Origin>>,
    /// The span of the line that is selected.
    pub(super) around: Signal<Option<Origin>>,
    pub(super) on_select: Callback<Origin>,
    /// The bar that the tabulator key reaches.
    pub(super) cursor: Signal<Option<Place>>,
    /// Whether the bars' turn has come.
    pub(super) has_bars: ReadSignal<bool>,
    /// Whether the lines' turn has come.
    pub(super) has_lines: ReadSignal<bool>,
}

/// The id of a bar's element.
pub(super) fn bar_id(place: Place) -> String {
    format!("tl-{}-{}", place.lane, place.bar)
}

#[component]
pub(super) fn LaneRow(idx: usize, lane: Memo<Option<DrawnLane>>, shared: Shared) -> impl IntoView {
    let part =
        move |take: fn(&DrawnLane) -> String| lane.with(|it| it.as_ref().map(take).unwrap_or_default());
    let name = move || part(|it| it.lane.title.clone());
    let swatch = move || part(|it| format!("tl-swatch {}", colour_class(it.lane.colour)));
    let has_swatch =
        move || lane.with(|it| it.as_ref().is_some_and(|it| it.lane.colour.is_some() && it.lane.depth == 0));
    let name_class = move || part(|it| format!("tl-name tl-depth-{}", it.lane.depth.min(4)));
    let bars = move || {
        let drawn = if shared.has_bars.get() { lane.get() } else { None };
        let Some(drawn) = drawn else { return Vec::new() };
        let class = colour_class(drawn.lane.colour);
        let title = drawn.lane.title.clone();
        let each = |(bar, it)| bar_view(it, Place { lane: idx, bar }, &title, class, shared);
        drawn.bars.into_iter().enumerate().map(each).collect()
    };
    let ticks = move || {
        let drawn = || lane.with(|it| it.as_ref().map(|it| it.ticks.clone())).unwrap_or_default();
        let drawn = if shared.has_lines.get() { drawn() } else { Vec::new() };
        drawn.into_iter().enumerate().map(|(idx, it)| tick_view(idx, &it, "", shared.clock)).collect_view()
    };
    // The chosen one stands over the others, so that they are drawn once.
    let chosen = move || {
        let select = shared.selected.get()?;
        let found =
            lane.with(|it| it.as_ref()?.ticks.iter().cloned().enumerate().find(|it| it.1.select == select));
        found.map(|(idx, it)| tick_view(idx, &it, " tl-sel", shared.clock))
    };
    let on_tick = move |event: ev::MouseEvent| {
        let Some(tick) = clicked_tick(&event) else { return };
        let select = lane.with_untracked(|it| it.as_ref()?.ticks.get(tick).map(|it| it.select));
        if let Some(select) = select {
            shared.on_select.run(select);
        }
    };
    view! {
        <li class="tl-row" aria-label=move || lane.with(|it| it.as_ref().map(lane_title))>
            <div class=name_class title=name>
                <Show when=has_swatch>
                    <i class=swatch></i>
                </Show>
                <span>{name}</span>
            </div>
            <div class="tl-lane">
                <div class="tl-plot">
                    {bars}
                    <div class="tl-ticks" aria-hidden="true" on:click=on_tick>
                        {ticks}
                        {chosen}
                    </div>
                </div>
            </div>
        </li>
    }
}

fn bar_view(drawn: DrawnBar, place: Place, lane: &str, colour: &str, shared: Shared) -> AnyView {
    let DrawnBar { bar, left_pct, width_pct, label, text } = drawn;
    let class = format!("tl-bar {} {}", kind_class(bar.kind), colour);
    let (left, width) = (percent(left_pct), percent(width_pct));
    let text = match label {
        LabelPlace::Inside => Some(("tl-label", text)),
        LabelPlace::RightOf => Some(("tl-label tl-right", text)),
        LabelPlace::Nowhere => None,
    };
    let text = text.map(|(class, text)| view! { <span class=class>{text}</span> });
    let open = bar.open;
    let title = bar_title(&bar, lane, shared.clock);
    let Some(select) = bar.select else {
        return view! {
            <div class=class class:tl-open=open style:left=left style:width=width title=title>
                <i></i>
                {text}
            </div>
        }
        .into_any();
    };
    let is_selected = Memo::new(move |_| shared.selected.get() == Some(select));
    let tabindex = move || if shared.cursor.get() == Some(place) { "0" } else { "-1" };
    view! {
        <button
            type="button"
            id=bar_id(place)
            class=class
            class:tl-open=open
            class:tl-sel=move || is_selected.get()
            class:tl-around=move || shared.around.get() == Some(select)
            style:left=left
            style:width=width
            aria-label=title.clone()
            title=title
            tabindex=tabindex
            aria-pressed=move || if is_selected.get() { "true" } else { "false" }
            on:click=move |_| shared.on_select.run(select)
        >
            <i></i>
            {text}
        </button>
    }
    .into_any()
}

fn tick_view(idx: usize, tick: &DrawnTick, more: &str, clock: Clock) -> impl IntoView + use<> {
    let error = if tick.level.is_error() { " tl-error" } else { "" };
    let class = format!("tl-tick{error}{more}");
    let left = percent(tick.left_pct);
    view! { <i class=class style:left=left title=tick_title(tick, clock) data-tick=idx></i> }
}

/// Which tick of its lane was clicked.
fn clicked_tick(event: &ev::MouseEvent) -> Option<usize> {
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    target.closest("[data-tick]").ok()??.get_attribute("data-tick")?.parse().ok()
}

/// The class that carries a category's colour; colours begin again after the last.
pub(in crate::components) fn colour_class(colour: Option<usize>) -> &'static str {
    const CLASSES: [&str; 8] = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"];
    colour.and_then(|it| CLASSES.get(it % CLASSES.len())).copied().unwrap_or("c0")
}

const fn kind_class(kind: BarKind) -> &'static str {
    match kind {
        BarKind::Work => "tl-work",
        BarKind::FailedWork => "tl-work tl-failed",
        BarKind::Wait => "tl-wait",
        BarKind::Span => "tl-thin",
        BarKind::FailedSpan => "tl-thin tl-failed",
        BarKind::Never => "tl-never",
    }
}

/// What a lane of this kind is called before its name.
pub(super) const fn kind_word(kind: LaneKind) -> &'static str {
    match kind {
        LaneKind::Stage => "stage",
        LaneKind::Queue => "queue",
        LaneKind::Service => "service",
        LaneKind::Spans => "spans",
    }
}
