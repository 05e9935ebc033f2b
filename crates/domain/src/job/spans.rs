//! Which spans are attempts at a stage, and what they say about it.

use super::draft::Draft;
use super::pieces::{Pieces, SpanPiece};
use super::{AttemptOutcome, Origin};
use crate::attr::Attributes;
use crate::ids::{SpanId, StageId, TaskId, TraceId};
use crate::sorted::{SortedMap, SortedSet};
use crate::system::Role;
use crate::trace::{Span, SpanKind, SpanStatus};

/// What the spans show of the stages.
pub(crate) struct Seen {
    /// Attempts by stage, in order of their start.
    pub(crate) attempts: SortedMap<StageId, Vec<Draft>>,
    /// Parts of attempts whose own span the store does not have: one draft for each missing parent.
    pub(crate) parts: SortedMap<StageId, Vec<Draft>>,
}

/// Finds the attempts among the spans: consumers, and at stages without a queue the topmost spans.
pub(crate) fn attempts(pieces: &Pieces) -> Seen {
    let consumers: SortedSet<(TraceId, &StageId)> = (pieces.spans.iter())
        .filter(|it| it.span.kind == SpanKind::Consumer)
        .filter_map(|it| Some((it.span.trace, it.stage.as_ref()?)))
        .collect();
    let mut attempts: SortedMap<StageId, Vec<Draft>> = SortedMap::new();
    let mut strays: Vec<((&StageId, TraceId, SpanId), usize)> = Vec::new();
    for (i, piece) in pieces.spans.iter().enumerate() {
        let Some(stage) = piece.stage.as_ref() else { continue };
        if !is_top(pieces, piece) || !is_own_work(pieces, piece, stage) {
            continue;
        }
        let has_consumer = consumers.contains(&(piece.span.trace, stage));
        let may_be_work = !has_consumer && works_at_once(pieces, piece, stage);
        let is_part = match piece.span.kind {
            SpanKind::Internal | SpanKind::Client | SpanKind::Unspecified => piece.is_orphan(),
            SpanKind::Server | SpanKind::Producer | SpanKind::Consumer => false,
        };
        let is_attempt = match piece.span.kind {
            SpanKind::Producer => false,
            SpanKind::Consumer => true,
            SpanKind::Server | SpanKind::Internal | SpanKind::Client | SpanKind::Unspecified => {
                may_be_work && !is_part
            }
        };
        if is_attempt {
            attempts.entry(stage.clone()).or_default().push(attempt(pieces, i, piece));
        } else if let Some(parent) = piece.span.parent.filter(|_| is_part) {
            strays.push(((stage, piece.span.trace, parent), i));
        }
    }
    let mut parts: SortedMap<StageId, Vec<Draft>> = SortedMap::new();
    // There may be as many missing parents as spans.
    strays.sort_unstable();
    for of_one_parent in strays.chunk_by(|a, b| a.0 == b.0) {
        let spans: Vec<usize> = of_one_parent.iter().map(|it| it.1).collect();
        if let Some(((stage, ..), _)) = of_one_parent.first() {
            parts.entry((*stage).clone()).or_default().extend(hull(pieces, &spans));
        }
    }
    Seen { attempts, parts }
}

/// Whether a request to the stage is its work. Where the stage has a queue, a request puts the work into it, unless it
/// says that it is synchronous.
fn works_at_once(pieces: &Pieces, piece: &SpanPiece, stage: &StageId) -> bool {
    let has_queue = pieces.system.stage(stage).is_some_and(|it| it.queue.is_some());
    let mode = || pieces.role(piece.span, Role::Mode).unwrap_or_default().to_ascii_lowercase();
    !has_queue || mode().starts_with("sync")
}

/// Whether no span above it is work at the same stage that it is a part of.
fn is_top(pieces: &Pieces, piece: &SpanPiece) -> bool {
    let Some(parent) = piece.parent.and_then(|it| pieces.spans.get(it)) else { return true };
    let covers = parent.span.start <= piece.span.start && piece.span.end <= parent.span.end;
    parent.stage != piece.stage
        || parent.span.kind == SpanKind::Producer
        || (piece.span.kind == SpanKind::Consumer && !covers)
}

/// Whether the span is of a service that does this stage, and not of one that only hears of it.
fn is_own_work(pieces: &Pieces, piece: &SpanPiece, stage: &StageId) -> bool {
    let of_stage = pieces.system.stage(stage).and_then(|it| it.service.as_deref());
    let of_span = pieces.system.service_named(piece.span.service()).map(|it| it.name.as_str());
    piece.span.kind == SpanKind::Consumer || of_stage.zip(of_span).is_none_or(|(a, b)| a == b)
}

fn attempt(pieces: &Pieces, i: usize, piece: &SpanPiece) -> Draft {
    let span = piece.span;
    let mut draft = Draft::new(span.start, span.service(), Origin::Span(span.trace, span.id));
    draft.span = Some(i);
    draft.attempt.end = Some(span.end.max(span.start));
    draft.task_id = pieces.role(span, Role::TaskId).map(TaskId::from);
    draft.said_number =
        pieces.role(span, Role::Retries).and_then(|it| it.parse::<u32>().ok()).map(|it| it + 1);
    let (outcome, is_inferred) = outcome(pieces, span);
    draft.attempt.outcome = outcome;
    draft.is_inferred = is_inferred;
    if matches!(outcome, AttemptOutcome::Failed | AttemptOutcome::Retried) {
        let exception = exception(span);
        let text =
            |name| exception.and_then(|it| it.get(name)).map(ToString::to_string).filter(|it| !it.is_empty());
        let status = (!span.status_message.is_empty()).then(|| span.status_message.to_string());
        let message = text("exception.message").or(status);
        draft.attempt.reason = pieces.role(span, Role::Reason).or_else(|| message.clone());
        let message = pieces.role(span, Role::Error).or(message);
        let kind = text("exception.type").or_else(|| pieces.role(span, Role::Exception));
        draft.trouble.take(pieces.role(span, Role::ErrorCode), message, kind);
    }
    draft
}

/// How a span says that it ended, and whether that is read from its silence.
fn outcome(pieces: &Pieces, span: &Span) -> (AttemptOutcome, bool) {
    let rules = &pieces.system.spans;
    let state = pieces.role(span, Role::Status);
    let says = |words: &[String]| state.as_ref().is_some_and(|it| words.contains(it));
    if says(&rules.retry_states) {
        (AttemptOutcome::Retried, false)
    } else if state.is_none() && pieces.role(span, Role::Reason).is_some() {
        // Only a reason to try again is given, which some instrumentations do for the last attempt as well.
        (AttemptOutcome::Retried, true)
    } else if says(&rules.failure_states) || span.status == SpanStatus::Error {
        (AttemptOutcome::Failed, false)
    } else if says(&rules.success_states) || span.status == SpanStatus::Ok {
        (AttemptOutcome::Done, false)
    } else if pieces.system.jobs.done_is_inferred {
        (AttemptOutcome::Done, true)
    } else {
        (AttemptOutcome::Unknown, false)
    }
}

/// The newest exception that a span recorded.
fn exception(span: &Span) -> Option<&Attributes> {
    span.events.iter().rev().find(|it| &*it.name == "exception").map(|it| &it.attributes)
}

/// The attempt that must have been around parts whose parent is not stored.
fn hull(pieces: &Pieces, spans: &[usize]) -> Option<Draft> {
    let parts: Vec<&Span> = spans.iter().filter_map(|it| Some(pieces.spans.get(*it)?.span)).collect();
    let first = parts.first()?;
    let mut draft = Draft::new(first.start, first.service(), Origin::Span(first.trace, first.id));
    draft.attempt.end = parts.iter().map(|it| it.end.max(it.start)).max();
    draft.has_stray_parts = true;
    draft.attempt.outcome = AttemptOutcome::Unknown;
    draft.span = spans.first().copied();
    Some(draft)
}
