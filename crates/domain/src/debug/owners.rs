//! Whose the lines are that a step looked for: many name a trace or a task alone, and other lines say whose those are.

use std::collections::{HashMap, HashSet};

use crate::ids::{JobId, TaskId, TraceId};
use crate::job::{Evidence, Job};
use crate::logs::{LineKey, LogRecord};

/// A job other than the one that is looked at: its id, else the trace or the task that no line says a job of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Other<'a> {
    /// Its id.
    Job(&'a JobId),
    /// Its trace's.
    Trace(TraceId),
    /// Its task's.
    Task(&'a TaskId),
}

/// Knows which of the lines found are of the job that is looked at, and of which jobs the others are.
#[derive(Debug)]
pub struct Owners<'a> {
    job: &'a JobId,
    own: HashSet<LineKey>,
    of_trace: HashMap<TraceId, &'a JobId>,
    of_task: HashMap<&'a TaskId, &'a JobId>,
}

impl<'a> Owners<'a> {
    /// `found` are the lines that a step looked for, `evidence` what is known of the job itself.
    pub fn of(job: &'a Job, evidence: &'a Evidence, found: &'a [LogRecord]) -> Self {
        let (mut of_trace, mut of_task) = (HashMap::new(), HashMap::new());
        for line in found {
            let Some(job) = &line.roles.job else { continue };
            of_trace.extend(line.roles.trace.map(|it| (it, job)));
            of_task.extend(line.roles.task_id.as_ref().map(|it| (it, job)));
        }
        Self { job: &job.id, own: evidence.lines.iter().map(|it| it.key).collect(), of_trace, of_task }
    }

    /// Whether a line is of the job that is looked at.
    pub fn is_own(&self, line: &LogRecord) -> bool {
        match &line.roles.job {
            Some(id) => id == self.job,
            None => self.own.contains(&line.key),
        }
    }

    /// Whether a line is of a job, and not of the one that is looked at.
    pub fn is_of_another(&self, line: &LogRecord) -> bool {
        self.other(line).is_some()
    }

    /// The other job that a line is of; `None` where it is of this one, or nothing says of which.
    pub(super) fn other<'b>(&self, line: &'b LogRecord) -> Option<Other<'b>>
    where
        'a: 'b,
    {
        if self.is_own(line) {
            return None;
        }
        let roles = &line.roles;
        let by_task = || roles.task_id.as_ref().and_then(|it| self.of_task.get(it).copied());
        let by_trace = || roles.trace.and_then(|it| self.of_trace.get(&it).copied());
        match roles.job.as_ref().or_else(by_task).or_else(by_trace) {
            Some(id) if id == self.job => None,
            Some(id) => Some(Other::Job(id)),
            None => roles.trace.map(Other::Trace).or_else(|| roles.task_id.as_ref().map(Other::Task)),
        }
    }
}
