//! How a deployment writes its log lines: where they are found, how they are read, what happened by them.

use super::pattern::Pattern;
use super::{Matcher, Role};
use crate::ids::StageId;
use crate::logs::EventKind;

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
            Self::Pattern(it) => Pattern::parse(it).is_ok_and(|it| it.captures(text).is_some()),
            Self::Exists => true,
        }
    }
}
