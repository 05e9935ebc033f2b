//! What a key turned out to be, and which lines and traces belong to the job behind it.

use std::collections::BTreeSet;

use domain::ids::{JobId, TaskId, TraceId};
use domain::logs::LogRecord;
use domain::system::{Role, fields_for};
use domain::trace::Span;

use super::JobInquiry;

/// What a key turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// The job's own id.
    Job,
    /// The id of one of its tasks.
    Task,
    /// The id of one of its traces.
    Trace,
    /// The id that a gateway gave the request that began it.
    Request,
    /// Nothing that was found so far.
    Unknown,
}

/// The job behind a key, as far as is known.
pub(super) struct Found {
    pub(super) kind: KeyKind,
    pub(super) id: JobId,
    pub(super) tasks: BTreeSet<TaskId>,
    pub(super) traces: BTreeSet<TraceId>,
    /// The request's id, where the key is one.
    pub(super) request: Option<String>,
}

impl Found {
    /// Whether a line tells of this job.
    pub(super) fn owns(&self, line: &LogRecord) -> bool {
        match &line.roles.job {
            Some(job) => *job == self.id,
            None => {
                line.roles.task_id.as_ref().is_some_and(|it| self.tasks.contains(it))
                    || line.roles.trace.is_some_and(|it| self.traces.contains(&it))
                    || (self.request.is_some() && line.roles.request_id == self.request)
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
        let request = (kind == KeyKind::Request).then(|| key.to_owned());
        let mut found = Found { kind, id, tasks: BTreeSet::new(), traces: BTreeSet::new(), request };
        if kind == KeyKind::Request {
            found.traces.extend(self.traces_of_request(key));
        }
        if kind == KeyKind::Task {
            found.tasks.insert(key.into());
        }
        found.tasks.extend(self.lines_of(&found.id).filter_map(|it| it.roles.task_id.clone()));
        found.tasks.extend(
            self.spans()
                .filter(|it| self.span_says(it, Role::Job, found.id.as_str()))
                .filter_map(|it| self.task_of(it)),
        );
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
        let traces = self.traces_of_request(key);
        let says_so = self.lines.values().any(|it| it.roles.request_id.as_deref() == Some(key));
        if says_so || !traces.is_empty() {
            let is_its = |it: &&LogRecord| {
                it.roles.request_id.as_deref() == Some(key)
                    || it.roles.trace.is_some_and(|trace| traces.contains(&trace))
            };
            let in_lines = self.lines.values().filter(is_its).find_map(|it| it.roles.job.clone());
            let job = in_lines.or_else(|| traces.iter().find_map(|it| self.job_in_trace(*it)));
            return (KeyKind::Request, job.unwrap_or_else(|| key.into()));
        }
        (KeyKind::Unknown, key.into())
    }

    /// The traces that lines and spans name together with a request's id.
    fn traces_of_request(&self, key: &str) -> BTreeSet<TraceId> {
        let of_lines = self.lines.values().filter(|it| it.roles.request_id.as_deref() == Some(key));
        let of_spans = self.spans().filter(|it| self.span_says(it, Role::RequestId, key));
        of_lines.filter_map(|it| it.roles.trace).chain(of_spans.map(|it| it.trace)).collect()
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

    fn task_of(&self, span: &Span) -> Option<TaskId> {
        span.attr(fields_for(&self.system.spans.roles, Role::TaskId)).map(|it| it.to_string().into())
    }

    fn job_in_trace(&self, trace: TraceId) -> Option<JobId> {
        let fields = fields_for(&self.system.spans.roles, Role::Job);
        self.traces.get(&trace)?.spans.iter().find_map(|it| it.attr(fields)).map(|it| it.to_string().into())
    }
}
