//! The read path: searches in a corpus, which are no jobs, and whose latency is its own objective.

use domain::attr::AttrValue;
use domain::time::TimeDelta;

use super::deployment::{CORPORA, MODEL, Service, Stage};
use super::families as f;
use super::fault;
use super::platform::Request;
use super::world::{Context, Event, Level, World};
use crate::rng::Rng;
use crate::scenario::Effect;
use crate::telemetry::{Json, Span, SpanKind, span_id, trace_id};

/// Reads for one job.
const READS_PER_JOB: f64 = 3.0;
const ROUTE: &str = "/corpora/{corpus_name}/search";

impl World {
    /// A search comes in.
    pub(super) fn read(&mut self) {
        self.n_reads += 1;
        let mut rng = self.rng.fork("read", self.n_reads);
        let mean = 60.0 / (self.options.rate * READS_PER_JOB * self.time_of_day());
        self.schedule(self.now + TimeDelta::from_secs_f64(rng.exponential(mean)), Event::Read);
        match rng.below(1_000) {
            // The gateway turns a flood away; the application a caller over its quota.
            0..4 => {
                let (at, request) = (self.now, rng.hex(16));
                self.gateway(&Request {
                    path: ROUTE,
                    status: 429,
                    begin: at,
                    end: at,
                    id: &request,
                    trace: None,
                });
            }
            4..7 => {
                let (at, request, trace) = (self.now, rng.hex(16), trace_id(&mut rng));
                let end = at + TimeDelta::from_millis(3);
                self.gateway(&Request {
                    path: ROUTE,
                    status: 429,
                    begin: at,
                    end,
                    id: &request,
                    trace: Some(trace),
                });
                self.served(Service::EmbeddingApi, "POST", ROUTE, 429, end - at, None);
                self.metrics.add(&f::RATE_LIMIT_HITS, &[("endpoint", ROUTE)], 1.0);
            }
            _ => self.search(rng),
        }
    }

    /// How many times slower a read is now.
    fn read_slowness(&mut self) -> f64 {
        let factor = self.effects().find_map(|it| match it {
            Effect::ReadsSlow { factor } => Some(*factor),
            _ => None,
        });
        let pool = self.pool(Stage::Embed);
        let share_busy = pool.n_busy as f64 / pool.n_workers.max(1) as f64;
        1.0 + 0.25 * share_busy + factor.map_or(0.0, |it| (it - 1.0) * share_busy)
    }

    fn search(&mut self, mut rng: Rng) {
        let slowness = self.read_slowness();
        let (begin, trace, request) = (self.now, trace_id(&mut rng), rng.hex(16));
        let corpus = rng.pick(&CORPORA);
        let top_k = rng.pick(&[5, 10, 10, 10, 20, 50]);
        let caller = rng.pick(&["user", "user", "user", "service", "unknown"]);
        let path = ROUTE.replace("{corpus_name}", corpus);
        let root_id = span_id(&mut rng);
        let span = |rng: &mut Rng, scope, name: &str, kind| Span {
            trace,
            id: span_id(rng),
            parent: Some(root_id),
            service: Service::EmbeddingApi.name(),
            version: String::new(),
            scope,
            name: name.to_owned(),
            kind,
            start: begin,
            end: begin,
            attrs: vec![("operation", AttrValue::text("read"))],
            error: None,
            exception: None,
        };
        let seconds = |value: f64| TimeDelta::from_secs_f64(value);
        let fault = if self.breaker.is_open(begin) { Some(fault::inference("circuit_open")) } else { None };
        let from = begin + seconds(rng.between(0.001, 0.004));
        let mut end = from + seconds(0.002);
        let mut n_results = 0;
        if fault.is_none() {
            let embedded = from + seconds(rng.log_normal(0.016, 0.3));
            let embed = span(&mut rng, "httpx", "POST", SpanKind::Client)
                .text("http.request.method", "POST")
                .text("url.full", "http://inference:8000/v1/embeddings")
                .text("embedding.model", MODEL)
                .int("embedding.tokens", rng.below(60) as i64 + 6)
                .int("http.response.status_code", 200)
                .placed(Some(root_id), from, embedded);
            self.end_span(Service::EmbeddingApi, embed);
            let took = rng.log_normal(0.038 * slowness, 0.45);
            let found = embedded + seconds(took);
            let search = span(&mut rng, "asyncpg", "SELECT embeddings", SpanKind::Client)
                .text("db.system", "postgresql")
                .text("corpus.name", corpus)
                .int("search.top_k", top_k)
                .placed(Some(root_id), embedded, found);
            self.end_span(Service::EmbeddingApi, search);
            self.metrics.observe(&f::VECTOR_SEARCH_SECONDS, &[], took, Some((found, trace)));
            n_results = if rng.chance(0.03) { 0 } else { top_k };
            self.metrics.observe(&f::SEARCH_RESULTS, &[], n_results as f64, None);
            end = found + seconds(0.002 + n_results as f64 * 0.000_2);
        }
        let status = if fault.is_some() { 503 } else { 200 };
        let mut root = span(&mut rng, "fastapi", &format!("POST {ROUTE}"), SpanKind::Server)
            .text("http.request.method", "POST")
            .text("http.route", ROUTE)
            .text("url.path", &path)
            .int("http.response.status_code", status.into())
            .text("http.request_id", &request)
            .text("job.stage", "read")
            .text("request.mode", "sync")
            .text("corpus.name", corpus)
            .text("caller.type", caller)
            .int("search.top_k", top_k)
            .placed(None, begin, end);
        root.id = root_id;
        if let Some(fault) = &fault {
            root.error = Some(fault.exception.message.clone());
            root.exception = Some(fault.exception.clone());
        }
        self.end_span(Service::EmbeddingApi, root);
        let context =
            Context { trace: Some(trace), span: Some(root_id), job: None, operation: "read", mode: "sync" };
        let fields = Json::new()
            .text("corpus_name", corpus)
            .text("caller_type", caller)
            .int("duration_ms", (end - begin).millis())
            .int("status_code", status.into())
            .text("request_id", &request);
        let (level, event, fields) = match &fault {
            None => (Level::Info, "search_completed", fields.int("results", n_results)),
            Some(fault) => (Level::Error, "search_failed", fields.text("error_code", &fault.code)),
        };
        self.log(end, Service::EmbeddingApi, level, context, event, &fields);
        let status_text = status.to_string();
        self.metrics.add(&f::CORPUS_READS, &[("status", &status_text)], 1.0);
        let took = (end - begin).as_secs_f64();
        if fault.is_none() {
            self.metrics.observe(
                &f::EMBEDDING_REQUEST_SECONDS,
                &[("operation", "read")],
                took,
                Some((end, trace)),
            );
        }
        self.gateway(&Request { path: &path, status, begin, end, id: &request, trace: Some(trace) });
        self.served(Service::EmbeddingApi, "POST", ROUTE, status, end - begin, Some(trace));
        self.authenticated(Service::EmbeddingApi, &mut rng);
    }
}
