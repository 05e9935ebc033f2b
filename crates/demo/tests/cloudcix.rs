//! Do the log lines, spans and numbers of the modelled deployment agree with each other, and follow from the seed alone?

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic as tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use demo::cloudcix::World;
use demo::model::Options;
use demo::scenario;
use demo::telemetry::{Batch, Span};
use domain::attr::AttrValue;
use domain::time::{TimeDelta, TimeRange, Timestamp};
use serde_json::Value;

const ALL: [&str; 5] = ["chunk-oom", "circuit-breaker", "domain-403", "queue-stall", "slow-read"];

fn window() -> TimeRange {
    let start = Timestamp::from_secs(1_795_250_400);
    TimeRange { start, end: start + TimeDelta::from_secs(5_400) }
}

fn world(seed: u64, scenarios: &[&str]) -> World {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/cloudcix");
    let read = |name: &&str| {
        scenario::read(&folder.join(format!("{name}.json")), window(), TimeDelta::ZERO).unwrap()
    };
    let scenarios = scenarios.iter().map(read).collect();
    World::new(Options { seed, rate: 20.0, window: window(), scenarios, has_held_job: true, n_stuck: 2 })
}

/// The whole window's telemetry, its lines as JSON, and the truth about it.
struct Run {
    batch: Batch,
    lines: Vec<(Timestamp, Value)>,
    truth: Value,
}

static BROKEN: LazyLock<Run> = LazyLock::new(|| run(7, &ALL));
static CALM: LazyLock<Run> = LazyLock::new(|| run(7, &[]));

fn run(seed: u64, scenarios: &[&str]) -> Run {
    let mut world = world(seed, scenarios);
    world.advance(window().end);
    let batch = world.take();
    let lines = batch.lines.iter().map(|it| (it.at, serde_json::from_str(&it.body).unwrap())).collect();
    Run { batch, lines, truth: world.summary() }
}

impl Run {
    fn events(&self, event: &str) -> Vec<&(Timestamp, Value)> {
        self.lines.iter().filter(|(_, it)| it["event"] == event).collect()
    }

    fn of_job(&self, job: &Value) -> impl DoubleEndedIterator<Item = &Value> {
        self.lines.iter().map(|(_, it)| it).filter(move |it| it["job_id"] == job["job_id"])
    }
}

fn attr<'a>(span: &'a Span, name: &str) -> Option<&'a AttrValue> {
    span.attrs.iter().find(|(it, _)| *it == name).map(|(_, value)| value)
}

/// The last sample of the series with these labels.
fn last(batch: &Batch, name: &str, labels: &[(&str, &str)]) -> f64 {
    let wanted = |it: &(String, String)| labels.iter().any(|(name, value)| it.0 == *name && it.1 == *value);
    let found: Vec<f64> = batch
        .series
        .iter()
        .filter(|it| it.labels.iter().any(|(label, value)| label == "__name__" && value == name))
        .filter(|it| it.labels.iter().filter(|it| wanted(it)).count() == labels.len())
        .map(|it| it.samples.last().unwrap().1)
        .collect();
    assert_eq!(found.len(), 1, "{name} {labels:?}");
    found[0]
}

#[test]
fn the_seed_decides_everything() {
    let (one, two) = (&*BROKEN, run(7, &ALL));
    assert_eq!(one.batch.lines, two.batch.lines);
    assert_eq!(one.batch.spans, two.batch.spans);
    assert_eq!(one.batch.series, two.batch.series);
    assert_eq!(one.truth, two.truth);
    assert_ne!(one.batch.lines, run(8, &ALL).batch.lines);
}

#[test]
fn slices_of_time_add_up_to_the_whole() {
    let mut sliced = world(7, &ALL);
    let mut lines = Vec::new();
    let mut at = window().start;
    while at < window().end {
        at = (at + TimeDelta::from_millis(61_007)).min(window().end);
        sliced.advance(at);
        let batch = sliced.take();
        assert!(batch.lines.iter().all(|it| it.at <= at), "a line from the future");
        assert!(batch.spans.iter().all(|it| it.end <= at), "a span from the future");
        lines.extend(batch.lines);
    }
    assert_eq!(lines, BROKEN.batch.lines);
}

#[test]
fn a_scenario_changes_nothing_before_it_begins() {
    let broken = run(7, &["domain-403"]);
    let begins = window().start + TimeDelta::from_secs(5_400 * 72 / 100);
    let before =
        |batch: &Batch| batch.lines.iter().take_while(|it| it.at < begins).cloned().collect::<Vec<_>>();
    assert!(before(&CALM.batch).len() > 10_000);
    assert_eq!(before(&CALM.batch), before(&broken.batch));
}

#[test]
fn lines_are_in_order_and_not_too_long() {
    assert!(BROKEN.lines.is_sorted_by_key(|(at, _)| *at));
    for (_, line) in &BROKEN.lines {
        for (name, value) in line.as_object().unwrap() {
            assert!(value.as_str().is_none_or(|it| it.chars().count() <= 512), "{name} is too long");
        }
    }
}

#[test]
fn attempts_have_the_same_ids_and_times_in_lines_and_spans() {
    let mut starts = BTreeMap::new();
    for (at, line) in BROKEN.events("task_started") {
        starts.insert(line["span_id"].as_str().unwrap().to_owned(), (at, line));
    }
    let runs: Vec<&Span> = BROKEN.batch.spans.iter().filter(|it| it.name.starts_with("run/")).collect();
    assert!(runs.len() > 500, "{}", runs.len());
    for span in runs {
        let (at, line) = &starts[&span.id.to_string()];
        assert_eq!(span.start, **at);
        assert_eq!(line["trace_id"], span.trace.to_string());
        assert_eq!(line["job_id"].as_str(), attr(span, "job.id").unwrap().as_str());
        assert_eq!(line["task_id"].as_str(), attr(span, "messaging.message.id").unwrap().as_str());
        let is_failure = attr(span, "celery.state") == Some(&AttrValue::text("FAILURE"));
        assert_eq!(span.error.is_some(), is_failure);
        assert_eq!(attr(span, "failed.stage").is_some(), is_failure);
    }
}

#[test]
fn what_a_whole_trace_says_the_lines_say() {
    let Run { batch, truth, .. } = &*BROKEN;
    let mut by_trace: BTreeMap<String, Vec<&Span>> = BTreeMap::new();
    for span in &batch.spans {
        by_trace.entry(span.trace.to_string()).or_default().push(span);
    }
    let whole = truth["examples"]["done whole"].as_array().unwrap();
    assert!(!whole.is_empty());
    for job in whole {
        let spans = &by_trace[job["trace_id"].as_str().unwrap()];
        assert_eq!(spans.len() as u64, job["spans_made"].as_u64().unwrap());
        let ids: BTreeSet<String> = spans.iter().map(|it| it.id.to_string()).collect();
        assert_eq!(ids.len(), spans.len(), "span ids are unique");
        let n_roots = spans.iter().filter(|it| it.parent.is_none()).count();
        assert_eq!(n_roots, 1);
        for span in spans {
            assert!(
                span.parent.is_none_or(|it| ids.contains(&it.to_string())),
                "{} has lost its parent",
                span.name
            );
            assert!(span.start <= span.end);
        }
        let mut n_lines = 0;
        for line in BROKEN.of_job(job) {
            n_lines += 1;
            assert!(ids.contains(line["span_id"].as_str().unwrap()), "{line}");
        }
        assert_eq!(n_lines, job["log_lines"].as_u64().unwrap());
    }
}

#[test]
fn failures_are_told_alike_by_lines_spans_and_truth() {
    let examples = BROKEN.truth["examples"].as_object().unwrap();
    let failed: Vec<&Value> = examples
        .iter()
        .filter(|(kind, _)| kind.starts_with("failed"))
        .flat_map(|(_, jobs)| jobs.as_array().unwrap())
        .collect();
    let stages: BTreeSet<&str> = failed.iter().map(|it| it["failed_stage"].as_str().unwrap()).collect();
    assert_eq!(stages, BTreeSet::from(["chunking", "embedding", "scraping"]));
    for job in failed {
        assert!(job["error_spans_kept"].as_u64().unwrap() > 0, "errors are kept: {job}");
        let last = BROKEN.of_job(job).rfind(|it| it["event"] == "job_failed").unwrap();
        assert_eq!((&last["error_code"], &last["failed_stage"]), (&job["error_code"], &job["failed_stage"]));
    }
}

#[test]
fn good_traces_are_kept_by_their_id_and_by_nothing_else() {
    let Run { batch, truth, .. } = &*CALM;
    let good = ["done whole", "done none"].map(|it| truth["examples"][it].as_array().unwrap().clone());
    for job in good.iter().flatten() {
        assert_eq!(job["trace_sampled"], job["trace_kept"] == "whole", "{job}");
    }
    let kept: BTreeSet<_> = batch.spans.iter().map(|it| it.trace).collect();
    let ended = CALM.events("job_completed");
    let n_kept = ended
        .iter()
        .filter(|(_, it)| kept.contains(&it["trace_id"].as_str().unwrap().parse().unwrap()))
        .count();
    let share = n_kept as f64 / ended.len() as f64;
    assert!((0.12..0.26).contains(&share), "{share}");
}

#[test]
fn counters_count_what_the_lines_tell() {
    let batch = &BROKEN.batch;
    let n = |event: &str, is_wanted: &dyn Fn(&Value) -> bool| {
        BROKEN.events(event).iter().filter(|(_, it)| is_wanted(it)).count() as f64
    };
    let any = |_: &Value| true;
    #[track_caller]
    fn near(counted: f64, told: f64) {
        // What happens in a scrape's very moment is counted, and told some milliseconds later.
        assert!(told > 0.0 && (counted - told).abs() <= 3.0, "counted {counted}, told {told}");
    }
    near(last(batch, "jobs_submitted_total", &[]), n("job_submitted", &any) + n("job_resubmitted", &any));
    near(last(batch, "jobs_completed_total", &[("status", "done")]), n("job_completed", &any));
    for stage in ["scraping", "chunking", "embedding"] {
        let counted = last(batch, "jobs_failed_total", &[("failed_stage", stage)]);
        near(counted, n("job_failed", &|it| it["failed_stage"] == stage));
    }
    for task in ["scrape_task", "chunk_task", "embed_task"] {
        let counted = last(batch, "celery_tasks_total", &[("task", task), ("state", "started")]);
        near(counted, n("task_started", &|it| it["task"] == task));
    }
    let reads = last(batch, "embedding_request_duration_seconds_count", &[("operation", "read")]);
    near(reads, n("search_completed", &any));
    let writes = last(batch, "embedding_request_duration_seconds_count", &[("operation", "write")]);
    near(writes, n("inference_embed_complete", &any));
}

#[test]
fn queue_depth_is_what_was_queued_and_not_started() {
    let mut world = world(7, &ALL);
    let mut deepest: f64 = 0.0;
    let mut at = window().start;
    while at < window().end {
        at = at + TimeDelta::from_secs(60);
        world.advance(at);
        let (batch, truth) = (world.take(), world.summary());
        for (queue, pool) in truth["queues"].as_object().unwrap() {
            let n = |name: &str| pool[name].as_u64().unwrap();
            assert_eq!(n("waiting"), n("queued_total") - n("started_total"), "{queue} at {at:?}");
            let depth = last(&batch, "queue_depth", &[("queue", queue)]);
            assert_eq!(depth, n("waiting") as f64);
            deepest = deepest.max(depth);
        }
    }
    assert!(deepest > 50.0, "{deepest}");
}

#[test]
fn samples_come_every_fifteen_seconds_and_counters_never_fall() {
    for series in &BROKEN.batch.series {
        let steps = series.samples.windows(2).map(|it| it[1].0 - it[0].0);
        assert!(steps.into_iter().all(|it| it == TimeDelta::from_secs(15)), "{:?}", series.labels);
        let name = &series.labels.iter().find(|it| it.0 == "__name__").unwrap().1;
        if ["_total", "_bucket", "_sum"].iter().any(|it| name.ends_with(it)) {
            assert!(series.samples.windows(2).all(|it| it[0].1 <= it[1].1), "{name}");
        }
        assert!(series.labels.is_sorted(), "{:?}", series.labels);
    }
}

#[test]
fn exemplars_name_traces_that_the_lines_know() {
    let known: BTreeSet<&str> = BROKEN.lines.iter().filter_map(|(_, it)| it["trace_id"].as_str()).collect();
    let exemplars: Vec<_> = BROKEN.batch.series.iter().flat_map(|it| &it.exemplars).collect();
    assert!(exemplars.len() > 1_000, "{}", exemplars.len());
    let n_known = exemplars.iter().filter(|it| known.contains(it.trace.to_string().as_str())).count();
    assert!(n_known + 3 >= exemplars.len(), "{n_known} of {}", exemplars.len());
}

#[test]
fn a_held_job_finishes_when_it_is_released() {
    let mut world = world(7, &[]);
    world.advance(window().end);
    let held = world.summary()["crafted"]["running"][0].clone();
    assert_eq!((held["state"].as_str(), held["stage"].as_str()), (Some("running"), Some("embed")));
    world.take();
    let released = window().end + TimeDelta::from_secs(20);
    world.advance(window().end + TimeDelta::from_secs(5));
    world.finish_held_at(released);
    world.advance(released + TimeDelta::from_secs(30));
    let id = held["job_id"].as_str().unwrap();
    let lines = world.take().lines;
    let end = lines.iter().find(|it| it.body.contains(id) && it.body.contains("job_completed")).unwrap();
    let late = end.at - released;
    assert!(late > TimeDelta::ZERO && late < TimeDelta::from_millis(200), "{late}");
}

#[test]
fn stuck_jobs_are_started_and_never_heard_of_again() {
    let stuck = CALM.truth["crafted"]["stuck"].as_array().unwrap();
    assert_eq!(stuck.len(), 2);
    for job in stuck {
        assert_eq!(job["state"], "stuck");
        assert_eq!(CALM.of_job(job).next_back().unwrap()["event"], "task_started");
    }
}

/// Every metric that the deployment's own page names.
const NAMED: &str = "
    jobs_submitted_total jobs_completed_total jobs_failed_total job_stage_duration_seconds job_end_to_end_duration_seconds
    queue_depth stage_callbacks_total dlq_depth rate_limit_hits_total scrape_requests_total scrape_duration_seconds
    scrape_response_size_bytes scrape_retry_total chunks_produced_total chunk_size_tokens chunking_duration_seconds
    embedding_inference_requests_total embedding_tokens_processed_total embedding_inference_duration_seconds
    embedding_inference_errors_total embeddings_stored_total embed_batch_size embedding_request_duration_seconds
    corpus_read_requests_total vector_db_search_duration_seconds search_results_returned http_requests_total
    http_request_duration_seconds http_requests_in_flight process_resident_memory_bytes process_open_fds process_max_fds
    python_gc_collections_total celery_tasks_total celery_task_duration_seconds celery_workers_online celery_queue_length
    redis_evicted_keys_total redis_memory_used_bytes redis_memory_max_bytes redis_connected_clients redis_config_maxclients
    redis_list_length auth_cache_hits_total auth_cache_misses_total pg_stat_activity_count
    asyncpg_pool_acquire_duration_seconds db_query_duration_seconds embedding_inference_retry_delay_seconds
    embedding_circuit_breaker_state nginx_connections_active nginx_rate_limit_rejections_total
    nginx_upstream_response_time_seconds nginx_http_requests_by_status_total container_oom_events_total
    container_restarts_total node_memory_MemTotal_bytes up target_info";

#[test]
fn every_metric_that_the_deployment_names_is_there() {
    let labels = BROKEN.batch.series.iter().flat_map(|it| &it.labels);
    let names: BTreeSet<&str> =
        labels.clone().filter(|(label, _)| label == "__name__").map(|(_, name)| name.as_str()).collect();
    for name in NAMED.split_whitespace() {
        assert!(names.contains(name) || names.contains(format!("{name}_bucket").as_str()), "{name}");
    }
    let values = |label: &str| {
        labels.clone().filter(|(it, _)| it == label).map(|(_, it)| it.as_str()).collect::<BTreeSet<_>>()
    };
    let queries = values("query_name");
    assert_eq!(
        queries.into_iter().collect::<Vec<_>>(),
        ["job_insert", "job_lookup", "status_update", "stuck_jobs_scan"]
    );
    assert!(values("state").is_superset(&["idle in transaction", "waiting", "retried", "failed"].into()));
    assert!(values("key").contains("scrape_jobs.unacked"));
    assert!(values("path").contains("/jobs/{job_id}"), "paths are templates");
}
