//! The words which everybody's software uses for one kind of trouble: libraries, servers and kernels, as they write it.

use super::signals::Watch;
use super::table::WordRule;
use crate::system::MetricRole;
use crate::time::TimeDelta;

const PLAIN: WordRule = WordRule {
    name: "",
    enough: &[],
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
    "failed to allocate memory",
    "memoryerror",
    "bad_alloc",
    "oom",
    "oomkilled",
    "alloc_failed",
];
const GPU: &[&str] = &["cuda", "hip", "mps", "gpu", "vram", "cudnn", "xpu"];
const MODELS: &[&str] =
    &["model", "checkpoint", "weights", "safetensors", "pipeline", "lora", "tokenizer", "load model"];
const INFERENCE: &[&str] = &[
    "inference",
    "inferenceserver",
    "model server",
    "triton",
    "tritonclient",
    "vllm",
    "ollama",
    "llm server",
    "apiconnectionerror",
];

/// Texts that speak of one of many troubles are each put to every rule.
pub(super) const TABLE: [WordRule; 16] = [
    WordRule {
        name: "gpu_memory",
        enough: &[
            "cublas_status_alloc_failed",
            "cudnn_status_alloc_failed",
            "torch.cuda.outofmemory",
            "torch.outofmemory",
        ],
        any: GPU,
        with: OUT_OF_MEMORY,
        covers: &["memory"],
        sentence: "{stage} ran out of GPU memory",
        would_refute: "the GPU's memory metric, if it shows room at that time",
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "broker_memory",
        enough: &["oom command not allowed", "'maxmemory'", "enomem", "redis.exceptions.outofmemory"],
        any: &["connection.blocked", "connection blocked", "memory resource limit alarm"],
        with: &["memory"],
        sentence: "the broker is out of memory",
        covers: &["memory", "unreachable"],
        would_refute: "the broker's memory metric, if it shows room at that time",
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "memory",
        enough: OUT_OF_MEMORY,
        sentence: "{stage} ran out of memory",
        would_refute: "the worker's memory metric, if it stayed below its limit until the end",
        covers: &["worker_killed"],
        depth: 1,
        watch: Some(Watch::above(MetricRole::OomKills, 0.0)),
        ..PLAIN
    },
    WordRule {
        name: "model_load",
        enough: &[
            "not a valid model identifier",
            "error while deserializing header",
            "in loading state_dict",
            "pytorchstreamreader failed",
            "invalid load key",
            "gatedrepoerror",
            "cannot access gated repo",
            "localentrynotfounderror",
            "trying to locate the file on the hub",
            "does not recognize this architecture",
            "failed to load model",
            "modelload",
            "model_load",
        ],
        any: MODELS,
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
            "no file named",
            "invalid_protobuf",
            "no_suchfile",
        ],
        sentence: "{stage} could not load its model",
        would_refute: "another job that loaded the same model at that time",
        covers: &["http_status"],
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "circuit_breaker",
        enough: &["circuit breaker", "circuitbreaker", "circuit_breaker", "circuit_open", "callnotpermitted"],
        any: &["circuit"],
        with: &["open"],
        without: &["closed again"],
        sentence: "a circuit breaker is open: {stage} was refused without being tried",
        more: "; what opened the breaker lies in failures before this job",
        would_refute: "other jobs that passed the same stage at that time",
        watch: Some(Watch::above(MetricRole::CircuitBreaker, 0.5)),
        covers: &["inference_down", "timeout", "unreachable"],
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "inference_down",
        enough: &["no healthy upstream"],
        any: INFERENCE,
        with: &[
            "unavailable",
            "connection",
            "connect to",
            "refused",
            "unreachable",
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
        covers: &["http_status", "unreachable", "timeout"],
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "input_too_long",
        enough: &[
            "token limit",
            "token_limit",
            "tokens exceed",
            "too many tokens",
            "context length",
            "maximum context",
            "maximum sequence length",
            "input is too long",
            "content too large",
            "entity too large",
            "payload too large",
            "decompressionbomb",
        ],
        any: &["must have less than", "exceeds the limit", "exceeds maximum"],
        with: &["tokens", "characters"],
        sentence: "{stage} gave a server more input than it takes",
        would_refute: "an input of the same length that it took",
        covers: &["http_status", "payload_schema"],
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "disk_full",
        enough: &[
            "no space left on device",
            "enospc",
            "disk quota exceeded",
            "disk is full",
            "disk full",
            "diskfull",
        ],
        sentence: "the disk that {stage} writes to is full",
        would_refute: "the disk's free space at that time",
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "bad_input",
        enough: &[
            "cannot identify image",
            "unidentifiedimage",
            "image file is truncated",
            "broken data stream when reading",
            "unicodedecodeerror",
            "codec can't decode",
            "unsupported_encoding",
            "unsupported encoding",
            "unsupported media",
            "is corrupt",
            "corrupted file",
            "badzipfile",
            "not a zip file",
            "pdfread",
            "eof marker not found",
            "invalid data found when processing input",
            "document is empty",
        ],
        sentence: "{stage} cannot read what it was given",
        would_refute: "another attempt with the same input that succeeded",
        ..PLAIN
    },
    WordRule {
        name: "lock_wait",
        enough: &[
            "deadlock",
            "lock wait",
            "lock timeout",
            "lock_timeout",
            "locknotavailable",
            "could not obtain lock",
            "database is locked",
            "database table is locked",
            "sharelock",
        ],
        sentence: "{stage} waited in vain for a lock in the database",
        would_refute: "the database's sessions, if none waited for a lock at that time",
        watch: Some(Watch::above(MetricRole::LockWaits, 5.0)),
        covers: &["timeout"],
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "transaction_leak",
        enough: &["idle in transaction", "idle-in-transaction", "idle_in_transaction", "idleintransaction"],
        sentence: "{stage} leaks a transaction: it holds one open and does nothing",
        would_refute: "the database's sessions, if none was idle in a transaction at that time",
        watch: Some(Watch {
            at_least: TimeDelta::from_secs(30),
            ..Watch::above(MetricRole::IdleTransactions, 0.0)
        }),
        covers: &["timeout", "unreachable"],
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "connections_taken",
        enough: &[
            "queuepool limit",
            "too many clients already",
            "too many connections",
            "toomanyconnections",
            "remaining connection slots",
            "pool exhausted",
            "pool is exhausted",
            "pooltimeout",
            "couldn't get a connection",
            "max number of clients reached",
        ],
        sentence: "{stage} got no database connection: all are taken",
        more: "; a transaction that is left open is the usual reason, but nothing here says so",
        would_refute: "the database's sessions, if there was room for more at that time",
        covers: &["timeout", "unreachable"],
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "event_loop",
        enough: &[
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
        enough: &[
            "validationerror",
            "validation error",
            "keyerror",
            "field required",
            "missing field",
            "missing required",
            "missing data for required field",
            "is a required property",
            "unexpected keyword argument",
            "required positional argument",
            "required keyword-only argument",
            "contentdisallowed",
            "schema mismatch",
            "unknown field",
            "invalid payload",
            "schema version",
            "schema_version",
            "unsupported schema",
            "notregistered",
            "unregistered task",
        ],
        any: &["takes"],
        with: &["positional arguments but", "positional argument but"],
        sentence: "the message at {stage} does not have the shape that its worker expects",
        more: "; whether the producer or the worker changed, it does not say",
        would_refute: "a job with a payload of the same shape that passed with the same version",
        most: 3,
        ..PLAIN
    },
    WordRule {
        name: "requeue_loop",
        any: &["delivery acknowledgement"],
        with: &["timed out"],
        sentence: "{stage} works longer than the broker waits for a word, and gets the task handed out again",
        would_refute: "attempts of the task, if each began only once",
        covers: &["timeout", "unreachable"],
        depth: 1,
        ..PLAIN
    },
    WordRule {
        name: "evaluation_gate",
        any: &["gate", "gates", "evaluation failed", "evaluation rejected", "evaluation gate"],
        with: &["failed", "fails", "rejected", "below", "not passed", "did not pass", "blocked"],
        sentence: "an evaluation gate of {stage} was not passed",
        more: "; a gate does what it is for, so the result is at fault, not the machine",
        would_refute: "a revision of the same job that passed the gate later",
        depth: 1,
        ..PLAIN
    },
];

/// Nobody was there to answer.
pub(super) const UNREACHABLE: &[&str] = &[
    "connection refused",
    "connectionrefused",
    "connection_refused",
    "econnrefused",
    "connection reset",
    "connectionreset",
    "econnreset",
    "connection closed",
    "connection was closed",
    "connection is closed",
    "connectionforced",
    "connection aborted",
    "connectiondoesnotexist",
    "connection unexpectedly closed",
    "broken pipe",
    "brokenpipe",
    "socket closed",
    "eof detected",
    "network is unreachable",
    "no route to host",
    "name or service not known",
    "name_not_resolved",
    "name resolution",
    "no address associated with hostname",
    "could not translate host name",
    "unknownhost",
    "enotfound",
    "connecterror",
    "connectionerror",
    "connectorerror",
    "error connecting to",
    "could not connect to",
    "cannot connect to",
    "failed to connect to",
    "connection attempts failed",
    "statuscode.unavailable",
    "server disconnected",
    "serverdisconnected",
    "closed the connection",
    "certificate verify failed",
    "sslcertverification",
];

/// The work was stopped for taking too long.
pub(super) fn is_time_limit(text: &str) -> bool {
    use super::super::words::says;
    says(
        text,
        &["timelimitexceeded", "time limit exceeded", "exceeded maximum timeout", "jobtimeoutexception"],
    ) || (says(text, &["time limit"]) && says(text, &["exceeded", "reached"]))
}

/// Somebody took too long.
pub(super) const TIMEOUT: &[&str] =
    &["timed out", "timeout", "time out", "deadline exceeded", "deadline_exceeded", "etimedout"];

/// Settings that speak of a timeout without one.
pub(super) const NO_TIMEOUT: &[&str] =
    &["timeout must", "invalid timeout", "invalid value for timeout", "timeout should", "argument 'timeout'"];

/// The worker was killed, or died.
pub(super) const KILLED: &[&str] = &[
    "sigkill",
    "signal 9",
    "sigsegv",
    "signal 11",
    "sigabrt",
    "exit code 137",
    "exitcode 137",
    "exited with code 137",
    "exit status 137",
    "workerlost",
    "worker_lost",
    "worker lost",
    "worker exited prematurely",
    "killed process",
    "brokenprocesspool",
    "terminated abruptly",
];
