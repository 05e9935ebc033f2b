//! A job on its way through the pipeline.

use domain::attr::AttrValue;
use domain::ids::{SpanId, TraceId};
use domain::time::{TimeDelta, Timestamp};

use super::deployment::{BATCH_SIZE, CORPORA, HOSTS, Host, PAGES, Service, Stage};
use crate::rng::Rng;
use crate::telemetry::{Span, SpanKind, span_id, trace_id};

/// What a job is made for, when it is made for a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// It stays in its last stage until it is told to finish.
    Running,
    /// It is lost in its last stage.
    Stuck,
}

/// A job, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// Its place in the ledger.
    pub number: usize,
    /// `job.id`.
    pub id: String,
    /// The trace of its present run through the pipeline.
    pub trace: TraceId,
    /// Its own chance.
    pub rng: Rng,
    /// The site.
    pub host: &'static str,
    /// `job.url`.
    pub url: String,
    /// `corpus.name`.
    pub corpus: String,
    /// `caller.type`.
    pub caller: &'static str,
    /// `http.request_id`.
    pub request_id: String,
    /// Size of the page.
    pub bytes: f64,
    /// Pieces that it is cut into.
    pub n_chunks: u32,
    /// When it was submitted.
    pub submitted: Timestamp,
    /// The stage it is in.
    pub stage: Stage,
    /// Celery's id of the stage's task.
    pub task_id: String,
    /// Retries so far in this stage.
    pub retries: u32,
    /// How often a worker was lost with it in this stage.
    pub n_losses: u32,
    /// How long the broker waits for its task, where it never hears of it.
    pub outlasts: Option<TimeDelta>,
    /// When its task was last put into the queue.
    pub queued: Timestamp,
    /// When the stage's task was first queued.
    pub stage_queued: Timestamp,
    /// The span that queued the task: parent of the next attempt.
    pub producer: SpanId,
    /// What it was made for, if for a test.
    pub crafted: Option<Purpose>,
}

impl Job {
    /// The job with this number and chance of its own, submitted at this instant.
    pub(super) fn new(number: usize, mut rng: Rng, submitted: Timestamp, host: Option<&'static str>) -> Self {
        let id = format!("job-{}-{}", rng.hex(8), rng.hex(4));
        let trace = trace_id(&mut rng);
        let site = host.and_then(|name| HOSTS.iter().find(|it| it.name == name).copied());
        let site = site.unwrap_or_else(|| any_host(&mut rng));
        let url =
            format!("https://{}/{}/{}-{}", site.name, site.section, rng.pick(&PAGES), rng.below(900) + 100);
        let bytes = rng.log_normal(180e3, 0.9).clamp(4e3, 8e6);
        let n_chunks = (bytes / 4_500.0).clamp(2.0, 160.0) as u32;
        let caller = rng.pick(&["service", "service", "service", "user", "user", "unknown"]);
        Self {
            number,
            id,
            trace,
            host: site.name,
            url,
            corpus: rng.pick(&CORPORA).to_owned(),
            caller,
            request_id: rng.hex(16),
            bytes,
            n_chunks,
            submitted,
            stage: Stage::Scrape,
            task_id: rng.uuid(),
            retries: 0,
            n_losses: 0,
            outlasts: None,
            queued: submitted,
            stage_queued: submitted,
            producer: span_id(&mut rng),
            crafted: None,
            rng,
        }
    }

    /// Calls to the inference server that its pieces need.
    pub(super) const fn n_batches(&self) -> u32 {
        self.n_chunks.div_ceil(BATCH_SIZE)
    }

    /// Begins the next stage.
    pub(super) fn enter(&mut self, stage: Stage) {
        self.stage = stage;
        self.task_id = self.rng.uuid();
        self.retries = 0;
        self.n_losses = 0;
    }

    /// A length between two numbers of milliseconds.
    pub(super) fn millis(&mut self, low: f64, high: f64) -> TimeDelta {
        TimeDelta::from_secs_f64(self.rng.between(low, high) / 1e3)
    }

    /// A span of this job, with the attributes that all of them carry.
    pub(super) fn span(&mut self, service: Service, scope: &'static str, name: &str, kind: SpanKind) -> Span {
        Span {
            trace: self.trace,
            id: span_id(&mut self.rng),
            parent: None,
            service: service.name(),
            version: String::new(),
            scope,
            name: name.to_owned(),
            kind,
            start: Timestamp::default(),
            end: Timestamp::default(),
            attrs: vec![("job.id", AttrValue::text(&self.id)), ("job.url", AttrValue::text(&self.url))],
            error: None,
            exception: None,
        }
    }
}

fn any_host(rng: &mut Rng) -> Host {
    let mut drawn = rng.below(100) as u32;
    for host in HOSTS {
        if drawn < host.share {
            return host;
        }
        drawn -= host.share;
    }
    Host::default()
}
