//! From what was asked for a panel to the chart that it shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use charts::{ChartSeries, EndLabel, Fill, LineChart, Scale, Zone};
use domain::series::{Exemplar, Labels, Series};
use domain::system::{System, Unit};
use domain::time::{TimeDelta, TimeRange};
use inquiry::panels::Panel;

/// The chart of a panel.
///
/// Lines take the colour of the stage that their labels or the panel's matchers name, as everywhere else, and else the
/// next one that is free.
pub(super) fn chart(panel: &Panel, system: &System, range: TimeRange, zone: Zone) -> LineChart {
    let unit = panel.metric.as_ref().map_or(Unit::None, |it| it.family.unit);
    let alone = panel.series.len() == 1;
    let mut series: Vec<&Series> = panel.series.iter().collect();
    series.sort_by(|a, b| {
        place(system, &a.labels).cmp(&place(system, &b.labels)).then_with(|| a.labels.cmp(&b.labels))
    });
    let of_panel = panel
        .metric
        .as_ref()
        .and_then(|it| it.family.matchers.iter().find_map(|it| stage_of(system, &it.value)));
    let mut free = system.stages.len()..;
    let lines = series
        .into_iter()
        .map(|it| ChartSeries {
            name: name(&it.labels, panel).into(),
            color: stage_colour(system, &it.labels).or(of_panel).or_else(|| free.next()).unwrap_or_default(),
            fill: if alone { Fill::Area } else { Fill::None },
            data: Arc::new(it.clone()),
        })
        .collect();
    LineChart {
        series: lines,
        step: Some(panel.step.length()),
        slo: panel.metric.as_ref().and_then(|it| it.slo),
        exemplars: thinned(&panel.exemplars, range),
        end_label: EndLabel::Newest,
        zone,
        ..LineChart::new(range, unit)
    }
}

/// The highest exemplar of each of so many columns: more than that hides the line, and the slow ones are looked for.
fn thinned(exemplars: &[Exemplar], range: TimeRange) -> Vec<Exemplar> {
    const N_COLUMNS: i64 = 40;
    let width = (range.length().nanos() / N_COLUMNS).max(1);
    let mut columns: BTreeMap<i64, &Exemplar> = BTreeMap::new();
    for it in exemplars.iter().filter(|it| it.trace.is_some()) {
        let highest = columns.entry((it.time - range.start).nanos() / width).or_insert(it);
        if it.value > highest.value {
            *highest = it;
        }
    }
    columns.into_values().cloned().collect()
}

/// The same chart on a scale that it shares with others; its own where there is none to share.
pub(super) fn on_scale(chart: &Arc<LineChart>, highest: Option<f64>) -> Arc<LineChart> {
    match highest {
        Some(highest) => Arc::new(LineChart { scale: Scale::UpTo(highest), ..LineChart::clone(chart) }),
        None => chart.clone(),
    }
}

/// The newest value of a chart with one line, with its unit.
pub(super) fn newest(chart: &LineChart) -> Option<String> {
    match chart.series.as_slice() {
        [only] => only.data.last().map(|(_, value)| domain::format::value(value, chart.unit)),
        _ => None,
    }
}

/// Why a panel has nothing to draw.
pub(super) fn why_empty(panel: &Panel) -> String {
    match &panel.metric {
        None => "The system file names no metric with this meaning.".to_owned(),
        Some(_) if panel.failure.is_some() => "Nothing to draw.".to_owned(),
        Some(metric) => {
            format!(
                "No series called {} in this range, or none with the labels that the system file asks for.{}",
                metric.family.names.join(" or "),
                seen_seldom(panel.step.length()),
            )
        }
    }
}

/// What else may be the reason: Prometheus looks back five minutes from each point (its default), so where points are
/// farther apart, a series that is young may lie between two of them.
fn seen_seldom(step: TimeDelta) -> String {
    match step > TimeDelta::from_secs(5 * 60) {
        true => format!(" It is looked for every {step} here: a younger one shows in a shorter range."),
        false => String::new(),
    }
}

/// The distance of the points, for whoever pastes the query elsewhere.
pub(super) fn step_text(panel: &Panel) -> String {
    format!("step {}", panel.step.length())
}

/// What a line is called: its labels' values in the metric's order, the first alone where the rest repeats it.
fn name(labels: &Labels, panel: &Panel) -> String {
    let Some(metric) = &panel.metric else { return String::new() };
    let values: Vec<&str> =
        metric.family.by.iter().filter_map(|it| labels.get(it)).filter(|it| !it.is_empty()).collect();
    match values.as_slice() {
        [] => metric.title.clone(),
        [first, rest @ ..] if rest.iter().all(|it| first.contains(it)) => (*first).to_owned(),
        all => all.join(" · "),
    }
}

fn stage_colour(system: &System, labels: &Labels) -> Option<usize> {
    labels.0.iter().find_map(|(_, value)| stage_of(system, value))
}

/// The place among the stages of whatever stage, or queue of a stage, a label's value names.
fn stage_of(system: &System, value: &str) -> Option<usize> {
    let by_queue = || system.stages.iter().position(|it| it.queue.as_deref() == Some(value));
    system.stage_named(value).and_then(|it| system.stage_colour(&it.id)).or_else(by_queue)
}

fn place(system: &System, labels: &Labels) -> usize {
    stage_colour(system, labels).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_between_two_points_is_not_said_to_be_missing_for_sure() {
        assert_eq!(seen_seldom(TimeDelta::from_secs(300)), "");
        let said = " It is looked for every 6 h here: a younger one shows in a shorter range.";
        assert_eq!(seen_seldom(TimeDelta::from_secs(6 * 3_600)), said);
    }
}
