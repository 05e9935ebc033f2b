//! Which of several series left its usual course first.
//!
//! What is usual is worked out from the hour before, but for its last third, in which the trouble may have begun: its
//! median m, and the median absolute deviation (MAD) times 1.4826, which for a normal distribution is the standard
//! deviation and which single spikes do not move (Rousseeuw and Croux 1993). A value is out of course when it is further
//! from m than the greatest of: 5 such deviations, 1.5 times the 95th percentile of the distances of that time (for rare
//! events, whose MAD is 0), 15 % of m, and a floor that depends on the unit. A series left its course in the window when
//! a value is out of it and at least one of the next two as well; its onset lies before the window where the values
//! before it were out of course without a long break. A stretch that was over 10 min before the failure is another trouble.

use super::Verdict;
use super::sentence::{Sentence, beside};
use super::values::Anchor;
use crate::format;
use crate::series::Series;
use crate::system::steps::Worse;
use crate::system::{MetricKind, Unit};
use crate::time::{TimeDelta, TimeRange, Timestamp};

const DEVIATIONS: f64 = 5.0;
const MAD_TO_SIGMA: f64 = 1.4826;
const SPIKES: f64 = 1.5;
const SHARE_OF_MEDIAN: f64 = 0.15;
/// Values of the hour before that are needed to know what is usual.
const MIN_USUAL: usize = 8;
/// The end of the hour before, in which the trouble may have begun already.
const MAY_BE_TROUBLED: TimeDelta = TimeDelta::from_secs(20 * 60);
/// How long before the failure another trouble is over.
const OVER_FOR: TimeDelta = TimeDelta::from_secs(10 * 60);
/// Values on course that end a stretch of those out of course, looking back from the window.
const LOOK_BACK: usize = 4;
/// Series that a sentence names.
const MAX_NAMED: usize = 4;

/// One series, and when it left its course.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// What it is, for people: `Queue depth of chunk_jobs`.
    pub title: String,
    /// What its values are.
    pub unit: Unit,
    /// When it left; `None` while it kept its course.
    pub onset: Option<Onset>,
    /// Whether enough is known of the time before to tell.
    pub is_known: bool,
}

/// A series leaving its course.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Onset {
    /// The first value out of course.
    pub at: Timestamp,
    /// Which way.
    pub way: Way,
    /// The median before.
    pub usual: f64,
    /// The value furthest out after.
    pub furthest: f64,
    /// How far that is, in thresholds: 1 is just out of course.
    pub strength: f64,
}

/// Which way a series went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Up, against its usual course.
    Rose,
    /// Down, against its usual course.
    Fell,
    /// Over what it must not pass.
    Passed,
}

/// What counts as out of course for one metric.
#[derive(Clone, Copy, Debug)]
pub struct Usual {
    /// What its samples are.
    pub kind: MetricKind,
    /// What its values are.
    pub unit: Unit,
    /// Which way is worse.
    pub worse: Worse,
    /// What it must not pass.
    pub limit: Option<f64>,
    /// The instant of the failure: what was over long before it is another trouble.
    pub failure: Timestamp,
}

/// When a series left the course of the time before `watched`, if it did inside it; `None` as well where too little is
/// known of the time before (see [`is_known`]).
pub fn onset(series: &Series, watched: TimeRange, usual: Usual) -> Option<Onset> {
    let points: Vec<(Timestamp, f64)> = finite(series).filter(|(at, _)| *at <= watched.end).collect();
    let n_before = points.partition_point(|(at, _)| *at < watched.start);
    let before = before(&points, watched);
    if let Some(limit) = usual.limit {
        let past = |value: f64| match usual.worse {
            Worse::Up | Worse::Either => value > limit,
            Worse::Down => value < limit,
        };
        let middle = median(before).unwrap_or(limit);
        // What was past its limit all the time did not leave its course.
        let leaves = |value: f64| past(value).then_some(1.0);
        return if past(middle) {
            None
        } else {
            first(&points, (n_before, usual.failure), middle, leaves, Way::Passed)
        };
    }
    let before = known(before, usual)?;
    let middle = median(before.clone())?;
    let mut distances: Vec<f64> = before.iter().map(|it| (it - middle).abs()).collect();
    distances.sort_by(f64::total_cmp);
    let mad = median(distances.clone())?;
    let q95 = distances.get(distances.len() * 95 / 100).or(distances.last()).copied().unwrap_or(0.0);
    let threshold =
        [DEVIATIONS * MAD_TO_SIGMA * mad, SPIKES * q95, SHARE_OF_MEDIAN * middle.abs(), floor(usual)];
    let threshold = threshold.into_iter().fold(f64::MIN_POSITIVE, f64::max);
    let up = |value: f64| Some((value - middle) / threshold).filter(|it| *it > 1.0);
    let down = |value: f64| Some((middle - value) / threshold).filter(|it| *it > 1.0);
    let rose = || first(&points, (n_before, usual.failure), middle, up, Way::Rose);
    let fell = || first(&points, (n_before, usual.failure), middle, down, Way::Fell);
    match usual.worse {
        Worse::Up => rose(),
        Worse::Down => fell(),
        Worse::Either => [rose(), fell()].into_iter().flatten().min_by_key(|it| it.at),
    }
}

/// Whether enough is known of the time before `watched` to say what is usual.
pub fn is_known(series: &Series, watched: TimeRange, usual: Usual) -> bool {
    let points: Vec<(Timestamp, f64)> = finite(series).collect();
    usual.limit.is_some() || known(before(&points, watched), usual).is_some()
}

/// The values that say what is usual: of the time before but for its last third, or of all of it where that is too little.
fn before(points: &[(Timestamp, f64)], watched: TimeRange) -> Vec<f64> {
    let until = |end: Timestamp| -> Vec<f64> {
        points.iter().filter(|(at, _)| *at < end).map(|(_, value)| *value).collect()
    };
    let quiet = until(watched.start - MAY_BE_TROUBLED);
    if quiet.len() >= MIN_USUAL { quiet } else { until(watched.start) }
}

fn finite(series: &Series) -> impl Iterator<Item = (Timestamp, f64)> + '_ {
    series.times.iter().copied().zip(series.values.iter().copied()).filter(|(_, value)| value.is_finite())
}

/// The values before, where they are enough. A counter that was not there had not counted anything.
fn known(before: Vec<f64>, usual: Usual) -> Option<Vec<f64>> {
    match (before.len(), usual.kind) {
        (0, MetricKind::Counter) => Some(vec![0.0; MIN_USUAL]),
        (n, _) => (n >= MIN_USUAL).then_some(before),
    }
}

/// The beginning of the first stretch out of course from `begin` on that lasts until the failure or nearly so; points
/// alone are none.
fn first(
    points: &[(Timestamp, f64)],
    (begin, failure): (usize, Timestamp),
    usual: f64,
    out: impl Fn(f64) -> Option<f64>,
    way: Way,
) -> Option<Onset> {
    let is_out = |place: usize| points.get(place).is_some_and(|(_, value)| out(*value).is_some());
    let mut from = begin;
    let mut place = loop {
        let place = (from..points.len()).find(|it| is_out(*it) && (is_out(it + 1) || is_out(it + 2)))?;
        let mut last = place;
        while let Some(later) = (last + 1..=last + LOOK_BACK).rev().find(|it| is_out(*it)) {
            last = later;
        }
        if points.get(last).is_some_and(|(at, _)| *at >= failure - OVER_FOR) {
            break place;
        }
        from = last + 1;
    };
    // What is looked at only after the failure begins there.
    let is_after = points.get(begin).is_some_and(|(at, _)| *at >= failure);
    let least = if is_after { begin } else { 0 };
    while let Some(earlier) = (place.saturating_sub(LOOK_BACK).max(least)..place).find(|it| is_out(*it)) {
        place = earlier;
    }
    let (at, _) = *points.get(place)?;
    let after = points.get(place..)?.iter().map(|(_, value)| *value);
    let furthest = match way {
        Way::Fell => after.min_by(f64::total_cmp),
        Way::Rose | Way::Passed => after.max_by(|a, b| (a - usual).abs().total_cmp(&(b - usual).abs())),
    }?;
    Some(Onset { at, way, usual, furthest, strength: out(furthest).unwrap_or(1.0) })
}

/// What is too little to matter, whatever the hour before was like.
fn floor(usual: Usual) -> f64 {
    match (usual.kind, usual.unit) {
        (MetricKind::Counter, _) => 0.0,
        (_, Unit::Jobs) => 1.5,
        (_, Unit::Seconds) => 0.02,
        (_, Unit::Bytes) => 1e6,
        (_, Unit::Ratio) => 0.02,
        (_, Unit::None | Unit::PerSecond) => 0.0,
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => values.get(half).copied(),
        _ => Some((values.get(half - 1)? + values.get(half)?) / 2.0),
    }
}

/// Which series left its course first, and the others in the order of theirs.
pub fn first_to_deviate(courses: &[Course], watched: TimeRange, trouble: Anchor) -> Verdict {
    let mut left: Vec<(&Course, Onset)> = courses.iter().filter_map(|it| Some((it, it.onset?))).collect();
    left.sort_by(|(_, a), (_, b)| a.at.cmp(&b.at).then(b.strength.total_cmp(&a.strength)));
    let n_unknown = courses.iter().filter(|it| !it.is_known).count();
    let Some((course, it)) = left.first() else {
        let words = match (courses.len(), n_unknown) {
            (0, _) => "none of these metrics has a value from ".to_owned(),
            (n, u) if u == n => {
                format!("{n} series looked at, none with an hour before to compare with, from ")
            }
            (n, 0) => format!("{n} series looked at, all on the course of the hour before, from "),
            (n, u) => format!(
                "{n} series looked at, all on the course of the hour before ({u} without one to compare with), from "
            ),
        };
        return Verdict::nothing(Sentence::of(words).at(watched.start).then(" to ").at(watched.end));
    };
    let does = |way| match way {
        Way::Rose => "rose",
        Way::Fell => "fell",
        Way::Passed => "passed its limit",
    };
    let mut says =
        Sentence::of(format!("{} {} first, at ", course.title, does(it.way))).at(it.at).then(format!(
            ", {}: from {} to {}",
            beside(it.at, trouble),
            format::value(it.usual, course.unit),
            format::value(it.furthest, course.unit)
        ));
    let then = left.iter().skip(1).take(MAX_NAMED - 1);
    for (place, (course, it)) in then.enumerate() {
        let joint = if place == 0 { "; then " } else { ", " };
        says = says.then(format!("{joint}{} {} at ", course.title, does(it.way))).at(it.at);
    }
    let n_more = left.len().saturating_sub(MAX_NAMED);
    if n_more > 0 {
        says = says.then(format!(" and {n_more} more"));
    }
    Verdict::something(says)
}
