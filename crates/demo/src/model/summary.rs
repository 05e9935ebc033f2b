//! The ground truth as JSON, in the same shape for every deployment.
//!
//! ```text
//! {system, seed, start, end, now, scenarios, jobs: {submitted, by_state, by_kind: {"<state> <what>": n}}, queues,
//!  crafted: {running: [job], queued: [job], stuck: [job]}, examples: {"<state> <what>": [job]}}
//! job: {job_id, other_ids, kind, state, stage, failed_stage, cause, error, error_code, attempts, trace_id, trace_ids, task_ids,
//!       user, flaw, submitted, started, ended, waited_ms, version, log_lines, spans_made, spans_kept, trace_kept}
//! ```
//!
//! `stage` is where the job is or ended; `attempts` are those at that stage. `trace_kept` is `whole`, `partial` or `none`. `flaw`
//! says what is wrong with a job's telemetry that is not wrong with the job, so that its state cannot be read off one id.

use std::collections::BTreeMap;

use domain::time::{TimeDelta, Timestamp};
use serde_json::{Value, json};

use super::core::Core;
use super::ledger::{Record, State};
use crate::scenario::Scenario;
use crate::telemetry::rfc3339;

/// Jobs of each kind of outcome that are told one by one: the newest ones.
const N_EXAMPLES: usize = 12;
/// Jobs that ended so lately are not told: their last lines may be on their way.
const SETTLES_AFTER: TimeDelta = TimeDelta::from_secs(2);

impl<L> Core<L> {
    pub(super) fn summary(&self, system: &str) -> Value {
        let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let mut totals: BTreeMap<&str, usize> = BTreeMap::new();
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        let mut crafted: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        // A request is entered when its visitor comes, and is there when its own time has come.
        let come = |it: &&Record| it.submitted <= self.now;
        for record in self.ledger.records().rev().filter(come) {
            *totals.entry(record.state.name()).or_default() += 1;
            *kinds.entry(group(record)).or_default() += 1;
            if let Some(purpose) = record.purpose {
                crafted.entry(purpose.name()).or_default().push(told(record));
            }
            if record.ended.is_some_and(|it| it + SETTLES_AFTER >= self.now) {
                continue;
            }
            let group = groups.entry(group(record)).or_default();
            if group.len() < N_EXAMPLES {
                group.push(told(record));
            }
        }
        json!({
            "system": system,
            "seed": self.options.seed,
            "start": time(self.options.window.start),
            "end": time(self.options.window.end),
            "now": time(self.now),
            "scenarios": scenarios(&self.options.scenarios),
            "jobs": {"submitted": self.ledger.records().filter(come).count(), "by_state": totals, "by_kind": kinds},
            "queues": {"waiting": self.pool.waiting.len(), "busy": self.pool.n_busy, "workers": self.pool.n_workers},
            "crafted": crafted,
            "examples": groups,
        })
    }
}

/// What broke, as scenarios have it.
pub(crate) fn scenarios(scenarios: &[Scenario]) -> Vec<Value> {
    let told = |scenario: &Scenario| {
        let effects: Vec<Value> = scenario
            .effects
            .iter()
            .map(|it| json!({"from": time(it.from), "until": it.until.map(time), "effect": format!("{:?}", it.effect)}))
            .collect();
        json!({"name": scenario.name, "title": scenario.title, "effects": effects})
    };
    scenarios.iter().map(told).collect()
}

/// An instant, exactly and readably.
pub(crate) fn time(at: Timestamp) -> Value {
    json!({"ns": at.nanos().to_string(), "rfc3339": rfc3339(at)})
}

fn group(record: &Record) -> String {
    let state = record.state.name();
    match (record.flaw, record.cause, record.state) {
        (Some(flaw), _, _) => format!("flawed {flaw}"),
        (None, Some(cause), State::Failed) => {
            format!("{state} {} {cause}", record.failed_stage.unwrap_or_default())
        }
        (None, _, _) => format!("{state} {}", record.kind),
    }
}

fn told(record: &Record) -> Value {
    json!({
        "job_id": record.id,
        "other_ids": record.other_ids,
        "kind": record.kind,
        "state": record.state.name(),
        "stage": record.stage,
        "failed_stage": record.failed_stage,
        "cause": record.cause,
        "error": record.error,
        "error_code": Value::Null,
        "attempts": record.n_attempts,
        "trace_id": record.traces.last().map(ToString::to_string),
        "trace_ids": record.traces.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "task_ids": record.task_ids,
        "user": record.user,
        "flaw": record.flaw,
        "submitted": time(record.submitted),
        "started": record.started.map(time),
        "ended": record.ended.map(time),
        "waited_ms": record.waited.millis(),
        "version": record.version,
        "log_lines": record.n_lines,
        "spans_made": record.n_spans,
        "spans_kept": record.n_spans,
        "trace_kept": if record.n_spans > 0 { "whole" } else { "none" },
    })
}
