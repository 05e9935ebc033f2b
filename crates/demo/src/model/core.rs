//! The clock of a model: what is scheduled happens in order; tasks wait for workers, and metrics are scraped.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

use domain::ids::TraceId;
use domain::time::{TimeDelta, TimeRange, Timestamp};

use super::ledger::{Ledger, Record, State};
use super::{Deployment, Options, Purpose, Task};
use crate::rng::Rng;
use crate::scenario::{Effect, Timed};
use crate::telemetry::{Batch, Family, LogLine, Registry, Span};

/// How often metrics are scraped.
const SCRAPE_INTERVAL: TimeDelta = TimeDelta::from_secs(15);
/// How long it takes until a lost worker is replaced.
const RESTART: TimeDelta = TimeDelta::from_secs(25);

/// What happens to the core alone: a record changes, a number is counted.
type Deed<L> = Box<dyn FnOnce(&mut Core<L>)>;

/// A number that is noted when its time has come: which series, by how much, and in which trace it was seen.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) family: Family,
    pub(crate) labels: Vec<(&'static str, String)>,
    pub(crate) amount: f64,
    pub(crate) seen: Option<TraceId>,
}

impl Note {
    /// One more, or one observation of `amount`.
    pub(crate) fn new(family: Family, labels: &[(&'static str, &str)], amount: f64) -> Self {
        let labels = labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { family, labels, amount, seen: None }
    }

    /// The same, seen in this trace.
    pub(crate) fn seen_in(self, trace: TraceId) -> Self {
        Self { seen: Some(trace), ..self }
    }
}

enum Event<L> {
    Arrival,
    Crafted(Purpose),
    Queued(Box<Task<L>>),
    Freed,
    /// Workers may have come back.
    Back,
    /// The held task goes on.
    Released(Box<Task<L>>, Timestamp),
    Scrape,
    Line(Box<LogLine>, Option<usize>),
    Span(Box<Span>, usize),
    Deed(Deed<L>),
}

struct Scheduled<L> {
    at: Timestamp,
    order: u64,
    event: Event<L>,
}

/// The queue and its workers.
#[derive(Debug)]
pub(crate) struct Pool<L> {
    pub(crate) waiting: VecDeque<Box<Task<L>>>,
    pub(crate) n_workers: usize,
    pub(crate) n_busy: usize,
}

/// The state of a deployment at one instant.
pub(crate) struct Core<L> {
    pub(crate) options: Options,
    pub(crate) now: Timestamp,
    pub(crate) metrics: Registry,
    pub(crate) ledger: Ledger,
    pub(crate) pool: Pool<L>,
    rng: Rng,
    n_arrivals: u64,
    n_crafted: u64,
    /// Tasks that are held with their worker, and tasks that are held in the queue.
    held: Vec<Box<Task<L>>>,
    kept_waiting: Vec<Box<Task<L>>>,
    held_until: Option<Timestamp>,
    agenda: BinaryHeap<Reverse<Scheduled<L>>>,
    n_scheduled: u64,
    sent: Batch,
}

impl<L> Core<L> {
    pub(super) fn new(options: Options, n_workers: fn(f64) -> usize) -> Self {
        let start = options.window.start;
        let n_workers = n_workers(options.rate).max(1);
        let mut core = Self {
            now: start,
            metrics: Registry::new(options.seed),
            ledger: Ledger::default(),
            pool: Pool { waiting: VecDeque::new(), n_workers, n_busy: 0 },
            rng: Rng::new(options.seed),
            n_arrivals: 0,
            n_crafted: 0,
            held: Vec::new(),
            kept_waiting: Vec::new(),
            held_until: None,
            agenda: BinaryHeap::new(),
            n_scheduled: 0,
            sent: Batch::default(),
            options,
        };
        core.plan_ahead();
        core
    }

    fn plan_ahead(&mut self) {
        let TimeRange { start, end } = self.options.window;
        self.schedule(start, Event::Arrival);
        self.schedule(start.ceil_to(SCRAPE_INTERVAL), Event::Scrape);
        for until in self.timed().filter_map(|it| it.until).collect::<Vec<_>>() {
            self.schedule(until, Event::Back);
        }
        let length = end - start;
        for i in 0..self.options.n_stuck {
            let share = 0.1 + 0.35 * (i as f64 + 0.5) / self.options.n_stuck as f64;
            let at = start + TimeDelta::from_secs_f64(length.as_secs_f64() * share);
            self.schedule(at, Event::Crafted(Purpose::Stuck));
        }
        if self.options.has_held_job {
            self.schedule(end - TimeDelta::from_secs(90), Event::Crafted(Purpose::Running));
            self.schedule(end - TimeDelta::from_secs(45), Event::Crafted(Purpose::Queued));
        }
    }

    pub(super) fn advance<D: Deployment<Load = L>>(&mut self, deployment: &mut D, to: Timestamp) {
        while let Some(Reverse(next)) = self.agenda.peek()
            && next.at <= to
        {
            let Some(Reverse(Scheduled { at, event, .. })) = self.agenda.pop() else { break };
            self.now = at;
            self.happen(deployment, event);
        }
        self.now = self.now.max(to);
    }

    pub(super) fn take(&mut self) -> Batch {
        let mut batch = std::mem::take(&mut self.sent);
        batch.series = self.metrics.take();
        batch
    }

    fn happen<D: Deployment<Load = L>>(&mut self, deployment: &mut D, event: Event<L>) {
        match event {
            Event::Arrival => {
                self.n_arrivals += 1;
                let mut rng = self.rng.fork("arrival", self.n_arrivals);
                let wait = rng.exponential(60.0 / self.options.rate);
                self.schedule(self.now + TimeDelta::from_secs_f64(wait), Event::Arrival);
                deployment.arrive(self, self.n_arrivals, None);
            }
            Event::Crafted(purpose) => {
                self.n_crafted += 1;
                // A number that no ordinary job has, so that those stay the same.
                deployment.arrive(self, u64::MAX - self.n_crafted, Some(purpose));
            }
            Event::Queued(task) => self.queued(deployment, task),
            Event::Freed => {
                self.pool.n_busy = self.pool.n_busy.saturating_sub(1);
                self.start_waiting(deployment);
            }
            Event::Back => self.start_waiting(deployment),
            Event::Released(task, until) => self.go_on(deployment, *task, Some(until)),
            Event::Scrape => {
                self.schedule(self.now + SCRAPE_INTERVAL, Event::Scrape);
                deployment.scrape(self);
                self.metrics.scrape(self.now);
            }
            Event::Line(line, job) => {
                if let Some(record) = job.and_then(|it| self.ledger.of(it)) {
                    record.n_lines += 1;
                }
                self.sent.lines.push(*line);
            }
            Event::Span(span, job) => {
                if let Some(record) = self.ledger.of(job) {
                    record.n_spans += 1;
                }
                self.sent.spans.push(*span);
            }
            Event::Deed(deed) => deed(self),
        }
    }

    fn queued<D: Deployment<Load = L>>(&mut self, deployment: &mut D, mut task: Box<Task<L>>) {
        task.queued = self.now;
        match task.purpose {
            Some(Purpose::Queued) if self.held_until.is_none() => return self.kept_waiting.push(task),
            // What is made for a test does not wait behind the others.
            Some(_) => self.pool.waiting.push_front(task),
            None => self.pool.waiting.push_back(task),
        }
        self.start_waiting(deployment);
    }

    fn start_waiting<D: Deployment<Load = L>>(&mut self, deployment: &mut D) {
        let is_cut_off = self.effects().any(|it| matches!(it, Effect::WorkersGone {}));
        while self.pool.n_busy < self.pool.n_workers && !is_cut_off {
            let Some(task) = self.pool.waiting.pop_front() else { return };
            self.pool.n_busy += 1;
            self.start(deployment, *task);
        }
    }

    fn start<D: Deployment<Load = L>>(&mut self, deployment: &mut D, mut task: Task<L>) {
        let (now, waited) = (self.now, self.now - task.queued);
        if let Some(record) = self.ledger.of(task.job) {
            record.state = State::Running;
            record.n_attempts += 1;
            record.started = record.started.or(Some(now));
            record.waited = record.waited + waited;
        }
        deployment.begin(self, &mut task);
        match task.purpose {
            Some(Purpose::Stuck) if deployment.is_last(&task) => {
                if let Some(record) = self.ledger.of(task.job) {
                    record.state = State::Stuck;
                }
                self.schedule(now + RESTART, Event::Freed);
            }
            Some(Purpose::Running) if deployment.is_last(&task) && self.held_until.is_none() => {
                self.held.push(Box::new(task));
            }
            _ => self.go_on(deployment, task, None),
        }
    }

    fn go_on<D: Deployment<Load = L>>(
        &mut self,
        deployment: &mut D,
        task: Task<L>,
        not_before: Option<Timestamp>,
    ) {
        let free = deployment.work(self, task, not_before);
        self.schedule(free, Event::Freed);
    }

    /// Lets held tasks go on, so that their work ends at `at` or soon after.
    pub(super) fn release_at(&mut self, at: Timestamp) {
        self.held_until = Some(at);
        for task in std::mem::take(&mut self.kept_waiting) {
            self.schedule(self.now, Event::Queued(task));
        }
        for task in std::mem::take(&mut self.held) {
            self.schedule(self.now, Event::Released(task, at));
        }
    }

    fn schedule(&mut self, at: Timestamp, event: Event<L>) {
        self.n_scheduled += 1;
        self.agenda.push(Reverse(Scheduled { at: at.max(self.now), order: self.n_scheduled, event }));
    }

    /// A generator of its own for the thing of this name and number.
    pub(crate) fn rng(&self, name: &str, number: u64) -> Rng {
        self.rng.fork(name, number)
    }

    fn timed(&self) -> impl Iterator<Item = &Timed> {
        self.options.scenarios.iter().flat_map(|it| &it.effects)
    }

    /// All effects that are in force.
    pub(crate) fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.options.scenarios.iter().flat_map(|it| it.at(self.now))
    }

    /// Enters a job into the ledger.
    pub(crate) fn open(&mut self, record: Record, purpose: Option<Purpose>) -> usize {
        self.ledger.open(Record { purpose, ..record })
    }

    /// Puts a task into the queue at `at`.
    pub(crate) fn queue(&mut self, at: Timestamp, task: Task<L>) {
        self.schedule(at, Event::Queued(Box::new(task)));
    }

    /// Writes a line; `job` where the line carries the job's own id.
    pub(crate) fn line(&mut self, line: LogLine, job: Option<usize>) {
        self.schedule(line.at, Event::Line(Box::new(line), job));
    }

    /// Ends a span of a job.
    pub(crate) fn span(&mut self, span: Span, job: usize) {
        self.schedule(span.end, Event::Span(Box::new(span), job));
    }

    /// Adds to a counter or gauge at `at`.
    pub(crate) fn count(&mut self, at: Timestamp, note: Note) {
        self.later(at, move |core| core.metrics.add(&note.family, &borrowed(&note.labels), note.amount));
    }

    /// Observes a value at `at`.
    pub(crate) fn observe(&mut self, at: Timestamp, note: Note) {
        self.later(at, move |core| {
            let seen = note.seen.map(|it| (at, it));
            core.metrics.observe(&note.family, &borrowed(&note.labels), note.amount, seen);
        });
    }

    /// Changes a job's record at `at`.
    pub(crate) fn record(&mut self, at: Timestamp, job: usize, change: impl FnOnce(&mut Record) + 'static) {
        self.later(at, move |core| {
            if let Some(record) = core.ledger.of(job) {
                change(record);
            }
        });
    }

    /// Does something at `at`.
    pub(crate) fn later(&mut self, at: Timestamp, deed: impl FnOnce(&mut Self) + 'static) {
        self.schedule(at, Event::Deed(Box::new(deed)));
    }
}

fn borrowed<'a>(labels: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    labels.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

impl<L> PartialEq for Scheduled<L> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<L> Eq for Scheduled<L> {}

impl<L> PartialOrd for Scheduled<L> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<L> Ord for Scheduled<L> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}
