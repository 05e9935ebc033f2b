//! Search in slices of time: narrow ones are cheap for Tempo, and the newest is wanted first.

use domain::time::{TimeDelta, TimeRange};

/// The longest range that a search may have unless Tempo is configured otherwise (`search.max_duration`, 168 h).
pub const MAX_SEARCH: TimeDelta = TimeDelta::from_secs(168 * 3_600);

/// `range` cut into slices of at most `slice` and at most [`MAX_SEARCH`], the newest first.
///
/// Slices meet without a gap. Tempo takes whole seconds, so a trace at a border may be found twice.
pub fn slices_newest_first(range: TimeRange, slice: TimeDelta) -> impl Iterator<Item = TimeRange> {
    let slice = slice.clamp(TimeDelta::from_secs(1), MAX_SEARCH);
    let mut end = range.end;
    std::iter::from_fn(move || {
        if end <= range.start {
            return None;
        }
        let start = (end - slice).max(range.start);
        let next = TimeRange { start, end };
        end = start;
        Some(next)
    })
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;

    #[track_caller]
    fn check(range_secs: (i64, i64), slice_secs: i64, expected: &[(i64, i64)]) {
        let range =
            TimeRange { start: Timestamp::from_secs(range_secs.0), end: Timestamp::from_secs(range_secs.1) };
        let slices: Vec<_> = slices_newest_first(range, TimeDelta::from_secs(slice_secs))
            .map(|it| (it.start.secs(), it.end.secs()))
            .collect();
        assert_eq!(slices, expected);
    }

    #[test]
    fn slices_cover_the_range_newest_first() {
        check((0, 250), 100, &[(150, 250), (50, 150), (0, 50)]);
        check((0, 100), 100, &[(0, 100)]);
        check((7, 7), 100, &[]);
    }

    #[test]
    fn no_slice_is_longer_than_tempo_takes() {
        check((0, 1_000_000), i64::MAX / 1_000_000_000, &[(395_200, 1_000_000), (0, 395_200)]);
        check((0, 2), 0, &[(1, 2), (0, 1)]);
    }
}
