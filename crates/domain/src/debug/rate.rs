//! How often a service speaks, how often of errors, and how long its work takes, against the hour before.

use super::Verdict;
use super::deviation::{Onset, Usual, Way, onset};
use super::sentence::{Sentence, beside, counted};
use super::values::Anchor;
use crate::format;
use crate::series::Series;
use crate::system::steps::Worse;
use crate::system::{MetricKind, Unit};
use crate::time::{TimeDelta, TimeRange, Timestamp};

/// Works that are needed before a P99 says anything.
const MIN_WORKS: usize = 5;

/// What was counted of a service's lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates {
    /// Lines in each step.
    pub lines: Option<Series>,
    /// Lines that tell of an error, in each step.
    pub errors: Option<Series>,
    /// When pieces of work ended, and how long each took.
    pub durations: Vec<(Timestamp, TimeDelta)>,
}

/// What the rates come to. `step` is the length that each value counts.
pub fn service_rate(
    service: &str,
    rates: &Rates,
    watched: TimeRange,
    step: TimeDelta,
    trouble: Anchor,
) -> Verdict {
    let per_minute = 60.0 / step.as_secs_f64().max(1.0);
    let out = |series: &Option<Series>, worse| {
        let usual =
            Usual { kind: MetricKind::Counter, unit: Unit::None, worse, limit: None, failure: trouble.at };
        series.as_ref().and_then(|it| onset(&filled(it, watched, step), watched, usual))
    };
    let (lines, errors) = (out(&rates.lines, Worse::Either), out(&rates.errors, Worse::Up));
    let total = |series: &Option<Series>| {
        let values = series.iter().flat_map(|it| it.times.iter().zip(&it.values));
        let inside =
            values.filter(|(at, value)| watched.start <= **at && **at <= watched.end && value.is_finite());
        inside.map(|(_, value)| *value).sum::<f64>()
    };
    let (n_lines, n_errors) = (total(&rates.lines), total(&rates.errors));
    if n_lines == 0.0 && n_errors == 0.0 && rates.durations.is_empty() {
        let says = Sentence::of(format!("no line of {service} from "))
            .at(watched.start)
            .then(" to ")
            .at(watched.end);
        return Verdict::nothing(says);
    }
    let mut says = match errors {
        Some(it) => moved(&format!("errors of {service}"), it, per_minute, trouble),
        None if n_errors == 0.0 => Sentence::of(format!("{service} logged no error")),
        None => Sentence::of(format!(
            "{service} logged {}, as often as in the hour before",
            counted(n_errors as usize, "error")
        )),
    };
    says = match lines {
        Some(it) => says.then("; ").and(moved("its lines", it, per_minute, trouble)),
        None => {
            let minutes = (watched.length().as_secs_f64() / 60.0).max(1.0);
            says.then(format!("; {} lines a minute, as before", format::value(n_lines / minutes, Unit::None)))
        }
    };
    let slower = p99_words(&rates.durations, watched);
    if let Some((words, _)) = &slower {
        says = says.then(format!("; {words}"));
    }
    let is_slower = slower.is_some_and(|(_, it)| it);
    if errors.is_some() || lines.is_some() || is_slower {
        Verdict::something(says)
    } else {
        Verdict::nothing(says)
    }
}

/// Loki leaves out steps without a line: they count 0, where the series is known at all.
fn filled(series: &Series, watched: TimeRange, step: TimeDelta) -> Series {
    let Some(first) = series.times.first().copied() else { return series.clone() };
    let mut known = series.times.iter().copied().zip(series.values.iter().copied()).peekable();
    let (mut times, mut values) = (Vec::new(), Vec::new());
    // The hour before begins with zeros, where the first line came later.
    let begin = watched.start - TimeDelta::from_secs(3_600);
    let steps_back = if step > TimeDelta::ZERO { (first - begin).nanos().max(0) / step.nanos() } else { 0 };
    let mut at = first - step.times(steps_back);
    while at <= watched.end && times.len() < 20_000 && step > TimeDelta::ZERO {
        let value = known.next_if(|(it, _)| *it <= at).map_or(0.0, |(_, value)| value);
        times.push(at);
        values.push(value);
        at = at + step;
    }
    Series { labels: series.labels.clone(), times: times.into(), values }
}

fn moved(what: &str, it: Onset, per_minute: f64, trouble: Anchor) -> Sentence {
    let does = match it.way {
        Way::Rose | Way::Passed => "rose",
        Way::Fell => "fell",
    };
    let value = |it: f64| format::value(it * per_minute, Unit::None);
    Sentence::of(format!("{what} {does} at ")).at(it.at).then(format!(
        ", {}: from {} to {} a minute",
        beside(it.at, trouble),
        value(it.usual),
        value(it.furthest)
    ))
}

/// The P99 of its work in the window and before, and whether it is worse than twice what it was.
fn p99_words(durations: &[(Timestamp, TimeDelta)], watched: TimeRange) -> Option<(String, bool)> {
    let of = |test: &dyn Fn(Timestamp) -> bool| {
        p99(durations.iter().filter(|it| test(it.0)).map(|it| it.1).collect())
    };
    let now = of(&|at| watched.start <= at && at <= watched.end)?;
    match of(&|at| at < watched.start) {
        Some(before) => {
            let is_slower = now > before.times(2) && now - before > TimeDelta::from_millis(100);
            Some((format!("P99 of its work {now}, before {before}"), is_slower))
        }
        None => Some((format!("P99 of its work {now}"), false)),
    }
}

fn p99(mut durations: Vec<TimeDelta>) -> Option<TimeDelta> {
    durations.sort();
    let place = (durations.len() * 99).div_ceil(100).checked_sub(1)?;
    (durations.len() >= MIN_WORKS).then(|| durations.get(place).copied()).flatten()
}
