//! Times and lengths of time as loggers write them.

use domain::number;
use domain::system::TimeUnit;
use domain::time::{NANOS_PER_SEC, TimeDelta, Timestamp, parse_civil};

/// Reads a time: a date as in ISO 8601 or Python's `asctime`, or seconds, milliseconds, microseconds or nanoseconds
/// since the epoch, told apart by their size.
///
/// A date without a zone is taken to be `zoneless_offset_secs` east of UTC, and is no time where that is `None`.
pub(super) fn read_time(text: &str, zoneless_offset_secs: Option<i32>) -> Option<Timestamp> {
    let text = text.trim();
    let looks_like_a_number = text.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    if looks_like_a_number {
        return read_epoch(text);
    }
    match zoneless_offset_secs {
        Some(offset_secs) => parse_civil(text, offset_secs),
        // Only a date that names its zone is the same instant on any clock.
        None => parse_civil(text, 0).filter(|it| parse_civil(text, 3_600) == Some(*it)),
    }
}

fn read_epoch(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let number: i64 = whole.parse().ok()?;
    let nanos_per_unit = match whole.len() {
        // 2001 to 2286.
        10 => NANOS_PER_SEC,
        13 => 1_000_000,
        16 => 1_000,
        19 => 1,
        _ => return None,
    };
    let mut digit_nanos = nanos_per_unit;
    let mut nanos = number.checked_mul(nanos_per_unit)?;
    for digit in fraction.bytes() {
        digit_nanos /= 10;
        nanos = nanos.checked_add(i64::from(digit.checked_sub(b'0')?) * digit_nanos)?;
    }
    Some(Timestamp::from_nanos(nanos))
}

/// Reads a length of time: with a unit of its own (`1.5s`, `9.9e-05s`, `412ms`), else a number of `unit`.
pub(super) fn read_duration(text: &str, unit: Option<TimeUnit>) -> Option<TimeDelta> {
    let text = text.trim();
    if let Some(number) = number::parse(text) {
        let nanos = number
            * match unit? {
                TimeUnit::Nanoseconds => 1.0,
                TimeUnit::Microseconds => 1e3,
                TimeUnit::Milliseconds => 1e6,
                TimeUnit::Seconds => 1e9,
            };
        return (nanos.is_finite() && nanos >= 0.0).then(|| TimeDelta::from_nanos(nanos.round() as i64));
    }
    let number_of_secs = || number::parse(text.strip_suffix('s')?.trim_end());
    TimeDelta::parse(text)
        .or_else(|| number_of_secs().filter(|it| it.is_finite() && *it >= 0.0).map(TimeDelta::from_secs_f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_time(text: &str, zone: Option<i32>, expected_millis: Option<i64>) {
        assert_eq!(read_time(text, zone).map(Timestamp::millis), expected_millis, "{text}");
    }

    #[test]
    fn times_are_read() {
        let at = Some(1_773_483_721_341);
        check_time("2026-03-14T10:22:01.341Z", None, at);
        check_time("2026-03-14T12:22:01.341+02:00", None, at);
        check_time("2026-03-14 10:22:01,341", Some(0), at);
        check_time("2026-03-14 17:22:01,341", Some(25_200), at);
        check_time("2026-03-14 10:22:01,341", None, None);
        check_time("1773483721.341", None, at);
        check_time("1773483721341", None, at);
        check_time("1773483721341000", None, at);
        check_time("1773483721341000000", None, at);
        for bad in ["", ".", "7", "now", "1773483721.3.4", "99999999999999999999"] {
            check_time(bad, Some(0), None);
        }
    }

    #[test]
    fn lengths_are_read() {
        let ms = Some(TimeUnit::Milliseconds);
        for (text, unit, nanos) in [
            ("412", ms, Some(412_000_000)),
            ("0.5", ms, Some(500_000)),
            ("1.2s", ms, Some(1_200_000_000)),
            ("9.5e-05s", None, Some(95_000)),
            ("250ms", None, Some(250_000_000)),
            ("7", None, None),
            ("-1", ms, None),
            ("NaN", ms, None),
            ("inf", ms, None),
            ("soon", ms, None),
        ] {
            assert_eq!(read_duration(text, unit).map(TimeDelta::nanos), nanos, "{text}");
        }
    }
}
