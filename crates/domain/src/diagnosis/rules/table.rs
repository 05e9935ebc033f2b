//! Rules that go by the words which everybody's software uses for one kind of trouble.

use super::super::case::Case;
use super::super::words::{filled, says};
use super::super::{Cause, Matched};
use super::Found;
use super::signals::{Shown, Watch, shown};
use crate::system::MetricRole;
use crate::time::TimeDelta;

/// A trouble that is known by words.
struct WordRule {
    name: &'static str,
    /// One of these must be said …
    any: &'static [&'static str],
    /// … and one of these by the same text, where there are any …
    with: &'static [&'static str],
    /// … and none of these.
    without: &'static [&'static str],
    /// What is wrong; `{stage}` is filled in.
    sentence: &'static str,
    /// What follows who said it.
    more: &'static str,
    would_refute: &'static str,
    /// The surest that words alone can make it.
    most: u8,
    depth: u8,
    covers: &'static [&'static str],
    /// The metric that would show it as well.
    watch: Option<Watch>,
}

/// Texts that speak of one of many troubles are each put to every rule.
const TABLE: [WordRule; 15] = [
    WordRule {
        name: "gpu_memory",
        any: &["cuda", "hip", "mps", "gpu", "vram", "cublas_status_alloc_failed"],
        with: OUT_OF_MEMORY,
        covers: &["memory"],
        sentence: "{stage} ran out of GPU memory",
        would_refute: "the GPU's memory metric, if it shows room at that time",
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "broker_memory",
        any: &["oom command not allowed", "'maxmemory'", "misconf redis", "enomem"],
        sentence: "the broker is out of memory",
        covers: &["memory"],
        would_refute: "the broker's memory metric, if it shows room at that time",
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "memory",
        any: OUT_OF_MEMORY,
        sentence: "{stage} ran out of memory",
        would_refute: "the worker's memory metric, if it stayed below its limit until the end",
        depth: 1,
        watch: Some(Watch::above(MetricRole::OomKills, 0.0)),
        ..PLAIN
    },
    WordRule {
        name: "model_load",
        any: &["model", "checkpoint", "weights", "safetensors", "pipeline", "lora", "tokenizer"],
        with: &[
            "failed to load",
            "could not load",
            "couldn't load",
            "can't load",
            "cannot load",
            "error loading",
            "error while loading",
            "unable to load",
            "failed loading",
            "load failed",
            "loading failed",
            "load failure",
            "modelload",
            "model_load",
            "not a valid model identifier",
            "no file named",
        ],
        sentence: "{stage} could not load its model",
        would_refute: "another job that loaded the same model at that time",
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "circuit_breaker",
        any: &[
            "circuit breaker",
            "circuitbreaker",
            "circuit_breaker",
            "circuit open",
            "circuit is open",
            "circuit_open",
        ],
        sentence: "a circuit breaker is open: {stage} was refused without being tried",
        more: "; what opened the breaker lies in failures before this job",
        would_refute: "other jobs that passed the same stage at that time",
        watch: Some(Watch::above(MetricRole::CircuitBreaker, 0.5)),
        covers: &["inference_down"],
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "inference_down",
        any: &[
            "inference",
            "model server",
            "triton",
            "vllm",
            "llm server",
            "apiconnectionerror",
            "no healthy upstream",
        ],
        with: &[
            "unavailable",
            "connection",
            "refused",
            "unreachable",
            "no healthy upstream",
            "timed out",
            "timeout",
            "502",
            "503",
            "504",
            "down",
        ],
        without: &["out of memory", "circuit breaker is open"],
        sentence: "the inference server that {stage} asks is down",
        would_refute: "another job that it served at that time",
        watch: Some(Watch::above(MetricRole::InferenceErrors, 0.0)),
        covers: &["http_status", "unreachable"],
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "input_too_long",
        any: &[
            "token limit",
            "token_limit",
            "tokens exceed",
            "too many tokens",
            "context length",
            "maximum context",
            "input is too long",
            "content too large",
            "entity too large",
        ],
        sentence: "{stage} gave a server more input than it takes",
        would_refute: "an input of the same length that it took",
        covers: &["http_status"],
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "disk_full",
        any: &["no space left on device", "enospc", "disk quota exceeded", "disk is full", "disk full"],
        sentence: "the disk that {stage} writes to is full",
        would_refute: "the disk's free space at that time",
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "bad_input",
        any: &[
            "cannot identify image",
            "unidentifiedimage",
            "unicodedecodeerror",
            "codec can't decode",
            "unsupported_encoding",
            "unsupported encoding",
            "unsupported media",
            "is corrupt",
            "corrupted file",
        ],
        sentence: "{stage} cannot read what it was given",
        would_refute: "another attempt with the same input that succeeded",
        ..PLAIN
    },
    WordRule {
        name: "lock_wait",
        any: &[
            "deadlock",
            "lock wait",
            "lock timeout",
            "lock_timeout",
            "locknotavailable",
            "could not obtain lock",
            "database is locked",
            "sharelock",
        ],
        sentence: "{stage} waited in vain for a lock in the database",
        would_refute: "the database's sessions, if none waited for a lock at that time",
        watch: Some(Watch::above(MetricRole::LockWaits, 5.0)),
        covers: &["timeout"],
        ..PLAIN
    },
    WordRule {
        name: "transaction_leak",
        any: &["idle in transaction", "idle-in-transaction", "idle_in_transaction"],
        sentence: "{stage} leaks a transaction: it holds one open and does nothing",
        would_refute: "the database's sessions, if none was idle in a transaction at that time",
        watch: Some(Watch {
            at_least: TimeDelta::from_secs(30),
            ..Watch::above(MetricRole::IdleTransactions, 0.0)
        }),
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "connections_taken",
        any: &[
            "queuepool limit",
            "too many clients already",
            "too many connections",
            "toomanyconnections",
            "remaining connection slots",
            "pool exhausted",
            "pool is exhausted",
        ],
        sentence: "{stage} got no database connection: all are taken",
        more: "; a transaction that is left open is the usual reason, but nothing here says so",
        would_refute: "the database's sessions, if there was room for more at that time",
        covers: &["timeout"],
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "event_loop",
        any: &[
            "event loop is blocked",
            "event loop blocked",
            "event loop lag",
            "event loop is saturated",
            "executing <task",
            "executing <handle",
        ],
        sentence: "the event loop at {stage} is saturated: blocking work keeps requests waiting",
        would_refute: "requests in flight and their latency, if neither rose at that time",
        ..PLAIN
    },
    WordRule {
        name: "payload_schema",
        any: &[
            "validationerror",
            "validation error",
            "keyerror",
            "field required",
            "missing field",
            "missing required",
            "unexpected keyword argument",
            "required positional argument",
            "contentdisallowed",
            "schema mismatch",
            "unknown field",
            "invalid payload",
            "schema version",
            "schema_version",
            "unsupported schema",
        ],
        sentence: "the message at {stage} does not have the shape that its worker expects",
        more: "; whether the producer or the worker changed, it does not say",
        would_refute: "a job with a payload of the same shape that passed with the same version",
        most: 3,
        ..PLAIN
    },
    WordRule {
        name: "evaluation_gate",
        any: &["gate"],
        with: &["failed", "fails", "rejected", "below", "not passed", "did not pass", "blocked"],
        sentence: "an evaluation gate of {stage} was not passed",
        more: "; a gate does what it is for, so the result is at fault, not the machine",
        would_refute: "a revision of the same job that passed the gate later",
        depth: 1,
        ..PLAIN
    },
];

const PLAIN: WordRule = WordRule {
    name: "",
    any: &[],
    with: &[],
    without: &[],
    sentence: "",
    more: "",
    would_refute: "",
    most: 4,
    depth: 0,
    covers: &[],
    watch: None,
};

const OUT_OF_MEMORY: &[&str] = &[
    "out of memory",
    "outofmemory",
    "cannot allocate memory",
    "memoryerror",
    "bad_alloc",
    "oom",
    "oomkilled",
];

impl WordRule {
    fn fits(&self, text: &str) -> bool {
        says(text, self.any)
            && (self.with.is_empty() || says(text, self.with))
            && (self.without.is_empty() || !says(text, self.without))
    }
}

/// Every trouble of which somebody speaks.
pub(super) fn all(case: &Case) -> Vec<Found> {
    TABLE.iter().filter_map(|it| by_words(case, it)).collect()
}

/// The metrics that show a trouble even where nobody speaks of it: the rule, what to watch, and its sentence.
pub(super) fn watched() -> impl Iterator<Item = (&'static str, &'static Watch, &'static str, &'static str)> {
    TABLE.iter().filter_map(|it| Some((it.name, it.watch.as_ref()?, it.sentence, it.would_refute)))
}

fn by_words(case: &Case, rule: &WordRule) -> Option<Found> {
    let heard = case.heard(|text| rule.fits(text))?;
    let (mut sure, mut why, mut matched) = (heard.sure.min(rule.most), heard.who, heard.matched);
    why.push_str(rule.more);
    match rule.watch.as_ref().and_then(|it| shown(case, it)) {
        Some(Shown::Yes(words, role)) => {
            sure = (sure + 1).min(4);
            why.push_str(&format!("; {words}"));
            matched.push(Matched::signal(words, role));
        }
        Some(Shown::No(words)) => {
            sure = sure.saturating_sub(1).max(1);
            why.push_str(&format!("; but {words}"));
        }
        None => {}
    }
    let stage = |name: &str| (name == "stage").then(|| case.stage.clone());
    Some(Found {
        cause: Cause {
            rule: rule.name.to_owned(),
            sentence: filled(rule.sentence, stage),
            matched,
            sure,
            why,
            would_refute: rule.would_refute.to_owned(),
            runbook: None,
        },
        depth: rule.depth,
        covers: rule.covers,
    })
}
