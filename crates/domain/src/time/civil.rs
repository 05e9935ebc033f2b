//! Calendar dates: from an instant to year, month, day and back, with a fixed offset from UTC.

use super::{NANOS_PER_SEC, Timestamp};

/// A date and a time of day, in whatever zone its offset says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Year of the proleptic Gregorian calendar.
    pub year: i64,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 59.
    pub second: u8,
    /// Nanosecond within the second.
    pub nanos: u32,
}

/// The date that a clock `offset_secs` east of UTC shows at `at`.
///
/// Days to dates after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
pub fn civil_from_timestamp(at: Timestamp, offset_secs: i32) -> Civil {
    let secs = at.secs().saturating_add(i64::from(offset_secs));
    let (days, second_of_day) = (secs.div_euclid(86_400), secs.rem_euclid(86_400));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month: month as u8,
        day: (day_of_year - (153 * month_index + 2) / 5 + 1) as u8,
        hour: (second_of_day / 3_600) as u8,
        minute: (second_of_day / 60 % 60) as u8,
        second: (second_of_day % 60) as u8,
        nanos: at.nanos().rem_euclid(NANOS_PER_SEC) as u32,
    }
}

/// The instant at which a clock `offset_secs` east of UTC shows `civil`; `None` outside the range of [`Timestamp`].
pub fn timestamp_from_civil(civil: Civil, offset_secs: i32) -> Option<Timestamp> {
    let (month, day) = (i64::from(civil.month), i64::from(civil.day));
    let year = civil.year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era.checked_mul(146_097)?.checked_add(day_of_era - 719_468)?;
    let secs = days.checked_mul(86_400)?
        + i64::from(civil.hour) * 3_600
        + i64::from(civil.minute) * 60
        + i64::from(civil.second)
        - i64::from(offset_secs);
    Some(Timestamp::from_nanos(secs.checked_mul(NANOS_PER_SEC)?.checked_add(i64::from(civil.nanos))?))
}

/// Reads `2026-03-14T10:22:01.341Z`, `2026-03-14 10:22:01,341`, with `Z`, `+02:00`, `+0200` or no zone at all.
///
/// Gives the instant; a time without a zone is taken to be `zoneless_offset_secs` east of UTC.
/// Fractions of one to nine digits after `.` or `,` are kept, further digits dropped. RFC 3339, and Python's `asctime`.
pub fn parse_civil(text: &str, zoneless_offset_secs: i32) -> Option<Timestamp> {
    let mut cursor = Cursor { rest: text.trim().as_bytes() };
    let year = cursor.number(4)?;
    cursor.take(b"-/")?;
    let month = cursor.number(2)?;
    cursor.take(b"-/")?;
    let day = cursor.number(2)?;
    cursor.take(b"Tt ")?;
    let hour = cursor.number(2)?;
    cursor.take(b":")?;
    let minute = cursor.number(2)?;
    cursor.take(b":")?;
    let second = cursor.number(2)?.min(59);
    let nanos = if cursor.take(b".,").is_some() { cursor.fraction()? } else { 0 };
    let offset_secs = cursor.zone(zoneless_offset_secs)?;
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60;
    if !cursor.rest.is_empty() || !fits {
        return None;
    }
    let civil = Civil {
        year,
        month: month as u8,
        day: day as u8,
        hour: hour as u8,
        minute: minute as u8,
        second: second as u8,
        nanos,
    };
    let at = timestamp_from_civil(civil, offset_secs)?;
    (civil_from_timestamp(at, offset_secs) == civil).then_some(at)
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl Cursor<'_> {
    fn take(&mut self, any_of: &[u8]) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        any_of.contains(first).then(|| {
            self.rest = rest;
            *first
        })
    }

    fn digit(&mut self) -> Option<i64> {
        self.take(b"0123456789").map(|it| i64::from(it - b'0'))
    }

    fn number(&mut self, n_digits: usize) -> Option<i64> {
        (0..n_digits).try_fold(0, |sum, _| Some(sum * 10 + self.digit()?))
    }

    fn fraction(&mut self) -> Option<u32> {
        let mut nanos = self.digit()? as u32;
        let mut n_digits = 1;
        while let Some(digit) = self.digit() {
            if n_digits < 9 {
                nanos = nanos * 10 + digit as u32;
                n_digits += 1;
            }
        }
        Some(nanos * 10_u32.pow(9 - n_digits))
    }

    fn zone(&mut self, zoneless_offset_secs: i32) -> Option<i32> {
        if self.take(b"Zz").is_some() {
            return Some(0);
        }
        let Some(sign) = self.take(b"+-") else {
            return Some(zoneless_offset_secs);
        };
        let hours = self.number(2)?;
        self.take(b":");
        let minutes = self.number(2)?;
        let secs = (hours * 3_600 + minutes * 60) as i32;
        Some(if sign == b'-' { -secs } else { secs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, zoneless_offset_secs: i32, expected_nanos: Option<i64>) {
        assert_eq!(parse_civil(text, zoneless_offset_secs).map(Timestamp::nanos), expected_nanos, "{text}");
    }

    #[test]
    fn the_formats_of_logs_are_read() {
        check("1970-01-01T00:00:00Z", 0, Some(0));
        check("2026-03-14T10:22:01.341Z", 0, Some(1_773_483_721_341_000_000));
        check("2026-03-14T12:22:01.341+02:00", 0, Some(1_773_483_721_341_000_000));
        check("2026-03-14 10:22:01,341", 0, Some(1_773_483_721_341_000_000));
        check("2026-03-14 12:22:01,341", 7_200, Some(1_773_483_721_341_000_000));
        check("2026-03-14 10:22:01", 0, Some(1_773_483_721_000_000_000));
        check("2024-02-29T23:59:59.123456789Z", 0, Some(1_709_251_199_123_456_789));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for bad in [
            "",
            "yesterday",
            "2026-13-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-03-14",
            "2026-03-14T10:22:01Zx",
        ] {
            check(bad, 0, None);
        }
    }

    #[test]
    fn dates_survive_the_way_there_and_back() {
        for days in (-100_000..100_000).step_by(97) {
            let at = Timestamp::from_secs(days * 86_400 + 3_723);
            assert_eq!(timestamp_from_civil(civil_from_timestamp(at, 3_600), 3_600), Some(at));
        }
    }
}
