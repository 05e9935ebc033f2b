//! Instants, lengths, ranges, steps and calendar dates, all in whole nanoseconds.

mod civil;
mod range;
mod step;

pub use civil::{Civil, civil_from_timestamp, parse_civil, timestamp_from_civil};
pub use range::{CalendarUnit, Moment, MomentError, RangeSpec, TimeRange};
pub use step::{STEP_LADDER_SECS, Step, rate_interval};

use std::fmt;
use std::ops::{Add, Neg, Sub};

/// Nanoseconds in a second.
pub const NANOS_PER_SEC: i64 = 1_000_000_000;
/// Nanoseconds in a millisecond.
pub const NANOS_PER_MILLI: i64 = 1_000_000;

/// An instant: nanoseconds since the Unix epoch (1970-01-01T00:00:00Z).
///
/// Covers the years 1677 to 2262. Loki and Tempo send these as decimal strings; they never pass through `f64`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant `nanos` nanoseconds after the epoch.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// The instant `millis` milliseconds after the epoch, saturating at the ends of the range.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(NANOS_PER_MILLI))
    }

    /// The instant `secs` seconds after the epoch, saturating at the ends of the range.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(NANOS_PER_SEC))
    }

    /// The instant of a Prometheus timestamp: seconds with at most three decimals, rounded to a millisecond.
    pub fn from_secs_f64(secs: f64) -> Self {
        Self::from_millis((secs * 1000.0).round() as i64)
    }

    /// Nanoseconds since the epoch.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since the epoch, rounded down.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(NANOS_PER_MILLI)
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(NANOS_PER_SEC)
    }

    /// Seconds since the epoch as a float: for drawing only.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SEC as f64
    }

    /// The last multiple of `step` at or before this instant.
    pub const fn floor_to(self, step: TimeDelta) -> Self {
        if step.0 <= 0 { self } else { Self(self.0.div_euclid(step.0).saturating_mul(step.0)) }
    }

    /// The first multiple of `step` at or after this instant.
    pub const fn ceil_to(self, step: TimeDelta) -> Self {
        let floor = self.floor_to(step);
        if floor.0 == self.0 { floor } else { Self(floor.0.saturating_add(step.0)) }
    }
}

/// A signed length of time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeDelta(i64);

impl TimeDelta {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A length of `nanos` nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// A length of `millis` milliseconds, saturating.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(NANOS_PER_MILLI))
    }

    /// A length of `secs` seconds, saturating.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(NANOS_PER_SEC))
    }

    /// A length of `secs` seconds, rounded to a nanosecond.
    pub fn from_secs_f64(secs: f64) -> Self {
        Self((secs * NANOS_PER_SEC as f64).round() as i64)
    }

    /// Nanoseconds.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Whole milliseconds, rounded towards zero.
    pub const fn millis(self) -> i64 {
        self.0 / NANOS_PER_MILLI
    }

    /// Whole seconds, rounded towards zero.
    pub const fn secs(self) -> i64 {
        self.0 / NANOS_PER_SEC
    }

    /// Seconds as a float: for drawing and for text only.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SEC as f64
    }

    /// The length times a whole number, saturating.
    pub const fn times(self, n: i64) -> Self {
        Self(self.0.saturating_mul(n))
    }

    /// Reads a Go or Prometheus duration such as `1h30m`, `250ms`, `7d`, `2w` or `1.5s`; nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        if rest.is_empty() {
            return None;
        }
        let mut nanos: i64 = 0;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let (number, tail) = rest.split_at_checked(digits)?;
            let unit_len = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at_checked(unit_len)?;
            let unit_nanos: i64 = match unit {
                "ns" => 1,
                "us" | "µs" => 1_000,
                "ms" => NANOS_PER_MILLI,
                "s" => NANOS_PER_SEC,
                "m" => 60 * NANOS_PER_SEC,
                "h" => 3_600 * NANOS_PER_SEC,
                "d" => 86_400 * NANOS_PER_SEC,
                "w" => 604_800 * NANOS_PER_SEC,
                "y" => 365 * 86_400 * NANOS_PER_SEC,
                _ => return None,
            };
            let part = match number.parse::<i64>() {
                Ok(whole) => whole.checked_mul(unit_nanos)?,
                Err(_) => (crate::number::parse(number)? * unit_nanos as f64).round() as i64,
            };
            nanos = nanos.checked_add(part)?;
            rest = tail;
        }
        Some(Self(nanos))
    }
}

/// For people: three significant digits, two units at most, the unit always: `4 min 12 s`, `7.24 s`, `412 ms`, `18 µs`.
impl fmt::Display for TimeDelta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("−")?;
        }
        let nanos = self.0.unsigned_abs();
        let two = |f: &mut fmt::Formatter<'_>, big: u64, big_unit: &str, small: u64, small_unit: &str| {
            if small == 0 {
                write!(f, "{big} {big_unit}")
            } else {
                write!(f, "{big} {big_unit} {small} {small_unit}")
            }
        };
        let secs = nanos.div_ceil(1) / NANOS_PER_SEC as u64;
        if secs >= 86_400 {
            let hours = (nanos + 1_800 * NANOS_PER_SEC as u64) / (3_600 * NANOS_PER_SEC as u64);
            two(f, hours / 24, "d", hours % 24, "h")
        } else if secs >= 3_600 {
            let minutes = (nanos + 30 * NANOS_PER_SEC as u64) / (60 * NANOS_PER_SEC as u64);
            two(f, minutes / 60, "h", minutes % 60, "min")
        } else if secs >= 60 {
            let secs = (nanos + NANOS_PER_SEC as u64 / 2) / NANOS_PER_SEC as u64;
            two(f, secs / 60, "min", secs % 60, "s")
        } else {
            let (unit, per) = match nanos {
                0 => return f.write_str("0 s"),
                1..1_000 => ("ns", 1.0),
                1_000..1_000_000 => ("µs", 1e3),
                1_000_000..1_000_000_000 => ("ms", 1e6),
                _ => ("s", 1e9),
            };
            let value = nanos as f64 / per;
            let decimals = if value >= 99.95 || unit == "ns" {
                0
            } else if value >= 9.995 {
                1
            } else {
                2
            };
            let text = format!("{value:.decimals$}");
            let text = if decimals > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
            write!(f, "{text} {unit}")
        }
    }
}

impl Sub for Timestamp {
    type Output = TimeDelta;
    fn sub(self, earlier: Self) -> TimeDelta {
        TimeDelta(self.0.saturating_sub(earlier.0))
    }
}

impl Add<TimeDelta> for Timestamp {
    type Output = Self;
    fn add(self, length: TimeDelta) -> Self {
        Self(self.0.saturating_add(length.0))
    }
}

impl Sub<TimeDelta> for Timestamp {
    type Output = Self;
    fn sub(self, length: TimeDelta) -> Self {
        Self(self.0.saturating_sub(length.0))
    }
}

impl Add for TimeDelta {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for TimeDelta {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for TimeDelta {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl std::iter::Sum for TimeDelta {
    fn sum<I: Iterator<Item = Self>>(lengths: I) -> Self {
        lengths.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_text(nanos: i64, expected: &str) {
        assert_eq!(TimeDelta::from_nanos(nanos).to_string(), expected);
    }

    #[test]
    fn lengths_read_like_a_person_says_them() {
        check_text(0, "0 s");
        check_text(18_400, "18.4 µs");
        check_text(412_000_000, "412 ms");
        check_text(7_240_000_000, "7.24 s");
        check_text(12_000_000_000, "12 s");
        check_text(252_310_000_000, "4 min 12 s");
        check_text(3_600_000_000_000, "1 h");
        check_text(90_061_000_000_000, "1 d 1 h");
        check_text(-1_500_000_000, "−1.5 s");
        check_text(59_999_000_000, "60 s");
    }

    #[test]
    fn durations_are_read_as_go_and_prometheus_write_them() {
        let secs = |text: &str| TimeDelta::parse(text).map(|it| it.as_secs_f64());
        assert_eq!(secs("1h30m"), Some(5400.0));
        assert_eq!(secs("250ms"), Some(0.25));
        assert_eq!(secs("7d"), Some(604_800.0));
        assert_eq!(secs("1.5s"), Some(1.5));
        for bad in ["", "5", "m5", "5 minutes", "1x"] {
            assert_eq!(secs(bad), None, "{bad}");
        }
    }

    #[test]
    fn flooring_goes_down_before_the_epoch_too() {
        let step = TimeDelta::from_nanos(10);
        assert_eq!(Timestamp::from_nanos(-1).floor_to(step).nanos(), -10);
        assert_eq!(Timestamp::from_nanos(11).ceil_to(step).nanos(), 20);
        assert_eq!(Timestamp::from_nanos(20).ceil_to(step).nanos(), 20);
    }
}
