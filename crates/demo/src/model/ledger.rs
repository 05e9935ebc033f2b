//! The truth about every job, entered as it happens.

use std::collections::BTreeMap;

use domain::ids::TraceId;
use domain::time::{TimeDelta, Timestamp};

use super::Purpose;

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// Submitted, and waiting to be started for the first time.
    Queued,
    /// Between its first start and its end.
    Running,
    /// Lost: nothing will ever be heard of it again.
    Stuck,
    /// It succeeded.
    Done,
    /// It failed for good.
    Failed,
}

impl State {
    /// In lower case.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Stuck => "stuck",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// Everything to know about one job.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// What a person calls it by.
    pub(crate) id: String,
    /// Ids that other lines of it carry by mistake.
    pub(crate) other_ids: Vec<String>,
    /// What kind of job it is.
    pub(crate) kind: &'static str,
    /// How it stands.
    pub(crate) state: State,
    /// The stage it is in, or ended in.
    pub(crate) stage: &'static str,
    /// The stage that failed.
    pub(crate) failed_stage: Option<&'static str>,
    /// Why, in one word.
    pub(crate) cause: Option<&'static str>,
    /// Why, as the program says it.
    pub(crate) error: Option<String>,
    /// Starts of the stage that it is in.
    pub(crate) n_attempts: u32,
    /// Ids of its tasks, oldest first.
    pub(crate) task_ids: Vec<String>,
    /// Its traces, oldest first.
    pub(crate) traces: Vec<TraceId>,
    /// When it came in.
    pub(crate) submitted: Timestamp,
    /// When a worker first took it.
    pub(crate) started: Option<Timestamp>,
    /// When it ended.
    pub(crate) ended: Option<Timestamp>,
    /// All time in the queue.
    pub(crate) waited: TimeDelta,
    /// Who asked for it.
    pub(crate) user: Option<String>,
    /// The version that ran when it ended.
    pub(crate) version: Option<String>,
    /// Whether something is wrong with its telemetry, though not with the job.
    pub(crate) flaw: Option<&'static str>,
    /// Lines that carry its id.
    pub(crate) n_lines: usize,
    /// Ended spans, all of which are kept.
    pub(crate) n_spans: usize,
    /// Has it been made for a test?
    pub(crate) purpose: Option<Purpose>,
}

impl Record {
    /// A job that comes in now.
    pub(crate) fn new(id: &str, kind: &'static str, stage: &'static str, submitted: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            other_ids: Vec::new(),
            kind,
            state: State::Queued,
            stage,
            failed_stage: None,
            cause: None,
            error: None,
            n_attempts: 0,
            task_ids: Vec::new(),
            traces: Vec::new(),
            submitted,
            started: None,
            ended: None,
            waited: TimeDelta::ZERO,
            user: None,
            version: None,
            flaw: None,
            n_lines: 0,
            n_spans: 0,
            purpose: None,
        }
    }

    /// It ended well.
    pub(crate) fn succeed(&mut self, at: Timestamp) {
        (self.state, self.ended) = (State::Done, Some(at));
    }

    /// It ended badly.
    pub(crate) fn fail(&mut self, at: Timestamp, stage: &'static str, cause: &'static str, error: &str) {
        (self.state, self.ended) = (State::Failed, Some(at));
        (self.failed_stage, self.cause, self.error) = (Some(stage), Some(cause), Some(error.to_owned()));
    }

    /// Another stage of it begins.
    pub(crate) fn enter(&mut self, stage: &'static str) {
        (self.stage, self.n_attempts) = (stage, 0);
    }
}

/// All jobs, in the order in which they came in.
#[derive(Debug, Default)]
pub(crate) struct Ledger(BTreeMap<usize, Record>);

impl Ledger {
    /// Enters a job; gives its number.
    pub(crate) fn open(&mut self, record: Record) -> usize {
        let number = self.0.len();
        self.0.insert(number, record);
        number
    }

    /// The record of a job.
    pub(crate) fn of(&mut self, number: usize) -> Option<&mut Record> {
        self.0.get_mut(&number)
    }

    /// All jobs.
    pub(crate) fn records(&self) -> impl DoubleEndedIterator<Item = &Record> {
        self.0.values()
    }
}
