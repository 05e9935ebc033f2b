//! Lines in the format of their environment, with the labels that Promtail gives them.

use domain::time::{Timestamp, civil_from_timestamp};

use crate::telemetry::{Json, LogLine, asctime, rfc3339};

/// Where a line comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    pub(super) service: &'static str,
    pub(super) logger: &'static str,
    pub(super) path: &'static str,
    pub(super) function: &'static str,
    /// Celery's process, which only development's format says.
    pub(super) process: &'static str,
    pub(super) is_production: bool,
}

impl Source {
    /// One of its lines: of JSON fields in production, of words in development.
    pub(super) fn line(&self, at: Timestamp, level: &str, message: &str, extra: &Json) -> LogLine {
        let body = match (self.is_production, self.service) {
            (true, _) => Json::new()
                .text("asctime", &rfc3339(at))
                .text("name", self.logger)
                .text("levelname", level)
                .text("message", message)
                .text("pathname", self.path)
                .int("lineno", 42)
                .text("funcName", self.function)
                .and(extra)
                .finish(),
            (false, "django") => {
                let time = asctime(at, 0);
                let seconds = time.split(',').next().unwrap_or_default();
                format!("{level} {seconds} {} {} {message}", self.logger, self.function)
            }
            (false, _) => format!("[{}: {level}/{}] {message}", asctime(at, 0), self.process),
        };
        let mut labels = labels(self.service, self.is_production, "stderr");
        if self.is_production {
            // Promtail's json stage finds these in JSON only.
            labels.push(("level", level.to_owned()));
            labels.push(("logger", self.logger.to_owned()));
        }
        LogLine { at, labels, metadata: Vec::new(), body }
    }
}

fn labels(service: &'static str, is_production: bool, stream: &str) -> Vec<(&'static str, String)> {
    let environment = if is_production { "production" } else { "development" };
    let container = match (service, is_production) {
        ("django", true) => "django-blog-container",
        ("django", false) => "django-blog-dev",
        ("celery-worker", true) => "celery-worker-container",
        ("celery-worker", false) => "celery-worker-dev",
        ("nginx", _) => "nginx-container",
        _ => "postgres-container",
    };
    vec![
        ("app", "trung-dev".to_owned()),
        ("container_name", container.to_owned()),
        ("environment", environment.to_owned()),
        ("service", service.to_owned()),
        ("stream", stream.to_owned()),
    ]
}

/// A line of nginx's access log, in its combined format.
pub(super) fn access(at: Timestamp, method: &str, path: &str, status: u16, n_bytes: usize) -> LogLine {
    let it = civil_from_timestamp(at, 0);
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months.get(usize::from(it.month).saturating_sub(1)).copied().unwrap_or_default();
    let time =
        format!("{:02}/{month}/{}:{:02}:{:02}:{:02} +0000", it.day, it.year, it.hour, it.minute, it.second);
    let body = format!(
        "203.0.113.24 - - [{time}] \"{method} {path} HTTP/1.1\" {status} {n_bytes} \"-\" \"Mozilla/5.0\""
    );
    LogLine { at, labels: labels("nginx", true, "stdout"), metadata: Vec::new(), body }
}

/// A line of Postgres about a statement that took long (`log_min_duration_statement`).
pub(super) fn slow_statement(at: Timestamp, millis: f64) -> LogLine {
    let time = asctime(at, 0).replace(',', ".");
    let sql = "SELECT blog_post.* FROM blog_post WHERE blog_post.body ILIKE '%django%' ORDER BY created DESC";
    let body = format!("{time} UTC [61] LOG:  duration: {millis:.3} ms  statement: {sql}");
    LogLine { at, labels: labels("postgres", true, "stderr"), metadata: Vec::new(), body }
}
