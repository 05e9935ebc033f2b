//! Runs: where samples are sparse, the stretches of a series without a gap, as points in device pixels.

use domain::time::{TimeDelta, Timestamp};

use crate::scale::{TimeScale, ValueScale};

/// A pause longer than this many steps is a gap. Below 2, so that one missing sample shows; above 1.5, so that
/// jitter of scrapes does not.
const GAP_STEPS: f64 = 1.75;
/// How many distances between samples are looked at to find the usual one.
const N_PROBES: usize = 101;

/// The usual distance between two neighbouring samples: the median of at most 101 of them; `None` below two samples.
pub(crate) fn usual_step(times: &[Timestamp]) -> Option<TimeDelta> {
    let n_steps = times.len().checked_sub(1).filter(|it| *it > 0)?;
    let stride = n_steps.div_ceil(N_PROBES);
    let pairs = times.iter().zip(times.iter().skip(1)).step_by(stride);
    let mut steps: Vec<_> = pairs.map(|(a, b)| *b - *a).collect();
    steps.sort_unstable();
    steps.get((steps.len() - 1) / 2).copied()
}

/// The longest pause that is not a gap; `None` when nothing is known, so nothing is one.
pub(crate) fn longest_pause(step: Option<TimeDelta>, times: &[Timestamp]) -> Option<TimeDelta> {
    let step = step.or_else(|| usual_step(times))?;
    Some(TimeDelta::from_nanos((step.nanos() as f64 * GAP_STEPS) as i64))
}

/// Splits samples at gaps and at values that are not finite. No run is empty.
pub(crate) fn runs(
    times: &[Timestamp],
    values: &[f64],
    longest_pause: Option<TimeDelta>,
    (time, value): (TimeScale, ValueScale),
) -> Vec<Vec<(i32, i32)>> {
    let mut runs: Vec<Vec<(i32, i32)>> = Vec::new();
    let mut before: Option<Timestamp> = None;
    for (at, sample) in times.iter().zip(values) {
        if !sample.is_finite() {
            before = None;
            continue;
        }
        let follows = before.is_some_and(|it| longest_pause.is_none_or(|pause| *at - it <= pause));
        let point = (time.x(*at), value.y(*sample));
        match runs.last_mut() {
            Some(run) if follows => run.push(point),
            _ => runs.push(vec![point]),
        }
        before = Some(*at);
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::TimeRange;

    /// One sample a second; `.` is a value, `-` NaN, `^` infinity, a space no sample.
    #[track_caller]
    fn check(samples: &str, expected_lengths: &[usize]) {
        let (mut times, mut values) = (Vec::new(), Vec::new());
        for (at, sample) in samples.chars().enumerate() {
            let value = match sample {
                '.' => 1.0,
                '-' => f64::NAN,
                '^' => f64::INFINITY,
                _ => continue,
            };
            times.push(Timestamp::from_secs(at as i64));
            values.push(value);
        }
        let range = TimeRange { start: Timestamp::from_secs(0), end: Timestamp::from_secs(100) };
        let time = TimeScale { range, left: 0, width: 1_000 };
        let value = ValueScale { low: 0.0, high: 2.0, top: 0, bottom: 100 };
        let pause = longest_pause(None, &times);
        let lengths: Vec<_> = runs(&times, &values, pause, (time, value)).iter().map(Vec::len).collect();
        assert_eq!(lengths, expected_lengths, "{samples:?}");
    }

    #[test]
    fn gaps_stay_gaps() {
        check("..........", &[10]);
        check(".....  ...", &[5, 3]);
        check(".... .....", &[4, 5]);
        check("....-.....", &[4, 5]);
        check("--..^..--.", &[2, 2, 1]);
        check("-----", &[]);
        check(".", &[1]);
        check("", &[]);
    }

    #[test]
    fn the_usual_step_survives_holes_and_jitter() {
        let times: Vec<_> =
            [0, 15_000, 30_100, 44_900, 60_000, 600_000, 615_000].map(Timestamp::from_millis).to_vec();
        assert_eq!(usual_step(&times), Some(TimeDelta::from_millis(15_000)));
        assert_eq!(usual_step(&times[..1]), None);
    }

    #[test]
    fn a_stated_step_decides() {
        let times = [0, 60, 120].map(Timestamp::from_secs);
        assert_eq!(
            longest_pause(Some(TimeDelta::from_secs(15)), &times),
            Some(TimeDelta::from_millis(26_250))
        );
    }
}
