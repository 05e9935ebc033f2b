//! What a rule may look at: the trouble and every word that was said about it, each with who said it and where.

use std::borrow::Cow;

use super::words::{head, says};
use super::{Matched, Surroundings, attributes, http};
use crate::job::{Attempt, AttemptOutcome, Evidence, Failure, Job, JobState, Origin, StageRun, StageState};
use crate::logs::{Level, LogRecord};
use crate::system::{Role, System, fields_for};
use crate::time::{TimeDelta, Timestamp};
use crate::trace::{Span, SpanStatus};

/// A job in trouble and the words about it.
pub(super) struct Case<'a> {
    pub(super) system: &'a System,
    pub(super) job: &'a Job,
    pub(super) surroundings: &'a Surroundings,
    pub(super) evidence: &'a Evidence,
    /// Why it failed or is tried again, where it did or is.
    pub(super) failure: Option<&'a Failure>,
    /// The stage of the trouble: the one that failed, or the one that hangs.
    pub(super) run: Option<&'a StageRun>,
    /// What the stage is called, for sentences; `the job` where no stage is known.
    pub(super) stage: String,
    /// Everything said about the failure, the most exact first.
    pub(super) words: Vec<Word<'a>>,
    /// The host that the failing work was talking to: the one that the words name, or that of the address that the
    /// failing line names, where the stage is the one that fetches it.
    pub(super) host: Option<String>,
    /// When the trouble showed.
    pub(super) at: Option<Timestamp>,
}

/// A text and who said it.
pub(super) struct Word<'a> {
    /// Such as `the error code`.
    pub(super) who: &'static str,
    pub(super) text: Cow<'a, str>,
    /// How sure a word makes: 4 for a name that software gives to one kind of trouble, 3 for a message, 2 for a hint, 1 for
    /// what was overcome.
    pub(super) weight: u8,
    pub(super) from: Origin,
}

/// How much earlier than the trouble, and later, lines that name no job may speak of it.
const AROUND: TimeDelta = TimeDelta::from_secs(120);
/// What is said so shortly before the failure led to it.
const TOGETHER: TimeDelta = TimeDelta::from_secs(1);

impl<'a> Case<'a> {
    /// The case of a job.
    pub(super) fn new(
        system: &'a System,
        job: &'a Job,
        evidence: &'a Evidence,
        surroundings: &'a Surroundings,
    ) -> Self {
        let failure = job.failure.as_ref();
        let run = match (failure.and_then(|it| it.stage.as_ref()), job.state) {
            (Some(stage), _) => job.stage(stage),
            (None, JobState::Stuck | JobState::Running | JobState::Queued) => open_stage(job),
            (None, JobState::Failed | JobState::Unknown | JobState::Done) => None,
        };
        let stage_id = failure.and_then(|it| it.stage.as_ref()).or(run.map(|it| &it.stage));
        let stage = stage_id.map_or_else(
            || "the job".to_owned(),
            |it| system.stage(it).map_or_else(|| it.to_string(), |it| it.title.clone()),
        );
        let lines = failure.map(|it| lines_about(job, it, run, evidence)).unwrap_or_default();
        let mut case = Self {
            system,
            job,
            surroundings,
            evidence,
            failure,
            run,
            stage,
            words: Vec::new(),
            host: None,
            at: failure.map(|it| it.at).or(job.last_seen),
        };
        case.hear(&lines);
        let in_text = case.words.iter().find_map(|it| http::host_in(&it.text).map(str::to_owned));
        let of_lines = || lines.iter().find_map(|it| http::host(it.roles.url.as_deref()?));
        let fetches = failure.is_some_and(|it| fetches_the_url(system, it));
        let of_lines = of_lines().filter(|_| fetches).map(str::to_owned);
        let of_spans = || {
            let spans = spans_about(failure?, run, evidence);
            spans.into_iter().find_map(attributes::host)
        };
        case.host = in_text.or(of_lines).or_else(of_spans);
        case
    }

    /// Gathers the words: of the failure, of its attempts, of lines, of spans, of lines around.
    fn hear(&mut self, lines: &[&'a LogRecord]) {
        let Some(failure) = self.failure else { return };
        let mut words: Vec<Word<'a>> = Vec::new();
        let place = |text: &str| who_said(text, lines, self.evidence).unwrap_or(failure.from);
        let exact = [("the error code", &failure.code), ("the exception", &failure.exception)];
        let said = exact.into_iter().filter_map(|(who, text)| Some((who, text.as_deref()?, 4)));
        let message = failure.message.as_deref().map(|it| ("the message", it, 3));
        words.extend(said.chain(message).map(|(who, text, weight)| Word {
            who,
            text: head(text).into(),
            weight,
            from: place(text),
        }));
        // Some libraries say who was asked in the exception's name, and what came of it in the message.
        let both = failure.exception.as_deref().zip(failure.message.as_deref());
        words.extend(both.map(|(exception, message)| Word {
            who: "the message",
            text: format!("{exception}: {}", head(message)).into(),
            weight: 3,
            from: place(message),
        }));
        let attempts = self.run.into_iter().flat_map(|it| &it.attempts);
        words.extend(attempts.filter_map(|it| {
            let text = head(it.reason.as_deref()?);
            Some(Word { who: A_REASON, text: text.into(), weight: 3, from: place(text) })
        }));
        for line in lines {
            let weight = match line.level.is_error() {
                true if self.was_tried_again(line, failure) => 1,
                true => 3,
                false => weight_beside(failure, line.time),
            };
            let roles = &line.roles;
            let said = [&roles.error_code, &roles.exception, &roles.error, &roles.reason];
            let texts = said.into_iter().flatten().map(String::as_str).chain([line.message.as_str()]);
            let from = Origin::Line(line.key);
            words.extend(texts.map(|text| Word { who: "a log line", text: head(text).into(), weight, from }));
        }
        for span in spans_about(failure, self.run, self.evidence) {
            let from = Origin::Span(span.trace, span.id);
            let word = |text: &'a str, weight| Word { who: "a span", text: head(text).into(), weight, from };
            let code = span.attr(fields_for(&self.system.spans.roles, Role::ErrorCode));
            words.extend(code.and_then(|it| it.as_str()).map(|it| word(it, 3)));
            let of_event = |name| span.events.iter().filter_map(move |it| it.attributes.get(name)?.as_str());
            words.extend(of_event("exception.type").map(|it| word(it, 3)));
            words.extend(of_event("exception.message").map(|it| word(it, 3)));
            words.extend((!span.status_message.is_empty()).then(|| word(&span.status_message, 3)));
            let weight = weight_beside(failure, span.end);
            words.extend(attributes::said(span).into_iter().map(|text| Word {
                who: "a span",
                text,
                weight,
                from,
            }));
        }
        let near = |it: &&LogRecord| {
            failure.at - AROUND <= it.time && it.time <= failure.at + AROUND && it.level >= Level::Warn
        };
        // Where the failure speaks for itself, somebody else's trouble of the same time is no more than a thought.
        let weight = if is_silent(failure) { 2 } else { 1 };
        for line in self.surroundings.lines.iter().filter(near) {
            let from = Origin::Line(line.key);
            let texts = line.roles.error.as_deref().into_iter().chain([line.message.as_str()]);
            let who = "a line of the same time that names no job";
            words.extend(texts.map(|text| Word { who, text: head(text).into(), weight, from }));
        }
        self.words = words;
    }

    /// Whether a line of the failing attempt tells of a trouble after which the attempt tried again and went on.
    fn was_tried_again(&self, line: &LogRecord, failure: &Failure) -> bool {
        let later = |it: &&LogRecord| line.time < it.time && it.time < failure.at && it.event.is_none();
        failure.from != Origin::Line(line.key)
            && line.event.is_none()
            && self.own_lines().iter().filter(|it| later(it)).any(|it| says(&it.message, &["retrying"]))
    }

    /// The first word about which something is true, and what.
    pub(super) fn find<T>(&self, test: impl Fn(&str) -> Option<T>) -> Option<(&Word<'a>, T)> {
        self.words.iter().find_map(|it| Some((it, test(&it.text)?)))
    }

    /// The stage's attempts.
    pub(super) fn attempts(&self) -> impl Iterator<Item = &'a Attempt> + Clone {
        self.run.into_iter().flat_map(|it| &it.attempts)
    }

    /// How many attempts at the stage began, and nobody says how they ended.
    pub(super) fn n_lost(&self) -> usize {
        self.attempts().filter(|it| it.outcome == AttemptOutcome::Unknown && it.end.is_none()).count()
    }

    /// How many attempts failed at the stage, and of how many the reason or code passes a test.
    pub(super) fn attempts_that(&self, test: impl Fn(&str) -> bool) -> (usize, usize) {
        let failed = self
            .attempts()
            .filter(|it| matches!(it.outcome, AttemptOutcome::Failed | AttemptOutcome::Retried));
        let passes = |text: &Option<String>| text.as_deref().is_some_and(&test);
        let alike = failed.clone().filter(|it| passes(&it.reason) || passes(&it.error_code));
        (failed.count(), alike.count())
    }

    /// Who says it, how sure that makes us, and what matched: names are surer than free text, and attempts that agree
    /// surer than one.
    pub(super) fn heard(&self, test: impl Fn(&str) -> bool) -> Option<Heard> {
        let (word, ()) = self.find(|text| test(text).then_some(()))?;
        let (n_failed, n_alike) = self.attempts_that(&test);
        let all_alike = n_failed > 1 && n_alike == n_failed;
        let times = if all_alike { format!(", in all {n_failed} attempts") } else { String::new() };
        Some(Heard {
            who: format!("{} says so{times}", word.who),
            sure: if all_alike { 4 } else { self.weight(word) },
            matched: self.matched(test),
        })
    }

    /// How sure a word makes: what only an earlier attempt says was overcome, where the job failed of something else
    /// than having tried too often.
    pub(super) fn weight(&self, word: &Word) -> u8 {
        let message = self.failure.and_then(|it| it.message.as_deref());
        let was_overcome = word.who == A_REASON && message.is_some_and(|it| !says(it, &GAVE_UP));
        if was_overcome { 1 } else { word.weight }
    }

    /// Every piece that has a matching word, once each.
    pub(super) fn matched(&self, test: impl Fn(&str) -> bool) -> Vec<Matched> {
        let mut matched: Vec<Matched> = Vec::new();
        for word in self.words.iter().filter(|it| test(&it.text)) {
            if matched.len() < MAX_MATCHED && !matched.iter().any(|it| it.from == word.from) {
                matched.push(Matched::piece(&word.text, word.from));
            }
        }
        matched
    }

    /// The job's own lines, in order of time.
    pub(super) fn own_lines(&self) -> Vec<&'a LogRecord> {
        let id = &self.job.id;
        let mut lines: Vec<&LogRecord> = self
            .evidence
            .lines
            .iter()
            .filter(|it| it.roles.job.as_ref().is_none_or(|job| job == id))
            .collect();
        lines.sort_by_key(|it| (it.time, it.key));
        lines.dedup_by_key(|it| it.key);
        lines
    }

    /// The queue of the stage.
    pub(super) fn queue(&self) -> Option<String> {
        let run = self.run?;
        let waited = run.waits.iter().rev().find_map(|it| it.queue.clone());
        waited.or_else(|| self.system.stage(&run.stage)?.queue.clone())
    }
}

/// Words of a failure that says no more than that it was the last.
const GAVE_UP: [&str; 8] =
    [" retries", "retry", "gave up", "giving up", "attempts", "job failed", "task failed", "unknown error"];
/// Who says why an attempt failed.
const A_REASON: &str = "an attempt's reason";
/// More pieces than this prove nothing more.
const MAX_MATCHED: usize = 8;

/// What was heard about a trouble.
pub(super) struct Heard {
    pub(super) who: String,
    pub(super) sure: u8,
    pub(super) matched: Vec<Matched>,
}

/// The last stage that is waited for or worked on.
fn open_stage(job: &Job) -> Option<&StageRun> {
    let is_open =
        |it: &&StageRun| matches!(it.state, StageState::Waiting | StageState::Running | StageState::Retrying);
    job.stages.iter().rev().find(is_open)
}

/// Whether the address of the job is what the failing stage talks to: only the pipeline's first stage goes there, and
/// later ones talk to servers of their own.
fn fetches_the_url(system: &System, failure: &Failure) -> bool {
    let first = system.stages.iter().find(|it| it.in_pipeline).map(|it| &it.id);
    failure.stage.as_ref().zip(first).is_none_or(|(stage, first)| stage == first)
}

/// The failure's own line, then error lines and warnings of the same service in the failing attempt.
fn lines_about<'a>(
    job: &Job,
    failure: &Failure,
    run: Option<&StageRun>,
    evidence: &'a Evidence,
) -> Vec<&'a LogRecord> {
    let attempt = run.and_then(|it| it.attempts.last());
    let ours = |it: &LogRecord| it.roles.job.as_ref().is_none_or(|id| *id == job.id);
    let inside = |it: &LogRecord| {
        let Some(attempt) = attempt else { return false };
        let until = attempt.end.unwrap_or(failure.at).max(failure.at);
        it.level >= Level::Warn
            && *it.service == *attempt.service
            && attempt.start <= it.time
            && it.time <= until
    };
    let is_own = |it: &LogRecord| failure.from == Origin::Line(it.key);
    let mut lines: Vec<&LogRecord> =
        evidence.lines.iter().filter(|it| ours(it) && (is_own(it) || inside(it))).collect();
    lines.sort_by_key(|it| (!is_own(it), !it.level.is_error(), it.time, it.key));
    lines.dedup_by_key(|it| it.key);
    lines
}

/// Spans that ended in error during the failing attempt, the last to begin first: the innermost.
fn spans_about<'a>(failure: &Failure, run: Option<&StageRun>, evidence: &'a Evidence) -> Vec<&'a Span> {
    let attempt = run.and_then(|it| it.attempts.last());
    let is_own = |it: &Span| failure.from == Origin::Span(it.trace, it.id);
    let inside = |it: &Span| {
        let Some(attempt) = attempt else { return false };
        let until = attempt.end.unwrap_or(failure.at).max(failure.at);
        it.service() == attempt.service && attempt.start <= it.start && it.start <= until
    };
    let is_bad =
        |it: &Span| it.status == SpanStatus::Error || it.events.iter().any(|it| &*it.name == "exception");
    let all = evidence.traces.iter().flat_map(|it| &it.spans);
    let mut spans: Vec<&Span> = all.filter(|it| is_bad(it) && (is_own(it) || inside(it))).collect();
    spans.sort_by_key(|it| (std::cmp::Reverse(it.start), it.trace, it.id));
    spans.dedup_by_key(|it| (it.trace, it.id));
    spans
}

/// How sure what is said beside the failure makes: little where the failure has words of its own and it was earlier.
fn weight_beside(failure: &Failure, at: Timestamp) -> u8 {
    if is_silent(failure) || failure.at - at <= TOGETHER { 2 } else { 1 }
}

/// Whether a failure says nothing of itself but that it was one.
pub(super) fn is_silent(failure: &Failure) -> bool {
    let message = failure.message.as_deref().filter(|it| !says(it, &GAVE_UP));
    message.is_none() && failure.code.is_none() && failure.exception.is_none()
}

/// The line or the span that says a text, word for word.
fn who_said(text: &str, lines: &[&LogRecord], evidence: &Evidence) -> Option<Origin> {
    let says = |it: &&LogRecord| {
        let roles = &it.roles;
        let said = [&roles.error_code, &roles.exception, &roles.error, &roles.reason];
        said.into_iter().flatten().any(|it| it == text) || it.message == text
    };
    let near = lines.iter().find(|it| says(it)).copied();
    let line = near.or_else(|| evidence.lines.iter().filter(says).max_by_key(|it| (it.time, it.key)));
    let span_says = |it: &&Span| {
        let in_event = |name| {
            let mut events = it.events.iter();
            events.any(|event| event.attributes.get(name).and_then(|it| it.as_str()) == Some(text))
        };
        &*it.status_message == text || in_event("exception.type") || in_event("exception.message")
    };
    let spans = || evidence.traces.iter().flat_map(|it| &it.spans).filter(span_says);
    let span = || spans().max_by_key(|it| (it.start, it.trace, it.id));
    line.map(|it| Origin::Line(it.key)).or_else(|| span().map(|it| Origin::Span(it.trace, it.id)))
}
