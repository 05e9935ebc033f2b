//! What a key turned out to be, and which lines and traces belong to the job behind it.

use std::collections::{BTreeSet, HashMap};

use domain::ids::{JobId, SpanId, TaskId, TraceId};
use domain::logs::LogRecord;
use domain::system::{Role, fields_for};
use domain::trace::{Span, Trace};

use super::JobInquiry;

/// How far up a span's ancestors are asked: deeper than any real trace, and an end for parents that run in a circle.
const MAX_DEPTH: usize = 64;

/// What a key turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// The job's own id.
    Job,
    /// The id of one of its tasks.
    Task,
    /// The id of one of its traces.
    Trace,
    /// Nothing that was found so far.
    Unknown,
}

/// The job behind a key, as far as is known.
pub(super) struct Found {
    pub(super) kind: KeyKind,
    pub(super) id: JobId,
    pub(super) tasks: BTreeSet<TaskId>,
    pub(super) traces: BTreeSet<TraceId>,
}

impl Found {
    /// Whether a line tells of this job.
    pub(super) fn owns(&self, line: &LogRecord) -> bool {
        match &line.roles.job {
            Some(job) => *job == self.id,
            None => {
                line.roles.task_id.as_ref().is_some_and(|it| self.tasks.contains(it))
                    || line.roles.trace.is_some_and(|it| self.traces.contains(&it))
            }
        }
    }
}

impl JobInquiry {
    /// What the key is, by what has come so far.
    pub(super) fn resolve(&self) -> Found {
        let key = self.question.key.as_str();
        let trace_key = key.parse::<TraceId>().ok().filter(|_| key.len() >= 16);
        let (kind, id) = self.kind_and_id(key, trace_key);
        let mut found = Found { kind, id, tasks: BTreeSet::new(), traces: BTreeSet::new() };
        if kind == KeyKind::Task {
            found.tasks.insert(key.into());
        }
        found.tasks.extend(self.lines_of(&found.id).filter_map(|it| it.roles.task_id.clone()));
        found.tasks.extend(self.traces.values().flat_map(|it| self.tasks_in(it, &found.id)));
        found.traces.extend(self.found_by_search.iter().copied());
        found.traces.extend(trace_key.filter(|_| kind == KeyKind::Trace));
        let of_job = self.lines.values().filter(|it| match &it.roles.job {
            Some(job) => *job == found.id,
            None => it.roles.task_id.as_ref().is_some_and(|task| found.tasks.contains(task)),
        });
        found.traces.extend(of_job.filter_map(|it| it.roles.trace));
        found
    }

    fn kind_and_id(&self, key: &str, trace_key: Option<TraceId>) -> (KeyKind, JobId) {
        if self.lines.values().any(|it| it.roles.job.as_ref().is_some_and(|job| job.as_str() == key))
            || self.spans().any(|it| self.span_says(it, Role::Job, key))
        {
            return (KeyKind::Job, key.into());
        }
        let by_task = |it: &&LogRecord| it.roles.task_id.as_ref().is_some_and(|task| task.as_str() == key);
        let task_span = self.spans().find(|it| self.span_says(it, Role::TaskId, key));
        if task_span.is_some() || self.lines.values().any(|it| by_task(&it)) {
            let in_lines = self.lines.values().filter(by_task).find_map(|it| it.roles.job.clone());
            let in_span = || task_span.and_then(|it| self.job_in_trace(it.trace));
            return (KeyKind::Task, in_lines.or_else(in_span).unwrap_or_else(|| key.into()));
        }
        if let Some(trace) = trace_key {
            let in_lines = self.lines.values().filter(|it| it.roles.trace == Some(trace));
            let job =
                in_lines.clone().find_map(|it| it.roles.job.clone()).or_else(|| self.job_in_trace(trace));
            if job.is_some() || self.traces.contains_key(&trace) || in_lines.count() > 0 {
                return (KeyKind::Trace, job.unwrap_or_else(|| key.into()));
            }
        }
        (KeyKind::Unknown, key.into())
    }

    fn lines_of<'a>(&'a self, id: &'a JobId) -> impl Iterator<Item = &'a LogRecord> {
        self.lines.values().filter(move |it| it.roles.job.as_ref() == Some(id))
    }

    fn spans(&self) -> impl Iterator<Item = &Span> {
        self.traces.values().flat_map(|it| &it.spans)
    }

    fn span_says(&self, span: &Span, role: Role, text: &str) -> bool {
        span.attr(fields_for(&self.system.spans.roles, role)).is_some_and(|it| it.to_string() == text)
    }

    /// The tasks that a trace runs or puts into queues for a job: those of spans that name it, and of spans whose nearest
    /// ancestor that names a job names it, as what puts work into a queue seldom does itself.
    fn tasks_in(&self, trace: &Trace, job: &JobId) -> Vec<TaskId> {
        let fields = fields_for(&self.system.spans.roles, Role::Job);
        let named = |it: &Span| it.attr(fields).map(|it| it.to_string() == job.as_str());
        if !trace.spans.iter().any(|it| named(it) == Some(true)) {
            return Vec::new();
        }
        let by_id: HashMap<SpanId, &Span> = trace.spans.iter().map(|it| (it.id, it)).collect();
        let is_ours = |span: &&Span| {
            let ancestors = std::iter::successors(Some(*span), |it| by_id.get(&it.parent?).copied());
            ancestors.take(MAX_DEPTH).find_map(named) == Some(true)
        };
        trace
            .spans
            .iter()
            .filter_map(|it| Some((it, self.task_of(it)?)))
            .filter(|(it, _)| is_ours(it))
            .map(|it| it.1)
            .collect()
    }

    fn task_of(&self, span: &Span) -> Option<TaskId> {
        span.attr(fields_for(&self.system.spans.roles, Role::TaskId)).map(|it| it.to_string().into())
    }

    fn job_in_trace(&self, trace: TraceId) -> Option<JobId> {
        let fields = fields_for(&self.system.spans.roles, Role::Job);
        self.traces.get(&trace)?.spans.iter().find_map(|it| it.attr(fields)).map(|it| it.to_string().into())
    }
}
