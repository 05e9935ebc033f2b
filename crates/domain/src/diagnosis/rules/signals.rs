//! What metrics show at the time of the trouble: they make a cause surer, or are a guess of their own.

use super::super::case::{Case, is_silent};
use super::super::words::filled;
use super::super::{Cause, Matched, Signal};
use super::Found;
use super::table;
use crate::job::JobState;
use crate::system::MetricRole;
use crate::time::TimeDelta;

/// How far around the trouble a metric is looked at: some scrapes, and the lag of what follows from what.
const AROUND: TimeDelta = TimeDelta::from_secs(600);
/// The share of its memory above which a broker is near its end.
const MEMORY_SHARE: f64 = 0.8;
/// How many times as much as usual is a spike.
const SPIKE: f64 = 2.0;

/// A metric, and from when on it is a bad sign.
pub(super) struct Watch {
    pub(super) role: MetricRole,
    pub(super) limit: f64,
    /// How long it must be above the limit; zero where one point is enough.
    pub(super) at_least: TimeDelta,
}

impl Watch {
    pub(super) const fn above(role: MetricRole, limit: f64) -> Self {
        Self { role, limit, at_least: TimeDelta::ZERO }
    }
}

/// What a metric says about a trouble.
pub(super) enum Shown {
    /// It shows it: in words, and which metric.
    Yes(String, MetricRole),
    /// It was looked at, and does not.
    No(String),
}

/// What a watched metric says; `None` where it was not looked at.
pub(super) fn shown(case: &Case, watch: &Watch) -> Option<Shown> {
    let signal = case.surroundings.signal(watch.role)?;
    let greatest = signal.greatest_near(case.at?, AROUND)?;
    let stays = watch.at_least == TimeDelta::ZERO || signal.stays_above(watch.limit, watch.at_least);
    Some(if greatest > watch.limit && stays {
        Shown::Yes(format!("{} rose to {} at that time", title(signal), number(greatest)), watch.role)
    } else {
        Shown::No(format!("{} does not show it", title(signal)))
    })
}

/// Guesses from metrics alone, where nothing that was said is surer; none that words found already.
pub(super) fn alone(case: &Case, found: &[Found]) -> Vec<Found> {
    let is_in_trouble = case.failure.is_some() || case.job.state == JobState::Stuck;
    if !is_in_trouble {
        return Vec::new();
    }
    let is_new = |rule: &str| !found.iter().any(|it| it.cause.rule == rule);
    let mut guesses: Vec<Found> = Vec::new();
    for (rule, watch, sentence, would_refute) in table::watched().filter(|(rule, ..)| is_new(rule)) {
        if let Some(Shown::Yes(words, role)) = shown(case, watch) {
            let stage = |name: &str| (name == "stage").then(|| case.stage.clone());
            let sentence = format!("perhaps {}", filled(sentence, stage));
            guesses.push(guess(rule, sentence, 1, vec![(words, role)], would_refute));
        }
    }
    guesses.extend(broker_memory(case).filter(|it| is_new(&it.cause.rule)));
    guesses.extend(evicted(case));
    guesses.extend(event_loop(case).filter(|it| is_new(&it.cause.rule)));
    guesses.extend(slow_task(case));
    // What somebody says, and what hangs, goes before what metrics alone make one think.
    let is_known = !case.failure.is_some_and(is_silent) || found.iter().any(|it| it.cause.sure > 1);
    let cap = if is_known { 1 } else { 2 };
    guesses.iter_mut().for_each(|it| it.cause.sure = it.cause.sure.min(cap));
    guesses
}

/// A cause that rests on metrics alone.
fn guess(rule: &str, sentence: String, sure: u8, shown: Vec<(String, MetricRole)>, refute: &str) -> Found {
    let words: Vec<&str> = shown.iter().map(|(words, _)| words.as_str()).collect();
    let why = format!("{}; no line or span of the job says so", words.join(", and "));
    Found::plain(Cause {
        rule: rule.to_owned(),
        sentence,
        sure,
        why,
        matched: shown.into_iter().map(|(words, role)| Matched::signal(words, role)).collect(),
        would_refute: refute.to_owned(),
        runbook: None,
    })
}

fn broker_memory(case: &Case) -> Option<Found> {
    let used = case.surroundings.signal(MetricRole::BrokerMemory)?;
    let limit = case.surroundings.signal(MetricRole::BrokerMemoryLimit)?;
    let at = case.at?;
    let share = used.greatest_near(at, AROUND)? / limit.greatest_near(at, AROUND).filter(|it| *it > 0.0)?;
    let words = format!("{} was at {:.0} % of its limit at that time", title(used), share * 100.0);
    let refute = "the broker's own log, if it refused nothing at that time";
    let sentence = "perhaps the broker is out of memory".to_owned();
    (share > MEMORY_SHARE)
        .then(|| guess("broker_memory", sentence, 1, vec![(words, MetricRole::BrokerMemory)], refute))
}

/// Keys that a broker throws away may be messages: a stuck job's may be among them.
fn evicted(case: &Case) -> Option<Found> {
    let watch = Watch::above(MetricRole::EvictedKeys, 0.0);
    let Some(Shown::Yes(words, role)) = shown(case, &watch) else { return None };
    let sure = if case.job.state == JobState::Stuck { 2 } else { 1 };
    let sentence = "perhaps the broker threw the job's message away for want of memory".to_owned();
    let refute = "the message, if it is still in the queue";
    Some(guess("evicted_keys", sentence, sure, vec![(words, role)], refute))
}

/// More requests at once, and each slower: the loop that answers them is busy with something else.
fn event_loop(case: &Case) -> Option<Found> {
    let at = case.at?;
    let spike = |role: MetricRole| {
        let signal = case.surroundings.signal(role)?;
        let usual = signal.median_before(at - AROUND).or_else(|| signal.median_before(at))?;
        let now = signal.greatest_near(at, AROUND)?;
        let words = format!("{} rose from {} to {}", title(signal), number(usual), number(now));
        (now > usual * SPIKE && now > 0.0).then_some((words, role))
    };
    let both = vec![spike(MetricRole::RequestsInFlight)?, spike(MetricRole::ReadLatency)?];
    let sentence = format!("perhaps the event loop that {} needs is saturated", case.stage);
    let refute = "a profile of that time, if no work blocked the loop";
    Some(guess("event_loop", sentence, 2, both, refute))
}

/// A task that takes longer than the broker waits for it is handed out again.
fn slow_task(case: &Case) -> Option<Found> {
    let limit = case.system.diagnosis.visibility_timeout?;
    let watch = Watch::above(MetricRole::TaskDuration, limit.as_secs_f64());
    let Some(Shown::Yes(words, role)) = shown(case, &watch) else { return None };
    let sentence =
        format!("perhaps tasks take longer than the broker waits ({limit}) and are handed out again");
    let refute = "attempts of the task, if each began only once";
    Some(guess("slow_task", sentence, 2, vec![(words, role)], refute))
}

pub(super) fn title(signal: &Signal) -> String {
    if signal.title.is_empty() { "a metric".to_owned() } else { format!("“{}”", signal.title) }
}

/// A number as a person reads it: three figures that count.
pub(super) fn number(value: f64) -> String {
    let whole = value.fract() == 0.0 || value.abs() >= 100.0;
    if whole { format!("{value:.0}") } else { format!("{value:.3}").trim_end_matches('0').to_owned() }
}
