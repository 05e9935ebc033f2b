//! Which of several series left its usual course first.
//!
//! What is usual is worked out from the hour before: its median m, and the median absolute deviation (MAD) times 1.4826,
//! which for a normal distribution is the standard deviation and which single spikes do not move (Rousseeuw and
//! Croux 1993). A value is out of course when it is further from m than the greatest of: 5 such deviations, 1.5 times the
//! 95th percentile of the distances of that hour (for rare events, whose MAD is 0), 15 % of m, and a floor that depends on the unit.
//! The onset is the first value out of course of which at least one of the next two is as well.

use super::Verdict;
use super::sentence::{Sentence, beside_failure};
use crate::format;
use crate::series::Series;
use crate::system::steps::Worse;
use crate::system::{MetricKind, Unit};
use crate::time::{TimeRange, Timestamp};

const DEVIATIONS: f64 = 5.0;
const MAD_TO_SIGMA: f64 = 1.4826;
const SPIKES: f64 = 1.5;
const SHARE_OF_MEDIAN: f64 = 0.15;
/// Values of the hour before that are needed to know what is usual.
const MIN_USUAL: usize = 8;
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
}

/// When a series left the course of the time before `watched`, if it did inside it.
pub fn onset(series: &Series, watched: TimeRange, usual: Usual) -> Option<Onset> {
    let points = series.times.iter().copied().zip(series.values.iter().copied());
    let points: Vec<_> = points.filter(|(_, value)| value.is_finite()).collect();
    let inside: Vec<_> =
        points.iter().copied().filter(|(at, _)| watched.start <= *at && *at <= watched.end).collect();
    if let Some(limit) = usual.limit {
        let past = |value: f64| match usual.worse {
            Worse::Up | Worse::Either => value > limit,
            Worse::Down => value < limit,
        };
        let before = points.iter().filter(|(at, _)| *at < watched.start).map(|(_, value)| *value);
        let usual = median(before.collect()).unwrap_or(limit);
        // What was past its limit all the time did not leave its course.
        return if past(usual) {
            None
        } else {
            first(&inside, usual, |value| if past(value) { Some(1.0) } else { None }, Way::Passed)
        };
    }
    let mut before: Vec<f64> =
        points.iter().filter(|(at, _)| *at < watched.start).map(|(_, value)| *value).collect();
    if before.is_empty() && usual.kind == MetricKind::Counter {
        // A counter that was not there had not counted anything.
        before = vec![0.0; MIN_USUAL];
    }
    if before.len() < MIN_USUAL {
        return None;
    }
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
    let rose = || first(&inside, middle, up, Way::Rose);
    let fell = || first(&inside, middle, down, Way::Fell);
    match usual.worse {
        Worse::Up => rose(),
        Worse::Down => fell(),
        Worse::Either => [rose(), fell()].into_iter().flatten().min_by_key(|it| it.at),
    }
}

/// The first point out of course that is not alone.
fn first(
    points: &[(Timestamp, f64)],
    usual: f64,
    out: impl Fn(f64) -> Option<f64>,
    way: Way,
) -> Option<Onset> {
    let is_out = |place: usize| points.get(place).is_some_and(|(_, value)| out(*value).is_some());
    let place = (0..points.len()).find(|it| is_out(*it) && (is_out(it + 1) || is_out(it + 2)))?;
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
pub fn first_to_deviate(courses: &[Course], watched: TimeRange, failure: Timestamp) -> Verdict {
    let mut left: Vec<(&Course, Onset)> = courses.iter().filter_map(|it| Some((it, it.onset?))).collect();
    left.sort_by(|(_, a), (_, b)| a.at.cmp(&b.at).then(b.strength.total_cmp(&a.strength)));
    let n_series = super::counted(courses.len(), "series").replace("serieses", "series");
    let Some((course, it)) = left.first() else {
        let words = if courses.is_empty() {
            Sentence::of("none of these metrics has a value from ")
        } else {
            Sentence::of(format!("{n_series} looked at, all on the course of the hour before, from "))
        };
        return Verdict::nothing(words.at(watched.start).then(" to ").at(watched.end));
    };
    let does = |way| match way {
        Way::Rose => "rose",
        Way::Fell => "fell",
        Way::Passed => "passed its limit",
    };
    let mut says =
        Sentence::of(format!("{} {} first, at ", course.title, does(it.way))).at(it.at).then(format!(
            ", {}: from {} to {}",
            beside_failure(it.at, failure),
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
