//! From the file's types to what the rest of the house knows. What is left out gets its default here.

use std::iter;

use domain::logs::EventKind;
use domain::system::{
    EventRule, EventStage, Extraction, Family, JobAttribute, JobKind, JobRules, LineFormat, LinkTemplate,
    LogRules, Metric, Retention, Role, Service, SpanRules, Stage, System,
};
use domain::time::TimeDelta;

use super::words::FormatWord;
use super::{
    AttributeFile, EventFile, FormatFile, JobsFile, LogsFile, MetricFile, RetentionFile, ServiceFile,
    SpansFile, StageFile, SystemFile, diagnosis,
};

const STUCK_AFTER: TimeDelta = TimeDelta::from_secs(30 * 60);
const LONGEST: TimeDelta = TimeDelta::from_secs(60 * 60);
const SCRAPE_INTERVAL: TimeDelta = TimeDelta::from_secs(15);

/// The system that a file without mistakes describes.
pub(super) fn system(mut file: SystemFile) -> System {
    let debug = file.debug.take().unwrap_or_else(|| super::general::checklists(&file));
    let debug = debug.into_iter().map(|it| super::steps::checklist(it, &file.metrics)).collect();
    System {
        name: file.name,
        title: file.title,
        stages: file.stages.into_iter().map(stage).collect(),
        services: file.services.into_iter().map(service).collect(),
        jobs: file.jobs.map(jobs).unwrap_or_else(|| JobRules {
            stuck_after: STUCK_AFTER,
            longest: LONGEST,
            ..JobRules::default()
        }),
        logs: logs(file.logs),
        spans: file.spans.map(spans).unwrap_or_default(),
        metrics: file.metrics.into_iter().map(metric).collect(),
        scrape_interval: file.scrape_interval.unwrap_or(SCRAPE_INTERVAL),
        retention: file.retention.map(retention).unwrap_or_default(),
        links: file.links.into_iter().map(|it| LinkTemplate { title: it.title, url: it.url.0 }).collect(),
        debug,
        diagnosis: file.diagnosis.map(diagnosis::rules).unwrap_or_default(),
    }
}

fn stage(file: StageFile) -> Stage {
    let title = file.title.unwrap_or_else(|| capitalised(&file.id));
    Stage {
        id: file.id.into(),
        title,
        aliases: file.aliases,
        service: file.service,
        queue: file.queue,
        in_pipeline: file.in_pipeline.unwrap_or(true),
    }
}

fn capitalised(id: &str) -> String {
    let mut chars = id.chars();
    chars
        .next()
        .map_or_else(String::new, |first| iter::once(first.to_ascii_uppercase()).chain(chars).collect())
}

fn service(file: ServiceFile) -> Service {
    Service { name: file.name, aliases: file.aliases, stage: file.stage.map(Into::into) }
}

fn jobs(file: JobsFile) -> JobRules {
    let kinds = file.kinds.into_iter().map(|it| JobKind {
        id_prefix: it.id_prefix.unwrap_or_default(),
        tasks: it.tasks,
        stage: it.stage.map(Into::into),
        title: it.title,
    });
    JobRules {
        stuck_after: file.stuck_after.unwrap_or(STUCK_AFTER),
        longest: file.longest.unwrap_or(LONGEST),
        kinds: kinds.collect(),
        example_id: file.example_id.unwrap_or_default(),
        fallback_keys: file.fallback_keys,
        done_is_inferred: file.done_is_inferred.unwrap_or(false),
        attributes: file.attributes.into_iter().map(attribute).collect(),
    }
}

fn attribute(file: AttributeFile) -> JobAttribute {
    JobAttribute {
        name: file.name.into(),
        fields: file.fields,
        from: file.from.0,
        patterns: file.patterns.into_iter().map(|it| it.0).collect(),
    }
}

fn logs(file: LogsFile) -> LogRules {
    let mut roles = file.roles.0;
    if !file.durations.is_empty() {
        roles.push((Role::Duration, file.durations.iter().map(|it| it.field.clone()).collect()));
    }
    let extract = file.extract.into_iter().map(|it| Extraction { from: it.from.0, pattern: it.pattern.0 });
    LogRules {
        selectors: file.selectors.into_iter().map(|it| it.0).collect(),
        job_filter: file.job_id,
        trace_filter: file.trace_id,
        task_filter: file.task_id,
        formats: file.formats.into_iter().map(format).collect(),
        roles,
        duration_units: file.durations.into_iter().map(|it| (it.field, it.unit)).collect(),
        extract: extract.collect(),
        line_jobs: file.line_jobs.into_iter().map(|it| it.0).collect(),
        events: file.events.into_iter().map(event).collect(),
        zoneless_offset_secs: file.zone.map(|it| it.0),
    }
}

fn format(file: FormatFile) -> LineFormat {
    match file.format {
        FormatWord::Json => LineFormat::Json { unwrap: file.unwrap },
        FormatWord::Logfmt => LineFormat::Logfmt,
        FormatWord::Pattern => LineFormat::Pattern {
            pattern: file.pattern.map(|it| it.0).unwrap_or_default(),
            logfmt_captures: file.logfmt_captures,
            join_time: file.join_time,
        },
    }
}

fn event(file: EventFile) -> EventRule {
    let stage = match (file.stage, file.kind) {
        (Some(stage), _) => EventStage::Always(stage.into()),
        (None, EventKind::JobSubmitted | EventKind::JobSucceeded | EventKind::JobFailed) => EventStage::Job,
        (
            None,
            EventKind::StageQueued
            | EventKind::AttemptReceived
            | EventKind::AttemptStarted
            | EventKind::AttemptRetrying
            | EventKind::AttemptFailed
            | EventKind::StageSucceeded
            | EventKind::StageFailed,
        ) => EventStage::FromLine,
    };
    EventRule { kind: file.kind, when: file.when.0, stage }
}

fn spans(file: SpansFile) -> SpanRules {
    SpanRules {
        roles: file.roles.0,
        retry_states: file.retry_states,
        failure_states: file.failure_states,
        success_states: file.success_states,
        kept_share: file.kept_share,
    }
}

pub(super) fn metric(file: MetricFile) -> Metric {
    Metric {
        role: file.role,
        family: Family {
            names: file.names,
            kind: file.kind,
            matchers: file.matchers.map(|it| it.0).unwrap_or_default(),
            by: file.by,
            unit: file.unit.unwrap_or_default(),
            scale: file.scale.unwrap_or(1.0),
        },
        slo: file.slo,
        title: file.title,
        help: file.help.unwrap_or_default(),
    }
}

fn retention(file: RetentionFile) -> Retention {
    Retention { logs: file.logs, traces: file.traces, metrics: file.metrics }
}
