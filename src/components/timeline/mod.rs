//! A job's timeline on screen: lanes as rows, bars as buttons, folds and the now-line through all of them.

mod axis;
mod cursor;
mod draw;
mod lane;
mod text_width;
mod wording;

pub(in crate::components) use axis::axis_labels;
pub(in crate::components) use lane::colour_class;

pub use wording::{wall_exact, wall_millis};

use std::sync::Arc;

use domain::job::Origin;
use domain::timeline::Timeline;
use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use self::axis::{AxisRow, Overlay};
use self::cursor::{Move, Place, first_place, moved};
use self::draw::draw;
use self::lane::{LaneRow, Shared, bar_id};
use self::text_width::TextWidth;
use crate::components::soon::a_task_after;
use crate::components::virtual_list::use_size;
use crate::state::{Memo, use_clock};

/// Weight and size of labels; the style sheet says the same.
const LABEL_FONT: (u32, u32) = (600, 11);

/// A job's timeline. Arrows move the selection, Enter opens what is selected, Escape lets it go.
#[component]
pub fn TimelineView(
    /// What is drawn.
    #[prop(into)]
    timeline: Signal<Arc<Timeline>>,
    /// The span or line that is selected.
    #[prop(into)]
    selected: Signal<Option<Origin>>,
    /// The span that the selected line belongs to.
    #[prop(into, default = Signal::stored(None))]
    around: Signal<Option<Origin>>,
    /// A bar or a tick was chosen.
    #[prop(into)]
    on_select: Callback<Origin>,
    /// What is selected is to be shown in full.
    #[prop(into)]
    on_open: Callback<()>,
    /// The selection is to be let go.
    #[prop(into)]
    on_clear: Callback<()>,
) -> impl IntoView {
    let clock = use_clock();
    let plot = NodeRef::<Div>::new();
    let size = use_size(plot, "--lane");
    let lane_px = Memo::new(move |_| size.get().width_px);
    let widths = StoredValue::new_local(TextWidth::new(LABEL_FONT.0, LABEL_FONT.1));
    let text_px = move |text: &str| widths.with_value(|it| it.px(text));
    let lanes = Memo::new(move |_| timeline.with(|it| draw(it, lane_px.get(), text_px)));
    let labels = Memo::new(move |_| timeline.with(|it| axis_labels(&it.axis, lane_px.get(), text_px)));
    let start = Signal::derive(move || {
        let at = timeline.with(|it| it.range.start);
        format!("{} {}", wording::wall_secs(clock, at), clock.zone_name(at))
    });

    let focused = RwSignal::new(None::<Place>);
    let cursor = Memo::new(move |_| {
        lanes.with(|lanes| {
            let exists = |it: &Place| lanes.get(it.lane).is_some_and(|lane| lane.bars.len() > it.bar);
            let is_selected = |it: Origin| {
                let with_bar = |(lane, drawn): (usize, &draw::DrawnLane)| {
                    let bar = drawn.bars.iter().position(|bar| bar.bar.select == Some(it))?;
                    Some(Place { lane, bar })
                };
                lanes.iter().enumerate().find_map(with_bar)
            };
            selected
                .get()
                .and_then(is_selected)
                .or_else(|| focused.get().filter(exists))
                .or_else(|| first_place(lanes))
        })
    });
    let on_key = move |event: ev::KeyboardEvent| {
        let key = event.key();
        match key.as_str() {
            "Escape" => on_clear.run(()),
            "Enter" => on_open.run(()),
            _ => {
                let Some((way, from)) = Move::of_key(&key).zip(cursor.get_untracked()) else { return };
                event.prevent_default();
                let Some(to) = lanes.with_untracked(|it| moved(it, from, way)) else { return };
                focused.set(Some(to));
                focus(&bar_id(to));
                let bar = |lanes: &Vec<draw::DrawnLane>| lanes.get(to.lane)?.bars.get(to.bar)?.bar.select;
                if let Some(select) = lanes.with_untracked(bar) {
                    on_select.run(select);
                }
            }
        }
    };

    let n_lanes = Memo::new(move |_| lanes.with(Vec::len));
    // First everything is measured and placed; the bars have their task, and the lines, which are many, theirs.
    let has_bars = a_task_after(move || lane_px.get() > 0.0);
    let has_lines = a_task_after(move || has_bars.get());
    let shared = Shared { clock, selected, around, on_select, cursor: cursor.into(), has_bars, has_lines };
    let row = move |idx: usize| {
        let lane = Memo::new(move |_| lanes.with(|it| it.get(idx).cloned()));
        view! { <LaneRow idx=idx lane=lane shared=shared /> }
    };
    view! {
        <div class="tl" on:keydown=on_key>
            <AxisRow start=start labels=labels plot=plot />
            <div class="tl-body">
                <ul class="tl-rows">
                    <For each=move || 0..n_lanes.get() key=|idx| *idx children=row />
                </ul>
                <Overlay timeline=timeline />
            </div>
        </div>
    }
}

fn focus(id: &str) {
    let element = document().get_element_by_id(id).and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = element {
        // Fails only for what cannot have the focus.
        let _ = element.focus();
    }
}
