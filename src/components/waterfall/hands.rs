//! What keys and clicks on the rows do.

use std::sync::Arc;

use domain::waterfall::{Place, Row};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::draw::Drawer;
use super::{Acts, Picture};
use crate::components::element::set;
use crate::state::Memo;

/// How many rows Page Up and Page Down go.
const PAGE_ROWS: usize = 20;

/// What is needed to act.
#[derive(Clone, Copy)]
pub(super) struct Hands {
    pub(super) picture: Signal<Arc<Picture>>,
    pub(super) drawer: Memo<Arc<Drawer>>,
    pub(super) current: Signal<Option<usize>>,
    pub(super) n_rows: Memo<usize>,
    pub(super) acts: Acts,
}

impl Hands {
    /// Up and down, pages and ends go through the rows; left and right fold, unfold and go sideways.
    pub(super) fn key(self, event: &ev::KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let last = self.n_rows.get_untracked().saturating_sub(1);
        let from = self.current.get_untracked();
        let row = from.unwrap_or(0);
        let span = from.and_then(|it| self.span_at(it));
        let to = match event.key().as_str() {
            "ArrowDown" => from.map_or(0, |it| (it + 1).min(last)),
            "ArrowUp" => row.saturating_sub(1),
            "PageDown" => (row + PAGE_ROWS).min(last),
            "PageUp" => row.saturating_sub(PAGE_ROWS),
            "Home" => 0,
            "End" => last,
            side @ ("ArrowRight" | "ArrowLeft") => {
                event.prevent_default();
                if let Some(place) = span {
                    self.sideways(place, side == "ArrowRight");
                }
                return;
            }
            "Enter" => return self.acts.open.run(()),
            "Escape" => return self.acts.clear.run(()),
            "z" => {
                if let Some(place) = span {
                    self.acts.zoom_to.run(place);
                }
                return;
            }
            "l" => return self.acts.open_marks.run(row),
            _ => return,
        };
        event.prevent_default();
        self.choose(to);
    }

    /// A click on the sign folds, on the count opens the marks, on a mark chooses it, elsewhere chooses the row.
    pub(super) fn click(self, event: &ev::MouseEvent) {
        let Some((target, row)) = row_below(event) else { return };
        let is_on = |attribute: &str| target.closest(&format!("[{attribute}]")).ok().flatten().is_some();
        let place = self.picture.with_untracked(|it| it.rows.place(row));
        if let (true, Some(place)) = (is_on("data-fold"), place) {
            let is_folded = self.picture.with_untracked(|it| it.shape.is_folded(&it.forest, place));
            return self.acts.fold.run((place, !is_folded));
        }
        if is_on("data-marks") {
            return self.acts.open_marks.run(row);
        }
        let mark = number_above(&target, "data-mark");
        match mark.and_then(|mark| self.drawer.with_untracked(|it| it.origin_of_mark(row, mark))) {
            Some(origin) => self.acts.select.run(origin),
            None => self.choose(row),
        }
        self.acts.open.run(());
    }

    /// A double click lets the span's time fill the width.
    pub(super) fn double_click(self, event: &ev::MouseEvent) {
        if let Some(place) = row_below(event).and_then(|(_, row)| self.span_at(row)) {
            self.acts.zoom_to.run(place);
        }
    }

    /// A row says more to the pointer that rests on it; worked out only then, so that scrolling need not.
    pub(super) fn hover(self, event: &ev::PointerEvent) {
        let Some((target, row)) = row_below(event) else { return };
        let title = self.drawer.with_untracked(|it| it.title(row));
        if let (Ok(Some(element)), Some(title)) = (target.closest("[data-row]"), title) {
            set(&element, "title", &title);
        }
    }

    fn span_at(self, row: usize) -> Option<Place> {
        self.picture.with_untracked(|it| match it.rows.get(row)? {
            Row::Span(place, _) => Some(place),
            Row::Lane(_) | Row::Mark(..) => None,
        })
    }

    fn choose(self, row: usize) {
        if let Some(origin) = self.drawer.with_untracked(|it| it.origin(row)) {
            self.acts.select.run(origin);
        }
    }

    /// Right: unfolds, else goes to the first child. Left: folds, else goes to the parent.
    fn sideways(self, place: Place, is_right: bool) {
        let picture = self.picture.get_untracked();
        let forest = &picture.forest;
        let (is_folded, has_children) = (picture.shape.is_folded(forest, place), forest.n_below(place) > 0);
        if has_children && is_folded == is_right {
            return self.acts.fold.run((place, !is_right));
        }
        let to = if is_right { forest.children(place).next() } else { forest.parent(place) };
        if let Some(row) = to.and_then(|it| picture.rows.nearest_row(forest, it)) {
            self.choose(row);
        }
    }
}

/// What was clicked, and in which row.
fn row_below(event: &ev::MouseEvent) -> Option<(Element, usize)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let row = number_above(&target, "data-row")?;
    Some((target, row))
}

/// The number in an attribute of an element or of one above it.
fn number_above(element: &Element, attribute: &str) -> Option<usize> {
    element.closest(&format!("[{attribute}]")).ok()??.get_attribute(attribute)?.parse().ok()
}
