//! Dots over time on a logarithmic axis of durations, told apart by shape and colour.

use std::collections::HashSet;

use domain::system::Unit;
use domain::time::{TimeDelta, TimeRange, Timestamp};
use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters_backend::DrawingBackend;

use crate::draw::{DrawError, Drawn, Painter};
use crate::layout::PlotRect;
use crate::model::{LineChart, Zone};
use crate::scale::{TimeScale, ValueScale};
use crate::style::{ChartStyle, Palette, filled, stroke};
use crate::ticks::ValueTicks;

/// Durations that the axis names, in seconds.
const TICKS_SECS: [f64; 13] = [
    0.001,
    0.01,
    0.1,
    1.0,
    10.0,
    60.0,
    600.0,
    3_600.0,
    21_600.0,
    86_400.0,
    604_800.0,
    2_592_000.0,
    31_536_000.0,
];
/// Between two names of the axis, at least.
const TICK_CSS_PX: f64 = 18.0;
/// Half the size of a mark.
const MARK_CSS_PX: f64 = 2.5;

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Scatter {
    /// The time from the left edge to the right.
    pub range: TimeRange,
    /// On whose clock times are written.
    pub zone: Zone,
    /// The dots; later ones lie above earlier ones.
    pub dots: Vec<Dot>,
}

/// One dot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// When.
    pub at: Timestamp,
    /// How long.
    pub length: TimeDelta,
    /// What shape it has.
    pub shape: DotShape,
    /// What colour it has.
    pub tone: DotTone,
}

/// The shape of a dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DotShape {
    /// A filled square.
    Square,
    /// A ring.
    Ring,
    /// A triangle that stands on its side.
    Triangle,
    /// Two crossed lines.
    Cross,
}

/// The colour of a dot, by what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DotTone {
    /// Nothing to look at.
    Quiet,
    /// Something goes on.
    Accent,
    /// Worth a look.
    Warn,
    /// A failure.
    Fail,
}

/// What was drawn, and where: for the pointer.
#[derive(Clone, Debug, PartialEq)]
pub struct ScatterDrawing {
    /// The rectangle of the dots, in device pixels.
    pub plot: PlotRect,
    time: TimeScale,
    /// Of the decimal logarithm of seconds.
    values: ValueScale,
    /// Column, row and place of each dot inside the range.
    dots: Vec<(i32, i32, usize)>,
}

impl ScatterDrawing {
    /// The instant under a column.
    pub fn time_at(&self, x: f64) -> Timestamp {
        self.time.time_at(x)
    }

    /// The duration under a row.
    pub fn length_at(&self, y: f64) -> TimeDelta {
        let height = f64::from(self.values.bottom - self.values.top).max(1.0);
        let share = ((f64::from(self.values.bottom) - y) / height).clamp(0.0, 1.0);
        TimeDelta::from_secs_f64(10_f64.powf(self.values.low + share * (self.values.high - self.values.low)))
    }

    /// The place in [`Scatter::dots`] of the dot nearest to a device pixel, if it is at most `reach` pixels away.
    pub fn dot_at(&self, x: f64, y: f64, reach: f64) -> Option<usize> {
        let distance = |it: &&(i32, i32, usize)| (f64::from(it.0) - x).hypot(f64::from(it.1) - y);
        let nearest = self.dots.iter().rev().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        (distance(&nearest) <= reach).then_some(nearest.2)
    }
}

/// Draws a scatter over the whole of `area` and says where things stand.
///
/// # Errors
/// When the backend refuses.
pub fn draw_scatter<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    scatter: &Scatter,
    style: &ChartStyle,
) -> Result<ScatterDrawing, DrawError<DB>> {
    let chart = LineChart { zone: scatter.zone.clone(), ..LineChart::new(scatter.range, Unit::Seconds) };
    let plot = PlotRect::within(area.dim_in_pixel(), &chart, style);
    let time = TimeScale { range: scatter.range, left: plot.left, width: plot.columns() };
    let room = (plot.bottom - plot.top) / style.px(TICK_CSS_PX);
    let ticks = ticks(scatter, usize::try_from(room).unwrap_or_default() + 1);
    let values = ValueScale { low: ticks.low, high: ticks.high, top: plot.top, bottom: plot.bottom };
    area.fill(&style.palette.surface.opaque())?;
    let painter = Painter { area, chart: &chart, style, plot, time, values };
    painter.value_axis(&ticks)?;
    painter.time_axis()?;

    let mut dots = Vec::new();
    for (place, dot) in scatter.dots.iter().enumerate() {
        if scatter.range.contains(dot.at) {
            dots.push((time.x(dot.at), values.y(logarithm(dot.length)), place));
        }
    }
    let looks = [
        (DotTone::Quiet, DotShape::Square),
        (DotTone::Quiet, DotShape::Ring),
        (DotTone::Accent, DotShape::Ring),
        (DotTone::Warn, DotShape::Triangle),
        (DotTone::Fail, DotShape::Cross),
    ];
    // Of one look, dots in one small square cannot be told apart; one after another they become one path.
    let cell = style.px(1.5);
    for (tone, shape) in looks {
        let mut taken = HashSet::new();
        for (x, y, place) in &dots {
            let is_so = scatter.dots.get(*place).is_some_and(|it| it.tone == tone && it.shape == shape);
            if is_so && taken.insert((x / cell, y / cell)) {
                mark(area, (*x, *y), (tone, shape), style)?;
            }
        }
    }
    area.present()?;
    Ok(ScatterDrawing { plot, time, values, dots })
}

fn mark<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    (x, y): (i32, i32),
    (tone, shape): (DotTone, DotShape),
    style: &ChartStyle,
) -> Drawn<DB> {
    let (half, width_px) = (style.px(MARK_CSS_PX), style.px(1.4) as u32);
    let color = color(tone, &style.palette);
    match shape {
        DotShape::Square => {
            let half = style.px(1.5);
            area.draw(&Rectangle::new([(x - half, y - half), (x + half, y + half)], filled(color)))
        }
        DotShape::Ring => area.draw(&Circle::new((x, y), half + 1, stroke(color, width_px))),
        DotShape::Triangle => {
            let (wide, high) = (half + style.px(1.0), half + style.px(1.0));
            area.draw(&Polygon::new(
                vec![(x, y - high), (x + wide, y + half), (x - wide, y + half)],
                filled(color),
            ))
        }
        DotShape::Cross => {
            let line = stroke(color, width_px);
            area.draw(&PathElement::new([(x - half, y - half), (x + half, y + half)], line))?;
            area.draw(&PathElement::new([(x - half, y + half), (x + half, y - half)], line))
        }
    }
}

fn color(tone: DotTone, palette: &Palette) -> plotters::style::RGBAColor {
    match tone {
        DotTone::Quiet => palette.ink_3.faded(0.6),
        DotTone::Accent => palette.accent.opaque(),
        DotTone::Warn => palette.warn.opaque(),
        DotTone::Fail => palette.fail.opaque(),
    }
}

/// The decimal logarithm of the seconds; nothing is shorter than a millisecond.
fn logarithm(length: TimeDelta) -> f64 {
    length.as_secs_f64().max(1e-3).log10()
}

/// An axis from the last round duration below the dots to the first above them, with at most so many names.
///
/// A few dots far below all others stand at the lower edge, so that they do not press the rest together; its name says so.
fn ticks(scatter: &Scatter, max_ticks: usize) -> ValueTicks {
    let inside = scatter.dots.iter().filter(|it| scatter.range.contains(it.at));
    let mut lengths: Vec<f64> = inside.map(|it| logarithm(it.length)).collect();
    lengths.sort_by(f64::total_cmp);
    let lowest = lengths.get(lengths.len() / 50).copied().unwrap_or(0.0);
    let highest = lengths.last().copied().unwrap_or(2.0);
    let logs = || TICKS_SECS.iter().map(|it| it.log10());
    let low = logs().rfind(|it| *it <= lowest).unwrap_or(-3.0);
    let high = logs().find(|it| *it >= highest && *it > low).unwrap_or(highest + 1.0);
    let has_lower = lengths.first().is_some_and(|it| *it < low);
    let label = |secs: f64| {
        let at_most = if has_lower && secs.log10() <= low { "≤ " } else { "" };
        format!("{at_most}{}", TimeDelta::from_secs_f64(secs))
    };
    let named: Vec<f64> = TICKS_SECS.into_iter().filter(|it| (low..=high).contains(&it.log10())).collect();
    // Both ends are named, and every so many between.
    let every = named.len().saturating_sub(1).div_ceil(max_ticks.saturating_sub(1).max(1)).max(1);
    let n_named = named.len();
    let is_kept =
        |place: usize| place.is_multiple_of(every) && place + every <= n_named || place + 1 == n_named;
    let kept = named.into_iter().enumerate().filter(|(place, _)| is_kept(*place));
    ValueTicks { low, high, ticks: kept.map(|(_, it)| (it.log10(), label(it))).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scatter(lengths_millis: &[i64]) -> Scatter {
        let range = TimeRange { start: Timestamp::from_secs(0), end: Timestamp::from_secs(1_000) };
        let dot = |(place, millis): (usize, &i64)| Dot {
            at: Timestamp::from_secs(place as i64 * 100),
            length: TimeDelta::from_millis(*millis),
            shape: DotShape::Cross,
            tone: DotTone::Fail,
        };
        let zone = Zone { offset_secs: 0, label: "UTC".into() };
        Scatter { range, zone, dots: lengths_millis.iter().enumerate().map(dot).collect() }
    }

    #[track_caller]
    fn check_axis(lengths_millis: &[i64], expected: &[&str]) {
        let labels: Vec<_> = ticks(&scatter(lengths_millis), 9).ticks.into_iter().map(|it| it.1).collect();
        assert_eq!(labels, expected);
    }

    #[test]
    fn the_axis_names_round_durations_round_the_dots() {
        check_axis(&[12_000, 300_000], &["10 s", "1 min", "10 min"]);
        check_axis(&[20], &["10 ms", "100 ms"]);
        check_axis(&[0], &["1 ms", "10 ms"]);
        check_axis(&[], &["1 s", "10 s", "1 min", "10 min"]);
    }

    #[test]
    fn an_axis_under_which_few_dots_lie_says_so() {
        let mut many = scatter(&[2_000; 60]);
        many.dots.iter_mut().for_each(|it| it.at = Timestamp::from_secs(it.at.secs() / 10));
        let labels = |it: &Scatter| ticks(it, 9).ticks.into_iter().map(|it| it.1).collect::<Vec<_>>();
        assert_eq!(labels(&many), ["1 s", "10 s"]);
        many.dots[7].length = TimeDelta::from_millis(200);
        assert_eq!(labels(&many), ["≤ 1 s", "10 s"]);
    }

    #[test]
    fn a_low_axis_has_fewer_names_and_both_its_ends() {
        let labels =
            |max| ticks(&scatter(&[5, 30_000_000]), max).ticks.into_iter().map(|it| it.1).collect::<Vec<_>>();
        assert_eq!((labels(10).len(), labels(9).len()), (10, 6));
        assert_eq!(labels(4), ["1 ms", "1 s", "10 min", "1 d"]);
        assert_eq!(labels(2), ["1 ms", "1 d"]);
    }

    #[test]
    fn the_pointer_finds_the_dot_it_is_at_and_rows_lead_back_to_durations() {
        let (area, log) = crate::testing::canvas(600, 120);
        let chart = scatter(&[10_000, 100_000, 600_000]);
        let drawing = draw_scatter(&area, &chart, &crate::testing::style()).unwrap();
        let (x, y, _) = drawing.dots[1];
        assert_eq!(drawing.dot_at(f64::from(x) + 2.0, f64::from(y), 6.0), Some(1));
        assert_eq!(drawing.dot_at(f64::from(x) + 40.0, f64::from(y), 6.0), None);
        let crosses = log.borrow().iter().filter(|it| it.starts_with("path fail")).count();
        assert_eq!(crosses, 6, "two lines each");
        let length = drawing.length_at(f64::from(y)).as_secs_f64();
        assert!((90.0..110.0).contains(&length), "{length}");
        assert!(drawing.time_at(f64::from(x)).secs().abs_diff(100) <= 2, "a column is two seconds wide");
    }
}
