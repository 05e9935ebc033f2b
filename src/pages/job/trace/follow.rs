//! What the trace tab follows: the choice of a trace, the text that is looked for, what is shown in full.

use std::sync::Arc;

use domain::job::Origin;
use domain::time::TimeRange;
use domain::timeline::{FoldedAxis, Folding};
use domain::trace::Trace;
use domain::view_state::Switch;
use domain::waterfall::{Find, Forest, Mark, MarkKind, Row, Shape, Skew, skew};
use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;

use super::super::model::{Model, find_line};
use crate::components::waterfall::Picture;
use crate::net::turns::{Turns, give_turn};
use crate::state::{Memo, View, effect};

/// Fewer spans are laid out at once; more, in turns of the page.
const FEW_SPANS: usize = 3_000;
/// Spans that are searched between two looks at the clock.
const SPANS_AT_A_TIME: usize = 500;

/// The trace that the address names, else that of what is shown, else the newest; or all.
pub(super) fn chosen(model: Model, traces: Memo<Vec<Trace>>, together: Memo<bool>) -> Memo<Vec<Trace>> {
    let named = model.view.part(|it| it.trace);
    Memo::new(move |_| {
        traces.with(|traces| {
            if together.get() || traces.len() < 2 {
                return traces.clone();
            }
            let of_shown = || match model.shown.get() {
                Some(Origin::Span(trace, _)) => Some(trace),
                Some(Origin::Line(key)) => {
                    model.evidence.with(|it| find_line(it, Origin::Line(key)).and_then(|it| it.roles.trace))
                }
                Some(Origin::Inferred) | None => None,
            };
            let with = |id| traces.iter().find(|it| it.spans.first().is_some_and(|it| it.trace == id));
            let trace = named.get().and_then(with).or_else(|| of_shown().and_then(with)).or(traces.last());
            trace.cloned().into_iter().collect()
        })
    })
}

/// Follows the choice: builds its forest, many spans in turns of the page.
pub(super) fn lay_out(
    chosen: Memo<Vec<Trace>>,
    corrected: Memo<bool>,
    skew_of: RwSignal<Arc<Skew>>,
    forest: RwSignal<Option<Arc<Forest>>>,
) {
    effect(move |before: Option<Vec<Trace>>| {
        let (traces, corrected) = (chosen.get(), corrected.get());
        let is_new = before.as_ref() != Some(&traces);
        let n_spans: usize = traces.iter().map(|it| it.spans.len()).sum();
        let wanted = traces.clone();
        let build = move |skew: &Skew| {
            let corrections = if corrected { skew.corrections() } else { Vec::new() };
            Arc::new(Forest::in_corrected_time(&wanted, &corrections))
        };
        let known = skew_of.get_untracked();
        let show = move |it| forest.set(Some(it));
        let known = if is_new { Arc::default() } else { known };
        if n_spans <= FEW_SPANS {
            let raw = Arc::new(Forest::new(&traces));
            let skew = if is_new { Arc::new(skew(&raw)) } else { known };
            show(if corrected { build(&skew) } else { raw });
            skew_of.set(skew);
            return traces;
        }
        if is_new {
            forest.set(None);
        }
        spawn_local_scoped_with_cancellation(async move {
            give_turn().await;
            let built = build(&known);
            give_turn().await;
            show(built.clone());
            if is_new {
                skew_of.set(known);
                // Painted first.
                give_turn().await;
                give_turn().await;
                let found = Arc::new(skew(&built));
                skew_of.set(Arc::clone(&found));
                if corrected {
                    give_turn().await;
                    show(build(&found));
                }
            }
        });
        traces
    });
}

/// Follows the text that is looked for, in turns of the page.
pub(super) fn follow_text(model: Model, forest: RwSignal<Option<Arc<Forest>>>, found: RwSignal<Arc<Find>>) {
    let text = model.view.part(|it| it.query.clone());
    effect(move |_| {
        let mut find = Find::new(&text.get());
        let Some(forest) = forest.get() else { return };
        if find.is_blank() {
            if found.with_untracked(|it| !it.is_blank()) {
                found.set(Arc::new(find));
            }
            return;
        }
        spawn_local_scoped_with_cancellation(async move {
            let mut turns = Turns::begin();
            while !find.run(&forest, SPANS_AT_A_TIME) {
                turns.give().await;
            }
            found.try_set(Arc::new(find));
        });
    });
}

/// The stretch of time that fills the width, which the address says as well.
pub(super) fn zoom(view: View) -> RwSignal<Option<TimeRange>> {
    let asked = view.part(|it| it.waterfall.zoom);
    let zoom = RwSignal::new(asked.get_untracked());
    effect(move |_| {
        let asked = asked.get();
        if zoom.get_untracked() != asked {
            zoom.set(asked);
        }
    });
    effect(move |_| {
        let zoom = zoom.get();
        view.replace(|it| it.waterfall.zoom = zoom);
    });
    zoom
}

/// Follows what the address says is folded away or left out.
pub(super) fn shape(view: View, forest: RwSignal<Option<Arc<Forest>>>, shape: RwSignal<Arc<Shape>>) {
    let asked = view.part(|it| {
        let it = &it.waterfall;
        (it.folds.clone(), it.hidden.clone(), it.is_on(Switch::Errors))
    });
    effect(move |before: Option<Option<Arc<Forest>>>| {
        let ((folds, hidden, errors_only), forest) = (asked.get(), forest.get());
        let Some(spans) = &forest else { return forest };
        let now = shape.get_untracked();
        let is_same_forest = before.flatten().is_some_and(|it| Arc::ptr_eq(&it, spans));
        // What is too much to write stays as it is, for as long as nothing else is asked for.
        let is_told = || now.described(spans).unwrap_or_default() == folds;
        let mut wanted =
            Shape::leaving_out(hidden.iter().map(|it| it.as_str().into()).collect(), errors_only);
        let leaves_out = |it: &Shape| (it.errors_only, it.hidden.clone());
        if !(is_same_forest && leaves_out(&now) == leaves_out(&wanted) && is_told()) {
            wanted.fold_as(spans, &folds);
            shape.set(Arc::new(wanted));
        }
        forest
    });
}

pub(super) fn axis(
    all: TimeRange,
    zoom: Option<TimeRange>,
    folding: Folding,
    folds: &[TimeRange],
) -> FoldedAxis {
    let shown = zoom.unwrap_or(all);
    let inside = |it: &TimeRange| TimeRange { start: it.start.max(shown.start), end: it.end.min(shown.end) };
    let folds: Vec<TimeRange> = match folding {
        Folding::On => folds.iter().map(inside).filter(|it| it.start < it.end && *it != shown).collect(),
        Folding::Off => Vec::new(),
    };
    FoldedAxis::new(shown, &folds)
}

/// The row of what is shown in full.
pub(super) fn row_of(model: Model, picture: &Picture, shown: Origin) -> Option<usize> {
    let of_span = |trace, span| picture.rows.nearest_row(&picture.forest, picture.forest.find(trace, span)?);
    match shown {
        Origin::Span(trace, span) => of_span(trace, span),
        Origin::Line(key) => {
            let is_it = |it: &Mark| it.kind == MarkKind::Line(key);
            let opened = |row: usize, idx: usize| match picture.rows.get(row + 1 + idx) {
                Some(Row::Mark(owner, at)) if (owner, at) == (row, idx) => row + 1 + idx,
                _ => row,
            };
            let ids = model
                .evidence
                .with(|it| find_line(it, shown).and_then(|it| it.roles.trace.zip(it.roles.span)));
            if let Some(place) = ids.and_then(|(trace, span)| picture.forest.find(trace, span)) {
                let row = picture.rows.nearest_row(&picture.forest, place)?;
                let idx = picture.marks.on(place).iter().position(|it| is_it(&it.1));
                return Some(idx.map_or(row, |it| opened(row, it)));
            }
            let lanes = &picture.marks.lanes;
            let lane = lanes.iter().position(|it| it.marks.iter().any(is_it))?;
            let row = picture.rows.row_of_lane(lane);
            let idx = lanes.get(lane)?.marks.iter().position(is_it);
            Some(idx.map_or(row, |it| opened(row, it)))
        }
        Origin::Inferred => None,
    }
}
