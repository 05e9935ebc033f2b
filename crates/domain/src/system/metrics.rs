//! A deployment's metrics by what they mean, whatever they are called.

use super::Matcher;

/// One metric, by what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// What it means.
    pub role: MetricRole,
    /// Its series.
    pub family: Family,
    /// The objective it is held to, in the family's unit.
    pub slo: Option<f64>,
    /// Name for people.
    pub title: String,
    /// Why it is watched.
    pub help: String,
}

/// The series of one metric (OpenMetrics calls them a family), and how they are added up.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Names it may have, best first; all that exist are asked for at once.
    pub names: Vec<String>,
    /// What its samples are.
    pub kind: MetricKind,
    /// Which of its series count; in a step of a checklist, values may hold placeholders.
    pub matchers: Vec<Matcher>,
    /// Labels that split it into series, such as queue and stage.
    pub by: Vec<String>,
    /// What its values are, after multiplying by `scale`.
    pub unit: Unit,
    /// Factor from the sample's unit to `unit`.
    pub scale: f64,
}

/// What a metric means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetricRole {
    /// Tasks that wait in a queue.
    QueueDepth,
    /// Messages in a dead-letter queue.
    DeadLetters,
    /// How long reads take.
    ReadLatency,
    /// How long writes take.
    WriteLatency,
    /// Jobs accepted.
    JobsSubmitted,
    /// Jobs that ended well.
    JobsDone,
    /// Jobs that failed.
    JobsFailed,
    /// How long whole jobs take.
    JobDuration,
    /// Tasks that a worker took and has not acknowledged.
    Unacked,
    /// Tasks that are tried again.
    TaskRetries,
    /// Tasks that failed for good.
    TaskFailures,
    /// How long one attempt at a task takes.
    TaskDuration,
    /// Workers that the broker hears of.
    WorkersOnline,
    /// Workers that began anew.
    WorkerRestarts,
    /// Processes that the kernel killed for their memory.
    OomKills,
    /// Requests that are being answered.
    RequestsInFlight,
    /// Database sessions that hold a transaction open and do nothing.
    IdleTransactions,
    /// Database sessions that wait for a lock.
    LockWaits,
    /// Keys that the broker threw away for want of memory.
    EvictedKeys,
    /// Memory that the broker uses.
    BrokerMemory,
    /// Memory that the broker may use.
    BrokerMemoryLimit,
    /// Whether a circuit breaker is open (1) or closed (0).
    CircuitBreaker,
    /// Failed calls of an inference server.
    InferenceErrors,
}

/// What the samples of a metric are (Prometheus metric types).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// Goes up and down.
    Gauge,
    /// Only goes up.
    Counter,
    /// Classic histogram, with `_bucket`, `_sum` and `_count`.
    Histogram,
}

/// The unit of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// A plain number.
    #[default]
    None,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// A share of one.
    Ratio,
    /// Jobs or tasks.
    Jobs,
    /// Something a second.
    PerSecond,
}
