//! One job as a list shows it.

use std::sync::Arc;

use super::field::Field;
use crate::fingerprint::Fingerprint;
use crate::ids::{JobId, StageId, TraceId};
use crate::job::{AttemptOutcome, JobState};
use crate::system::Role;
use crate::time::{TimeDelta, TimeRange, Timestamp};

/// Rows of a list; cheap to hand on.
pub type Rows = Arc<Vec<Arc<JobRow>>>;

/// One job as a list shows it; `None` and empty where no evidence says.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRow {
    /// What it is called.
    pub id: JobId,
    /// What kind of id that is: the job's own, or what stands in for it.
    pub keyed_by: Role,
    /// How it stands.
    pub state: JobState,
    /// The sentence that says what decided the state.
    pub because: String,
    /// The kind of job.
    pub kind: Option<String>,
    /// The furthest stage that it reached.
    pub stage: Option<StageId>,
    /// The stage that it failed at, or that its newest attempt failed at.
    pub failed_stage: Option<StageId>,
    /// The stages that it came to.
    pub reached: Vec<StageId>,
    /// The error's code.
    pub error_code: Option<String>,
    /// The error's message, or else the exception.
    pub error: Option<String>,
    /// What its failure is known by among others.
    pub failure: Option<Fingerprint>,
    /// The key of that, for a job that has failed or hangs; one that is still tried again has none.
    pub failure_key: Option<String>,
    /// How many different tasks it has.
    pub n_tasks: usize,
    /// Attempts at the stage that needed most; 0 where none was seen.
    pub attempts: u32,
    /// When it was accepted, as far back as the evidence goes.
    pub start: Timestamp,
    /// Whether evidence says that it was accepted then; else it may have begun earlier.
    pub start_is_told: bool,
    /// When it ended.
    pub end: Option<Timestamp>,
    /// The last sign of life.
    pub last_seen: Timestamp,
    /// All time in queues, overlaps counted once; waits that go on count up to when the row was made.
    pub in_queues: TimeDelta,
    /// Where its time went, in order of start.
    pub segments: Vec<Segment>,
    /// What else the system file wants told of it, each as `name: value`.
    pub attributes: Vec<String>,
    /// The services that told of it, in order of their names.
    pub services: Vec<Arc<str>>,
    /// What it does, by the name of its first task.
    pub operation: Option<String>,
    /// Synchronous or asynchronous.
    pub mode: Option<String>,
    /// The version of the service that failed, or of the last that worked.
    pub version: Option<String>,
    /// The version of the service that worked last at each stage, for those that are told.
    pub versions: Vec<(StageId, String)>,
    /// What it is about.
    pub url: Option<String>,
    /// The host in `url`.
    pub domain: Option<String>,
    /// Who asked for it, and whomever else its lines name: of several, a worker may have kept what it knew of the job before.
    pub users: Vec<String>,
    /// The request's id at the gateway.
    pub request_id: Option<String>,
    /// The queues that it was in, in order of their names.
    pub queues: Vec<String>,
    /// The traces that its evidence names, in order.
    pub traces: Vec<TraceId>,
    /// Whether the store has a trace of it.
    pub trace: TraceKept,
    /// How many log lines tell of it.
    pub n_lines: usize,
    /// Everything that a person may search for, in lower case.
    pub(super) words: String,
}

/// Whether the store has a trace of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TraceKept {
    /// It has.
    Kept,
    /// A search over the job's time did not find one.
    NotKept,
    /// Nobody has searched there yet.
    Unknown,
}

impl TraceKept {
    /// The words for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::NotKept => "not kept",
            Self::Unknown => "not searched",
        }
    }
}

/// A stretch of a job's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What it was spent on.
    pub kind: SegmentKind,
    /// The stage's colour: its place in the system file; `None` for a stage that the file does not name.
    pub colour: Option<u8>,
    /// When it began.
    pub from: Timestamp,
    /// When it ended; `None` while it goes on.
    pub to: Option<Timestamp>,
}

/// What a stretch of time was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// Waiting in a queue.
    Wait,
    /// An attempt, and how it ended.
    Work(AttemptOutcome),
}

impl JobRow {
    /// Until when it is known to have lasted: its end, `now` for a job that goes on, else the last sign of it.
    pub fn known_until(&self, now: Timestamp) -> Timestamp {
        self.end.unwrap_or(if self.state.goes_on() { now } else { self.last_seen })
    }

    /// From its start until when it is known to have lasted; never negative.
    pub fn total(&self, now: Timestamp) -> TimeDelta {
        (self.known_until(now) - self.start).max(TimeDelta::ZERO)
    }

    /// What else the system file wants told of it: names and values.
    pub fn attribute_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().filter_map(|it| Field::attribute_pair(it))
    }

    /// Whether its total is told in full: both ends are known.
    pub fn is_total_told(&self) -> bool {
        self.start_is_told && (self.end.is_some() || self.state.goes_on())
    }

    /// Whether it may still change by itself.
    pub fn is_open(&self) -> bool {
        self.state.goes_on() || (self.state == JobState::Unknown && self.end.is_none())
    }

    /// Whether anything of it lies in a range.
    pub fn touches(&self, range: TimeRange) -> bool {
        self.start < range.end && range.start <= self.end.unwrap_or(self.last_seen).max(self.last_seen)
    }

    /// The stage that a person wants to read: where it failed, else how far it came.
    pub fn telling_stage(&self) -> Option<&StageId> {
        let failed = self.failed_stage.as_ref().filter(|_| self.state == JobState::Failed);
        failed.or(self.stage.as_ref())
    }
}

/// The host of an address, without user, port and scheme; `None` for a mere path.
pub(super) fn host_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(ipv6) => ipv6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}
