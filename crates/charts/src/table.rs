//! A chart in words and as a table: for people who do not see it, and for those who want the numbers.

use std::sync::Arc;

use domain::format;
use domain::time::{STEP_LADDER_SECS, TimeDelta};

use crate::columns::Extent;
use crate::model::{LineChart, View, samples_in};
use crate::readout::value_at;
use crate::runs::usual_step;
use crate::text::clock_label;

/// A thinned table of a chart's values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Names of the series, one a column.
    pub columns: Vec<Arc<str>>,
    /// Time, then one value a series; `–` in a gap.
    pub rows: Vec<(String, Vec<String>)>,
    /// How far apart the rows are.
    pub step: TimeDelta,
}

/// The values of the visible series at round times, in at most about `max_rows` rows.
pub fn table(chart: &LineChart, view: &View, max_rows: u32) -> Table {
    let ideal_secs = chart.range.length().secs() / i64::from(max_rows.max(1));
    let ladder = STEP_LADDER_SECS.into_iter().find(|it| *it >= ideal_secs);
    let thinned = TimeDelta::from_secs(ladder.unwrap_or((ideal_secs / 86_400 + 1) * 86_400));
    let finest = chart.visible(view).filter_map(|it| usual_step(samples_in(&it.data, chart.range).0)).min();
    let step = finest.map_or(thinned, |it| it.max(thinned));

    let visible: Vec<_> = chart.visible(view).collect();
    let mut rows = Vec::new();
    let mut at = chart.range.start.ceil_to(step);
    while at <= chart.range.end && !visible.is_empty() {
        let value = |it: f64| format::value(it, chart.unit);
        let cells = visible.iter().map(|it| value(value_at(chart, &it.data, at).unwrap_or(f64::NAN)));
        rows.push((clock_label(at, &chart.zone, step), cells.collect()));
        at = at + step;
    }
    Table { columns: visible.iter().map(|it| Arc::clone(&it.name)).collect(), rows, step }
}

/// How many series a summary tells of.
const MAX_SUMMED_UP: usize = 5;

/// One or two sentences: what, when, and of each visible series its newest, lowest and highest value.
pub fn summary(title: &str, chart: &LineChart, view: &View) -> String {
    let range = chart.range;
    let minute = TimeDelta::from_secs(60);
    let clock = |at| clock_label(at, &chart.zone, range.length().min(minute));
    let mut text = format!("{title}, {} to {} {}.", clock(range.start), clock(range.end), chart.zone.label);
    let value = |it| format::value(it, chart.unit);
    let mut n_visible = 0;
    for series in chart.visible(view) {
        n_visible += 1;
        if n_visible > MAX_SUMMED_UP {
            continue;
        }
        let (_, values) = samples_in(&series.data, range);
        let extent = Extent::of(values);
        let newest = values.iter().rev().find(|it| it.is_finite());
        match newest {
            None => text.push_str(&format!(" {}: no values.", series.name)),
            Some(newest) => text.push_str(&format!(
                " {}: {} at the end, lowest {}, highest {}.",
                series.name,
                value(*newest),
                value(extent.low),
                value(extent.high),
            )),
        }
    }
    if n_visible > MAX_SUMMED_UP {
        text.push_str(&format!(" And {} more.", n_visible - MAX_SUMMED_UP));
    }
    if let Some(slo) = chart.slo {
        text.push_str(&format!(" Objective: {}.", value(slo)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::chart_of;
    use domain::system::Unit;

    #[test]
    fn a_table_has_round_times_and_shows_gaps() {
        let chart = chart_of(
            60,
            &[("a", &[(0, 1.0), (10, 2.0), (20, 3.0), (50, 4.0), (60, 5.0)]), ("b", &[(20, 7.0)])],
        );
        let chart = LineChart { step: Some(TimeDelta::from_secs(10)), ..chart };
        let table = table(&chart, &View::default(), 3);
        let lines: Vec<_> =
            table.rows.iter().map(|(time, values)| format!("{time} {}", values.join(" "))).collect();
        assert_eq!(lines, ["00:00:00 1 –", "00:00:20 3 7", "00:00:40 4 –", "00:01:00 5 –"]);
        assert_eq!(table.columns, ["a".into(), "b".into()]);
    }

    #[test]
    fn a_table_is_never_long() {
        let samples: Vec<_> = (0..100_000).map(|it| (it, 1.0)).collect();
        let chart = chart_of(100_000, &[("a", &samples)]);
        assert!(table(&chart, &View::default(), 60).rows.len() <= 61);
    }

    #[test]
    fn a_summary_says_what_the_lines_say() {
        let chart = chart_of(3_600, &[("scrape", &[(0, 12.0), (60, 318.0), (120, 310.0)]), ("embed", &[])]);
        let chart = LineChart { unit: Unit::Jobs, ..chart };
        assert_eq!(
            summary("Queue depth", &chart, &View::default()),
            "Queue depth, 00:00 to 01:00 UTC. scrape: 310 at the end, lowest 12, highest 318. \
             embed: no values."
        );
    }
}
