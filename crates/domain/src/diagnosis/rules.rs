//! The built-in rules, one function each.

use super::Cause;
use super::case::Case;
use super::http::{failed_status, reason_phrase};
use crate::job::{AttemptOutcome, Job, StageState};
use crate::system::System;

/// The longest that a failure's own message may be in a sentence, in characters.
const MAX_MESSAGE_CHARS: usize = 160;

/// The GPU's memory was full: the words of CUDA, HIP and Metal.
pub(super) fn gpu_memory(case: &Case) -> Option<Cause> {
    let is_gpu = |text: &str| says(text, &["cuda", "hip", "mps", "gpu", "vram"]) && says(text, OUT_OF_MEMORY);
    let (who, sure) = heard(case, is_gpu)?;
    Some(Cause {
        sentence: format!("{} ran out of GPU memory", case.stage),
        sure,
        why: who,
        would_refute: "the GPU's memory metric, if it shows room at that time".to_owned(),
    })
}

const OUT_OF_MEMORY: &[&str] = &[
    "out of memory",
    "outofmemory",
    "cannot allocate memory",
    "memoryerror",
    "bad_alloc",
    "oom",
    "oomkilled",
];

/// The host's or the container's memory was full.
pub(super) fn memory(case: &Case) -> Option<Cause> {
    let (who, sure) = heard(case, |text| says(text, OUT_OF_MEMORY))?;
    Some(Cause {
        sentence: format!("{} ran out of memory", case.stage),
        sure,
        why: who,
        would_refute: "the worker's memory metric, if it stayed below its limit until the end".to_owned(),
    })
}

/// Somebody was spared because it had failed too often before.
pub(super) fn circuit_breaker(case: &Case) -> Option<Cause> {
    let words = ["circuit breaker", "circuitbreaker", "circuit_breaker", "circuit open", "circuit is open"];
    let (who, sure) = heard(case, |text| says(text, &words))?;
    Some(Cause {
        sentence: format!("a circuit breaker is open: {} was refused without being tried", case.stage),
        sure,
        why: format!("{who}; what opened the breaker lies in failures before this job"),
        would_refute: "other jobs that passed the same stage at that time".to_owned(),
    })
}

/// A server answered, and said no.
pub(super) fn http_status(case: &Case) -> Option<Cause> {
    let (word, status) = case.find(failed_status)?;
    let (n_failed, n_alike) = case.attempts_that(|it| failed_status(it) == Some(status));
    let who = case.host.as_deref().unwrap_or("the server that it asked");
    let sentence = match &case.host {
        Some(host) => format!("{host} answers {status}"),
        None => format!("a server that {} asks answers {status}", case.stage),
    };
    let all_alike = n_failed > 1 && n_alike == n_failed;
    let phrase = reason_phrase(status);
    let phrase = if phrase.is_empty() { String::new() } else { format!(" ({phrase})") };
    let quoted = if word.is_exact { String::new() } else { format!(": “{}”", shortened(word.text)) };
    let times = if n_alike > 1 { format!(", in {n_alike} of {n_failed} attempts") } else { String::new() };
    Some(Cause {
        sentence,
        sure: if word.is_exact || all_alike { 4 } else { 3 },
        why: format!("{} says {status}{phrase}{times}{quoted}", word.who),
        would_refute: format!("another job that {who} answered well at that time"),
    })
}

/// Nobody was there to answer.
pub(super) fn unreachable(case: &Case) -> Option<Cause> {
    let words = [
        "connection refused",
        "connectionrefused",
        "econnrefused",
        "connection reset",
        "connectionreset",
        "econnreset",
        "no route to host",
        "name or service not known",
        "name resolution",
        "enotfound",
        "connecterror",
        "connectionerror",
    ];
    let (who, sure) = heard(case, |text| says(text, &words))?;
    let what = case.host.clone().unwrap_or_else(|| format!("a service that {} needs", case.stage));
    Some(Cause {
        sentence: format!("{what} cannot be reached"),
        sure,
        why: who,
        would_refute: "another job of the same stage that reached it at that time".to_owned(),
    })
}

/// Somebody took too long.
pub(super) fn timeout(case: &Case) -> Option<Cause> {
    if let Some((who, sure)) = heard(case, |text| says(text, &["timelimitexceeded", "time limit exceeded"])) {
        return Some(Cause {
            sentence: format!("{} took longer than its time limit", case.stage),
            sure,
            why: who,
            would_refute: "an attempt that was as long and succeeded".to_owned(),
        });
    }
    let words = ["timed out", "timeout", "time out", "deadline exceeded", "etimedout"];
    let (who, sure) = heard(case, |text| says(text, &words))?;
    let sentence = match &case.host {
        Some(host) => format!("{host} does not answer in time"),
        None => format!("{} timed out", case.stage),
    };
    let would_refute = "another job of the same stage that was as quick as ever at that time".to_owned();
    Some(Cause { sentence, sure: sure.min(3), why: who, would_refute })
}

/// The worker was killed, and nobody says why.
pub(super) fn killed(case: &Case) -> Option<Cause> {
    let words =
        ["sigkill", "signal 9", "exit code 137", "exitcode 137", "workerlost", "worker_lost", "worker lost"];
    let (who, _) = heard(case, |text| says(text, &words))?;
    let n_lost = case.n_lost();
    let before = match n_lost {
        0 => String::new(),
        1 => ", and the attempt before ended without a word".to_owned(),
        n => format!(", and {n} attempts before ended without a word"),
    };
    Some(Cause {
        sentence: format!("the worker at {} was killed", case.stage),
        sure: if n_lost > 0 { 3 } else { 2 },
        why: format!("{who}{before}; memory is the usual reason, but nothing here says so"),
        would_refute: "a deployment or a stop by hand at that time".to_owned(),
    })
}

/// Where no rule knows better: what the failure says of itself.
pub(super) fn own_words(case: &Case) -> Option<Cause> {
    let failure = case.failure;
    let (own, who) = match (&failure.message, &failure.exception, &failure.code) {
        (Some(message), _, _) => (message, "message"),
        (None, Some(exception), _) => (exception, "exception"),
        (None, None, Some(code)) => (code, "error code"),
        (None, None, None) => return None,
    };
    Some(Cause {
        sentence: format!("{} failed: {}", case.stage, shortened(own)),
        sure: 2,
        why: format!("this is the failure's own {who}; what lies behind it, the evidence does not say"),
        would_refute: "an earlier error that explains this one".to_owned(),
    })
}

/// The first line of a text, cut where it is too long for a sentence.
fn shortened(text: &str) -> String {
    let first_line = text.lines().map(str::trim).find(|it| !it.is_empty()).unwrap_or_default();
    let mut short: String = first_line.chars().take(MAX_MESSAGE_CHARS).collect();
    if short.len() < first_line.len() {
        short.push('…');
    }
    short
}

/// A job that hangs: in a queue that nobody empties, or with a worker that is not heard of.
pub(super) fn stuck(system: &System, job: &Job) -> Option<Cause> {
    let open =
        job.stages.iter().rev().find(|it| {
            matches!(it.state, StageState::Waiting | StageState::Running | StageState::Retrying)
        })?;
    let title = system.stage(&open.stage).map_or_else(|| open.stage.to_string(), |it| it.title.clone());
    let since = job.last_seen.zip(open.waits.last());
    if open.state != StageState::Running {
        let queue = since.and_then(|(_, wait)| wait.queue.clone());
        let queue = queue.unwrap_or_else(|| format!("the queue of {title}"));
        return Some(Cause {
            sentence: format!("no worker takes this job from {queue}"),
            sure: 3,
            why: format!("it was put there, and nothing says that {title} has begun"),
            would_refute: format!("other jobs that {title} began later: then only this message is lost"),
        });
    }
    let n_lost = open.attempts.iter().filter(|it| it.outcome == AttemptOutcome::Unknown).count();
    let number = open.attempts.last()?.number;
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
            format!("attempt {number} began, and neither a line nor a span came after its last one"),
        )
    };
    let would_refute = "a later line of the same worker about this job, or its span".to_owned();
    Some(Cause { sentence, sure, why, would_refute })
}

/// Who says it, and how sure that makes us: names are surer than free text, and attempts that agree surer than one.
fn heard(case: &Case, test: impl Fn(&str) -> bool) -> Option<(String, u8)> {
    let (word, ()) = case.find(|text| test(text).then_some(()))?;
    let (n_failed, n_alike) = case.attempts_that(test);
    let all_alike = n_failed > 1 && n_alike == n_failed;
    let times = if all_alike { format!(", in all {n_failed} attempts") } else { String::new() };
    Some((format!("{} says so{times}", word.who), if word.is_exact || all_alike { 4 } else { 3 }))
}

/// Whether a text has one of these (in lower case) in it, in any case; short ones only as words of their own.
fn says(text: &str, any_of: &[&str]) -> bool {
    let text = text.to_ascii_lowercase();
    let is_word = |word: &str| text.split(|c: char| !c.is_ascii_alphanumeric()).any(|it| it == word);
    any_of.iter().any(|it| if it.len() <= 4 { is_word(it) } else { text.contains(it) })
}
