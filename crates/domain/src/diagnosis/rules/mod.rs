//! The built-in rules: by words, by what servers answer, by how attempts follow each other, by what is around.

mod entries;
mod flow;
mod others;
mod phrases;
mod servers;
mod signals;
mod table;

use super::case::Case;
use super::words::shortened;
use super::{Cause, Matched};
use crate::job::Origin;

/// The rule that says that nothing is known.
pub(super) const UNKNOWN: &str = "unknown";

/// The names of the built-in rules, in the order in which equally sure causes are told.
pub const RULES: &[&str] = &[
    "gpu_memory",
    "broker_memory",
    "memory",
    "model_load",
    "circuit_breaker",
    "inference_down",
    "input_too_long",
    "disk_full",
    "bad_input",
    "lock_wait",
    "transaction_leak",
    "connections_taken",
    "event_loop",
    "payload_schema",
    "evaluation_gate",
    "http_status",
    "unreachable",
    "time_limit",
    "timeout",
    "worker_killed",
    "worker_freeze",
    "requeue_loop",
    "swallowed_errors",
    "queue_stands",
    "message_lost",
    "worker_silent",
    "evicted_keys",
    "bad_deploy",
    "new_id_per_step",
    "context_leak",
    "slow_task",
    "own_words",
    "dead_letter",
    UNKNOWN,
];

/// A cause, and how it stands to others.
pub(super) struct Found {
    pub(super) cause: Cause,
    /// How much nearer to the root than others it is: added to how sure it is, for the order.
    pub(super) depth: u8,
    /// Rules whose causes it says better.
    pub(super) covers: &'static [&'static str],
}

impl Found {
    fn plain(cause: Cause) -> Self {
        Self { cause, depth: 0, covers: &[] }
    }
}

/// Every cause that a built-in rule finds, in the order of the rules.
pub(super) fn all(case: &Case) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    if case.failure.is_some() {
        found.extend(table::all(case));
        found.extend(servers::all(case));
    }
    found.extend(flow::all(case));
    let is_said = found.iter().any(|it| it.cause.sure > 1);
    found.extend(others::all(case, is_said));
    let surest = found.iter().map(|it| it.cause.sure).max().unwrap_or(0);
    if surest < 3 {
        found.extend(signals::alone(case, &found));
        found.extend(own_words(case).map(Found::plain));
    }
    found.extend(flow::dead_letter(case).map(Found::plain));
    let place = |it: &Found| RULES.iter().position(|name| *name == it.cause.rule);
    found.sort_by_key(place);
    found
}

/// What is wrong around a job that ended well: two users under its id. What comes after its end may be a report of it.
pub(super) fn of_done(case: &Case) -> Vec<Found> {
    others::context_leak(case).filter(|it| it.cause.sure > 1).into_iter().collect()
}

/// Where no rule knows better: what the failure says of itself.
fn own_words(case: &Case) -> Option<Cause> {
    let failure = case.failure?;
    let (own, who) = match (&failure.message, &failure.exception, &failure.code) {
        (Some(message), _, _) => (message, "message"),
        (None, Some(exception), _) => (exception, "exception"),
        (None, None, Some(code)) => (code, "error code"),
        (None, None, None) => return None,
    };
    let from = case.words.iter().find(|it| it.text == own.as_str()).map_or(failure.from, |it| it.from);
    Some(Cause {
        rule: "own_words".to_owned(),
        sentence: format!("{} failed: {}", case.stage, shortened(own).trim_end_matches('.')),
        matched: vec![Matched::piece(own, from)],
        sure: 2,
        why: format!("this is the failure's own {who}; what lies behind it, the evidence does not say"),
        would_refute: "an earlier error that explains this one".to_owned(),
        runbook: None,
    })
}

/// Nothing says why: what would have to be known.
pub(super) fn unknown(case: &Case) -> Found {
    let evidence = case.evidence;
    let mut missing: Vec<&str> = Vec::new();
    let has_error = case.own_lines().iter().any(|it| it.level.is_error());
    let n_spans: usize = evidence.traces.iter().map(|it| it.spans.len()).sum();
    if evidence.lines.is_empty() {
        missing.push("log lines");
    } else if !has_error {
        missing.push("an error line");
    }
    match (n_spans, evidence.traces_not_kept.is_empty()) {
        (0, true) => missing.push("a trace"),
        (0, false) => missing.push("its trace, which was not kept"),
        _ => {}
    }
    if case.failure.is_some() {
        missing.push("an error code, an exception or a message of the failure");
    }
    if case.surroundings.signals.is_empty() {
        missing.push("metrics of that time");
    }
    if case.surroundings.others.is_empty() {
        missing.push("other jobs to compare it with");
    }
    let decided = case.job.decided_by.filter(|it| *it != Origin::Inferred);
    Found::plain(Cause {
        rule: UNKNOWN.to_owned(),
        sentence: "nothing that was found says why".to_owned(),
        matched: decided.map(|it| Matched::piece(&case.job.because, it)).into_iter().collect(),
        sure: 0,
        why: match missing.as_slice() {
            [] => format!("no rule fits what was found: {}", case.job.because),
            _ => format!("missing: {}", missing.join("; ")),
        },
        would_refute: "a line or a span that says what went wrong".to_owned(),
        runbook: None,
    })
}
