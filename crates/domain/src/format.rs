//! Numbers and times as people read them: a unit always, three significant digits, no false precision.

use crate::system::Unit;
use crate::time::{TimeDelta, Timestamp, civil_from_timestamp};

/// What separates groups of three digits: a narrow no-break space (ISO 80000-1), so that numbers never break.
const GROUP: char = '\u{202f}';
/// What stands for a value that is not a number.
const NONE: &str = "–";

/// A value for axes, legends and tooltips: `171 ms`, `1.94 s`, `1.2 MB`, `12 400`, `96 %`, `1.4/s`.
///
/// `NaN` is a dash. Whole numbers below ten thousand are exact.
pub fn value(value: f64, unit: Unit) -> String {
    if value.is_nan() {
        return NONE.to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞".to_owned() } else { "−∞".to_owned() };
    }
    match unit {
        Unit::None | Unit::Jobs => count(value),
        Unit::Seconds => seconds(value),
        Unit::Bytes => bytes(value),
        Unit::Ratio => format!("{} %", significant(value * 100.0)),
        Unit::PerSecond => format!("{}/s", count(value)),
    }
}

/// A value with all its digits, for tooltips: `0.171342 s`, `1 234 567 B`, `12 437 jobs`.
pub fn exact(value: f64, unit: Unit) -> String {
    if !value.is_finite() {
        return self::value(value, unit);
    }
    let number = grouped(&value.to_string());
    match unit {
        Unit::None => number,
        Unit::Seconds => format!("{number} s"),
        Unit::Bytes => format!("{number} B"),
        Unit::Ratio => format!("{} %", grouped(&rounded(value * 100.0, 6))),
        Unit::Jobs if value == 1.0 => format!("{number} job"),
        Unit::Jobs => format!("{number} jobs"),
        Unit::PerSecond => format!("{number}/s"),
    }
}

/// How fine a time of day is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precision {
    /// `10:21`
    Minutes,
    /// `10:21:57`
    Seconds,
    /// `10:21:57.902`
    Millis,
    /// `10:21:57.902418`
    Micros,
    /// `10:21:57.902418001`
    Nanos,
}

/// The time that a clock `offset_secs` east of UTC shows: `10:21:57.902`. Cut off, not rounded, as clocks do.
pub fn clock(at: Timestamp, offset_secs: i32, precision: Precision) -> String {
    let it = civil_from_timestamp(at, offset_secs);
    let (h, m, s, nanos) = (it.hour, it.minute, it.second, it.nanos);
    match precision {
        Precision::Minutes => format!("{h:02}:{m:02}"),
        Precision::Seconds => format!("{h:02}:{m:02}:{s:02}"),
        Precision::Millis => format!("{h:02}:{m:02}:{s:02}.{:03}", nanos / 1_000_000),
        Precision::Micros => format!("{h:02}:{m:02}:{s:02}.{:06}", nanos / 1_000),
        Precision::Nanos => format!("{h:02}:{m:02}:{s:02}.{nanos:09}"),
    }
}

/// The day that a calendar `offset_secs` east of UTC shows: `2026-03-14`.
pub fn date(at: Timestamp, offset_secs: i32) -> String {
    let it = civil_from_timestamp(at, offset_secs);
    format!("{:04}-{:02}-{:02}", it.year, it.month, it.day)
}

/// A time that may lie on another day than `beside`, which is shown near it: then the date comes first.
pub fn clock_beside(at: Timestamp, beside: Timestamp, offset_secs: i32, precision: Precision) -> String {
    let (day, clock) = (date(at, offset_secs), clock(at, offset_secs, precision));
    if day == date(beside, offset_secs) { clock } else { format!("{day} {clock}") }
}

/// A zone by its distance from UTC: `UTC`, `UTC+02:00`, `UTC−03:30`.
pub fn zone(offset_secs: i32) -> String {
    let minutes = offset_secs.unsigned_abs() / 60;
    match offset_secs.signum() {
        0 => "UTC".to_owned(),
        sign => format!("UTC{}{:02}:{:02}", if sign < 0 { '−' } else { '+' }, minutes / 60, minutes % 60),
    }
}

/// Whole numbers exactly while they are short, then three digits; from a million on in words of the SI.
fn count(value: f64) -> String {
    let size = value.abs();
    if size >= 1e6 || (size < 1e4 && value.fract() != 0.0) {
        return scaled(value, 1000.0, &["", "k", "M", "G", "T", "P"]).trim_end().to_owned();
    }
    if size < 1e4 { grouped(&format!("{value:.0}")) } else { grouped(&significant(value)) }
}

/// Seconds as a person says them: `18 µs`, `171 ms`, `1.94 s`, `4 min 12 s`.
fn seconds(value: f64) -> String {
    let nanos = value.abs() * 1e9;
    if nanos > 0.0 && nanos < 1.0 {
        return format!("{} ns", significant(value * 1e9));
    }
    TimeDelta::from_secs_f64(value).to_string()
}

/// Decimal multiples of bytes, as disks and networks are sold: 1 kB is 1,000 B.
fn bytes(value: f64) -> String {
    scaled(value, 1000.0, &["B", "kB", "MB", "GB", "TB", "PB", "EB"])
}

/// With the unit that leaves one to three digits before the point.
fn scaled(value: f64, step: f64, units: &[&str]) -> String {
    let mut value = value;
    let mut units = units.iter();
    let mut unit = units.next().copied().unwrap_or_default();
    // What would be rounded up to a whole step is shown as one of the next unit.
    while value.abs() >= step * 0.9995 {
        let Some(next) = units.next() else { break };
        unit = next;
        value /= step;
    }
    format!("{} {unit}", significant(value))
}

/// Three significant digits, without zeros after the point; far from one, with a power of ten.
fn significant(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let decimals = 2 - value.abs().log10().floor() as i32;
    if !value.is_finite() || !(-12..=9).contains(&decimals) {
        return minus(&format!("{value:.2e}"));
    }
    if decimals < 0 {
        let unit = 10_f64.powi(-decimals);
        return minus(&format!("{:.0}", (value / unit).round() * unit));
    }
    minus(&rounded(value, decimals as usize))
}

fn rounded(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Digits before the point in groups of three, once there are more than four.
fn grouped(text: &str) -> String {
    let (sign, text) = text.strip_prefix(['-', '−']).map_or(("", text), |it| ("−", it));
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, it)| (whole, Some(it)));
    let mut out = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        let left = whole.len() - i;
        if i > 0 && left.is_multiple_of(3) && whole.len() > 3 {
            out.push(GROUP);
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// With a real minus sign, as wide as a plus.
fn minus(text: &str) -> String {
    text.strip_prefix('-').map_or_else(|| text.to_owned(), |it| format!("−{it}"))
}

/// A text as a sentence: with a capital letter and a full stop.
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    // A host, a path or a code at the beginning stays as it is written.
    let word = text.split_whitespace().next().unwrap_or_default();
    let is_plain = word.chars().all(char::is_alphabetic);
    let first = if is_plain { first.to_ascii_uppercase() } else { first };
    let stop = if text.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_civil;

    #[track_caller]
    fn check(number: f64, unit: Unit, expected: &str, expected_exact: &str) {
        assert_eq!(value(number, unit).replace(GROUP, " "), expected);
        assert_eq!(exact(number, unit).replace(GROUP, " "), expected_exact);
    }

    #[test]
    fn values_have_their_unit_and_three_digits() {
        check(0.171_342, Unit::Seconds, "171 ms", "0.171342 s");
        check(1.938_1, Unit::Seconds, "1.94 s", "1.9381 s");
        check(252.31, Unit::Seconds, "4 min 12 s", "252.31 s");
        check(0.0, Unit::Seconds, "0 s", "0 s");
        check(-0.5, Unit::Seconds, "−500 ms", "−0.5 s");
        check(4e-10, Unit::Seconds, "0.4 ns", "0.0000000004 s");
        check(1_200_000.0, Unit::Bytes, "1.2 MB", "1 200 000 B");
        check(999.9, Unit::Bytes, "1 kB", "999.9 B");
        check(17.0, Unit::Bytes, "17 B", "17 B");
        check(12_437.0, Unit::None, "12 400", "12 437");
        check(1_234.0, Unit::Jobs, "1 234", "1 234 jobs");
        check(1.0, Unit::Jobs, "1", "1 job");
        check(-42.0, Unit::None, "−42", "−42");
        check(0.25, Unit::None, "0.25", "0.25");
        check(12_345_678.0, Unit::None, "12.3 M", "12 345 678");
        check(0.957_4, Unit::Ratio, "95.7 %", "95.74 %");
        check(0.96, Unit::Ratio, "96 %", "96 %");
        check(1.4, Unit::PerSecond, "1.4/s", "1.4/s");
        check(1_234.567, Unit::PerSecond, "1.23 k/s", "1 234.567/s");
    }

    #[test]
    fn what_is_no_number_is_said_so() {
        check(f64::NAN, Unit::Seconds, "–", "–");
        check(f64::INFINITY, Unit::Bytes, "∞", "∞");
        check(f64::NEG_INFINITY, Unit::None, "−∞", "−∞");
    }

    #[test]
    fn extremes_stay_short() {
        for number in [f64::MAX, f64::MIN, f64::MIN_POSITIVE, 1e300, -1e-300, 1e21] {
            for unit in [Unit::None, Unit::Bytes, Unit::Ratio, Unit::PerSecond, Unit::Seconds, Unit::Jobs] {
                let text = value(number, unit);
                assert!(!text.is_empty() && text.chars().count() < 24, "{number}: {text}");
            }
        }
    }

    #[test]
    fn times_are_cut_not_rounded() {
        let at = parse_civil("2026-03-14T23:21:57.902999999Z", 0).unwrap();
        for (precision, expected) in [
            (Precision::Minutes, "23:21"),
            (Precision::Seconds, "23:21:57"),
            (Precision::Millis, "23:21:57.902"),
            (Precision::Micros, "23:21:57.902999"),
            (Precision::Nanos, "23:21:57.902999999"),
        ] {
            assert_eq!(clock(at, 0, precision), expected);
        }
        assert_eq!(clock(at, 7_200, Precision::Minutes), "01:21");
        assert_eq!(date(at, 7_200), "2026-03-15");
        let before = parse_civil("2026-03-14T10:00:00Z", 0).unwrap();
        assert_eq!(clock_beside(at, before, 0, Precision::Minutes), "23:21");
        assert_eq!(clock_beside(at, before, 7_200, Precision::Minutes), "2026-03-15 01:21");
        assert_eq!(
            (zone(0), zone(7_200), zone(-12_600)),
            ("UTC".into(), "UTC+02:00".into(), "UTC−03:30".into())
        );
    }

    #[test]
    fn sentences_begin_and_end_well() {
        assert_eq!(sentence("stage callback says failed"), "Stage callback says failed.");
        assert_eq!(sentence("docs.example.org answers 403"), "docs.example.org answers 403.");
        assert_eq!(sentence("Why?"), "Why?");
        assert_eq!(sentence(" "), "");
    }
}
