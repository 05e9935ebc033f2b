//! Time in queues: between whoever put the work in and the worker that took it.

use super::draft::{Draft, StageDraft};
use super::pieces::Pieces;
use super::stages::{Queued, Stages};
use super::{AttemptOutcome, Origin, QueueWait};
use crate::ids::{SpanId, TraceId};
use crate::system::Role;
use crate::time::{TimeDelta, Timestamp, parse_civil};

/// Two services whose clocks disagree: what one did last came, by its clock, before what the other did first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Skew {
    /// The service that seems to be early.
    pub(crate) early: String,
    /// The service that must have come first.
    pub(crate) late: String,
    /// By how much at least.
    pub(crate) by: TimeDelta,
}

/// The waits of one stage in order, and the clocks that were caught disagreeing.
///
/// No wait is negative: where clocks disagree there is none. A job that is over waits for nothing that was only inferred.
pub(crate) fn waits(
    pieces: &Pieces,
    stages: &Stages,
    stage_idx: usize,
    is_over: bool,
    skews: &mut Vec<Skew>,
) -> Vec<QueueWait> {
    let Some(stage) = stages.stages.get(stage_idx) else { return Vec::new() };
    let configured = pieces.system.stage(&stage.stage).and_then(|it| it.queue.clone());
    let queued: Vec<&Queued> = stages.queued_for(&stage.stage).collect();
    let is_retried =
        |before: Option<&Draft>| before.is_some_and(|it| it.attempt.outcome == AttemptOutcome::Retried);
    let wait =
        |start: Start, is_retry: bool, end: Option<Timestamp>, put_off_until: Option<Timestamp>| QueueWait {
            is_retry,
            queue: start.queue.or_else(|| configured.clone()),
            start: start.at,
            put_off_until: put_off_until
                .map(|it| end.map_or(it, |end| it.min(end)))
                .filter(|it| *it > start.at),
            end,
            from: start.from,
        };
    let mut waits = Vec::new();
    let mut before: Option<&Draft> = None;
    for draft in &stage.drafts {
        let end = draft.attempt.start;
        let direct = fed_by(pieces, draft);
        let told = direct
            .and_then(|it| queued.iter().find(|queued| queued.from == Origin::Span(it.0, it.1)).copied());
        let after = before.map(|it| it.attempt.start);
        let told = told.or_else(|| {
            queued
                .iter()
                .rev()
                .find(|it| it.began <= end && after.is_none_or(|after| it.began > after))
                .copied()
        });
        let start = match told {
            Some(it) => Some(Start { at: it.at, queue: it.queue.clone(), from: it.from }),
            None => {
                if before.is_none() {
                    skews.extend(queued.iter().filter(|it| it.is_skewed).find_map(|it| skew(it, draft)));
                }
                inferred_start(stages, stage_idx, before, end).filter(|_| configured.is_some())
            }
        };
        skews.extend(told.and_then(|it| skew(it, draft)));
        // What a lost worker had taken is given out again, and nobody says since when it waited for that.
        let lost = before.filter(|it| it.is_lost);
        let is_new = |it: &Start, lost: &Draft| it.from != Origin::Inferred && it.at > lost.attempt.start;
        let start = start.filter(|it| lost.is_none_or(|lost| is_new(it, lost)));
        // A retry is put into the queue while the attempt before it still runs.
        let not_before = before.map_or(Timestamp::from_nanos(i64::MIN), Draft::latest);
        if let Some(start) = start.map(|it| Start { at: it.at.max(not_before), ..it })
            && start.at < end
        {
            waits.push(wait(start, is_retried(before), Some(end), meant_for(pieces, draft)));
        }
        before = Some(draft);
    }
    let open = open_start(stages, stage_idx, &queued);
    waits.extend(
        open.filter(|it| !is_over && (it.is_told || configured.is_some()))
            .map(|it| wait(it.start, is_retried(stage.drafts.last()), None, None)),
    );
    waits
}

/// The earliest time that the attempt was meant for, where its span says one.
fn meant_for(pieces: &Pieces, draft: &Draft) -> Option<Timestamp> {
    let span = pieces.spans.get(draft.span?)?.span;
    parse_civil(&pieces.role(span, Role::NotBefore)?, 0)
}

struct Start {
    at: Timestamp,
    queue: Option<String>,
    from: Origin,
}

struct OpenStart {
    start: Start,
    is_told: bool,
}

/// The producer span right above an attempt's span, or that it links to.
fn fed_by(pieces: &Pieces, draft: &Draft) -> Option<(TraceId, SpanId)> {
    let piece = pieces.spans.get(draft.span?)?;
    let parent = piece.parent.and_then(|it| pieces.spans.get(it)).map(|it| (it.span.trace, it.span.id));
    let links = piece.span.links.iter().map(|it| (it.trace, it.span));
    let is_producer = |id: &(TraceId, SpanId)| {
        let span = pieces.span_at.get(id).and_then(|it| pieces.spans.get(*it));
        span.is_some_and(|it| it.span.kind == crate::trace::SpanKind::Producer)
    };
    parent.into_iter().chain(links).find(is_producer)
}

/// Where nobody says when it was put in: when the attempt before it failed, or the stage before it succeeded.
fn inferred_start(stages: &Stages, stage_idx: usize, before: Option<&Draft>, by: Timestamp) -> Option<Start> {
    let failed = before.filter(|it| it.attempt.outcome != AttemptOutcome::Done).and_then(|it| it.attempt.end);
    let succeeded = stage_before(stages, stage_idx)
        .and_then(|it| it.drafts.iter().rev().find_map(|it| succeeded_at(it, by)))
        .filter(|at| before.is_none_or(|it| *at > it.attempt.start));
    failed.max(succeeded).map(|at| Start { at, queue: None, from: Origin::Inferred })
}

/// The nearest pipeline stage before this one that was reached.
fn stage_before<'a>(stages: &'a Stages, stage_idx: usize) -> Option<&'a StageDraft> {
    let before = stages.stages.get(..stage_idx).filter(|_| stage_idx < stages.n_pipeline)?;
    before.iter().rev().find(|it| !it.drafts.is_empty())
}

fn succeeded_at(draft: &Draft, by: Timestamp) -> Option<Timestamp> {
    let end = draft.attempt.end.filter(|it| *it <= by);
    end.filter(|_| draft.attempt.outcome == AttemptOutcome::Done)
}

/// Since when the stage waits for a worker now, if it does.
fn open_start(stages: &Stages, stage_idx: usize, queued: &[&Queued]) -> Option<OpenStart> {
    let stage = stages.stages.get(stage_idx)?;
    let newest = stage.drafts.last();
    if newest.is_some_and(|it| it.attempt.outcome == AttemptOutcome::Running) {
        return None;
    }
    let since = newest.map(Draft::latest);
    let told = queued.iter().rev().find(|it| !it.is_skewed && since.is_none_or(|since| it.at > since));
    let told = told.map(|it| Start { at: it.at, queue: it.queue.clone(), from: it.from });
    let inferred = || {
        let retried = newest.filter(|it| it.attempt.outcome == AttemptOutcome::Retried && !stage.is_passed);
        let retried = retried.and_then(|it| it.attempt.end);
        let before = stage_idx.checked_sub(1).filter(|_| stage_idx < stages.n_pipeline);
        let before = before.and_then(|it| stages.stages.get(it)?.drafts.last());
        let before = before.filter(|it| it.attempt.outcome == AttemptOutcome::Done);
        let succeeded = before.and_then(|it| it.attempt.end);
        let succeeded = succeeded.filter(|at| newest.is_none_or(|it| *at > it.latest()) && !stage.is_passed);
        Some(Start { at: retried.max(succeeded)?, queue: None, from: Origin::Inferred })
    };
    let is_told = told.is_some();
    told.or_else(inferred).map(|start| OpenStart { start, is_told })
}

/// Less than this is no matter: a line is often written a little after what it tells of.
const MIN_SKEW: TimeDelta = TimeDelta::from_millis(100);

/// Clocks disagree when work began before putting it into the queue did.
fn skew(queued: &Queued, draft: &Draft) -> Option<Skew> {
    let by = queued.began - draft.attempt.start;
    let between_services = queued.service != draft.attempt.service;
    (by >= MIN_SKEW && between_services).then(|| Skew {
        early: draft.attempt.service.clone(),
        late: queued.service.clone(),
        by,
    })
}
