//! Numbers and times as text: three significant digits, the unit always.

use domain::system::Unit;
use domain::time::{TimeDelta, Timestamp, civil_from_timestamp};

use crate::model::{LineChart, Zone};

/// Between number and unit: a space at which no line breaks.
const NBSP: char = '\u{a0}';
/// Between groups of three digits: a narrow one of the same kind.
const GROUP: char = '\u{202f}';

/// A value with its unit, for people: `171 ms`, `310 jobs`, `96.4 %`, `1.5 MiB`, `1.4 /s`; `–` where there is none.
pub fn format_value(value: f64, unit: Unit) -> String {
    if value.is_nan() {
        return "–".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞".to_owned() } else { "−∞".to_owned() };
    }
    match unit {
        Unit::Seconds => TimeDelta::from_secs_f64(value).to_string().replace(' ', &NBSP.to_string()),
        Unit::Jobs if value.abs() == 1.0 => format!("{}{NBSP}job", digits(value)),
        Unit::None | Unit::Bytes | Unit::Ratio | Unit::Jobs | Unit::PerSecond => {
            let DisplayUnit { per, name } = DisplayUnit::of(unit, value.abs());
            with_unit(&digits(value / per), name)
        }
    }
}

/// A number and its unit, with a space between where there is a unit.
pub(crate) fn with_unit(number: &str, unit: &str) -> String {
    if unit.is_empty() { number.to_owned() } else { format!("{number}{NBSP}{unit}") }
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
            Unit::None => &[(1e4, 1.0, ""), (1e6, 1e3, "k"), (1e9, 1e6, "M"), (f64::MAX, 1e9, "G")],
            Unit::Jobs => {
                &[(1e4, 1.0, "jobs"), (1e6, 1e3, "k jobs"), (1e9, 1e6, "M jobs"), (f64::MAX, 1e9, "G jobs")]
            }
            Unit::PerSecond => {
                &[(1e4, 1.0, "/s"), (1e6, 1e3, "k/s"), (1e9, 1e6, "M/s"), (f64::MAX, 1e9, "G/s")]
            }
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
                (1_024.0, 1.0, "B"),
                (1_048_576.0, 1_024.0, "KiB"),
                (1_073_741_824.0, 1_048_576.0, "MiB"),
                (1_099_511_627_776.0, 1_073_741_824.0, "GiB"),
                (f64::MAX, 1_099_511_627_776.0, "TiB"),
            ],
        };
        let fits = ladder.iter().find(|(below, ..)| highest < *below).or(ladder.last());
        fits.map_or(Self { per: 1.0, name: "" }, |(_, per, name)| Self { per: *per, name })
    }
}

/// Three significant digits; whole numbers keep all of theirs, in groups of three.
fn digits(value: f64) -> String {
    let size = value.abs();
    if size >= 1e9 {
        return format!("{value:.1e}");
    }
    let decimals = if size >= 99.95 || size.fract() == 0.0 {
        0
    } else {
        (2 - size.log10().floor() as i32).clamp(0, 12) as usize
    };
    fixed(value, decimals)
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
pub fn clock_label(at: Timestamp, zone: &Zone, step: TimeDelta) -> String {
    let it = civil_from_timestamp(at, zone.offset_secs);
    if step >= TimeDelta::from_secs(60) {
        format!("{:02}:{:02}", it.hour, it.minute)
    } else if step >= TimeDelta::from_secs(1) {
        format!("{:02}:{:02}:{:02}", it.hour, it.minute, it.second)
    } else {
        format!("{:02}:{:02}:{:02}.{:03}", it.hour, it.minute, it.second, it.nanos / 1_000_000)
    }
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
    format!("{}{NBSP}{} {clock}", it.day, month_name(it.month))
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

    #[track_caller]
    fn check(value: f64, unit: Unit, expected: &str) {
        let plain = format_value(value, unit).replace([NBSP, GROUP], " ");
        assert_eq!(plain, expected, "{value} {unit:?}");
    }

    #[test]
    fn values_have_three_digits_and_a_unit() {
        check(0.171, Unit::Seconds, "171 ms");
        check(1.943, Unit::Seconds, "1.94 s");
        check(252.31, Unit::Seconds, "4 min 12 s");
        check(0.0, Unit::Seconds, "0 s");
        check(310.0, Unit::Jobs, "310 jobs");
        check(1.0, Unit::Jobs, "1 job");
        check(1_204.0, Unit::Jobs, "1 204 jobs");
        check(12_345.0, Unit::Jobs, "12.3 k jobs");
        check(0.9642, Unit::Ratio, "96.4 %");
        check(1.0, Unit::Ratio, "100 %");
        check(0.00012, Unit::Ratio, "0.012 %");
        check(1.4099, Unit::PerSecond, "1.41 /s");
        check(1_572_864.0, Unit::Bytes, "1.5 MiB");
        check(-12.3456, Unit::None, "−12.3");
        check(0.000_012_34, Unit::None, "0.0000123");
        check(-0.0, Unit::None, "0");
    }

    #[test]
    fn what_is_no_number_says_so() {
        check(f64::NAN, Unit::Jobs, "–");
        check(f64::INFINITY, Unit::Seconds, "∞");
        check(f64::NEG_INFINITY, Unit::None, "−∞");
        check(f64::MAX, Unit::None, "1.8e299 G");
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
            assert_eq!(moment_label(start, &chart).replace(NBSP, " "), expected);
        };
        check(3_600, 15, "09:20:00");
        check(86_400, 60, "09:20");
        check(604_800, 600, "14 Mar 09:20");
    }
}
