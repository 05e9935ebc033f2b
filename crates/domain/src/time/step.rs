//! Resolution: how far apart the points of a series are, on a ladder that zooming rarely leaves.

use super::{TimeDelta, TimeRange};

/// The steps that are ever asked for, in seconds: Grafana's `$__interval` values (`rangeutil.roundInterval`).
pub const STEP_LADDER_SECS: [i64; 18] =
    [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600];

/// Points a series may have before a Prometheus refuses (`exceeded maximum resolution of 11,000 points`).
const MAX_POINTS: i64 = 11_000;

/// The distance between two points of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step(TimeDelta);

impl Step {
    /// Exactly this step.
    pub const fn from_secs(secs: i64) -> Self {
        Self(TimeDelta::from_secs(secs))
    }

    /// The step for `max_points` points over `range`: rounded as Grafana rounds, never finer than `scrape`,
    /// never so fine that a server refuses.
    pub fn for_range(range: TimeRange, max_points: u32, scrape: TimeDelta) -> Self {
        let ideal_millis = range.length().millis() / i64::from(max_points.max(1));
        let least_secs = (range.length().secs() + MAX_POINTS - 1) / MAX_POINTS;
        let least_secs = least_secs.max(scrape.secs()).max(1);
        let secs = rounded_secs(ideal_millis).max(least_secs);
        let secs = STEP_LADDER_SECS.into_iter().find(|it| *it >= secs).unwrap_or_else(|| {
            let day = 86_400;
            (secs + day / 2 - 1) / (day / 2) * (day / 2)
        });
        Self::from_secs(secs)
    }

    /// Its length.
    pub const fn length(self) -> TimeDelta {
        self.0
    }
}

/// Grafana's `roundInterval`: the ladder's step nearest to an ideal one, where it crosses over at these limits.
fn rounded_secs(ideal_millis: i64) -> i64 {
    const UPPER_MILLIS: [(i64, i64); 17] = [
        (1_500, 1),
        (3_500, 2),
        (7_500, 5),
        (12_500, 10),
        (17_500, 15),
        (25_000, 20),
        (45_000, 30),
        (90_000, 60),
        (210_000, 120),
        (450_000, 300),
        (750_000, 600),
        (1_050_000, 900),
        (1_500_000, 1_200),
        (2_700_000, 1_800),
        (5_400_000, 3_600),
        (9_000_000, 7_200),
        (16_200_000, 10_800),
    ];
    UPPER_MILLIS.into_iter().find(|(upper, _)| ideal_millis < *upper).map_or_else(
        || if ideal_millis < 32_400_000 { 21_600 } else { (ideal_millis / 43_200_000 + 1) * 43_200 },
        |(_, secs)| secs,
    )
}

/// Grafana's `$__rate_interval`: `max(step + scrape, 4 × scrape)`, so that a rate always sees two samples.
pub fn rate_interval(step: Step, scrape: TimeDelta) -> TimeDelta {
    (step.length() + scrape).max(scrape.times(4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[track_caller]
    fn check(range_secs: i64, max_points: u32, scrape_secs: i64, expected_secs: i64) {
        let range = TimeRange { start: Timestamp::from_secs(0), end: Timestamp::from_secs(range_secs) };
        let step = Step::for_range(range, max_points, TimeDelta::from_secs(scrape_secs));
        assert_eq!(step, Step::from_secs(expected_secs));
    }

    #[test]
    fn steps_are_grafanas() {
        check(3_600, 1_200, 1, 2);
        check(3_600, 390, 1, 10);
        check(3_600, 1_200, 15, 15);
        check(86_400, 1_200, 15, 60);
        check(604_800, 1_200, 15, 600);
        check(2_592_000, 1_200, 15, 1_800);
    }

    #[test]
    fn no_step_makes_a_server_refuse() {
        for range_secs in [1, 3_600, 86_400, 31_536_000, 315_360_000] {
            let range = TimeRange { start: Timestamp::from_secs(0), end: Timestamp::from_secs(range_secs) };
            let step = Step::for_range(range, 1_000_000, TimeDelta::from_secs(1));
            assert!(range_secs / step.length().secs() <= MAX_POINTS, "{range_secs}: {step:?}");
        }
    }

    #[test]
    fn a_rate_sees_four_scrapes() {
        let scrape = TimeDelta::from_secs(15);
        assert_eq!(rate_interval(Step::from_secs(15), scrape), TimeDelta::from_secs(60));
        assert_eq!(rate_interval(Step::from_secs(600), scrape), TimeDelta::from_secs(615));
    }
}
