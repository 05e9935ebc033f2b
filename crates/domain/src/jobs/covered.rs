//! Which parts of time have been read, so that none is read twice and none is left out.

use crate::time::{TimeRange, Timestamp};

/// Stretches of time, none of which touches another, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Covered(Vec<TimeRange>);

impl Covered {
    /// Adds a stretch.
    pub fn add(&mut self, range: TimeRange) {
        if range.start >= range.end {
            return;
        }
        self.0.push(range);
        self.0.sort_by_key(|it| (it.start, it.end));
        let mut joined: Vec<TimeRange> = Vec::with_capacity(self.0.len());
        for next in self.0.drain(..) {
            match joined.last_mut() {
                Some(last) if next.start <= last.end => last.end = last.end.max(next.end),
                Some(_) | None => joined.push(next),
            }
        }
        self.0 = joined;
    }

    /// Whether all of a range is in it.
    pub fn has(&self, range: TimeRange) -> bool {
        self.0.iter().any(|it| it.covers(range))
    }

    /// What of a range is not in it, newest first.
    pub fn gaps(&self, range: TimeRange) -> Vec<TimeRange> {
        let mut gaps = Vec::new();
        let mut end = range.end;
        for it in self.0.iter().rev() {
            if it.end < end {
                gaps.push(TimeRange { start: it.end.max(range.start), end });
            }
            end = end.min(it.start);
        }
        gaps.push(TimeRange { start: range.start, end });
        gaps.retain(|it| it.start < it.end);
        gaps
    }

    /// Lets go of everything before an instant.
    pub fn forget_before(&mut self, at: Timestamp) {
        self.0.retain_mut(|it| {
            it.start = it.start.max(at);
            it.start < it.end
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn range(start: i64, end: i64) -> TimeRange {
        TimeRange { start: Timestamp::from_secs(start), end: Timestamp::from_secs(end) }
    }

    fn covered(ranges: &[(i64, i64)]) -> Covered {
        let mut covered = Covered::default();
        ranges.iter().for_each(|it| covered.add(range(it.0, it.1)));
        covered
    }

    #[track_caller]
    fn check_gaps(ranges: &[(i64, i64)], of: (i64, i64), expected: &[(i64, i64)]) {
        let gaps = covered(ranges).gaps(range(of.0, of.1));
        let gaps: Vec<_> = gaps.iter().map(|it| (it.start.secs(), it.end.secs())).collect();
        assert_eq!(gaps, expected);
    }

    #[test]
    fn gaps_are_what_is_left_newest_first() {
        check_gaps(&[], (0, 10), &[(0, 10)]);
        check_gaps(&[(3, 5)], (0, 10), &[(5, 10), (0, 3)]);
        check_gaps(&[(3, 5), (5, 8), (20, 30)], (0, 10), &[(8, 10), (0, 3)]);
        check_gaps(&[(0, 30)], (5, 10), &[]);
        check_gaps(&[(8, 12)], (0, 10), &[(0, 8)]);
    }

    proptest! {
        #[test]
        fn gaps_and_what_is_covered_share_nothing_and_leave_nothing_out(
            ranges in prop::collection::vec((0_i64..50, 1_i64..20), 0..12), start in 0_i64..50, length in 1_i64..40,
        ) {
            let it = covered(&ranges.iter().map(|(start, length)| (*start, start + length)).collect::<Vec<_>>());
            let gaps = it.gaps(range(start, start + length));
            for second in start..start + length {
                let here = range(second, second + 1);
                prop_assert!(it.has(here) != gaps.iter().any(|it| it.covers(here)), "{}", second);
            }
        }
    }
}
