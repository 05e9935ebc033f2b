//! Metrics of the application and its worker: the names that the deployment's page gives, and those of Taskiq's own middleware.

use super::{Load, TASKS};
use crate::model::Core;
use crate::telemetry::{Family, Kind, Registry};

const API: (&str, &str) = ("pix_erase.api", "pix_erase.api:8080");
const WORKER: (&str, &str) = ("pix_erase.worker", "pix_erase.worker:8081");
/// prometheus_client's own default.
const DEFAULT: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
const LONG: &[f64] = &[0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0];

/// The value of the label `app_name`.
pub(super) const APP: &str = "PixErase";

pub(super) const REQUESTS: Family =
    Family { name: "fastapi_requests_total", target: API, kind: Kind::Counter };
pub(super) const REQUEST_SECONDS: Family =
    Family { name: "fastapi_request_duration_seconds", target: API, kind: Kind::Histogram(DEFAULT) };
pub(super) const EXCEPTIONS: Family =
    Family { name: "fastapi_exceptions_total", target: API, kind: Kind::Counter };
pub(super) const IN_PROGRESS: Family =
    Family { name: "fastapi_requests_in_progress", target: API, kind: Kind::Gauge };
pub(super) const TASKS_TOTAL: Family =
    Family { name: "taskiq_tasks_total", target: WORKER, kind: Kind::Counter };
pub(super) const TASK_SECONDS: Family =
    Family { name: "taskiq_tasks_duration_seconds", target: WORKER, kind: Kind::Histogram(LONG) };
pub(super) const RECEIVED: Family =
    Family { name: "received_tasks_total", target: WORKER, kind: Kind::Counter };
pub(super) const SUCCEEDED: Family =
    Family { name: "success_tasks_total", target: WORKER, kind: Kind::Counter };
pub(super) const ERRORS: Family = Family { name: "found_errors_total", target: WORKER, kind: Kind::Counter };
pub(super) const EXECUTION: Family =
    Family { name: "execution_time", target: WORKER, kind: Kind::Histogram(DEFAULT) };
const UP: Family = Family { name: "up", target: API, kind: Kind::Gauge };

/// Series that exist from the start.
pub(super) fn declare(metrics: &mut Registry) {
    for task in TASKS {
        for family in [RECEIVED, SUCCEEDED, ERRORS, EXECUTION] {
            metrics.declare(&family, &[("task_name", task)]);
        }
        for status in ["success", "error"] {
            metrics.declare(&TASKS_TOTAL, &[("task_name", task), ("status", status)]);
        }
        metrics.declare(&TASK_SECONDS, &[("task_name", task)]);
    }
}

/// Gauges are read.
pub(super) fn scrape(core: &mut Core<Load>) {
    let mut rng = core.rng("scrape", core.now.secs() as u64);
    let in_progress = rng.exponential(0.9).floor();
    core.metrics.set(&IN_PROGRESS, &[("app_name", APP)], in_progress);
    for target in [API, WORKER] {
        core.metrics.set(&Family { target, ..UP }, &[], 1.0);
    }
}
