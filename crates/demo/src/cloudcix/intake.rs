//! How jobs come in: ordinary ones, crawls, write batches, resubmitted and crafted ones; the request that takes one; the call that queues a stage.

use domain::ids::SpanId;
use domain::time::{TimeDelta, TimeRange, Timestamp};

use super::deployment::{HOSTS, Service, Stage};
use super::families as f;
use super::job::{Job, Purpose};
use super::platform::Request;
use super::world::{Context, Event, Level, World};
use crate::scenario::Effect;
use crate::telemetry::{Json, SpanKind};

/// Of 20 jobs, as many come in crawls.
const CRAWLED_SHARE: f64 = 0.15;
/// Jobs of one crawl, at 20 jobs a minute.
const CRAWL_SIZE: f64 = 36.0;

impl World {
    /// How busy this time of the day is: 1 on average, most in the afternoon (UTC).
    pub(super) fn time_of_day(&self) -> f64 {
        let turn = self.now.as_secs_f64() / 86_400.0 - 8.0 / 24.0;
        1.0 + 0.25 * (std::f64::consts::TAU * turn).sin()
    }

    pub(super) fn arrive(&mut self) {
        self.n_arrivals += 1;
        let mean = 60.0 / (self.options.rate * (1.0 - CRAWLED_SHARE) * self.time_of_day());
        let wait = self.rng.fork("wait", self.n_arrivals).exponential(mean);
        self.schedule(self.now + TimeDelta::from_secs_f64(wait), Event::Arrival);
        let job = self.new_job("arrival", self.n_arrivals, self.now, None);
        self.submit(job);
    }

    pub(super) fn crawl(&mut self) {
        let mut rng = self.rng.fork("crawl", self.n_crawled);
        let mean = 60.0 * CRAWL_SIZE / (20.0 * CRAWLED_SHARE);
        self.schedule(self.now + TimeDelta::from_secs_f64(rng.exponential(mean).max(120.0)), Event::Crawl);
        let host = rng.pick(&HOSTS).name;
        let n_jobs = match self.n_crawled {
            0 => 1,
            _ => (CRAWL_SIZE * self.options.rate / 20.0 * rng.between(0.5, 1.4)) as usize,
        };
        let mut at = self.now;
        for _ in 0..n_jobs {
            self.n_crawled += 1;
            at = at + TimeDelta::from_secs_f64(rng.exponential(0.5));
            let job = self.new_job("crawled", self.n_crawled, at, Some(host));
            self.schedule(at, Event::Submit(job));
        }
    }

    pub(super) fn batch_arrives(&mut self) {
        let batch = self.effects().find_map(|it| match it {
            Effect::WriteBatch { jobs_per_minute, corpus } => Some((*jobs_per_minute, corpus.clone())),
            _ => None,
        });
        let Some((per_minute, corpus)) = batch else { return };
        self.n_batched += 1;
        let mut job = self.new_job("batched", self.n_batched, self.now, Some("law.example.gov"));
        let wait = job.rng.exponential(60.0 / per_minute);
        self.schedule(self.now + TimeDelta::from_secs_f64(wait), Event::BatchArrival);
        job.corpus = corpus;
        self.submit(job);
    }

    /// Jobs that are made for tests: one that is held, some that will be lost.
    pub(super) fn plan_crafted(&mut self) {
        let TimeRange { start, end } = self.options.window;
        let length = end - start;
        for i in 0..self.options.n_stuck {
            let share = 0.1 + 0.35 * i as f64 / self.options.n_stuck as f64;
            let at = start + TimeDelta::from_secs_f64(length.as_secs_f64() * share);
            let mut job = self.new_job("stuck", i as u64, at, Some("papers.example.edu"));
            job.crafted = Some(Purpose::Stuck);
            self.schedule(at, Event::Submit(job));
        }
        if self.options.has_held_job {
            let at = (end - TimeDelta::from_secs(90)).max(start);
            let mut job = self.new_job("held", 0, at, Some("blog.example.dev"));
            job.crafted = Some(Purpose::Running);
            self.schedule(at, Event::Submit(job));
        }
    }

    fn new_job(&mut self, source: &str, i: u64, at: Timestamp, host: Option<&'static str>) -> Box<Job> {
        self.n_jobs += 1;
        let mut job = Job::new(self.n_jobs, self.rng.fork(source, i), at, host);
        let large = self.effects().find_map(|it| match it {
            Effect::LargePages { share, megabytes } => Some((*share, *megabytes)),
            _ => None,
        });
        if let Some((share, megabytes)) = large
            && job.rng.chance(share)
        {
            job.bytes = job.rng.log_normal(megabytes * 1e6, 0.15);
            job.n_chunks = 160;
        }
        Box::new(job)
    }

    /// A job is handed in.
    pub(super) fn submit(&mut self, mut job: Box<Job>) {
        let is_first = self.ledger.open(&job);
        let begin = self.now;
        let root = job.span(Service::Orchestrator, "fastapi", "POST /jobs", SpanKind::Server);
        let insert_from = begin + job.millis(1.0, 4.0);
        let insert_to = insert_from + job.millis(2.0, 8.0);
        let insert = job
            .span(Service::Orchestrator, "asyncpg", "INSERT jobs", SpanKind::Client)
            .text("db.system", "postgresql")
            .placed(Some(root.id), insert_from, insert_to);
        let returned = self.dispatch(&mut job, insert_to + TimeDelta::from_millis(1), root.id);
        let end = returned + job.millis(1.0, 3.0);
        let context = Context::of(&job, root.id);
        let fields = Json::new()
            .text("url", &job.url)
            .int("duration_ms", (end - begin).millis())
            .int("status_code", 202)
            .text("queue", job.stage.queue())
            .text("corpus_name", &job.corpus)
            .text("caller_type", job.caller)
            .text("request_id", &job.request_id);
        let root = root
            .text("http.request.method", "POST")
            .text("http.route", "/jobs")
            .text("url.path", "/jobs")
            .int("http.response.status_code", 202)
            .text("http.request_id", &job.request_id)
            .text("request.mode", "async")
            .text("operation", "write")
            .text("corpus.name", &job.corpus)
            .text("caller.type", job.caller)
            .placed(None, begin, end);
        let event = if is_first { "job_submitted" } else { "job_resubmitted" };
        let told = end - TimeDelta::from_millis(1);
        self.log(told, Service::Orchestrator, Level::Info, context, event, &fields);
        self.end_span(Service::Orchestrator, insert);
        self.end_span(Service::Orchestrator, root);
        self.gateway(&Request {
            path: "/jobs",
            status: 202,
            begin,
            end,
            id: &job.request_id,
            trace: Some(job.trace),
        });
        self.served(Service::Orchestrator, "POST", "/jobs", 202, end - begin, Some(job.trace));
        self.metrics.add(&f::JOBS_SUBMITTED, &[], 1.0);
        self.metrics.observe(
            &f::DB_QUERY_SECONDS,
            &[("query_name", "job_insert")],
            (insert_to - insert_from).as_secs_f64(),
            None,
        );
        self.metrics.observe(&f::POOL_ACQUIRE_SECONDS, &[], (insert_from - begin).as_secs_f64() / 8.0, None);
        self.authenticated(Service::Orchestrator, &mut job.rng);
        self.deliver(job);
    }

    /// A job that failed is handed in again, with the same id and a new trace.
    pub(super) fn resubmit_later(&mut self, job: &Job) {
        let mut again = job.clone();
        let at = self.now + TimeDelta::from_secs_f64(again.rng.between(90.0, 400.0));
        again.submitted = at;
        again.trace = crate::telemetry::trace_id(&mut again.rng);
        again.request_id = again.rng.hex(16);
        again.enter(Stage::Scrape);
        self.schedule(at, Event::Submit(Box::new(again)));
    }

    /// The orchestrator asks the stage's service to take the job: request, answer, task in the queue.
    ///
    /// Gives when the call returned. The task lies in the queue at `stage_queued`: the caller schedules that when it is through with the job.
    pub(super) fn dispatch(&mut self, job: &mut Job, at: Timestamp, parent: SpanId) -> Timestamp {
        let (stage, service) = (job.stage, job.stage.service());
        let sent = at + job.millis(0.4, 1.2);
        let taken = sent + job.millis(1.0, 3.0);
        let queued = taken + job.millis(0.8, 3.0);
        let answered = queued + job.millis(0.5, 1.5);
        let back = answered + job.millis(0.4, 1.2);
        let url = format!("http://{}:8000{}", service.name(), stage.route());
        let client = job
            .span(Service::Orchestrator, "httpx", "POST", SpanKind::Client)
            .text("http.request.method", "POST")
            .text("url.full", &url)
            .int("http.response.status_code", 202)
            .placed(Some(parent), at, back);
        let name = format!("POST {}", stage.route());
        let server = job
            .span(service, "fastapi", &name, SpanKind::Server)
            .text("http.request.method", "POST")
            .text("http.route", stage.route())
            .int("http.response.status_code", 202)
            .text("job.stage", stage.name())
            .text("request.mode", "async")
            .placed(Some(client.id), sent, answered);
        let producer = self.producer_span(job, taken, queued, server.id);
        let fields = Json::new()
            .text("stage", stage.name())
            .text("queue", stage.queue())
            .text("task", stage.task())
            .text("task_id", &job.task_id);
        self.log(queued, service, Level::Info, Context::of(job, server.id), "stage_queued", &fields);
        self.served(service, "POST", stage.route(), 202, answered - sent, Some(job.trace));
        self.end_span(Service::Orchestrator, client);
        self.end_span(service, server);
        job.producer = producer;
        job.stage_queued = queued;
        if let Some(record) = self.ledger.of(job.number) {
            record.stage = stage;
            record.n_attempts = 0;
            record.task_ids.push(job.task_id.clone());
        }
        back
    }

    /// The span of putting the job's task into its queue.
    pub(super) fn producer_span(
        &mut self,
        job: &mut Job,
        from: Timestamp,
        to: Timestamp,
        parent: SpanId,
    ) -> SpanId {
        let (stage, service) = (job.stage, job.stage.service());
        let name = format!("apply_async/{}", stage.task());
        let mut span = job
            .span(service, "celery", &name, SpanKind::Producer)
            .text("job.stage", stage.name())
            .text("queue.name", stage.queue())
            .text("celery.action", "apply_async")
            .text("celery.task_name", stage.task())
            .text("messaging.message.id", &job.task_id)
            .text("messaging.destination", stage.queue())
            .text("messaging.destination_kind", "queue")
            .placed(Some(parent), from, to);
        if job.retries > 0 {
            span = span.int("celery.retries", job.retries.into());
        }
        let id = span.id;
        self.end_span(service, span);
        id
    }
}
