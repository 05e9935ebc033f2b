//! Workers: tasks are started as processes become free, and what an attempt did is told.

use domain::ids::SpanId;
use domain::time::{TimeDelta, Timestamp};

use super::attempt::{self, Attempt, Conditions, End};
use super::deployment::Stage;
use super::families as f;
use super::job::{Job, Purpose};
use super::ledger::State;
use super::world::{Context, Event, Level, World};
use crate::scenario::{Effect, library_error};
use crate::telemetry::{Json, SpanKind, span_id};

/// How long a killed container takes to come back.
const RESTART: TimeDelta = TimeDelta::from_secs(25);

impl World {
    /// The job's task will be in its queue, a moment after it was sent off.
    pub(super) fn deliver(&mut self, mut job: Box<Job>) {
        let at = job.stage_queued + job.millis(0.6, 4.0);
        self.schedule(at, Event::Queued(job));
    }

    /// A task lies in its queue.
    pub(super) fn queued(&mut self, mut job: Box<Job>) {
        job.queued = self.now;
        let stage = job.stage;
        let pool = self.pool(stage);
        pool.n_queued += 1;
        if self.is_evicted(&mut job) {
            return;
        }
        let pool = self.pool(stage);
        // What is made for a test does not wait behind the others.
        match job.crafted {
            None => pool.waiting.push_back(job),
            Some(_) => pool.waiting.push_front(job),
        }
        self.start_waiting(stage);
    }

    /// A worker process is there again.
    pub(super) fn freed(&mut self, stage: Stage) {
        let pool = self.pool(stage);
        pool.n_busy = pool.n_busy.saturating_sub(1);
        self.start_waiting(stage);
    }

    /// Starts what waits, as far as there are processes that reach the broker.
    pub(super) fn start_waiting(&mut self, stage: Stage) {
        if self.is_cut_off(stage) {
            return;
        }
        let is_frozen =
            self.effects().any(|it| matches!(it, Effect::WorkersFreeze { stage: of } if of == stage.name()));
        if is_frozen {
            // They take what comes, and begin none of it.
            let pool = self.pool(stage);
            pool.frozen.extend(pool.waiting.drain(..));
            return;
        }
        loop {
            let pool = self.pool(stage);
            if pool.n_busy >= pool.n_workers {
                return;
            }
            let Some(job) = pool.waiting.pop_front() else { return };
            pool.n_busy += 1;
            pool.n_started += 1;
            self.start(job);
        }
    }

    /// Frozen workers were restarted: what they held is handed out again.
    pub(super) fn thawed(&mut self, stage: Stage) {
        let pool = self.pool(stage);
        let held = std::mem::take(&mut pool.frozen);
        held.into_iter().rev().for_each(|it| pool.waiting.push_front(it));
        self.start_waiting(stage);
    }

    /// Whether the broker throws the job's message away.
    fn is_evicted(&mut self, job: &mut Job) -> bool {
        let share = self.effects().find_map(|it| match it {
            Effect::BrokerEvicts { share } => Some(*share),
            _ => None,
        });
        let is_evicted = job.crafted.is_none() && share.is_some_and(|it| job.rng.chance(it));
        if is_evicted {
            self.metrics.add(&f::REDIS_EVICTED, &[], 1.0);
            self.lose(job, "message_evicted");
        }
        is_evicted
    }

    /// Whether the retry never comes.
    fn is_swallowed(&self, job: &mut Job) -> bool {
        let share = self.effects().find_map(|it| match it {
            Effect::ErrorsSwallowed { share } => Some(*share),
            _ => None,
        });
        share.is_some_and(|it| job.rng.chance(it))
    }

    /// Nothing will ever be heard of the job again.
    fn lose(&mut self, job: &Job, cause: &'static str) {
        if let Some(record) = self.ledger.of(job.number) {
            (record.state, record.lost, record.cause) = (State::Stuck, Some(self.now), Some(cause));
        }
    }

    /// Have the stage's workers lost the broker?
    pub(super) fn is_cut_off(&self, stage: Stage) -> bool {
        self.effects().any(|it| matches!(it, Effect::BrokerLost { stage: lost } if lost == stage.name()))
    }

    fn start(&mut self, mut job: Box<Job>) {
        let (stage, service, now) = (job.stage, job.stage.service(), self.now);
        if let Some(record) = self.ledger.of(job.number) {
            record.state = State::Running;
            record.n_attempts += 1;
            record.started = record.started.or(Some(now));
            record.waited = record.waited + (now - job.queued);
        }
        let run = span_id(&mut job.rng);
        let fields = Json::new().text("task", stage.task()).text("task_id", &job.task_id);
        self.log(now, service, Level::Info, Context::of(&job, run), "task_started", &fields);
        self.metrics.add(&f::CELERY_TASKS, &[("task", stage.task()), ("state", "started")], 1.0);
        let conditions = self.conditions(&job);
        self.draw_patience(&mut job);
        let attempt = match job.crafted {
            None if job.outlasts.is_some() => attempt::outlast(job.outlasts.unwrap_or_default()),
            None => attempt::plan(&mut job, &conditions),
            Some(Purpose::Stuck) if stage == Stage::Embed => attempt::vanish(),
            Some(Purpose::Running) if stage == Stage::Embed => {
                self.held = Some((job, run, now));
                return self.finish_held();
            }
            Some(Purpose::Stuck | Purpose::Running) => attempt::plan_well(&mut job),
        };
        self.begin(job, attempt, run, now);
    }

    /// An attempt is under way: what it does will be told as it happens.
    fn begin(&mut self, mut job: Box<Job>, attempt: Attempt, run: SpanId, started: Timestamp) {
        for step in &attempt.steps {
            self.plan_step(&mut job, step, run, started);
        }
        self.schedule(started + attempt.work, Event::Worked(job, Box::new(attempt), run, started));
    }

    /// Whether the job's task is one that takes longer than the broker waits, for ever.
    fn draw_patience(&mut self, job: &mut Job) {
        let outlasts = self.effects().find_map(|it| match it {
            Effect::TasksOutlast { stage, share, minutes } if stage == job.stage.name() => {
                Some((*share, *minutes))
            }
            _ => None,
        });
        if let Some((share, minutes)) = outlasts
            && job.outlasts.is_none()
            && job.rng.chance(share)
        {
            job.outlasts = Some(TimeDelta::from_secs_f64(minutes * 60.0));
        }
    }

    fn conditions(&self, job: &Job) -> Conditions {
        let mut conditions =
            Conditions { is_breaker_open: self.breaker.is_open(self.now), ..Conditions::default() };
        let mut rng = job.rng.fork("conditions", u64::from(job.retries));
        for effect in self.effects() {
            if let Effect::HostAnswers { host, status, share, latency_ms } = effect
                && host == job.host
                && rng.chance(*share)
            {
                conditions.host = Some((*status, *latency_ms));
            }
            if let Effect::InferenceFails { share, error } = effect {
                conditions.inference = Some((*share, error.clone()));
            }
        }
        conditions.library = library_error(self.effects(), job.stage.name(), &mut rng);
        conditions
    }

    /// Lets the held job finish its work at `at`, or as soon after that as it can.
    pub fn finish_held_at(&mut self, at: Timestamp) {
        self.held_until = Some(at);
        self.finish_held();
    }

    fn finish_held(&mut self) {
        let Some(until) = self.held_until else { return };
        let Some((mut job, run, started)) = self.held.take() else { return };
        let mut attempt = attempt::plan_well(&mut job);
        let longer = ((until.max(self.now) - started) - attempt.work).max(TimeDelta::ZERO);
        for step in &mut attempt.steps {
            step.lasts = (step.lasts.0 + longer, step.lasts.1 + longer);
        }
        attempt.work = attempt.work + longer;
        self.begin(job, attempt, run, started);
    }

    /// The work of an attempt is over.
    pub(super) fn worked(&mut self, mut job: Box<Job>, attempt: &Attempt, run: SpanId, started: Timestamp) {
        let stage = job.stage;
        let service = stage.service();
        match &attempt.end {
            End::Killed | End::KilledForGood(_) | End::Vanished => {
                return self.killed(job, &attempt.end, run);
            }
            End::Outlasted => {
                // The process hangs on; the broker gives the task to another one.
                if let Some(record) = self.ledger.of(job.number) {
                    record.cause = Some("requeue_loop");
                }
                self.schedule(self.now, Event::Freed(stage));
                return self.schedule(self.now, Event::Queued(job));
            }
            End::Done | End::Retry(_) | End::Failed(_) => {}
        }
        let mut span = job
            .span(service, "celery", &format!("run/{}", stage.task()), SpanKind::Consumer)
            .text("job.stage", stage.name())
            .text("request.mode", "async")
            .text("operation", "write")
            .text("queue.name", stage.queue())
            .text("corpus.name", &job.corpus)
            .text("celery.action", "run")
            .text("celery.task_name", stage.task())
            .text("celery.hostname", &format!("celery@{}-1", stage.container()))
            .text("messaging.message.id", &job.task_id)
            .text("messaging.destination", stage.queue());
        span.id = run;
        if job.retries > 0 {
            span = span.int("celery.retries", job.retries.into());
        }
        let parent = job.producer;
        let (end, state) = match &attempt.end {
            End::Retry(fault) => {
                span = span.text("celery.retry.reason", &fault.exception.message);
                (self.retry(&mut job, fault, run), "retried")
            }
            End::Failed(fault) => {
                span = span.text("failed.stage", stage.failed_name());
                span.error = Some(fault.exception.message.clone());
                span.exception = Some(fault.exception.clone());
                (self.fail(&mut job, fault, run), "failed")
            }
            End::Done | End::Killed | End::KilledForGood(_) | End::Vanished | End::Outlasted => {
                (self.finish_stage(&mut job, attempt, run, started), "succeeded")
            }
        };
        let celery_state = match state {
            "retried" => "RETRY",
            "failed" => "FAILURE",
            _ => "SUCCESS",
        };
        self.end_span(service, span.text("celery.state", celery_state).placed(Some(parent), started, end));
        let task = ("task", stage.task());
        self.metrics.add(&f::CELERY_TASKS, &[task, ("state", state)], 1.0);
        self.metrics.observe(&f::CELERY_TASK_SECONDS, &[task], (end - started).as_secs_f64(), None);
        self.schedule(end, Event::Freed(stage));
        match &attempt.end {
            End::Retry(_) if self.is_swallowed(&mut job) => self.lose(&job, "swallowed_errors"),
            End::Retry(_) => {
                let wait = stage.backoff().times(3_i64.pow(job.retries.saturating_sub(1)));
                let wait = wait + job.millis(0.0, 2_000.0);
                if stage == Stage::Embed {
                    self.metrics.observe(&f::INFERENCE_RETRY_DELAY, &[], wait.as_secs_f64(), None);
                }
                self.pool(stage).n_backing_off += 1;
                self.schedule(end + wait, Event::BackedOff(job));
            }
            End::Failed(fault) => self.failed(&job, fault),
            End::Done if job.stage != stage => self.deliver(job),
            End::Done | End::Killed | End::KilledForGood(_) | End::Vanished | End::Outlasted => {}
        }
    }

    fn killed(&mut self, mut job: Box<Job>, end: &End, run: SpanId) {
        let (stage, service, now) = (job.stage, job.stage.service(), self.now);
        let container = [("name", stage.container())];
        self.metrics.add(&f::OOM_EVENTS, &container, 1.0);
        if matches!(end, End::Vanished) {
            // Not one line: the process that would have written it is gone too.
            self.metrics.add(&f::RESTARTS, &container, 1.0);
            self.pool(stage).n_lost += 1;
            if let Some(record) = self.ledger.of(job.number) {
                (record.state, record.lost) = (State::Stuck, Some(now));
            }
            self.schedule(now + RESTART, Event::Freed(stage));
            let fields = Json::new().text("version", &self.version.clone());
            self.log(now + RESTART, service, Level::Info, Context::default(), "worker_ready", &fields);
            return;
        }
        // The parent process tells it: it has no span of the job's, and its handler knows only the task's id.
        let fault = super::fault::worker_lost();
        let fields = Json::new()
            .text("task_id", &job.task_id)
            .text("error", &fault.exception.message)
            .text("exc_info", &fault.exception.traceback);
        self.log(now, service, Level::Error, Context::default(), "task_failed", &fields);
        self.metrics.add(&f::CELERY_TASKS, &[("task", stage.task()), ("state", "failed")], 1.0);
        self.schedule(now + TimeDelta::from_secs(3), Event::Freed(stage));
        job.n_losses += 1;
        if let End::KilledForGood(fault) = end {
            let told = self.call_back(&mut job, now + TimeDelta::from_millis(40), run, Some(fault));
            self.dead_letter(&job, told);
            self.failed(&job, fault);
        } else {
            self.schedule(now + TimeDelta::from_secs(4), Event::Queued(job));
        }
    }
}
