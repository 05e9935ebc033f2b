//! What the trace tab knows, step by step from the job's traces to the picture.

use std::sync::Arc;

use domain::logs::LogRecord;
use domain::time::TimeRange;
use domain::timeline::{FoldedAxis, Folding};
use domain::trace::Trace;
use domain::view_state::Switch;
use domain::waterfall::{
    CriticalPath, Edges, Find, Forest, LaneMarks, Marks, Rows, ServiceShare, Shape, Skew, critical_path,
    idle_folds,
};
use leptos::prelude::*;

use super::super::model::Model;
use super::follow;
use crate::components::waterfall::Picture;
use crate::state::{Clock, Memo, effect, shared_memo, use_clock};

/// A handle on everything that the tab draws.
#[derive(Clone, Copy)]
pub struct TraceModel {
    pub(super) model: Model,
    pub(super) clock: Clock,
    /// The job's traces that have spans, oldest first.
    pub(super) traces: Memo<Vec<Trace>>,
    /// Whether clocks that disagree are put right.
    pub(super) corrected: Memo<bool>,
    /// Which clocks disagree.
    pub(super) skew: RwSignal<Arc<Skew>>,
    pub(super) forest: RwSignal<Option<Arc<Forest>>>,
    pub(super) shape: RwSignal<Arc<Shape>>,
    pub(super) shows_path: Memo<bool>,
    pub(super) path: Memo<Arc<CriticalPath>>,
    pub(super) shows_statistics: Memo<bool>,
    pub(super) folding: Memo<Folding>,
    pub(super) folds: Memo<Arc<Vec<TimeRange>>>,
    pub(super) find: RwSignal<Arc<Find>>,
    pub(super) zoom: RwSignal<Option<TimeRange>>,
    /// From the first to the last of spans and lines.
    pub(super) range: Memo<TimeRange>,
    pub(super) axis: Memo<Arc<FoldedAxis>>,
    pub(super) picture: Memo<Option<Arc<Picture>>>,
    /// The span or line that is shown in full, as a row.
    pub(super) current: Memo<Option<usize>>,
    pub(super) reveal: Signal<Option<usize>>,
}

impl TraceModel {
    pub(super) fn new(model: Model) -> Self {
        let traces = Memo::new(move |_| {
            model.evidence.with(|it| {
                let mut traces: Vec<Trace> =
                    it.traces.iter().filter(|it| !it.spans.is_empty()).cloned().collect();
                traces.sort_unstable_by_key(|it| it.spans.first().map(|it| (it.start, it.trace)));
                traces
            })
        });
        let switched = move |it: Switch| model.view.part(move |view| view.waterfall.is_on(it));
        let chosen = follow::chosen(model, traces, switched(Switch::Together));
        let (corrected, skew) = (switched(Switch::Clocks), RwSignal::new(Arc::new(Skew::default())));
        let forest = RwSignal::new(None::<Arc<Forest>>);
        let shape = RwSignal::new(Arc::new(Shape::default()));
        let zoom = follow::zoom(model.view);
        follow::lay_out(chosen, corrected, skew, forest);
        follow::shape(model.view, forest, shape);
        let some_forest = move || forest.get().unwrap_or_default();
        let edges = shared_memo(move || Arc::new(Edges::of(&some_forest())));
        let marks = shared_memo(move || {
            let (forest, traces) = (some_forest(), traces.get());
            // Lines of another trace stand in that one's picture; those of a trace that was not kept have only this.
            let is_of =
                |all: &[Trace], id| all.iter().any(|it| it.spans.first().is_some_and(|it| it.trace == id));
            let is_here = |line: &&LogRecord| {
                let of_another = |id| !is_of(forest.traces(), id) && is_of(&traces, id);
                !line.roles.trace.is_some_and(of_another)
            };
            model.evidence.with(|it| Arc::new(Marks::of(&forest, it.lines.iter().filter(is_here))))
        });
        let colours = shared_memo(move || {
            let forest = some_forest();
            let colour = |(idx, it): (usize, &ServiceShare)| {
                let known = model.system.with(|system| {
                    system.service_named(&it.name).and_then(|it| system.service_colour(&it.name))
                });
                known.unwrap_or(idx)
            };
            Arc::new(forest.services().iter().enumerate().map(colour).collect::<Vec<usize>>())
        });
        let opened = model.view.part(|it| (it.waterfall.marks.clone(), it.waterfall.lanes.clone()));
        let rows = shared_memo(move || {
            let (forest, shape, marks) = (some_forest(), shape.get(), marks.get());
            let rows = Rows::of(&forest, &shape).with_lanes(marks.lanes.len());
            let (spans, lanes) = opened.get();
            let is_open = |it: &(usize, &LaneMarks)| lanes.iter().any(|name| **name == *it.1.service);
            let of_lanes = marks.lanes.iter().enumerate().filter(is_open);
            let of_spans = spans.iter().filter_map(|it| {
                let place = forest.find_anywhere(*it)?;
                Some((rows.base_of(place)?, marks.on(place).len()))
            });
            let blocks: Vec<_> =
                of_lanes.map(|(idx, it)| (rows.base_of_lane(idx), it.marks.len())).chain(of_spans).collect();
            Arc::new(if blocks.is_empty() { rows } else { rows.with_opened(blocks) })
        });
        let find = RwSignal::new(Arc::new(Find::default()));
        follow::follow_text(model, forest, find);
        let shows_path = switched(Switch::Path);
        let path = shared_memo(move || Arc::new(critical_path(&some_forest())));
        let range = Memo::new(move |_| marks.with(|it| it.range(&some_forest())));
        let picture = Memo::new_with_compare(
            move |_| {
                let forest = forest.get().filter(|it| !it.is_empty())?;
                Some(Arc::new(Picture {
                    edges: edges.get(),
                    marks: marks.get(),
                    shape: shape.get(),
                    rows: rows.get(),
                    range: range.get(),
                    colours: colours.get(),
                    path: shows_path.get().then(|| path.get()),
                    find: find.get(),
                    forest,
                }))
            },
            |_, _| true,
        );
        let folding = model.folding;
        let folds = shared_memo(move || Arc::new(idle_folds(&some_forest(), &marks.get())));
        let axis =
            shared_memo(move || Arc::new(follow::axis(range.get(), zoom.get(), folding.get(), &folds.get())));
        let current =
            Memo::new(move |_| picture.with(|it| follow::row_of(model, it.as_deref()?, model.shown.get()?)));
        // Only a new choice moves the rows, once it has one: folding and answers that come meanwhile do not.
        let cue = Memo::new(move |_| (model.shown.get(), current.with(Option::is_some)));
        let reveal = Signal::derive(move || {
            cue.track();
            untrack(|| current.get())
        });
        let traces_of = Self {
            model,
            clock: use_clock(),
            traces,
            corrected,
            skew,
            forest,
            shape,
            shows_path,
            path,
            shows_statistics: switched(Switch::Statistics),
            folding,
            folds,
            find,
            zoom,
            range,
            axis,
            picture,
            current,
            reveal,
        };
        // What the address folds away stays so, until a person chooses something inside.
        let selected = model.view.part(|it| (it.trace, it.span, it.line));
        effect(move |before: Option<()>| {
            selected.track();
            let shown = model.shown.get_untracked().filter(|_| before.is_some());
            if let Some(shown) = shown {
                untrack(|| traces_of.unfold(shown));
            }
        });
        traces_of
    }
}
