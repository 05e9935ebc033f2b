//! Every metric of the deployment: its name, who exposes it, its buckets.

use super::deployment::Service;
use crate::telemetry::{Family, Kind};

const ORCHESTRATOR: (&str, &str) = Service::Orchestrator.target();
const SCRAPER: (&str, &str) = Service::Scraper.target();
const CHUNKING: (&str, &str) = Service::Chunking.target();
const EMBEDDING: (&str, &str) = Service::EmbeddingApi.target();
const NGINX: (&str, &str) = ("nginx", "gateway:9113");
const CELERY: (&str, &str) = ("celery", "celery-exporter:9808");
const REDIS: (&str, &str) = ("redis", "redis-exporter:9121");
const POSTGRES: (&str, &str) = ("postgres", "postgres-exporter:9187");
const CADVISOR: (&str, &str) = ("cadvisor", "cadvisor:8080");

/// Targets that are not services of ours.
pub(super) const EXPORTERS: [(&str, &str); 5] = [NGINX, CELERY, REDIS, POSTGRES, CADVISOR];

/// prometheus_client's own default.
const DEFAULT: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
const LATENCY: &[f64] =
    &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0];
const LONG: &[f64] = &[0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0];
const BYTES: &[f64] = &[1e4, 5e4, 1e5, 2.5e5, 5e5, 1e6, 2.5e6, 5e6, 1e7, 2.5e7, 5e7, 1e8];
const TOKENS: &[f64] = &[32.0, 64.0, 128.0, 192.0, 256.0, 320.0, 384.0, 448.0, 512.0];
const SMALL_COUNTS: &[f64] = &[1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0, 32.0];
const RESULTS: &[f64] = &[0.0, 1.0, 5.0, 10.0, 20.0, 50.0, 100.0];
/// As Alloy's parser of the gateway's log is configured.
const UPSTREAM: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

const fn counter(name: &'static str, target: (&'static str, &'static str)) -> Family {
    Family { name, target, kind: Kind::Counter }
}

const fn gauge(name: &'static str, target: (&'static str, &'static str)) -> Family {
    Family { name, target, kind: Kind::Gauge }
}

const fn histogram(
    name: &'static str,
    target: (&'static str, &'static str),
    buckets: &'static [f64],
) -> Family {
    Family { name, target, kind: Kind::Histogram(buckets) }
}

/// The same metric as another target exposes it.
pub(super) const fn of(family: Family, target: (&'static str, &'static str)) -> Family {
    Family { target, ..family }
}

macro_rules! families {
    ($($name:ident = $make:ident($metric:literal, $target:ident $(, $buckets:ident)?);)*) => {
        $(
            #[doc = concat!("`", $metric, "`")]
            pub(super) const $name: Family = $make($metric, $target $(, $buckets)?);
        )*
    };
}

families! {
    JOBS_SUBMITTED = counter("jobs_submitted_total", ORCHESTRATOR);
    JOBS_COMPLETED = counter("jobs_completed_total", ORCHESTRATOR);
    JOBS_FAILED = counter("jobs_failed_total", ORCHESTRATOR);
    STAGE_SECONDS = histogram("job_stage_duration_seconds", ORCHESTRATOR, LONG);
    END_TO_END_SECONDS = histogram("job_end_to_end_duration_seconds", ORCHESTRATOR, LONG);
    QUEUE_DEPTH = gauge("queue_depth", ORCHESTRATOR);
    STAGE_CALLBACKS = counter("stage_callbacks_total", ORCHESTRATOR);
    DLQ_DEPTH = gauge("dlq_depth", ORCHESTRATOR);
    RATE_LIMIT_HITS = counter("rate_limit_hits_total", ORCHESTRATOR);

    SCRAPE_REQUESTS = counter("scrape_requests_total", SCRAPER);
    SCRAPE_SECONDS = histogram("scrape_duration_seconds", SCRAPER, DEFAULT);
    SCRAPE_BYTES = histogram("scrape_response_size_bytes", SCRAPER, BYTES);
    SCRAPE_RETRIES = counter("scrape_retry_total", SCRAPER);

    CHUNKS_PRODUCED = counter("chunks_produced_total", CHUNKING);
    CHUNK_TOKENS = histogram("chunk_size_tokens", CHUNKING, TOKENS);
    CHUNKING_SECONDS = histogram("chunking_duration_seconds", CHUNKING, DEFAULT);

    INFERENCE_REQUESTS = counter("embedding_inference_requests_total", EMBEDDING);
    INFERENCE_ERRORS = counter("embedding_inference_errors_total", EMBEDDING);
    INFERENCE_SECONDS = histogram("embedding_inference_duration_seconds", EMBEDDING, LATENCY);
    INFERENCE_RETRY_DELAY = histogram("embedding_inference_retry_delay_seconds", EMBEDDING, LONG);
    TOKENS_PROCESSED = counter("embedding_tokens_processed_total", EMBEDDING);
    EMBEDDINGS_STORED = counter("embeddings_stored_total", EMBEDDING);
    EMBED_BATCH = histogram("embed_batch_size", EMBEDDING, SMALL_COUNTS);
    EMBEDDING_REQUEST_SECONDS = histogram("embedding_request_duration_seconds", EMBEDDING, LATENCY);
    CIRCUIT_BREAKER = gauge("embedding_circuit_breaker_state", EMBEDDING);
    CORPUS_READS = counter("corpus_read_requests_total", EMBEDDING);
    VECTOR_SEARCH_SECONDS = histogram("vector_db_search_duration_seconds", EMBEDDING, LATENCY);
    SEARCH_RESULTS = histogram("search_results_returned", EMBEDDING, RESULTS);

    UP = gauge("up", ORCHESTRATOR);
    TARGET_INFO = gauge("target_info", ORCHESTRATOR);
    HTTP_REQUESTS = counter("http_requests_total", ORCHESTRATOR);
    HTTP_SECONDS = histogram("http_request_duration_seconds", ORCHESTRATOR, LATENCY);
    HTTP_IN_FLIGHT = gauge("http_requests_in_flight", ORCHESTRATOR);
    RESIDENT_BYTES = gauge("process_resident_memory_bytes", ORCHESTRATOR);
    OPEN_FDS = gauge("process_open_fds", ORCHESTRATOR);
    MAX_FDS = gauge("process_max_fds", ORCHESTRATOR);
    GC_COLLECTIONS = counter("python_gc_collections_total", ORCHESTRATOR);
    AUTH_HITS = counter("auth_cache_hits_total", ORCHESTRATOR);
    AUTH_MISSES = counter("auth_cache_misses_total", ORCHESTRATOR);
    DB_QUERY_SECONDS = histogram("db_query_duration_seconds", ORCHESTRATOR, DEFAULT);
    POOL_ACQUIRE_SECONDS = histogram("asyncpg_pool_acquire_duration_seconds", ORCHESTRATOR, DEFAULT);

    CELERY_TASKS = counter("celery_tasks_total", CELERY);
    CELERY_TASK_SECONDS = histogram("celery_task_duration_seconds", CELERY, LONG);
    CELERY_WORKERS = gauge("celery_workers_online", CELERY);
    CELERY_QUEUE = gauge("celery_queue_length", CELERY);

    REDIS_LIST = gauge("redis_list_length", REDIS);
    REDIS_EVICTED = counter("redis_evicted_keys_total", REDIS);
    REDIS_USED = gauge("redis_memory_used_bytes", REDIS);
    REDIS_MAX = gauge("redis_memory_max_bytes", REDIS);
    REDIS_CLIENTS = gauge("redis_connected_clients", REDIS);
    REDIS_MAX_CLIENTS = gauge("redis_config_maxclients", REDIS);

    PG_ACTIVITY = gauge("pg_stat_activity_count", POSTGRES);
    PG_LIVE_TUPLES = gauge("pg_stat_user_tables_n_live_tup", POSTGRES);
    PG_DEAD_TUPLES = gauge("pg_stat_user_tables_n_dead_tup", POSTGRES);
    PG_AUTOVACUUM = gauge("pg_stat_user_tables_last_autovacuum", POSTGRES);

    NGINX_ACTIVE = gauge("nginx_connections_active", NGINX);
    NGINX_BY_STATUS = counter("nginx_http_requests_by_status_total", NGINX);
    NGINX_REJECTED = counter("nginx_rate_limit_rejections_total", NGINX);
    NGINX_UPSTREAM_SECONDS = histogram("nginx_upstream_response_time_seconds", NGINX, UPSTREAM);

    OOM_EVENTS = counter("container_oom_events_total", CADVISOR);
    RESTARTS = counter("container_restarts_total", CADVISOR);
    NODE_MEMORY = gauge("node_memory_MemTotal_bytes", CADVISOR);
}
