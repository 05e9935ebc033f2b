//! As many rows as the view holds, used again for whichever come into it.

use std::ops::Range;

use web_sys::HtmlElement;

use super::draw::Drawer;
use super::row::RowView;
use crate::components::virtual_list::{SPARE_ROWS, row_in_slot};

/// The rows in the document.
#[derive(Default)]
pub(super) struct Pool {
    rows: Vec<RowView>,
    row_px: f64,
}

impl Pool {
    /// Shows these rows. A row stays in its slot while it is in view, so scrolling touches new ones only; one that has left
    /// the view stays until its slot is wanted or it is old, since it stands where it belongs.
    pub(super) fn show(&mut self, host: &HtmlElement, range: Range<usize>, row_px: f64, drawer: &Drawer) {
        // Rows of another height stand elsewhere; of no height, as before the first layout, nowhere.
        if row_px != self.row_px {
            self.rows.iter_mut().for_each(RowView::hide);
            self.row_px = row_px;
        }
        if row_px == 0.0 {
            return;
        }
        if self.rows.len() < range.len() {
            // In the middle rows are spare at both ends; with another number of slots all would move.
            while self.rows.len() < range.len() + SPARE_ROWS {
                let Some(row) = RowView::new(host) else { return };
                self.rows.push(row);
            }
        }
        let n_slots = self.rows.len();
        for (slot, view) in self.rows.iter_mut().enumerate() {
            let Some(row) = row_in_slot(slot, n_slots, &range) else {
                if view.is_old(drawer.number) {
                    view.hide();
                }
                continue;
            };
            if !view.shows(row, drawer.number)
                && let Some(drawn) = drawer.draw(row)
            {
                view.fill(drawn, drawer.number, row_px);
            }
        }
    }
}
