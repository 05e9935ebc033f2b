//! The words of an axis: round numbers in a unit that they share, times as fine as they are apart.

use domain::format::{Precision, clock};
use domain::system::Unit;
use domain::time::{TimeDelta, Timestamp, civil_from_timestamp};

use crate::model::{LineChart, Zone};

/// Between groups of three digits, as in [`domain::format`].
const GROUP: char = '\u{202f}';

/// A number and its unit, apart as [`domain::format::value`] writes them.
pub(crate) fn with_unit(number: &str, unit: &str) -> String {
    let is_joined = unit.is_empty() || unit.starts_with('/');
    if is_joined { format!("{number}{unit}") } else { format!("{number} {unit}") }
}

/// The unit in which values of some size are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DisplayUnit {
    /// How much of the value's own unit one of these is.
    pub per: f64,
    /// As it is written after the number; empty for a plain number.
    pub name: &'static str,
}

impl DisplayUnit {
    /// The one that fits values up to `highest`.
    pub(crate) fn of(unit: Unit, highest: f64) -> Self {
        let ladder: &[(f64, f64, &str)] = match unit {
            Unit::None => &[(1e6, 1.0, ""), (1e9, 1e6, "M"), (f64::MAX, 1e9, "G")],
            Unit::Jobs => &[(1e6, 1.0, "jobs"), (1e9, 1e6, "M jobs"), (f64::MAX, 1e9, "G jobs")],
            Unit::PerSecond => &[(1e6, 1.0, "/s"), (1e9, 1e6, "M/s"), (f64::MAX, 1e9, "G/s")],
            Unit::Ratio => &[(f64::MAX, 0.01, "%")],
            Unit::Seconds => &[
                (1e-6, 1e-9, "ns"),
                (1e-3, 1e-6, "µs"),
                (1.0, 1e-3, "ms"),
                (120.0, 1.0, "s"),
                (7_200.0, 60.0, "min"),
                (172_800.0, 3_600.0, "h"),
                (f64::MAX, 86_400.0, "d"),
            ],
            Unit::Bytes => &[
                (1e3, 1.0, "B"),
                (1e6, 1e3, "kB"),
                (1e9, 1e6, "MB"),
                (1e12, 1e9, "GB"),
                (f64::MAX, 1e12, "TB"),
            ],
        };
        let fits = ladder.iter().find(|(below, ..)| highest < *below).or(ladder.last());
        fits.map_or(Self { per: 1.0, name: "" }, |(_, per, name)| Self { per: *per, name })
    }
}

/// So many decimals, without zeros at the end, in groups of three, with a real minus sign.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    // By whole numbers: the general formatting of floats is code that nothing else on the way to a chart needs.
    let scale = 10_u64.saturating_pow(decimals as u32);
    let scaled = (value.abs() * scale as f64).round() as u64;
    let (whole, fraction) = ((scaled / scale).to_string(), scaled % scale);
    let mut out = String::from(if value < 0.0 && scaled > 0 { "−" } else { "" });
    for (place, digit) in whole.chars().enumerate() {
        let rest = whole.len() - place;
        if place > 0 && rest % 3 == 0 {
            out.push(GROUP);
        }
        out.push(digit);
    }
    if fraction > 0 {
        let fraction = format!("{fraction:0decimals$}");
        out.push('.');
        out.push_str(fraction.trim_end_matches('0'));
    }
    out
}

/// What a clock shows, in as much detail as `step` needs: `10:15`, `10:15:30`, `10:15:30.250`.
pub(crate) fn clock_label(at: Timestamp, zone: &Zone, step: TimeDelta) -> String {
    let precision = if step >= TimeDelta::from_secs(60) {
        Precision::Minutes
    } else if step >= TimeDelta::from_secs(1) {
        Precision::Seconds
    } else {
        Precision::Millis
    };
    clock(at, zone.offset_secs, precision)
}

/// An instant as the readout of a chart writes it: with the date where the chart is longer than a day, and as much of
/// the clock as its samples need.
pub fn moment_label(at: Timestamp, chart: &LineChart) -> String {
    let a_minute = TimeDelta::from_secs(60);
    let clock = clock_label(at, &chart.zone, chart.usual_step().unwrap_or(a_minute).min(a_minute));
    if chart.range.length() <= TimeDelta::from_secs(86_400) {
        return clock;
    }
    let it = civil_from_timestamp(at, chart.zone.offset_secs);
    format!("{} {} {clock}", it.day, month_name(it.month))
}

/// The short English name of a month, 1 to 12.
pub(crate) fn month_name(month: u8) -> &'static str {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    MONTHS.get(usize::from(month).wrapping_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::TimeRange;

    #[test]
    fn numbers_have_the_decimals_that_they_need() {
        let check = |value, decimals, expected: &str| {
            assert_eq!(fixed(value, decimals).replace(GROUP, " "), expected);
        };
        check(0.0, 0, "0");
        check(-0.001, 2, "0");
        check(12.5, 2, "12.5");
        check(-1_234_567.25, 2, "−1 234 567.25");
        check(0.05, 2, "0.05");
        check(999.999, 2, "1 000");
    }

    #[test]
    fn units_stand_as_in_every_other_text() {
        for (unit, value) in
            [(Unit::Seconds, 0.2), (Unit::Bytes, 2e8), (Unit::Ratio, 0.5), (Unit::PerSecond, 1.5)]
        {
            let display = DisplayUnit::of(unit, value);
            let written = with_unit(&fixed(value / display.per, 1), display.name);
            assert_eq!(written, domain::format::value(value, unit));
        }
    }

    #[test]
    fn a_clock_shows_what_the_step_needs() {
        let at = Timestamp::from_millis(36_930_250);
        let check = |step_millis, expected: &str| {
            assert_eq!(clock_label(at, &Zone::utc(), TimeDelta::from_millis(step_millis)), expected);
        };
        check(60_000, "10:15");
        check(15_000, "10:15:30");
        check(250, "10:15:30.250");
        assert_eq!(clock_label(at, &Zone::from_offset(7_200), TimeDelta::from_secs(60)), "12:15");
    }

    #[test]
    fn a_readout_has_the_date_only_where_it_is_needed() {
        let check = |length_secs, step_secs, expected: &str| {
            let start = Timestamp::from_secs(1_773_480_000);
            let range = TimeRange { start, end: start + TimeDelta::from_secs(length_secs) };
            let chart = LineChart {
                step: Some(TimeDelta::from_secs(step_secs)),
                ..LineChart::new(range, Unit::None)
            };
            assert_eq!(moment_label(start, &chart), expected);
        };
        check(3_600, 15, "09:20:00");
        check(86_400, 60, "09:20");
        check(604_800, 600, "14 Mar 09:20");
    }
}
