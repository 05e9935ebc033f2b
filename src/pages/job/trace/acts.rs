//! What can be done on the trace tab: fold, open, zoom, step from match to match.

use std::sync::Arc;

use domain::format::{Precision, clock};
use domain::job::Origin;
use domain::logs::Level;
use domain::time::{TimeDelta, TimeRange};
use domain::view_state::Switch;
use domain::waterfall::{Forest, Mark, MarkKind, Place, Row, Shape};
use leptos::prelude::*;

use super::super::model::find_line;
use super::model::TraceModel;
use crate::components::waterfall::MarkWords;

/// How much more than a span is shown when its time is to fill the width, as a share of its duration.
const ZOOM_MARGIN: f64 = 0.05;

impl TraceModel {
    /// Changes what is folded away or left out; the address says so, unless it is too much to write.
    pub(super) fn reshape(self, change: impl FnOnce(&mut Shape, &Forest)) {
        if let Some(forest) = self.forest.get_untracked() {
            let mut shape = (*self.shape.get_untracked()).clone();
            change(&mut shape, &forest);
            let folds = shape.described(&forest).unwrap_or_default();
            let hidden = shape.hidden.iter().map(ToString::to_string).collect();
            let errors_only = shape.errors_only;
            self.shape.set(Arc::new(shape));
            self.model.view.replace(|it| {
                (it.waterfall.folds, it.waterfall.hidden) = (folds, hidden);
                it.waterfall.switch(Switch::Errors, errors_only);
            });
        }
    }

    /// Switches something on or off.
    pub(super) fn toggle(self, switch: Switch) {
        self.model.view.replace(|it| {
            let on = !it.waterfall.is_on(switch);
            it.waterfall.switch(switch, on);
            if switch == Switch::Clocks {
                // Other times than those that were zoomed to.
                it.waterfall.zoom = None;
            }
        });
    }

    /// Brings back a span that was folded away.
    pub(super) fn unfold(self, shown: Origin) {
        let (Origin::Span(trace, span), Some(forest)) = (shown, self.forest.get_untracked()) else { return };
        let Some(place) = forest.find(trace, span) else { return };
        let is_folded = |it| self.shape.with_untracked(|shape| shape.is_folded(&forest, it));
        if std::iter::successors(forest.parent(place), |it| forest.parent(*it)).any(is_folded) {
            self.reshape(|shape, forest| shape.reveal(forest, place));
        }
    }

    /// Gives the marks of a row rows of their own, or takes these away.
    pub(super) fn toggle_marks(self, row: usize) {
        let Some(picture) = self.picture.get_untracked() else { return };
        let owner = match picture.rows.get(row) {
            Some(Row::Mark(above, _)) => picture.rows.get(above),
            other => other,
        };
        self.model.view.replace(|it| match owner {
            Some(Row::Lane(lane)) => {
                let service = picture.marks.lanes.get(lane).map(|it| it.service.to_string());
                toggle(&mut it.waterfall.lanes, service);
            }
            Some(Row::Span(place, _)) => {
                toggle(&mut it.waterfall.marks, picture.forest.span(place).map(|it| it.id));
            }
            Some(Row::Mark(..)) | None => {}
        });
    }

    /// Lets a span's time fill the width.
    pub(super) fn zoom_to(self, place: Place) {
        let Some(forest) = self.forest.get_untracked() else { return };
        let margin = (forest.duration(place).nanos() as f64 * ZOOM_MARGIN) as i64;
        let margin = TimeDelta::from_nanos(margin.max(1_000));
        self.zoom
            .set(Some(TimeRange { start: forest.start(place), end: forest.end(place) }.widened_by(margin)));
    }

    /// Chooses the next or the previous match.
    pub(super) fn step(self, ahead: bool) {
        let Some(picture) = self.picture.get_untracked() else { return };
        let from = self.current.get_untracked().and_then(|it| picture.rows.place(it));
        let span = self.find.with_untracked(|it| it.step(from, ahead)).and_then(|it| picture.forest.span(it));
        if let Some(span) = span {
            self.model.select(Origin::Span(span.trace, span.id));
        }
    }

    /// What a mark says in a row of its own.
    pub(super) fn words(self, place: Option<Place>, mark: Mark) -> MarkWords {
        let time = clock(mark.time, self.clock.offset_secs(mark.time), Precision::Millis);
        match mark.kind {
            MarkKind::Line(key) => self.model.report.with_untracked(|it| {
                let record = find_line(&it.evidence, Origin::Line(key));
                let text = record.map(|it| format!("{} {}", it.level.name(), it.message)).unwrap_or_default();
                let level = record.map_or(Level::Unknown, |it| it.level);
                MarkWords { level, time, text, select: Some(Origin::Line(key)) }
            }),
            MarkKind::Event(idx) => {
                let forest = self.forest.get_untracked().unwrap_or_default();
                let span = place.and_then(|it| forest.span(it));
                let event = span.and_then(|it| it.events.get(idx as usize));
                let mut text = event.map(|it| it.name.to_string()).unwrap_or_default();
                for (name, value) in event.iter().flat_map(|it| it.attributes.iter()).take(4) {
                    let value = value.to_string();
                    let first = value.lines().next().unwrap_or_default();
                    text.push_str(&format!(" {name}={first}"));
                }
                let select = span.map(|it| Origin::Span(it.trace, it.id));
                MarkWords { level: mark.level, time, text, select }
            }
        }
    }
}

/// Puts one in, or takes it out.
fn toggle<T: PartialEq>(all: &mut Vec<T>, one: Option<T>) {
    let n_before = all.len();
    all.retain(|it| Some(it) != one.as_ref());
    if all.len() == n_before {
        all.extend(one);
    }
}
