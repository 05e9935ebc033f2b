//! The vocabulary of one deployment, as plain types: what it calls its stages, services, fields, events and metrics.
//!
//! The `system` crate reads it from a file; everything else asks here, so that no deployment's word stands in Rust.

pub mod pattern;
mod rules;
pub mod steps;

pub use rules::{CauseRule, DiagnosisRules, SentencePart};

use std::sync::Arc;

use crate::ids::StageId;
use crate::logs::EventKind;
use crate::time::TimeDelta;

/// Everything that Jobscope knows about one deployment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct System {
    /// Short name, as in the URL.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// The pipeline's stages in order.
    pub stages: Vec<Stage>,
    /// The services whose logs and spans tell of jobs.
    pub services: Vec<Service>,
    /// What a job is here.
    pub jobs: JobRules,
    /// How its log lines are found and read.
    pub logs: LogRules,
    /// How its spans are read.
    pub spans: SpanRules,
    /// What its metrics are called, by role.
    pub metrics: Vec<Metric>,
    /// How often metrics are scraped; decides `$__rate_interval`.
    pub scrape_interval: TimeDelta,
    /// How long each kind of telemetry is kept.
    pub retention: Retention,
    /// Links to other tools.
    pub links: Vec<LinkTemplate>,
    /// What is done about a failed job, step by step.
    pub debug: Vec<steps::Checklist>,
    /// How its own troubles are known.
    pub diagnosis: DiagnosisRules,
}

/// One stage of the pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// What Jobscope calls it.
    pub id: StageId,
    /// Name for people.
    pub title: String,
    /// Other words for it in the telemetry.
    pub aliases: Vec<String>,
    /// The service that does it, by [`Service::name`].
    pub service: Option<String>,
    /// The queue it is fed from.
    pub queue: Option<String>,
    /// Whether every job passes through it. A stage outside the pipeline (such as a read path) is drawn only when seen.
    pub in_pipeline: bool,
}

/// One service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its name, as `service.name` and in log lines.
    pub name: String,
    /// Other names for it in the telemetry.
    pub aliases: Vec<String>,
    /// The stage that its work belongs to, where it has just one.
    pub stage: Option<StageId>,
}

/// What a job is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobRules {
    /// No evidence for longer than this means stuck.
    pub stuck_after: TimeDelta,
    /// The longest that a job is expected to take: how far round a find is searched for more of it.
    pub longest: TimeDelta,
    /// Kinds of jobs; the first that fits a job is its.
    pub kinds: Vec<JobKind>,
    /// An id as it might look, for the empty find box.
    pub example_id: String,
    /// What a job is called where its id is not: the roles that stand in for it, best first.
    pub fallback_keys: Vec<Role>,
    /// Whether an end without an error counts as success where no success event exists (`done, inferred`).
    pub done_is_inferred: bool,
}

/// A kind of job, known by whichever of these there is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobKind {
    /// How such ids begin; empty where they do not tell.
    pub id_prefix: String,
    /// Tasks that only such jobs have, by name.
    pub tasks: Vec<String>,
    /// A stage that jobs reach of which no kind before this one fits.
    pub stage: Option<StageId>,
    /// Name for people.
    pub title: String,
}

/// How log lines are found and read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogRules {
    /// Stream selectors that hold every line of every service; the first whose labels exist is used.
    pub selectors: Vec<Vec<Matcher>>,
    /// Where a job's id stands in a line, so that a query can filter for it.
    pub job_filter: IdFilter,
    /// Where a trace's id stands.
    pub trace_filter: IdFilter,
    /// Where a task's id stands.
    pub task_filter: IdFilter,
    /// How the lines are written; the first that fits is used.
    pub formats: Vec<LineFormat>,
    /// Which fields fill which role, best first.
    pub roles: Vec<(Role, Vec<String>)>,
    /// How the units of the duration role are read, by field.
    pub duration_units: Vec<(String, TimeUnit)>,
    /// What is taken out of a line's text; every one that fits fills the roles that nothing else filled.
    pub extract: Vec<Extraction>,
    /// Lines that are a job of their own each, such as those of requests: what the job is called, as a pattern whose captures
    /// are the line's own fields. Only lines that name no other job and no task; the first of which all fields are there.
    pub line_jobs: Vec<String>,
    /// How lifecycle events are recognised; the first rule that fits is used.
    pub events: Vec<EventRule>,
    /// How far east of UTC times without a zone are, in seconds; `None` where such a time is not to be trusted and
    /// the store's is used instead.
    pub zoneless_offset_secs: Option<i32>,
}

/// Takes something out of the text of a field, such as a job's id out of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Extraction {
    /// Whose text.
    pub from: ConditionField,
    /// In the language of Loki's `pattern` parser; captures that are named like a role fill it.
    pub pattern: String,
}

/// Where an id stands in a line.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum IdFilter {
    /// Nowhere: lines cannot be found by it.
    #[default]
    None,
    /// In a label of the stream.
    Label(String),
    /// In the entry's structured metadata.
    Metadata(String),
    /// In a field of a JSON line; the line filter `|= "<id>"` goes before it.
    JsonField(String),
    /// Somewhere in the text.
    Text,
}

/// How a line is written.
#[derive(Clone, Debug, PartialEq)]
pub enum LineFormat {
    /// One JSON object; nested keys join with `.`, and JSON inside the named string fields is unwrapped.
    Json {
        /// Fields whose text is itself JSON.
        unwrap: Vec<String>,
    },
    /// `key=value` pairs.
    Logfmt,
    /// Text with captures, in the language of Loki's `pattern` parser: `<level> <_> <message>`.
    Pattern {
        /// The pattern.
        pattern: String,
        /// Captures that hold `key=value` pairs of their own.
        logfmt_captures: Vec<String>,
        /// Time captures that have to be joined with a space, such as a date and a time.
        join_time: Vec<String>,
    },
}

/// A role that a field of a line, or an attribute of a span, can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the field of `Roles` with the same name, or of `LogRecord`")]
pub enum Role {
    Time,
    Level,
    Service,
    Message,
    Event,
    Job,
    Trace,
    Span,
    Stage,
    FailedStage,
    Task,
    TaskId,
    Run,
    User,
    ErrorCode,
    Error,
    Exception,
    Duration,
    Url,
    Retries,
    Reason,
    Version,
    Queue,
    RequestId,
    Caller,
    Mode,
    Status,
    NotBefore,
}

/// The unit in which a number of time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum TimeUnit {
    Nanoseconds,
    Microseconds,
    Milliseconds,
    Seconds,
}

/// How a lifecycle event is recognised in a line.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRule {
    /// What happened.
    pub kind: EventKind,
    /// All of these must hold.
    pub when: Vec<Condition>,
    /// Which stage it happened to.
    pub stage: EventStage,
}

/// Which stage an event belongs to.
#[derive(Clone, Debug, PartialEq)]
pub enum EventStage {
    /// What the line's failed stage, stage, task, queue or service says, in that order.
    FromLine,
    /// Always this one.
    Always(StageId),
    /// None: it is about the job.
    Job,
}

/// A test on one field of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What is tested.
    pub field: ConditionField,
    /// How.
    pub test: TextTest,
}

/// What a condition looks at.
#[derive(Clone, Debug, PartialEq)]
pub enum ConditionField {
    /// What fills a role.
    Role(Role),
    /// A field by its own name.
    Field(String),
}

/// How a text is tested; case matters.
#[derive(Clone, Debug, PartialEq)]
pub enum TextTest {
    /// It is this.
    Is(String),
    /// It is one of these.
    OneOf(Vec<String>),
    /// It begins so.
    Prefix(String),
    /// It ends so.
    Suffix(String),
    /// It has this in it.
    Contains(String),
    /// It matches this pattern, in the language of Loki's `pattern` parser; captures that are named like a role fill it.
    Pattern(String),
    /// It is there at all.
    Exists,
}

impl TextTest {
    /// Whether a text passes; a pattern that cannot be read fits nothing.
    pub fn holds(&self, text: &str) -> bool {
        match self {
            Self::Is(word) => text == word,
            Self::OneOf(words) => words.iter().any(|it| it == text),
            Self::Prefix(start) => text.starts_with(start),
            Self::Suffix(end) => text.ends_with(end),
            Self::Contains(part) => text.contains(part),
            Self::Pattern(it) => pattern::Pattern::parse(it).is_ok_and(|it| it.captures(text).is_some()),
            Self::Exists => true,
        }
    }
}

/// How spans are read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpanRules {
    /// Which attributes fill which role, best first.
    pub roles: Vec<(Role, Vec<String>)>,
    /// Values of the status role that mean: tried again.
    pub retry_states: Vec<String>,
    /// Values of the status role that mean: failed.
    pub failure_states: Vec<String>,
    /// Values of the status role that mean: succeeded.
    pub success_states: Vec<String>,
    /// The share of good traces that is kept, 0 to 1; `None` where nothing is thrown away.
    pub kept_share: Option<f64>,
}

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

/// A test on one label, as in PromQL and LogQL.
#[derive(Clone, Debug, PartialEq)]
pub struct Matcher {
    /// The label.
    pub label: String,
    /// How it is compared.
    pub op: MatchOp,
    /// With what.
    pub value: String,
}

/// How a label is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`, anchored at both ends
    Regex,
    /// `!~`, anchored at both ends
    NotRegex,
}

/// How long telemetry is kept; `None` where the file does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Log lines.
    pub logs: Option<TimeDelta>,
    /// Traces.
    pub traces: Option<TimeDelta>,
    /// Metrics.
    pub metrics: Option<TimeDelta>,
}

/// A link to another tool; `{job}`, `{task}`, `{trace}`, `{from}`, `{to}` (milliseconds) are filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkTemplate {
    /// What the button says.
    pub title: String,
    /// The address; http or https only.
    pub url: String,
}

impl System {
    /// The stage that a word in the telemetry means, by id or alias, in any case.
    pub fn stage_named(&self, word: &str) -> Option<&Stage> {
        let same = |it: &str| it.eq_ignore_ascii_case(word);
        self.stages.iter().find(|it| same(it.id.as_str()) || it.aliases.iter().any(|alias| same(alias)))
    }

    /// The stage that a task's name means, whole or behind its last dot: a task is often called by its module as well.
    pub fn stage_of_task(&self, task: &str) -> Option<&Stage> {
        self.stage_named(task).or_else(|| self.stage_named(task.rsplit('.').next()?))
    }

    /// The stage with this id.
    pub fn stage(&self, id: &StageId) -> Option<&Stage> {
        self.stages.iter().find(|it| it.id == *id)
    }

    /// The service that a word in the telemetry means, by name or alias.
    pub fn service_named(&self, word: &str) -> Option<&Service> {
        self.services.iter().find(|it| it.name == word || it.aliases.iter().any(|alias| alias == word))
    }

    /// The metric with this meaning.
    pub fn metric(&self, role: MetricRole) -> Option<&Metric> {
        self.metrics.iter().find(|it| it.role == role)
    }

    /// The colour of a stage: its place in the file, counted from 0; stages and then services share one count.
    pub fn stage_colour(&self, id: &StageId) -> Option<usize> {
        self.stages.iter().position(|it| it.id == *id)
    }

    /// The colour of a service: its stage's where it has one, else its own place after the stages.
    pub fn service_colour(&self, name: &str) -> Option<usize> {
        let place = self.services.iter().position(|it| it.name == name)?;
        let own = || {
            let before = self.services.iter().take(place).filter(|it| it.stage.is_none()).count();
            Some(self.stages.len() + before)
        };
        self.services.get(place)?.stage.as_ref().and_then(|it| self.stage_colour(it)).or_else(own)
    }
}

/// Fields or attributes for a role, best first; empty where the file names none.
pub fn fields_for(roles: &[(Role, Vec<String>)], role: Role) -> &[String] {
    roles.iter().find(|(it, _)| *it == role).map_or(&[], |(_, fields)| fields)
}

/// A shared system.
pub type SharedSystem = Arc<System>;
