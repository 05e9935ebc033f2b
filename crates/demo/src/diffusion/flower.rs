//! Metrics: Flower's own, and the broker's list as the stock Redis exporter shows it.

use super::{ADAPT, GENERATE, Load};
use crate::model::Core;
use crate::telemetry::{Family, Kind, Registry};

const FLOWER: (&str, &str) = ("flower", "flower:5555");
const REDIS: (&str, &str) = ("redis", "diffusion-redis-exporter:9121");
/// Flower's default buckets are prometheus_client's; this deployment sets its own (`--task-runtime-metric-buckets`).
const RUNTIME: &[f64] = &[1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 300.0, 600.0];

/// Celery's names of the workers.
pub(super) const WORKERS: [&str; 4] = ["celery@gpu-1", "celery@gpu-2", "celery@gpu-3", "celery@gpu-4"];

pub(super) const EVENTS: Family = Family { name: "flower_events_total", target: FLOWER, kind: Kind::Counter };
pub(super) const RUNTIME_SECONDS: Family =
    Family { name: "flower_task_runtime_seconds", target: FLOWER, kind: Kind::Histogram(RUNTIME) };
pub(super) const EXECUTING: Family =
    Family { name: "flower_worker_number_of_currently_executing_tasks", target: FLOWER, kind: Kind::Gauge };
pub(super) const PREFETCH_SECONDS: Family =
    Family { name: "flower_task_prefetch_time_seconds", target: FLOWER, kind: Kind::Gauge };
const ONLINE: Family = Family { name: "flower_worker_online", target: FLOWER, kind: Kind::Gauge };
const KEY_SIZE: Family = Family { name: "redis_key_size", target: REDIS, kind: Kind::Gauge };
const REDIS_USED: Family = Family { name: "redis_memory_used_bytes", target: REDIS, kind: Kind::Gauge };
const UP: Family = Family { name: "up", target: FLOWER, kind: Kind::Gauge };

/// Series that exist from the start.
pub(super) fn declare(metrics: &mut Registry) {
    for worker in WORKERS {
        for task in [GENERATE, ADAPT] {
            for kind in ["task-received", "task-started", "task-succeeded", "task-failed", "task-retried"] {
                metrics.declare(&EVENTS, &[("worker", worker), ("type", kind), ("task", task)]);
            }
            metrics.declare(&RUNTIME_SECONDS, &[("worker", worker), ("task", task)]);
            metrics.declare(&PREFETCH_SECONDS, &[("worker", worker), ("task", task)]);
        }
        metrics.declare(&EXECUTING, &[("worker", worker)]);
    }
}

/// Gauges are read.
pub(super) fn scrape(core: &mut Core<Load>) {
    let n_waiting = core.pool.waiting.len() as f64;
    for worker in WORKERS {
        core.metrics.set(&ONLINE, &[("worker", worker)], 1.0);
    }
    core.metrics.set(&KEY_SIZE, &[("db", "db0"), ("key", "celery")], n_waiting);
    core.metrics.set(&REDIS_USED, &[], 21e6 + n_waiting * 9e3);
    for target in [FLOWER, REDIS] {
        core.metrics.set(&Family { target, ..UP }, &[], 1.0);
    }
}
