//! A model of the `trung-dev` deployment: a Django blog with Celery; JSON in production, plain text in development, no traces.
//!
//! A task is sent without a word, so nobody sees it wait. Celery 5 receives a task that is tried again at once, and holds it until
//! its time has come: its second "received" stands right behind its "retry".

mod lines;
mod requests;

use domain::time::{TimeDelta, Timestamp};

use self::lines::Source;
use crate::model::{Clock, Core, Deployment, Purpose, Record, Task, traceback};
use crate::scenario::{Effect, library_error};
use crate::telemetry::Json;

const NOTIFY: &str = "apps.blog.tasks.send_notification";
const TASKS: [&str; 3] = [NOTIFY, "apps.blog.tasks.build_thumbnails", "services.tasks.sync_search"];
/// Celery's `max_retries`.
const MAX_RETRIES: u32 = 3;
const COUNTDOWN: TimeDelta = TimeDelta::from_secs(10);

/// The deployment.
#[derive(Debug)]
pub(crate) struct TrungDev;

/// What a worker must know of a task.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    name: &'static str,
    is_production: bool,
    began: Timestamp,
}

impl Load {
    /// Celery's logger of this name.
    const fn source(&self, logger: &'static str, process: &'static str) -> Source {
        Source {
            service: "celery-worker",
            logger,
            path: "/usr/local/lib/python3.12/site-packages/celery/app/trace.py",
            function: "info",
            process,
            is_production: self.is_production,
        }
    }

    fn received(&self, at: Timestamp, id: &str) -> crate::telemetry::LogLine {
        let data = Json::new().text("id", id).text("name", self.name);
        let message = format!("Task {}[{id}] received", self.name);
        let extra = Json::new().raw("data", &data.finish());
        self.source("celery.worker.strategy", "MainProcess").line(at, "INFO", &message, &extra)
    }
}

/// Why an attempt fails.
struct Fault {
    cause: &'static str,
    class: &'static str,
    message: &'static str,
    is_tried_again: bool,
}

impl Deployment for TrungDev {
    type Load = Load;

    const NAME: &'static str = "trung-dev";

    fn n_workers(rate: f64) -> usize {
        (rate * 0.2).ceil() as usize
    }

    fn arrive(&mut self, core: &mut Core<Load>, number: u64, purpose: Option<Purpose>) {
        let mut rng = core.rng("job", number);
        let is_production = purpose.is_some() || rng.chance(0.8);
        if purpose.is_none() {
            requests::visit(core, core.rng("visit", number), is_production);
        }
        let (name, id) = (rng.pick(&TASKS), rng.uuid());
        let queued = core.now + TimeDelta::from_secs_f64(rng.between(0.05, 0.4));
        let job = core.open(Record::new(&id, "Task", "task", queued), purpose);
        if let Some(record) = core.ledger.of(job) {
            record.task_ids.push(id.clone());
        }
        let load = Load { name, is_production, began: queued };
        core.queue(queued, Task { job, id, rng, retries: 0, queued, purpose, load });
    }

    fn begin(&mut self, core: &mut Core<Load>, task: &mut Task<Load>) {
        task.load.began = core.now;
        if task.retries == 0 {
            core.line(task.load.received(core.now, &task.id), Some(task.job));
        }
    }

    fn work(
        &mut self,
        core: &mut Core<Load>,
        mut task: Task<Load>,
        not_before: Option<Timestamp>,
    ) -> Timestamp {
        let load = task.load.clone();
        let mail = core.effects().find_map(|it| match it {
            Effect::MailDown { share } => Some(*share),
            _ => None,
        });
        let broken = task.rng.fork("library", u64::from(task.retries));
        let broken = library_error(core.effects(), "", &mut { broken }).filter(|_| task.purpose.is_none());
        let rng = &mut task.rng;
        let mut clock = Clock(load.began);
        let fault = fault(
            rng,
            load.name,
            mail,
            task.purpose.is_some() || task.retries == MAX_RETRIES && mail.is_none(),
        );
        let of_library = broken.map(|it| Fault {
            cause: it.cause,
            class: it.class,
            message: it.message,
            is_tried_again: it.is_transient,
        });
        let fault = of_library.or(fault);
        let secs =
            if fault.is_some() { rng.between(0.3, 2.0) } else { rng.log_normal(2.4, 0.7).clamp(0.1, 40.0) };
        let end = clock.passes(secs);
        clock.not_before(not_before);
        let end = end.max(clock.0);
        let trace = load.source("celery.app.trace", "ForkPoolWorker-1");
        let whose = format!("Task {}[{}]", load.name, task.id);
        let data = Json::new().text("id", &task.id).text("name", load.name);
        let runtime = (end - load.began).as_secs_f64();
        let Some(fault) = fault else {
            let data = data.raw("runtime", &format!("{runtime:.3}")).text("return_value", "None");
            let extra = Json::new().raw("data", &data.finish());
            let message = format!("{whose} succeeded in {runtime:.3}s: None");
            core.line(trace.line(end, "INFO", &message, &extra), Some(task.job));
            core.record(end, task.job, move |it| it.succeed(end));
            return end;
        };
        let raised = format!("{}('{}')", fault.class.rsplit('.').next().unwrap_or_default(), fault.message);
        let extra = Json::new().raw("data", &data.text("exc", &raised).finish());
        if fault.is_tried_again && task.retries < MAX_RETRIES {
            let message = format!("{whose} retry: Retry in {}s: {raised}", COUNTDOWN.secs());
            core.line(trace.line(end, "INFO", &message, &extra), Some(task.job));
            let again = end + TimeDelta::from_secs_f64(task.rng.between(0.002, 0.009));
            core.line(load.received(again, &task.id), Some(task.job));
            task.retries += 1;
            core.queue(end + COUNTDOWN, task);
            return end;
        }
        let error = format!("{}: {}", fault.class, fault.message);
        let exc_info = traceback("/app/apps/blog/tasks.py", 31, "run", &error);
        let message = format!("{whose} raised unexpected: {raised}");
        // Text has the traceback below the message, JSON in a field.
        let (message, extra) = match load.is_production {
            true => (message, extra.text("exc_info", &exc_info)),
            false => (format!("{message}\n{exc_info}"), extra),
        };
        core.line(trace.line(end, "ERROR", &message, &extra), Some(task.job));
        core.record(end, task.job, move |it| it.fail(end, "task", fault.cause, fault.message));
        end
    }
}

fn fault(rng: &mut crate::rng::Rng, name: &str, mail: Option<f64>, must_succeed: bool) -> Option<Fault> {
    let drawn = rng.unit();
    if must_succeed {
        return None;
    }
    if name == NOTIFY && drawn < mail.unwrap_or(0.05) {
        return Some(Fault {
            cause: "mail_server",
            class: "smtplib.SMTPServerDisconnected",
            message: "please run connect() first",
            is_tried_again: true,
        });
    }
    if name != NOTIFY && drawn < 0.03 {
        return Some(Fault {
            cause: "bad_input",
            class: "PIL.UnidentifiedImageError",
            message: "cannot identify image file /media/uploads/header.webp",
            is_tried_again: false,
        });
    }
    None
}
