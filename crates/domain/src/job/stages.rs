//! All stages together: spans and events become attempts, and what came later says how earlier ones ended.

use super::draft::{Draft, StageDraft};
use super::pieces::Pieces;
use super::spans::{self, Seen};
use super::{AttemptOutcome, Origin, received};
use crate::ids::StageId;
use crate::logs::{EventKind, LogRecord};
use crate::sorted::SortedMap;
use crate::system::Role;
use crate::time::{TimeDelta, Timestamp};
use crate::trace::{Span, SpanKind};

/// Something that was put into a queue.
#[derive(Clone, Debug)]
pub(crate) struct Queued {
    pub(crate) stage: StageId,
    /// When it was there.
    pub(crate) at: Timestamp,
    /// When putting it there began: before `at` for a producer span.
    pub(crate) began: Timestamp,
    pub(crate) from: Origin,
    pub(crate) queue: Option<String>,
    pub(crate) service: String,
    /// Whether it is the job's own submission.
    pub(crate) is_submission: bool,
    /// Whether it fed the first attempt, though it seems to come after its start: the clocks disagree.
    pub(crate) is_skewed: bool,
}

/// The stages of a job, and what was said about the job as a whole.
pub(crate) struct Stages<'a> {
    /// Pipeline stages in order, then others in order of the system file, then by name.
    pub(crate) stages: Vec<StageDraft>,
    /// How many of them are the pipeline's.
    pub(crate) n_pipeline: usize,
    /// In order of `at`.
    pub(crate) queued: Vec<Queued>,
    /// The words that the job was submitted, in order of time.
    pub(crate) submitted: Vec<&'a LogRecord>,
    /// The words that the job succeeded (`true`) or failed, in order of time.
    pub(crate) verdicts: Vec<(bool, &'a LogRecord)>,
}

impl Stages<'_> {
    /// The stages whose success or failure is the job's: the pipeline's, or all where there is no pipeline.
    pub(crate) fn deciding(&self) -> &[StageDraft] {
        let n = if self.n_pipeline == 0 { self.stages.len() } else { self.n_pipeline };
        self.stages.get(..n).unwrap_or_default()
    }

    /// What was put into this stage's queue.
    pub(crate) fn queued_for<'a>(&'a self, stage: &'a StageId) -> impl Iterator<Item = &'a Queued> {
        self.queued.iter().filter(move |it| it.stage == *stage)
    }
}

/// Puts every stage together.
pub(crate) fn put_together<'a>(pieces: &Pieces<'a>) -> Stages<'a> {
    let Seen { attempts, parts } = spans::attempts(pieces);
    let mut drafts: SortedMap<StageId, StageDraft> =
        attempts.into_iter().map(|(stage, drafts)| (stage.clone(), StageDraft::new(stage, drafts))).collect();
    let mut events: SortedMap<StageId, Vec<(EventKind, &LogRecord)>> = SortedMap::new();
    let (mut submitted, mut verdicts, mut queued) = (Vec::new(), Vec::new(), Vec::new());
    for line in &pieces.lines {
        let Some(kind) = line.event.as_ref().map(|it| it.kind) else { continue };
        match kind {
            EventKind::JobSubmitted => submitted.push(*line),
            EventKind::JobSucceeded => verdicts.push((true, *line)),
            EventKind::JobFailed => {
                verdicts.push((false, *line));
                let said = line.event.as_ref().and_then(|it| it.stage.clone());
                if let Some(stage) = said.or_else(|| line.roles.failed_stage.clone()) {
                    events.entry(stage).or_default().push((kind, line));
                }
            }
            EventKind::StageQueued => queued.extend(queued_by_line(pieces, line)),
            EventKind::AttemptReceived
            | EventKind::AttemptStarted
            | EventKind::AttemptRetrying
            | EventKind::AttemptFailed
            | EventKind::StageSucceeded
            | EventKind::StageFailed => {
                if let Some(stage) = pieces.stage_of_event(line) {
                    events.entry(stage).or_default().push((kind, line));
                }
            }
        }
    }
    for (stage, events) in events {
        let draft = drafts.entry(stage.clone()).or_insert_with(|| StageDraft::new(stage, Vec::new()));
        let events = received::settled(pieces, &draft.drafts, events);
        draft.take_all(pieces, events);
    }
    for (stage, parts) in parts {
        let draft = drafts.entry(stage.clone()).or_insert_with(|| StageDraft::new(stage, Vec::new()));
        parts.into_iter().for_each(|it| draft.take_parts(it));
    }
    for line in pieces.lines.iter().filter(|it| it.event.is_none()) {
        if let Some(stage) = pieces.stage_of_activity(line) {
            let draft = drafts.entry(stage.clone()).or_insert_with(|| StageDraft::new(stage, Vec::new()));
            draft.note(pieces, line);
        }
    }

    let (stages, n_pipeline) = in_order(pieces, drafts);
    queued.extend(queued_by_spans(pieces));
    queued.extend(submitted.iter().filter_map(|it| queued_by_submission(pieces, &stages, it)));
    queued.sort_by_key(|it| (it.at, it.is_submission, it.began));
    let mut out = Stages { stages, n_pipeline, queued, submitted, verdicts };
    if !out.is_pipeline_reached() {
        // A request that never enters the pipeline is a job as well: its own stages decide, and it does not lack the others.
        out.stages = out.stages.split_off(out.n_pipeline);
        out.n_pipeline = 0;
    }
    out.mark_skewed();
    out.finish();
    out
}

/// A producer that needs this long waits for its broker.
pub(crate) const SLOW_TO_PUT: TimeDelta = TimeDelta::from_secs(1);

/// What is put into the queue later than this after the first start is for another attempt, whatever the clocks.
const MAX_SKEW: TimeDelta = TimeDelta::from_secs(60);

/// Every pipeline stage, also without evidence, then the other stages that were seen; and how many are the pipeline's.
fn in_order(pieces: &Pieces, mut drafts: SortedMap<StageId, StageDraft>) -> (Vec<StageDraft>, usize) {
    let (pipeline, beside): (Vec<_>, Vec<_>) = pieces.system.stages.iter().partition(|it| it.in_pipeline);
    let mut stages: Vec<StageDraft> = pipeline
        .iter()
        .map(|it| drafts.remove(&it.id).unwrap_or_else(|| StageDraft::new(it.id.clone(), Vec::new())))
        .collect();
    let n_pipeline = stages.len();
    stages.extend(beside.iter().filter_map(|it| drafts.remove(&it.id)));
    stages.extend(drafts.into_iter().map(|(_, draft)| draft));
    (stages, n_pipeline)
}

fn queued_by_line(pieces: &Pieces, line: &LogRecord) -> Option<Queued> {
    Some(Queued {
        stage: stage_of_queue(pieces, line.roles.queue.as_deref()).or_else(|| pieces.stage_of_event(line))?,
        at: line.time,
        began: line.time,
        from: Origin::Line(line.key),
        queue: line.roles.queue.clone(),
        service: line.service.to_string(),
        is_submission: false,
        is_skewed: false,
    })
}

/// A submission fills the queue that it names, else that of the pipeline's first stage, else that of the first seen.
fn queued_by_submission(pieces: &Pieces, stages: &[StageDraft], line: &LogRecord) -> Option<Queued> {
    let of_pipeline = || pieces.system.stages.iter().find(|it| it.in_pipeline).map(|it| it.id.clone());
    let first_seen = || {
        let seen = stages.iter().filter_map(|it| Some((it.drafts.first()?.attempt.start, &it.stage)));
        seen.min().map(|(_, stage)| stage.clone())
    };
    Some(Queued {
        stage: stage_of_queue(pieces, line.roles.queue.as_deref())
            .or_else(of_pipeline)
            .or_else(first_seen)?,
        at: line.time,
        began: line.time,
        from: Origin::Line(line.key),
        queue: line.roles.queue.clone(),
        service: line.service.to_string(),
        is_submission: true,
        is_skewed: false,
    })
}

fn queued_by_spans<'p>(pieces: &'p Pieces) -> impl Iterator<Item = Queued> + 'p {
    let producers = pieces.spans.iter().filter(|it| it.span.kind == SpanKind::Producer);
    producers.filter_map(|it| {
        Some(Queued {
            stage: it.stage.clone()?,
            at: put_at(it.span),
            began: it.span.start,
            from: Origin::Span(it.span.trace, it.span.id),
            queue: pieces.role(it.span, Role::Queue),
            service: it.span.service().to_owned(),
            is_submission: false,
            is_skewed: false,
        })
    })
}

/// When a producer's span put its work into the queue: at its end, or where that was long in coming, from its start on,
/// because the work waited already.
fn put_at(span: &Span) -> Timestamp {
    if span.duration() < SLOW_TO_PUT { span.end.max(span.start) } else { span.start }
}

fn stage_of_queue(pieces: &Pieces, queue: Option<&str>) -> Option<StageId> {
    let queue = queue?;
    pieces.system.stages.iter().find(|it| it.queue.as_deref() == Some(queue)).map(|it| it.id.clone())
}

impl Stages<'_> {
    /// Whether anything says that the job entered the pipeline, or nothing says that it went elsewhere.
    fn is_pipeline_reached(&self) -> bool {
        let (pipeline, beside) = self.stages.split_at(self.n_pipeline.min(self.stages.len()));
        let is_fed = |it: &StageDraft| self.queued_for(&it.stage).next().is_some();
        let is_seen = |it: &StageDraft| !it.drafts.is_empty() || it.activity.is_some();
        pipeline.iter().any(|it| is_seen(it) || is_fed(it))
            || !self.submitted.is_empty()
            || beside.iter().all(|it| it.drafts.is_empty())
    }

    /// Finds what must have fed a first attempt that nothing else did, but by its own clock came after the start.
    fn mark_skewed(&mut self) {
        for stage in &self.stages {
            let Some(first) = stage.drafts.first() else { continue };
            let start = first.attempt.start;
            let until =
                stage.drafts.get(1).map_or(start + MAX_SKEW, |it| it.attempt.start.min(start + MAX_SKEW));
            if self.queued_for(&stage.stage).any(|it| it.began <= start) {
                continue;
            }
            let ours = |it: &&mut Queued| it.stage == stage.stage && it.service != first.attempt.service;
            for queued in self.queued.iter_mut().filter(ours).filter(|it| it.began < until) {
                queued.is_skewed = true;
            }
        }
    }

    /// Settles what is still open by what came after it, and numbers the attempts.
    fn finish(&mut self) {
        self.stages.iter_mut().for_each(StageDraft::settle);
        for i in 0..self.n_pipeline {
            let Some(newest) = self.stages.get(i).and_then(|it| it.drafts.last()) else { continue };
            let passed = self.first_sign_after(i, newest.attempt.start);
            if let Some((at, stage)) = passed.zip(self.stages.get_mut(i)) {
                stage.is_passed = true;
                stage.infer_done(at);
            }
        }
        for (is_good, line) in &self.verdicts {
            let begun =
                |it: &StageDraft| it.drafts.last().map(|it| it.attempt.start).filter(|it| *it <= line.time);
            let n_deciding = self.deciding().len();
            let deciding = self.stages.get_mut(..n_deciding).unwrap_or_default();
            let Some(newest) =
                deciding.iter_mut().filter(|it| begun(it).is_some()).max_by_key(|it| begun(it))
            else {
                continue;
            };
            if *is_good {
                newest.infer_done(line.time);
            } else if line.event.as_ref().is_none_or(|it| it.stage.is_none())
                && line.roles.failed_stage.is_none()
            {
                newest.infer_failed(line);
            }
        }
        self.stages.iter_mut().for_each(StageDraft::number);
    }

    /// When a later pipeline stage was first put into its queue or begun, at or after an instant.
    fn first_sign_after(&self, stage: usize, start: Timestamp) -> Option<Timestamp> {
        let later = self.stages.get(stage + 1..self.n_pipeline)?;
        let begun = later.iter().flat_map(|it| &it.drafts).map(|it| it.attempt.start);
        let queued = later.iter().flat_map(|it| self.queued_for(&it.stage)).filter(|it| !it.is_submission);
        begun.chain(queued.map(|it| it.at)).filter(|it| *it >= start).min()
    }
}

impl StageDraft {
    /// What the newest attempt says about those before it, and activity about a stage without attempts.
    fn settle(&mut self) {
        if self.drafts.is_empty()
            && let Some((at, service, from)) = &self.activity
        {
            let mut draft = Draft::new(*at, service, *from);
            draft.attempt.outcome = AttemptOutcome::Unknown;
            self.drafts.push(draft);
        }
        let n_older = self.drafts.len().saturating_sub(1);
        let next_tasks: Vec<_> = self.drafts.iter().skip(1).map(|it| it.task_id.clone()).collect();
        for (older, next_task) in self.drafts.iter_mut().take(n_older).zip(next_tasks) {
            match older.attempt.outcome {
                AttemptOutcome::Running => {
                    older.attempt.outcome = AttemptOutcome::Unknown;
                    older.is_lost = older.task_id.is_some() && older.task_id == next_task;
                }
                AttemptOutcome::Failed if !older.is_terminal => {
                    older.attempt.outcome = AttemptOutcome::Retried
                }
                AttemptOutcome::Failed
                | AttemptOutcome::Done
                | AttemptOutcome::Retried
                | AttemptOutcome::Unknown => {}
            }
        }
    }

    /// What came after shows that the newest attempt succeeded, if nobody says how it ended.
    fn infer_done(&mut self, by: Timestamp) {
        let Some(newest) = self.drafts.last_mut() else { return };
        if matches!(newest.attempt.outcome, AttemptOutcome::Running | AttemptOutcome::Unknown) {
            newest.attempt.outcome = AttemptOutcome::Done;
            newest.attempt.end = newest.attempt.end.or(Some(by.max(newest.attempt.start)));
            newest.is_inferred = true;
        }
    }

    /// The job's failure is the newest attempt's, if nobody says that it ended otherwise.
    fn infer_failed(&mut self, line: &LogRecord) {
        let Some(newest) = self.drafts.last_mut() else { return };
        match newest.attempt.outcome {
            AttemptOutcome::Running
            | AttemptOutcome::Unknown
            | AttemptOutcome::Retried
            | AttemptOutcome::Failed => newest.fail(line),
            AttemptOutcome::Done => {}
        }
    }

    fn number(&mut self) {
        let mut number: u32 = 0;
        for draft in &mut self.drafts {
            number = draft.said_number.unwrap_or(0).max(number.saturating_add(1));
            draft.attempt.number = number;
            draft.attempt.error_code = draft.trouble.code.clone();
        }
    }
}
