//! Log lines: as a log store gives them, and read into roles by what the system file says.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::ids::{JobId, SpanId, StageId, TaskId, TraceId};
use crate::time::{TimeDelta, Timestamp};

/// How much a line matters, least first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// No level was given, or one that is not known.
    #[default]
    Unknown,
    /// Finer than debug.
    Trace,
    /// For developers.
    Debug,
    /// The normal course.
    Info,
    /// Worth a look.
    Warn,
    /// Something failed.
    Error,
    /// The process or more is at stake (`critical`, `fatal`).
    Critical,
}

impl Level {
    /// Reads a level as loggers write it, in any case: `INFO`, `warn`, `WARNING`, `E`, `fatal`.
    pub fn parse(text: &str) -> Self {
        let is = |names: &[&str]| names.iter().any(|it| text.eq_ignore_ascii_case(it));
        if is(&["info", "i", "information", "notice"]) {
            Self::Info
        } else if is(&["error", "err", "e", "severe"]) {
            Self::Error
        } else if is(&["warn", "warning", "w"]) {
            Self::Warn
        } else if is(&["debug", "d"]) {
            Self::Debug
        } else if is(&["critical", "fatal", "crit", "c", "f", "emergency", "alert", "panic"]) {
            Self::Critical
        } else if is(&["trace", "t"]) {
            Self::Trace
        } else {
            Self::Unknown
        }
    }

    /// Whether it tells of a failure.
    pub fn is_error(self) -> bool {
        self >= Self::Error
    }

    /// One letter, for narrow columns; `·` where the level is unknown.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Unknown => "·",
            Self::Trace => "T",
            Self::Debug => "D",
            Self::Info => "I",
            Self::Warn => "W",
            Self::Error => "E",
            Self::Critical => "C",
        }
    }

    /// The whole word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

/// One entry of a log store, borrowed from its answer: not yet read.
#[derive(Clone, Debug, PartialEq)]
pub struct RawLine<'a> {
    /// The store's own timestamp.
    pub time: Timestamp,
    /// The line.
    pub line: Cow<'a, str>,
    /// The stream's labels.
    pub labels: &'a [(Arc<str>, Arc<str>)],
    /// Structured metadata and parsed labels of this entry, in that order.
    pub metadata: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// What a line is known by: its time and a hash of its stream and text. Equal keys are the same line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineKey {
    /// The store's timestamp.
    pub time: Timestamp,
    /// FNV-1a over labels and text.
    pub hash: u64,
}

/// `<nanoseconds>-<hex>`: the form that the URL uses.
impl fmt::Display for LineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:x}", self.time.nanos(), self.hash)
    }
}

impl std::str::FromStr for LineKey {
    type Err = crate::ids::IdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || crate::ids::IdError { expected: "a line (nanoseconds-hash)", text: text.to_owned() };
        let (time, hash) = text.rsplit_once('-').ok_or_else(wrong)?;
        Ok(Self {
            time: Timestamp::from_nanos(time.parse().map_err(|_| wrong())?),
            hash: u64::from_str_radix(hash, 16).map_err(|_| wrong())?,
        })
    }
}

impl RawLine<'_> {
    /// What this line is known by.
    pub fn key(&self) -> LineKey {
        let mut hash = Fnv::new();
        for (name, value) in self.labels {
            hash.write(name.as_bytes());
            hash.write(value.as_bytes());
        }
        hash.write(self.line.as_bytes());
        LineKey { time: self.time, hash: hash.0 }
    }
}

/// FNV-1a, 64 bit (Fowler, Noll, Vo): small, and the same on every run and machine.
pub(crate) struct Fnv(u64);

impl Fnv {
    pub(crate) const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// What was written so far, as a number.
    pub(crate) const fn value(&self) -> u64 {
        self.0
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(&[0xff]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// A line that has been read: its roles by name, everything else as fields.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRecord {
    /// What it is known by.
    pub key: LineKey,
    /// When it happened: the time inside the line where it has one with a zone, else the store's.
    pub time: Timestamp,
    /// How much it matters.
    pub level: Level,
    /// The service that wrote it, by the name that the system file uses; empty where nothing says.
    pub service: Arc<str>,
    /// What it says: the event's name or the message.
    pub message: String,
    /// The lifecycle event that it tells of, if it does.
    pub event: Option<LifecycleEvent>,
    /// What the system file's roles found.
    pub roles: Roles,
    /// Every field of the line, its stream and its metadata, in that order, for the detail pane.
    pub fields: Vec<(String, String)>,
    /// The line as the store gave it.
    pub line: String,
}

impl LogRecord {
    /// What the first field of a name says that says anything.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut of_name = self.fields.iter().filter(|(it, _)| it == name).map(|(_, text)| text.as_str());
        of_name.find(|it| !says_nothing(it))
    }
}

/// Whether a text is how some logger writes that there is nothing.
pub fn says_nothing(text: &str) -> bool {
    matches!(text.trim(), "" | "-" | "null" | "None")
}

/// The roles that a line or a span may fill; text as found, ids where they parse.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roles {
    /// The job.
    pub job: Option<JobId>,
    /// The trace.
    pub trace: Option<TraceId>,
    /// The span.
    pub span: Option<SpanId>,
    /// The stage, already put through the system's aliases.
    pub stage: Option<StageId>,
    /// The stage that failed, already put through the system's aliases.
    pub failed_stage: Option<StageId>,
    /// The task's name.
    pub task: Option<String>,
    /// The task's id at the broker.
    pub task_id: Option<TaskId>,
    /// The run's id, where a step can run more than once.
    pub run: Option<String>,
    /// Who asked for it.
    pub user: Option<String>,
    /// The error's code, such as an HTTP status or an exit status by name.
    pub error_code: Option<String>,
    /// The error's message.
    pub error: Option<String>,
    /// The exception's type.
    pub exception: Option<String>,
    /// How long the thing took that this tells of.
    pub duration: Option<TimeDelta>,
    /// What the job is about.
    pub url: Option<String>,
    /// How many tries went before.
    pub retries: Option<u32>,
    /// Why it is tried again.
    pub reason: Option<String>,
    /// The version of the service.
    pub version: Option<String>,
    /// The queue.
    pub queue: Option<String>,
    /// The request's id at the gateway.
    pub request_id: Option<String>,
    /// What started it (a user, a service, a schedule).
    pub caller: Option<String>,
    /// Synchronous or asynchronous.
    pub mode: Option<String>,
    /// How a callback or a task ended, in the system's own word.
    pub status: Option<String>,
}

/// Something that happened in a job's life, as a line says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifecycleEvent {
    /// What happened.
    pub kind: EventKind,
    /// The stage that it happened to; `None` for the job as a whole or where the line does not say.
    pub stage: Option<StageId>,
}

/// What can happen in a job's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// The job was accepted.
    JobSubmitted,
    /// A stage was put into its queue.
    StageQueued,
    /// A worker took an attempt from the queue. It may begin later: when a process is free, or when its time comes.
    AttemptReceived,
    /// A worker began an attempt at a stage.
    AttemptStarted,
    /// An attempt failed and will be tried again.
    AttemptRetrying,
    /// An attempt failed; whether the stage did, other evidence must say.
    AttemptFailed,
    /// A stage succeeded.
    StageSucceeded,
    /// A stage failed for good.
    StageFailed,
    /// The job succeeded.
    JobSucceeded,
    /// The job failed.
    JobFailed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_as_loggers_write_them() {
        for (text, level) in [
            ("INFO", Level::Info),
            ("warning", Level::Warn),
            ("WARN", Level::Warn),
            ("Error", Level::Error),
            ("FATAL", Level::Critical),
            ("loud", Level::Unknown),
            ("", Level::Unknown),
        ] {
            assert_eq!(Level::parse(text), level, "{text}");
        }
        assert!(Level::Critical.is_error() && Level::Error.is_error() && !Level::Warn.is_error());
    }

    #[test]
    fn keys_differ_by_stream_and_text_and_survive_the_url() {
        let labels = [(Arc::from("app"), Arc::from("a"))];
        let others = [(Arc::from("app"), Arc::from("b"))];
        let line = |labels, text: &'static str| RawLine {
            time: Timestamp::from_nanos(7),
            line: text.into(),
            labels,
            metadata: Vec::new(),
        };
        let key = line(&labels, "x").key();
        assert_eq!(key, line(&labels, "x").key());
        assert_ne!(key, line(&labels, "y").key());
        assert_ne!(key, line(&others, "x").key());
        assert_eq!(key.to_string().parse::<LineKey>().unwrap(), key);
    }
}
