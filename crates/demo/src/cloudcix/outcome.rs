//! How an attempt's end is told: the next attempt, the stage's callback, the job's end.

use domain::ids::SpanId;
use domain::time::{TimeDelta, Timestamp};

use super::attempt::Attempt;
use super::deployment::{MAX_RETRIES, Service, Stage};
use super::families as f;
use super::fault::Fault;
use super::job::Job;
use super::ledger::State;
use super::world::{Context, Level, World};
use crate::telemetry::{Json, SpanKind};

/// The share of failed jobs that somebody hands in again.
const RESUBMITTED_SHARE: f64 = 0.04;

impl World {
    /// The task will be tried again. Gives when the attempt ends.
    pub(super) fn retry(&mut self, job: &mut Job, fault: &Fault, run: SpanId) -> Timestamp {
        let (stage, service) = (job.stage, job.stage.service());
        job.retries += 1;
        let told = self.now + TimeDelta::from_millis(1);
        let fields = Json::new()
            .text("task_id", &job.task_id)
            .int("retries", job.retries.into())
            .text("reason", &fault.exception.message);
        self.log(told, service, Level::Warning, Context::of(job, run).without_id(), "task_retrying", &fields);
        if stage == Stage::Scrape {
            self.metrics.add(&f::SCRAPE_RETRIES, &[("domain", job.host)], 1.0);
        }
        let queued = told + job.millis(0.8, 2.5);
        job.producer = self.producer_span(job, told, queued, run);
        queued + TimeDelta::from_millis(1)
    }

    /// The retry's time has come.
    pub(super) fn backed_off(&mut self, job: Box<Job>) {
        let pool = self.pool(job.stage);
        pool.n_backing_off = pool.n_backing_off.saturating_sub(1);
        self.queued(job);
    }

    /// The task failed for good. Gives when the attempt ends.
    pub(super) fn fail(&mut self, job: &mut Job, fault: &Fault, run: SpanId) -> Timestamp {
        let (stage, service) = (job.stage, job.stage.service());
        let told = self.now + TimeDelta::from_millis(1);
        let event = format!("{}_failed", stage.name());
        let fields = Json::new()
            .text("failed_stage", stage.failed_name())
            .text("error_code", &fault.code)
            .text("url", &job.url)
            .int("retries", job.retries.into());
        self.log(told, service, Level::Error, Context::of(job, run), &event, &fields);
        let back = self.call_back(job, told + TimeDelta::from_millis(1), run, Some(fault));
        let fields = Json::new()
            .text("task_id", &job.task_id)
            .text("error", &fault.exception.message)
            .text("exc_info", &fault.exception.traceback);
        self.log(back, service, Level::Error, Context::of(job, run).without_id(), "task_failed", &fields);
        if fault.cause == Some("payload_schema") || (stage == Stage::Embed && job.retries == MAX_RETRIES) {
            self.dead_letter(job, back);
        }
        back + TimeDelta::from_millis(1)
    }

    /// The payload is parked for somebody to look at.
    pub(super) fn dead_letter(&mut self, job: &Job, at: Timestamp) {
        let (stage, service) = (job.stage, job.stage.service());
        self.pool(stage).n_dead_letters += 1;
        let fields =
            Json::new().text("task", stage.task()).text("task_id", &job.task_id).text("queue", stage.queue());
        let context = Context { span: None, ..Context::of(job, job.producer) };
        self.log(at, service, Level::Error, context, "task_dead_lettered", &fields);
    }

    /// The stage's work is done. Gives when the attempt ends.
    pub(super) fn finish_stage(
        &mut self,
        job: &mut Job,
        attempt: &Attempt,
        run: SpanId,
        started: Timestamp,
    ) -> Timestamp {
        let (stage, service) = (job.stage, job.stage.service());
        let told = self.now + TimeDelta::from_millis(1);
        let took = (told - started).millis();
        let fields = Json::new().text("url", &job.url).int("duration_ms", took);
        let fields = match stage {
            Stage::Scrape => fields.int("status_code", 200).int("bytes", job.bytes as i64),
            Stage::Chunk => {
                let strategy = [("strategy", "recursive")];
                self.metrics.add(&f::CHUNKS_PRODUCED, &strategy, job.n_chunks.into());
                for _ in 0..job.n_chunks {
                    let n_tokens = job.rng.between(180.0, 470.0).round();
                    self.metrics.observe(&f::CHUNK_TOKENS, &strategy, n_tokens, None);
                }
                fields.int("chunks", job.n_chunks.into()).text("strategy", "recursive")
            }
            Stage::Embed => {
                self.metrics.add(&f::EMBEDDINGS_STORED, &[], job.n_chunks.into());
                let n_batches = attempt.steps.iter().filter(|it| it.embedded.is_some()).count();
                fields.int("embeddings_stored", job.n_chunks.into()).int("batches", n_batches as i64)
            }
        };
        let event = format!("{}_completed", stage.name());
        self.log(told, service, Level::Info, Context::of(job, run), &event, &fields);
        self.call_back(job, told + TimeDelta::from_millis(1), run, None) + TimeDelta::from_millis(1)
    }

    /// The worker tells the orchestrator how the stage ended, and the orchestrator moves the job on. Gives when the call returned.
    pub(super) fn call_back(
        &mut self,
        job: &mut Job,
        at: Timestamp,
        run: SpanId,
        fault: Option<&Fault>,
    ) -> Timestamp {
        let (stage, service) = (job.stage, job.stage.service());
        let status = fault.map_or("done", |_| "failed");
        let client = job.span(service, "httpx", "POST", SpanKind::Client);
        let server =
            job.span(Service::Orchestrator, "fastapi", "POST /jobs/{job_id}/complete", SpanKind::Server);
        let taken = at + job.millis(0.5, 1.5);
        let update_from = taken + job.millis(0.5, 2.0);
        let update_to = update_from + job.millis(1.5, 7.0);
        let update = job
            .span(Service::Orchestrator, "asyncpg", "UPDATE jobs", SpanKind::Client)
            .text("db.system", "postgresql")
            .placed(Some(server.id), update_from, update_to);
        let seconds = (update_to - update_from).as_secs_f64();
        self.metrics.observe(&f::DB_QUERY_SECONDS, &[("query_name", "status_update")], seconds, None);
        self.metrics.observe(&f::POOL_ACQUIRE_SECONDS, &[], (update_from - taken).as_secs_f64() / 8.0, None);
        let mut done = update_to;
        let told = Json::new().text("stage", stage.name()).text("status", status);
        let told = match fault {
            Some(fault) => told.text("failed_stage", stage.failed_name()).text("error_code", &fault.code),
            None => told,
        };
        self.log(
            update_to,
            Service::Orchestrator,
            Level::Info,
            Context::of(job, server.id),
            "stage_callback",
            &told,
        );
        let stage_seconds = (update_to - job.stage_queued).as_secs_f64();
        let seen = Some((update_to, job.trace));
        self.metrics.observe(&f::STAGE_SECONDS, &[("stage", stage.name())], stage_seconds, seen);
        self.metrics.add(&f::STAGE_CALLBACKS, &[("stage", stage.name()), ("status", status)], 1.0);
        if fault.is_none() && stage == Stage::Embed || fault.is_some() {
            done = update_to + TimeDelta::from_millis(1);
            self.end_job(job, done, server.id, fault);
        }
        if let Some(next) = stage.next()
            && fault.is_none()
        {
            job.enter(next);
            done = self.dispatch(job, update_to + TimeDelta::from_millis(1), server.id);
        }
        let answered = done + job.millis(0.4, 1.5);
        let back = answered + job.millis(0.5, 1.5);
        let url = format!("http://orchestrator:8000/jobs/{}/complete", job.id);
        let client = client
            .text("http.request.method", "POST")
            .text("url.full", &url)
            .int("http.response.status_code", 200)
            .placed(Some(run), at, back);
        let mut server = server
            .text("http.request.method", "POST")
            .text("http.route", "/jobs/{job_id}/complete")
            .int("http.response.status_code", 200)
            .text("job.stage", stage.name())
            .placed(Some(client.id), taken, answered);
        if fault.is_some() {
            server = server.text("failed.stage", stage.failed_name());
            server.error = Some(format!("job failed at {}", stage.failed_name()));
        }
        self.served(
            Service::Orchestrator,
            "POST",
            "/jobs/{job_id}/complete",
            200,
            answered - taken,
            Some(job.trace),
        );
        self.end_span(Service::Orchestrator, update);
        self.end_span(Service::Orchestrator, server);
        self.end_span(service, client);
        back
    }

    /// The orchestrator closes the job.
    fn end_job(&mut self, job: &Job, at: Timestamp, span: SpanId, fault: Option<&Fault>) {
        let took = at - job.submitted;
        let fields = Json::new().text("url", &job.url).int("duration_ms", took.millis());
        let (level, event, status) = match fault {
            None => (Level::Info, "job_completed", "done"),
            Some(_) => (Level::Error, "job_failed", "failed"),
        };
        let fields = fields.text("status", status);
        let fields = match fault {
            Some(fault) => {
                fields.text("failed_stage", job.stage.failed_name()).text("error_code", &fault.code)
            }
            None => fields,
        };
        self.log(at, Service::Orchestrator, level, Context::of(job, span), event, &fields);
        self.metrics.add(&f::JOBS_COMPLETED, &[("status", status)], 1.0);
        if fault.is_some() {
            self.metrics.add(&f::JOBS_FAILED, &[("failed_stage", job.stage.failed_name())], 1.0);
        }
        self.metrics.observe(&f::END_TO_END_SECONDS, &[], took.as_secs_f64(), Some((at, job.trace)));
        let version = self.version.clone();
        if let Some(record) = self.ledger.of(job.number) {
            record.state = if fault.is_some() { State::Failed } else { State::Done };
            record.error_code = fault.map(|it| it.code.clone());
            record.cause = fault.and_then(|it| it.cause);
            record.error = fault.map(|it| it.exception.message.clone());
            record.ended = Some(at);
            record.version = version;
        }
    }

    /// A job failed: perhaps somebody tries again.
    pub(super) fn failed(&mut self, job: &Job, fault: &Fault) {
        let mut rng = job.rng.fork("again", 0);
        if fault.code != "worker_lost" && rng.chance(RESUBMITTED_SHARE) {
            self.resubmit_later(job);
        }
    }
}
