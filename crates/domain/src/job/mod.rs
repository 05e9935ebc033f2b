//! The job: one unit of asynchronous work that somebody can ask about, put together from whatever evidence there is.

mod assemble;
mod draft;
mod facts;
mod leak;
mod notes;
pub(crate) mod pieces;
mod received;
mod spans;
mod stages;
mod verdict;
mod waits;

pub use assemble::assemble;
pub(crate) use leak::leak;

use std::sync::Arc;

use crate::ids::{JobId, SpanId, StageId, TraceId};
use crate::logs::{LineKey, LogRecord};
use crate::sorted::SortedSet;
use crate::system::System;
use crate::time::{TimeDelta, Timestamp};
use crate::trace::Trace;
use crate::warning::Warning;

/// Everything that was found about one job, before it is put together. Any part may be empty, in any order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Log lines of all services.
    pub lines: Vec<LogRecord>,
    /// Traces: usually one, more after a retry or a resubmission.
    pub traces: Vec<Trace>,
    /// Trace ids that lines or searches named but no store had.
    pub traces_not_kept: Vec<TraceId>,
    /// Sources that could not be asked, each with a text that names it and the cause; what they would have said is
    /// unknown, not absent.
    pub unreachable: Vec<Warning>,
}

impl Evidence {
    /// Whether nothing is known about the job.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && !self.has_spans()
    }

    /// Whether a span of it is known.
    pub fn has_spans(&self) -> bool {
        self.traces.iter().any(|it| !it.spans.is_empty())
    }

    /// The traces that lines name or spans belong to, in order, each once.
    pub fn trace_ids(&self) -> Vec<TraceId> {
        let of_lines = self.lines.iter().filter_map(|it| it.roles.trace);
        let of_spans = self.traces.iter().flat_map(|it| &it.spans).map(|it| it.trace);
        let ids: SortedSet<TraceId> = of_lines.chain(of_spans).collect();
        ids.into_iter().collect()
    }
}

/// A job as far as the evidence tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// What it is called.
    pub id: JobId,
    /// How it stands.
    pub state: JobState,
    /// The sentence that says what decided the state, such as `stage callback says failed`.
    pub because: String,
    /// The piece of evidence that decided the state, where it is one piece.
    pub decided_by: Option<Origin>,
    /// When it was accepted, as far back as the evidence goes.
    pub submitted: Option<Moment>,
    /// When it ended, for a job that did.
    pub ended: Option<Moment>,
    /// The last sign of life of any kind.
    pub last_seen: Option<Timestamp>,
    /// Pipeline stages in order, also those never reached, then other stages that were seen.
    pub stages: Vec<StageRun>,
    /// Why it failed, for a job that did, or why its newest attempt did, for one that is retrying.
    pub failure: Option<Failure>,
    /// What else is known about it, for the header.
    pub facts: Facts,
    /// Where the picture came from and what is missing, as sentences.
    pub notes: Vec<Note>,
}

impl Job {
    /// Until when it is known to have lasted: its end, `now` for a job that goes on, else the last sign of it.
    pub fn known_until(&self, now: Timestamp) -> Timestamp {
        let last_seen = self.last_seen.filter(|_| !self.state.goes_on());
        self.ended.map(|it| it.at).or(last_seen).unwrap_or(now)
    }

    /// The stages that it came to.
    pub fn reached_stages(&self) -> impl Iterator<Item = &StageId> {
        self.stages.iter().filter(|it| it.state != StageState::Never).map(|it| &it.stage)
    }

    /// How far it came: the last stage of the pipeline that it reached, unless it began another one after that. A request
    /// that hands in a task is over when that begins; a step of a task begins within it.
    pub fn reached(&self, system: &System) -> Option<&StageId> {
        let begun = |it: &StageRun| {
            let attempts = it.attempts.iter().map(|it| it.start);
            attempts.chain(it.waits.iter().map(|it| it.start)).min()
        };
        let in_pipeline = |it: &&StageRun| system.stage(&it.stage).is_some_and(|it| it.in_pipeline);
        let (pipeline, beside): (Vec<_>, Vec<_>) =
            self.stages.iter().filter(|it| it.state != StageState::Never).partition(in_pipeline);
        let (last, other) = (pipeline.last(), beside.iter().max_by_key(|it| begun(it)));
        let furthest = match (last, other) {
            (Some(last), Some(other)) if begun(other) > begun(last) => other,
            (Some(last), _) => last,
            (None, other) => other?,
        };
        Some(&furthest.stage)
    }

    /// From its submission until when it is known to have lasted; never negative, whatever the clocks.
    pub fn total(&self, now: Timestamp) -> Option<TimeDelta> {
        let end = self.known_until(now);
        self.submitted.map(|it| (end - it.at).max(TimeDelta::ZERO))
    }

    /// What happened in a stage.
    pub fn stage(&self, id: &StageId) -> Option<&StageRun> {
        self.stages.iter().find(|it| it.stage == *id)
    }
}

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobState {
    /// Submitted and not started.
    Queued,
    /// Started and not ended.
    Running,
    /// The last stage succeeded.
    Done,
    /// A terminal failure, and nothing later that succeeded.
    Failed,
    /// Queued or running, with no evidence for longer than the system's `stuck_after`.
    Stuck,
    /// Evidence too thin to say.
    Unknown,
}

impl JobState {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Stuck => "stuck",
            Self::Unknown => "unknown",
        }
    }

    /// Whether time still passes for a job that stands so.
    pub const fn goes_on(self) -> bool {
        matches!(self, Self::Queued | Self::Running | Self::Stuck)
    }
}

/// Where a piece of the picture came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// This span.
    Span(TraceId, SpanId),
    /// This log line.
    Line(LineKey),
    /// Worked out from other pieces.
    Inferred,
}

/// An instant and where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// How that is known.
    pub from: Origin,
}

/// What happened in one stage.
#[derive(Clone, Debug, PartialEq)]
pub struct StageRun {
    /// Which stage.
    pub stage: StageId,
    /// How it stands.
    pub state: StageState,
    /// Its attempts in order of their start.
    pub attempts: Vec<Attempt>,
    /// Waits in its queue in order of their start.
    pub waits: Vec<QueueWait>,
}

/// How a stage stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StageState {
    /// No evidence that it was reached.
    Never,
    /// In its queue.
    Waiting,
    /// Being worked on.
    Running,
    /// Its newest attempt failed and another will follow.
    Retrying,
    /// Succeeded.
    Done,
    /// Failed for good.
    Failed,
    /// Reached, but how it ended is not known.
    Unknown,
}

/// One try at a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// 1 for the first.
    pub number: u32,
    /// When a worker began.
    pub start: Timestamp,
    /// When it ended; `None` while it runs, or where nothing says.
    pub end: Option<Timestamp>,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// Why it is tried again, or why it failed, in the telemetry's own words.
    pub reason: Option<String>,
    /// The error's code.
    pub error_code: Option<String>,
    /// The service that worked.
    pub service: String,
    /// Where this came from.
    pub from: Origin,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttemptOutcome {
    /// Still going, as far as is known.
    Running,
    /// Succeeded.
    Done,
    /// Failed, and tried again.
    Retried,
    /// Failed, and not tried again.
    Failed,
    /// Ended, nothing says how.
    Unknown,
}

/// Time spent in a queue, between the producer and the consumer.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueWait {
    /// The queue's name, where known.
    pub queue: Option<String>,
    /// When it was put in.
    pub start: Timestamp,
    /// Until when it was put off on purpose, as a retry that is to come later; only what is after that is the queue's.
    pub put_off_until: Option<Timestamp>,
    /// Whether it follows an attempt that is to be tried again. A retry is put off on purpose before it may be taken:
    /// where nobody tells until when, how much of this the queue took is not known.
    pub is_retry: bool,
    /// When a worker took it; `None` while it waits.
    pub end: Option<Timestamp>,
    /// Where this came from.
    pub from: Origin,
}

impl QueueWait {
    /// Since when it waited for a worker and nothing else, where that is known.
    pub fn in_queue_since(&self) -> Option<Timestamp> {
        self.put_off_until.or_else(|| (!self.is_retry).then_some(self.start))
    }
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The stage.
    pub stage: Option<StageId>,
    /// The error's code.
    pub code: Option<String>,
    /// The error's message.
    pub message: Option<String>,
    /// The exception's type.
    pub exception: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Where this came from.
    pub from: Origin,
}

/// Facts for the header; `None` where no evidence has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The kind of job, by the system file's kinds.
    pub kind: Option<String>,
    /// What it is about.
    pub url: Option<String>,
    /// The version of the service that failed, or of the last that worked.
    pub version: Option<String>,
    /// The version of the service that worked last at each stage, for those that are told: services are often versioned
    /// apart.
    pub versions: Vec<(StageId, String)>,
    /// What started it.
    pub caller: Option<String>,
    /// Who asked for it.
    pub user: Option<String>,
    /// Synchronous or asynchronous.
    pub mode: Option<String>,
    /// The request's id at the gateway.
    pub request_id: Option<String>,
    /// What else the system file wants told of a job: names and values, in its order.
    pub attributes: Vec<(Arc<str>, String)>,
    /// All time in queues, overlaps counted once, without what was put off on purpose.
    pub in_queues: TimeDelta,
    /// All time between an attempt and the retry after it of which nobody tells how much was a queue's, overlaps counted
    /// once.
    pub between_attempts: TimeDelta,
    /// Attempts since it was last submitted, at the stage that failed; where none did, at the one that needed most.
    pub attempts: u32,
}

/// A sentence about where the picture came from, or what is missing in it and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// The sentence.
    pub text: String,
}

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteKind {
    /// Which evidence the picture was drawn from.
    Source,
    /// Something is missing, and why.
    Missing,
    /// Something is doubtful, such as clocks that disagree.
    Doubt,
}

#[cfg(test)]
pub(crate) mod tests;
