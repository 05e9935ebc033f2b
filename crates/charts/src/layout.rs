//! Where the parts of a chart stand.

use domain::time::Timestamp;

use crate::model::{EndLabel, LineChart};
use crate::scale::{TimeScale, ValueScale};
use crate::style::ChartStyle;

/// Room for the value labels. Fixed, so that charts below each other share their columns and one crosshair.
const GUTTER_CSS_PX: f64 = 56.0;
/// Room above the plot: half a line of text.
const TOP_CSS_PX: f64 = 8.0;
/// Room for the time labels.
const BOTTOM_CSS_PX: f64 = 22.0;
/// Room at the right without a label there.
const RIGHT_CSS_PX: f64 = 8.0;
/// Room at the right for the newest value.
const END_LABEL_CSS_PX: f64 = 58.0;

/// The rectangle that the lines are drawn in, in device pixels. Rows and columns on its edges belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlotRect {
    /// First column.
    pub left: i32,
    /// First row.
    pub top: i32,
    /// Last column.
    pub right: i32,
    /// Last row.
    pub bottom: i32,
}

impl PlotRect {
    /// The plot within a canvas of so many device pixels; at least one pixel each way.
    pub fn within((width, height): (u32, u32), chart: &LineChart, style: &ChartStyle) -> Self {
        let right_css_px = match chart.end_label {
            EndLabel::None => RIGHT_CSS_PX,
            EndLabel::Newest => END_LABEL_CSS_PX,
        };
        let (left, top) = (style.px(GUTTER_CSS_PX), style.px(TOP_CSS_PX));
        Self {
            left,
            top,
            right: (width as i32 - style.px(right_css_px)).max(left + 1),
            bottom: (height as i32 - style.px(BOTTOM_CSS_PX)).max(top + 1),
        }
    }

    /// How many pixel columns time is divided into.
    pub fn columns(self) -> i32 {
        self.right - self.left
    }
}

/// What was drawn, and where: for the crosshair, the pointer and the keyboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// The rectangle of the lines.
    pub plot: PlotRect,
    /// The time axis.
    pub time: TimeScale,
    /// The value axis.
    pub values: ValueScale,
    /// The exemplars that got a dot.
    pub dots: Vec<ExemplarDot>,
}

/// One exemplar's dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExemplarDot {
    /// Column of its centre.
    pub x: i32,
    /// Row of its centre.
    pub y: i32,
    /// Its place in [`LineChart::exemplars`].
    pub index: usize,
}

impl Drawing {
    /// The instant under a device pixel, kept inside the range.
    pub fn time_at(&self, x: f64) -> Timestamp {
        self.time.time_at(x)
    }

    /// The column of an instant; `None` where it is outside the range.
    pub fn x_of(&self, at: Timestamp) -> Option<i32> {
        let range = self.time.range;
        (range.start <= at && at <= range.end).then(|| self.time.x(at))
    }

    /// The dot nearest to a device pixel, if it is at most `reach` pixels away.
    pub fn exemplar_at(&self, x: f64, y: f64, reach: f64) -> Option<ExemplarDot> {
        let distance = |it: &ExemplarDot| (f64::from(it.x) - x).hypot(f64::from(it.y) - y);
        let nearest = self.dots.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        (distance(nearest) <= reach).then_some(*nearest)
    }
}
