//! One job among many, in as much as jobs are counted and compared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Counted, Fingerprint, template};
use crate::diagnosis::http::host;
use crate::ids::{JobId, StageId, TraceId};
use crate::job::{Evidence, Job, JobState};
use crate::jobs::{JobRow, SegmentKind};
use crate::logs::EventKind;
use crate::system::{JobAttribute, Role, System, fields_for};
use crate::time::Timestamp;

/// Longer values name one job, not something that jobs have in common.
const MAX_VALUE_CHARS: usize = 64;
/// Roles that tell of one job, of one moment, of the failure itself or of how far the job came, so that what jobs have
/// in common does not show in them.
const OWN: [Role; 23] = [
    Role::Time,
    Role::Level,
    Role::Message,
    Role::Event,
    Role::Job,
    Role::Trace,
    Role::Span,
    Role::TaskId,
    Role::Run,
    Role::RequestId,
    Role::Error,
    Role::ErrorCode,
    Role::Exception,
    Role::Reason,
    Role::Status,
    Role::FailedStage,
    Role::Retries,
    Role::Url,
    Role::Duration,
    Role::Service,
    Role::Stage,
    Role::Queue,
    Role::Task,
];

/// One job among many.
#[derive(Clone, Debug, PartialEq)]
pub struct JobSample {
    /// What it is called.
    pub id: JobId,
    /// How it stands.
    pub state: JobState,
    /// When it was accepted, as far back as is known.
    pub submitted: Option<Timestamp>,
    /// When it ended, for one that did.
    pub ended: Option<Timestamp>,
    /// The last sign of life.
    pub last_seen: Option<Timestamp>,
    /// The stage that it is in, or ended in.
    pub stage: Option<StageId>,
    /// The stages that it came to.
    pub reached: Vec<StageId>,
    /// What its failure is known by, for one that has one.
    pub failure: Option<Fingerprint>,
    /// The version of the service that failed, or of the last that worked.
    pub version: Option<String>,
    /// The version of the service that worked last at each stage, for those that are told.
    pub versions: Vec<(StageId, String)>,
    /// Who asked for it.
    pub user: Option<String>,
    /// The host that it is about.
    pub host: Option<String>,
    /// What else it has that other jobs may have as well: names and values, sorted, each pair once.
    pub attributes: Vec<(Arc<str>, Arc<str>)>,
    /// Names of its tasks, each once; of a row with several, none.
    pub tasks: Vec<String>,
    /// The traces that its evidence names, in order.
    pub traces: Vec<TraceId>,
    /// When attempts began, and at which stage.
    pub starts: Vec<(StageId, Timestamp)>,
}

impl JobSample {
    /// A sample of an assembled job.
    pub fn of<'a>(system: &'a System, job: &Job, evidence: &Evidence) -> Self {
        let ours = evidence.lines.iter().filter(|it| it.roles.job.as_ref().is_none_or(|id| *id == job.id));
        let mut attributes: BTreeSet<(Arc<str>, Arc<str>)> = BTreeSet::new();
        let mut tasks: BTreeSet<String> = BTreeSet::new();
        let own = OWN.iter().flat_map(|role| fields_for(&system.logs.roles, *role)).map(String::as_str);
        // What the system file names is told by the job's facts, once.
        let named = |it: &'a JobAttribute| it.fields.iter().map(String::as_str).chain([&*it.name]);
        let own: BTreeSet<&str> = own.chain(system.jobs.attributes.iter().flat_map(named)).collect();
        let mut known: BTreeMap<(&str, &str), bool> = BTreeMap::new();
        for line in ours {
            tasks.extend(line.roles.task.clone());
            // A failure's own lines have fields that good jobs lack, and that says nothing.
            let tells_of_failure =
                line.level.is_error() || line.event.as_ref().is_some_and(|it| is_bad(it.kind));
            for (name, value) in line.fields.iter().filter(|_| !tells_of_failure) {
                known
                    .entry((name, value))
                    .or_insert_with(|| !own.contains(name.as_str()) && is_common(value));
            }
        }
        let common = known.into_iter().filter(|(_, is_common)| *is_common).map(|(pair, _)| pair);
        attributes.extend(common.map(|(name, value)| (name.into(), value.into())));
        let host = job.facts.url.as_deref().and_then(host).map(str::to_owned);
        let facts = &job.facts;
        let named = [
            ("version", &facts.version),
            ("kind", &facts.kind),
            ("caller", &facts.caller),
            ("mode", &facts.mode),
            ("user", &facts.user),
            ("host", &host),
        ];
        for (name, value) in named {
            attributes.extend(value.as_deref().map(|it| (name.into(), it.into())));
        }
        attributes.extend(facts.attributes.iter().map(|(name, value)| (name.clone(), value.as_str().into())));
        let starts =
            job.stages.iter().flat_map(|run| run.attempts.iter().map(move |it| (&run.stage, it.start)));
        let starts: Vec<(StageId, Timestamp)> = starts.map(|(stage, at)| (stage.clone(), at)).collect();
        Self {
            id: job.id.clone(),
            state: job.state,
            submitted: job.submitted.map(|it| it.at),
            ended: job.ended.map(|it| it.at),
            last_seen: job.last_seen,
            stage: reached(system, job),
            reached: job.reached_stages().cloned().collect(),
            failure: job.failure.as_ref().map(Fingerprint::of),
            version: facts.version.clone(),
            versions: facts.versions.clone(),
            user: facts.user.clone(),
            host,
            attributes: attributes.into_iter().collect(),
            tasks: tasks.into_iter().collect(),
            traces: evidence.trace_ids(),
            starts,
        }
    }

    /// A sample of a row of a list, which knows fewer attributes: samples that are compared are all of one kind.
    pub fn of_row(system: &System, row: &JobRow) -> Self {
        let mut attributes: Vec<(Arc<str>, Arc<str>)> = Vec::new();
        row.attributes(|name, value| attributes.push((name.into(), value.into())));
        let starts = row.segments.iter().filter(|it| matches!(it.kind, SegmentKind::Work(_)));
        let stage = |colour: u8| system.stages.get(usize::from(colour)).map(|it| it.id.clone());
        Self {
            id: row.id.clone(),
            state: row.state,
            submitted: Some(row.start),
            ended: row.end,
            last_seen: Some(row.last_seen),
            stage: row.telling_stage().cloned(),
            reached: row.reached.clone(),
            failure: row.failure.clone(),
            version: row.version.clone(),
            versions: row.versions.clone(),
            user: row.users.first().cloned(),
            host: row.domain.clone(),
            attributes,
            tasks: row.operation.iter().filter(|_| row.n_tasks == 1).cloned().collect(),
            traces: row.traces.clone(),
            starts: starts.filter_map(|it| Some((stage(it.colour?)?, it.from))).collect(),
        }
    }
}

/// Fields of lines and attributes of spans that tell of one job, of one moment or of the failure itself.
pub(crate) fn own_fields(system: &System) -> BTreeSet<&str> {
    let maps = [&system.logs.roles, &system.spans.roles];
    let fields = maps.into_iter().flat_map(|map| OWN.iter().flat_map(|role| fields_for(map, *role)));
    fields.map(String::as_str).collect()
}

/// Whether jobs may have a value in common: short, and no number, id or address.
fn is_common(value: &str) -> bool {
    !value.is_empty() && value.chars().nth(MAX_VALUE_CHARS).is_none() && template(value) == value
}

const fn is_bad(kind: EventKind) -> bool {
    match kind {
        EventKind::AttemptRetrying
        | EventKind::AttemptFailed
        | EventKind::StageFailed
        | EventKind::JobFailed => true,
        EventKind::JobSubmitted
        | EventKind::StageQueued
        | EventKind::AttemptReceived
        | EventKind::AttemptStarted
        | EventKind::StageSucceeded
        | EventKind::JobSucceeded => false,
    }
}

/// The stage that failed, else the last that was reached.
fn reached(system: &System, job: &Job) -> Option<StageId> {
    let failed = job.failure.as_ref().and_then(|it| it.stage.clone());
    failed.or_else(|| job.reached(system).cloned())
}
