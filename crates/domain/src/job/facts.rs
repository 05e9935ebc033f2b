//! The header's facts, and why the job failed: each taken from the best piece that has it.

use std::sync::Arc;

use super::draft::{Draft, StageDraft, TOGETHER};
use super::pieces::Pieces;
use super::stages::Stages;
use super::verdict::Verdict;
use super::{Attempt, AttemptOutcome, Facts, Failure, JobState, Origin, StageRun};
use crate::ids::{JobId, StageId};
use crate::logs::{LogRecord, Roles};
use crate::system::{JobAttribute, JobKind, Role, fields_for};
use crate::time::{TimeDelta, TimeRange, Timestamp};

/// What the header says beside the state.
pub(crate) fn facts(
    pieces: &Pieces,
    id: &JobId,
    stages: &[StageRun],
    failure: Option<&Failure>,
    submitted: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Facts {
    Facts {
        kind: kind(pieces, id, stages),
        url: url(pieces),
        version: version(pieces, stages, failure),
        versions: versions(pieces, stages),
        caller: fact(pieces, Role::Caller, |it| it.caller.as_ref()),
        user: fact(pieces, Role::User, |it| it.user.as_ref()),
        mode: fact(pieces, Role::Mode, |it| it.mode.as_ref()),
        request_id: fact(pieces, Role::RequestId, |it| it.request_id.as_ref()),
        attributes: attributes(pieces),
        in_queues: in_queues(stages, until),
        between_attempts: between_attempts(stages, until),
        attempts: attempts(stages, failure, submitted),
    }
}

/// Attempts since the job was last submitted: at the stage that failed and at others that the same service did, since
/// a task of several stages is tried again as a whole; where none failed, at the stage that needed most.
fn attempts(stages: &[StageRun], failure: Option<&Failure>, submitted: Option<Timestamp>) -> u32 {
    let failed = failure.and_then(|it| it.stage.as_ref());
    let failed = stages.iter().find(|it| failed == Some(&it.stage)).and_then(|it| it.attempts.last());
    let is_ours = |it: &&Attempt| failed.is_none_or(|failed| it.service == failed.service);
    let before = |it: &Attempt| submitted.is_some_and(|at| it.start + TOGETHER < at);
    let of_stage = |it: &StageRun| {
        let numbers = |is_before| {
            let attempts = it.attempts.iter().filter(is_ours).filter(move |it| before(it) == is_before);
            attempts.map(|it| it.number).max().unwrap_or(0)
        };
        numbers(false).saturating_sub(numbers(true))
    };
    stages.iter().map(of_stage).max().unwrap_or(0)
}

/// The title of the first kind of job that fits.
fn kind(pieces: &Pieces, id: &JobId, runs: &[StageRun]) -> Option<String> {
    let is_of = |task: Option<&str>, kind: &JobKind| {
        task.is_some_and(|it| kind.tasks.iter().any(|known| known == it))
    };
    let fits = |kind: &&JobKind| {
        let by_id = !kind.id_prefix.is_empty() && id.as_str().starts_with(&kind.id_prefix);
        let by_line = || pieces.lines.iter().any(|it| is_of(it.roles.task.as_deref(), kind));
        let by_span =
            || pieces.spans.iter().any(|it| is_of(pieces.role(it.span, Role::Task).as_deref(), kind));
        let by_task = || !kind.tasks.is_empty() && (by_line() || by_span());
        let run = || runs.iter().find(|it| Some(&it.stage) == kind.stage.as_ref());
        by_id || by_task() || run().is_some_and(|it| !it.attempts.is_empty() || !it.waits.is_empty())
    };
    pieces.system.jobs.kinds.iter().find(fits).map(|it| it.title.clone())
}

/// Why the job failed, or for a job that has not ended, why its newest attempt did.
pub(crate) fn failure(pieces: &Pieces, stages: &Stages, verdict: &Verdict) -> Option<Failure> {
    let deciding = stages.deciding();
    let of_attempt = |(stage, draft): (usize, usize)| {
        let stage = deciding.get(stage)?;
        Some(stage.drafts.get(draft)?.failure(&stage.stage))
    };
    match verdict.state {
        JobState::Done => None,
        JobState::Failed => {
            let about_job = || {
                let line = stages.verdicts.iter().rev().find(|(is_good, _)| !is_good)?.1;
                Some(of_line(line))
            };
            let mut failure = verdict.failed_at.and_then(of_attempt).or_else(about_job).or_else(|| {
                let ended = verdict.ended?;
                Some(Failure {
                    stage: None,
                    code: None,
                    message: None,
                    exception: None,
                    at: ended.at,
                    from: ended.from,
                })
            })?;
            // What the job's own word of failure says completes what the stage's says.
            if let Some(job) = about_job() {
                failure.code = failure.code.or(job.code);
                failure.message = failure.message.or(job.message);
                failure.exception = failure.exception.or(job.exception);
            }
            failure.message = failure.message.or_else(|| span_message(pieces, failure.from));
            if let Some((stage, inner)) = verdict.failed_at.and_then(|it| innermost(stages, it)) {
                failure.stage = Some(stage.stage.clone());
                failure.code = failure.code.or_else(|| inner.trouble.code.clone());
                failure.message = failure.message.or_else(|| inner.trouble.message.clone());
                failure.exception = failure.exception.or_else(|| inner.trouble.exception.clone());
            }
            Some(failure)
        }
        JobState::Queued | JobState::Running | JobState::Stuck | JobState::Unknown => {
            let newest = deciding.iter().filter_map(|it| Some((it, it.drafts.last()?)));
            let (stage, draft) = newest.max_by_key(|(_, it)| it.attempt.start)?;
            has_failed(draft).then(|| draft.failure(&stage.stage))
        }
    }
}

/// The part of a failed attempt that failed: a stage beside the pipeline whose newest attempt lies within it and failed last.
fn innermost<'s>(stages: &'s Stages, (stage, draft): (usize, usize)) -> Option<(&'s StageDraft, &'s Draft)> {
    let outer = stages.deciding().get(stage)?.drafts.get(draft)?;
    let beside = stages.stages.get(stages.deciding().len()..)?;
    let newest = beside.iter().filter_map(|it| Some((it, it.drafts.last()?)));
    let within = newest.filter(|(_, it)| {
        it.attempt.outcome == AttemptOutcome::Failed
            && outer.attempt.start <= it.attempt.start
            && it.latest() <= outer.latest()
    });
    within.max_by_key(|(_, it)| it.latest())
}

fn has_failed(draft: &Draft) -> bool {
    matches!(draft.attempt.outcome, AttemptOutcome::Retried | AttemptOutcome::Failed)
}

fn of_line(line: &LogRecord) -> Failure {
    Failure {
        stage: line.roles.failed_stage.clone().or_else(|| line.event.as_ref()?.stage.clone()),
        code: line.roles.error_code.clone(),
        message: line.roles.error.clone().or_else(|| line.roles.reason.clone()),
        exception: line.roles.exception.clone(),
        at: line.time,
        from: Origin::Line(line.key),
    }
}

fn span_message(pieces: &Pieces, from: Origin) -> Option<String> {
    let Origin::Span(trace, id) = from else { return None };
    let span = pieces.spans.get(*pieces.span_at.get(&(trace, id))?)?.span;
    (!span.status_message.is_empty()).then(|| span.status_message.to_string())
}

/// The first line that has it, else the first span that has the best of the role's attributes.
fn fact(pieces: &Pieces, role: Role, of_line: impl Fn(&Roles) -> Option<&String>) -> Option<String> {
    let by_line = pieces.lines.iter().find_map(|it| of_line(&it.roles).filter(|it| !it.is_empty()).cloned());
    by_line.or_else(|| by_span(pieces, role, |_| true))
}

fn by_span(pieces: &Pieces, role: Role, fits: impl Fn(&str) -> bool) -> Option<String> {
    let fields = fields_for(&pieces.system.spans.roles, role);
    fields.iter().find_map(|field| {
        let texts = pieces.spans.iter().filter_map(|it| it.span.attr(std::slice::from_ref(field)));
        texts.map(ToString::to_string).find(|it| !it.is_empty() && fits(it))
    })
}

/// What the system file names beside the roles: of each the first line that has it, else the first span.
fn attributes(pieces: &Pieces) -> Vec<(Arc<str>, String)> {
    let told = |it: &JobAttribute| {
        let by_line = pieces.lines.iter().find_map(|line| line.field(&it.name)).map(str::to_owned);
        let by_span = || pieces.spans.iter().find_map(|span| Some(span.span.attr(&it.fields)?.to_string()));
        Some((it.name.clone(), by_line.or_else(by_span)?))
    };
    pieces.system.jobs.attributes.iter().filter_map(told).collect()
}

/// What the job is about: a whole address before a mere path, which is some request's.
fn url(pieces: &Pieces) -> Option<String> {
    let is_whole = |it: &str| it.contains("://");
    let in_lines = |fits: &dyn Fn(&str) -> bool| {
        pieces.lines.iter().find_map(|it| it.roles.url.clone().filter(|it| !it.is_empty() && fits(it)))
    };
    in_lines(&is_whole)
        .or_else(|| by_span(pieces, Role::Url, is_whole))
        .or_else(|| in_lines(&|_| true))
        .or_else(|| by_span(pieces, Role::Url, |_| true))
}

/// The version of the service that failed, else of the last that worked, else of any.
fn version(pieces: &Pieces, stages: &[StageRun], failure: Option<&Failure>) -> Option<String> {
    let attempts = stages.iter().flat_map(|stage| stage.attempts.iter().map(move |it| (&stage.stage, it)));
    let of_failure =
        attempts.clone().filter(|(stage, _)| failure.is_some_and(|it| it.stage.as_ref() == Some(stage)));
    let service =
        of_failure.max_by_key(|(_, it)| it.start).or_else(|| attempts.max_by_key(|(_, it)| it.start));
    let of_service = service.and_then(|(_, it)| version_of(pieces, &it.service));
    of_service.or_else(|| fact(pieces, Role::Version, |it| it.version.as_ref()))
}

/// The version of the service that worked last at each stage, for those that are told.
fn versions(pieces: &Pieces, stages: &[StageRun]) -> Vec<(StageId, String)> {
    let of_stage = |it: &StageRun| {
        let last = it.attempts.iter().max_by_key(|it| it.start)?;
        Some((it.stage.clone(), version_of(pieces, &last.service)?))
    };
    stages.iter().filter_map(of_stage).collect()
}

/// The version that a service says last of itself.
fn version_of(pieces: &Pieces, service: &str) -> Option<String> {
    let by_line = pieces.lines.iter().rev().filter(|it| *it.service == *service);
    let by_span = pieces.spans.iter().rev().filter(|it| it.span.service() == service);
    let by_span = || by_span.filter_map(|it| pieces.role(it.span, Role::Version)).next();
    by_line.filter_map(|it| it.roles.version.clone()).next().or_else(by_span)
}

/// All time in queues; open waits last until `until`.
fn in_queues(stages: &[StageRun], until: Option<Timestamp>) -> TimeDelta {
    let waits = stages.iter().flat_map(|it| &it.waits);
    union(waits.filter_map(|it| Some((it.in_queue_since()?, it.end.or(until)?))))
}

/// All time before retries of which nobody tells how much was a queue's; open waits last until `until`.
fn between_attempts(stages: &[StageRun], until: Option<Timestamp>) -> TimeDelta {
    let waits = stages.iter().flat_map(|it| &it.waits).filter(|it| it.in_queue_since().is_none());
    union(waits.filter_map(|it| Some((it.start, it.end.or(until)?))))
}

/// How long all of it is, overlaps counted once.
fn union(ranges: impl Iterator<Item = (Timestamp, Timestamp)>) -> TimeDelta {
    let mut ranges: Vec<(Timestamp, Timestamp)> = ranges.filter(|(start, end)| start < end).collect();
    ranges.sort();
    let mut total = TimeDelta::ZERO;
    let mut reached: Option<Timestamp> = None;
    for (start, end) in ranges {
        let start = reached.map_or(start, |it| it.max(start));
        if start < end {
            total = total + TimeRange { start, end }.length();
            reached = Some(end);
        }
    }
    total
}
