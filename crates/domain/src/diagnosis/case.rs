//! What a rule may look at: the failure and every word that was said about it, each with who said it.

use super::http;
use crate::job::{AttemptOutcome, Evidence, Failure, Job, Origin, StageRun};
use crate::logs::LogRecord;
use crate::system::System;

/// A failure and the words about it.
pub(super) struct Case<'a> {
    pub(super) failure: &'a Failure,
    /// What the stage is called, for sentences; `the job` where no stage is known.
    pub(super) stage: String,
    /// Everything said about the failure, the most exact first.
    pub(super) words: Vec<Word<'a>>,
    /// The host that the failing work was talking to: the one that the words name, or that of the address that the
    /// failing line names, where the stage is the one that fetches it.
    pub(super) host: Option<String>,
    run: Option<&'a StageRun>,
}

/// A text and who said it.
pub(super) struct Word<'a> {
    /// Such as `the error code`.
    pub(super) who: &'static str,
    pub(super) text: &'a str,
    /// Whether it is a name that software gives to one kind of trouble, not free text.
    pub(super) is_exact: bool,
}

/// Texts longer than this are traces and pages, not messages; only so many bytes of them are read.
const MAX_TEXT_BYTES: usize = 4_096;

impl<'a> Case<'a> {
    /// The case of a job that has failed, or whose newest attempt has.
    pub(super) fn new(system: &System, job: &'a Job, evidence: &'a Evidence) -> Option<Self> {
        let failure = job.failure.as_ref()?;
        let run = failure.stage.as_ref().and_then(|it| job.stage(it));
        let lines = lines_about(job, failure, run, evidence);

        let exact = [("the error code", &failure.code), ("the exception", &failure.exception)];
        let mut words: Vec<Word> = (exact.into_iter())
            .filter_map(|(who, text)| Some(Word { who, text: text.as_deref()?, is_exact: true }))
            .collect();
        let loose = |who: &'static str, text: &'a str| Word { who, text: head(text), is_exact: false };
        words.extend(failure.message.as_deref().map(|it| loose("the message", it)));
        let attempts = run.into_iter().flat_map(|it| &it.attempts);
        words.extend(attempts.filter_map(|it| Some(loose("an attempt's reason", it.reason.as_deref()?))));
        for line in &lines {
            let roles = &line.roles;
            let said = [&roles.error_code, &roles.exception, &roles.error, &roles.reason];
            words.extend(said.into_iter().flatten().map(|it| loose("a log line", it)));
            words.push(loose("a log line", &line.message));
        }
        let in_text = words.iter().find_map(|it| http::host_in(it.text));
        let of_lines = || lines.iter().find_map(|it| http::host(it.roles.url.as_deref()?));
        let host = in_text.or_else(|| of_lines().filter(|_| fetches_the_url(system, failure)));
        let host = host.map(str::to_owned);
        let stage = failure.stage.as_ref().map_or_else(
            || "the job".to_owned(),
            |it| system.stage(it).map_or_else(|| it.to_string(), |it| it.title.clone()),
        );
        Some(Self { failure, stage, words, host, run })
    }

    /// The first word about which something is true, and what.
    pub(super) fn find<T>(&self, test: impl Fn(&str) -> Option<T>) -> Option<(&Word<'a>, T)> {
        self.words.iter().find_map(|it| Some((it, test(it.text)?)))
    }

    /// How many attempts at the stage began, and nobody says how they ended.
    pub(super) fn n_lost(&self) -> usize {
        let attempts = self.run.into_iter().flat_map(|it| &it.attempts);
        attempts.filter(|it| it.outcome == AttemptOutcome::Unknown && it.end.is_none()).count()
    }

    /// How many attempts failed at the stage, and of how many the reason or code passes a test.
    pub(super) fn attempts_that(&self, test: impl Fn(&str) -> bool) -> (usize, usize) {
        let attempts = self.run.into_iter().flat_map(|it| &it.attempts);
        let failed =
            attempts.filter(|it| matches!(it.outcome, AttemptOutcome::Failed | AttemptOutcome::Retried));
        let passes = |text: &Option<String>| text.as_deref().is_some_and(&test);
        let alike = failed.clone().filter(|it| passes(&it.reason) || passes(&it.error_code));
        (failed.count(), alike.count())
    }
}

/// Whether the address of the job is what the failing stage talks to: only the pipeline's first stage goes there, and
/// later ones talk to servers of their own.
fn fetches_the_url(system: &System, failure: &Failure) -> bool {
    let first = system.stages.iter().find(|it| it.in_pipeline).map(|it| &it.id);
    failure.stage.as_ref().zip(first).is_none_or(|(stage, first)| stage == first)
}

/// The failure's own line, and error lines of the same service in the failing attempt.
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
        it.level.is_error() && *it.service == *attempt.service && attempt.start <= it.time && it.time <= until
    };
    let is_own = |it: &LogRecord| failure.from == Origin::Line(it.key);
    let mut lines: Vec<&LogRecord> =
        evidence.lines.iter().filter(|it| ours(it) && (is_own(it) || inside(it))).collect();
    lines.sort_by_key(|it| (!is_own(it), it.time, it.key));
    lines.dedup_by_key(|it| it.key);
    lines
}

/// The beginning of a text, cut at a character's edge.
fn head(text: &str) -> &str {
    let mut end = text.len().min(MAX_TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
