//! From a row's number to what stands where in it: pure, so that it can be tested without a page.

use std::sync::Arc;

use domain::job::Origin;
use domain::time::Timestamp;
use domain::timeline::FoldedAxis;
use domain::waterfall::{Mark, MarkKind, Place, Row};
use leptos::prelude::Callable as _;
use leptos::prelude::Callback;

use super::drawn::{DrawnRow, Stretch, ticks};
use super::wording::{spoken, title};
use super::{MarkWords, Picture};

/// About how wide a letter of a label is.
const LETTER_PX: f64 = 6.2;
/// Room between a bar and its label.
const GAP_PX: f64 = 6.0;

/// What rows are drawn from.
pub(super) struct Drawer {
    pub(super) picture: Arc<Picture>,
    pub(super) axis: Arc<FoldedAxis>,
    pub(super) current: Option<usize>,
    pub(super) lane_px: f64,
    pub(super) offset_secs: i32,
    pub(super) words: Callback<(Option<Place>, Mark), MarkWords>,
    /// Counts up: rows drawn with another number are old.
    pub(super) number: u64,
}

impl Drawer {
    /// The row with this number; `None` beyond the last.
    pub(super) fn draw(&self, row: usize) -> Option<DrawnRow> {
        let is_current = self.current == Some(row);
        let mut drawn = match self.picture.rows.get(row)? {
            Row::Span(place, depth) => self.span(place, depth),
            Row::Lane(lane) => self.lane(lane)?,
            Row::Mark(owner, idx) => self.mark(owner, idx)?,
        };
        drawn.row = row;
        drawn.is_current = is_current;
        if is_current {
            drawn.classes.push_str(" on");
        }
        Some(drawn)
    }

    /// What a row says to the pointer that rests on it.
    pub(super) fn title(&self, row: usize) -> Option<String> {
        match self.picture.rows.get(row)? {
            Row::Span(place, _) => {
                let wait = self.picture.edges.wait_before(place);
                Some(title(&self.picture, place, wait, self.offset_secs))
            }
            Row::Lane(lane) => self.lane(lane).map(|it| it.spoken),
            Row::Mark(owner, idx) => self.mark(owner, idx).map(|it| it.name),
        }
    }

    /// What choosing a row selects.
    pub(super) fn origin(&self, row: usize) -> Option<Origin> {
        match self.picture.rows.get(row)? {
            Row::Span(place, _) => self.origin_of(place),
            Row::Lane(_) => self.origin_of_mark(row, 0),
            Row::Mark(owner, idx) => self.origin_of_mark(owner, idx),
        }
    }

    /// What choosing a mark of a row selects.
    pub(super) fn origin_of_mark(&self, row: usize, mark: usize) -> Option<Origin> {
        let (place, mark) = self.marks(row).nth(mark)?;
        match mark.kind {
            MarkKind::Line(key) => Some(Origin::Line(key)),
            MarkKind::Event(_) => self.origin_of(place?),
        }
    }

    fn origin_of(&self, place: Place) -> Option<Origin> {
        self.picture.forest.span(place).map(|it| Origin::Span(it.trace, it.id))
    }

    /// The marks of a lane or a span.
    fn marks(&self, row: usize) -> Box<dyn Iterator<Item = (Option<Place>, Mark)> + '_> {
        let marks = &self.picture.marks;
        match self.picture.rows.get(row) {
            Some(Row::Span(place, _)) => Box::new(marks.on(place).iter().map(|it| (Some(it.0), it.1))),
            Some(Row::Lane(lane)) => {
                let lane = marks.lanes.get(lane).map(|it| it.marks.as_slice()).unwrap_or_default();
                Box::new(lane.iter().map(|it| (None, *it)))
            }
            Some(Row::Mark(owner, _)) if owner != row => self.marks(owner),
            Some(Row::Mark(..)) | None => Box::new(std::iter::empty()),
        }
    }

    fn span(&self, place: Place, depth: u16) -> DrawnRow {
        let picture = &*self.picture;
        let forest = &*picture.forest;
        let (start, end) = (forest.start(place), forest.end(place));
        let colour = picture.colours.get(forest.service(place)).copied();
        let is_found = picture.find.has(place);
        let mut classes = "span".to_owned();
        let (lacks_parent, is_circular) = (forest.lacks_parent(place), forest.is_circular(place));
        for (holds, class) in [
            (forest.is_error(place), " bad"),
            (is_found, " found"),
            (!picture.find.is_blank() && !is_found, " faint"),
            (lacks_parent || is_circular, " odd"),
        ] {
            classes.push_str(if holds { class } else { "" });
        }
        let bar = self.stretch(start, end);
        if bar.is_none() {
            classes.push_str(if end < self.first() { " before" } else { " after" });
        }
        let path = picture.path.as_ref().map(|it| it.of(place)).unwrap_or_default();
        let wait = picture.edges.wait_before(place);
        let wait_at = wait.and_then(|it| self.stretch(start - it, start));
        let taken = wait_at.map(|it| it.0);
        let (label, label_at, is_label_inside) =
            bar.map_or_else(Default::default, |it| self.label(place, it, taken));
        let span = forest.span(place);
        // Below a span of the same service its colour says enough, and the name has the room.
        let is_told =
            depth > 0 && forest.parent(place).map(|it| forest.service(it)) == Some(forest.service(place));
        let service = if is_told { String::new() } else { service_name(span.map_or("", |it| it.service())) };
        let ticks = ticks(self.axis(), self.lane_px, picture.marks.on(place).iter().map(|it| it.1));
        DrawnRow {
            classes,
            colour,
            depth,
            folded: (forest.n_below(place) > 0).then(|| picture.shape.is_folded(forest, place)),
            service,
            name: span.map(|it| it.name.to_string()).unwrap_or_default(),
            note: match (lacks_parent, is_circular) {
                (true, _) => "parent not stored",
                (_, true) => "its parents lead back to it",
                (false, false) => "",
            },
            n_marks: counted(picture.marks.on(place).len()),
            bar,
            wait: wait_at,
            label,
            label_at,
            is_label_inside,
            path: path.iter().filter_map(|it| self.stretch(it.start, it.end)).collect(),
            ticks,
            spoken: spoken(picture, place),
            ..DrawnRow::default()
        }
    }

    fn lane(&self, lane: usize) -> Option<DrawnRow> {
        let lane = self.picture.marks.lanes.get(lane)?;
        let colours = self.picture.forest.services().iter().zip(&*self.picture.colours);
        let colour = colours.filter(|(it, _)| it.name == lane.service).map(|(_, colour)| *colour).next();
        let n = lane.marks.len();
        let words =
            if n == 1 { "1 line without a span".to_owned() } else { format!("{n} lines without a span") };
        let service = service_name(&lane.service);
        Some(DrawnRow {
            classes: "lane".to_owned(),
            colour,
            spoken: format!("{service}: {words}"),
            service,
            name: words,
            n_marks: counted(n),
            ticks: ticks(self.axis(), self.lane_px, lane.marks.iter().copied()),
            ..DrawnRow::default()
        })
    }

    fn mark(&self, owner: usize, idx: usize) -> Option<DrawnRow> {
        let (place, mark) = self.marks(owner).nth(idx)?;
        let words = self.words.run((place, mark));
        let depth = place.map_or(0, |it| self.picture.forest.depth(it));
        Some(DrawnRow {
            classes: format!("mark {}", if words.level.is_error() { "bad" } else { "" }),
            depth: depth.saturating_add(1),
            ticks: ticks(self.axis(), self.lane_px, std::iter::once(mark)),
            spoken: format!("{} {}", words.time, words.text),
            service: words.time,
            name: words.text,
            ..DrawnRow::default()
        })
    }

    fn axis(&self) -> &FoldedAxis {
        &self.axis
    }

    fn first(&self) -> Timestamp {
        self.axis.corners.first().map_or(Timestamp::default(), |it| it.0)
    }

    fn last(&self) -> Timestamp {
        self.axis.corners.last().map_or(Timestamp::default(), |it| it.0)
    }

    /// Where a stretch of time stands; `None` outside of what is shown.
    fn stretch(&self, start: Timestamp, end: Timestamp) -> Option<Stretch> {
        if end < self.first() || start > self.last() {
            return None;
        }
        let (left, right) = (self.axis.place_of(start) * 100.0, self.axis.place_of(end) * 100.0);
        Some((left, (right - left).max(0.0)))
    }

    /// The duration, right of the bar if there is room, else left of it and of its wait, else on it, else nowhere: no
    /// letter is cut.
    fn label(&self, place: Place, (left, width): Stretch, taken: Option<f64>) -> (String, f64, bool) {
        let text = self.picture.forest.duration(place).to_string();
        let room_pct = (text.chars().count() as f64 * LETTER_PX + GAP_PX) / self.lane_px.max(1.0) * 100.0;
        let (right, left) = (left + width, taken.unwrap_or(left));
        if right + room_pct <= 100.0 {
            (text, right, false)
        } else if left >= room_pct {
            // Counted from the right end.
            (text, left - 100.0, false)
        } else if width >= room_pct {
            (text, right - width, true)
        } else {
            (String::new(), 0.0, false)
        }
    }
}

fn service_name(name: &str) -> String {
    if name.is_empty() { "no service named".to_owned() } else { name.to_owned() }
}

fn counted(n: usize) -> String {
    if n == 0 { String::new() } else { n.to_string() }
}
