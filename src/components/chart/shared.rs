//! What the parts of one chart share.

use std::sync::Arc;

use charts::{Drawing, LineChart, View};
use domain::ids::TraceId;
use domain::sorted::SortedSet;
use domain::time::{TimeDelta, TimeRange, Timestamp};
use leptos::prelude::*;

use crate::state::Memo;

/// How near the pointer must be to the centre of an exemplar's dot.
const DOT_REACH_CSS_PX: f64 = 9.0;

/// One chart: what it shows, what the person has done with it, and where things stand.
#[derive(Clone, Copy)]
pub(super) struct Chart {
    pub(super) title: Signal<String>,
    pub(super) model: Signal<Option<Arc<LineChart>>>,
    /// Names of the lines that the person has hidden.
    pub(super) hidden: RwSignal<Vec<String>>,
    /// The line that the person points at in the legend.
    pub(super) focused: RwSignal<Option<Arc<str>>>,
    /// Both together, as the chart is drawn.
    pub(super) view: Memo<View>,
    pub(super) crosshair: RwSignal<Option<Timestamp>>,
    /// What was drawn last; `None` before anything was.
    pub(super) drawing: RwSignal<Option<Arc<Drawing>>>,
    pub(super) selection: RwSignal<Option<Selection>>,
    pub(super) dpr: Signal<f64>,
    pub(super) on_zoom: Callback<TimeRange>,
    pub(super) on_exemplar: Callback<TraceId>,
}

/// What the legend makes of a chart; a line that is hidden does not stand out.
pub(super) fn view_of(hidden: &[String], focused: Option<Arc<str>>) -> View {
    let hidden: SortedSet<Arc<str>> = hidden.iter().map(|it| it.as_str().into()).collect();
    View { focused: focused.filter(|it| !hidden.contains(it)), hidden }
}

/// What is being dragged over, in CSS pixels from the left edge of the plot's box, in whichever order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Selection {
    pub(super) from_css_px: f64,
    pub(super) to_css_px: f64,
}

impl Selection {
    /// Left edge and width.
    pub(super) fn span(self) -> (f64, f64) {
        let (left, right) = (self.from_css_px.min(self.to_css_px), self.from_css_px.max(self.to_css_px));
        (left, right - left)
    }
}

impl Chart {
    /// Where the crosshair is, if that is inside the range. Follows it.
    pub(super) fn crosshair_inside(self) -> Option<Timestamp> {
        let at = self.crosshair.get()?;
        let range = self.model.with(|it| it.as_ref().map(|it| it.range))?;
        (range.start <= at && at <= range.end).then_some(at)
    }

    /// The left edge of the crosshair's column, from the left edge of the box; `None` outside the range. Follows it.
    pub(super) fn crosshair_css_px(self) -> Option<f64> {
        let at = self.crosshair.get()?;
        let x = self.drawing.with(|it| it.as_ref()?.x_of(at))?;
        Some(f64::from(x) / self.dpr.get())
    }

    /// The instant at a distance from the left edge of the box.
    pub(super) fn time_at(self, x_css_px: f64) -> Option<Timestamp> {
        let dpr = self.dpr.get_untracked();
        self.drawing.with_untracked(|it| it.as_ref().map(|it| it.time_at(x_css_px * dpr)))
    }

    /// Moves the crosshair to the sample nearest to a distance from the left edge of the box.
    pub(super) fn point_at(self, x_css_px: f64) {
        let Some(at) = self.time_at(x_css_px) else { return };
        let snapped = self.with_model(|chart, view| charts::snap(chart, view, at)).flatten();
        self.move_crosshair(Some(snapped.unwrap_or(at)));
    }

    /// Tells all charts of the page, if it moved at all.
    pub(super) fn move_crosshair(self, to: Option<Timestamp>) {
        if self.crosshair.get_untracked() != to {
            self.crosshair.set(to);
        }
    }

    /// Looks at the chart and at what the person has hidden, without following them.
    pub(super) fn with_model<T>(self, look: impl FnOnce(&LineChart, &View) -> T) -> Option<T> {
        let model = self.model.get_untracked()?;
        Some(self.view.with_untracked(|view| look(&model, view)))
    }

    /// The trace of the dot at a point of the box, if there is one.
    pub(super) fn trace_at(self, (x_css_px, y_css_px): (f64, f64)) -> Option<TraceId> {
        let dpr = self.dpr.get_untracked();
        let reach = DOT_REACH_CSS_PX * dpr;
        let dot = self
            .drawing
            .with_untracked(|it| it.as_ref()?.exemplar_at(x_css_px * dpr, y_css_px * dpr, reach))?;
        self.model.with_untracked(|it| it.as_ref()?.exemplars.get(dot.index)?.trace)
    }

    /// One CSS pixel's worth of time.
    pub(super) fn pixel_length(self) -> TimeDelta {
        let dpr = self.dpr.get_untracked();
        let of = |it: &Drawing| {
            let columns = f64::from(it.plot.columns()) / dpr;
            TimeDelta::from_nanos((it.time.range.length().nanos() as f64 / columns) as i64)
        };
        self.drawing.with_untracked(|it| it.as_deref().map(of)).unwrap_or(TimeDelta::ZERO)
    }
}
