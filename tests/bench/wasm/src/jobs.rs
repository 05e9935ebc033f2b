//! Jobs to be listed: lines as a reader makes them, of as many jobs as are asked for, in a pipeline of three stages.

use std::sync::Arc;

use domain::fingerprint::{Fingerprint, failures};
use domain::ids::{JobId, StageId, TaskId};
use domain::job::JobState;
use domain::jobs::{JobList, JobRow, RowFilter};
use domain::logs::{EventKind, Level, LifecycleEvent, LineKey, LogRecord, Roles};
use domain::system::{JobRules, Role, Service, SharedSystem, Stage, System};
use domain::time::{TimeDelta, TimeRange, Timestamp};
use domain::view_state::{Filter, FilterOp};

const STAGES: [&str; 3] = ["fetch", "split", "store"];
/// What a job's lines tell, in order: the event, and its stage.
const STORY: [(Option<EventKind>, usize); 20] = [
    (Some(EventKind::JobSubmitted), 0),
    (Some(EventKind::StageQueued), 0),
    (Some(EventKind::AttemptStarted), 0),
    (None, 0),
    (Some(EventKind::AttemptRetrying), 0),
    (Some(EventKind::AttemptStarted), 0),
    (None, 0),
    (None, 0),
    (Some(EventKind::StageSucceeded), 0),
    (Some(EventKind::StageQueued), 1),
    (Some(EventKind::AttemptStarted), 1),
    (None, 1),
    (None, 1),
    (Some(EventKind::StageSucceeded), 1),
    (Some(EventKind::StageQueued), 2),
    (Some(EventKind::AttemptStarted), 2),
    (None, 2),
    (None, 2),
    (Some(EventKind::StageSucceeded), 2),
    (Some(EventKind::JobSucceeded), 2),
];

/// A pipeline of three stages.
pub(crate) fn system() -> SharedSystem {
    let stage = |id: &&str| {
        (
            StageId::from(*id),
            Service { name: format!("{id}er"), aliases: Vec::new(), stage: Some(StageId::from(*id)) },
        )
    };
    let (stages, services): (Vec<StageId>, Vec<Service>) = STAGES.iter().map(stage).unzip();
    let mut system = System {
        services,
        jobs: JobRules {
            stuck_after: TimeDelta::from_secs(1_800),
            fallback_keys: vec![Role::TaskId],
            ..JobRules::default()
        },
        ..System::default()
    };
    system.stages = stages.into_iter().map(pipeline_stage).collect();
    SharedSystem::new(system)
}

fn pipeline_stage(id: StageId) -> Stage {
    Stage {
        title: id.to_string(),
        service: Some(format!("{id}er")),
        queue: Some(format!("{id}_jobs")),
        aliases: Vec::new(),
        in_pipeline: true,
        id,
    }
}

/// Twenty lines each of so many jobs, as a reader gives them. One line in three names its task only.
pub(crate) fn lines(n_jobs: u32) -> Vec<LogRecord> {
    (0..n_jobs)
        .flat_map(|job| STORY.iter().enumerate().map(move |(place, it)| line(job, place, *it)))
        .collect()
}

fn line(job: u32, place: usize, (kind, stage): (Option<EventKind>, usize)) -> LogRecord {
    let time = Timestamp::from_millis(1_760_000_000_000 + i64::from(job) * 700 + place as i64 * 400);
    let name = STAGES.get(stage).copied().unwrap_or_default();
    let stage = StageId::from(name);
    let names_job = place % 3 != 2;
    let roles = Roles {
        job: names_job.then(|| JobId::from(format!("job-{job:08x}"))),
        task_id: Some(TaskId::from(format!("task-{job}-{name}"))),
        stage: Some(stage.clone()),
        url: Some("https://docs.example.org/guide".to_owned()),
        version: Some("8c1f2ab".to_owned()),
        ..Roles::default()
    };
    LogRecord {
        key: LineKey { time, hash: u64::from(job) << 8 | place as u64 },
        time,
        level: Level::Info,
        service: format!("{name}er").into(),
        message: "task_event".to_owned(),
        event: kind.map(|kind| LifecycleEvent { kind, stage: Some(stage) }),
        roles,
        fields: vec![("event".to_owned(), "task_event".to_owned())],
        line: "{}".to_owned(),
    }
}

/// Puts the jobs together; how many there are.
pub(crate) fn assemble(system: &SharedSystem, lines: Vec<LogRecord>) -> JobList {
    let mut list = JobList::new(system.clone());
    lines.into_iter().for_each(|it| list.add_line(it));
    list.judge(Timestamp::from_millis(1_760_100_000_000), &[]);
    list
}

/// Puts three filters and a text to rows, as often as it takes to have looked at so many; how many passed.
pub(crate) fn filter(list: &JobList, n_rows: usize) -> usize {
    let filter =
        |field: &str, op, value: &str| Filter { field: field.to_owned(), op, value: value.to_owned() };
    let filters = [
        filter("state", FilterOp::Is, "done"),
        filter("url", FilterOp::Has, "example"),
        filter("duration", FilterOp::Most, "60"),
    ];
    let (rows, filter) = (list.rows(), RowFilter::new(&filters, "8c1f2"));
    let now = Timestamp::from_millis(1_760_100_000_000);
    rows.iter().cycle().take(n_rows).filter(|it| filter.passes(it, now)).count()
}

/// So many rows that differ as those of a busy hour do: one job in seven failed, in one of five ways.
pub(crate) fn varied(list: &JobList, n_rows: usize) -> Vec<Arc<JobRow>> {
    let rows = list.rows();
    let vary = |(i, row): (usize, &Arc<JobRow>)| {
        let mut row = (**row).clone();
        row.id = JobId::from(format!("job-{i:08x}"));
        row.domain = Some(format!("host-{}.example.org", i % 400));
        row.users = vec![format!("user-{}", i % 3_000)];
        row.version = Some(format!("v{}", i / (n_rows / 2).max(1)));
        row.kind = Some(format!("kind {}", i % 3));
        if i % 7 == 0 {
            row.state = JobState::Failed;
            row.failure = Some(Fingerprint {
                stage: Some(STAGES.get(i % STAGES.len()).copied().unwrap_or_default().into()),
                code: Some(format!("code_{}", i % 5)),
                exception: None,
                template: "it did not go well".to_owned(),
            });
        }
        Arc::new(row)
    };
    rows.iter().cycle().take(n_rows).enumerate().map(vary).collect()
}

/// Puts the failures of rows together, with what each has in common; how many jobs failed.
pub(crate) fn put_together(rows: &[Arc<JobRow>]) -> usize {
    let range =
        TimeRange { start: Timestamp::from_millis(0), end: Timestamp::from_millis(1_760_100_000_000) };
    failures(rows, range).n_failing
}
