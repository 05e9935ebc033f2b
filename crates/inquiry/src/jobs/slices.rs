//! How a range is cut: newest first, each slice as wide as the density of those before it allows.

use backends::{BackendError, ErrorKind};
use domain::time::{TimeDelta, TimeRange, Timestamp};

/// Widths that a slice may have, so that the same question is asked again in the same slices.
const WIDTHS_SECS: [i64; 15] =
    [1, 5, 10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400];

/// A slice that is no longer has hardly more that goes on for minutes than one half as long.
const NARROW: TimeDelta = TimeDelta::from_secs(30);

/// Slices that are on their way at once.
const AT_ONCE: usize = 2;

/// What is still to be read, and what is on its way.
#[derive(Clone, Debug, Default)]
pub(super) struct Slices {
    /// What has not been sent, newest first.
    todo: Vec<TimeRange>,
    /// What has been sent, and how wide it might have been.
    on_their_way: Vec<(TimeRange, TimeDelta)>,
    /// What could not be had: everything before it counts as not read.
    failed: Vec<TimeRange>,
    /// After this instant nothing is cut.
    uncut_after: Option<Timestamp>,
    width: TimeDelta,
    /// How many finds a slice should bring.
    wanted: usize,
    n_sent: usize,
    /// How wide the next but one after each slice may be, by number; only those not yet used.
    widths: Vec<(usize, TimeDelta)>,
}

impl Slices {
    /// These stretches of a range of that length, in slices of about so many finds.
    pub(super) fn of(todo: Vec<TimeRange>, length: TimeDelta, wanted: usize) -> Self {
        let width = at_most(TimeDelta::from_nanos(length.nanos() / 8), TimeDelta::from_secs(3_600));
        Self { todo, width, wanted, ..Self::default() }
    }

    /// Makes one slice at least of what comes after an instant: to ask for less of it would be of no use.
    #[must_use]
    pub(super) fn uncut_after(self, at: Timestamp) -> Self {
        Self { uncut_after: Some(at), ..self }
    }

    /// The instant, or the last before it at which may be cut.
    fn may_cut_at(&self, at: Timestamp) -> Timestamp {
        self.uncut_after.map_or(at, |it| it.min(at))
    }

    /// Makes the first slices no wider than this.
    pub(super) fn begin_with(&mut self, width: TimeDelta) {
        self.width = at_most(self.width, width);
    }

    /// The next slice with its number, if it ends after an instant and not too many are on their way.
    ///
    /// A slice is as wide as the last but one says, whichever answer came first: asked again, it is the same.
    pub(super) fn next(&mut self, after: Option<Timestamp>) -> Option<(usize, TimeRange)> {
        let gap = *self.todo.first()?;
        if self.on_their_way.len() >= AT_ONCE
            || !self.failed.is_empty()
            || after.is_some_and(|it| gap.end <= it)
        {
            return None;
        }
        if let Some(before) = self.n_sent.checked_sub(AT_ONCE) {
            let place = self.widths.iter().position(|(number, _)| *number == before)?;
            self.width = self.widths.remove(place).1;
        }
        let start = self.may_cut_at(gap.end - TimeDelta::from_nanos(1)).floor_to(self.width).max(gap.start);
        if start <= gap.start {
            self.todo.remove(0);
        } else if let Some(gap) = self.todo.first_mut() {
            gap.end = start;
        }
        let slice = TimeRange { start, end: gap.end };
        self.on_their_way.push((slice, self.width));
        self.n_sent += 1;
        Some((self.n_sent - 1, slice))
    }

    /// Tells that a slice has been read, how much began in it, and how much went on in it that began before: that comes
    /// with every slice, however narrow.
    pub(super) fn done(&mut self, number: usize, slice: TimeRange, n_begun: usize, n_going_on: usize) {
        let per_find = slice.length().nanos() / count(n_begun.max(1));
        let wanted = self.wanted.saturating_sub(n_going_on).max(self.wanted / 4);
        let ideal = TimeDelta::from_nanos(per_find).times(count(wanted));
        let might = self.on_their_way.iter().find(|(it, _)| *it == slice).map_or(self.width, |it| it.1);
        // Not much wider at once: the next may be denser.
        self.arrived(
            number,
            slice,
            at_most(if n_begun == 0 { might.times(4) } else { ideal }, might.times(4)),
        );
    }

    /// Asks for a slice that was cut off again in two halves, where these have less in them; whether it does.
    pub(super) fn halve_cut(
        &mut self,
        number: usize,
        slice: TimeRange,
        n_begun: usize,
        n_going_on: usize,
    ) -> bool {
        (n_begun * 3 >= n_going_on || slice.length() > NARROW) && self.halve(number, slice)
    }

    /// Asks for a slice again in two halves; whether it can be halved.
    pub(super) fn halve(&mut self, number: usize, slice: TimeRange) -> bool {
        let half = TimeDelta::from_nanos(slice.length().nanos() / 2);
        let middle = self.may_cut_at(slice.start + half).floor_to(TimeDelta::from_secs(1));
        if middle <= slice.start {
            return false;
        }
        self.arrived(number, slice, at_most(half, half));
        self.again(TimeRange { start: slice.start, end: middle });
        self.again(TimeRange { start: middle, end: slice.end });
        true
    }

    /// Asks for a stretch again, in its place.
    pub(super) fn again(&mut self, range: TimeRange) {
        if range.start < range.end {
            let place = self.todo.partition_point(|it| it.end > range.end);
            self.todo.insert(place, range);
        }
    }

    /// Asks for stretches after everything else.
    pub(super) fn add_after(&mut self, gaps: Vec<TimeRange>) {
        self.todo.extend(gaps);
    }

    /// A slice could not be had: nothing older is asked for.
    pub(super) fn stop(&mut self, number: usize, slice: TimeRange) {
        self.arrived(number, slice, self.width);
        self.failed.push(slice);
    }

    /// Whether something could not be had.
    pub(super) fn has_failed(&self) -> bool {
        !self.failed.is_empty()
    }

    /// Whether everything has been read.
    pub(super) fn is_done(&self) -> bool {
        self.todo.is_empty() && self.on_their_way.is_empty() && self.failed.is_empty()
    }

    /// The instant from which nothing is missing up to `end`; `start` where nothing is missing at all.
    pub(super) fn read_back_to(&self, start: Timestamp, end: Timestamp) -> Timestamp {
        let missing = self.on_their_way.iter().map(|it| &it.0).chain(&self.todo).chain(&self.failed);
        missing.filter(|it| it.start < end).map(|it| it.end.min(end)).max().unwrap_or(start)
    }

    fn arrived(&mut self, number: usize, slice: TimeRange, width: TimeDelta) {
        self.on_their_way.retain(|(it, _)| *it != slice);
        self.widths.push((number, width));
    }
}

/// Whether a part of what was asked might be answered.
pub(super) fn is_too_much(error: &BackendError) -> bool {
    matches!(error.kind, ErrorKind::TooHeavy(_) | ErrorKind::TimedOut(_))
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The widest that is no wider than both.
fn at_most(ideal: TimeDelta, most: TimeDelta) -> TimeDelta {
    let mut widths = WIDTHS_SECS.iter().rev().map(|it| TimeDelta::from_secs(*it));
    widths.find(|it| *it <= ideal.min(most)).unwrap_or(TimeDelta::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn range(start: i64, end: i64) -> TimeRange {
        TimeRange { start: Timestamp::from_secs(start), end: Timestamp::from_secs(end) }
    }

    /// Reads everything with so many finds a second, the newest answer last or first; gives the slices as asked.
    fn read_all(length: i64, per_sec: usize, newest_first: bool) -> Vec<(i64, i64)> {
        read_all_among(length, per_sec, 0, newest_first)
    }

    /// The same among so many that go on all the time.
    fn read_all_among(length: i64, per_sec: usize, n_going_on: usize, newest_first: bool) -> Vec<(i64, i64)> {
        let mut slices = Slices::of(vec![range(0, length)], TimeDelta::from_secs(length), 1_000);
        let (mut asked, mut open) = (Vec::new(), Vec::new());
        loop {
            while let Some((number, slice)) = slices.next(None) {
                asked.push((slice.start.secs(), slice.end.secs()));
                open.push((number, slice));
            }
            let Some((number, slice)) =
                (if newest_first && !open.is_empty() { Some(open.remove(0)) } else { open.pop() })
            else {
                break;
            };
            slices.done(number, slice, slice.length().secs() as usize * per_sec, n_going_on);
        }
        assert!(slices.is_done());
        asked
    }

    #[test]
    fn slices_grow_where_little_is_and_shrink_where_much_is() {
        let sparse = read_all(86_400, 0, true);
        assert!(sparse.len() < 14, "{sparse:?}");
        let dense = read_all(3_600, 100, true);
        assert_eq!(dense.first(), Some(&(3_300, 3_600)));
        assert_eq!(dense.last(), Some(&(0, 10)));
    }

    #[test]
    fn what_goes_on_all_the_time_does_not_make_slices_narrow() {
        let asked = read_all_among(3_600, 2, 990, true);
        assert!(asked.len() < 40, "{} slices", asked.len());
    }

    #[test]
    fn halves_are_asked_for_where_they_have_less() {
        let halved = |length: i64, n_begun: usize, n_going_on: usize| {
            let mut slices = Slices::of(vec![range(0, length)], TimeDelta::from_secs(8 * length), 100);
            let (number, slice) = slices.next(None).unwrap();
            slices.halve_cut(number, slice, n_begun, n_going_on)
        };
        assert!(halved(60, 10, 190) && halved(10, 100, 100));
        assert!(!halved(10, 10, 190), "most of it would come with every half");
    }

    #[test]
    fn the_newest_is_never_asked_for_alone() {
        // At ten seconds past a minute, in slices of a minute.
        let mut slices = Slices::of(vec![range(0, 910)], TimeDelta::from_secs(910), 100)
            .uncut_after(Timestamp::from_secs(865));
        let (number, slice) = slices.next(None).unwrap();
        assert_eq!(slice, range(840, 910));
        assert!(slices.halve(number, slice));
        assert_eq!(slices.todo[..2], [range(865, 910), range(840, 865)]);
        let (number, newest) = slices.next(None).unwrap();
        assert!(newest == range(865, 910) && !slices.halve(number, newest));
    }

    #[test]
    fn what_failed_ends_what_is_complete() {
        let mut slices = Slices::of(vec![range(0, 800)], TimeDelta::from_secs(800), 1_000);
        let (first, newest) = slices.next(None).unwrap();
        let (second, older) = slices.next(None).unwrap();
        let back = |it: &Slices| it.read_back_to(Timestamp::from_secs(0), Timestamp::from_secs(800)).secs();
        slices.done(second, older, 1, 0);
        assert_eq!(back(&slices), 800);
        slices.done(first, newest, 1, 0);
        assert_eq!(back(&slices), older.start.secs());
        let (third, failed) = slices.next(None).unwrap();
        slices.stop(third, failed);
        assert_eq!((back(&slices), slices.next(None)), (failed.end.secs(), None));
    }

    proptest! {
        #[test]
        fn slices_meet_without_gap_whatever_the_order_of_answers(
            length in 1_i64..20_000, per_sec in 0_usize..40, newest_first in any::<bool>(),
        ) {
            let asked = read_all(length, per_sec, newest_first);
            let mut end = length;
            for slice in &asked {
                prop_assert_eq!(slice.1, end);
                prop_assert!(slice.0 < slice.1);
                end = slice.0;
            }
            prop_assert_eq!(end, 0);
            prop_assert_eq!(asked, read_all(length, per_sec, !newest_first), "the order of answers changes no question");
        }

        #[test]
        fn halves_are_the_whole(start in 0_i64..100, length in 2_i64..100_000) {
            let mut slices = Slices::of(vec![range(start, start + length)], TimeDelta::from_secs(length), 1);
            let (number, whole) = slices.next(None).unwrap();
            if slices.halve(number, whole) {
                let mut covered = domain::jobs::Covered::default();
                slices.todo.iter().for_each(|it| covered.add(*it));
                prop_assert!(covered.has(whole));
            } else {
                prop_assert!(whole.length() < TimeDelta::from_secs(2));
            }
        }
    }
}
