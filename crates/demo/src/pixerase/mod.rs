//! A model of the `pixerase` deployment: a FastAPI application that hands pictures to Taskiq workers.
//!
//! Each line is JSON within the JSON that Vector writes, so Loki's own fields begin with `log_`. The worker's lines follow Taskiq
//! 0.13: its middleware logs within the span of the attempt, and an attempt that may be tried again never has an error status, not
//! even the last one.

mod families;
mod lines;
mod requests;
mod work;

use domain::ids::{SpanId, TraceId};
use domain::time::{TimeDelta, Timestamp};

use self::lines::Program;
use crate::model::{Core, Deployment, Purpose, Record, State, Task};
use crate::rng::Rng;
use crate::scenario::Effect;
use crate::telemetry::{Json, Span, SpanKind, span_id, trace_id};

/// What a picture can be put through.
const TASKS: [&str; 4] = ["remove_background", "upscale_image", "grayscale_image", "rotate_image"];
/// How often the retry middleware tries a task in all (`max_retries`).
const MAX_TRIES: u32 = 3;
/// A task's time limit (`timeout`).
const TIME_LIMIT_SECS: f64 = 30.0;
/// The version that runs first.
const VERSION: &str = "1.8.2";

/// The deployment.
#[derive(Debug)]
pub(crate) struct PixErase {
    version: String,
}

impl Default for PixErase {
    fn default() -> Self {
        Self { version: VERSION.to_owned() }
    }
}

/// What a worker must know of a task.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    name: &'static str,
    trace: TraceId,
    /// The span that sent it: parent of the attempt.
    sent_by: SpanId,
    /// The span of the attempt.
    run: SpanId,
    began: Timestamp,
    is_bad: bool,
}

impl PixErase {
    /// The version that runs now.
    fn version(&mut self, core: &Core<Load>) -> String {
        let deployed = core.effects().filter_map(|it| match it {
            Effect::Deploy { version, .. } => Some(version),
            _ => None,
        });
        if let Some(version) = deployed.last() {
            self.version.clone_from(version);
        }
        self.version.clone()
    }
}

impl Deployment for PixErase {
    type Load = Load;

    const NAME: &'static str = "pixerase";

    fn n_workers(rate: f64) -> usize {
        (rate * 0.9).ceil() as usize
    }

    fn declare(&mut self, core: &mut Core<Load>) {
        families::declare(&mut core.metrics);
    }

    fn arrive(&mut self, core: &mut Core<Load>, number: u64, purpose: Option<Purpose>) {
        let version = self.version(core);
        if purpose.is_none() {
            for i in 0..2 {
                requests::other(core, core.rng("request", number * 2 + i), &version);
            }
        }
        hand_in(core, core.rng("job", number), purpose, &version);
    }

    fn begin(&mut self, core: &mut Core<Load>, task: &mut Task<Load>) {
        work::begin(core, task);
    }

    fn work(&mut self, core: &mut Core<Load>, task: Task<Load>, not_before: Option<Timestamp>) -> Timestamp {
        let version = self.version(core);
        work::work(core, task, not_before, &version)
    }

    fn scrape(&mut self, core: &mut Core<Load>) {
        families::scrape(core);
    }
}

/// A picture is handed in: the request, and the task that it sends off.
fn hand_in(core: &mut Core<Load>, mut rng: Rng, purpose: Option<Purpose>, version: &str) {
    let (name, task_id, trace) = (rng.pick(&TASKS), rng.hex(32), trace_id(&mut rng));
    let bad_share = core.effects().find_map(|it| match it {
        Effect::BadImages { share } => Some(*share),
        _ => None,
    });
    let is_bad = purpose.is_none() && rng.chance(bad_share.unwrap_or(0.02));
    let now = core.now;
    let user = format!("{}", rng.below(300) + 1);
    let job = core.open(Record { user: Some(user), ..Record::new(&task_id, "Task", "task", now) }, purpose);
    if let Some(record) = core.ledger.of(job) {
        record.traces.push(trace);
        record.task_ids.push(task_id.clone());
        record.version = Some(version.to_owned());
    }
    let (server, insert, send) = (span_id(&mut rng), span_id(&mut rng), span_id(&mut rng));
    let route = format!("/v1/images/{{image_id}}/{}", name.replace('_', "-"));
    let url = route.replace("{image_id}", &rng.uuid());
    let millis = |low: f64, high: f64, rng: &mut Rng| TimeDelta::from_secs_f64(rng.between(low, high) / 1e3);
    let queried = now + millis(1.0, 4.0, &mut rng);
    let stored = queried + millis(2.0, 9.0, &mut rng);
    let sent = stored + millis(0.5, 2.0, &mut rng);
    let there = sent + millis(0.6, 3.0, &mut rng);
    let end = there + millis(0.8, 3.0, &mut rng);
    let api = Program::api(trace, server);
    let asked = Json::new().text("http_method", "POST").text("url", &url);
    core.line(api.line(now, "DEBUG", "request started", &asked), None);
    let told = Json::new().text("task_name", name).text("task_id", &task_id);
    core.line(api.line(there, "INFO", "task sent", &told), Some(job));
    let answer = requests::Answer { method: "POST", route: &route, url: &url, status: 202, exception: None };
    requests::answered(core, &answer, &api, (now, end));
    let db = Span::new(trace, insert, "pix_erase.api", "sqlalchemy", "INSERT pix_erase", SpanKind::Client)
        .text("db.system", "postgresql")
        .text("db.statement", "INSERT INTO images (id, name, status) VALUES ($1, $2, $3)")
        .placed(Some(server), queried, stored);
    let producer =
        Span::new(trace, send, "pix_erase.api", "taskiq", &format!("send/{name}"), SpanKind::Producer)
            .text("taskiq.action", "send")
            .text("messaging.message.id", &task_id)
            .text("taskiq.task_name", name)
            .placed(Some(server), sent, there);
    let root = requests::root(&answer, trace, server, (now, end));
    for span in [db, producer, root] {
        core.span(Span { version: version.to_owned(), ..span }, job);
    }
    let load = Load { name, trace, sent_by: send, run: send, began: now, is_bad };
    core.queue(there, Task { job, id: task_id, rng, retries: 0, queued: there, purpose, load });
}

/// The state that a request's status means.
fn settle(core: &mut Core<Load>, job: usize, end: Timestamp, failure: Option<(&'static str, String)>) {
    if let Some(record) = core.ledger.of(job) {
        (record.state, record.n_attempts) = (State::Running, 1);
    }
    core.record(end, job, move |it| match failure {
        None => it.succeed(end),
        Some((cause, error)) => it.fail(end, "request", cause, &error),
    });
}
