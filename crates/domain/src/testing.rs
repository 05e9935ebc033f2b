//! Evidence for tests, written out by hand: one line of text is one log line, one span, or one thing that is missing.
//!
//! ```text
//! 10:22:03.114 I scraper task_started stage=scrape task_id=t1
//! 10:22:03.100 +6.7s consumer scraper run/scrape trace=1 id=2 parent=1 stage=scrape state=RETRY
//! not kept: 3
//! partial: 1 trace is too large
//! unreachable: Tempo answers 502
//! ```
//!
//! What happened is told by the message (see [`event_of`]); every time is of 2026-03-14.

use std::sync::Arc;

use crate::attr::{AttrValue, Attributes};
use crate::ids::{SpanId, TraceId};
use crate::job::Evidence;
use crate::logs::{EventKind, Level, LifecycleEvent, LineKey, LogRecord, Roles};
use crate::system::{
    ConditionField, JobAttribute, JobKind, JobRules, Role, Service, SpanRules, Stage, System,
};
use crate::time::{TimeDelta, Timestamp, parse_civil};
use crate::trace::{Resource, Span, SpanEvent, SpanKind, SpanStatus, Trace};
use crate::warning::Warning;

/// A pipeline of three stages with queues, a read path beside it, and a service without a stage.
pub(crate) fn pipeline() -> System {
    let stage = |id: &str, alias: &str, service: &str, queue: Option<&str>| Stage {
        id: id.into(),
        title: id.to_owned(),
        aliases: vec![alias.to_owned(), format!("{id}_task")],
        service: Some(service.to_owned()),
        queue: queue.map(str::to_owned),
        in_pipeline: queue.is_some(),
    };
    let service = |name: &str, stage: Option<&str>| Service {
        name: name.to_owned(),
        aliases: Vec::new(),
        stage: stage.map(Into::into),
    };
    let role = |role: Role, names: &[&str]| (role, names.iter().map(|it| (*it).to_owned()).collect());
    System {
        name: "pipes".to_owned(),
        stages: vec![
            stage("scrape", "scraping", "scraper", Some("scrape_jobs")),
            stage("chunk", "chunking", "chunker", Some("chunk_jobs")),
            stage("embed", "embedding", "embedder", Some("embed_jobs")),
            stage("read", "reading", "embedder", None),
        ],
        services: vec![
            service("gateway", None),
            service("orchestrator", None),
            service("scraper", Some("scrape")),
            service("chunker", Some("chunk")),
            service("embedder", None),
        ],
        jobs: JobRules {
            stuck_after: TimeDelta::from_secs(1_800),
            kinds: vec![JobKind {
                id_prefix: "bulk-".to_owned(),
                title: "bulk".to_owned(),
                ..JobKind::default()
            }],
            attributes: vec![JobAttribute {
                name: "site".into(),
                fields: vec!["site_name".to_owned(), "site.name".to_owned()],
                from: ConditionField::Role(Role::Message),
                patterns: Vec::new(),
            }],
            ..JobRules::default()
        },
        spans: SpanRules {
            roles: vec![
                role(Role::Job, &["job.id"]),
                role(Role::Stage, &["job.stage"]),
                role(Role::FailedStage, &["failed.stage"]),
                role(Role::Queue, &["queue.name"]),
                role(Role::Task, &["celery.task_name"]),
                role(Role::TaskId, &["messaging.message.id"]),
                role(Role::Retries, &["celery.retries"]),
                role(Role::Status, &["celery.state"]),
                role(Role::Reason, &["retry.reason"]),
                role(Role::NotBefore, &["celery.eta"]),
                role(Role::ErrorCode, &["error.code"]),
                role(Role::Url, &["job.url", "url.full"]),
                role(Role::Mode, &["request.mode"]),
                role(Role::Caller, &["caller.type"]),
                role(Role::RequestId, &["http.request_id"]),
                role(Role::Version, &["service.version"]),
            ],
            retry_states: vec!["RETRY".to_owned()],
            failure_states: vec!["FAILURE".to_owned()],
            success_states: vec!["SUCCESS".to_owned()],
            kept_share: Some(0.15),
        },
        ..System::default()
    }
}

/// The names that the written-out spans use for short, and the attributes that they become.
const ATTRIBUTES: [(&str, &str); 14] = [
    ("job", "job.id"),
    ("stage", "job.stage"),
    ("failed_stage", "failed.stage"),
    ("queue", "queue.name"),
    ("task", "celery.task_name"),
    ("task_id", "messaging.message.id"),
    ("retries", "celery.retries"),
    ("state", "celery.state"),
    ("eta", "celery.eta"),
    ("error_code", "error.code"),
    ("url", "job.url"),
    ("caller", "caller.type"),
    ("mode", "request.mode"),
    ("request_id", "http.request_id"),
];

/// The instant at which a clock shows this on the day of all tests.
#[track_caller]
pub(crate) fn at(clock: &str) -> Timestamp {
    parse_civil(&format!("2026-03-14T{clock}Z"), 0).unwrap_or_else(|| panic!("no time: {clock}"))
}

/// The trace with this number.
pub(crate) fn trace_id(number: u8) -> TraceId {
    TraceId::from_bytes([number; 16]).unwrap()
}

/// The span with this number.
pub(crate) fn span_id(number: u64) -> SpanId {
    SpanId::from_bytes(number.to_be_bytes()).unwrap()
}

/// Reads written-out evidence; `#` begins a remark.
#[track_caller]
pub(crate) fn evidence(system: &System, text: &str) -> Evidence {
    let mut out = Evidence::default();
    let mut spans: Vec<Span> = Vec::new();
    let mut partial: Vec<(TraceId, String)> = Vec::new();
    for row in text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#')) {
        if let Some(trace) = row.strip_prefix("not kept: ") {
            out.traces_not_kept.push(trace_id(trace.parse().unwrap()));
        } else if let Some(what) = row.strip_prefix("partial: ") {
            let (trace, reason) = what.split_once(' ').unwrap();
            partial.push((trace_id(trace.parse().unwrap()), reason.to_owned()));
        } else if let Some(what) = row.strip_prefix("unreachable: ") {
            let (source, text) = what.split_once(' ').unwrap();
            out.unreachable.push(Warning::new(source, format!("{source} {text}")));
        } else if row.split(' ').nth(1).is_some_and(|it| it.starts_with('+')) {
            spans.push(span(row, spans.len() as u64 + 100));
        } else {
            out.lines.push(line(system, row));
        }
    }
    let mut ids: Vec<TraceId> = spans.iter().map(|it| it.trace).collect();
    ids.sort();
    ids.dedup();
    for id in ids {
        let mut trace = Trace::from_spans(spans.iter().filter(|it| it.trace == id).cloned().collect());
        trace.partial = partial.iter().find(|(it, _)| *it == id).map(|(_, reason)| reason.clone());
        out.traces.push(trace);
    }
    out
}

/// Words of a row; quotes keep words together.
fn words(row: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in row.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|it| !it.is_empty());
    words
}

fn line(system: &System, row: &str) -> LogRecord {
    let words = words(row);
    let [time, level, service, message, rest @ ..] = words.as_slice() else { panic!("no line: {row}") };
    let fields: Vec<(String, String)> = rest
        .iter()
        .map(|it| it.split_once('=').unwrap_or_else(|| panic!("{it}: {row}")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let get = |name: &str| fields.iter().find(|(it, _)| it == name).map(|(_, value)| value.clone());
    let stage = |name: &str| get(name).and_then(|it| system.stage_named(&it)).map(|it| it.id.clone());
    let number = |name: &str| get(name).map(|it| it.parse::<u64>().unwrap());
    let roles = Roles {
        job: get("job").map(Into::into),
        trace: number("trace").map(|it| trace_id(it as u8)),
        span: number("span").map(span_id),
        stage: stage("stage"),
        failed_stage: stage("failed_stage"),
        task: get("task"),
        task_id: get("task_id").map(Into::into),
        error_code: get("error_code"),
        error: get("error"),
        exception: get("exception"),
        duration: get("duration").and_then(|it| TimeDelta::parse(&it)),
        url: get("url"),
        retries: number("retries").map(|it| it as u32),
        reason: get("reason"),
        version: get("version"),
        queue: get("queue"),
        request_id: get("request_id"),
        caller: get("caller"),
        mode: get("mode"),
        user: get("user"),
        run: get("run"),
        status: get("status"),
    };
    let time = at(time);
    let hash = row.bytes().fold(7_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)));
    LogRecord {
        key: LineKey { time, hash },
        time,
        level: Level::parse(level),
        service: service.as_str().into(),
        message: message.clone(),
        event: event_of(system, service, message, &roles),
        roles,
        fields,
        line: row.to_owned(),
    }
}

/// What happened, by the message: these are the words of the test pipeline.
fn event_of(system: &System, service: &str, message: &str, roles: &Roles) -> Option<LifecycleEvent> {
    let kind = match (message, roles.status.as_deref()) {
        ("job_submitted", _) => EventKind::JobSubmitted,
        ("job_done", _) => EventKind::JobSucceeded,
        ("job_failed", _) => EventKind::JobFailed,
        ("stage_queued", _) => EventKind::StageQueued,
        ("task_received", _) => EventKind::AttemptReceived,
        ("task_started", _) => EventKind::AttemptStarted,
        ("task_retrying", _) => EventKind::AttemptRetrying,
        ("task_failed", _) => EventKind::AttemptFailed,
        ("stage_callback", Some("failed")) => EventKind::StageFailed,
        ("stage_callback", _) => EventKind::StageSucceeded,
        _ if message.ends_with("_completed") => EventKind::StageSucceeded,
        _ if message.ends_with("_failed") => EventKind::StageFailed,
        _ => return None,
    };
    let by_task = || roles.task.as_deref().and_then(|it| system.stage_named(it)).map(|it| it.id.clone());
    let by_service = || system.service_named(service).and_then(|it| it.stage.clone());
    let stage = match kind {
        EventKind::JobSubmitted | EventKind::JobSucceeded => None,
        EventKind::JobFailed => roles.failed_stage.clone(),
        _ => roles.failed_stage.clone().or_else(|| roles.stage.clone()).or_else(by_task).or_else(by_service),
    };
    Some(LifecycleEvent { kind, stage })
}

fn span(row: &str, spare_id: u64) -> Span {
    let words = words(row);
    let [start, length, kind, service, name, rest @ ..] = words.as_slice() else { panic!("no span: {row}") };
    let start = at(start);
    let mut out = Span {
        trace: trace_id(1),
        id: span_id(spare_id),
        parent: None,
        name: name.as_str().into(),
        kind: match kind.as_str() {
            "internal" => SpanKind::Internal,
            "server" => SpanKind::Server,
            "client" => SpanKind::Client,
            "producer" => SpanKind::Producer,
            "consumer" => SpanKind::Consumer,
            other => panic!("{other}: {row}"),
        },
        start,
        end: start + TimeDelta::parse(length.strip_prefix('+').unwrap()).unwrap(),
        status: SpanStatus::Unset,
        status_message: "".into(),
        attributes: Attributes::default(),
        events: Vec::new(),
        links: Vec::new(),
        resource: Arc::new(Resource { service: service.as_str().into(), ..Resource::default() }),
    };
    let mut exception: Vec<(&str, AttrValue)> = Vec::new();
    for (name, value) in rest.iter().map(|it| it.split_once('=').unwrap_or_else(|| panic!("{it}: {row}"))) {
        match name {
            "trace" => out.trace = trace_id(value.parse().unwrap()),
            "id" => out.id = span_id(value.parse().unwrap()),
            "parent" => out.parent = Some(span_id(value.parse().unwrap())),
            "status" if value == "ok" => out.status = SpanStatus::Ok,
            "status" => {
                out.status = SpanStatus::Error;
                out.status_message = value.strip_prefix("error:").unwrap_or_default().into();
            }
            "version" => {
                let attributes = [("service.version", AttrValue::text(value))].into_iter().collect();
                out.resource = Arc::new(Resource { service: service.as_str().into(), attributes });
            }
            "exception" => exception.push(("exception.type", AttrValue::text(value))),
            "exception_message" => exception.push(("exception.message", AttrValue::text(value))),
            _ => {
                let name = ATTRIBUTES.iter().find(|(short, _)| *short == name).map_or(name, |(_, it)| it);
                out.attributes.0.push((name.into(), AttrValue::text(value)));
            }
        }
    }
    if !exception.is_empty() {
        let attributes = exception.into_iter().collect();
        out.events.push(SpanEvent { time: out.end, name: "exception".into(), attributes });
    }
    out
}
