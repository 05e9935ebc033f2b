//! The words of the system file that stand for one of a few things.

use domain::logs::EventKind;
use domain::system::{MetricKind, MetricRole, Role, TimeUnit, Unit};

use crate::shape::words;

words! {
    /// What a field of a line, or an attribute of a span, can mean.
    ROLES: Role {
        "time" => Role::Time,
        "level" => Role::Level,
        "service" => Role::Service,
        "message" => Role::Message,
        "event" => Role::Event,
        "job" => Role::Job,
        "trace" => Role::Trace,
        "span" => Role::Span,
        "stage" => Role::Stage,
        "failed_stage" => Role::FailedStage,
        "task" => Role::Task,
        "task_id" => Role::TaskId,
        "run" => Role::Run,
        "user" => Role::User,
        "error_code" => Role::ErrorCode,
        "error" => Role::Error,
        "exception" => Role::Exception,
        "duration" => Role::Duration,
        "url" => Role::Url,
        "retries" => Role::Retries,
        "reason" => Role::Reason,
        "version" => Role::Version,
        "queue" => Role::Queue,
        "request_id" => Role::RequestId,
        "caller" => Role::Caller,
        "mode" => Role::Mode,
        "status" => Role::Status,
        "not_before" => Role::NotBefore,
    }
}

words! {
    /// What can happen in a job's life.
    EVENT_KINDS: EventKind {
        "job_submitted" => EventKind::JobSubmitted,
        "stage_queued" => EventKind::StageQueued,
        "attempt_received" => EventKind::AttemptReceived,
        "attempt_started" => EventKind::AttemptStarted,
        "attempt_retrying" => EventKind::AttemptRetrying,
        "attempt_failed" => EventKind::AttemptFailed,
        "stage_succeeded" => EventKind::StageSucceeded,
        "stage_failed" => EventKind::StageFailed,
        "job_succeeded" => EventKind::JobSucceeded,
        "job_failed" => EventKind::JobFailed,
    }
}

words! {
    /// What a metric means.
    METRIC_ROLES: MetricRole {
        "queue_depth" => MetricRole::QueueDepth,
        "dead_letters" => MetricRole::DeadLetters,
        "read_latency" => MetricRole::ReadLatency,
        "write_latency" => MetricRole::WriteLatency,
        "jobs_submitted" => MetricRole::JobsSubmitted,
        "jobs_done" => MetricRole::JobsDone,
        "jobs_failed" => MetricRole::JobsFailed,
        "job_duration" => MetricRole::JobDuration,
        "unacked" => MetricRole::Unacked,
        "task_retries" => MetricRole::TaskRetries,
        "task_failures" => MetricRole::TaskFailures,
        "task_duration" => MetricRole::TaskDuration,
        "workers_online" => MetricRole::WorkersOnline,
        "worker_restarts" => MetricRole::WorkerRestarts,
        "oom_kills" => MetricRole::OomKills,
        "requests_in_flight" => MetricRole::RequestsInFlight,
        "idle_transactions" => MetricRole::IdleTransactions,
        "lock_waits" => MetricRole::LockWaits,
        "evicted_keys" => MetricRole::EvictedKeys,
        "broker_memory" => MetricRole::BrokerMemory,
        "broker_memory_limit" => MetricRole::BrokerMemoryLimit,
        "circuit_breaker" => MetricRole::CircuitBreaker,
        "inference_errors" => MetricRole::InferenceErrors,
    }
}

words! {
    /// What the samples of a metric are.
    METRIC_KINDS: MetricKind {
        "gauge" => MetricKind::Gauge,
        "counter" => MetricKind::Counter,
        "histogram" => MetricKind::Histogram,
    }
}

words! {
    /// What a metric's values are.
    UNITS: Unit {
        "none" => Unit::None,
        "seconds" => Unit::Seconds,
        "bytes" => Unit::Bytes,
        "ratio" => Unit::Ratio,
        "jobs" => Unit::Jobs,
        "per_second" => Unit::PerSecond,
    }
}

words! {
    /// In what a number of time is counted.
    TIME_UNITS: TimeUnit {
        "ns" => TimeUnit::Nanoseconds,
        "us" => TimeUnit::Microseconds,
        "ms" => TimeUnit::Milliseconds,
        "s" => TimeUnit::Seconds,
    }
}

/// How a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormatWord {
    Json,
    Logfmt,
    Pattern,
}

words! {
    /// How a line is written.
    FORMATS: FormatWord {
        "json" => FormatWord::Json,
        "logfmt" => FormatWord::Logfmt,
        "pattern" => FormatWord::Pattern,
    }
}

/// The role of that name.
pub(crate) fn role_named(word: &str) -> Option<Role> {
    ROLES.iter().find(|(it, _)| *it == word).map(|(_, role)| *role)
}

/// The name of a role.
pub(crate) fn role_name(role: Role) -> &'static str {
    ROLES.iter().find(|(_, it)| *it == role).map_or("", |(word, _)| word)
}
