//! Sentences about where the picture came from, what is missing in it and why, and what is doubtful.

use super::pieces::{Pieces, SpanPiece};
use super::stages::{SLOW_TO_PUT, Stages};
use super::waits::Skew;
use super::{Attempt, AttemptOutcome, Evidence, JobState, Note, NoteKind, Origin, StageRun};
use crate::ids::TraceId;
use crate::system::Role;
use crate::trace::SpanKind;

/// Every note, in order of their kinds.
pub(crate) fn notes(
    pieces: &Pieces,
    evidence: &Evidence,
    stages: &Stages,
    runs: &[StageRun],
    state: JobState,
    skews: Vec<Skew>,
) -> Vec<Note> {
    let mut notes = vec![Note { kind: NoteKind::Source, text: source(pieces) }];
    let mut add = |kind: NoteKind, text: String| notes.push(Note { kind, text });
    let mut not_kept = evidence.traces_not_kept.clone();
    not_kept.sort();
    not_kept.dedup();
    not_kept.retain(|id| !pieces.spans.iter().any(|it| it.span.trace == *id));
    if let Some(text) = why_not_kept(pieces, &not_kept, state) {
        add(NoteKind::Missing, text);
    }
    let mut partial: Vec<&String> = evidence.traces.iter().filter_map(|it| it.partial.as_ref()).collect();
    partial.sort();
    partial.dedup();
    for reason in partial {
        add(NoteKind::Missing, format!("A trace is not whole: {reason}."));
    }
    let n_orphans = pieces.spans.iter().filter(|it| it.is_orphan()).count();
    if n_orphans > 0 {
        let told = match n_orphans {
            1 => "1 span has a parent that is not stored: drawn where its stage is.".to_owned(),
            n => format!("{n} spans have a parent that is not stored: drawn where their stage is."),
        };
        add(NoteKind::Missing, told);
    }
    // Where a source did not answer, that is said below: whether there are lines is not known.
    if pieces.lines.is_empty() && !pieces.spans.is_empty() && evidence.unreachable.is_empty() {
        add(NoteKind::Missing, "No log lines were found: reasons and error codes may be missing.".to_owned());
    }
    if let Some(text) = without_spans(pieces, runs) {
        add(NoteKind::Missing, text);
    }
    if let Some(text) = spans_to_come(pieces, runs) {
        add(NoteKind::Source, text);
    }
    if state == JobState::Done {
        let unseen = runs.iter().take(stages.n_pipeline).filter(|it| it.attempts.is_empty());
        let unseen: Vec<String> = unseen.map(|it| super::verdict::title(pieces, &it.stage)).collect();
        if !unseen.is_empty() {
            add(
                NoteKind::Missing,
                format!("The job succeeded, but nothing was found of {}.", listed(&unseen)),
            );
        }
    }
    for text in lost_attempts(pieces, stages) {
        add(NoteKind::Doubt, text);
    }
    for text in slow_to_put(pieces) {
        add(NoteKind::Doubt, text);
    }
    let mut unreachable: Vec<String> = evidence.unreachable.iter().map(|it| it.text.clone()).collect();
    unreachable.sort();
    unreachable.dedup();
    for text in unreachable {
        add(NoteKind::Missing, format!("{text}: what it knows of this job is not in the picture."));
    }
    let mut skews = skews;
    skews.sort_by_key(|it| (it.early.clone(), it.late.clone(), -it.by));
    skews.dedup_by_key(|it| (it.early.clone(), it.late.clone()));
    for skew in skews {
        let (early, late, by) = (skew.early, skew.late, skew.by);
        add(
            NoteKind::Doubt,
            format!(
                "Clocks disagree: {early} is at least {by} behind {late}, so waits between them are not drawn."
            ),
        );
    }
    notes
}

fn source(pieces: &Pieces) -> String {
    let mut traces: Vec<TraceId> = pieces.spans.iter().map(|it| it.span.trace).collect();
    traces.sort();
    traces.dedup();
    let lines = counted(pieces.lines.len(), "log line");
    match (traces.len(), pieces.lines.len()) {
        (0, 0) => "Nothing was found about this job.".to_owned(),
        (0, _) => format!("Drawn from {lines}."),
        (n, 0) => format!("Drawn from {}.", counted(n, "trace")),
        (n, _) => format!("Drawn from {} and {lines}.", counted(n, "trace")),
    }
}

fn why_not_kept(pieces: &Pieces, not_kept: &[TraceId], state: JobState) -> Option<String> {
    let subject = match not_kept {
        [] => return None,
        [one] => format!("Trace {one} was"),
        many => format!("{} traces were", many.len()),
    };
    let why = match pieces.system.spans.kept_share {
        Some(share) if share < 1.0 => {
            format!("sampling keeps {} % of the traces without errors", (share * 1000.0).round() / 10.0)
        }
        _ => "the store does not have it".to_owned(),
    };
    let but = match state {
        JobState::Failed => ", and may have decided before the error came",
        JobState::Queued | JobState::Running => ", and this one may not be there yet",
        JobState::Done | JobState::Stuck | JobState::Unknown => "",
    };
    Some(format!("{subject} not kept: {why}{but}; drawn from {}.", counted(pieces.lines.len(), "log line")))
}

/// Attempts that nobody ended, whose task was begun again.
fn lost_attempts(pieces: &Pieces, stages: &Stages) -> Vec<String> {
    let drafts = stages.stages.iter().flat_map(|stage| stage.drafts.iter().map(move |it| (&stage.stage, it)));
    let lost = drafts.filter(|(_, it)| it.is_lost).map(|(stage, it)| {
        let title = super::verdict::title(pieces, stage);
        format!(
            "Attempt {} at {title} did not end, and its task was begun again: its worker was killed, or lost the broker.",
            it.attempt.number
        )
    });
    lost.collect()
}

/// Queues that took long to be filled.
fn slow_to_put(pieces: &Pieces) -> Vec<String> {
    let slow = |it: &&SpanPiece| it.span.kind == SpanKind::Producer && it.span.duration() >= SLOW_TO_PUT;
    let told = pieces.spans.iter().filter(slow).map(|it| {
        let what = match pieces.role(it.span, Role::Queue) {
            Some(queue) => format!("putting work into {queue}"),
            None => "putting work into a queue".to_owned(),
        };
        format!(
            "{} took {} for {what}: the broker was slow to answer.",
            it.span.service(),
            it.span.duration()
        )
    });
    told.collect()
}

/// Stages that were drawn from lines though the job has spans.
fn without_spans(pieces: &Pieces, runs: &[StageRun]) -> Option<String> {
    let titles = drawn_from_lines(pieces, runs, |it| it.outcome != AttemptOutcome::Running)?;
    Some(format!("Spans of {titles} are missing: drawn from log lines."))
}

/// Stages that are worked on: a span is told when it has ended.
fn spans_to_come(pieces: &Pieces, runs: &[StageRun]) -> Option<String> {
    let titles = drawn_from_lines(pieces, runs, |it| it.outcome == AttemptOutcome::Running)?;
    Some(format!("Spans of {titles} come when the work has ended: drawn from log lines until then."))
}

/// The titles of stages with such attempts that were drawn from lines, of a job that has spans.
fn drawn_from_lines(pieces: &Pieces, runs: &[StageRun], such: impl Fn(&Attempt) -> bool) -> Option<String> {
    let by_line = |it: &Attempt| matches!(it.from, Origin::Line(_)) && such(it);
    let stages = runs.iter().filter(|it| it.attempts.iter().any(by_line));
    let titles: Vec<String> = stages.map(|it| super::verdict::title(pieces, &it.stage)).collect();
    (!pieces.spans.is_empty() && !titles.is_empty()).then(|| listed(&titles))
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
