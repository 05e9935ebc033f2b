//! One job's row: a link of cells whose elements are filled again and again.

use domain::job::JobState;
use domain::jobs::Field;
use web_sys::{HtmlElement, Text};

use crate::components::badge::{ShapeElement, Tone};
use crate::components::element::{child, element, set, style, text_in};

/// The id of the row's element, by its place in the list.
pub(super) fn row_id(row: usize) -> String {
    format!("job-row-{row}")
}

/// What a row says.
#[derive(Default)]
pub(super) struct DrawnRow {
    /// Its place in the list, from 0.
    pub(super) place: usize,
    /// How far below the list's top it stands, in CSS pixels.
    pub(super) top_px: f64,
    /// How many rows the list has.
    pub(super) n_rows: usize,
    /// The name of the job's state.
    pub(super) state: &'static str,
    /// Whether the keyboard is on it.
    pub(super) is_active: bool,
    /// Why it no longer belongs here; empty where it does.
    pub(super) gone: &'static str,
    pub(super) href: String,
    /// The widths of the columns.
    pub(super) template: String,
    pub(super) cells: Vec<DrawnCell>,
}

/// What a cell says; empty where it has no such thing.
#[derive(Default)]
pub(super) struct DrawnCell {
    pub(super) class: &'static str,
    pub(super) tone: Option<Tone>,
    pub(super) text: String,
    /// What follows the text, less loud.
    pub(super) more: String,
    pub(super) title: String,
    /// A picture as a `background`.
    pub(super) picture: String,
}

/// The elements of a row.
pub(super) struct RowView {
    root: HtmlElement,
    cells: Vec<CellView>,
    gone: Option<HtmlElement>,
    columns: Vec<Field>,
    shown: Option<DrawnRow>,
}

impl RowView {
    /// A row of these columns, not in the document yet.
    pub(super) fn new(columns: &[Field]) -> Option<Self> {
        let root = element("a", "job-row")?;
        set(&root, "role", "option");
        set(&root, "tabindex", "-1");
        let cells = columns.iter().map(|field| CellView::new(&root, *field)).collect::<Option<_>>()?;
        Some(Self { root, cells, gone: None, columns: columns.to_vec(), shown: None })
    }

    pub(super) fn has_columns(&self, columns: &[Field]) -> bool {
        self.columns == columns
    }

    /// Takes it out of the document.
    pub(super) fn leave(&self) {
        self.root.remove();
    }

    /// Puts it into the document behind another row, or first, unless it is there. Refused only where the document is gone.
    pub(super) fn stand_after(&self, host: &HtmlElement, before: Option<&Self>) {
        if !self.root.is_connected() {
            let next = before.map_or_else(|| host.first_child(), |it| it.root.next_sibling());
            let _ = host.insert_before(&self.root, next.as_ref());
        }
    }

    /// Shows a job, touching what differs from the last.
    pub(super) fn fill(&mut self, new: DrawnRow) {
        let (root, old) = (&self.root, self.shown.as_ref());
        let class = |it: &DrawnRow| (it.state, it.is_active, it.gone);
        if old.map(class) != Some(class(&new)) {
            let on = if new.is_active { " on" } else { "" };
            let gone = if new.gone.is_empty() { "" } else { " gone" };
            root.set_class_name(&format!("job-row {}{on}{gone}", new.state));
        }
        if old.map(|it| it.is_active) != Some(new.is_active) {
            set(root, "aria-selected", if new.is_active { "true" } else { "false" });
        }
        if old.map(|it| it.place) != Some(new.place) {
            root.set_id(&row_id(new.place));
            set(root, "aria-posinset", &(new.place + 1).to_string());
        }
        if old.map(|it| it.top_px) != Some(new.top_px) {
            style(root, "top", &format!("{}px", new.top_px));
        }
        if old.map(|it| it.n_rows) != Some(new.n_rows) {
            set(root, "aria-setsize", &new.n_rows.to_string());
        }
        if old.map(|it| &it.href) != Some(&new.href) {
            set(root, "href", &new.href);
        }
        if old.map(|it| &it.template) != Some(&new.template) {
            style(root, "grid-template-columns", &new.template);
        }
        let nothing = DrawnCell::default();
        for (idx, (view, cell)) in self.cells.iter().zip(&new.cells).enumerate() {
            view.fill(old.and_then(|it| it.cells.get(idx)).unwrap_or(&nothing), cell);
        }
        if old.map_or("", |it| it.gone) != new.gone {
            if let Some(note) = self.gone.take() {
                note.remove();
            }
            self.gone = if new.gone.is_empty() { None } else { child(root, "em", "") };
            self.gone.iter().for_each(|it| it.set_text_content(Some(new.gone)));
        }
        self.shown = Some(new);
    }
}

/// The elements of a cell.
struct CellView {
    root: HtmlElement,
    text: Text,
    shape: Option<ShapeElement>,
    more: Option<HtmlElement>,
    is_picture: bool,
}

impl CellView {
    fn new(row: &HtmlElement, field: Field) -> Option<Self> {
        let root = child(row, "span", "")?;
        let shape = if field == Field::State { Some(ShapeElement::new(&root)?) } else { None };
        let text = text_in(&root)?;
        let more = if field == Field::ErrorCode { Some(child(&root, "span", "dim")?) } else { None };
        let is_picture = field == Field::Timeline;
        if is_picture {
            set(&root, "role", "img");
        }
        Some(Self { root, text, shape, more, is_picture })
    }

    fn fill(&self, old: &DrawnCell, new: &DrawnCell) {
        if old.class != new.class {
            self.root.set_class_name(new.class);
        }
        if old.text != new.text {
            self.text.set_data(&new.text);
        }
        if old.title != new.title {
            set(&self.root, "title", &new.title);
            if self.is_picture {
                set(&self.root, "aria-label", &new.title);
            }
        }
        if old.picture != new.picture {
            style(&self.root, "background", &new.picture);
        }
        if let Some(more) = self.more.as_ref().filter(|_| old.more != new.more) {
            more.set_text_content(Some(&new.more));
        }
        if let Some((shape, tone)) = self.shape.as_ref().zip(new.tone).filter(|_| old.tone != new.tone) {
            shape.set(tone);
        }
    }
}

/// Whether a job's state wants a look.
pub(super) const fn is_loud(state: JobState) -> bool {
    matches!(state, JobState::Failed | JobState::Stuck)
}
