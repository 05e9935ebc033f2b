//! What a chart shows: its series, its range, its marks, and what the person has hidden or focused.

use std::sync::Arc;

use domain::series::{Exemplar, Series};
use domain::sorted::SortedSet;
use domain::system::Unit;
use domain::time::{TimeDelta, TimeRange, Timestamp};

use crate::runs::usual_step;

/// A line chart over time.
#[derive(Clone, Debug, PartialEq)]
pub struct LineChart {
    /// The lines, in the order of the legend.
    pub series: Vec<ChartSeries>,
    /// The time from the left edge to the right edge.
    pub range: TimeRange,
    /// How far apart samples are, where the question said; otherwise it is measured.
    pub step: Option<TimeDelta>,
    /// What the values are.
    pub unit: Unit,
    /// How far up the value axis goes.
    pub scale: Scale,
    /// The objective, in `unit`: a dashed line.
    pub slo: Option<f64>,
    /// Deploys: thin verticals.
    pub deploys: Vec<Deploy>,
    /// Observations that know their trace: dots.
    pub exemplars: Vec<Exemplar>,
    /// Whether the newest value stands at the right end.
    pub end_label: EndLabel,
    /// The clock of the time axis.
    pub zone: Zone,
}

/// One line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartSeries {
    /// Its name in the legend; unique within the chart.
    pub name: Arc<str>,
    /// Its place in the palette, counted from 0; beyond the end it begins again.
    pub color: usize,
    /// What is below the line.
    pub fill: Fill,
    /// Its samples.
    pub data: Arc<Series>,
}

/// What is between a line and the zero line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fill {
    /// Nothing.
    #[default]
    None,
    /// The line's colour at 12 %.
    Area,
}

/// How far up the value axis goes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Scale {
    /// To the highest value of the visible lines.
    #[default]
    FromData,
    /// To this value, rounded up to a tick; what is above stays at the upper edge. For charts side by side.
    UpTo(f64),
}

/// Whether the newest value stands at the right end of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EndLabel {
    /// No, and no room is kept for it.
    #[default]
    None,
    /// That of the focused line, else of the line that ends highest.
    Newest,
}

/// A new version went out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deploy {
    /// When.
    pub time: Timestamp,
    /// What it is called.
    pub version: Arc<str>,
}

/// The clock of a time axis: fixed to one offset for the whole chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Seconds east of UTC.
    pub offset_secs: i32,
    /// How it is written at the axis, such as `UTC` or `+02:00`.
    pub label: Arc<str>,
}

impl Zone {
    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        Self { offset_secs: 0, label: "UTC".into() }
    }

    /// A clock so far east of UTC, named by its offset.
    pub fn from_offset(offset_secs: i32) -> Self {
        if offset_secs == 0 {
            return Self::utc();
        }
        let sign = if offset_secs < 0 { '−' } else { '+' };
        let minutes = offset_secs.unsigned_abs() / 60;
        Self { offset_secs, label: format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60).into() }
    }
}

/// What the person has done with the legend. Keyed by name, so that it outlives a refresh.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Lines that are not drawn.
    pub hidden: SortedSet<Arc<str>>,
    /// The line that stands out.
    pub focused: Option<Arc<str>>,
}

impl View {
    /// Whether the series is drawn.
    pub fn shows(&self, series: &ChartSeries) -> bool {
        !self.hidden.contains(&series.name)
    }

    /// Whether the series stands out.
    pub fn focuses(&self, series: &ChartSeries) -> bool {
        self.focused.as_ref() == Some(&series.name)
    }
}

impl LineChart {
    /// An empty chart over `range`, on a UTC clock, with nothing marked.
    pub fn new(range: TimeRange, unit: Unit) -> Self {
        Self {
            series: Vec::new(),
            range,
            step: None,
            unit,
            scale: Scale::FromData,
            slo: None,
            deploys: Vec::new(),
            exemplars: Vec::new(),
            end_label: EndLabel::None,
            zone: Zone::utc(),
        }
    }

    /// The series that `view` leaves, in order.
    pub fn visible<'a>(&'a self, view: &'a View) -> impl Iterator<Item = &'a ChartSeries> {
        self.series.iter().filter(|it| view.shows(it))
    }

    /// How far apart samples are: as the question said, else as measured of the finest series.
    pub(crate) fn usual_step(&self) -> Option<TimeDelta> {
        let measured = |it: &ChartSeries| usual_step(samples_in(&it.data, self.range).0);
        self.step.or_else(|| self.series.iter().filter_map(measured).min())
    }

    /// Whether there is nothing to draw: no series has a finite value inside the range.
    pub fn is_empty(&self) -> bool {
        self.series.iter().all(|it| samples_in(&it.data, self.range).1.iter().all(|value| !value.is_finite()))
    }

    /// The highest finite value inside the range, the objective included: for a scale that several charts share.
    pub fn highest(&self) -> Option<f64> {
        let values = self.series.iter().flat_map(|it| samples_in(&it.data, self.range).1);
        values.copied().chain(self.slo).filter(|it| it.is_finite()).max_by(f64::total_cmp)
    }
}

/// The samples inside `range`, its end included, as Prometheus' range queries include it.
pub(crate) fn samples_in(series: &Series, range: TimeRange) -> (&[Timestamp], &[f64]) {
    let first = series.times.partition_point(|it| *it < range.start);
    let past = series.times.partition_point(|it| *it <= range.end).min(series.values.len());
    match (series.times.get(first..past), series.values.get(first..past)) {
        (Some(times), Some(values)) => (times, values),
        _ => (&[], &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_named_by_its_offset() {
        let label = |offset_secs| Zone::from_offset(offset_secs).label.to_string();
        assert_eq!([label(0), label(7_200), label(-12_600)], ["UTC", "+02:00", "−03:30"]);
    }

    #[test]
    fn samples_of_a_range_include_both_ends() {
        let series = Series {
            times: (0..10).map(Timestamp::from_secs).collect(),
            values: (0..10).map(f64::from).collect(),
            ..Series::default()
        };
        let range = TimeRange { start: Timestamp::from_secs(2), end: Timestamp::from_secs(4) };
        assert_eq!(samples_in(&series, range).1, [2.0, 3.0, 4.0]);
        let short = Series { values: vec![1.0], ..series };
        assert!(samples_in(&short, range).1.is_empty(), "columns of unequal length must not mislead");
    }
}
