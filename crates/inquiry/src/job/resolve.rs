//! What a key turned out to be, and which lines and traces belong to the job behind it.

use std::collections::HashMap;

use domain::attr::AttrValue;
use domain::ids::{JobId, SpanId, TaskId, TraceId};
use domain::logs::LogRecord;
use domain::sorted::SortedSet;
use domain::system::{Role, System, fields_for};
use domain::trace::{Span, Trace};

use super::JobInquiry;
use crate::transport::Transport;

/// Spans that are read before the screen may be painted again.
const SPANS_AT_A_TIME: usize = 10_000;

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
    /// The id that a gateway gave the request that began it.
    Request,
    /// Nothing that was found so far.
    Unknown,
}

/// The job behind a key, as far as is known.
pub(super) struct Found {
    pub(super) kind: KeyKind,
    pub(super) id: JobId,
    pub(super) tasks: SortedSet<TaskId>,
    pub(super) traces: SortedSet<TraceId>,
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

/// What the spans of one trace name: read once, since a trace may have tens of thousands of spans.
#[derive(Debug, Default)]
pub struct NamedInTrace {
    /// What the first span says that names a job.
    first_job: Option<String>,
    /// Whether a span names the key as its job.
    names_job: bool,
    /// Whether a span names the key as the id of its request at the gateway.
    names_request: bool,
    /// Tasks, each with the job that its span names, or else the nearest ancestor that names one: what puts work into a
    /// queue seldom does itself.
    tasks: SortedSet<(String, Option<String>)>,
}

impl NamedInTrace {
    /// Reads what matters about `key`, and lets the thread do something else now and then.
    pub(super) async fn read(system: &System, trace: &Trace, key: &str, transport: &dyn Transport) -> Self {
        let fields = |role| fields_for(&system.spans.roles, role);
        let (job_fields, request_fields, task_fields) =
            (fields(Role::Job), fields(Role::RequestId), fields(Role::TaskId));
        let mut named = Self::default();
        let mut tasks = Vec::new();
        for (n, span) in trace.spans.iter().enumerate() {
            if n % SPANS_AT_A_TIME == SPANS_AT_A_TIME - 1 {
                transport.breathe().await;
            }
            if let Some(job) = span.attr(job_fields) {
                named.first_job.get_or_insert_with(|| job.to_string());
                named.names_job |= job.reads_as(key);
            }
            named.names_request |= span.attr(request_fields).is_some_and(|it| it.reads_as(key));
            tasks.extend(span.attr(task_fields).map(|it| (span, it.to_string())));
        }
        let by_id: HashMap<SpanId, &Span> = if named.first_job.is_none() || tasks.is_empty() {
            HashMap::new()
        } else {
            trace.spans.iter().map(|it| (it.id, it)).collect()
        };
        let job_of = |span: &Span| span.attr(job_fields).map(AttrValue::to_string);
        named.tasks.extend(tasks.into_iter().map(|(span, task)| {
            let line = std::iter::successors(Some(span), |it| by_id.get(&it.parent?).copied());
            (task, line.take(MAX_DEPTH).find_map(job_of))
        }));
        named
    }
}

impl JobInquiry {
    /// What the key is, by what has come so far.
    pub(super) fn resolve(&self) -> Found {
        let key = self.question.key.as_str();
        let trace_key = key.parse::<TraceId>().ok().filter(|_| key.len() >= 16);
        let (kind, id) = self.kind_and_id(key, trace_key);
        let request = (kind == KeyKind::Request).then(|| key.to_owned());
        let mut found = Found { kind, id, tasks: SortedSet::new(), traces: SortedSet::new(), request };
        if kind == KeyKind::Request {
            found.traces.extend(self.traces_of_request(key));
        }
        if kind == KeyKind::Task {
            found.tasks.insert(key.into());
        }
        found.tasks.extend(self.lines_of(&found.id).filter_map(|it| it.roles.task_id.clone()));
        let of_job = |it: &&(String, Option<String>)| it.1.as_deref() == Some(found.id.as_str());
        let tasks = self.named.values().flat_map(|it| &it.tasks).filter(of_job);
        let tasks: Vec<TaskId> = tasks.map(|it| it.0.as_str().into()).collect();
        found.tasks.extend(tasks);
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
            || self.named.values().any(|it| it.names_job)
        {
            return (KeyKind::Job, key.into());
        }
        let by_task = |it: &&LogRecord| it.roles.task_id.as_ref().is_some_and(|task| task.as_str() == key);
        let task_trace = self.named.values().find(|it| it.tasks.iter().any(|it| it.0 == key));
        if task_trace.is_some() || self.lines.values().any(|it| by_task(&it)) {
            let in_lines = self.lines.values().filter(by_task).find_map(|it| it.roles.job.clone());
            let in_span = || task_trace.and_then(|it| it.first_job.as_deref()).map(JobId::from);
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
    fn traces_of_request(&self, key: &str) -> SortedSet<TraceId> {
        let of_lines = self.lines.values().filter(|it| it.roles.request_id.as_deref() == Some(key));
        let of_spans = self.named.iter().filter(|it| it.1.names_request).map(|it| *it.0);
        of_lines.filter_map(|it| it.roles.trace).chain(of_spans).collect()
    }

    fn lines_of<'a>(&'a self, id: &'a JobId) -> impl Iterator<Item = &'a LogRecord> {
        self.lines.values().filter(move |it| it.roles.job.as_ref() == Some(id))
    }

    fn job_in_trace(&self, trace: TraceId) -> Option<JobId> {
        self.named.get(&trace)?.first_job.as_deref().map(JobId::from)
    }
}
