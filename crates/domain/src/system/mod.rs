//! The vocabulary of one deployment, as plain types: what it calls its stages, services, fields, events and metrics.
//!
//! The `system` crate reads it from a file; everything else asks here, so that no deployment's word stands in Rust.

mod logs;
mod metrics;
pub mod pattern;
mod rules;
pub mod steps;

pub use logs::{
    Condition, ConditionField, EventRule, EventStage, Extraction, IdFilter, LineFormat, LogRules, TextTest,
    TimeUnit,
};
pub use metrics::{Family, Metric, MetricKind, MetricRole, Unit};
pub use rules::{CauseRule, DiagnosisRules, SentencePart};

use std::sync::Arc;

use crate::ids::StageId;
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
    /// What else is told of a job, and jobs are told apart by.
    pub attributes: Vec<JobAttribute>,
}

/// Something that jobs of one deployment have, such as the model that they load.
#[derive(Clone, Debug, PartialEq)]
pub struct JobAttribute {
    /// Its name; a line that says it has a field of this name.
    pub name: Arc<str>,
    /// Other fields of lines, and attributes of spans, that hold it, best first.
    pub fields: Vec<String>,
    /// Whose text the patterns are put to, of a line that has no such field.
    pub from: ConditionField,
    /// How it is taken out of that text; the capture is named [`JobAttribute::CAPTURE`].
    pub patterns: Vec<String>,
}

impl JobAttribute {
    /// What the capture of a pattern is named.
    pub const CAPTURE: &'static str = "value";
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
