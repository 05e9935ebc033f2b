//! A waterfall on screen: a minimap, an axis that stays in view, and rows of which only those in view exist.

mod draw;
mod drawn;
mod hands;
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
use domain::waterfall::{CriticalPath, Edges, Find, Forest, Mark, Marks, Place, Rows, Shape};
use leptos::html::Div;
use leptos::prelude::*;

use self::draw::Drawer;
use self::hands::Hands;
use self::head::{Folds, Head};
use self::minimap::MinimapView;
use self::pool::Pool;
use self::row::RowView;
use crate::components::virtual_list::{Size, rows_in_view, scroll_to_row, show_in_window, use_size};
use crate::state::{Memo, effect, use_clock};

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
    /// From the first to the last of spans and lines.
    pub range: TimeRange,
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
                offset_secs: picture.with(|it| clock.offset_secs(it.range.start)),
                words: acts.words,
                number: before.map_or(0, |it| it.number + 1),
            })
        },
        |_, _| true,
    );
    let pool = StoredValue::new_local(Pool::default());
    effect(move |_| {
        let Some(host) = host.get() else { return };
        let (range, row_px): (Range<usize>, f64) = (range.get(), size.with(|it| it.custom_px));
        drawer.with(|drawer| pool.update_value(|it| it.show(&host, range, row_px, drawer)));
    });
    effect(move |_| {
        let (Some(row), Some(element)) = (reveal.get(), scroller.get()) else { return };
        let Size { height_px, custom_px, .. } = size.get();
        if height_px == 0.0 {
            return;
        }
        if let Some(top) =
            scroll_to_row(row, f64::from(element.scroll_top()), height_px - custom_px, custom_px)
        {
            element.set_scroll_top(top as i32);
        }
        show_in_window(&element, row, custom_px, custom_px);
    });
    let hands = Hands { picture, drawer, current, n_rows, acts };
    let active = move || {
        let row = current.get().filter(|it| range.get().contains(it))?;
        Some(RowView::id(row))
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
                on:keydown=move |event| hands.key(&event)
                on:pointerover=move |event| hands.hover(&event)
                on:click=move |event| hands.click(&event)
                on:dblclick=move |event| hands.double_click(&event)
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
                >
                    <Folds axis=axis />
                </div>
            </div>
        </div>
    }
}
