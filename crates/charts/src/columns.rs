//! Thinning: the lowest and the highest value of each pixel column.
//!
//! Where a series has several samples a column, one vertical hairline a column shows everything that a line through
//! all of them would show, at a fraction of the cost. The boundaries of the columns depend on the times alone, so
//! they are found once for all series that share a time column; each value is then looked at once.

mod lanes;

use std::sync::Arc;

use domain::time::Timestamp;

use crate::scale::{TimeScale, ValueScale};

/// From this many samples a column on, a series is drawn by columns. With two, no column of an evenly sampled series
/// is empty, so that an empty column is a gap.
const MIN_SAMPLES_A_COLUMN: usize = 2;

/// Which samples fall into which pixel column: column `c` holds the samples from `bounds[c]` up to `bounds[c + 1]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    bounds: Vec<u32>,
}

impl Columns {
    /// Finds the first sample of each column, from where the last one was found: first where it is when samples are as
    /// frequent as they were in the column before, else by binary search.
    pub fn new(times: &[Timestamp], scale: TimeScale) -> Self {
        let width = usize::try_from(scale.width).unwrap_or_default();
        let mut bounds = Vec::with_capacity(width + 1);
        let (mut low, mut stride) = (0, 0_usize);
        for start in scale.edges() {
            let rest = times.get(low..).unwrap_or_default();
            let is_before = |it: &Timestamp| *it < start;
            let near = stride.saturating_sub(1)..stride + 3;
            stride = match rest.get(near.clone()) {
                Some(few @ [first, .., last]) if is_before(first) && !is_before(last) => {
                    near.start + few.partition_point(is_before)
                }
                _ => rest.partition_point(is_before),
            };
            low += stride;
            bounds.push(low as u32);
        }
        // The last instant of the range belongs to the last column, as Prometheus includes it.
        if let Some(last) = bounds.last_mut() {
            let rest = times.get(low..).unwrap_or_default();
            *last += rest.partition_point(|it| *it <= scale.range.end) as u32;
        }
        Self { bounds }
    }

    /// How many samples lie inside the range.
    pub fn n_samples(&self) -> usize {
        match (self.bounds.first(), self.bounds.last()) {
            (Some(first), Some(last)) => (last - first) as usize,
            _ => 0,
        }
    }

    /// Whether there are so many samples that drawing by columns loses nothing.
    pub fn are_dense(&self) -> bool {
        self.n_samples() >= MIN_SAMPLES_A_COLUMN * self.bounds.len().saturating_sub(1).max(1)
    }

    /// The samples inside the range.
    pub fn span(&self) -> std::ops::Range<usize> {
        match (self.bounds.first(), self.bounds.last()) {
            (Some(first), Some(last)) => *first as usize..*last as usize,
            _ => 0..0,
        }
    }

    /// The lowest and the highest finite value of each column.
    pub fn extents(&self, values: &[f64]) -> Vec<Extent> {
        let bounds = self.bounds.iter().zip(self.bounds.iter().skip(1));
        let column = |(first, past): (&u32, &u32)| values.get(*first as usize..*past as usize);
        bounds.map(|it| Extent::of(column(it).unwrap_or_default())).collect()
    }
}

/// Columns by time column: two series share them when they share the very same times.
#[derive(Default)]
pub(crate) struct ColumnCache {
    known: Vec<(Arc<[Timestamp]>, Arc<Columns>)>,
}

impl ColumnCache {
    pub(crate) fn get(&mut self, times: &Arc<[Timestamp]>, scale: TimeScale) -> Arc<Columns> {
        if let Some((_, columns)) = self.known.iter().rev().find(|(it, _)| Arc::ptr_eq(it, times)) {
            return Arc::clone(columns);
        }
        let columns = Arc::new(Columns::new(times, scale));
        self.known.push((Arc::clone(times), Arc::clone(&columns)));
        columns
    }
}

/// The lowest and the highest of some values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// The lowest; above `high` when there was none.
    pub low: f64,
    /// The highest.
    pub high: f64,
}

impl Extent {
    /// No value at all.
    pub const NONE: Self = Self { low: f64::INFINITY, high: f64::NEG_INFINITY };

    /// The extent of the finite ones among `values`.
    pub fn of(values: &[f64]) -> Self {
        let (low, high) = lanes::lowest_and_highest(values);
        let extent = Self { low, high };
        // NaN never gets in. Infinities are rare, so they are looked for only when one did.
        if extent.low > f64::NEG_INFINITY && extent.high < f64::INFINITY {
            return extent;
        }
        let finite = values.iter().filter(|it| it.is_finite());
        finite.fold(Self::NONE, |sum, it| sum.and(Self { low: *it, high: *it }))
    }

    /// Whether there was no value.
    pub fn is_none(self) -> bool {
        self.low > self.high
    }

    /// The extent of both.
    pub fn and(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

/// A vertical hairline: all rows from `top` to `bottom` of column `x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hairline {
    /// The pixel column.
    pub x: i32,
    /// First row.
    pub top: i32,
    /// Last row.
    pub bottom: i32,
}

/// One hairline for each column that has a value, long enough to touch that of the column before.
pub fn hairlines(extents: &[Extent], left: i32, values: ValueScale) -> Vec<Hairline> {
    let mut lines = Vec::with_capacity(extents.len());
    let mut before: Option<(i32, i32)> = None;
    for (x, extent) in (left..).zip(extents) {
        if extent.is_none() {
            before = None;
            continue;
        }
        let (top, bottom) = (values.y(extent.high), values.y(extent.low));
        let (joined_top, joined_bottom) = match before {
            Some((top_before, bottom_before)) => (top.min(bottom_before), bottom.max(top_before)),
            None => (top, bottom),
        };
        lines.push(Hairline { x, top: joined_top, bottom: joined_bottom });
        before = Some((top, bottom));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::{TimeDelta, TimeRange};
    use proptest::prelude::*;

    const VALUES: ValueScale = ValueScale { low: 0.0, high: 100.0, top: 0, bottom: 100 };

    fn secs(range: std::ops::Range<i64>) -> TimeRange {
        TimeRange { start: Timestamp::from_secs(range.start), end: Timestamp::from_secs(range.end) }
    }

    fn columns(times_secs: &[i64], range: std::ops::Range<i64>, width: i32) -> Columns {
        let times: Vec<_> = times_secs.iter().copied().map(Timestamp::from_secs).collect();
        Columns::new(&times, TimeScale { range: secs(range), left: 0, width })
    }

    #[track_caller]
    fn check(values: &[f64], expected: &[(i32, i32, i32)]) {
        let times: Vec<i64> = (0..values.len() as i64).collect();
        let width = values.len() as i32 / 2;
        let extents = columns(&times, 0..values.len() as i64, width).extents(values);
        let lines: Vec<_> =
            hairlines(&extents, 10, VALUES).iter().map(|it| (it.x, it.top, it.bottom)).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn each_column_is_a_hairline_joined_to_the_one_before() {
        check(&[10.0, 20.0, 50.0, 60.0, 55.0, 30.0], &[(10, 80, 90), (11, 40, 80), (12, 45, 70)]);
        check(&[90.0, 80.0, 10.0, 20.0], &[(10, 10, 20), (11, 20, 90)]);
    }

    #[test]
    fn a_column_without_values_is_a_gap() {
        let nan = f64::NAN;
        check(&[10.0, 20.0, nan, nan, 60.0, 60.0], &[(10, 80, 90), (12, 40, 40)]);
        check(&[nan; 4], &[]);
    }

    #[test]
    fn what_is_not_finite_is_left_out() {
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        check(&[nan, 20.0, inf, 60.0, -inf, 30.0], &[(10, 80, 80), (11, 40, 80), (12, 40, 70)]);
        assert!(Extent::of(&[inf, -inf, nan]).is_none());
    }

    #[test]
    fn samples_outside_the_range_are_outside_the_columns() {
        let columns = columns(&[0, 5, 10, 15, 20, 25, 30], 5..25, 2);
        assert_eq!(columns.bounds, [1, 3, 6], "the last instant belongs to the last column");
        assert_eq!((columns.span(), columns.n_samples()), (1..6, 5));
        assert!(columns.are_dense());
    }

    #[test]
    fn the_same_times_are_searched_once() {
        let times: Arc<[Timestamp]> = (0..10).map(Timestamp::from_secs).collect();
        let scale = TimeScale { range: secs(0..10), left: 0, width: 5 };
        let mut cache = ColumnCache::default();
        let first = cache.get(&times, scale);
        assert!(Arc::ptr_eq(&first, &cache.get(&Arc::clone(&times), scale)));
        let equal_but_other: Arc<[Timestamp]> = times.to_vec().into();
        assert!(!Arc::ptr_eq(&first, &cache.get(&equal_but_other, scale)));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_invented(
            deltas in proptest::collection::vec(0..5_000_i64, 0..600),
            seeds in proptest::collection::vec(-1e6..1e6_f64, 600),
            width in 1..200_i32,
        ) {
            let mut at = Timestamp::from_secs(1_000);
            let times: Vec<_> = deltas.iter().map(|it| { at = at + TimeDelta::from_millis(*it); at }).collect();
            let values: Vec<_> = seeds.iter().copied().take(times.len()).collect();
            let scale = TimeScale { range: secs(1_000..2_000), left: 0, width };
            let columns = Columns::new(&times, scale);
            let extents = columns.extents(&values);
            prop_assert_eq!(extents.len(), width as usize);
            prop_assert!(columns.bounds.is_sorted());

            let mut expected = vec![Extent::NONE; width as usize];
            for (time, value) in times.iter().zip(&values) {
                if *time > scale.range.end { continue; }
                let column = (0..width).rev().find(|it| scale.time_of(*it) <= *time).unwrap();
                let cell = &mut expected[column as usize];
                *cell = cell.and(Extent { low: *value, high: *value });
            }
            prop_assert_eq!(extents, expected);
        }

        #[test]
        fn hairlines_touch_and_cover(pairs in proptest::collection::vec((0..100_i32, 0..100_i32), 1..50)) {
            let extents: Vec<_> = pairs.iter()
                .map(|(a, b)| Extent { low: f64::from(*a.min(b)), high: f64::from(*a.max(b)) }).collect();
            let lines = hairlines(&extents, 0, VALUES);
            for (line, extent) in lines.iter().zip(&extents) {
                prop_assert!(line.top <= VALUES.y(extent.high) && line.bottom >= VALUES.y(extent.low));
            }
            for pair in lines.windows(2) {
                prop_assert!(pair[1].top <= pair[0].bottom && pair[1].bottom >= pair[0].top, "{:?}", pair);
            }
        }
    }
}
