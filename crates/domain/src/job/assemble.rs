//! From evidence to a job: the one door through which pages and plans come.

use super::draft::StageDraft;
use super::pieces::Pieces;
use super::stages::Stages;
use super::{
    AttemptOutcome, Evidence, Job, JobState, Moment, Origin, StageRun, StageState, facts, notes, stages,
    verdict, waits,
};
use crate::ids::JobId;
use crate::system::System;
use crate::time::Timestamp;

/// Puts a job together from whatever evidence there is, as it stands at `now`.
///
/// Pure, and the same for any order of the evidence: spans give times, lines give reasons, and an attempt that both
/// tell of is one attempt. Says nothing that no piece of evidence says, and marks what it inferred. Lines and spans
/// that name another job are left out, unless none names this one.
pub fn assemble(system: &System, id: &JobId, evidence: &Evidence, now: Timestamp) -> Job {
    let pieces = Pieces::gather(system, id, evidence);
    let stages = stages::put_together(&pieces);
    let last_line = pieces.lines.last().map(|it| it.time);
    let last_span = pieces.spans.iter().map(|it| it.span.end.max(it.span.start)).max();
    let last_seen = last_line.max(last_span);
    let verdict = verdict::decide(&pieces, &stages, last_seen, &evidence.unreachable, now);

    let is_over = matches!(verdict.state, JobState::Done | JobState::Failed);
    let mut skews = Vec::new();
    let runs: Vec<StageRun> = (stages.stages.iter().enumerate())
        .map(|(i, stage)| {
            let waits = waits::waits(&pieces, &stages, i, is_over, &mut skews);
            StageRun {
                stage: stage.stage.clone(),
                state: stage_state(stage, waits.iter().any(|it| it.end.is_none()), is_over),
                attempts: stage.drafts.iter().map(|it| it.attempt.clone()).collect(),
                waits,
            }
        })
        .collect();
    let failure = facts::failure(&pieces, &stages, &verdict);
    let until = verdict.ended.map_or(now, |it| it.at);
    let submitted_last = stages.submitted.last().map(|it| it.time);
    let facts = facts::facts(&pieces, id, &runs, failure.as_ref(), submitted_last, Some(until));
    let notes = notes::notes(&pieces, evidence, &stages, &runs, verdict.state, skews);
    let submitted = submitted(&pieces, &stages, &runs);
    Job {
        id: id.clone(),
        state: verdict.state,
        because: verdict.because,
        decided_by: verdict.decided_by,
        submitted,
        ended: verdict.ended,
        last_seen,
        stages: runs,
        failure,
        facts,
        notes,
    }
}

/// When it was accepted: by the first word of it, else the first sign of anything; a line that says how long an attempt took
/// is a sign of when that began.
fn submitted(pieces: &Pieces, stages: &Stages, runs: &[StageRun]) -> Option<Moment> {
    let said = stages.submitted.first().map(|it| Moment { at: it.time, from: Origin::Line(it.key) });
    let first_span = pieces.spans.first().map(|it| it.span);
    let first_span = first_span.map(|it| Moment { at: it.start, from: Origin::Span(it.trace, it.id) });
    let first_line = pieces.lines.first().map(|it| Moment { at: it.time, from: Origin::Line(it.key) });
    let attempts = runs.iter().flat_map(|it| &it.attempts).map(|it| Moment { at: it.start, from: it.from });
    // Of several at one instant the span, then the line.
    said.or_else(|| first_span.into_iter().chain(first_line).chain(attempts).min_by_key(|it| it.at))
}

fn stage_state(stage: &StageDraft, has_open_wait: bool, is_over: bool) -> StageState {
    let Some(newest) = stage.drafts.last() else {
        return if has_open_wait { StageState::Waiting } else { StageState::Never };
    };
    match newest.attempt.outcome {
        AttemptOutcome::Running => StageState::Running,
        AttemptOutcome::Done | AttemptOutcome::Failed if has_open_wait => StageState::Waiting,
        AttemptOutcome::Done => StageState::Done,
        AttemptOutcome::Failed => StageState::Failed,
        AttemptOutcome::Retried if stage.is_passed => StageState::Done,
        // A retry was announced, and the job ended without one.
        AttemptOutcome::Retried if is_over => StageState::Unknown,
        AttemptOutcome::Retried => StageState::Retrying,
        AttemptOutcome::Unknown => StageState::Unknown,
    }
}
