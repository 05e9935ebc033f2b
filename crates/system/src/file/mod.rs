//! The system file as it is written: its types, from which it is read and its JSON Schema made.
//!
//! `docs/system-file.md` explains it to the people who write one.

mod check;
mod check_jobs;
mod check_steps;
mod convert;
mod diagnosis;
mod general;
mod roles;
mod selector;
mod steps;
mod text;
mod when;
mod words;

pub(crate) use words::role_named;

use domain::logs::EventKind;
use domain::system::{IdFilter, MetricKind, MetricRole, Role, System, TimeUnit, Unit};
use domain::time::TimeDelta;
use domain::warning::Warning;

use self::diagnosis::DiagnosisFile;
use self::roles::RoleMap;
use self::selector::Selector;
use self::steps::ChecklistFile;
pub(crate) use self::text::WebAddress;
use self::text::{LinePattern, Offset, PatternText};
use self::when::{When, Whose};
use self::words::FormatWord;
use crate::config::Sources;
use crate::config::file::{SourcesFile, refuse_secrets};
use crate::mistake::{IsWrong, Mistake};
use crate::shape::{Path, ReadFile, Shape, record};

/// What a system file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployment {
    /// What things are called there.
    pub system: System,
    /// Where its servers are, for those kinds of which the configuration names none.
    pub sources: Sources,
    /// What is odd in the file.
    pub warnings: Vec<Warning>,
}

/// Reads a system file.
///
/// # Errors
/// All mistakes at once, each with its path; of a text that is no JSON, the first place where it is not.
pub fn parse(text: &str) -> Result<Deployment, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    match read_into(text, &mut mistakes) {
        Some(file) if mistakes.is_empty() => Ok(deployment(file)),
        _ => Err(mistakes),
    }
}

/// Like [`parse`], without a word about mistakes; `None` where there is any.
pub fn read(text: &str) -> Option<Deployment> {
    let mut is_wrong = IsWrong::default();
    read_into(text, &mut is_wrong).filter(|_| is_wrong == IsWrong(false)).map(deployment)
}

fn deployment(mut file: SystemFile) -> Deployment {
    let warnings = check::warnings(&file);
    let sources = file.sources.take().unwrap_or_default().sources();
    Deployment { system: convert::system(file), sources, warnings }
}

fn read_into(text: &str, notes: &mut impl ReadFile) -> Option<SystemFile> {
    let json = notes.json(text)?;
    let file = SystemFile::read(&json, Path::File, notes)?;
    for (name, value) in json.as_object().into_iter().flatten().filter(|it| it.0 == "sources") {
        refuse_secrets(value, Path::File.key(name), notes);
    }
    check::find(&file, notes);
    check_steps::find(&file, notes);
    Some(file)
}

/// The JSON Schema (draft 2020-12) of a system file, as it stands in `docs/system-file.schema.json`.
pub fn schema() -> serde_json::Value {
    let mut schema = SystemFile::schema();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
        schema.insert("title".to_owned(), "Jobscope system file".into());
    }
    schema
}

record! {
    /// What one deployment calls things.
    pub struct SystemFile {
        /// Short name, as in the URL and in the file's own name: lower-case letters, digits and hyphens.
        name: String,
        /// Name for people.
        title: String,
        /// Where its servers are, where config.json does not say: for systems with servers of their own.
        sources: Option<SourcesFile>,
        /// The stages a job passes through, in order.
        stages: Vec<StageFile>,
        /// The services whose logs and spans tell of jobs.
        services: Vec<ServiceFile>,
        /// What a job is.
        jobs: Option<JobsFile>,
        /// How log lines are found and read.
        logs: LogsFile,
        /// How spans are read. Leave it out where there are no traces.
        spans: Option<SpansFile>,
        /// What metrics are called, by what they mean. Leave it out where there are none.
        metrics: Vec<MetricFile>,
        /// How often metrics are scraped. Default: 15s.
        scrape_interval: Option<TimeDelta>,
        /// How long telemetry is kept.
        retention: Option<RetentionFile>,
        /// Links to other tools.
        links: Vec<LinkFile>,
        /// What is done about a failed job: checklists that run by themselves. Default: steps that help anywhere.
        debug: Option<Vec<ChecklistFile>>,
        /// How the deployment's own troubles are known, and what to do about any.
        diagnosis: Option<DiagnosisFile>,
    }
}

record! {
    /// A stage of the pipeline.
    pub struct StageFile {
        /// What the URL and the other parts of this file call it.
        id: String,
        /// Name for people. Default: the id with a capital letter.
        title: Option<String>,
        /// Other words for it in the telemetry; case does not matter.
        aliases: Vec<String>,
        /// The service that does its work, by name.
        service: Option<String>,
        /// The queue that feeds it.
        queue: Option<String>,
        /// Whether every job passes through it. Default: true.
        in_pipeline: Option<bool>,
    }
}

record! {
    /// A service.
    pub struct ServiceFile {
        /// Its name, as spans and log lines give it.
        name: String,
        /// Other names for it in the telemetry, such as a container's.
        aliases: Vec<String>,
        /// The stage that all its work belongs to, by id. Leave it out where there is more than one or none.
        stage: Option<String>,
    }
}

record! {
    /// What a job is.
    pub struct JobsFile {
        /// No sign of life for longer than this means stuck. Default: 30m.
        stuck_after: Option<TimeDelta>,
        /// The longest that a job is expected to take: how far around a find is searched for more of it. Default: 1h.
        longest: Option<TimeDelta>,
        /// Kinds of jobs; the first that fits a job is its.
        kinds: Vec<KindFile>,
        /// An id as it might look, shown in the empty find box.
        example_id: Option<String>,
        /// The roles that stand in for the job's id where a line has none, best first.
        fallback_keys: Vec<Role>,
        /// Whether an end without an error counts as success, where the telemetry has no word for success. Default: false.
        done_is_inferred: Option<bool>,
        /// What else is told of a job, and jobs are filtered and told apart by, such as the model that they load.
        attributes: Vec<AttributeFile>,
    }
}

record! {
    /// Something that jobs have.
    pub struct AttributeFile {
        /// Name for people, and in filters; without a colon.
        name: String,
        /// Fields of lines (or labels, or structured metadata) and attributes of spans that hold it, best first.
        fields: Vec<String>,
        /// Whose text the patterns are put to where a line has none of these fields: a role, or field: and a field's name. Default: message.
        from: Whose,
        /// Patterns with the capture <value> and no other; the first that fits counts.
        patterns: Vec<LinePattern>,
    }
}

record! {
    /// A kind of job.
    pub struct KindFile {
        /// How the ids of such jobs begin.
        id_prefix: Option<String>,
        /// Tasks that only such jobs have, by name.
        tasks: Vec<String>,
        /// A stage that such jobs reach, by id.
        stage: Option<String>,
        /// Name for people.
        title: String,
    }
}

record! {
    /// How log lines are found and read.
    pub struct LogsFile {
        /// Stream selectors, each of which finds every line of every service; the first whose labels exist is used.
        selectors: Vec<Selector>,
        /// Where the job's id stands, so that a query can filter for it. Left out, lines cannot be found by it.
        job_id: IdFilter,
        /// Where the trace's id stands. Left out, lines cannot be found by it.
        trace_id: IdFilter,
        /// Where the task's id stands. Left out, lines cannot be found by it.
        task_id: IdFilter,
        /// How lines are written; the first that fits a line is used.
        formats: Vec<FormatFile>,
        /// Which fields fill which role, best first. A field may also be a stream label or structured metadata.
        roles: RoleMap,
        /// Which fields say how long something took, best first, and in what it is counted.
        durations: Vec<DurationFile>,
        /// What is taken out of texts, such as a job's id out of a message; fills only what no field filled.
        extract: Vec<ExtractFile>,
        /// Lines that are a job of their own each, such as those of requests: what the job is called, as a pattern whose captures are the line's own fields, such as request/<operation>/<user_id>/<asctime>. Only for lines that name no job and no task.
        line_jobs: Vec<LinePattern>,
        /// How the events of a job's life are recognised; the first rule that fits is used.
        events: Vec<EventFile>,
        /// The clock of times that name no zone, such as +07:00. Left out, such times are not trusted and the store's are used.
        zone: Option<Offset>,
    }
}

record! {
    /// How a line is written.
    pub struct FormatFile {
        /// The format.
        format: FormatWord,
        /// For json: fields whose text is itself JSON.
        unwrap: Vec<String>,
        /// For pattern: the pattern, in the language of Loki's pattern parser.
        pattern: Option<LinePattern>,
        /// For pattern: captures that hold key=value pairs.
        logfmt_captures: Vec<String>,
        /// For pattern: captures that give the time when they are joined with a space.
        join_time: Vec<String>,
    }
}

record! {
    /// A field that says how long something took.
    pub struct DurationFile {
        /// The field.
        field: String,
        /// What its numbers count. A text with a unit of its own, such as 1.5s, is read as it says.
        unit: TimeUnit,
    }
}

record! {
    /// Takes something out of a text.
    pub struct ExtractFile {
        /// Whose text: a role, or field: and a field's name. Default: message.
        from: Whose,
        /// A pattern whose captures are named like roles.
        pattern: PatternText,
    }
}

record! {
    /// How an event is recognised.
    pub struct EventFile {
        /// What happened.
        kind: EventKind,
        /// What must hold, all of it: a role's name (or field: and a field's name) with a text, a list of texts, or tests.
        when: When,
        /// The stage that it happened to, by id. Default: what the line says.
        stage: Option<String>,
    }
}

record! {
    /// How spans are read.
    pub struct SpansFile {
        /// Which attributes of the span or its resource fill which role, best first.
        roles: RoleMap,
        /// Values of the status role that mean: will be tried again.
        retry_states: Vec<String>,
        /// Values of the status role that mean: failed.
        failure_states: Vec<String>,
        /// Values of the status role that mean: succeeded.
        success_states: Vec<String>,
        /// The share of good traces that is kept, from 0 to 1. Leave it out where all are.
        kept_share: Option<f64>,
    }
}

record! {
    /// A metric.
    pub struct MetricFile {
        /// What it means.
        role: MetricRole,
        /// Names that it may have, best first; a histogram without _bucket.
        names: Vec<String>,
        /// What its samples are.
        kind: MetricKind,
        /// Which of its series count. Default: all.
        matchers: Option<Selector>,
        /// Labels that split it into series.
        by: Vec<String>,
        /// What its values are. Default: none.
        unit: Option<Unit>,
        /// What samples are multiplied by to be in that unit. Default: 1.
        scale: Option<f64>,
        /// The objective that it is held to, in that unit.
        slo: Option<f64>,
        /// Name for people.
        title: String,
        /// Why it is watched.
        help: Option<String>,
    }
}

record! {
    /// How long each kind of telemetry is kept.
    pub struct RetentionFile {
        /// Log lines.
        logs: Option<TimeDelta>,
        /// Traces.
        traces: Option<TimeDelta>,
        /// Metrics.
        metrics: Option<TimeDelta>,
    }
}

record! {
    /// A link to another tool.
    pub struct LinkFile {
        /// What the link says.
        title: String,
        /// Where it leads; {job}, {task}, {trace}, {service}, {from} and {to} (milliseconds) are filled in.
        url: WebAddress,
    }
}
