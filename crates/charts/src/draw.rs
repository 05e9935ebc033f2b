//! Puts a chart on a drawing area: grid, axes, lines; the marks follow in [`crate::marks`].

use domain::time::TimeRange;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Circle, PathElement, PointCollection, Polygon, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle};
use plotters_backend::{BackendCoord, DrawingBackend, DrawingErrorKind};

use crate::columns::{ColumnCache, Extent, hairlines};
use crate::layout::{Drawing, PlotRect};
use crate::model::{ChartSeries, EndLabel, Fill, LineChart, View, samples_in};
use crate::runs::{longest_pause, runs};
use crate::scale::{TimeScale, ValueScale};
use crate::style::{ChartStyle, Rgb, filled, stroke};
use crate::ticks::{TimeTick, ValueTicks, time_ticks, value_ticks};

/// Why a chart could not be drawn: the backend said so.
pub type DrawError<DB> = DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>;

pub(crate) type Drawn<DB> = Result<(), DrawError<DB>>;

/// Height of one interval of the value axis, at least.
const INTERVAL_CSS_PX: f64 = 28.0;
/// Width of one interval of the time axis, at least.
const TIME_INTERVAL_CSS_PX: f64 = 110.0;
/// Between the lower edge and the time labels: enough for the lowest value label to stand free of them.
const TIME_LABEL_GAP_CSS_PX: f64 = 9.0;
/// Between the left edge and the value labels, and between a line and its label.
pub(crate) const LABEL_GAP_CSS_PX: f64 = 6.0;
/// How much of its colour a line keeps while another one has the focus.
const UNFOCUSED_ALPHA: f64 = 0.35;
/// How much of its colour the area below a line has.
const AREA_ALPHA: f64 = 0.12;
/// An objective further above the data than this many times would flatten the lines: it stays beyond the edge.
const MAX_SLO_FACTOR: f64 = 4.0;

/// Draws `chart` over the whole of `area` and says where things stand.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    chart: &LineChart,
    view: &View,
    style: &ChartStyle,
) -> Result<Drawing, DrawError<DB>> {
    let plot = PlotRect::within(area.dim_in_pixel(), chart, style);
    let time = TimeScale { range: chart.range, left: plot.left, width: plot.columns() };
    let mut columns = ColumnCache::default();
    let mut lines: Vec<_> = chart.visible(view).map(|it| Line::new(it, time, &mut columns)).collect();
    if lines.iter().any(|it| view.focuses(it.series)) {
        put_focused_last(&mut lines, view);
    }

    let extent = extent_of(&lines, chart.range, chart.slo);
    let mut ticks = value_ticks(extent, chart.scale, chart.unit, max_intervals(plot, style));
    if extent.is_none() {
        ticks.ticks.iter_mut().for_each(|(_, label)| label.clear()); // numbers of nothing would mislead
    }
    let values = ValueScale { low: ticks.low, high: ticks.high, top: plot.top, bottom: plot.bottom };

    let painter = Painter { area, chart, style, plot, time, values };
    area.fill(&style.palette.surface.opaque())?;
    painter.value_axis(&ticks)?;
    painter.time_axis()?;
    if !chart.deploys.is_empty() {
        painter.deploys()?;
    }
    let focused = lines.iter().position(|it| view.focuses(it.series));
    for line in &lines {
        let weight = match (focused.is_some(), view.focuses(line.series)) {
            (false, _) => Weight { alpha: 1.0, width_px: 1 },
            (true, true) => Weight { alpha: 1.0, width_px: 2 },
            (true, false) => Weight { alpha: UNFOCUSED_ALPHA, width_px: 1 },
        };
        painter.line(line, weight)?;
    }
    if chart.slo.is_some() {
        painter.slo()?;
    }
    let dots = if chart.exemplars.is_empty() { Vec::new() } else { painter.exemplars()? };
    if chart.slo.is_some() {
        painter.slo_label()?; // above the dots
    }
    if chart.end_label == EndLabel::Newest {
        painter.end_label(&lines, focused)?;
    }
    area.present()?;
    Ok(Drawing { plot, time, values, dots })
}

/// So that it lies above the others.
#[inline(never)] // as the marks are
fn put_focused_last(lines: &mut [Line<'_>], view: &View) {
    lines.sort_by_key(|it| view.focuses(it.series));
}

/// The values that the axis must hold.
fn extent_of(lines: &[Line<'_>], range: TimeRange, slo: Option<f64>) -> Extent {
    let extent = lines.iter().fold(Extent::NONE, |sum, it| sum.and(it.extent(range)));
    match slo {
        Some(slo) if extent.is_none() || slo <= extent.high * MAX_SLO_FACTOR => {
            extent.and(Extent { low: slo, high: slo })
        }
        Some(_) | None => extent,
    }
}

fn max_intervals(plot: PlotRect, style: &ChartStyle) -> u32 {
    (f64::from(plot.bottom - plot.top) / (INTERVAL_CSS_PX * style.dpr)).floor().clamp(1.0, 8.0) as u32
}

/// A series, thinned as far as the pixels allow.
pub(crate) struct Line<'a> {
    pub(crate) series: &'a ChartSeries,
    shape: Shape,
}

enum Shape {
    /// One extent a pixel column.
    Columns(Vec<Extent>),
    /// Every sample inside the range.
    Samples,
}

impl<'a> Line<'a> {
    fn new(series: &'a ChartSeries, time: TimeScale, cache: &mut ColumnCache) -> Self {
        let columns = cache.get(&series.data.times, time);
        let shape = if columns.are_dense() {
            Shape::Columns(columns.extents(&series.data.values))
        } else {
            Shape::Samples
        };
        Self { series, shape }
    }
}

/// How strongly a line is drawn.
#[derive(Clone, Copy)]
struct Weight {
    alpha: f64,
    width_px: u32,
}

/// What every part of a drawing needs.
pub(crate) struct Painter<'a, DB: DrawingBackend> {
    pub(crate) area: &'a DrawingArea<DB, Shift>,
    pub(crate) chart: &'a LineChart,
    pub(crate) style: &'a ChartStyle,
    pub(crate) plot: PlotRect,
    pub(crate) time: TimeScale,
    pub(crate) values: ValueScale,
}

impl<DB: DrawingBackend> Painter<'_, DB> {
    pub(crate) fn value_axis(&self, ticks: &ValueTicks) -> Drawn<DB> {
        let grid = stroke(self.style.palette.line.opaque(), 1);
        let rows = ticks.ticks.iter().map(|(value, _)| self.values.y(*value));
        let lines = rows.flat_map(|y| [(self.plot.left, y), (self.plot.right, y)]).collect();
        self.area.draw(&Segments { ends: lines, style: grid })?;
        for (value, label) in ticks.ticks.iter().filter(|(_, label)| !label.is_empty()) {
            let color = self.style.palette.ink_3;
            let right = self.plot.left - self.style.px(LABEL_GAP_CSS_PX);
            let overflows = self.text_width(label, FontStyle::Normal)? > right;
            let (x, anchor) = if overflows { (0, HPos::Left) } else { (right, HPos::Right) };
            self.text(label, (x, self.values.y(*value)), (anchor, VPos::Center), color, FontStyle::Normal)?;
        }
        Ok(())
    }

    pub(crate) fn time_axis(&self) -> Drawn<DB> {
        let width_css_px = f64::from(self.plot.columns()) / self.style.dpr;
        let max_ticks = (width_css_px / TIME_INTERVAL_CSS_PX).floor().max(2.0) as u32;
        let gap = self.style.px(LABEL_GAP_CSS_PX);
        let (y, color) = (self.plot.bottom + self.style.px(TIME_LABEL_GAP_CSS_PX), self.style.palette.ink_3);
        let mut free_from = self.plot.left;
        for TimeTick { at, label } in time_ticks(self.chart.range, &self.chart.zone, max_ticks) {
            let width = self.text_width(&label, FontStyle::Normal)?;
            let left = (self.time.x(at) - width / 2)
                .clamp(self.plot.left, (self.plot.right - width).max(self.plot.left));
            if left >= free_from {
                self.text(&label, (left, y), (HPos::Left, VPos::Top), color, FontStyle::Normal)?;
                free_from = left + width + 2 * gap;
            }
        }
        let zone = (self.plot.left - gap, y);
        self.text(&self.chart.zone.label, zone, (HPos::Right, VPos::Top), color, FontStyle::Normal)
    }

    fn line(&self, line: &Line<'_>, weight: Weight) -> Drawn<DB> {
        let color = self.style.palette.series_color(line.series.color);
        let (line_style, area_style) =
            (stroke(color.faded(weight.alpha), weight.width_px), color.faded(AREA_ALPHA * weight.alpha));
        let zero = self.values.y(0.0);
        match &line.shape {
            Shape::Columns(extents) => {
                let lines = hairlines(extents, self.plot.left, self.values);
                if line.series.fill == Fill::Area {
                    let below =
                        lines.iter().flat_map(|it| [(it.x, it.top.min(zero)), (it.x, it.bottom.max(zero))]);
                    self.area.draw(&Segments { ends: below.collect(), style: stroke(area_style, 1) })?;
                }
                let ends = lines.iter().flat_map(|it| [(it.x, it.top), (it.x, it.bottom)]).collect();
                self.area.draw(&Segments { ends, style: line_style })
            }
            Shape::Samples => self.samples(line.series, zero, area_style, line_style),
        }
    }

    /// A line through each sample.
    #[inline(never)] // as the marks are
    fn samples(
        &self,
        series: &ChartSeries,
        zero: i32,
        area_style: RGBAColor,
        line_style: ShapeStyle,
    ) -> Drawn<DB> {
        let (times, values) = samples_in(&series.data, self.chart.range);
        let pause = longest_pause(self.chart.step, times);
        for run in runs(times, values, pause, (self.time, self.values)) {
            self.run(run, zero, (series.fill, area_style), line_style)?;
        }
        Ok(())
    }

    /// One stretch without a gap; a lone sample is a point.
    fn run(
        &self,
        run: Vec<BackendCoord>,
        zero: i32,
        area: (Fill, RGBAColor),
        style: ShapeStyle,
    ) -> Drawn<DB> {
        let (Some(first), Some(last)) = (run.first().copied(), run.last().copied()) else {
            return Ok(());
        };
        if run.len() == 1 {
            return self.area.draw(&Circle::new(first, self.style.px(1.5), filled(style.color)));
        }
        if area.0 == Fill::Area {
            let corners: Vec<_> = run.iter().copied().chain([(last.0, zero), (first.0, zero)]).collect();
            self.area.draw(&Polygon::new(corners, filled(area.1)))?;
        }
        self.area.draw(&PathElement::new(run, style))
    }

    fn font(&self, weight: FontStyle, color: Rgb, (h_pos, v_pos): (HPos, VPos)) -> TextStyle<'_> {
        let family = FontFamily::Name(&self.style.font_family);
        TextStyle {
            font: FontDesc::new(family, self.style.font_css_px * self.style.dpr, weight),
            color: color.opaque().to_backend_color(),
            pos: Pos::new(h_pos, v_pos),
        }
    }

    pub(crate) fn text(
        &self,
        text: &str,
        at: BackendCoord,
        anchor: (HPos, VPos),
        color: Rgb,
        weight: FontStyle,
    ) -> Drawn<DB> {
        self.area.draw(&Text::new(text, at, self.font(weight, color, anchor)))
    }

    /// Width in device pixels.
    pub(crate) fn text_width(&self, text: &str, weight: FontStyle) -> Result<i32, DrawError<DB>> {
        let font = self.font(weight, self.style.palette.ink, (HPos::Left, VPos::Top));
        Ok(self.area.estimate_text_size(text, &font)?.0 as i32)
    }
}

impl Line<'_> {
    fn extent(&self, range: TimeRange) -> Extent {
        match &self.shape {
            Shape::Columns(extents) => extents.iter().fold(Extent::NONE, |sum, it| sum.and(*it)),
            Shape::Samples => Extent::of(samples_in(&self.series.data, range).1),
        }
    }
}

/// Straight lines of one style, two ends each. Each is horizontal or vertical and includes both its ends.
pub(crate) struct Segments {
    pub(crate) ends: Vec<BackendCoord>,
    pub(crate) style: ShapeStyle,
}

impl<'a> PointCollection<'a, BackendCoord> for &'a Segments {
    type Point = &'a BackendCoord;
    type IntoIter = &'a [BackendCoord];

    fn point_iter(self) -> Self::IntoIter {
        &self.ends
    }
}

impl<DB: DrawingBackend> plotters::element::Drawable<DB> for Segments {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        mut ends: I,
        backend: &mut DB,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<DB::ErrorType>> {
        while let (Some(from), Some(to)) = (ends.next(), ends.next()) {
            backend.draw_line(from, to, &self.style)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
