//! The ground truth as JSON: what a test may expect to read off the pages.

use std::collections::BTreeMap;

use domain::time::TimeDelta;
use serde_json::{Value, json};

use super::deployment::{Service, Stage};
use super::families as f;
use super::job::Purpose;
use super::ledger::{Record, State};
use super::sampling::is_sampled;
use super::world::World;
use crate::model::{scenarios, time};

/// Jobs of each kind of outcome that are told one by one: the newest ones.
const N_EXAMPLES: usize = 12;
/// Jobs that ended so lately are not told: the sampling may still decide about their spans.
const SETTLES_AFTER: TimeDelta = TimeDelta::from_secs(15);
/// Silence from which a job counts as stuck: `stuck_after` of the deployment's system file.
const SEEN_AFTER: TimeDelta = TimeDelta::from_secs(30 * 60);

impl World {
    /// Everything a test may want to know about what was sent out until now.
    pub fn summary(&self) -> Value {
        let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let mut totals: BTreeMap<String, usize> = BTreeMap::new();
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        let mut crafted = BTreeMap::new();
        for record in self.ledger.records().rev() {
            *totals.entry(record.state.name().to_owned()).or_default() += 1;
            let kind = match (&record.error_code, record.state) {
                (Some(code), _) => {
                    format!("failed {} {}", record.stage.failed_name(), record.cause.unwrap_or(code))
                }
                // Of a job lost so lately nobody can say yet that it is.
                (None, State::Stuck) if record.lost.is_some_and(|it| it + SEEN_AFTER > self.now) => {
                    format!("lost {}", record.stage.name())
                }
                (None, State::Stuck) => {
                    format!("stuck {} {}", record.stage.name(), record.cause.unwrap_or("worker_lost"))
                }
                (None, State::Done) => format!("done {}", kept_words(record)),
                (None, state) => match record.cause {
                    Some(cause) => format!("{} {} {cause}", state.name(), record.stage.name()),
                    None => format!("{} {}", state.name(), record.stage.name()),
                },
            };
            *kinds.entry(kind.clone()).or_default() += 1;
            if let Some(purpose) = record.crafted {
                let purpose = match purpose {
                    Purpose::Running => "running",
                    Purpose::Stuck => "stuck",
                };
                crafted.entry(purpose).or_insert_with(Vec::new).push(told(record));
            }
            if record.ended.is_some_and(|it| it + SETTLES_AFTER >= self.now) {
                continue;
            }
            let group = groups.entry(kind).or_default();
            if group.len() < N_EXAMPLES {
                group.push(told(record));
            }
        }
        let pools: BTreeMap<&str, Value> = Stage::ALL
            .into_iter()
            .zip(&self.pools)
            .map(|(stage, pool)| {
                let pool = json!({
                    "stage": stage.name(), "waiting": pool.waiting.len(), "busy": pool.n_busy, "workers": pool.n_workers,
                    "backing_off": pool.n_backing_off, "dead_letters": pool.n_dead_letters,
                    "queued_total": pool.n_queued, "started_total": pool.n_started,
                });
                (stage.queue(), pool)
            })
            .collect();
        let failed: BTreeMap<&str, f64> = Stage::ALL
            .into_iter()
            .map(|stage| {
                let stage = stage.failed_name();
                (stage, self.metrics.value(&f::JOBS_FAILED, &[("failed_stage", stage)]))
            })
            .collect();
        json!({
            "system": "cloudcix",
            "seed": self.options.seed,
            "start": time(self.options.window.start),
            "end": time(self.options.window.end),
            "now": time(self.now),
            "version": self.version,
            "services": Service::ALL.map(Service::name),
            "scenarios": scenarios(&self.options.scenarios),
            "jobs": {
                "submitted": self.metrics.value(&f::JOBS_SUBMITTED, &[]),
                "done": self.metrics.value(&f::JOBS_COMPLETED, &[("status", "done")]),
                "failed": self.metrics.value(&f::JOBS_COMPLETED, &[("status", "failed")]),
                "failed_by_stage": failed,
                "by_state": totals,
                "by_kind": kinds,
            },
            "queues": pools,
            "reads": self.n_reads,
            "crafted": crafted,
            "examples": groups,
        })
    }
}

/// Whether the job's spans were kept: `whole`, `partial` or `none`.
fn kept_words(record: &Record) -> &'static str {
    match record.n_kept() {
        0 => "none",
        n if n == record.n_spans => "whole",
        _ => "partial",
    }
}

/// Why a job failed, in one word, as the other deployments' summaries have it.
fn cause(code: &str) -> &str {
    match code {
        "worker_lost" => "worker_out_of_memory",
        "inference_oom" => "inference_out_of_memory",
        "inference_unavailable" | "inference_connection_error" => "inference_down",
        "unsupported_encoding" | "token_limit_exceeded" => "bad_input",
        other => other,
    }
}

fn told(record: &Record) -> Value {
    json!({
        "job_id": record.id,
        "other_ids": [],
        "kind": "Corpus job",
        "cause": record.cause.or(record.error_code.as_deref().map(cause)),
        "error": record.error,
        "user": Value::Null,
        "flaw": Value::Null,
        "started": record.started.map(time),
        "waited_ms": record.waited.millis(),
        "trace_id": record.traces.last().map(ToString::to_string),
        "trace_ids": record.traces.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "task_ids": record.task_ids,
        "url": record.url,
        "domain": record.host,
        "state": record.state.name(),
        "stage": record.stage.name(),
        "attempts": record.n_attempts,
        "failed_stage": record.error_code.as_ref().map(|_| record.stage.failed_name()),
        "error_code": record.error_code,
        "submitted": time(record.submitted),
        "ended": record.ended.map(time),
        "version": record.version,
        "log_lines": record.n_lines,
        "trace_log_lines": record.n_trace_lines,
        "spans_made": record.n_spans,
        "spans_kept": record.n_kept(),
        "kept_by_service": record.kept,
        "error_spans_kept": record.n_error_spans,
        "trace_kept": kept_words(record),
        "trace_sampled": record.traces.last().is_some_and(|it| is_sampled(*it)),
    })
}
