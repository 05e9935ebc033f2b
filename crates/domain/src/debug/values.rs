//! What the placeholders in a step's texts stand for, worked out from the job and its evidence.

use crate::diagnosis::http;
use crate::ids::TaskId;
use crate::job::{Evidence, Job, StageRun};
use crate::logs::LogRecord;
use crate::system::System;
use crate::time::{TimeDelta, Timestamp};

/// Everything that a placeholder may stand for; `None` where the evidence does not say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// `{job}`: the job's id.
    pub job: Option<String>,
    /// `{task}`: the id of its newest task, of the failed stage where that is known.
    pub task: Option<String>,
    /// `{trace}`: its trace's id.
    pub trace: Option<String>,
    /// `{service}`: the service that failed, or that worked last.
    pub service: Option<String>,
    /// `{stage}`: the stage that failed, or is open.
    pub stage: Option<String>,
    /// `{queue}`: the queue that feeds it.
    pub queue: Option<String>,
    /// `{url}`: what the job is about.
    pub url: Option<String>,
    /// `{host}`: the host of that.
    pub host: Option<String>,
    /// `{code}`: the error's code.
    pub code: Option<String>,
    /// `{error}`: the error's message.
    pub error: Option<String>,
    /// `{user}`: who asked for it.
    pub user: Option<String>,
    /// `{request}`: the request's id at the gateway.
    pub request: Option<String>,
    /// `{version}`: the version that failed.
    pub version: Option<String>,
    /// `{from}`: milliseconds since the epoch, a little before the job.
    pub from_ms: Option<i64>,
    /// `{to}`: milliseconds since the epoch, a little after it.
    pub to_ms: Option<i64>,
}

/// Names of the placeholders, as texts write them.
pub const PLACEHOLDERS: [&str; 15] = [
    "job", "task", "trace", "service", "stage", "queue", "url", "host", "code", "error", "user", "request",
    "version", "from", "to",
];

/// How much of the time round a job other tools are shown.
const MARGIN: TimeDelta = TimeDelta::from_secs(300);

impl Values {
    /// What a job and its evidence have to offer.
    pub fn of(system: &System, job: &Job, evidence: &Evidence, now: Timestamp) -> Self {
        let run = troubled_stage(job);
        let attempt = run.and_then(|it| it.attempts.last());
        let stage = run.and_then(|it| system.stage(&it.stage));
        let lines =
            || evidence.lines.iter().filter(|it| it.roles.job.as_ref().is_none_or(|id| *id == job.id));
        let newest =
            |has: &dyn Fn(&&LogRecord) -> bool| lines().filter(has).max_by_key(|it| (it.time, it.key));
        let of_service = |it: &&LogRecord| {
            it.roles.task_id.is_some() && attempt.is_none_or(|attempt| *it.service == *attempt.service)
        };
        let task_line = newest(&of_service).or_else(|| newest(&|it| it.roles.task_id.is_some()));
        let kept = evidence.traces.iter().find_map(|it| it.spans.first()).map(|it| it.trace);
        let named = || lines().find_map(|it| it.roles.trace);
        let service = attempt.map(|it| it.service.clone()).filter(|it| !it.is_empty());
        let service = service
            .or_else(|| stage.and_then(|it| it.service.clone()))
            .or_else(|| newest(&|it| it.level.is_error()).map(|it| it.service.to_string()))
            .or_else(|| newest(&|_| true).map(|it| it.service.to_string()));
        let url = job.facts.url.clone();
        let failure = job.failure.as_ref();
        let end = job.ended.map(|it| it.at).or(job.last_seen).unwrap_or(now);
        let begin = job.submitted.map(|it| it.at).or_else(|| lines().map(|it| it.time).min());
        Self {
            job: Some(job.id.to_string()),
            task: task_line.and_then(|it| it.roles.task_id.as_ref()).map(TaskId::to_string),
            trace: kept.or_else(named).map(|it| it.to_string()),
            service: service.filter(|it| !it.is_empty()),
            stage: run.map(|it| it.stage.to_string()),
            queue: stage.and_then(|it| it.queue.clone()),
            host: url.as_deref().and_then(http::host).map(str::to_owned),
            url,
            code: failure.and_then(|it| it.code.clone()),
            error: failure.and_then(|it| it.message.clone().or_else(|| it.exception.clone())),
            user: job.facts.user.clone(),
            request: job.facts.request_id.clone(),
            version: job.facts.version.clone(),
            from_ms: begin.map(|it| (it - MARGIN).millis()),
            to_ms: Some((end + MARGIN).millis()),
        }
    }

    /// What a placeholder of this name stands for.
    pub fn get(&self, name: &str) -> Option<String> {
        match name {
            "job" => self.job.clone(),
            "task" => self.task.clone(),
            "trace" => self.trace.clone(),
            "service" => self.service.clone(),
            "stage" => self.stage.clone(),
            "queue" => self.queue.clone(),
            "url" => self.url.clone(),
            "host" => self.host.clone(),
            "code" => self.code.clone(),
            "error" => self.error.clone(),
            "user" => self.user.clone(),
            "request" => self.request.clone(),
            "version" => self.version.clone(),
            "from" => self.from_ms.map(|it| it.to_string()),
            "to" => self.to_ms.map(|it| it.to_string()),
            _ => None,
        }
    }
}

/// The stage in trouble: the one that failed, else the last one that was reached.
pub(super) fn troubled_stage(job: &Job) -> Option<&StageRun> {
    let failed = job.failure.as_ref().and_then(|it| it.stage.as_ref()).and_then(|it| job.stage(it));
    let began = |it: &&StageRun| {
        it.attempts.iter().map(|it| it.start).chain(it.waits.iter().map(|it| it.start)).max()
    };
    let reached = || job.stages.iter().filter(|it| began(it).is_some()).max_by_key(began);
    failed.or_else(reached)
}

/// What everything about a job's trouble is told beside: an instant, and what happened then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// When.
    pub at: Timestamp,
    /// What it is called: `the failure`.
    pub name: &'static str,
}

impl Anchor {
    /// A failure.
    pub const fn failure(at: Timestamp) -> Self {
        Self { at, name: "the failure" }
    }

    /// That of a job: its failure, else its end, else the last sign of it. `None` where nothing tells a time.
    pub fn of(job: &Job) -> Option<Self> {
        let failed = job.failure.as_ref().map(|it| Self::failure(it.at));
        let ended = job.ended.map(|it| Self { at: it.at, name: "its end" });
        let seen = job.last_seen.or(job.submitted.map(|it| it.at));
        failed.or(ended).or(seen.map(|at| Self { at, name: "its last sign" }))
    }
}

/// The instant of the trouble: of the failure, else of the end, else of the last sign of life.
pub fn troubled_at(job: &Job) -> Option<Timestamp> {
    Anchor::of(job).map(|it| it.at)
}

/// The first of the words that stands in the job's trouble: its failure, its attempts' reasons, and its lines that
/// are worse than normal. In any case; short words only where they stand alone.
pub fn speaks_of<'a>(words: &'a [String], job: &Job, evidence: &Evidence) -> Option<&'a str> {
    let failure = job.failure.iter().flat_map(|it| [&it.code, &it.message, &it.exception]).flatten();
    let attempts = job.stages.iter().flat_map(|it| &it.attempts);
    let attempts = attempts.flat_map(|it| [&it.reason, &it.error_code]).flatten();
    let bad = evidence.lines.iter().filter(|it| it.level >= crate::logs::Level::Warn);
    let ours = bad.filter(|it| it.roles.job.as_ref().is_none_or(|id| *id == job.id)).map(|it| &it.line);
    let texts: Vec<String> = failure.chain(attempts).chain(ours).map(|it| it.to_ascii_lowercase()).collect();
    words.iter().map(String::as_str).find(|word| texts.iter().any(|it| has_word(it, word)))
}

/// Whether a text in lower case has the word in it.
fn has_word(text: &str, word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    if word.len() > 4 {
        return text.contains(&word);
    }
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|it| it == word)
}
