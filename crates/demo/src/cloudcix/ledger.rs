//! The ground truth: what became of every job, and what was sent out about it.

use std::collections::BTreeMap;

use domain::ids::TraceId;
use domain::time::{TimeDelta, Timestamp};

use super::deployment::Stage;
use super::job::{Job, Purpose};
pub(super) use crate::model::State;

/// Everything to know about one job.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// Its id.
    pub id: String,
    /// Its page.
    pub url: String,
    /// Its page's host.
    pub host: &'static str,
    /// Every trace that it ran in, oldest first.
    pub traces: Vec<TraceId>,
    /// Celery's ids of its tasks, oldest first.
    pub task_ids: Vec<String>,
    /// How it stands.
    pub state: State,
    /// The stage it is in, or ended in.
    pub stage: Stage,
    /// Starts of the stage's task.
    pub n_attempts: u32,
    /// Why it failed.
    pub error_code: Option<String>,
    /// Why it failed or hangs, in one word, where the code does not tell.
    pub cause: Option<&'static str>,
    /// The same, as the program says it.
    pub error: Option<String>,
    /// When a worker first took it.
    pub started: Option<Timestamp>,
    /// All time in queues.
    pub waited: TimeDelta,
    /// When it was submitted.
    pub submitted: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// When it was lost: nothing will ever be heard of it again.
    pub lost: Option<Timestamp>,
    /// The version that ran when it ended.
    pub version: String,
    /// Log lines with its id.
    pub n_lines: usize,
    /// Log lines with one of its trace ids.
    pub n_trace_lines: usize,
    /// Ended spans.
    pub n_spans: usize,
    /// Spans that were kept, by service.
    pub kept: BTreeMap<&'static str, usize>,
    /// Kept spans with an error.
    pub n_error_spans: usize,
    /// Has it been made for a test?
    pub crafted: Option<Purpose>,
}

impl Record {
    fn new(job: &Job) -> Self {
        Self {
            id: job.id.clone(),
            url: job.url.clone(),
            host: job.host,
            traces: Vec::new(),
            task_ids: Vec::new(),
            state: State::Queued,
            stage: Stage::Scrape,
            n_attempts: 0,
            error_code: None,
            cause: None,
            error: None,
            started: None,
            waited: TimeDelta::ZERO,
            submitted: job.submitted,
            ended: None,
            lost: None,
            version: String::new(),
            n_lines: 0,
            n_trace_lines: 0,
            n_spans: 0,
            kept: BTreeMap::new(),
            n_error_spans: 0,
            crafted: job.crafted,
        }
    }

    /// Kept spans of all services.
    pub(super) fn n_kept(&self) -> usize {
        self.kept.values().sum()
    }
}

/// All jobs, by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    records: BTreeMap<usize, Record>,
    by_trace: BTreeMap<TraceId, usize>,
}

impl Ledger {
    /// Enters a job that is submitted, or submitted again in a new trace; true for the first time.
    pub(super) fn open(&mut self, job: &Job) -> bool {
        self.by_trace.insert(job.trace, job.number);
        let record = self.records.entry(job.number).or_insert_with(|| Record::new(job));
        record.traces.push(job.trace);
        (record.state, record.ended) = (State::Queued, None);
        (record.error_code, record.cause, record.error) = (None, None, None);
        record.traces.len() == 1
    }

    /// The record of a job.
    pub(super) fn of(&mut self, number: usize) -> Option<&mut Record> {
        self.records.get_mut(&number)
    }

    /// The record of the job that runs in a trace.
    pub(super) fn of_trace(&mut self, trace: TraceId) -> Option<&mut Record> {
        self.records.get_mut(self.by_trace.get(&trace)?)
    }

    /// All jobs.
    pub(super) fn records(&self) -> impl DoubleEndedIterator<Item = &Record> {
        self.records.values()
    }
}
