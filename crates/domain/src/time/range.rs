//! Ranges of time: as a person writes them (`now-1h`), and as a question needs them (two instants).

use std::fmt;
use std::str::FromStr;

use super::{NANOS_PER_SEC, TimeDelta, Timestamp, civil_from_timestamp, parse_civil, timestamp_from_civil};

/// Two instants, the first included, the second not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TimeRange {
    /// First instant inside.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
}

impl TimeRange {
    /// The range between two instants, in whichever order they come.
    pub fn between(a: Timestamp, b: Timestamp) -> Self {
        Self { start: a.min(b), end: a.max(b) }
    }

    /// How long it is.
    pub fn length(self) -> TimeDelta {
        self.end - self.start
    }

    /// Whether the instant lies in it.
    pub fn contains(self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether all of the other range lies in it.
    pub fn covers(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Widened to whole steps, so that the same question repeats within a step.
    pub fn aligned_to(self, step: TimeDelta) -> Self {
        Self { start: self.start.floor_to(step), end: self.end.ceil_to(step) }
    }

    /// Longer by `margin` at both ends.
    pub fn widened_by(self, margin: TimeDelta) -> Self {
        Self { start: self.start - margin, end: self.end + margin }
    }
}

/// One end of a range as Grafana writes it: `now`, `now-6h`, `now/d`, epoch milliseconds, or an RFC 3339 date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// A fixed instant.
    At(Timestamp),
    /// So long before now; negative for after now.
    Ago(TimeDelta),
    /// So long before now, then rounded to the calendar unit: down for a start, up for an end.
    AgoRounded(TimeDelta, CalendarUnit),
}

/// What a moment such as `now/d` is rounded to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CalendarUnit {
    /// `/m`
    Minute,
    /// `/h`
    Hour,
    /// `/d`
    Day,
    /// `/w`, weeks begin on Monday
    Week,
}

/// Why a moment could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MomentError {
    /// The text that was given.
    pub text: String,
}

impl fmt::Display for MomentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "not a time: write now, now-6h, now/d, epoch milliseconds or 2026-03-14T10:22:01Z instead of “{}”",
            self.text
        )
    }
}

impl std::error::Error for MomentError {}

impl Moment {
    /// The instant meant, at `now`, on a clock `offset_secs` east of UTC; `is_end` rounds up instead of down.
    pub fn resolve(self, now: Timestamp, offset_secs: i32, is_end: bool) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Ago(length) => now - length,
            Self::AgoRounded(length, unit) => unit.round(now - length, offset_secs, is_end),
        }
    }

    /// Whether it moves with the clock.
    pub fn is_relative(self) -> bool {
        match self {
            Self::At(_) => false,
            Self::Ago(_) | Self::AgoRounded(..) => true,
        }
    }
}

impl CalendarUnit {
    fn round(self, at: Timestamp, offset_secs: i32, up: bool) -> Timestamp {
        let local = civil_from_timestamp(at, offset_secs);
        let midnight = super::Civil { hour: 0, minute: 0, second: 0, nanos: 0, ..local };
        let (floor, length_secs) = match self {
            Self::Minute => (super::Civil { second: 0, nanos: 0, ..local }, 60),
            Self::Hour => (super::Civil { minute: 0, second: 0, nanos: 0, ..local }, 3_600),
            Self::Day => (midnight, 86_400),
            Self::Week => (midnight, 604_800),
        };
        let floor = timestamp_from_civil(floor, offset_secs).unwrap_or(at);
        let floor = match self {
            // 1970-01-01 was a Thursday, the fourth day of a week that begins on Monday.
            Self::Week => {
                let days = (floor.secs() + i64::from(offset_secs)).div_euclid(86_400);
                floor - TimeDelta::from_secs((days + 3).rem_euclid(7) * 86_400)
            }
            Self::Minute | Self::Hour | Self::Day => floor,
        };
        if up { floor + TimeDelta::from_secs(length_secs) } else { floor }
    }

    const fn letter(self) -> char {
        match self {
            Self::Minute => 'm',
            Self::Hour => 'h',
            Self::Day => 'd',
            Self::Week => 'w',
        }
    }
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let wrong = || MomentError { text: text.to_owned() };
        let trimmed = text.trim();
        if let Some(rest) = trimmed.strip_prefix("now") {
            let (offset, unit) = match rest.split_once('/') {
                Some((offset, unit)) => (offset, Some(unit)),
                None => (rest, None),
            };
            let length = match offset.as_bytes().first() {
                None => TimeDelta::ZERO,
                Some(b'-') => offset.strip_prefix('-').and_then(TimeDelta::parse).ok_or_else(wrong)?,
                Some(b'+') => -offset.strip_prefix('+').and_then(TimeDelta::parse).ok_or_else(wrong)?,
                Some(_) => return Err(wrong()),
            };
            return match unit {
                None => Ok(Self::Ago(length)),
                Some("m") => Ok(Self::AgoRounded(length, CalendarUnit::Minute)),
                Some("h") => Ok(Self::AgoRounded(length, CalendarUnit::Hour)),
                Some("d") => Ok(Self::AgoRounded(length, CalendarUnit::Day)),
                Some("w") => Ok(Self::AgoRounded(length, CalendarUnit::Week)),
                Some(_) => Err(wrong()),
            };
        }
        if let Ok(millis) = trimmed.parse::<i64>() {
            return Ok(Self::At(Timestamp::from_millis(millis)));
        }
        parse_civil(trimmed, 0).map(Self::At).ok_or_else(wrong)
    }
}

/// The form that [`FromStr`] reads back: `now-1h`, `now/d`, epoch milliseconds.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => write!(f, "{}", at.millis()),
            Self::Ago(length) => write_ago(f, *length),
            Self::AgoRounded(length, unit) => {
                write_ago(f, *length)?;
                write!(f, "/{}", unit.letter())
            }
        }
    }
}

fn write_ago(f: &mut fmt::Formatter<'_>, length: TimeDelta) -> fmt::Result {
    let nanos = length.nanos();
    if nanos == 0 {
        return f.write_str("now");
    }
    let (sign, nanos) = if nanos < 0 { ('+', -nanos) } else { ('-', nanos) };
    let units = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    for (unit, secs) in units {
        let unit_nanos = secs * NANOS_PER_SEC;
        if nanos % unit_nanos == 0 {
            return write!(f, "now{sign}{}{unit}", nanos / unit_nanos);
        }
    }
    write!(f, "now{sign}{nanos}ns")
}

/// A range as a person asks for it; stays relative until a question needs instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RangeSpec {
    /// Where it begins.
    pub from: Moment,
    /// Where it ends.
    pub to: Moment,
}

impl RangeSpec {
    /// The last `length` up to now.
    pub const fn last(length: TimeDelta) -> Self {
        Self { from: Moment::Ago(length), to: Moment::Ago(TimeDelta::ZERO) }
    }

    /// This range, whatever the clock says, in whole milliseconds: an address knows no less.
    pub fn fixed(range: TimeRange) -> Self {
        let TimeRange { start, end } = range.aligned_to(TimeDelta::from_millis(1));
        Self { from: Moment::At(start), to: Moment::At(end) }
    }

    /// The two instants meant at `now`, on a clock `offset_secs` east of UTC; at least one millisecond apart.
    pub fn resolve(self, now: Timestamp, offset_secs: i32) -> TimeRange {
        let range = TimeRange::between(
            self.from.resolve(now, offset_secs, false),
            self.to.resolve(now, offset_secs, true),
        );
        TimeRange { end: range.end.max(range.start + TimeDelta::from_millis(1)), ..range }
    }

    /// Whether it moves with the clock.
    pub fn is_relative(self) -> bool {
        self.from.is_relative() || self.to.is_relative()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_nanos(1_773_483_721_341_000_000); // 2026-03-14T10:22:01.341Z, a Saturday

    #[track_caller]
    fn check(text: &str, is_end: bool, expected: &str) {
        let moment: Moment = text.parse().unwrap();
        assert_eq!(moment.resolve(NOW, 0, is_end), parse_civil(expected, 0).unwrap(), "{text}");
        assert_eq!(moment.to_string().parse::<Moment>().unwrap(), moment, "{text} does not survive");
    }

    #[test]
    fn moments_mean_what_grafana_means() {
        check("now", false, "2026-03-14T10:22:01.341Z");
        check("now-6h", false, "2026-03-14T04:22:01.341Z");
        check("now/d", false, "2026-03-14T00:00:00Z");
        check("now/d", true, "2026-03-15T00:00:00Z");
        check("now-1d/d", false, "2026-03-13T00:00:00Z");
        check("now/w", false, "2026-03-09T00:00:00Z");
        check("now/h", false, "2026-03-14T10:00:00Z");
        check("now+5m", false, "2026-03-14T10:27:01.341Z");
        check("1773483721341", false, "2026-03-14T10:22:01.341Z");
        check("2026-03-14T10:22:01.341Z", false, "2026-03-14T10:22:01.341Z");
    }

    #[test]
    fn nonsense_is_named() {
        for bad in ["", "nowish", "now-", "now-5", "now/x", "tomorrow"] {
            assert_eq!(bad.parse::<Moment>(), Err(MomentError { text: bad.to_owned() }));
        }
    }

    #[test]
    fn a_fixed_range_is_read_back_as_it_is() {
        let at = |nanos: i64| Timestamp::from_nanos(1_795_000_000_123_000_000 + nanos);
        let range = TimeRange { start: at(456), end: at(1_000_789) };
        let spec = RangeSpec::fixed(range);
        assert_eq!(Ok(spec.from), spec.from.to_string().parse());
        assert_eq!(Ok(spec.to), spec.to.to_string().parse());
        assert!(spec.resolve(Timestamp::default(), 0).covers(range));
    }

    #[test]
    fn a_reversed_range_is_turned_round() {
        let spec =
            RangeSpec { from: Moment::Ago(TimeDelta::ZERO), to: Moment::Ago(TimeDelta::from_secs(60)) };
        assert_eq!(spec.resolve(NOW, 0).length(), TimeDelta::from_secs(60));
    }
}
