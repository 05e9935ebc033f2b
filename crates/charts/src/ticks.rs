//! Ticks: round values and round times, and their labels.

use domain::system::Unit;
use domain::time::{Civil, TimeDelta, TimeRange, Timestamp, civil_from_timestamp, timestamp_from_civil};

use crate::columns::Extent;
use crate::model::{Scale, Zone};
use crate::text::{DisplayUnit, clock_label, fixed, month_name, with_unit};

/// Beyond this a value axis makes no sense, and the arithmetic of steps would overflow.
const HIGHEST: f64 = 1e300;

/// The value axis: its ends, both on a tick, and its ticks from the lowest up.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ValueTicks {
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<(f64, String)>,
}

/// Ticks for the values of a chart: from zero (or below it) to the first round value at or above the highest one,
/// in at most `max_intervals` equal steps. The unit stands at the highest tick alone.
pub(crate) fn value_ticks(extent: Extent, scale: Scale, unit: Unit, max_intervals: u32) -> ValueTicks {
    let lowest = if extent.is_none() { 0.0 } else { extent.low.clamp(-HIGHEST, 0.0) };
    let highest = match scale {
        Scale::UpTo(value) if value.is_finite() => value,
        Scale::UpTo(_) | Scale::FromData => extent.high,
    };
    let highest = if highest > 0.0 { highest.min(HIGHEST) } else { 0.0 };
    let (lowest, highest) = if highest - lowest > 0.0 { (lowest, highest) } else { (0.0, 1.0) };

    let display = DisplayUnit::of(unit, highest.max(-lowest));
    let (low, high) = (lowest / display.per, highest / display.per);
    let max_intervals = f64::from(max_intervals.max(1));
    let intervals = |step: f64| (high / step).ceil() - (low / step).floor();
    let fits = |step: &f64| intervals(*step) <= max_intervals;
    let step = steps(unit, display, (high - low) / max_intervals).find(fits).unwrap_or(high - low);

    let decimals = (0..12).find(|it| is_whole(step * 10_f64.powi(*it))).unwrap_or(12) as usize;
    let (first, last) = ((low / step).floor(), (high / step).ceil());
    let label = |multiple: f64| {
        let number = fixed(multiple * step, decimals);
        let name = if unit == Unit::Jobs && multiple * step == 1.0 { "job" } else { display.name };
        if multiple == last { with_unit(&number, name) } else { number }
    };
    let n_ticks = (last - first) as u32 + 1;
    let multiples = (0..n_ticks).map(|it| first + f64::from(it));
    ValueTicks {
        low: first * step * display.per,
        high: last * step * display.per,
        ticks: multiples.map(|it| (it * step * display.per, label(it))).collect(),
    }
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6 * value.abs().max(1.0)
}

/// Round steps in the unit that is shown, from about `ideal` upwards.
fn steps(unit: Unit, display: DisplayUnit, ideal: f64) -> impl Iterator<Item = f64> {
    let sixty: &[f64] = match display.name {
        "s" | "min" if unit == Unit::Seconds => &[10.0, 15.0, 20.0, 30.0, 60.0],
        "h" => &[1.0, 2.0, 3.0, 6.0, 12.0, 24.0],
        _ => &[],
    };
    let is_clock = display.name == "h" || ideal > 5.0;
    let from_sixty = sixty.iter().copied().filter(move |it| is_clock && *it >= ideal);
    let whole_only = unit == Unit::Jobs && display.per == 1.0;
    let exponent = if ideal > 0.0 { ideal.log10().floor() as i32 } else { 0 };
    let decimal = (exponent - 1..=exponent + 2)
        .flat_map(|exponent| [1.0, 2.0, 2.5, 5.0].map(|it| scaled_by_ten(it, exponent)))
        .filter(move |it| !whole_only || it.fract() == 0.0 && *it >= 1.0);
    from_sixty.chain(decimal)
}

/// `digit · 10^exponent`, divided rather than multiplied for small ones, so that 0.1 is exactly the 0.1 of the source.
fn scaled_by_ten(digit: f64, exponent: i32) -> f64 {
    if exponent < 0 { digit / 10_f64.powi(-exponent) } else { digit * 10_f64.powi(exponent) }
}

/// One tick of the time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TimeTick {
    pub at: Timestamp,
    pub label: String,
}

/// The distance between two ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TickStep {
    Fixed(TimeDelta),
    Months(i64),
}

const STEPS_MILLIS: [i64; 31] = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    15_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    900_000,
    1_800_000,
    3_600_000,
    7_200_000,
    10_800_000,
    21_600_000,
    43_200_000,
    86_400_000,
    172_800_000,
    345_600_000,
    604_800_000,
    1_209_600_000,
];
const STEPS_MONTHS: [i64; 8] = [1, 3, 6, 12, 24, 60, 120, 240];
const DAY: TimeDelta = TimeDelta::from_secs(86_400);

impl TickStep {
    /// All, from the shortest up.
    fn all() -> impl DoubleEndedIterator<Item = Self> {
        let fixed = STEPS_MILLIS.into_iter().map(|it| Self::Fixed(TimeDelta::from_millis(it)));
        fixed.chain(STEPS_MONTHS.into_iter().map(Self::Months))
    }

    /// About how long it is.
    fn length(self) -> TimeDelta {
        match self {
            Self::Fixed(step) => step,
            Self::Months(months) => DAY.times(30 * months),
        }
    }
}

/// Round times inside `range` on the zone's clock, at most `max_ticks` of them (but for odd alignments, three more). Two
/// at least where the range is not too short for that: a single one tells no distance.
pub(crate) fn time_ticks(range: TimeRange, zone: &Zone, max_ticks: u32) -> Vec<TimeTick> {
    let ideal = TimeDelta::from_nanos(range.length().nanos() / i64::from(max_ticks.max(1)));
    let longest = TickStep::all().map(TickStep::length).find(|it| *it >= ideal);
    let is_too_long = |it: &TickStep| longest.is_some_and(|longest| it.length() > longest);
    let mut ticks = Vec::new();
    for step in TickStep::all().rev().skip_while(is_too_long) {
        let times = match step {
            TickStep::Fixed(step) => fixed_times(range, zone, step),
            TickStep::Months(months) => month_times(range, zone, months),
        };
        ticks = times.into_iter().map(|at| TimeTick { at, label: time_label(at, zone, step) }).collect();
        if ticks.len() > 1 {
            break;
        }
    }
    ticks
}

fn fixed_times(range: TimeRange, zone: &Zone, step: TimeDelta) -> Vec<Timestamp> {
    // Weeks begin on Monday, and 1970-01-01 was a Thursday: the Monday before it is three days earlier.
    let offset = TimeDelta::from_secs(i64::from(zone.offset_secs));
    let shift = if step.secs() % (7 * 86_400) == 0 { offset + DAY.times(3) } else { offset };
    let mut at = (range.start + shift).ceil_to(step) - shift;
    let mut times = Vec::new();
    while at <= range.end && times.len() < 1_000 {
        times.push(at);
        at = at + step;
    }
    times
}

#[inline(never)] // not compiled for the charts of hours and days
fn month_times(range: TimeRange, zone: &Zone, step_months: i64) -> Vec<Timestamp> {
    let start = civil_from_timestamp(range.start, zone.offset_secs);
    let first = start.year * 12 + i64::from(start.month) - 1;
    let first = first.div_euclid(step_months) * step_months;
    let month = |months: i64| Civil {
        year: months.div_euclid(12),
        month: (months.rem_euclid(12) + 1) as u8,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        nanos: 0,
    };
    let times =
        (0..1_000).map_while(|it| timestamp_from_civil(month(first + it * step_months), zone.offset_secs));
    times.skip_while(|it| *it < range.start).take_while(|it| *it <= range.end).collect()
}

fn time_label(at: Timestamp, zone: &Zone, step: TickStep) -> String {
    let civil = civil_from_timestamp(at, zone.offset_secs);
    let month = month_name(civil.month);
    let is_midnight = (civil.hour, civil.minute, civil.second, civil.nanos) == (0, 0, 0, 0);
    match step {
        TickStep::Fixed(step) if step < DAY && !(is_midnight && step >= TimeDelta::from_secs(60)) => {
            clock_label(at, zone, step)
        }
        TickStep::Fixed(_) => format!("{} {month}", civil.day),
        TickStep::Months(_) if civil.month == 1 => civil.year.to_string(),
        TickStep::Months(_) => month.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::parse_civil;
    use proptest::prelude::*;

    #[track_caller]
    fn check_values(low: f64, high: f64, unit: Unit, expected: &str) {
        let ticks = value_ticks(Extent { low, high }, Scale::FromData, unit, 4);
        let labels: Vec<_> = ticks.ticks.iter().map(|(_, label)| label.replace('\u{202f}', " ")).collect();
        assert_eq!(labels.join(" | "), expected, "{low} to {high} {unit:?}");
    }

    #[test]
    fn values_are_round_and_the_highest_has_the_unit() {
        check_values(4.0, 310.0, Unit::Jobs, "0 | 100 | 200 | 300 | 400 jobs");
        check_values(0.1, 0.5, Unit::Seconds, "0 | 200 | 400 | 600 ms");
        check_values(1.5, 2.6, Unit::Seconds, "0 | 1 | 2 | 3 s");
        check_values(0.0, 100.0, Unit::Seconds, "0 | 30 | 60 | 90 | 120 s");
        check_values(0.0, 1_500.0, Unit::Seconds, "0 | 10 | 20 | 30 min");
        check_values(0.0, 36_000.0, Unit::Seconds, "0 | 3 | 6 | 9 | 12 h");
        check_values(0.0, 0.96, Unit::Ratio, "0 | 25 | 50 | 75 | 100 %");
        check_values(0.0, 3.0, Unit::Jobs, "0 | 1 | 2 | 3 jobs");
        check_values(0.0, 1.0, Unit::Jobs, "0 | 1 job");
        check_values(0.0, 39_000.0, Unit::Jobs, "0 | 10 000 | 20 000 | 30 000 | 40 000 jobs");
        check_values(0.0, 9_000.0, Unit::Jobs, "0 | 2 500 | 5 000 | 7 500 | 10 000 jobs");
        check_values(0.0, 700_000_000.0, Unit::Bytes, "0 | 200 | 400 | 600 | 800 MB");
        check_values(0.0, 1.3, Unit::PerSecond, "0 | 0.5 | 1 | 1.5/s");
        check_values(-30.0, 45.0, Unit::None, "−50 | −25 | 0 | 25 | 50");
    }

    #[test]
    fn nothing_and_nonsense_still_have_an_axis() {
        check_values(f64::INFINITY, f64::NEG_INFINITY, Unit::Jobs, "0 | 1 job");
        check_values(0.0, 0.0, Unit::Ratio, "0 | 25 | 50 | 75 | 100 %");
        let ticks = value_ticks(Extent { low: -f64::MAX, high: f64::MAX }, Scale::FromData, Unit::None, 4);
        assert!(ticks.high.is_finite() && ticks.low.is_finite() && ticks.ticks.len() <= 6, "{ticks:?}");
    }

    #[test]
    fn charts_side_by_side_get_the_same_axis() {
        let (read, write) = (Extent { low: 0.1, high: 0.3 }, Extent { low: 1.0, high: 2.6 });
        let axis = |extent| value_ticks(extent, Scale::UpTo(2.6), Unit::Seconds, 4);
        assert_eq!(axis(read), axis(write));
    }

    proptest! {
        #[test]
        fn the_axis_holds_the_data(low in -1e9..1e9_f64, length in 0.0..1e9_f64, max_intervals in 2..8_u32) {
            for unit in [Unit::None, Unit::Seconds, Unit::Bytes, Unit::Ratio, Unit::Jobs, Unit::PerSecond] {
                let ticks = value_ticks(Extent { low, high: low + length }, Scale::FromData, unit, max_intervals);
                prop_assert!(ticks.low <= low.min(0.0) && ticks.high >= low + length, "{:?}", ticks);
                prop_assert!(ticks.ticks.len() as u32 <= max_intervals + 1, "{:?}", ticks);
                prop_assert!(ticks.ticks.is_sorted_by(|a, b| a.0 < b.0), "{:?}", ticks);
            }
        }
    }

    #[track_caller]
    fn check_times(from: &str, to: &str, offset_secs: i32, expected: &str) {
        let range = TimeRange { start: parse_civil(from, 0).unwrap(), end: parse_civil(to, 0).unwrap() };
        let labels: Vec<_> =
            time_ticks(range, &Zone::from_offset(offset_secs), 5).into_iter().map(|it| it.label).collect();
        assert_eq!(labels.join(" | "), expected, "{from} to {to}");
    }

    #[test]
    fn times_are_round_on_the_clock_of_the_zone() {
        let day = |text: &str| format!("2026-03-14T{text}Z");
        let check = |from: &str, to: &str, expected| check_times(&day(from), &day(to), 0, expected);
        check("10:00:00", "11:00:00", "10:00 | 10:15 | 10:30 | 10:45 | 11:00");
        check(
            "10:00:00",
            "10:00:02",
            "10:00:00.000 | 10:00:00.500 | 10:00:01.000 | 10:00:01.500 | 10:00:02.000",
        );
        check("10:00:03", "10:01:00", "10:00:15 | 10:00:30 | 10:00:45 | 10:01:00");
        check_times(
            "2026-03-14T12:00:00Z",
            "2026-03-15T12:00:00Z",
            0,
            "12:00 | 18:00 | 15 Mar | 06:00 | 12:00",
        );
        check_times("2026-03-14T12:00:00Z", "2026-03-15T12:00:00Z", 19_800, "18:00 | 15 Mar | 06:00 | 12:00");
        check_times(
            "2026-03-08T00:00:00Z",
            "2026-04-08T00:00:00Z",
            0,
            "9 Mar | 16 Mar | 23 Mar | 30 Mar | 6 Apr",
        );
        check_times("2025-10-15T00:00:00Z", "2026-03-10T00:00:00Z", 0, "Nov | Dec | 2026 | Feb | Mar");
        check_times("2020-02-01T00:00:00Z", "2024-02-01T00:00:00Z", 0, "2021 | 2022 | 2023 | 2024");
    }

    #[test]
    fn a_narrow_axis_has_two_times_at_least() {
        let labels = |from: &str, to: &str| {
            let range = TimeRange { start: parse_civil(from, 0).unwrap(), end: parse_civil(to, 0).unwrap() };
            let ticks = time_ticks(range, &Zone::from_offset(0), 2);
            ticks.into_iter().map(|it| it.label).collect::<Vec<_>>().join(" | ")
        };
        assert_eq!(labels("2026-10-29T05:21:00Z", "2026-11-28T05:21:00Z"), "2 Nov | 16 Nov");
        assert_eq!(labels("2026-03-14T10:31:00Z", "2026-03-14T11:29:00Z"), "10:45 | 11:00 | 11:15");
        assert_eq!(labels("2011-02-01T00:00:00Z", "2019-02-01T00:00:00Z"), "2012 | 2014 | 2016 | 2018");
    }

    proptest! {
        #[test]
        fn times_are_few_sorted_and_inside(start in 0..4_000_000_000_i64, length_millis in 1..600_000_000_000_i64,
                                           offset_quarters in -48..56_i32, max_ticks in 2..14_u32) {
            let start = Timestamp::from_secs(start);
            let range = TimeRange { start, end: start + TimeDelta::from_millis(length_millis) };
            let ticks = time_ticks(range, &Zone::from_offset(offset_quarters * 900), max_ticks);
            prop_assert!(ticks.len() as u32 <= max_ticks + 3, "{} of {}", ticks.len(), max_ticks);
            prop_assert!(ticks.len() > 1 || length_millis < 5, "{} ms have {}", length_millis, ticks.len());
            prop_assert!(ticks.is_sorted_by(|a, b| a.at < b.at));
            prop_assert!(ticks.iter().all(|it| range.start <= it.at && it.at <= range.end));
        }
    }
}
