//! What stands under the crosshair.

use domain::series::Series;
use domain::time::{TimeDelta, TimeRange, Timestamp};

use crate::model::{LineChart, View, samples_in};
use crate::runs::usual_step;

/// The sample nearest to `at`; times must ascend.
fn nearest(times: &[Timestamp], at: Timestamp) -> Option<usize> {
    let after = times.partition_point(|it| *it < at);
    let candidates = [after.checked_sub(1), Some(after)].into_iter().flatten();
    let distance = |index: usize| times.get(index).map(|it| (*it - at).nanos().unsigned_abs());
    candidates.filter_map(|it| Some((distance(it)?, it))).min().map(|(_, index)| index)
}

/// How far from an instant a sample still counts as the value there: one step, so that gaps stay gaps.
fn reach(chart: &LineChart, times: &[Timestamp]) -> TimeDelta {
    let fallback = || TimeDelta::from_nanos(chart.range.length().nanos() / 100);
    chart.step.or_else(|| usual_step(times)).unwrap_or_else(fallback)
}

/// The value of each series at `at`, hidden ones too; `None` in a gap and outside the range.
pub fn readout(chart: &LineChart, at: Timestamp) -> Vec<Option<f64>> {
    chart.series.iter().map(|it| value_at(chart, &it.data, at)).collect()
}

/// The newest value of each series inside the range, hidden ones too.
pub fn newest(chart: &LineChart) -> Vec<Option<f64>> {
    let newest =
        |series: &Series| samples_in(series, chart.range).1.iter().rev().copied().find(|it| !it.is_nan());
    chart.series.iter().map(|it| newest(&it.data)).collect()
}

pub(crate) fn value_at(chart: &LineChart, series: &Series, at: Timestamp) -> Option<f64> {
    let (times, values) = samples_in(series, chart.range);
    let index = nearest(times, at)?;
    let is_near = (*times.get(index)? - at).nanos().abs() <= reach(chart, times).nanos();
    values.get(index).copied().filter(|it| is_near && !it.is_nan())
}

/// The sample time nearest to `at` among the visible series; `None` when they have no sample in the range.
pub fn snap(chart: &LineChart, view: &View, at: Timestamp) -> Option<Timestamp> {
    let nearest_of = |series: &Series| {
        let (times, _) = samples_in(series, chart.range);
        times.get(nearest(times, at)?).copied()
    };
    chart.visible(view).filter_map(|it| nearest_of(&it.data)).min_by_key(|it| (*it - at).nanos().abs())
}

/// Which way along the time axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the left.
    Earlier,
    /// To the right.
    Later,
}

/// The next sample time of the visible series in one direction, at least `at_least` away (a pixel's worth, so that
/// each step of the crosshair is seen); `None` at the end.
pub fn neighbour(
    chart: &LineChart,
    view: &View,
    from: Timestamp,
    direction: Direction,
    at_least: TimeDelta,
) -> Option<Timestamp> {
    let TimeRange { start, end } = chart.range;
    let least = TimeDelta::from_nanos(at_least.nanos().max(1));
    let of = |series: &Series| {
        let (times, _) = samples_in(series, TimeRange { start, end });
        match direction {
            Direction::Later => times.get(times.partition_point(|it| *it < from + least)).copied(),
            Direction::Earlier => {
                let past = times.partition_point(|it| *it <= from - least);
                times.get(past.checked_sub(1)?).copied()
            }
        }
    };
    let times = chart.visible(view).filter_map(|it| of(&it.data));
    match direction {
        Direction::Later => times.min(),
        Direction::Earlier => times.max(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::chart_of;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn the_readout_is_the_nearest_sample_and_gaps_have_none() {
        let chart = chart_of(60, &[("a", &[(0, 1.0), (10, 2.0), (50, 3.0)]), ("b", &[(10, f64::NAN)])]);
        let chart = LineChart { step: Some(TimeDelta::from_secs(10)), ..chart };
        let check =
            |secs, expected: [Option<f64>; 2]| assert_eq!(readout(&chart, at(secs)), expected, "{secs}");
        check(0, [Some(1.0), None]);
        check(4, [Some(1.0), None]);
        check(6, [Some(2.0), None]);
        check(30, [None, None]);
        check(44, [Some(3.0), None]);
        check(60, [Some(3.0), None]);
    }

    #[test]
    fn the_crosshair_snaps_to_visible_samples() {
        let chart = chart_of(60, &[("a", &[(0, 1.0), (20, 1.0)]), ("b", &[(13, 1.0)])]);
        let mut view = View::default();
        assert_eq!(snap(&chart, &view, at(15)), Some(at(13)));
        view.hidden.insert("b".into());
        assert_eq!(snap(&chart, &view, at(15)), Some(at(20)));
        view.hidden.insert("a".into());
        assert_eq!(snap(&chart, &view, at(15)), None);
    }

    #[test]
    fn the_keyboard_goes_from_sample_to_sample() {
        let chart = chart_of(60, &[("a", &[(0, 1.0), (20, 1.0), (21, 1.0)]), ("b", &[(13, 1.0)])]);
        let check = |from, direction, at_least, expected: Option<i64>| {
            let to = neighbour(&chart, &View::default(), at(from), direction, TimeDelta::from_secs(at_least));
            assert_eq!(to, expected.map(at), "{from} {direction:?}");
        };
        check(0, Direction::Later, 0, Some(13));
        check(13, Direction::Later, 0, Some(20));
        check(13, Direction::Later, 8, Some(21));
        check(21, Direction::Later, 0, None);
        check(13, Direction::Earlier, 0, Some(0));
        check(0, Direction::Earlier, 0, None);
    }
}
