//! What is not the pipeline's own: gateway, runtime, broker, database, deploys, and the scrapes that look at all of it.

use domain::ids::TraceId;
use domain::time::{TimeDelta, Timestamp, civil_from_timestamp};

use super::deployment::{MODEL, SCRAPE_INTERVAL, Service, Stage, VERSIONS};
use super::families as f;
use super::world::{Context, Event, Level, World};
use crate::rng::Rng;
use crate::scenario::Effect;
use crate::telemetry::{Json, LogLine};

const REDIS_MAX_BYTES: f64 = 512.0 * 1024.0 * 1024.0;

/// A request as the gateway sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    /// Where to.
    pub path: &'a str,
    /// What it got.
    pub status: u16,
    /// When it came.
    pub begin: Timestamp,
    /// When it was answered.
    pub end: Timestamp,
    /// `X-Request-Id`.
    pub id: &'a str,
    /// Its trace; `None` where the gateway turned it away.
    pub trace: Option<TraceId>,
}

impl World {
    /// Series that exist from the start, so that their first increase is seen.
    pub(super) fn declare(&mut self) {
        let m = &mut self.metrics;
        m.declare(&f::JOBS_SUBMITTED, &[]);
        m.declare(&f::END_TO_END_SECONDS, &[]);
        for status in ["done", "failed"] {
            m.declare(&f::JOBS_COMPLETED, &[("status", status)]);
        }
        for stage in Stage::ALL {
            m.declare(&f::JOBS_FAILED, &[("failed_stage", stage.failed_name())]);
            m.declare(&f::STAGE_SECONDS, &[("stage", stage.name())]);
            for status in ["done", "failed"] {
                m.declare(&f::STAGE_CALLBACKS, &[("stage", stage.name()), ("status", status)]);
            }
            for state in ["started", "succeeded", "failed", "retried"] {
                m.declare(&f::CELERY_TASKS, &[("task", stage.task()), ("state", state)]);
            }
            m.declare(&f::CELERY_TASK_SECONDS, &[("task", stage.task())]);
            m.declare(&f::OOM_EVENTS, &[("name", stage.container())]);
            m.declare(&f::RESTARTS, &[("name", stage.container())]);
        }
        for operation in ["read", "write"] {
            m.declare(&f::EMBEDDING_REQUEST_SECONDS, &[("operation", operation)]);
        }
        for error in
            ["server_unavailable", "connection_error", "token_limit_exceeded", "cuda_oom", "circuit_open"]
        {
            m.declare(&f::INFERENCE_ERRORS, &[("model", MODEL), ("error_type", error)]);
        }
        for status in ["200", "202", "429", "502", "503"] {
            m.declare(&f::NGINX_BY_STATUS, &[("status", status)]);
        }
        for host in super::deployment::HOSTS {
            m.declare(&f::SCRAPE_RETRIES, &[("domain", host.name)]);
            for status in ["200", "403", "503", "timeout"] {
                m.declare(
                    &f::SCRAPE_REQUESTS,
                    &[("status", status), ("domain", host.name), ("mode", "async")],
                );
            }
        }
        m.declare(&f::NGINX_REJECTED, &[]);
        m.declare(&f::REDIS_EVICTED, &[]);
        m.declare(&f::RATE_LIMIT_HITS, &[("endpoint", "/jobs")]);
        m.declare(&f::SCRAPE_BYTES, &[]);
        m.declare(&f::EMBEDDINGS_STORED, &[]);
    }

    /// A request came to the gateway.
    pub(super) fn gateway(&mut self, request: &Request<'_>) {
        let Request { path, status, begin, end, id, trace } = *request;
        let upstream = if path == "/jobs" { "10.0.0.11:8000" } else { "10.0.0.13:8000" };
        let (upstream, limit, seconds) = match trace {
            Some(_) => (upstream, "PASSED", Some((end - begin).as_secs_f64())),
            None => ("-", "REJECTED", None),
        };
        let it = civil_from_timestamp(end, 0);
        let time = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+00:00",
            it.year, it.month, it.day, it.hour, it.minute, it.second
        );
        let trace = trace.map(|it| it.to_string());
        let status_text = status.to_string();
        let body = Json::new()
            .text("timestamp", &time)
            .text("request_id", id)
            .maybe("trace_id", trace.as_deref())
            .text("remote_addr", "203.0.113.24")
            .text("method", "POST")
            .text("request_uri", path)
            .text("status", &status_text)
            .text("limit_req_status", limit)
            .text("upstream_addr", upstream)
            .text("upstream_response_time", &seconds.map_or_else(|| "-".to_owned(), |it| format!("{it:.3}")))
            .finish();
        let line = LogLine {
            at: end + TimeDelta::from_millis(1),
            labels: vec![
                ("job", "nginx".to_owned()),
                ("status", status_text.clone()),
                ("limit_req_status", limit.to_owned()),
                ("upstream_addr", upstream.to_owned()),
            ],
            metadata: trace.into_iter().map(|it| ("trace_id", it)).collect(),
            body,
        };
        let trace = line.metadata.first().and_then(|(_, it)| it.parse().ok());
        self.schedule(line.at, Event::Line(Box::new(line), None, trace));
        self.metrics.add(&f::NGINX_BY_STATUS, &[("status", &status_text)], 1.0);
        match seconds {
            Some(seconds) => self.metrics.observe(
                &f::NGINX_UPSTREAM_SECONDS,
                &[("upstream_addr", upstream)],
                seconds,
                None,
            ),
            None => self.metrics.add(&f::NGINX_REJECTED, &[], 1.0),
        }
    }

    /// A service answered a request.
    pub(super) fn served(
        &mut self,
        service: Service,
        method: &str,
        route: &str,
        status: u16,
        took: TimeDelta,
        trace: Option<TraceId>,
    ) {
        let status = status.to_string();
        let labels = [("method", method), ("path", route), ("status_code", status.as_str())];
        self.metrics.add(&f::of(f::HTTP_REQUESTS, service.target()), &labels, 1.0);
        let family = f::of(f::HTTP_SECONDS, service.target());
        self.metrics.observe(&family, &[("path", route)], took.as_secs_f64(), trace.map(|it| (self.now, it)));
    }

    /// A caller's key was looked up.
    pub(super) fn authenticated(&mut self, service: Service, rng: &mut Rng) {
        let family = if rng.chance(0.93) { &f::AUTH_HITS } else { &f::AUTH_MISSES };
        self.metrics.add(&f::of(*family, service.target()), &[("service", service.name())], 1.0);
    }

    /// Gauges are read, and everything is sampled.
    pub(super) fn scrape(&mut self) {
        self.schedule(self.now + SCRAPE_INTERVAL, Event::Scrape);
        let mut rng = self.rng.fork("scrape", self.now.secs() as u64);
        let (now, start) = (self.now, self.options.window.start);
        let mut n_waiting = 0;
        for stage in Stage::ALL {
            let is_cut_off = self.is_cut_off(stage);
            let pool = self.pool(stage);
            let (waiting, busy, dead) = (pool.waiting.len(), pool.n_busy, pool.n_dead_letters);
            let unacked = busy + pool.n_backing_off + pool.frozen.len();
            n_waiting += waiting + unacked;
            let queue = stage.queue();
            let m = &mut self.metrics;
            m.set(&f::QUEUE_DEPTH, &[("queue", queue), ("stage", stage.name())], waiting as f64);
            m.set(&f::DLQ_DEPTH, &[("queue", queue)], dead as f64);
            m.set(&f::CELERY_QUEUE, &[("queue", queue)], waiting as f64);
            m.set(&f::CELERY_WORKERS, &[("worker", stage.container())], if is_cut_off { 0.0 } else { 1.0 });
            m.set(&f::REDIS_LIST, &[("key", queue)], waiting as f64);
            m.set(&f::REDIS_LIST, &[("key", &format!("{queue}.unacked"))], unacked as f64);
        }
        let breaker = self.breaker.state(now);
        let age = (now - start).as_secs_f64();
        let in_flight = rng.exponential(0.8).floor();
        let n_reads = self.n_reads as f64;
        let raises = |names: &[&str]| {
            let mut effects = self.effects();
            effects.any(|it| matches!(it, Effect::WorkFails { error, .. } if names.contains(&error.as_str())))
        };
        let (is_locked, is_leaking) =
            (raises(&["lock_timeout", "deadlock"]), raises(&["idle_in_transaction"]));
        let is_blocked = raises(&["loop_blocked"]);
        let is_full =
            raises(&["broker_memory"]) || self.effects().any(|it| matches!(it, Effect::BrokerEvicts { .. }));
        let used = is_full.then_some(REDIS_MAX_BYTES * 0.98);
        let m = &mut self.metrics;
        m.set(&f::CIRCUIT_BREAKER, &[], breaker);
        m.set(&f::REDIS_USED, &[], used.unwrap_or(38e6 + n_waiting as f64 * 42e3 + rng.between(0.0, 1e6)));
        m.set(&f::REDIS_MAX, &[], REDIS_MAX_BYTES);
        m.set(&f::REDIS_CLIENTS, &[], 41.0 + rng.between(0.0, 4.0).floor());
        m.set(&f::PG_ACTIVITY, &[("state", "active")], 3.0 + rng.exponential(1.5).floor());
        m.set(&f::PG_ACTIVITY, &[("state", "idle")], 24.0 + rng.between(0.0, 5.0).floor());
        m.set(&f::PG_ACTIVITY, &[("state", "idle in transaction")], if is_leaking { 3.0 } else { 0.0 });
        let n_blocked = if is_locked { 8.0 } else { 0.0 };
        let n_blocked = n_blocked + if rng.chance(0.06) { 1.0 } else { 0.0 };
        m.set(&f::PG_ACTIVITY, &[("state", "waiting")], n_blocked);
        m.set(&f::PG_LIVE_TUPLES, &[("relname", "jobs")], 412_000.0 + age / 3.0);
        // Autovacuum comes by every 20 minutes.
        m.set(&f::PG_DEAD_TUPLES, &[("relname", "jobs")], 9_000.0 + (age % 1_200.0) * 1.3);
        m.set(&f::PG_AUTOVACUUM, &[("relname", "jobs")], (now.secs() - (age % 1_200.0) as i64) as f64);
        m.set(&f::REDIS_MAX_CLIENTS, &[], 10_000.0);
        m.set(&f::NGINX_ACTIVE, &[], 6.0 + rng.exponential(4.0).floor());
        m.set(&f::NODE_MEMORY, &[], 33_554_432_000.0);
        for (i, service) in Service::ALL.into_iter().enumerate() {
            let target = service.target();
            m.set(&f::of(f::UP, target), &[], 1.0);
            let n_kept_waiting = if is_blocked && service == Service::EmbeddingApi { 34.0 } else { 0.0 };
            m.set(&f::of(f::HTTP_IN_FLIGHT, target), &[], in_flight + n_kept_waiting);
            let leak = if service == Service::EmbeddingApi { n_reads * 900.0 } else { 0.0 };
            let resident = 140e6 + 22e6 * i as f64 + leak + rng.between(0.0, 6e6);
            m.set(&f::of(f::RESIDENT_BYTES, target), &[], resident.round());
            m.set(&f::of(f::OPEN_FDS, target), &[], 46.0 + rng.between(0.0, 9.0).floor());
            m.set(&f::of(f::MAX_FDS, target), &[], 1_024.0);
            for (generation, every) in [("0", 1.2), ("1", 14.0), ("2", 160.0)] {
                let family = f::of(f::GC_COLLECTIONS, target);
                m.set(&family, &[("generation", generation)], (age / every).floor());
            }
            // One info series a version, as a restarted process leaves them: the old one ends.
            for version in VERSIONS.into_iter().chain([self.version.as_str()]) {
                let is_now = f64::from(u8::from(version == self.version));
                let labels = [
                    ("service_name", service.name()),
                    ("service_version", version),
                    ("deployment_environment", "production"),
                ];
                m.set(&f::of(f::TARGET_INFO, target), &labels, is_now);
            }
        }
        for target in f::EXPORTERS {
            m.set(&f::of(f::UP, target), &[], 1.0);
        }
        m.set(&f::of(f::RESIDENT_BYTES, ("postgres", "postgres-exporter:9187")), &[], 6.1e9);
        self.look_up(&mut rng);
        let m = &mut self.metrics;
        m.scrape(now);
    }

    /// Callers ask how their jobs stand, and the orchestrator looks for stuck ones once a minute.
    fn look_up(&mut self, rng: &mut Rng) {
        let seconds = |rng: &mut Rng, median| rng.log_normal(median, 0.4);
        for _ in 0..rng.below(6) {
            let took = seconds(rng, 0.004);
            self.metrics.observe(&f::DB_QUERY_SECONDS, &[("query_name", "job_lookup")], took, None);
            let whole = TimeDelta::from_secs_f64(took + 0.003);
            self.served(Service::Orchestrator, "GET", "/jobs/{job_id}", 200, whole, None);
        }
        if self.now.secs() % 60 < SCRAPE_INTERVAL.secs() {
            let took = seconds(rng, 0.03);
            self.metrics.observe(&f::DB_QUERY_SECONDS, &[("query_name", "stuck_jobs_scan")], took, None);
        }
    }

    /// A version goes out: every service restarts with it.
    pub(super) fn deploy(&mut self, version: String) {
        self.version = version;
        for (i, service) in Service::ALL.into_iter().enumerate() {
            let at = self.now + TimeDelta::from_millis(900 * i as i64);
            let fields = Json::new().text("version", &self.version.clone());
            self.log(at, service, Level::Info, Context::default(), "service_started", &fields);
        }
    }

    /// Workers that lost the broker say so every half minute, and take up work when it is back.
    pub(super) fn complain(&mut self, stage: Stage) {
        let service = stage.service();
        if !self.is_cut_off(stage) {
            let fields = Json::new().text("broker", "redis://redis:6379/0");
            self.log(
                self.now,
                service,
                Level::Info,
                Context::default(),
                "broker_connection_restored",
                &fields,
            );
            return self.start_waiting(stage);
        }
        let fields = Json::new().text("broker", "redis://redis:6379/0").text(
            "error",
            "redis.exceptions.ConnectionError: Error 110 connecting to redis:6379. Connection timed out.",
        );
        self.log(self.now, service, Level::Warning, Context::default(), "broker_connection_lost", &fields);
        self.schedule(self.now + TimeDelta::from_secs(30), Event::BrokerComplaint(stage));
    }

    /// Somebody looked at the parked tasks, and removed them.
    pub(super) fn purge(&mut self) {
        for stage in Stage::ALL {
            let n_parked = std::mem::take(&mut self.pool(stage).n_dead_letters);
            if n_parked > 0 {
                let fields = Json::new().text("queue", stage.queue()).int("tasks", n_parked as i64);
                self.log(
                    self.now,
                    stage.service(),
                    Level::Info,
                    Context::default(),
                    "dead_letters_purged",
                    &fields,
                );
            }
        }
    }
}
