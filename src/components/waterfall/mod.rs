//! A waterfall on screen: a minimap, an axis that stays in view, and rows of which only those in view exist.

mod draw;
mod element;
mod head;
mod minimap;
mod pool;
mod row;
mod wording;

use std::ops::Range;
use std::sync::Arc;

use domain::job::Origin;
use domain::logs::Level;
use domain::time::TimeRange;
use domain::timeline::FoldedAxis;
use domain::waterfall::{CriticalPath, Edges, Find, Forest, Mark, Marks, Place, Row, Rows, Shape};
use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use self::draw::{Drawer, DrawnRow};
use self::head::Head;
use self::minimap::MinimapView;
use self::pool::Pool;
use crate::components::virtual_list::{Size, rows_in_view, scroll_to_row, use_size};
use crate::state::use_clock;

/// Everything that is drawn; made anew when any of it changes, which copies nothing large.
#[derive(Clone, Default)]
pub struct Picture {
    /// The spans.
    pub forest: Arc<Forest>,
    /// What joins them.
    pub edges: Arc<Edges>,
    /// Events and log lines.
    pub marks: Arc<Marks>,
    /// What is folded away.
    pub shape: Arc<Shape>,
    /// Which rows there are.
    pub rows: Arc<Rows>,
    /// The category of each service, in the order of the forest's services.
    pub colours: Arc<Vec<usize>>,
    /// The critical path, where it is shown.
    pub path: Option<Arc<CriticalPath>>,
    /// What is looked for.
    pub find: Arc<Find>,
}

/// What one mark says, in a row of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MarkWords {
    /// How much it matters.
    pub level: Level,
    /// When, as the clock shows it.
    pub time: String,
    /// What it says.
    pub text: String,
    /// What choosing it selects.
    pub select: Option<Origin>,
}

/// What a person can do with a row.
#[derive(Clone, Copy)]
pub struct Acts {
    /// A span, or what a mark stands for, is chosen.
    pub select: Callback<Origin>,
    /// What is chosen is to be shown in full.
    pub open: Callback<()>,
    /// The choice is let go.
    pub clear: Callback<()>,
    /// The children of a span are folded away (true) or brought back.
    pub fold: Callback<(Place, bool)>,
    /// The marks of a lane or a span get rows of their own, or lose them: the row.
    pub open_marks: Callback<usize>,
    /// The time of a span is to fill the width.
    pub zoom_to: Callback<Place>,
    /// What a mark says.
    pub words: Callback<(Option<Place>, Mark), MarkWords>,
}

/// How many rows Page Up and Page Down go.
const PAGE_ROWS: usize = 20;

/// A waterfall. Up and down go through the rows, left and right fold and unfold, Enter opens, Escape lets go.
#[component]
pub fn Waterfall(
    /// What is drawn.
    #[prop(into)]
    picture: Signal<Arc<Picture>>,
    /// From time to place, within what is shown.
    #[prop(into)]
    axis: Signal<Arc<FoldedAxis>>,
    /// The stretch that fills the width; `None` for all.
    zoom: RwSignal<Option<TimeRange>>,
    /// The row that is chosen.
    #[prop(into)]
    current: Signal<Option<usize>>,
    /// The row to bring into view, whenever this changes.
    #[prop(into)]
    reveal: Signal<Option<usize>>,
    /// What can be done.
    acts: Acts,
) -> impl IntoView {
    let clock = use_clock();
    let scroller = NodeRef::<Div>::new();
    let host = NodeRef::<Div>::new();
    let size = use_size(scroller, "--row");
    let plot = NodeRef::<Div>::new();
    let plot_size = use_size(plot, "--row");
    let scroll_px = RwSignal::new(0.0);
    let n_rows = Memo::new(move |_| picture.with(|it| it.rows.len()));
    let range = Memo::new(move |_| {
        let Size { height_px, custom_px, .. } = size.get();
        rows_in_view(scroll_px.get(), height_px, custom_px, n_rows.get())
    });
    // Whatever changes all rows is one more drawing; scrolling is not.
    let drawer = Memo::new_with_compare(
        move |before: Option<&Arc<Drawer>>| {
            Arc::new(Drawer {
                picture: picture.get(),
                axis: axis.get(),
                current: current.get(),
                lane_px: plot_size.with(|it| it.width_px),
                offset_secs: picture.with(|it| clock.offset_secs(it.forest.range().start)),
                words: acts.words,
                number: before.map_or(0, |it| it.number + 1),
            })
        },
        |_, _| true,
    );
    let pool = StoredValue::new_local(Pool::default());
    Effect::new(move |_| {
        let Some(host) = host.get() else { return };
        let (range, row_px): (Range<usize>, f64) = (range.get(), size.with(|it| it.custom_px));
        drawer.with(|drawer| pool.update_value(|it| it.show(&host, range, row_px, drawer)));
    });
    Effect::new(move |_| {
        let (Some(row), Some(element)) = (reveal.get(), scroller.get()) else { return };
        let Size { height_px, custom_px, .. } = size.get();
        if height_px == 0.0 {
            return;
        }
        if let Some(top) = scroll_to_row(row, f64::from(element.scroll_top()), height_px - custom_px, custom_px) {
            element.set_scroll_top(top as i32);
        }
    });
    let choose = move |row: usize| {
        if let Some(origin) = drawer.with_untracked(|it| it.origin(row)) {
            acts.select.run(origin);
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let last = n_rows.get_untracked().saturating_sub(1);
        let from = current.get_untracked();
        let row = from.unwrap_or(0);
        let span = from.and_then(|it| picture.with_untracked(|it2| it2.rows.get(it)));
        let to = match event.key().as_str() {
            "ArrowDown" => from.map_or(0, |it| (it + 1).min(last)),
            "ArrowUp" => row.saturating_sub(1),
            "PageDown" => (row + PAGE_ROWS).min(last),
            "PageUp" => row.saturating_sub(PAGE_ROWS),
            "Home" => 0,
            "End" => last,
            "ArrowRight" | "ArrowLeft" => {
                event.prevent_default();
                let Some(Row::Span(place, _)) = span else { return };
                return sideways(picture, acts, place, event.key() == "ArrowRight", choose);
            }
            "Enter" => return acts.open.run(()),
            "Escape" => return acts.clear.run(()),
            "z" => {
                if let Some(Row::Span(place, _)) = span {
                    acts.zoom_to.run(place);
                }
                return;
            }
            "l" => return acts.open_marks.run(row),
            _ => return,
        };
        event.prevent_default();
        choose(to);
    };
    let on_click = move |event: ev::MouseEvent| {
        let Some(target) = event.target().and_then(|it| it.dyn_into::<web_sys::Element>().ok()) else { return };
        let Some(row) = number_above(&target, "data-row") else { return };
        let place = picture.with_untracked(|it| it.rows.place(row));
        if target.closest("[data-fold]").ok().flatten().is_some()
            && let Some(place) = place
        {
            let is_folded = picture.with_untracked(|it| it.shape.is_folded(&it.forest, place));
            return acts.fold.run((place, !is_folded));
        }
        if target.closest("[data-marks]").ok().flatten().is_some() {
            return acts.open_marks.run(row);
        }
        let mark = number_above(&target, "data-mark");
        let origin = mark.and_then(|mark| drawer.with_untracked(|it| it.origin_of_mark(row, mark)));
        match origin {
            Some(origin) => acts.select.run(origin),
            None => choose(row),
        }
        acts.open.run(());
    };
    let on_double = move |event: ev::MouseEvent| {
        let target = event.target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        let row = target.and_then(|it| number_above(&it, "data-row"));
        if let Some(place) = row.and_then(|it| picture.with_untracked(|it2| it2.rows.place(it))) {
            acts.zoom_to.run(place);
        }
    };
    let active = move || {
        let row = current.get().filter(|it| range.get().contains(it))?;
        range.track();
        Some(pool.with_value(|it| it.id_of(row)))
    };
    view! {
        <div class="wf">
            <MinimapView picture=picture zoom=zoom />
            <div
                class="wf-rows vlist"
                role="tree"
                tabindex="0"
                aria-label="Spans"
                aria-activedescendant=active
                node_ref=scroller
                on:keydown=on_key
                on:click=on_click
                on:dblclick=on_double
                on:scroll=move |_| {
                    if let Some(element) = scroller.get_untracked() {
                        scroll_px.set(f64::from(element.scroll_top()));
                    }
                }
            >
                <Head picture=picture axis=axis plot=plot plot_size=plot_size />
                <div
                    class="wf-all"
                    role="presentation"
                    node_ref=host
                    style:height=move || format!("{}px", n_rows.get() as f64 * size.get().custom_px)
                ></div>
            </div>
        </div>
    }
}

/// Right: unfolds, else goes to the first child. Left: folds, else goes to the parent.
fn sideways(picture: Signal<Arc<Picture>>, acts: Acts, place: Place, is_right: bool, choose: impl Fn(usize)) {
    let picture = picture.get_untracked();
    let forest = &picture.forest;
    let (is_folded, has_children) = (picture.shape.is_folded(forest, place), forest.n_below(place) > 0);
    if has_children && is_folded == is_right {
        return acts.fold.run((place, !is_right));
    }
    let to = if is_right { forest.children(place).next() } else { forest.parent(place) };
    if let Some(row) = to.and_then(|it| picture.rows.nearest_row(forest, it)) {
        choose(row);
    }
}

/// The number in an attribute of an element or of one above it.
fn number_above(element: &web_sys::Element, attribute: &str) -> Option<usize> {
    element.closest(&format!("[{attribute}]")).ok()??.get_attribute(attribute)?.parse().ok()
}
