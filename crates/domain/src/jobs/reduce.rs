//! From a job to its row.

use std::sync::Arc;

use super::field::Field;
use super::row::{JobRow, Segment, SegmentKind, TraceKept, host_of};
use crate::fingerprint::{Fingerprint, has_failed, template};
use crate::job::{Evidence, Job, StageRun};
use crate::letters::in_small;
use crate::logs::EventKind;
use crate::sorted::SortedSet;
use crate::system::{Role, System, fields_for};
use crate::time::Timestamp;
use crate::trace::{Span, SpanKind, Trace};

/// Stretches that a row keeps at most: more could not be told apart in so small a picture.
const MAX_SEGMENTS: usize = 24;

/// The row of a job that was assembled from this evidence; `None` where nothing says when it was.
pub(super) fn reduce(system: &System, keyed_by: Role, job: Job, evidence: &Evidence) -> Option<JobRow> {
    let last_seen = job.last_seen?;
    let start = job.submitted.map_or(last_seen, |it| it.at);
    let start_is_told = is_start_told(system, &job, evidence);
    let has_trace = evidence.has_spans();
    let failure = job.failure.as_ref();
    let fingerprint = failure.map(Fingerprint::of);
    // The first task of what was read is not the first of a job that began before.
    let operation = if start_is_told { operation(system, evidence) } else { None };
    let reasons = reasons(&job.stages);
    let mut row = JobRow {
        keyed_by,
        state: job.state,
        kind: job.facts.kind.clone(),
        stage: job.reached(system).cloned(),
        reached: job.reached_stages().cloned().collect(),
        failed_stage: failure.and_then(|it| it.stage.clone()),
        error_code: failure.and_then(|it| it.code.clone()),
        error: failure.and_then(|it| it.message.clone().or_else(|| it.exception.clone())),
        failure_key: fingerprint.as_ref().filter(|_| has_failed(job.state)).map(Fingerprint::key),
        failure: fingerprint,
        n_tasks: evidence
            .lines
            .iter()
            .filter_map(|it| it.roles.task.as_ref())
            .collect::<SortedSet<_>>()
            .len(),
        attempts: job.facts.attempts,
        start,
        start_is_told,
        end: job.ended.map(|it| it.at),
        last_seen,
        in_queues: job.facts.in_queues,
        segments: segments(system, &job.stages),
        attributes: job.facts.attributes.iter().map(|(name, value)| Field::attribute(name, value)).collect(),
        services: services(&job, evidence),
        operation,
        mode: job.facts.mode,
        version: job.facts.version,
        versions: job.facts.versions,
        domain: job.facts.url.as_deref().and_then(host_of),
        url: job.facts.url,
        users: users(job.facts.user, evidence),
        request_id: job.facts.request_id,
        queues: queues(&job.stages, evidence),
        traces: evidence.trace_ids(),
        trace: if has_trace { TraceKept::Kept } else { TraceKept::Unknown },
        n_lines: evidence.lines.len(),
        words: String::new(),
        id: job.id,
        because: job.because,
    };
    row.words = words(&row, reasons);
    Some(row)
}

/// Whether its beginning is told: where lines tell of submissions to the pipeline, by one, or by a trace that a request
/// began and that went on to work. Work beside the pipeline begins with its first sign.
fn is_start_told(system: &System, job: &Job, evidence: &Evidence) -> bool {
    let is_submission = |kind: EventKind| kind == EventKind::JobSubmitted;
    let has_submissions = system.logs.events.iter().any(|it| is_submission(it.kind));
    let mut reached = job.reached_stages().peekable();
    let is_beside = reached.peek().is_some()
        && reached.all(|it| system.stage(it).is_some_and(|stage| !stage.in_pipeline));
    let mut events = evidence.lines.iter().filter_map(|it| it.event.as_ref());
    !has_submissions
        || is_beside
        || events.any(|it| is_submission(it.kind))
        || evidence.traces.iter().any(tells_submission)
}

/// Whether its first span is a request, and another one hands work on or takes it: to ask how a job stands begins a trace,
/// too.
fn tells_submission(trace: &Trace) -> bool {
    let is_request = |it: &Span| Some(it.id) == trace.first && it.kind == SpanKind::Server;
    let is_work = |it: &Span| matches!(it.kind, SpanKind::Producer | SpanKind::Consumer);
    trace.spans.iter().any(is_request) && trace.spans.iter().any(is_work)
}

fn segments(system: &System, stages: &[StageRun]) -> Vec<Segment> {
    let mut segments = Vec::new();
    for run in stages {
        let colour = system.stage_colour(&run.stage).and_then(|it| u8::try_from(it).ok());
        let waits = run.waits.iter().map(|it| (SegmentKind::Wait, it.start, it.end));
        let work = run.attempts.iter().map(|it| (SegmentKind::Work(it.outcome), it.start, it.end));
        segments.extend(waits.chain(work).map(|(kind, from, to)| Segment { kind, colour, from, to }));
    }
    segments.sort_by_key(|it| (it.from, it.to.is_none(), it.to));
    segments.truncate(MAX_SEGMENTS);
    segments
}

/// The services whose lines and spans there are, and those that worked.
fn services(job: &Job, evidence: &Evidence) -> Vec<Arc<str>> {
    let mut names: SortedSet<Arc<str>> = evidence.lines.iter().map(|it| it.service.clone()).collect();
    names.extend(job.stages.iter().flat_map(|it| &it.attempts).map(|it| it.service.as_str().into()));
    names.into_iter().filter(|it| !it.is_empty()).collect()
}

/// Who asked for it, then the others whom its lines name.
fn users(own: Option<String>, evidence: &Evidence) -> Vec<String> {
    let named: SortedSet<&String> = evidence.lines.iter().filter_map(|it| it.roles.user.as_ref()).collect();
    let others: Vec<String> = named.into_iter().filter(|it| own.as_ref() != Some(*it)).cloned().collect();
    own.into_iter().chain(others).collect()
}

fn queues(stages: &[StageRun], evidence: &Evidence) -> Vec<String> {
    let of_waits = stages.iter().flat_map(|it| &it.waits).filter_map(|it| it.queue.clone());
    let of_lines = evidence.lines.iter().filter_map(|it| it.roles.queue.clone());
    let names: SortedSet<String> = of_waits.chain(of_lines).filter(|it| !it.is_empty()).collect();
    names.into_iter().collect()
}

/// What a job does: the name of the first task that lines name, else spans; of a request that names none, its route.
pub fn operation(system: &System, evidence: &Evidence) -> Option<String> {
    let of_lines = evidence.lines.iter().filter_map(|it| Some(((it.time, it.key), it.roles.task.as_ref()?)));
    let by_line = of_lines.min_by_key(|(at, _)| *at).map(|(_, task)| task.clone());
    let by_span = || {
        let fields = fields_for(&system.spans.roles, Role::Task);
        let spans = evidence.traces.iter().flat_map(|it| &it.spans);
        let tasks = spans.filter_map(|it| Some(((it.start, it.id), it.attr(fields)?.to_string())));
        tasks.min_by_key(|(at, _): &((Timestamp, _), String)| *at).map(|(_, task)| task)
    };
    let by_path = || evidence.lines.iter().find_map(|it| it.roles.url.as_deref().and_then(route));
    by_line.or_else(by_span).or_else(by_path)
}

/// The route of a path, such as `/images/<id>/status`: what every request of the kind has, without what is one's own.
/// `None` for a whole address, which is what a job is about and not where it was asked for.
fn route(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next().filter(|it| it.starts_with('/'))?;
    let is_version =
        |it: &str| it.strip_prefix('v').is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit()));
    let part = |it: &str| if is_version(it) { it.to_owned() } else { template(it) };
    Some(path.split('/').map(part).collect::<Vec<_>>().join("/"))
}

/// Why attempts failed, also those of a job that went well in the end.
fn reasons(stages: &[StageRun]) -> SortedSet<String> {
    let attempts = stages.iter().flat_map(|it| &it.attempts);
    attempts.flat_map(|it| [&it.reason, &it.error_code]).flatten().cloned().collect()
}

/// Everything of a row that a person may search for, in lower case, one a line.
fn words(row: &JobRow, reasons: SortedSet<String>) -> String {
    let mut words = in_small(row.id.as_str());
    let mut add = |text: &str| {
        words.push('\n');
        words.push_str(&in_small(text));
    };
    add(row.state.name());
    let texts = [
        &row.kind,
        &row.error_code,
        &row.error,
        &row.operation,
        &row.mode,
        &row.version,
        &row.url,
        &row.request_id,
    ];
    texts.into_iter().flatten().for_each(|it| add(it));
    row.failure.as_ref().and_then(|it| it.exception.as_deref()).into_iter().for_each(&mut add);
    let is_new =
        |it: &&String| ![&row.error, &row.error_code].into_iter().flatten().any(|known| known == *it);
    reasons.iter().filter(is_new).for_each(|it| add(it));
    [&row.stage, &row.failed_stage].into_iter().flatten().for_each(|it| add(it.as_str()));
    row.users.iter().for_each(|it| add(it));
    row.attributes.iter().for_each(|it| add(it));
    row.services.iter().for_each(|it| add(it));
    row.queues.iter().for_each(|it| add(it));
    row.traces.iter().for_each(|it| add(&it.to_string()));
    words
}
