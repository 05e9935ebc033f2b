//! The clock of the model: what is scheduled happens in order, and tells about itself.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

use domain::ids::{SpanId, TraceId};
use domain::time::{TimeDelta, TimeRange, Timestamp};

use super::attempt::Attempt;
use super::breaker::Breaker;
use super::deployment::{DECISION_WAIT, Machine, Service, Stage, VERSIONS};
use super::job::Job;
use super::ledger::Ledger;
use super::sampling::Sampler;
use super::steps::Stepped;
use crate::model::Options;
use crate::rng::Rng;
use crate::scenario::{Effect, Scenario};
use crate::telemetry::{Batch, Json, LogLine, Registry, Span, rfc3339};

/// Something that will happen.
#[derive(Debug)]
pub(super) enum Event {
    /// The next ordinary job comes.
    Arrival,
    /// A crawler hands in many jobs of one host.
    Crawl,
    /// The next job of a write batch comes.
    BatchArrival,
    /// This job is handed in.
    Submit(Box<Job>),
    /// The next read request comes.
    Read,
    /// A task lies in its stage's queue.
    Queued(Box<Job>),
    /// A task's retry is due.
    BackedOff(Box<Job>),
    /// A part of an attempt is over.
    Stepped(Box<Stepped>),
    /// The work of an attempt is over.
    Worked(Box<Job>, Box<Attempt>, SpanId, Timestamp),
    /// A worker process is there (again).
    Freed(Stage),
    /// Metrics are scraped.
    Scrape,
    /// A line is written.
    Line(Box<LogLine>, Option<usize>, Option<TraceId>),
    /// A span ends.
    Ended(Machine, Box<Span>),
    /// A window of the sampling ends.
    Decide(Machine, TraceId),
    /// A version goes out.
    Deploy(String),
    /// Workers of this stage complain that the broker is away.
    BrokerComplaint(Stage),
    /// Parked tasks are looked at and removed.
    Purge,
    /// A stage's frozen workers are restarted.
    Thawed(Stage),
}

struct Scheduled {
    at: Timestamp,
    order: u64,
    event: Event,
}

/// A stage's queue and workers.
#[derive(Debug, Default)]
pub(super) struct Pool {
    pub waiting: VecDeque<Box<Job>>,
    pub n_workers: usize,
    pub n_busy: usize,
    pub n_lost: usize,
    pub n_backing_off: usize,
    pub n_dead_letters: usize,
    /// Messages that frozen workers hold.
    pub frozen: VecDeque<Box<Job>>,
    pub n_queued: u64,
    pub n_started: u64,
}

/// The deployment, at one instant.
pub struct World {
    pub(super) options: Options,
    pub(super) now: Timestamp,
    pub(super) rng: Rng,
    pub(super) pools: [Pool; 3],
    pub(super) breaker: Breaker,
    pub(super) metrics: Registry,
    pub(super) version: String,
    pub(super) ledger: Ledger,
    /// The job that is held, the span of its attempt, and when that began.
    pub(super) held: Option<(Box<Job>, SpanId, Timestamp)>,
    pub(super) held_until: Option<Timestamp>,
    pub(super) n_jobs: usize,
    pub(super) n_arrivals: u64,
    pub(super) n_crawled: u64,
    pub(super) n_batched: u64,
    pub(super) n_reads: u64,
    agenda: BinaryHeap<Reverse<Scheduled>>,
    n_scheduled: u64,
    sampler: Sampler,
    sent: Batch,
}

/// How serious a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Info,
    Warning,
    Error,
    Critical,
}

impl Level {
    const fn name(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Critical => "CRITICAL",
        }
    }
}

/// Whose line it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    pub trace: Option<TraceId>,
    pub span: Option<SpanId>,
    /// The job and its id; a line may belong to a job without saying so.
    pub job: Option<(usize, Option<String>)>,
    pub operation: &'static str,
    pub mode: &'static str,
}

impl Context {
    /// A line of a job, written within a span.
    pub(super) fn of(job: &Job, span: SpanId) -> Self {
        Self {
            trace: Some(job.trace),
            span: Some(span),
            job: Some((job.number, Some(job.id.clone()))),
            operation: "write",
            mode: "async",
        }
    }

    /// The same, but the line does not say the job's id (Celery's signal handlers do not know it).
    pub(super) fn without_id(mut self) -> Self {
        self.job = self.job.map(|(number, _)| (number, None));
        (self.operation, self.mode) = ("", "");
        self
    }
}

impl World {
    /// The deployment at the start of its window.
    pub fn new(options: Options) -> Self {
        let start = options.window.start;
        let mut world = Self {
            now: start,
            rng: Rng::new(options.seed),
            pools: Stage::ALL
                .map(|stage| Pool { n_workers: workers(stage, options.rate), ..Pool::default() }),
            breaker: Breaker::default(),
            metrics: Registry::new(options.seed),
            version: VERSIONS.first().copied().unwrap_or_default().to_owned(),
            ledger: Ledger::default(),
            held: None,
            held_until: None,
            n_jobs: 0,
            n_arrivals: 0,
            n_crawled: 0,
            n_batched: 0,
            n_reads: 0,
            agenda: BinaryHeap::new(),
            n_scheduled: 0,
            sampler: Sampler::default(),
            sent: Batch::default(),
            options,
        };
        world.declare();
        world.plan_ahead();
        world
    }

    /// Lets everything happen that is due until `to`.
    pub fn advance(&mut self, to: Timestamp) {
        while let Some(Reverse(next)) = self.agenda.peek()
            && next.at <= to
        {
            let Some(Reverse(Scheduled { at, event, .. })) = self.agenda.pop() else { break };
            self.now = at;
            self.happen(event);
        }
        self.now = self.now.max(to);
    }

    /// Everything that was sent out since the last time.
    pub fn take(&mut self) -> Batch {
        let mut batch = std::mem::take(&mut self.sent);
        batch.series = self.metrics.take();
        batch
    }

    /// The present instant of the model.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    fn plan_ahead(&mut self) {
        let TimeRange { start, end } = self.options.window;
        for event in [Event::Arrival, Event::Crawl, Event::Read] {
            self.schedule(start, event);
        }
        self.schedule(start.ceil_to(super::deployment::SCRAPE_INTERVAL), Event::Scrape);
        let has_deploy =
            |it: &Scenario| it.effects.iter().any(|it| matches!(it.effect, Effect::Deploy { .. }));
        if !self.options.scenarios.iter().any(has_deploy) {
            let usual = VERSIONS.last().copied().unwrap_or_default().to_owned();
            self.schedule(start + TimeDelta::from_nanos((end - start).nanos() / 3), Event::Deploy(usual));
        }
        for timed in self.options.scenarios.iter().flat_map(|it| it.effects.clone()).collect::<Vec<_>>() {
            match timed.effect {
                Effect::Deploy { version, .. } => self.schedule(timed.from, Event::Deploy(version)),
                Effect::WriteBatch { .. } => self.schedule(timed.from, Event::BatchArrival),
                Effect::BrokerLost { stage } => {
                    let stage = Stage::ALL.into_iter().find(|it| it.name() == stage);
                    if let Some(stage) = stage {
                        self.schedule(timed.from, Event::BrokerComplaint(stage));
                    }
                }
                Effect::WorkersFreeze { stage } => {
                    let stage = Stage::ALL.into_iter().find(|it| it.name() == stage);
                    if let Some((stage, until)) = stage.zip(timed.until) {
                        self.schedule(until, Event::Thawed(stage));
                    }
                }
                Effect::InferenceFails { .. } | Effect::LargePages { .. } => {
                    if let Some(until) = timed.until {
                        self.schedule(until + TimeDelta::from_secs(900), Event::Purge);
                    }
                }
                _ => {}
            }
        }
        self.plan_crafted();
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Arrival => self.arrive(),
            Event::Crawl => self.crawl(),
            Event::BatchArrival => self.batch_arrives(),
            Event::Submit(job) => self.submit(job),
            Event::Read => self.read(),
            Event::Queued(job) => self.queued(job),
            Event::BackedOff(job) => self.backed_off(job),
            Event::Stepped(it) => self.stepped(*it),
            Event::Worked(job, attempt, run, started) => self.worked(job, &attempt, run, started),
            Event::Freed(stage) => self.freed(stage),
            Event::Scrape => self.scrape(),
            Event::Line(line, number, trace) => self.write(*line, number, trace),
            Event::Ended(machine, span) => self.span_ended(machine, *span),
            Event::Decide(machine, trace) => self.decide(machine, trace),
            Event::Deploy(version) => self.deploy(version),
            Event::BrokerComplaint(stage) => self.complain(stage),
            Event::Purge => self.purge(),
            Event::Thawed(stage) => self.thawed(stage),
        }
    }

    /// Lets something happen later; never in the past.
    pub(super) fn schedule(&mut self, at: Timestamp, event: Event) {
        self.n_scheduled += 1;
        self.agenda.push(Reverse(Scheduled { at: at.max(self.now), order: self.n_scheduled, event }));
    }

    /// All effects that are in force.
    pub(super) fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.options.scenarios.iter().flat_map(|it| it.at(self.now))
    }

    pub(super) fn pool(&mut self, stage: Stage) -> &mut Pool {
        let [scrape, chunk, embed] = &mut self.pools;
        match stage {
            Stage::Scrape => scrape,
            Stage::Chunk => chunk,
            Stage::Embed => embed,
        }
    }

    /// Writes a service's log line at `at`.
    pub(super) fn log(
        &mut self,
        at: Timestamp,
        service: Service,
        level: Level,
        context: Context,
        event: &str,
        fields: &Json,
    ) {
        let (trace, span) = (context.trace.map(|it| it.to_string()), context.span.map(|it| it.to_string()));
        let number = context.job.as_ref().map(|(number, _)| *number);
        let some = |text: &'static str| (!text.is_empty()).then_some(text);
        let body = Json::new()
            .text("timestamp", &rfc3339(at))
            .text("level", level.name())
            .text("service", service.name())
            .maybe("trace_id", trace.as_deref())
            .maybe("span_id", span.as_deref())
            .maybe("job_id", context.job.as_ref().and_then(|(_, id)| id.as_deref()))
            .maybe("operation", some(context.operation))
            .maybe("request_mode", some(context.mode))
            .text("event", event)
            .and(fields)
            .finish();
        let line = LogLine {
            at,
            labels: vec![
                ("service_name", service.name().to_owned()),
                ("service", service.name().to_owned()),
                ("level", level.name().to_owned()),
            ],
            metadata: trace.map(|it| ("trace_id", it)).into_iter().collect(),
            body,
        };
        let number = number.filter(|_| context.job.is_some_and(|(_, id)| id.is_some()));
        self.schedule(at, Event::Line(Box::new(line), number, context.trace));
    }

    /// Ends a span at its end.
    pub(super) fn end_span(&mut self, service: Service, mut span: Span) {
        span.version.clone_from(&self.version);
        self.schedule(span.end, Event::Ended(service.machine(), Box::new(span)));
    }

    fn write(&mut self, line: LogLine, number: Option<usize>, trace: Option<TraceId>) {
        if let Some(record) = number.and_then(|it| self.ledger.of(it)) {
            record.n_lines += 1;
        }
        if let Some(record) = trace.and_then(|it| self.ledger.of_trace(it)) {
            record.n_trace_lines += 1;
        }
        self.sent.lines.push(line);
    }

    fn span_ended(&mut self, machine: Machine, span: Span) {
        let trace = span.trace;
        if let Some(record) = self.ledger.of_trace(trace) {
            record.n_spans += 1;
        }
        if self.sampler.take(machine, span) {
            self.schedule(self.now + DECISION_WAIT, Event::Decide(machine, trace));
        }
    }

    fn decide(&mut self, machine: Machine, trace: TraceId) {
        let spans = self.sampler.decide(machine, trace);
        if let Some(record) = self.ledger.of_trace(trace) {
            for span in &spans {
                *record.kept.entry(span.service).or_default() += 1;
                record.n_error_spans += usize::from(span.error.is_some());
            }
        }
        self.sent.spans.extend(spans);
    }
}

/// Worker processes that a stage has at so many jobs a minute.
fn workers(stage: Stage, rate: f64) -> usize {
    ((stage.n_workers() as f64 * rate / 20.0).ceil() as usize).max(1)
}

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Scheduled {}

impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scheduled {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}
