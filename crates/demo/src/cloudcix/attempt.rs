//! What happens inside one attempt at a task, decided when it starts.

use domain::attr::AttrValue;
use domain::time::TimeDelta;

use super::deployment::{BATCH_SIZE, MAX_REDELIVERIES, MAX_RETRIES, MODEL, Stage, TOO_LARGE_BYTES};
use super::fault::{self, Fault};
use super::job::Job;
use crate::errors::LibraryError;
use crate::telemetry::SpanKind;

/// The world as an attempt finds it.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    /// The page's host answers with this status (0: not in time) after about so many milliseconds.
    pub host: Option<(u16, f64)>,
    /// The share of inference calls that fail, and how.
    pub inference: Option<(f64, String)>,
    /// What a library raises in it.
    pub library: Option<LibraryError>,
    /// Is the circuit breaker open?
    pub is_breaker_open: bool,
}

/// One attempt, from its start on.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    /// How long it works; what tells others about it comes after that.
    pub work: TimeDelta,
    /// What it does meanwhile.
    pub steps: Vec<Step>,
    /// How it ends.
    pub end: End,
}

/// A part of an attempt with a span of its own.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// The span's name.
    pub name: &'static str,
    /// The span's instrumentation.
    pub scope: &'static str,
    /// The span's kind.
    pub kind: SpanKind,
    /// From when to when, after the attempt's start.
    pub lasts: (TimeDelta, TimeDelta),
    /// The span's attributes.
    pub attrs: Vec<(&'static str, AttrValue)>,
    /// Why it failed.
    pub fault: Option<Fault>,
    /// Texts and tokens of a call to the inference server.
    pub embedded: Option<(u32, u32)>,
}

/// How an attempt ends.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// Well.
    Done,
    /// An exception; there will be another attempt.
    Retry(Fault),
    /// An exception, for good.
    Failed(Fault),
    /// The kernel killed the process; the task is delivered again.
    Killed,
    /// The kernel killed the process, once too often.
    KilledForGood(Fault),
    /// The whole container went away, and with it every trace of the attempt.
    Vanished,
    /// It goes on for longer than the broker waits, which hands the task out again.
    Outlasted,
}

impl End {
    fn of(fault: Fault, retries: u32) -> Self {
        if fault.is_transient && retries < MAX_RETRIES { Self::Retry(fault) } else { Self::Failed(fault) }
    }
}

/// Decides an attempt at the job's present stage.
pub(super) fn plan(job: &mut Job, conditions: &Conditions) -> Attempt {
    if let Some(error) = &conditions.library {
        let work = TimeDelta::from_secs_f64(job.rng.between(0.2, 3.0));
        return Attempt { work, steps: Vec::new(), end: End::of(fault::library(error), job.retries) };
    }
    match job.stage {
        Stage::Scrape => scrape(job, conditions),
        Stage::Chunk => chunk(job),
        Stage::Embed => embed(job, conditions),
    }
}

/// An attempt that goes well, whatever the world is like.
pub(super) fn plan_well(job: &mut Job) -> Attempt {
    loop {
        let attempt = plan(job, &Conditions::default());
        if matches!(attempt.end, End::Done) {
            return attempt;
        }
    }
}

/// An attempt that the broker loses patience with.
pub(super) const fn outlast(patience: TimeDelta) -> Attempt {
    Attempt { work: patience, steps: Vec::new(), end: End::Outlasted }
}

/// An attempt of which nothing is ever heard.
pub(super) const fn vanish() -> Attempt {
    Attempt { work: TimeDelta::from_secs(9), steps: Vec::new(), end: End::Vanished }
}

fn scrape(job: &mut Job, conditions: &Conditions) -> Attempt {
    let (status, millis) = match conditions.host {
        Some((status, latency_ms)) => (status, job.rng.log_normal(latency_ms, 0.25)),
        None => match job.rng.below(1_000) {
            0..9 if job.retries == 0 => (404, job.rng.log_normal(900.0, 0.5)),
            9..12 if job.retries == 0 => (410, job.rng.log_normal(900.0, 0.5)),
            12..34 => (503, job.rng.log_normal(2_500.0, 0.5)),
            34..46 => (0, 15_000.0),
            _ => (200, job.rng.log_normal(3_600.0, 0.6).clamp(350.0, 14_500.0)),
        },
    };
    let answered = TimeDelta::from_secs_f64(if status == 0 { 15.0 } else { millis / 1e3 });
    let is_good = status == 200;
    let fault = (!is_good).then(|| fault::http(status, &job.url));
    let mut attrs = vec![
        ("http.request.method", AttrValue::text("GET")),
        ("url.full", AttrValue::text(&job.url)),
        ("server.address", AttrValue::text(job.host)),
    ];
    if status != 0 {
        attrs.push(("http.response.status_code", AttrValue::Int(status.into())));
    }
    let begin = job.millis(2.0, 9.0);
    let get = Step {
        name: "GET",
        scope: "httpx",
        kind: SpanKind::Client,
        lasts: (begin, begin + answered),
        attrs,
        fault: fault.clone(),
        embedded: None,
    };
    let extract = job.millis(18.0, 90.0);
    let work = begin + answered + if is_good { extract } else { job.millis(1.0, 4.0) };
    let end = fault.map_or(End::Done, |it| End::of(it, job.retries));
    Attempt { work, steps: vec![get], end }
}

fn chunk(job: &mut Job) -> Attempt {
    let seconds = job.rng.log_normal(0.35 + job.bytes / 2.2e5, 0.3).clamp(0.12, 40.0);
    let begin = job.millis(2.0, 6.0);
    if job.bytes > TOO_LARGE_BYTES {
        // Memory fills until the kernel steps in.
        let work = begin + TimeDelta::from_secs_f64(job.rng.between(6.0, 14.0));
        let end = match job.n_losses {
            _ if job.rng.chance(0.12) => End::Vanished,
            0..MAX_REDELIVERIES => End::Killed,
            _ => End::KilledForGood(fault::worker_lost()),
        };
        return Attempt { work, steps: Vec::new(), end };
    }
    let is_binary = job.rng.chance(0.002);
    let end = if is_binary { End::Failed(fault::encoding()) } else { End::Done };
    let lasts = TimeDelta::from_secs_f64(if is_binary { 0.02 } else { seconds });
    let split = Step {
        name: "split_text",
        scope: "chunking",
        kind: SpanKind::Internal,
        lasts: (begin, begin + lasts),
        attrs: Vec::new(),
        fault: is_binary.then(fault::encoding),
        embedded: None,
    };
    Attempt { work: begin + lasts + job.millis(3.0, 12.0), steps: vec![split], end }
}

fn embed(job: &mut Job, conditions: &Conditions) -> Attempt {
    let mut now = job.millis(3.0, 9.0);
    let mut steps = Vec::new();
    if conditions.is_breaker_open {
        let work = now + job.millis(1.0, 5.0);
        return Attempt { work, steps, end: End::of(fault::inference("circuit_open"), job.retries) };
    }
    let is_too_long = job.retries == 0 && job.rng.chance(0.002);
    let failing = conditions.inference.as_ref().filter(|(share, _)| job.rng.chance(*share));
    let kind = match failing {
        Some((_, kind)) => Some(kind.as_str()),
        None => is_too_long.then_some("token_limit_exceeded"),
    };
    let n_batches = job.n_batches();
    let fails_at = kind.map(|_| job.rng.below(n_batches.min(2) as usize) as u32);
    for batch in 0..n_batches {
        let n_texts = BATCH_SIZE.min(job.n_chunks - batch * BATCH_SIZE);
        let n_tokens = (f64::from(n_texts) * job.rng.between(210.0, 430.0)) as u32;
        let fault = (fails_at == Some(batch)).then(|| fault::inference(kind.unwrap_or_default()));
        let seconds = match &fault {
            Some(it) if it.status.is_none() => job.rng.between(0.003, 0.02),
            Some(_) => job.rng.between(0.2, 1.4),
            None => job.rng.log_normal(0.62, 0.35).clamp(0.15, 4.0),
        };
        let to = now + TimeDelta::from_secs_f64(seconds);
        let status = fault.as_ref().map_or(Some(200), |it| it.status);
        let mut attrs = vec![
            ("http.request.method", AttrValue::text("POST")),
            ("url.full", AttrValue::text("http://inference:8000/v1/embeddings")),
            ("server.address", AttrValue::text("inference")),
            ("operation", AttrValue::text("write")),
            ("embedding.model", AttrValue::text(MODEL)),
            ("embedding.tokens", AttrValue::Int(n_tokens.into())),
        ];
        attrs.extend(status.map(|it| ("http.response.status_code", AttrValue::Int(it.into()))));
        let is_bad = fault.is_some();
        steps.push(Step {
            name: "POST",
            scope: "httpx",
            kind: SpanKind::Client,
            lasts: (now, to),
            attrs,
            fault,
            embedded: Some((n_texts, n_tokens)),
        });
        now = to + job.millis(2.0, 8.0);
        if is_bad {
            let end = End::of(fault::inference(kind.unwrap_or_default()), job.retries);
            return Attempt { work: now, steps, end };
        }
    }
    let to = now + TimeDelta::from_secs_f64(0.02 + f64::from(job.n_chunks) * 0.001);
    steps.push(Step {
        name: "INSERT embeddings",
        scope: "asyncpg",
        kind: SpanKind::Client,
        lasts: (now, to),
        attrs: vec![
            ("db.system", AttrValue::text("postgresql")),
            ("operation", AttrValue::text("write")),
            ("corpus.name", AttrValue::text(&job.corpus)),
        ],
        fault: None,
        embedded: None,
    });
    Attempt { work: to + job.millis(2.0, 6.0), steps, end: End::Done }
}
