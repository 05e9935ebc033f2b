//! The rows in the document: as many as the view holds, used again for whichever come into it.

use std::ops::Range;
use std::sync::Arc;

use domain::ids::JobId;
use domain::jobs::{Field, Gone, JobRow};
use domain::time::Timestamp;
use domain::view_state::Page;
use leptos::html::Div;
use leptos::prelude::*;
use web_sys::HtmlElement;

use super::cells::{CellPlace, cell};
use super::model::Model;
use super::row::{DrawnRow, RowView};
use crate::components::virtual_list::{InView, row_in_slot};
use crate::state::{Memo, effect, go_to};

/// The rows in view, each at its own height in the list: a scroll moves only those that come into view.
#[component]
pub(super) fn JobRows(
    model: Model,
    in_view: InView,
    columns: Memo<Vec<Field>>,
    template: Memo<String>,
) -> impl IntoView {
    let host = NodeRef::<Div>::new();
    let rows = StoredValue::new_local(Vec::<Slot>::new());
    // Raised when every row must be looked at again, whichever job it shows.
    let look = Memo::new(move |old: Option<&u32>| {
        columns.track();
        template.track();
        model.system.track();
        // The zone of times is in the view, and so is what the links keep.
        model.view.state().track();
        old.map_or(0, |it| it.wrapping_add(1))
    });
    let n_rows = Memo::new(move |_| model.shown.with(|it| it.rows.len()));
    effect(move |_| {
        let Some(host) = host.get() else { return };
        let is_open =
            |row| model.shown.with(|it| it.rows.get(row).is_some_and(|it: &Arc<JobRow>| it.is_open()));
        // A job that goes on is looked at anew each second; all others stand still.
        let (range, row_px) = (in_view.range.get(), in_view.row_px.get());
        if row_px == 0.0 {
            return;
        }
        let second = range.clone().any(is_open).then(|| model.clock.second());
        let active = model.active.get();
        let drawer = Drawer {
            model,
            columns: columns.get(),
            template: template.get(),
            look: look.get(),
            n_rows: n_rows.get(),
            row_px,
            active,
            second,
        };
        rows.update_value(|rows| drawer.draw(rows, &host, range));
    });
    view! { <div role="presentation" node_ref=host></div> }
}

/// A row, and the job and all else that it was last drawn from; nothing while it is not in the document.
struct Slot {
    view: RowView,
    drawn_from: Option<(Arc<JobRow>, DrawnFrom)>,
}

/// While none of this changes, nor the job, a row stays as it is.
#[derive(PartialEq)]
struct DrawnFrom {
    place: usize,
    now: Option<Timestamp>,
    gone: Option<Gone>,
    is_active: bool,
    look: u32,
    n_rows: usize,
    row_px: f64,
}

/// What all rows of one drawing share.
struct Drawer {
    model: Model,
    columns: Vec<Field>,
    template: String,
    look: u32,
    n_rows: usize,
    row_px: f64,
    active: Option<JobId>,
    second: Option<Timestamp>,
}

impl Drawer {
    /// Shows the rows of the range and no others. A row stays in its slot while it is in view.
    fn draw(&self, slots: &mut Vec<Slot>, host: &HtmlElement, range: Range<usize>) {
        if slots.first().is_some_and(|it| !it.view.has_columns(&self.columns)) {
            slots.drain(..).for_each(|it| it.view.leave());
        }
        while slots.len() < range.len() {
            let Some(view) = RowView::new(&self.columns) else { return };
            slots.push(Slot { view, drawn_from: None });
        }
        let n_slots = slots.len();
        self.model.shown.with_untracked(|shown| {
            for (idx, slot) in slots.iter_mut().enumerate() {
                let row = row_in_slot(idx, n_slots, &range);
                match row.and_then(|row| Some((row, shown.rows.get(row)?))) {
                    Some((row, job)) => self.fill(slot, row, job, shown.gone_at(row)),
                    None => {
                        slot.view.leave();
                        slot.drawn_from = None;
                    }
                }
            }
        });
        // In the document they stand in the order of their slots.
        let mut before = None;
        for slot in slots.iter().filter(|it| it.drawn_from.is_some()) {
            slot.view.stand_after(host, before);
            before = Some(&slot.view);
        }
    }

    fn fill(&self, slot: &mut Slot, place: usize, job: &Arc<JobRow>, gone: Option<Gone>) {
        let from = DrawnFrom {
            place,
            now: self.second.filter(|_| job.is_open()),
            gone,
            is_active: self.active.as_ref() == Some(&job.id),
            look: self.look,
            n_rows: self.n_rows,
            row_px: self.row_px,
        };
        if slot.drawn_from.as_ref().is_some_and(|it| Arc::ptr_eq(&it.0, job) && it.1 == from) {
            return;
        }
        let now = from.now.unwrap_or_else(|| self.model.now.get_untracked());
        let cells = self.model.system.with_untracked(|system| {
            let at = CellPlace { clock: self.model.clock, system, now };
            self.columns.iter().map(|field| cell(*field, job, &at)).collect()
        });
        let href = self.model.view.href(|it| {
            go_to(it, Page::Job);
            it.job = Some(job.id.clone());
        });
        slot.view.fill(DrawnRow {
            place,
            top_px: place as f64 * self.row_px,
            n_rows: self.n_rows,
            state: job.state.name(),
            is_active: from.is_active,
            gone: gone.map_or("", Gone::words),
            href,
            template: self.template.clone(),
            cells,
        });
        slot.drawn_from = Some((job.clone(), from));
    }
}
