//! The marks of a chart: deploys, the objective, exemplars and the newest value.
//!
//! Each is a function by itself, called where a chart has such marks: browsers compile a function whole when it is first
//! called, and most charts have few of them.

use plotters::element::{Circle, Rectangle};
use plotters::style::FontStyle;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

use crate::draw::{DrawError, Drawn, LABEL_GAP_CSS_PX, Line, Painter, Segments};
use crate::layout::ExemplarDot;
use crate::style::{filled, stroke};

/// Radius of an exemplar's dot.
const DOT_CSS_PX: f64 = 4.0;
/// Radius of the hole in it.
const HOLE_CSS_PX: f64 = 2.0;
/// How much of what lies under the objective's value its ground hides.
const GROUND_ALPHA: f64 = 0.8;
/// Two exemplars in one square of this side are one dot: that of the higher value.
const DOT_CELL_CSS_PX: f64 = 10.0;

impl<DB: DrawingBackend> Painter<'_, DB> {
    /// Dotted verticals, with the version at the top where there is room for it.
    #[inline(never)]
    pub(crate) fn deploys(&self) -> Drawn<DB> {
        let (dot, gap) = (self.style.px(1.0), self.style.px(4.0));
        let color = self.style.palette.ink_3;
        let mut inside: Vec<_> = self.chart.deploys.iter().filter(|it| self.is_inside(it.time)).collect();
        inside.sort_by_key(|it| it.time);
        let columns: Vec<_> = inside.iter().map(|it| self.time.x(it.time)).collect();
        let mut free_from = self.plot.left;
        for (place, (deploy, x)) in inside.iter().zip(columns.iter().copied()).enumerate() {
            let dots = (self.plot.top..self.plot.bottom).step_by(gap as usize);
            let ends = dots.flat_map(|y| [(x, y), (x, y + dot - 1)]).collect();
            self.area.draw(&Segments { ends, style: stroke(color.opaque(), 1) })?;

            let width = self.text_width(&deploy.version, FontStyle::Normal)?;
            let next = columns.get(place + 1).copied().unwrap_or(self.plot.right);
            let left = if x + gap + width <= next { x + gap } else { x - gap - width };
            if left >= free_from {
                self.text(
                    &deploy.version,
                    (left, self.plot.top),
                    (HPos::Left, VPos::Top),
                    color,
                    FontStyle::Normal,
                )?;
            }
            free_from = x.max(left + width) + gap;
        }
        Ok(())
    }

    /// The objective, where it is a number.
    fn objective(&self) -> Option<f64> {
        self.chart.slo.filter(|it| it.is_finite())
    }

    /// Dashed; one beyond the upper edge is only told.
    #[inline(never)]
    pub(crate) fn slo(&self) -> Drawn<DB> {
        let Some(slo) = self.objective().filter(|it| *it <= self.values.high) else { return Ok(()) };
        let (dash, period) = (self.style.px(5.0), self.style.px(8.0));
        let (plot, y) = (self.plot, self.values.y(slo));
        let dashes = (plot.left..=plot.right).step_by(period as usize);
        let ends = dashes.flat_map(|x| [(x, y), ((x + dash - 1).min(plot.right), y)]).collect();
        let style = stroke(self.style.palette.warn.opaque(), self.style.px(1.0) as u32);
        self.area.draw(&Segments { ends, style })
    }

    /// The objective's value at the right end, on a ground of its own, so that lines and dots leave it readable.
    #[inline(never)]
    pub(crate) fn slo_label(&self) -> Drawn<DB> {
        let Some(slo) = self.objective() else { return Ok(()) };
        let (plot, y) = (self.plot, self.values.y(slo));
        let value = domain::format::value(slo, self.chart.unit);
        let label = if slo > self.values.high { format!("SLO {value} ↑") } else { format!("SLO {value}") };
        let (text_px, gap) = (self.style.px(self.style.font_css_px), self.style.px(3.0));
        let has_room_above = y - text_px >= plot.top - gap;
        let (y, v_pos, top) = if has_room_above {
            (y - gap, VPos::Bottom, y - gap - text_px)
        } else {
            (y + gap, VPos::Top, y + gap)
        };
        let left = plot.right - self.text_width(&label, FontStyle::Normal)? - gap;
        let ground = filled(self.style.palette.surface.faded(GROUND_ALPHA));
        self.area.draw(&Rectangle::new([(left, top), (plot.right, top + text_px)], ground))?;
        let color = self.style.palette.warn;
        self.text(&label, (plot.right, y), (HPos::Right, v_pos), color, FontStyle::Normal)
    }

    /// Rings, at most one a small square.
    #[inline(never)]
    pub(crate) fn exemplars(&self) -> Result<Vec<ExemplarDot>, DrawError<DB>> {
        let cell = self.style.px(DOT_CELL_CSS_PX);
        let is_drawable = |value: f64, time| value.is_finite() && self.is_inside(time);
        let all = self.chart.exemplars.iter().enumerate().filter(|(_, it)| is_drawable(it.value, it.time));
        let mut dots: Vec<_> = all
            .map(|(index, it)| {
                (ExemplarDot { x: self.time.x(it.time), y: self.values.y(it.value), index }, it.value)
            })
            .collect();
        let square = |dot: &ExemplarDot| (dot.x / cell, dot.y / cell);
        dots.sort_by(|(a, a_value), (b, b_value)| square(a).cmp(&square(b)).then(b_value.total_cmp(a_value)));
        dots.dedup_by_key(|(dot, _)| square(dot));

        let dots: Vec<_> = dots.into_iter().map(|(dot, _)| dot).collect();
        let palette = &self.style.palette;
        for (radius_css_px, color) in [(DOT_CSS_PX, palette.accent), (HOLE_CSS_PX, palette.surface)] {
            for dot in &dots {
                let circle =
                    Circle::new((dot.x, dot.y), self.style.px(radius_css_px), filled(color.opaque()));
                self.area.draw(&circle)?;
            }
        }
        Ok(dots)
    }

    /// The newest value, right of where its line ends: that of the focused line, else of the one that ends highest.
    #[inline(never)]
    pub(crate) fn end_label(&self, lines: &[Line<'_>], focused: Option<usize>) -> Drawn<DB> {
        let newest = |line: &Line<'_>| {
            let (times, values) = crate::model::samples_in(&line.series.data, self.chart.range);
            times.iter().copied().zip(values.iter().copied()).rev().find(|(_, value)| value.is_finite())
        };
        let newest = match focused.and_then(|it| lines.get(it)) {
            Some(line) => newest(line),
            None => lines.iter().filter_map(newest).max_by(|a, b| a.1.total_cmp(&b.1)),
        };
        let Some((time, value)) = newest else {
            return Ok(());
        };
        let label = domain::format::value(value, self.chart.unit);
        let width = self.text_width(&label, FontStyle::Bold)?;
        let right_edge = self.area.dim_in_pixel().0 as i32;
        let left = (self.time.x(time) + self.style.px(LABEL_GAP_CSS_PX)).min(right_edge - width);
        let at = (left, self.values.y(value));
        self.text(&label, at, (HPos::Left, VPos::Center), self.style.palette.ink, FontStyle::Bold)
    }

    fn is_inside(&self, time: domain::time::Timestamp) -> bool {
        self.chart.range.start <= time && time <= self.chart.range.end
    }
}
