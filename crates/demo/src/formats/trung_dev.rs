//! `trung-dev`: a Django blog with Celery; JSON in production, plain text in development, labels by container.

use domain::time::Timestamp;

use super::{Clock, Story, traceback};
use crate::rng::Rng;
use crate::telemetry::{Json, LogLine, asctime, rfc3339};

const TASKS: [&str; 3] =
    ["apps.blog.tasks.send_notification", "apps.blog.tasks.build_thumbnails", "services.tasks.sync_search"];

/// Where a line comes from.
struct Source<'a> {
    service: &'static str,
    logger: &'a str,
    path: &'static str,
    function: &'static str,
    is_production: bool,
}

/// A line in the format of its environment: of JSON fields, or of words.
fn line(at: Timestamp, source: &Source<'_>, level: &str, message: &str, extra: &Json) -> LogLine {
    let (environment, container) = match (source.is_production, source.service) {
        (true, "django") => ("production", "django-blog-container"),
        (true, _) => ("production", "celery-worker-container"),
        (false, "django") => ("development", "django-blog-dev"),
        (false, _) => ("development", "celery-worker-dev"),
    };
    let body = if source.is_production {
        Json::new()
            .text("asctime", &rfc3339(at))
            .text("name", source.logger)
            .text("levelname", level)
            .text("message", message)
            .text("pathname", source.path)
            .int("lineno", 42)
            .text("funcName", source.function)
            .and(extra)
            .finish()
    } else if source.service == "django" {
        let time = asctime(at, 0);
        let seconds = time.split(',').next().unwrap_or_default();
        format!("{level} {seconds} {} {} {message}", source.logger, source.function)
    } else {
        format!("[{}: {level}/ForkPoolWorker-1] {message}", asctime(at, 0))
    };
    let mut labels = vec![
        ("app", "trung-dev".to_owned()),
        ("container_name", container.to_owned()),
        ("environment", environment.to_owned()),
        ("service", source.service.to_owned()),
        ("stream", "stdout".to_owned()),
    ];
    if source.is_production {
        // Promtail's json stage finds these in JSON only.
        labels.push(("level", level.to_owned()));
        labels.push(("logger", source.logger.to_owned()));
    }
    LogLine { at, labels, metadata: Vec::new(), body }
}

/// A visit to a page, and the task that it sets off.
pub(super) fn tell(rng: &mut Rng, at: Timestamp) -> Story {
    let is_production = rng.chance(0.8);
    let (task, task_id) = (rng.pick(&TASKS), rng.uuid());
    let mut clock = Clock(at);
    let mut lines = Vec::new();
    let view = Source {
        service: "django",
        logger: "apps.blog.views",
        path: "/app/apps/blog/views.py",
        function: "PostDetailView",
        is_production,
    };
    let worker = |logger| Source {
        service: "celery-worker",
        logger,
        path: "/app/celery.py",
        function: "on_task",
        is_production,
    };
    let (post, user) = (rng.below(60) as i64 + 1, rng.below(40) as i64 + 1);
    for _ in 0..rng.below(4) + 1 {
        let millis = rng.log_normal(70.0, 0.9) as i64;
        let extra = Json::new().int("post_id", post).int("user_id", user).int("duration_ms", millis);
        lines.push(line(clock.0, &view, "INFO", "Post viewed", &extra));
        clock.after(rng, 0.2, 2.0);
    }
    let none = Json::new();
    let received = format!("Task {task}[{task_id}] received");
    lines.push(line(
        clock.after(rng, 0.01, 0.1),
        &worker("celery.worker.strategy"),
        "INFO",
        &received,
        &none,
    ));
    let started = clock.0;
    let kind = rng.below(100);
    let failure = "SMTPServerDisconnected('please run connect() first')";
    let n_retries = if kind < 12 { rng.below(2) + 1 } else { 0 };
    for _ in 0..n_retries {
        let message = format!("Task {task}[{task_id}] retry: Retry in 10s: {failure}");
        lines.push(line(clock.after(rng, 0.5, 2.0), &worker("celery.app.trace"), "INFO", &message, &none));
        let again = clock.after(rng, 10.0, 10.5);
        lines.push(line(again, &worker("celery.worker.strategy"), "INFO", &received, &none));
    }
    let ended = clock.after(rng, 0.2, 6.0);
    let runtime = (ended - started).as_secs_f64();
    let data = Json::new().text("id", &task_id).text("name", task);
    let (outcome, error) = match kind {
        0..6 => ("failed", Some(failure.to_owned())),
        _ => ("done", None),
    };
    let (level, mut message, extra) = match &error {
        None => {
            let data = data.raw("runtime", &format!("{runtime:.3}")).text("return_value", "None");
            let message = format!("Task {task}[{task_id}] succeeded in {runtime:.3}s: None");
            ("INFO", message, Json::new().raw("data", &data.finish()))
        }
        Some(error) => {
            let message = format!("Task {task}[{task_id}] raised unexpected: {error}");
            let exc_info = traceback(
                "/app/apps/blog/tasks.py",
                31,
                "run",
                "smtplib.SMTPServerDisconnected: please run connect() first",
            );
            (
                "ERROR",
                message,
                Json::new().raw("data", &data.text("exc", error).finish()).text("exc_info", &exc_info),
            )
        }
    };
    if error.is_some() && !is_production {
        message = format!(
            "{message}\n{}",
            traceback(
                "/app/apps/blog/tasks.py",
                31,
                "run",
                "smtplib.SMTPServerDisconnected: please run connect() first"
            )
        );
    }
    lines.push(line(ended, &worker("celery.app.trace"), level, &message, &extra));
    if rng.chance(0.02) {
        let exc_info = traceback(
            "/app/apps/blog/views.py",
            118,
            "upload",
            "OSError: [Errno 28] No space left on device",
        );
        let extra =
            Json::new().text("operation", "upload_file").int("user_id", user).text("exc_info", &exc_info);
        lines.push(line(clock.after(rng, 0.1, 1.0), &view, "ERROR", "Operation failed", &extra));
    }
    Story { lines, job_id: task_id.clone(), task_id: Some(task_id), outcome, error }
}
