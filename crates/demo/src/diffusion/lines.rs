//! Loggers of the deployment, and their lines as python-json-logger writes them.

use domain::time::Timestamp;

use crate::telemetry::{Json, LogLine, asctime};

/// A logger: the file (`job` label) it writes to, its name and where it stands in the code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Logger(&'static str, &'static str, &'static str, i64);

pub(super) const SERVER: Logger = Logger("django", "django.server", "django/core/servers/basehttp.py", 212);
pub(super) const JOBS: Logger = Logger("django", "cw.diffusion.views", "src/cw/diffusion/views.py", 88);
pub(super) const RECEIVED: Logger =
    Logger("celery", "celery.worker.strategy", "celery/worker/strategy.py", 161);
pub(super) const ENDED: Logger = Logger("celery", "celery.app.trace", "celery/app/trace.py", 128);
pub(super) const TASKS: Logger = Logger("tasks", "cw.diffusion.tasks", "src/cw/diffusion/tasks.py", 64);
pub(super) const SPOTS: Logger = Logger("tasks", "cw.tvspots.tasks", "src/cw/tvspots/tasks.py", 51);
pub(super) const LOAD: Logger = Logger("tasks", "cw.lib.models", "src/cw/lib/models/base.py", 177);
pub(super) const ADAPTATION: Logger =
    Logger("tasks", "cw.lib.adaptation", "src/cw/lib/adaptation/pipeline.py", 140);
pub(super) const PROMPTS: Logger = Logger("tasks", "cw.lib.prompts", "src/cw/lib/prompts/enhance.py", 39);
pub(super) const CIVITAI: Logger = Logger("tasks", "cw.lib.civitai", "src/cw/lib/civitai/client.py", 72);
pub(super) const WORKER: Logger = Logger("workers", "celery.worker", "celery/worker/worker.py", 202);

impl Logger {
    /// One of its lines.
    pub(super) fn line(&self, at: Timestamp, level: &str, message: &str, extra: &Json) -> LogLine {
        let Self(job, name, path, number) = self;
        let body = Json::new()
            .text("asctime", &asctime(at, 0))
            .text("name", name)
            .text("levelname", level)
            .text("message", message)
            .text("pathname", path)
            .int("lineno", *number)
            .and(extra)
            .finish();
        let labels =
            vec![("job", (*job).to_owned()), ("level", level.to_owned()), ("logger", (*name).to_owned())];
        LogLine { at, labels, metadata: Vec::new(), body }
    }
}
