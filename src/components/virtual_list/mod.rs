//! A long list of equally high rows, of which only those in view and a few more are in the document.

mod size;

pub use size::{Size, use_size};

use std::ops::Range;

use crate::state::{Memo, effect};
use leptos::html::Div;
use leptos::prelude::*;
use web_sys::HtmlDivElement;

/// Rows kept above and below the view, so that a quick scroll shows no holes.
pub(in crate::components) const SPARE_ROWS: usize = 6;

/// What the bar at the top of the page covers, with a little room, in CSS pixels.
const BAR_PX: f64 = 60.0;

/// Room below a row that is brought into the window, in CSS pixels.
const ROOM_PX: f64 = 8.0;

/// The rows that must be in the document: those in view and [`SPARE_ROWS`] more at each end.
pub(in crate::components) fn rows_in_view(
    scroll_px: f64,
    view_px: f64,
    row_px: f64,
    n_rows: usize,
) -> Range<usize> {
    let row_px = row_px.max(1.0);
    let first = (scroll_px.max(0.0) / row_px) as usize;
    let last = first + (view_px.max(0.0) / row_px).ceil() as usize + 1;
    first.saturating_sub(SPARE_ROWS).min(n_rows)..last.saturating_add(SPARE_ROWS).min(n_rows)
}

/// The row of the range that a slot shows, where as many slots are used again and again: a row stays in its slot while it is
/// in view, so scrolling touches only those that come.
pub fn row_in_slot(slot: usize, n_slots: usize, range: &Range<usize>) -> Option<usize> {
    let n_slots = n_slots.max(1);
    let row = range.start + (slot + n_slots - range.start % n_slots) % n_slots;
    range.contains(&row).then_some(row)
}

/// Where to scroll so that a row is wholly in view; `None` when it is already.
pub(in crate::components) fn scroll_to_row(
    row: usize,
    scroll_px: f64,
    view_px: f64,
    row_px: f64,
) -> Option<f64> {
    let (top, bottom) = (row as f64 * row_px, (row + 1) as f64 * row_px);
    let (above, below) = (scroll_px - top, bottom - (scroll_px + view_px));
    let near_px = 2.0 * row_px;
    if above <= 0.0 && below <= 0.0 {
        None
    } else if above > 0.0 && above <= near_px {
        Some(top)
    } else if below > 0.0 && below <= near_px {
        Some(bottom - view_px)
    } else {
        // From afar, a third from above: what led to it can be read too.
        Some((top - view_px / 3.0).max(0.0))
    }
}

/// Scrolls the page so that a row of a list is in the window, where a person goes through the list: with the focus in it.
///
/// `above_px` is what stands above the rows within the list.
pub(in crate::components) fn show_in_window(list: &HtmlDivElement, row: usize, row_px: f64, above_px: f64) {
    let is_gone_through = list.matches(":focus-within").unwrap_or(false);
    let Some(window_px) = window().inner_height().ok().and_then(|it| it.as_f64()).filter(|_| is_gone_through)
    else {
        return;
    };
    let in_list_px = above_px + row as f64 * row_px - f64::from(list.scroll_top());
    let top_px = list.get_bounding_client_rect().top() + in_list_px;
    let by_px = off_window(top_px, row_px, window_px);
    if by_px != 0.0 {
        window().scroll_by_with_x_and_y(0.0, by_px);
    }
}

/// How far to scroll the page, in CSS pixels, so that a row stands below the bar at its top and above its end.
fn off_window(top_px: f64, row_px: f64, window_px: f64) -> f64 {
    let (above, below) = (top_px - BAR_PX, top_px + row_px + ROOM_PX - window_px);
    if above < 0.0 { above } else { below.max(0.0).min(above) }
}

/// Which rows must be in the document.
#[derive(Clone, Copy)]
pub struct InView {
    /// Their places in the list.
    pub range: Memo<Range<usize>>,
    /// How high each is, in CSS pixels; 0 before the first layout.
    pub row_px: Memo<f64>,
}

/// Draws each row in view by its index, in an element of its own that goes when the row is out of view.
pub fn each_row(in_view: InView, row: impl Fn(usize) -> AnyView + Clone + Send + Sync + 'static) -> AnyView {
    let InView { range, row_px } = in_view;
    let offset = move || format!("translateY({}px)", range.get().start as f64 * row_px.get());
    view! {
        <div role="presentation" style:transform=offset>
            <For each=move || range.get() key=|idx| *idx children=row />
        </div>
    }
    .into_any()
}

/// A list box over rows that are drawn by their index.
///
/// The rows must be `role="option"` elements as high as the style's `--row`; the list itself has the keyboard
/// focus, and `active_id` names the row that is meant.
#[component]
pub fn VirtualList<Rows>(
    /// How many rows there are.
    #[prop(into)]
    n_rows: Signal<usize>,
    /// Draws the rows that are in view, such as [`each_row`].
    rows: Rows,
    /// The row to bring into view, whenever this changes.
    #[prop(into)]
    reveal: Signal<Option<usize>>,
    /// The id of the row that the keyboard is on.
    #[prop(into)]
    active_id: Signal<Option<String>>,
    /// What the list is called.
    #[prop(into)]
    label: Signal<String>,
    /// Told how far the list is scrolled, in CSS pixels.
    #[prop(optional)]
    scrolled: Option<RwSignal<f64>>,
) -> impl IntoView
where
    Rows: FnOnce(InView) -> AnyView,
{
    let scroller = NodeRef::<Div>::new();
    let size = use_size(scroller, "--row");
    let scroll_px = scrolled.unwrap_or_else(|| RwSignal::new(0.0));
    let range = Memo::new(move |_| {
        let Size { height_px, custom_px, .. } = size.get();
        rows_in_view(scroll_px.get(), height_px, custom_px, n_rows.get())
    });
    effect(move |_| {
        let (Some(row), Some(element)) = (reveal.get(), scroller.get()) else { return };
        let Size { height_px, custom_px, .. } = size.get();
        if height_px == 0.0 {
            return;
        }
        if let Some(top) = scroll_to_row(row, f64::from(element.scroll_top()), height_px, custom_px) {
            element.set_scroll_top(top as i32);
        }
        show_in_window(&element, row, custom_px, 0.0);
    });
    let full_height = move || format!("{}px", n_rows.get() as f64 * size.get().custom_px);
    let row_px = Memo::new(move |_| size.get().custom_px);

    view! {
        <div
            class="vlist"
            role="listbox"
            tabindex="0"
            aria-label=move || label.get()
            aria-activedescendant=move || active_id.get()
            node_ref=scroller
            on:scroll=move |_| {
                if let Some(element) = scroller.get_untracked() {
                    scroll_px.set(f64::from(element.scroll_top()));
                }
            }
        >
            <div class="vlist-all" role="presentation" style:height=full_height>
                {rows(InView { range, row_px })}
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_near_the_view_are_kept() {
        assert_eq!(rows_in_view(0.0, 240.0, 24.0, 10_000), 0..17);
        assert_eq!(rows_in_view(2_400.0, 240.0, 24.0, 10_000), 94..117);
        assert_eq!(rows_in_view(2_400.0, 240.0, 24.0, 105), 94..105);
        assert_eq!(rows_in_view(9e9, 240.0, 24.0, 10), 10..10);
        assert_eq!(rows_in_view(0.0, 0.0, 0.0, 0), 0..0);
    }

    #[test]
    fn each_row_in_view_has_one_slot_and_keeps_it() {
        let rows =
            |range: Range<usize>| (0..5).map(move |slot| row_in_slot(slot, 5, &range)).collect::<Vec<_>>();
        assert_eq!(rows(0..5), [Some(0), Some(1), Some(2), Some(3), Some(4)]);
        assert_eq!(rows(2..7), [Some(5), Some(6), Some(2), Some(3), Some(4)]);
        assert_eq!(rows(8..10), [None, None, None, Some(8), Some(9)]);
        assert_eq!(row_in_slot(0, 0, &(0..0)), None);
    }

    #[test]
    fn a_row_in_view_stays_where_it_is() {
        assert_eq!(scroll_to_row(3, 0.0, 240.0, 24.0), None);
        assert_eq!(scroll_to_row(100, 0.0, 240.0, 24.0), Some(2_320.0));
        assert_eq!(scroll_to_row(0, 500.0, 240.0, 24.0), Some(0.0));
    }

    #[test]
    fn the_page_moves_no_more_than_it_must() {
        assert_eq!(off_window(300.0, 24.0, 760.0), 0.0);
        assert_eq!(off_window(750.0, 24.0, 760.0), 22.0);
        assert_eq!(off_window(20.0, 24.0, 760.0), -40.0);
        assert_eq!(
            off_window(70.0, 24.0, 80.0),
            10.0,
            "where the window is too low for both, the row's top stays in view"
        );
    }

    #[test]
    fn the_next_row_moves_the_list_by_that_row_only() {
        assert_eq!(scroll_to_row(10, 0.0, 240.0, 24.0), Some(24.0));
        assert_eq!(scroll_to_row(9, 240.0, 240.0, 24.0), Some(216.0));
    }
}
