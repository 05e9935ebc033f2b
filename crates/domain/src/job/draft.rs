//! One stage while it is put together: attempts from spans first, then each line's event finds the attempt it tells of.

use super::pieces::Pieces;
use super::{Attempt, AttemptOutcome, Failure, Origin};
use crate::ids::{StageId, TaskId};
use crate::logs::{EventKind, LogRecord};
use crate::time::{TimeDelta, Timestamp};

/// Two signs this near to each other tell of the same thing: logger, tracer and callback write one after another.
pub(crate) const TOGETHER: TimeDelta = TimeDelta::from_secs(2);

/// An attempt and what is known beside it.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) attempt: Attempt,
    /// The number that the evidence itself gives it.
    pub(crate) said_number: Option<u32>,
    pub(crate) task_id: Option<TaskId>,
    /// The span that it is, by its place among the pieces.
    pub(crate) span: Option<usize>,
    /// Whether a line told of its start.
    pub(crate) started_by_line: bool,
    /// Whether its start is only when a worker received it.
    pub(crate) start_is_receipt: bool,
    /// Whether parts of it are stored whose parent, its own span, is not.
    pub(crate) has_stray_parts: bool,
    /// Whether its task was begun again though nothing says that it ended.
    pub(crate) is_lost: bool,
    /// The line that told how it ended, where one did.
    pub(crate) closing: Option<Closing>,
    /// Whether the stage failed for good with it, by somebody's word.
    pub(crate) is_terminal: bool,
    /// Whether nobody says outright how it ended: that was read from what came after, or from a hint.
    pub(crate) is_inferred: bool,
    /// What went wrong in it, as far as its pieces say.
    pub(crate) trouble: Trouble,
}

/// How a line closed an attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closing {
    pub(crate) at: Timestamp,
    pub(crate) from: Origin,
    retries: Option<u32>,
}

/// What went wrong, gathered from several pieces; the first word on each matter counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trouble {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) exception: Option<String>,
    /// The first line that said any of it.
    pub(crate) from: Option<Origin>,
}

impl Trouble {
    pub(crate) fn take(&mut self, code: Option<String>, message: Option<String>, exception: Option<String>) {
        self.code = self.code.take().or(code);
        self.message = self.message.take().or(message);
        self.exception = self.exception.take().or(exception);
    }

    pub(crate) fn take_line(&mut self, line: &LogRecord) {
        let roles = &line.roles;
        let spoken = || (line.event.is_none() && !line.message.is_empty()).then(|| line.message.clone());
        let message = roles.error.clone().or_else(|| roles.reason.clone()).or_else(spoken);
        if roles.error_code.is_some() || message.is_some() || roles.exception.is_some() {
            self.from = self.from.or(Some(Origin::Line(line.key)));
        }
        self.take(roles.error_code.clone(), message, roles.exception.clone());
    }
}

impl Draft {
    /// An attempt of which only this is known yet.
    pub(crate) fn new(start: Timestamp, service: &str, from: Origin) -> Self {
        Self {
            attempt: Attempt {
                number: 0,
                start,
                end: None,
                outcome: AttemptOutcome::Running,
                reason: None,
                error_code: None,
                service: service.to_owned(),
                from,
            },
            said_number: None,
            task_id: None,
            span: None,
            started_by_line: false,
            start_is_receipt: false,
            has_stray_parts: false,
            is_lost: false,
            closing: None,
            is_terminal: false,
            is_inferred: false,
            trouble: Trouble::default(),
        }
    }

    /// Where the attempt's last known instant is.
    pub(crate) fn latest(&self) -> Timestamp {
        self.attempt.end.unwrap_or(self.attempt.start)
    }

    /// The failure that it ended with.
    pub(crate) fn failure(&self, stage: &StageId) -> Failure {
        Failure {
            stage: Some(stage.clone()),
            code: self.trouble.code.clone(),
            message: self.trouble.message.clone().or_else(|| self.attempt.reason.clone()),
            exception: self.trouble.exception.clone(),
            at: self.latest(),
            from: self.trouble.from.or(self.closing.map(|it| it.from)).unwrap_or(self.attempt.from),
        }
    }

    /// Closes it by a line's word. A span's own end stays, since it is the finer clock.
    fn close(&mut self, line: &LogRecord, outcome: AttemptOutcome) {
        self.attempt.outcome = outcome;
        self.is_inferred = false;
        if let Some(took) = line.roles.duration.filter(|_| self.start_is_receipt) {
            self.attempt.start = self.attempt.start.max(line.time - took.max(TimeDelta::ZERO));
        }
        if self.span.is_none() && self.closing.is_none() {
            self.attempt.end = Some(line.time.max(self.attempt.start));
        }
        let better = self.closing.is_none() || outcome == AttemptOutcome::Failed;
        if better {
            self.closing =
                Some(Closing { at: line.time, from: Origin::Line(line.key), retries: line.roles.retries });
        }
        self.learn(line);
    }

    /// Closes it as failed for good by a word about the job as a whole.
    pub(crate) fn fail(&mut self, line: &LogRecord) {
        self.close(line, AttemptOutcome::Failed);
        self.is_terminal = true;
    }

    /// Takes from a line what the attempt does not know yet.
    pub(crate) fn learn(&mut self, line: &LogRecord) {
        let roles = &line.roles;
        let failed = matches!(self.attempt.outcome, AttemptOutcome::Retried | AttemptOutcome::Failed);
        if failed || line.level.is_error() {
            self.trouble.take_line(line);
        }
        if failed {
            let reason = roles.reason.clone().or_else(|| roles.error.clone());
            self.attempt.reason = self.attempt.reason.take().or(reason);
        }
        self.task_id = self.task_id.take().or_else(|| roles.task_id.clone());
    }
}

/// All attempts at one stage, in order of their start.
#[derive(Clone, Debug)]
pub(crate) struct StageDraft {
    pub(crate) stage: StageId,
    pub(crate) drafts: Vec<Draft>,
    /// The first line that shows that somebody worked at it, though none says when it began: when, who, which line.
    pub(crate) activity: Option<(Timestamp, String, Origin)>,
    /// Whether a later stage of the pipeline was reached after its newest attempt began.
    pub(crate) is_passed: bool,
}

impl StageDraft {
    pub(crate) fn new(stage: StageId, drafts: Vec<Draft>) -> Self {
        Self { stage, drafts, activity: None, is_passed: false }
    }

    /// Takes the events of this stage, in order of time.
    ///
    /// Where several have one time, an open attempt ends before the next begins, and otherwise one begins before it ends.
    pub(crate) fn take_all(&mut self, pieces: &Pieces, mut events: Vec<(EventKind, &LogRecord)>) {
        let same_time = |a: &(EventKind, &LogRecord), b: &(EventKind, &LogRecord)| {
            a.1.time == b.1.time && a.1.key.time == b.1.key.time
        };
        for tied in events.chunk_by_mut(same_time) {
            if tied.len() > 1 {
                let is_open =
                    self.drafts.last().is_some_and(|it| it.attempt.outcome == AttemptOutcome::Running);
                let begins = |kind| matches!(kind, EventKind::AttemptReceived | EventKind::AttemptStarted);
                tied.sort_by_key(|(kind, _)| (begins(*kind) == is_open, *kind));
            }
            for (kind, line) in tied {
                self.take(pieces, *kind, line);
            }
        }
    }

    fn take(&mut self, pieces: &Pieces, kind: EventKind, line: &LogRecord) {
        match kind {
            EventKind::AttemptStarted => self.start(line, false),
            EventKind::AttemptReceived => self.start(line, true),
            EventKind::AttemptRetrying => self.close(pieces, line, AttemptOutcome::Retried, false),
            EventKind::AttemptFailed => self.close(pieces, line, AttemptOutcome::Failed, false),
            EventKind::StageFailed | EventKind::JobFailed => {
                self.close(pieces, line, AttemptOutcome::Failed, true);
            }
            EventKind::StageSucceeded | EventKind::JobSucceeded => {
                self.close(pieces, line, AttemptOutcome::Done, false);
            }
            EventKind::JobSubmitted | EventKind::StageQueued => {}
        }
    }

    /// Takes what is left of an attempt whose own span is not stored, unless an attempt is known that it belongs to: one
    /// that has no span either, or one whose span is around it.
    pub(crate) fn take_parts(&mut self, parts: Draft) {
        let (start, end) = (parts.attempt.start, parts.latest());
        let overlaps = |it: &Draft| match it.attempt.outcome {
            AttemptOutcome::Running => it.attempt.start <= end + TOGETHER,
            _ => it.attempt.start <= end + TOGETHER && start <= it.latest() + TOGETHER,
        };
        let is_around = |it: &Draft| it.attempt.start <= start && start <= it.latest() + TOGETHER;
        let has_no_span = |it: &Draft| it.span.is_none() || it.has_stray_parts;
        let without_span = self.drafts.iter().rposition(|it| has_no_span(it) && overlaps(it));
        let home = without_span.or_else(|| self.drafts.iter().rposition(is_around));
        match home.and_then(|it| self.drafts.get_mut(it)) {
            Some(home) if home.span.is_none() => {
                if !home.started_by_line {
                    home.attempt.start = home.attempt.start.min(start);
                }
                home.has_stray_parts = true;
                self.put_in_order();
            }
            Some(_) => {}
            None => self.insert(parts),
        }
    }

    /// Takes a line that tells of no event.
    pub(crate) fn note(&mut self, pieces: &Pieces, line: &LogRecord) {
        match self.home(pieces, line).and_then(|it| self.drafts.get_mut(it)) {
            Some(home) if line.level.is_error() => home.trouble.take_line(line),
            _ => {
                let first = || (line.time, line.service.to_string(), Origin::Line(line.key));
                self.activity.get_or_insert_with(first);
            }
        }
    }

    fn start(&mut self, line: &LogRecord, is_receipt: bool) {
        let near = |draft: &Draft| {
            let attempt = &draft.attempt;
            let said = line.roles.retries.zip(draft.said_number);
            attempt.start - TOGETHER <= line.time
                && line.time <= attempt.end.unwrap_or(attempt.start + TOGETHER)
                && said.is_none_or(|(retries, number)| retries.saturating_add(1) == number)
                && same_task(draft, line)
        };
        let at = |wanted: &dyn Fn(&Draft) -> bool| self.drafts.iter().rposition(|it| wanted(it) && near(it));
        // Two loggers may tell of one start, so a span or an open attempt takes more than one word of it.
        let home = at(&|it| it.span.is_some() && !it.started_by_line)
            .or_else(|| at(&|it| it.span.is_some() || it.attempt.outcome == AttemptOutcome::Running));
        let said_number = line.roles.retries.map(|it| it.saturating_add(1));
        if let Some(home) = home.and_then(|it| self.drafts.get_mut(it)) {
            home.started_by_line = true;
            home.said_number = home.said_number.or(said_number);
            home.learn(line);
            return;
        }
        let mut draft = Draft::new(line.time, &line.service, Origin::Line(line.key));
        draft.started_by_line = true;
        draft.start_is_receipt = is_receipt;
        draft.said_number = said_number;
        draft.task_id = line.roles.task_id.clone();
        self.insert(draft);
    }

    fn close(&mut self, pieces: &Pieces, line: &LogRecord, outcome: AttemptOutcome, is_terminal: bool) {
        let home = self.home(pieces, line).and_then(|it| self.drafts.get_mut(it));
        let fit = home.as_ref().map_or(Fit::Another, |it| fit(it, line, outcome, is_terminal));
        match (home, fit) {
            (Some(home), Fit::Closes) => {
                home.close(line, outcome);
                home.is_terminal = is_terminal || (home.is_terminal && outcome == AttemptOutcome::Failed);
                self.put_in_order();
            }
            (Some(home), Fit::Learns) => home.learn(line),
            (_, Fit::Another) | (None, _) => {
                let took = line.roles.duration.unwrap_or_default().max(TimeDelta::ZERO);
                let before = self.drafts.iter().rev().map(Draft::latest).find(|it| *it <= line.time);
                let start = before.map_or(line.time - took, |it| it.max(line.time - took));
                let mut draft = Draft::new(start, &line.service, Origin::Line(line.key));
                draft.close(line, outcome);
                draft.is_terminal = is_terminal;
                self.insert(draft);
            }
        }
    }

    /// The attempt that a line tells of: the one of its span, else the newest of its task that had begun by then.
    ///
    /// A line of another service than the attempt's is by another clock, so it may seem to come before the start.
    fn home(&self, pieces: &Pieces, line: &LogRecord) -> Option<usize> {
        let by_span = || {
            let mut at = *pieces.span_at.get(&(line.roles.trace?, line.roles.span?))?;
            // Deep enough for any real trace, and an end for parents that run in a circle.
            for _ in 0..64 {
                let piece = pieces.spans.get(at)?;
                let first = self.drafts.partition_point(|it| it.attempt.start < piece.span.start);
                let here = |it: &&Draft| it.attempt.start == piece.span.start;
                let tied = self.drafts.get(first..)?.iter().take_while(here);
                if let Some(i) = tied.enumerate().find_map(|(i, it)| (it.span == Some(at)).then_some(i)) {
                    return Some(first + i);
                }
                at = piece.parent?;
            }
            None
        };
        let begun = self.drafts.partition_point(|it| it.attempt.start <= line.time);
        let by_time = || self.drafts.get(..begun)?.iter().rposition(|it| same_task(it, line));
        let by_other_clock = || {
            let next = self.drafts.get(begun)?;
            let ours = next.attempt.service == *line.service;
            let near = next.attempt.start <= line.time + TOGETHER;
            (same_task(next, line) && (near || !ours) && begun == 0).then_some(begun)
        };
        by_span().or_else(by_time).or_else(by_other_clock)
    }

    /// A start that was learnt more exactly may now stand before or after another.
    fn put_in_order(&mut self) {
        self.drafts.sort_by_key(|it| it.attempt.start);
    }

    fn insert(&mut self, draft: Draft) {
        let at = self.drafts.partition_point(|it| it.attempt.start <= draft.attempt.start);
        self.drafts.insert(at, draft);
    }
}

/// What a line that says how an attempt ended means for the newest attempt before it.
enum Fit {
    /// It is how this one ended.
    Closes,
    /// It says more about it, but not how it ended.
    Learns,
    /// It is how another one ended, of which nothing else is left.
    Another,
}

fn fit(draft: &Draft, line: &LogRecord, outcome: AttemptOutcome, is_terminal: bool) -> Fit {
    use AttemptOutcome::{Done, Failed, Retried, Running, Unknown};
    let either = |holds: bool, then: Fit| if holds { then } else { Fit::Another };
    let closed = draft.closing.map_or(draft.latest(), |it| it.at);
    let soon = line.time <= closed + TOGETHER;
    match (draft.attempt.outcome, outcome) {
        (Running | Unknown, _) | (Done, Done) | (Failed, Failed) => Fit::Closes,
        (Done, Failed) => either(soon || is_terminal, Fit::Closes),
        (Done | Failed, Retried) => either(soon, Fit::Closes),
        (Failed, Done) => either(soon && draft.closing.is_none(), Fit::Closes),
        (Retried, Retried) => {
            let numbers = draft.closing.and_then(|it| it.retries).zip(line.roles.retries);
            either(numbers.map_or(soon, |(before, now)| before == now), Fit::Learns)
        }
        (Retried, Failed) if is_terminal && draft.is_inferred => either(soon, Fit::Closes),
        // A span that says that it will be tried again knows better than a line inside it.
        (Retried, Failed) => either(soon && !(is_terminal && draft.closing.is_some()), Fit::Learns),
        (Retried, Done) | (_, Running | Unknown) => Fit::Another,
    }
}

/// Whether nothing speaks against a line and an attempt being of one task.
fn same_task(draft: &Draft, line: &LogRecord) -> bool {
    draft.task_id.as_ref().zip(line.roles.task_id.as_ref()).is_none_or(|(ours, theirs)| ours == theirs)
}
