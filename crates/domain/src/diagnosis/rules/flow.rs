//! How attempts follow each other, or do not: queues that stand, workers that freeze, errors that are swallowed.

use std::collections::BTreeMap;

use super::super::case::Case;
use super::super::words::says;
use super::super::{Cause, Matched};
use super::Found;
use super::signals::{Shown, Watch, number, title};
use crate::ids::TaskId;
use crate::job::{AttemptOutcome, JobState, Origin, StageRun, StageState};
use crate::logs::{EventKind, LogRecord};
use crate::system::MetricRole;
use crate::time::Timestamp;

/// Every cause that shows in the order of events.
pub(super) fn all(case: &Case) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    if case.job.state == JobState::Stuck {
        match swallowed(case) {
            // Why each attempt failed matters less than that no other came.
            Some(cause) => found.push(Found { cause, depth: 3, covers: &[] }),
            None => found.extend(stuck(case).map(Found::plain)),
        }
        found.extend(freeze(case));
    }
    found.extend(requeue_loop(case));
    found
}

fn inferred(
    rule: &str,
    sentence: String,
    sure: u8,
    why: String,
    would_refute: String,
    at: Option<Matched>,
) -> Cause {
    Cause {
        rule: rule.to_owned(),
        sentence,
        matched: at.into_iter().collect(),
        sure,
        why,
        would_refute,
        runbook: None,
    }
}

/// A job that hangs: in a queue that nobody empties, or with a worker that is not heard of.
fn stuck(case: &Case) -> Option<Cause> {
    let open =
        case.run.filter(|it| is_open(it)).or_else(|| case.job.stages.iter().rev().find(|it| is_open(it)));
    let Some(open) = open else { return not_taken_on(case) };
    let title = case.system.stage(&open.stage).map_or_else(|| open.stage.to_string(), |it| it.title.clone());
    if open.state != StageState::Running {
        return Some(in_queue(case, open, &title));
    }
    let n_lost = open.attempts.iter().filter(|it| it.outcome == AttemptOutcome::Unknown).count();
    let newest = open.attempts.last()?;
    let (sentence, sure, why) = if n_lost > 0 {
        let n_begun = n_lost + 1;
        (
            format!("workers at {title} are lost: {n_begun} attempts began and none ended"),
            3,
            "each began anew without a word of how the one before it ended".to_owned(),
        )
    } else {
        (
            format!("the worker at {title} is not heard of any more"),
            2,
            format!("attempt {} began, and neither a line nor a span came after its last one", newest.number),
        )
    };
    let would_refute = "a later line of the same worker about this job, or its span".to_owned();
    let at = Matched::piece(&format!("attempt {} at {title} began", newest.number), newest.from);
    Some(inferred("worker_silent", sentence, sure, why, would_refute, Some(at)))
}

/// A job whose last stage succeeded, and that nobody took on from there.
fn not_taken_on(case: &Case) -> Option<Cause> {
    let name = |it: &StageRun| {
        case.system.stage(&it.stage).map_or_else(|| it.stage.to_string(), |it| it.title.clone())
    };
    let place = case.job.stages.iter().rposition(|it| it.state == StageState::Done)?;
    let done = case.job.stages.get(place)?;
    let next = case.job.stages.get(place + 1).filter(|it| it.state == StageState::Never)?;
    let newest = done.attempts.last()?;
    Some(inferred(
        "queue_stands",
        format!("no worker took this job on to {}", name(next)),
        2,
        format!("{} succeeded, and nothing says that {} has begun", name(done), name(next)),
        format!("lines about {} that name this job in another way", name(next)),
        Some(Matched::piece(&format!("{} succeeded", name(done)), newest.from)),
    ))
}

fn is_open(run: &StageRun) -> bool {
    matches!(run.state, StageState::Waiting | StageState::Running | StageState::Retrying)
}

/// Nobody takes the job: other jobs say whether nobody takes any.
fn in_queue(case: &Case, open: &StageRun, title: &str) -> Cause {
    let wait = open.waits.last();
    let queue = wait.and_then(|it| it.queue.clone());
    let queue = queue.unwrap_or_else(|| format!("the queue of {title}"));
    let at = wait.map(|it| Matched::piece(&format!("put into {queue}"), it.from));
    let begun_later: Option<usize> = wait.filter(|_| !case.surroundings.others.is_empty()).map(|wait| {
        let starts =
            case.surroundings.others.iter().filter(|it| it.id != case.job.id).flat_map(|it| &it.starts);
        starts.filter(|(stage, start)| *stage == open.stage && *start > wait.start).count()
    });
    let evicted = super::signals::shown(case, &Watch::above(MetricRole::EvictedKeys, 0.0));
    if let (Some(Shown::Yes(words, role)), Some(1..)) = (evicted, begun_later) {
        let mut cause = inferred(
            "evicted_keys",
            format!("the broker threw the message of this job in {queue} away for want of memory"),
            3,
            format!("it was put there, {title} began other jobs later and never this one, and {words}"),
            "the message, if it is still in the queue or held by a worker".to_owned(),
            at,
        );
        cause.matched.push(Matched::signal(words, role));
        return cause;
    }
    match begun_later {
        Some(n) if n > 0 => inferred(
            "message_lost",
            format!("the message of this job in {queue} is lost"),
            3,
            format!("it was put there, {title} began {n} other attempts later, and never this one"),
            "the message, if it is still in the queue or held by a worker".to_owned(),
            at,
        ),
        Some(_) => inferred(
            "queue_stands",
            format!("no worker takes any job from {queue}"),
            4,
            format!("it was put there, and {title} has begun no other job since either"),
            format!("a job that {title} began later"),
            at,
        ),
        None => inferred(
            "queue_stands",
            format!("no worker takes this job from {queue}"),
            3,
            format!("it was put there, and nothing says that {title} has begun"),
            format!("other jobs that {title} began later: then only this message is lost"),
            at,
        ),
    }
}

/// Messages that workers hold and do nothing with: more and more are not acknowledged, and nothing begins.
fn freeze(case: &Case) -> Option<Found> {
    let signal = case.surroundings.signal(MetricRole::Unacked)?;
    let queue = case.queue();
    let (first, last) = signal.rise(queue.as_deref())?;
    let stage = case.run.map(|it| it.stage.clone());
    let since = case.job.last_seen?;
    let starts = case.surroundings.others.iter().flat_map(|it| &it.starts);
    let n_begun = starts.filter(|(it, at)| stage.as_ref() == Some(it) && *at > since).count();
    if n_begun > 0 {
        return None;
    }
    let words = format!("{} rose from {} to {}", title(signal), number(first), number(last));
    let compared = if case.surroundings.others.is_empty() {
        "nothing says that an attempt has begun since"
    } else {
        "no job has begun there since"
    };
    let mut cause = inferred(
        "worker_freeze",
        format!("the workers at {} are frozen: they hold messages and begin none", case.stage),
        if case.surroundings.others.is_empty() { 3 } else { 4 },
        format!("{words}, and {compared}"),
        format!("an attempt that {} began after that", case.stage),
        None,
    );
    cause.matched.push(Matched::signal(words, MetricRole::Unacked));
    Some(Found { cause, depth: 1, covers: &["queue_stands"] })
}

/// Attempts that fail and are to be tried again, and then neither fail for good nor succeed.
fn swallowed(case: &Case) -> Option<Cause> {
    let run = case.job.stages.iter().rev().find(|it| it.state == StageState::Retrying)?;
    let newest = run.attempts.last().filter(|it| it.outcome == AttemptOutcome::Retried)?;
    let n_retried = run.attempts.iter().filter(|it| it.outcome == AttemptOutcome::Retried).count();
    let title = case.system.stage(&run.stage).map_or_else(|| run.stage.to_string(), |it| it.title.clone());
    let times = if n_retried == 1 { "once".to_owned() } else { format!("{n_retried} times") };
    let reason = newest.reason.as_deref().map_or(String::new(), |it| format!("; the last reason was “{it}”"));
    let at = case.words.iter().find(|it| newest.reason.as_deref() == Some(&*it.text));
    let at = at.map_or(newest.from, |it| it.from);
    let mut cause = inferred(
        "swallowed_errors",
        format!("the error at {title} is swallowed: it was to be tried again, and never was"),
        3,
        format!("it was retried {times}, and nothing says that it failed for good or began again{reason}"),
        "a later attempt, or a word that the job failed".to_owned(),
        Some(Matched::piece(newest.reason.as_deref().unwrap_or("to be tried again"), at)),
    );
    let greatest = |role| case.surroundings.signal(role)?.greatest_near(newest.start, AROUND);
    let flat = greatest(MetricRole::TaskRetries).is_some_and(|it| it > 0.0)
        && greatest(MetricRole::TaskFailures).is_some_and(|it| it == 0.0);
    if flat {
        let words = "tasks are retried, and none fails".to_owned();
        cause.sure = 4;
        cause.why.push_str(&format!("; {words}"));
        cause.matched.push(Matched::signal(words, MetricRole::TaskRetries));
    }
    Some(cause)
}

const AROUND: crate::time::TimeDelta = crate::time::TimeDelta::from_secs(1_800);

/// The same task begins again and again without a word of how it ended: the broker hands it out anew.
fn requeue_loop(case: &Case) -> Option<Found> {
    let starts = unended_starts(case);
    let (task, starts) = starts.into_iter().max_by_key(|(_, starts)| starts.len())?;
    let [first, .., last] = starts.as_slice() else { return None };
    let (n, over) = (starts.len(), last.time - first.time);
    let every = crate::time::TimeDelta::from_nanos(over.nanos() / (n as i64 - 1).max(1));
    let limit = case.system.diagnosis.visibility_timeout;
    let at_limit =
        limit.is_some_and(|it| it.nanos() > 0 && (every.nanos() - it.nanos()).abs() < it.nanos() / 4);
    let mut why =
        format!("task {task} began {n} times, every {every}, and each time without a word of an end");
    if let Some(limit) = limit.filter(|_| at_limit) {
        why.push_str(&format!(
            "; that is how long the broker waits before it hands a task out again ({limit})"
        ));
    }
    let mut matched: Vec<Matched> =
        starts.iter().rev().take(4).map(|it| Matched::piece(&it.message, Origin::Line(it.key))).collect();
    let mut sure = if at_limit {
        4
    } else if n > 2 {
        3
    } else {
        2
    };
    let longest =
        case.surroundings.signal(MetricRole::TaskDuration).and_then(|it| it.greatest_near(last.time, AROUND));
    if let Some((limit, longest)) = limit.zip(longest).filter(|(limit, it)| *it > limit.as_secs_f64()) {
        let words = format!("P99 of task durations is {} s, above the broker's {limit}", number(longest));
        sure = 4;
        why.push_str(&format!("; {words}"));
        matched.push(Matched::signal(words, MetricRole::TaskDuration));
    }
    let cause = Cause {
        rule: "requeue_loop".to_owned(),
        sentence: format!(
            "{} is handed out again and again: the same task began {n} times and never ended",
            case.stage
        ),
        matched,
        sure,
        why,
        would_refute: "a word that an earlier attempt of this task ended".to_owned(),
        runbook: None,
    };
    Some(Found {
        cause,
        depth: 0,
        covers: if sure > 2 { &["worker_silent", "slow_task"] } else { &["slow_task"] },
    })
}

/// The newest run of starts of each task between which no line says that an attempt ended.
fn unended_starts<'a>(case: &Case<'a>) -> BTreeMap<&'a TaskId, Vec<&'a LogRecord>> {
    let mut open: BTreeMap<&TaskId, Vec<&LogRecord>> = BTreeMap::new();
    for line in case.own_lines() {
        let (Some(task), Some(event)) = (&line.roles.task_id, &line.event) else { continue };
        let starts = open.entry(task).or_default();
        match event.kind {
            // Two loggers may tell of one start.
            EventKind::AttemptStarted
                if starts.last().is_some_and(|it| is_same_moment(it.time, line.time)) => {}
            EventKind::AttemptStarted => starts.push(line),
            EventKind::AttemptRetrying
            | EventKind::AttemptFailed
            | EventKind::StageSucceeded
            | EventKind::StageFailed => starts.clear(),
            EventKind::JobSubmitted
            | EventKind::StageQueued
            | EventKind::AttemptReceived
            | EventKind::JobSucceeded
            | EventKind::JobFailed => {}
        }
    }
    // A span, or a line that does not name the task, may have told of the end.
    let attempts = || case.job.stages.iter().flat_map(|it| &it.attempts);
    let is_unended = |line: &&LogRecord| {
        let mut of_line =
            attempts().filter(|it| is_same_moment(it.start.min(line.time), it.start.max(line.time)));
        of_line.all(|it| it.end.is_none())
    };
    open.values_mut().for_each(|starts| starts.retain(is_unended));
    open.retain(|_, starts| starts.len() > 1);
    open
}

fn is_same_moment(a: Timestamp, b: Timestamp) -> bool {
    b - a <= crate::time::TimeDelta::from_secs(2)
}

/// Nobody could process the message, so it was put aside.
pub(super) fn dead_letter(case: &Case) -> Option<Cause> {
    let words = ["dead letter", "dead-letter", "dead_letter", "deadletter", "dlq"];
    let line = case.own_lines().into_iter().rev().find(|it| says(&it.message, &words));
    let matched = line.map(|it| Matched::piece(&it.message, Origin::Line(it.key)));
    let matched = matched.or_else(|| case.matched(|text| says(text, &words)).into_iter().next())?;
    Some(Cause {
        rule: "dead_letter".to_owned(),
        sentence: format!("{} gave the message up: it lies in the dead-letter queue", case.stage),
        why: format!("“{}”; why it could not be processed is a question of its own", matched.words),
        matched: vec![matched],
        sure: 2,
        would_refute: "the dead-letter queue, if the message is not in it".to_owned(),
        runbook: None,
    })
}
