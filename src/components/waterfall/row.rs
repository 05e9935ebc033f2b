//! One row's elements, filled again and again with what the row in view says.

use web_sys::HtmlElement;

use super::drawn::{DrawnRow, DrawnTick, Stretch};
use crate::components::element::{Words, child, element, set, set_or_remove, show, stretch, style};
use crate::components::timeline::colour_class;

/// Deeper levels are not indented further: the name must stay readable.
const MAX_INDENTS: u16 = 14;

const SWATCH: &str = "wf-swatch";
const BAR: &str = "wf-bar";

/// The elements of a row.
pub(super) struct RowView {
    root: HtmlElement,
    spoken: HtmlElement,
    name: HtmlElement,
    fold: Words,
    swatch: HtmlElement,
    service: Words,
    operation: Words,
    note: Words,
    marks: Words,
    wait: HtmlElement,
    bar: HtmlElement,
    label: Words,
    paths: Several,
    ticks: Several,
    shown: DrawnRow,
    number: Option<u64>,
}

/// As many elements of one kind as are needed.
struct Several {
    host: HtmlElement,
    class: &'static str,
    made: Vec<HtmlElement>,
}

impl RowView {
    /// A row below a host, not in view yet.
    pub(super) fn new(host: &HtmlElement) -> Option<Self> {
        let root = element("div", "wf-row")?;
        set(&root, "role", "treeitem");
        show(&root, false);
        // What is heard is a label and not a text: nobody sees it, and it need not be laid out.
        let spoken = child(&root, "span", "wf-spoken")?;
        set(&spoken, "role", "img");
        let name = child(&root, "div", "wf-name")?;
        let fold = Words::new(&name, "wf-fold")?;
        set(&fold.root, "data-fold", "");
        let swatch = child(&name, "i", &coloured(SWATCH, None))?;
        let service = Words::new(&name, "wf-service")?;
        let operation = Words::new(&name, "wf-operation")?;
        let note = Words::new(&name, "wf-note")?;
        let marks = Words::new(&name, "wf-marks")?;
        set(&marks.root, "data-marks", "");
        let track = child(&root, "div", "wf-track")?;
        let plot = child(&track, "div", "wf-plot")?;
        let wait = child(&plot, "i", "wf-wait")?;
        let bar = child(&plot, "i", &coloured(BAR, None))?;
        let paths = Several { host: child(&plot, "span", "wf-paths")?, class: "wf-path", made: Vec::new() };
        let label = Words::new(&plot, "wf-label")?;
        let ticks = Several { host: child(&plot, "span", "wf-ticks")?, class: "wf-tick", made: Vec::new() };
        for hidden in [&name, &track] {
            set(hidden, "aria-hidden", "true");
        }
        for optional in [&service.root, &note.root, &marks.root, &wait, &bar, &label.root] {
            show(optional, false);
        }
        host.append_child(&root).ok()?;
        let shown = DrawnRow { row: usize::MAX, ..DrawnRow::default() };
        Some(Self {
            root,
            spoken,
            name,
            fold,
            swatch,
            service,
            operation,
            note,
            marks,
            wait,
            bar,
            label,
            paths,
            ticks,
            shown,
            number: None,
        })
    }

    /// The id of the element that shows a row.
    pub(super) fn id(row: usize) -> String {
        format!("wf-{row}")
    }

    /// Whether it shows this row as this drawing has it.
    pub(super) fn shows(&self, row: usize, number: u64) -> bool {
        self.shown.row == row && self.number == Some(number)
    }

    /// Whether what it shows is older than this drawing.
    pub(super) fn is_old(&self, number: u64) -> bool {
        self.number != Some(number)
    }

    /// Takes it out of view.
    pub(super) fn hide(&mut self) {
        if self.number.is_some() {
            show(&self.root, false);
            set_or_remove(&self.root, "id", None);
        }
        self.shown.row = usize::MAX;
        self.number = None;
    }

    /// Shows a row, touching what differs from the last.
    pub(super) fn fill(&mut self, drawn: DrawnRow, number: u64, row_px: f64) {
        let (old, new) = (&self.shown, &drawn);
        if self.number.is_none() {
            show(&self.root, true);
        }
        if old.row != new.row || self.number.is_none() {
            style(&self.root, "transform", &format!("translateY({}px)", new.row as f64 * row_px));
            set(&self.root, "data-row", &new.row.to_string());
            self.root.set_id(&Self::id(new.row));
        }
        if old.classes != new.classes {
            self.root.set_class_name(&format!("wf-row {}", new.classes));
        }
        if old.is_current != new.is_current || self.number.is_none() {
            set(&self.root, "aria-selected", if new.is_current { "true" } else { "false" });
        }
        if old.depth != new.depth || self.number.is_none() {
            style(
                &self.name,
                "padding-left",
                &format!("calc(var(--wf-indent) * {})", new.depth.min(MAX_INDENTS)),
            );
            set(&self.root, "aria-level", &(new.depth + 1).to_string());
        }
        if old.folded != new.folded {
            let expanded = new.folded.map(|is_folded| if is_folded { "false" } else { "true" });
            set_or_remove(&self.root, "aria-expanded", expanded);
        }
        self.fold.say(sign(old.folded), sign(new.folded));
        if old.colour != new.colour {
            // Not on the row: a variable of the row is one of everything in it.
            self.swatch.set_class_name(&coloured(SWATCH, new.colour));
            self.bar.set_class_name(&coloured(BAR, new.colour));
        }
        self.operation.say(&old.name, &new.name);
        self.service.say_or_hide(&old.service, &new.service);
        self.note.say_or_hide(old.note, new.note);
        self.marks.say_or_hide(&old.n_marks, &new.n_marks);
        self.label.say_or_hide(&old.label, &new.label);
        if old.is_label_inside != new.is_label_inside {
            self.label.root.set_class_name(if new.is_label_inside { "wf-label inside" } else { "wf-label" });
        }
        if old.label_at != new.label_at || old.label.is_empty() != new.label.is_empty() {
            let (left, right) = if new.label_at < 0.0 {
                ("auto".to_owned(), format!("{:.3}%", -new.label_at))
            } else {
                (format!("{:.3}%", new.label_at), "auto".to_owned())
            };
            style(&self.label.root, "left", &left);
            style(&self.label.root, "right", &right);
        }
        place(&self.bar, old.bar, new.bar);
        place(&self.wait, old.wait, new.wait);
        if old.path != new.path {
            self.paths.fill(&new.path, |it, at| stretch(it, *at));
        }
        if old.ticks != new.ticks {
            self.ticks.fill(&new.ticks, tick);
        }
        if old.spoken != new.spoken {
            set(&self.spoken, "aria-label", &new.spoken);
        }
        self.shown = drawn;
        self.number = Some(number);
    }
}

impl Several {
    fn fill<T>(&mut self, wanted: &[T], fill: impl Fn(&HtmlElement, &T)) {
        while self.made.len() < wanted.len() {
            let Some(more) = child(&self.host, "i", self.class) else { return };
            self.made.push(more);
        }
        for (idx, element) in self.made.iter().enumerate() {
            let one = wanted.get(idx);
            show(element, one.is_some());
            if let Some(one) = one {
                fill(element, one);
            }
        }
    }
}

const fn sign(folded: Option<bool>) -> &'static str {
    match folded {
        Some(true) => "▸",
        Some(false) => "▾",
        None => "",
    }
}

fn coloured(class: &str, colour: Option<usize>) -> String {
    format!("{class} {}", colour_class(colour))
}

fn tick(element: &HtmlElement, tick: &DrawnTick) {
    element.set_class_name(tick.class);
    style(element, "left", &format!("{:.3}%", tick.left));
    set(element, "data-mark", &tick.first.to_string());
    let more = if tick.n > 1 { format!("{} at once", tick.n) } else { String::new() };
    set(element, "title", &more);
}

fn place(element: &HtmlElement, old: Option<Stretch>, new: Option<Stretch>) {
    if old == new {
        return;
    }
    show(element, new.is_some());
    if let Some(new) = new {
        stretch(element, new);
    }
}
