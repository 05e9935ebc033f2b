//! How a job stands, and which piece of evidence decided it.

use super::draft::{Draft, StageDraft};
use super::pieces::Pieces;
use super::stages::{Queued, Stages};
use super::{AttemptOutcome, JobState, Moment, Origin};
use crate::ids::StageId;
use crate::time::Timestamp;
use crate::trace::{SpanKind, SpanStatus};
use crate::warning::Warning;

/// How a job stands.
pub(crate) struct Verdict {
    pub(crate) state: JobState,
    pub(crate) because: String,
    pub(crate) decided_by: Option<Origin>,
    pub(crate) ended: Option<Moment>,
    /// The attempt that the job failed with: its place among the deciding stages, and within its stage.
    pub(crate) failed_at: Option<(usize, usize)>,
}

impl Verdict {
    fn new(state: JobState, because: String, decided_by: Option<Origin>) -> Self {
        Self { state, because, decided_by, ended: None, failed_at: None }
    }
}

/// A word that the job has ended.
struct End {
    at: Timestamp,
    is_good: bool,
    /// Whether it is about the job as a whole, which outranks a word about one stage.
    is_about_job: bool,
    /// The stage and the attempt that it is about.
    place: Option<(usize, usize)>,
    from: Origin,
    because: String,
}

/// Decides how the job stands at `now`.
pub(crate) fn decide(
    pieces: &Pieces,
    stages: &Stages,
    last_seen: Option<Timestamp>,
    unreachable: &[Warning],
    now: Timestamp,
) -> Verdict {
    let ends = ends(pieces, stages);
    let newest = ends.iter().max_by_key(|it| (it.at, it.is_about_job, it.is_good));
    if let Some(end) = newest.filter(|it| !is_reopened(stages, it)) {
        return ended(&ends, end);
    }
    let open = open(pieces, stages, newest);
    let limit = pieces.system.jobs.stuck_after;
    let silent = last_seen.map(|it| now - it).filter(|it| limit.nanos() > 0 && *it > limit);
    match (open.state, silent) {
        (JobState::Queued | JobState::Running, Some(silent)) => {
            let (state, but) = match unreachable.first() {
                None => (JobState::Stuck, String::new()),
                Some(source) => (JobState::Unknown, format!(", but {} could not be asked", source.from)),
            };
            let because = format!("{}; no sign of life for {silent}, more than {limit}{but}", open.because);
            Verdict { state, because, ..open }
        }
        _ => open,
    }
}

/// Every word that the job has ended, from lines about the job and from attempts.
fn ends(pieces: &Pieces, stages: &Stages) -> Vec<End> {
    let about_job = stages.verdicts.iter().map(|(is_good, line)| {
        let from = Origin::Line(line.key);
        let word = if *is_good { "succeeded" } else { "failed" };
        let because = format!("{} says that the job {word}", tell(pieces, from));
        End { at: line.time, is_good: *is_good, is_about_job: true, place: None, from, because }
    });
    let deciding = stages.deciding();
    let mut ends: Vec<End> = about_job.collect();
    for (i, stage) in deciding.iter().enumerate() {
        for (k, draft) in stage.drafts.iter().enumerate() {
            let is_newest = k + 1 == stage.drafts.len();
            let can_end = match draft.attempt.outcome {
                AttemptOutcome::Failed => draft.is_terminal || is_newest,
                AttemptOutcome::Done => is_last_stage(stages, i) && is_newest,
                AttemptOutcome::Running | AttemptOutcome::Retried | AttemptOutcome::Unknown => false,
            };
            if can_end {
                ends.push(end_of(pieces, stages, (i, k), stage, draft));
            }
        }
    }
    ends
}

/// Whether a stage's success is the job's: the pipeline's last, or where there is no pipeline, the newest if all are done.
fn is_last_stage(stages: &Stages, stage_idx: usize) -> bool {
    let deciding = stages.deciding();
    if stages.n_pipeline > 0 {
        return stage_idx + 1 == stages.n_pipeline;
    }
    let newest = |it: &StageDraft| it.drafts.last().map(|it| (it.attempt.outcome, it.latest()));
    let ours = deciding.get(stage_idx).and_then(newest);
    let all_done = deciding.iter().filter_map(newest).all(|(outcome, _)| outcome == AttemptOutcome::Done);
    let none_later =
        deciding.iter().filter_map(newest).all(|(_, at)| ours.is_some_and(|(_, ours)| at <= ours));
    all_done && none_later
}

fn end_of(pieces: &Pieces, stages: &Stages, place: (usize, usize), stage: &StageDraft, draft: &Draft) -> End {
    let is_good = draft.attempt.outcome == AttemptOutcome::Done;
    let from = draft.closing.map_or(draft.attempt.from, |it| it.from);
    let (title, told) = (title(pieces, &stage.stage), tell(pieces, from));
    let because = match (is_good, draft.is_inferred, draft.is_terminal) {
        (true, true, _) => format!("inferred: {title} ended, and nothing says that it failed"),
        (true, false, _) if stages.n_pipeline > 0 => {
            format!("{told} says that {title}, the last stage, succeeded")
        }
        (true, false, _) => format!("{told} says that {title} succeeded"),
        (false, _, true) => format!("{told} says that {title} failed"),
        (false, _, false) => {
            format!("{told} says that attempt {} at {title} failed, and none followed", draft.attempt.number)
        }
    };
    let at = draft.closing.map_or(draft.latest(), |it| it.at.max(draft.latest()));
    let from = if draft.is_inferred { Origin::Inferred } else { from };
    End { at, is_good, is_about_job: false, place: Some(place), from, because }
}

/// Whether work went on after the job had ended, as after a resubmission.
fn is_reopened(stages: &Stages, end: &End) -> bool {
    // What stands beside the pipeline may well be queued when the job is done: a bill, a mail.
    let is_beside =
        |stage: &StageId| stages.n_pipeline > 0 && !stages.deciding().iter().any(|it| it.stage == *stage);
    let is_again = |it: &&Queued| it.began > end.at && !it.is_skewed && !is_beside(&it.stage);
    let queued_again = stages.queued.iter().any(|it| is_again(&it));
    let (failed_stage, failed_attempt) = end.place.unwrap_or((0, 0));
    let mut deciding = stages.deciding().iter().enumerate();
    let begun_again = deciding.any(|(i, stage)| {
        let Some(newest) = stage.drafts.last().filter(|it| it.attempt.start > end.at) else { return false };
        let is_open = matches!(newest.attempt.outcome, AttemptOutcome::Running | AttemptOutcome::Retried);
        let is_another =
            stage.drafts.len() > 1 && (i, stage.drafts.len() - 1) != (failed_stage, failed_attempt);
        // By a clock that is ahead, the first attempt at an earlier stage may seem to come after the end.
        if end.is_good { is_open } else { is_another || i > failed_stage || is_open }
    });
    queued_again || begun_again
}

fn ended(ends: &[End], newest: &End) -> Verdict {
    // A word about the job outranks one about a stage, if nothing says otherwise in between.
    let otherwise = ends.iter().filter(|it| it.is_good != newest.is_good).map(|it| it.at).max();
    let same = ends.iter().filter(|it| it.is_good == newest.is_good);
    let same = same.filter(|it| otherwise.is_none_or(|otherwise| it.at >= otherwise));
    let said = same.clone().filter(|it| it.is_about_job).max_by_key(|it| it.at).unwrap_or(newest);
    let place = same.filter_map(|it| it.place.map(|place| (it.at, place))).max().map(|(_, place)| place);
    Verdict {
        state: if newest.is_good { JobState::Done } else { JobState::Failed },
        because: said.because.clone(),
        decided_by: Some(said.from),
        ended: Some(Moment { at: newest.at, from: newest.from }),
        failed_at: place.filter(|_| !newest.is_good),
    }
}

/// How a job stands that has not ended, or that began again after `end`.
fn open(pieces: &Pieces, stages: &Stages, end: Option<&End>) -> Verdict {
    let since = end.map(|it| it.at);
    let fresh = |at: Timestamp| since.is_none_or(|since| at > since);
    let newest = |it: &StageDraft| it.drafts.last().cloned().filter(|it| fresh(it.attempt.start));
    let deciding = stages.deciding().iter();
    let mut begun: Vec<(&StageDraft, Draft)> = deciding.filter_map(|it| Some((it, newest(it)?))).collect();
    begun.sort_by_key(|(_, it)| it.attempt.start);
    let running = begun.iter().rev().find(|(_, it)| it.attempt.outcome == AttemptOutcome::Running);
    if let Some((stage, draft)) = running {
        let title = title(pieces, &stage.stage);
        let because = format!("attempt {} at {title} began and has not ended", draft.attempt.number);
        return Verdict::new(JobState::Running, because, Some(draft.attempt.from));
    }
    if let Some((stage, draft)) = begun.last() {
        return between(pieces, stages, stage, draft);
    }
    let submitted = stages.submitted.iter().rev().find(|it| fresh(it.time)).map(|it| Origin::Line(it.key));
    let queued = stages.queued.iter().rev().find(|it| fresh(it.began) && !it.is_skewed).map(|it| it.from);
    if let Some(from) = submitted.or(queued) {
        let again = if end.is_some() { " again" } else { "" };
        let because =
            format!("{} says that it was submitted{again}, and no worker has begun", tell(pieces, from));
        return Verdict::new(JobState::Queued, because, Some(from));
    }
    request(pieces).unwrap_or_else(|| {
        let because = if pieces.lines.is_empty() && pieces.spans.is_empty() {
            "nothing was found about it".to_owned()
        } else {
            "no piece of the evidence says how far it came".to_owned()
        };
        Verdict::new(JobState::Unknown, because, None)
    })
}

/// How a job stands whose newest attempt is over and did not end the job.
fn between(pieces: &Pieces, stages: &Stages, stage: &StageDraft, draft: &Draft) -> Verdict {
    let title = title(pieces, &stage.stage);
    let from = draft.closing.map_or(draft.attempt.from, |it| it.from);
    let is_last =
        stages.n_pipeline == 0 || stages.deciding().last().is_some_and(|it| it.stage == stage.stage);
    let (state, because) = match draft.attempt.outcome {
        AttemptOutcome::Retried => {
            let number = draft.attempt.number;
            (JobState::Running, format!("attempt {number} at {title} failed and will be tried again"))
        }
        AttemptOutcome::Done => {
            (JobState::Running, format!("{title} succeeded, and nothing later has begun"))
        }
        AttemptOutcome::Unknown if draft.attempt.end.is_some() && !is_last => {
            (JobState::Running, format!("{title} ended, and no later stage has begun"))
        }
        AttemptOutcome::Unknown => {
            (JobState::Unknown, format!("{title} was reached, and nothing says how it ended"))
        }
        AttemptOutcome::Running | AttemptOutcome::Failed => {
            (JobState::Unknown, format!("nothing says what came after {title}"))
        }
    };
    Verdict::new(state, because, Some(from))
}

/// A request without stages is a job as well: its topmost span says how it ended.
fn request(pieces: &Pieces) -> Option<Verdict> {
    let is_root =
        |it: &&super::pieces::SpanPiece| it.span.parent.is_none() && it.span.kind == SpanKind::Server;
    let span = pieces.spans.iter().filter(is_root).max_by_key(|it| it.span.end)?.span;
    if pieces.spans.iter().any(|it| it.stage.is_some()) || !pieces.system.stages.is_empty() {
        return None;
    }
    let from = Origin::Span(span.trace, span.id);
    let told = tell(pieces, from);
    let (state, because) = match span.status {
        SpanStatus::Error => (JobState::Failed, format!("{told} ended in error")),
        SpanStatus::Ok => (JobState::Done, format!("{told} ended well")),
        SpanStatus::Unset => {
            (JobState::Done, format!("inferred: {told} ended, and nothing says that it failed"))
        }
    };
    let ended = Some(Moment { at: span.end, from });
    Some(Verdict { ended, ..Verdict::new(state, because, Some(from)) })
}

/// What a stage is called for people.
pub(crate) fn title(pieces: &Pieces, stage: &StageId) -> String {
    pieces.system.stage(stage).map_or_else(|| stage.to_string(), |it| it.title.clone())
}

/// A piece of evidence in words, such as `“stage_callback” from orchestrator`.
fn tell(pieces: &Pieces, origin: Origin) -> String {
    match origin {
        Origin::Line(key) => match pieces.lines.iter().find(|it| it.key == key) {
            Some(line) if line.service.is_empty() => format!("“{}”", line.message),
            Some(line) => format!("“{}” from {}", line.message, line.service),
            None => "a line".to_owned(),
        },
        Origin::Span(trace, id) => {
            match pieces.span_at.get(&(trace, id)).and_then(|it| pieces.spans.get(*it)).map(|it| it.span) {
                Some(span) => format!("span “{}” of {}", span.name, span.service()),
                None => "a span".to_owned(),
            }
        }
        Origin::Inferred => "what came later".to_owned(),
    }
}
