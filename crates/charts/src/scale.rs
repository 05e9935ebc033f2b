//! From times and values to device pixels, and back.

use domain::time::{TimeDelta, TimeRange, Timestamp};

/// The time axis: a range over pixel columns. A column holds the instants from its edge up to the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeScale {
    /// The time from the left edge to the right edge.
    pub range: TimeRange,
    /// First column.
    pub left: i32,
    /// How many columns.
    pub width: i32,
}

impl TimeScale {
    /// The column of an instant; outside the range it is outside the axis.
    pub fn x(self, at: Timestamp) -> i32 {
        let length = self.range.length().nanos().max(1) as f64;
        let share = (at - self.range.start).nanos() as f64 / length;
        self.left + (share * f64::from(self.width)).floor() as i32
    }

    /// The left edge of one column, counted from the axis' first: what [`Self::edges`] is held to.
    #[cfg(test)]
    pub(crate) fn time_of(self, column: i32) -> Timestamp {
        let length = i128::from(self.range.length().nanos());
        let nanos = length * i128::from(column) / i128::from(self.width.max(1));
        self.range.start + TimeDelta::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX))
    }

    /// The left edge of each column, and of the one after the last; exact. Divides once for all of them, and carries over
    /// what the division leaves.
    pub(crate) fn edges(self) -> impl Iterator<Item = Timestamp> {
        let (length, width) = (self.range.length().nanos().max(0), i64::from(self.width.max(1)));
        let (whole, part) = (length / width, length % width);
        let (mut next, mut carried) = (self.range.start, 0);
        (0..=self.width).map(move |_| {
            let edge = next;
            carried += part;
            let one_more = i64::from(carried >= width);
            carried -= one_more * width;
            next = edge + TimeDelta::from_nanos(whole + one_more);
            edge
        })
    }

    /// The instant under a pixel, kept inside the range.
    pub fn time_at(self, x: f64) -> Timestamp {
        let share = ((x - f64::from(self.left)) / f64::from(self.width.max(1))).clamp(0.0, 1.0);
        let nanos = (self.range.length().nanos() as f64 * share).round() as i64;
        (self.range.start + TimeDelta::from_nanos(nanos)).min(self.range.end)
    }
}

/// The value axis: `low` at pixel row `bottom`, `high` at row `top`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueScale {
    /// The value at the lower edge.
    pub low: f64,
    /// The value at the upper edge, above `low`.
    pub high: f64,
    /// Row of the upper edge.
    pub top: i32,
    /// Row of the lower edge.
    pub bottom: i32,
}

impl ValueScale {
    /// The row of a value; what is beyond an edge stays at it.
    pub fn y(self, value: f64) -> i32 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.bottom - (share * f64::from(self.bottom - self.top)).round() as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scale(length_nanos: i64, width: i32) -> TimeScale {
        let start = Timestamp::from_secs(1_773_480_000);
        TimeScale {
            range: TimeRange { start, end: start + TimeDelta::from_nanos(length_nanos) },
            left: 56,
            width,
        }
    }

    #[test]
    fn the_edges_are_the_edges() {
        let hour = scale(3_600_000_000_000, 1_000);
        assert_eq!((hour.x(hour.range.start), hour.x(hour.range.end)), (56, 1_056));
        assert_eq!((hour.time_at(56.0), hour.time_at(1_056.0)), (hour.range.start, hour.range.end));
        assert_eq!((hour.time_at(-10.0), hour.time_at(9_999.0)), (hour.range.start, hour.range.end));

        let values = ValueScale { low: 0.0, high: 400.0, top: 8, bottom: 128 };
        let rows = [0.0, 200.0, 400.0, 1e300, -5.0, f64::INFINITY].map(|it| values.y(it));
        assert_eq!(rows, [128, 68, 8, 8, 128, 8]);
    }

    #[test]
    fn a_range_of_no_length_divides_by_nothing() {
        assert_eq!(scale(0, 0).time_at(60.0), scale(0, 0).range.start);
    }

    proptest! {
        #[test]
        fn edges_are_the_times_of_all_columns(length in 0_i64..400_000_000_000_000_000, width in 0..300_i32) {
            let scale = scale(length, width);
            let each: Vec<_> = (0..=width).map(|it| scale.time_of(it)).collect();
            prop_assert_eq!(scale.edges().collect::<Vec<_>>(), each);
        }

        #[test]
        fn a_pixel_leads_back_to_its_column(length in 1_000_000_000_i64..400_000_000_000_000_000, x in 0..4_000_i32) {
            let scale = scale(length, 4_000);
            let back = scale.x(scale.time_at(f64::from(scale.left + x) + 0.5));
            prop_assert_eq!(back, scale.left + x);
        }
    }
}
