//! What is drawn, element by element, as a log.

use std::sync::Arc;

use super::*;
use crate::model::{Deploy, EndLabel};
use crate::testing::{chart_of, record, style};
use domain::series::{Exemplar, Labels};
use domain::system::Unit;
use domain::time::Timestamp;

/// A plot of 200 columns and 100 rows: x from 56 to 256, y from 8 to 108.
const SIZE: (u32, u32) = (264, 130);

#[track_caller]
fn check(chart: &LineChart, view: &View, what: &str, expected: &[&str]) {
    let (log, _) = record(SIZE, chart, view, &style());
    let found: Vec<_> = log.iter().filter(|it| it.contains(what)).map(String::as_str).collect();
    assert_eq!(found, expected, "of {log:#?}");
}

fn slope() -> LineChart {
    chart_of(100, &[("a", &[(0, 0.0), (50, 50.0), (100, 100.0)])])
}

#[test]
fn a_chart_is_a_grid_with_labels_and_a_line() {
    let (log, drawing) = record(SIZE, &slope(), &View::default(), &style());
    assert_eq!(
        log,
        [
            "rect surface true 0,0 264,130",
            "line line 1 56,108 256,108",
            "line line 1 56,58 256,58",
            "line line 1 56,8 256,8",
            "text ink-3 right middle 50,108 0",
            "text ink-3 right middle 50,58 50",
            "text ink-3 right middle 50,8 100",
            "text ink-3 left top 56,117 1 Jan",
            "text ink-3 left top 161,117 00:01",
            "text ink-3 right top 50,117 UTC",
            "path c1 1 56,108 156,58 256,8",
        ]
    );
    assert_eq!((drawing.plot.columns(), drawing.x_of(Timestamp::from_secs(50))), (200, Some(156)));
    assert_eq!(drawing.x_of(Timestamp::from_secs(101)), None);
}

#[test]
fn gaps_stay_gaps_and_a_lone_sample_is_a_point() {
    let samples =
        [(0, 100.0), (10, 100.0), (20, 100.0), (50, f64::NAN), (60, 100.0), (80, 100.0), (90, 100.0)];
    let chart = chart_of(100, &[("a", &samples)]);
    check(
        &chart,
        &View::default(),
        " c1 ",
        &["path c1 1 56,8 76,8 96,8", "circle c1 true 2 176,8", "path c1 1 216,8 236,8"],
    );
}

#[test]
fn many_samples_become_one_hairline_a_column() {
    let samples: Vec<_> = (0..1_000).map(|it| (it, f64::from(it as i32 % 5) * 25.0)).collect();
    let (log, _) = record(SIZE, &chart_of(1_000, &[("a", &samples)]), &View::default(), &style());
    let lines: Vec<_> = log.iter().filter(|it| it.starts_with("line c1")).collect();
    assert_eq!(lines.len(), 200);
    assert_eq!(
        (lines[0].as_str(), lines[199].as_str()),
        ("line c1 1 56,8 56,108", "line c1 1 255,8 255,108")
    );
    assert!(!log.iter().any(|it| it.starts_with("path")));
}

#[test]
fn the_focused_line_is_wider_and_above_and_the_others_fade() {
    let samples = [(0, 0.0), (100, 100.0)];
    let chart = chart_of(100, &[("a", &samples), ("b", &samples)]);
    let focus = View { focused: Some("a".into()), ..View::default() };
    check(&chart, &focus, "path", &["path c2/0.35 1 56,108 256,8", "path c1 2 56,108 256,8"]);
    let hide = View { hidden: std::iter::once(Arc::from("a")).collect(), ..View::default() };
    check(&chart, &hide, "path", &["path c2 1 56,108 256,8"]);
}

#[test]
fn an_area_reaches_down_to_zero() {
    let mut chart = slope();
    chart.series[0].fill = Fill::Area;
    check(&chart, &View::default(), "area", &["area c1/0.12 56,108 156,58 256,8 256,108 56,108"]);
}

#[test]
fn the_objective_is_dashed_with_its_value_at_the_right() {
    let chart = LineChart { slo: Some(50.0), ..slope() };
    let (log, _) = record(SIZE, &chart, &View::default(), &style());
    let warn: Vec<_> = log.iter().filter(|it| it.contains(" warn ")).collect();
    assert_eq!(
        (warn.len(), warn[0].as_str(), warn[25].as_str()),
        (27, "line warn 1 56,58 60,58", "line warn 1 256,58 256,58")
    );
    assert_eq!(warn[26], "text warn right bottom 256,55 SLO 50");
    let beyond = LineChart { slo: Some(5_000.0), ..slope() };
    check(&beyond, &View::default(), " warn ", &["text warn right top 256,11 SLO 5 000 ↑"]);
}

#[test]
fn deploys_have_their_version_where_there_is_room() {
    let deploy = |secs, version: &str| Deploy { time: Timestamp::from_secs(secs), version: version.into() };
    let chart =
        LineChart { deploys: vec![deploy(99, "late"), deploy(10, "early"), deploy(500, "never")], ..slope() };
    check(&chart, &View::default(), "text ink-3 left top 80,8", &["text ink-3 left top 80,8 early"]);
    check(&chart, &View::default(), "late", &["text ink-3 left top 226,8 late"]);
    check(&chart, &View::default(), "never", &[]);
}

#[test]
fn exemplars_are_rings_and_can_be_hit() {
    let exemplar = |secs, value| Exemplar {
        time: Timestamp::from_secs(secs),
        value,
        trace: None,
        series: Labels::default(),
    };
    let all = vec![
        exemplar(50, 20.0),
        exemplar(50, 21.0),
        exemplar(80, 90.0),
        exemplar(80, f64::NAN),
        exemplar(200, 1.0),
    ];
    let chart = LineChart { exemplars: all, ..slope() };
    check(
        &chart,
        &View::default(),
        "circle accent",
        &["circle accent true 4 156,87", "circle accent true 4 216,18"],
    );
    let (_, drawing) = record(SIZE, &chart, &View::default(), &style());
    let hit = |x, y| drawing.exemplar_at(x, y, 8.0).map(|it| it.index);
    assert_eq!([hit(158.0, 88.0), hit(216.0, 18.0), hit(56.0, 8.0)], [Some(1), Some(2), None]);
}

#[test]
fn the_newest_value_stands_at_the_end_of_its_line() {
    let chart =
        chart_of(100, &[("a", &[(0, 90.0), (100, 10.0)]), ("b", &[(0, 0.0), (80, 40.0), (100, f64::NAN)])]);
    let chart = LineChart { end_label: EndLabel::Newest, unit: Unit::Jobs, ..chart };
    let focus = View { focused: Some("a".into()), ..View::default() };
    check(&chart, &View::default(), "text ink ", &["text ink left middle 182,68 40"]);
    check(&chart, &focus, "text ink ", &["text ink left middle 212,98 10"]);
}

#[test]
fn nothing_to_draw_is_an_empty_grid() {
    for chart in
        [chart_of(100, &[]), chart_of(100, &[("a", &[])]), chart_of(0, &[("a", &[(0, f64::INFINITY)])])]
    {
        let (log, _) = record(SIZE, &chart, &View::default(), &style());
        assert!(chart.is_empty());
        assert!(log.iter().all(|it| !it.contains("c1") && !it.contains("right middle")), "{log:#?}");
    }
    assert!(!slope().is_empty());
    record((0, 0), &slope(), &View::default(), &style());
}

#[test]
fn twice_the_pixels_are_twice_the_geometry() {
    let (_, once) = record(SIZE, &slope(), &View::default(), &style());
    let (log, twice) = record((528, 260), &slope(), &View::default(), &ChartStyle { dpr: 2.0, ..style() });
    assert_eq!((twice.plot.left, twice.plot.right), (once.plot.left * 2, once.plot.right * 2));
    assert!(log.contains(&"path c1 1 112,216 312,116 512,16".to_owned()), "{log:#?}");
}

#[test]
fn values_outside_the_range_do_not_stretch_the_axis() {
    let chart = chart_of(100, &[("a", &[(0, 1.0), (100, 3.0), (200, 1e9)])]);
    let (_, drawing) = record(SIZE, &chart, &View::default(), &style());
    assert_eq!((drawing.values.low, drawing.values.high), (0.0, 3.0));
}
