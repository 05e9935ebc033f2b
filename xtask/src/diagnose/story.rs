//! One job's whole story: everything that was found about it, and why it went wrong.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use domain::diagnosis::{Cause, causes, unknown};
use domain::fingerprint::JobSample;
use domain::job::{Job, JobState, Origin, assemble};
use domain::logs::LogRecord;
use domain::system::SharedSystem;
use domain::system::System;
use domain::time::{TimeDelta, TimeRange, Timestamp};
use futures_util::lock::Mutex;
use inquiry::diagnosis::{
    SurroundingsInquiry, SurroundingsQuestion, SurroundingsReport, is_in_trouble, of_the_same_hours,
    troubled_at,
};
use inquiry::job::{Asked, JobInquiry, JobQuestion, JobReport, SharedAbilities};
use inquiry::jobs::SharedJobs;
use inquiry::panels::Panel;
use inquiry::{Transport, drive};
use system::lines::LineReader;

/// How far around a listed job's first and last sign is looked.
const AROUND_LISTED: TimeDelta = TimeDelta::from_secs(600);

/// Asks about jobs of one system.
pub struct Asker {
    pub(super) system: SharedSystem,
    /// The same, for jobs of which a list has told when they began and were last heard of: nobody looks far around.
    listed: SharedSystem,
    pub(super) reader: Rc<LineReader>,
    pub(super) transport: Rc<dyn Transport>,
    pub(super) now: Timestamp,
    /// What has been read of many jobs.
    pub(super) memory: SharedJobs,
    abilities: SharedAbilities,
    /// What was found around troubles of the same minute, by that minute and whether the job hangs.
    found_around: Mutex<BTreeMap<(bool, i64), SurroundingsReport>>,
}

/// What was found out about one job.
pub struct Story {
    /// What was typed.
    pub key: String,
    /// What was found.
    pub report: JobReport,
    /// What that adds up to.
    pub job: Arc<Job>,
    /// Why it went wrong, the likeliest first; empty for a job that is well.
    pub causes: Vec<Cause>,
    /// The metrics that were looked at.
    pub panels: Vec<Panel>,
    /// What was asked of what is around it, but for the metrics.
    pub asked_around: Vec<Asked>,
    /// The lines around it that a cause matched.
    pub lines_around: Vec<LogRecord>,
    /// What could not be found out around it, each with why.
    pub could_not_ask: Vec<String>,
}

impl Asker {
    /// Asks through a transport, as if it were `now`.
    pub fn new(system: System, transport: Rc<dyn Transport>, now: Timestamp) -> Self {
        let reader = Rc::new(LineReader::new(&system));
        let mut listed = system.clone();
        listed.jobs.longest = listed.jobs.longest.min(AROUND_LISTED);
        Self {
            system: system.into(),
            listed: listed.into(),
            reader,
            transport,
            now,
            memory: SharedJobs::default(),
            abilities: Rc::new(Cell::default()),
            found_around: Mutex::default(),
        }
    }

    /// Everything about one job. `others` are jobs of the same hours, to compare it with; asked for where not known.
    pub async fn story(&self, key: &str, range: TimeRange, others: Option<&[JobSample]>) -> Story {
        let question = JobQuestion { key: key.to_owned(), range, now: self.now };
        let is_listed = others.is_some();
        let plan = JobInquiry::new(
            if is_listed { self.listed.clone() } else { self.system.clone() },
            self.reader.clone(),
            self.abilities.clone(),
            question.clone(),
        );
        let mut found = inquiry::Plan::report(&plan);
        drive(plan, &*self.transport, |report| found = report).await;
        let job = Arc::new(assemble(&self.system, &found.id, &found.evidence, self.now));
        let mut around = SurroundingsReport::default();
        if is_in_trouble(&job) {
            around = self.around(job.clone(), others.unwrap_or_default()).await;
        }
        let mut causes = causes(&self.system, &job, &found.evidence, &around.surroundings(&self.system));
        if others.is_none() && is_in_trouble(&job) && may_learn_from_others(&job, &causes) {
            around = self.ask_around(job.clone(), None).await;
            let surroundings = around.surroundings(&self.system);
            causes = domain::diagnosis::causes(&self.system, &job, &found.evidence, &surroundings);
        }
        if causes.is_empty() && job.state == JobState::Unknown {
            causes.push(unknown(&self.system, &job, &found.evidence, &around.surroundings(&self.system)));
        }
        Story {
            key: key.to_owned(),
            report: found,
            job,
            could_not_ask: around.could_not_ask(),
            asked_around: around.asked(),
            lines_around: matched_lines(&around.lines, &causes),
            panels: around.panels,
            causes,
        }
    }

    async fn around(&self, job: Arc<Job>, others: &[JobSample]) -> SurroundingsReport {
        let others = of_the_same_hours(others, &job, self.now);
        let minute = troubled_at(&job, self.now).floor_to(TimeDelta::from_secs(60));
        // Whoever asks first asks for all jobs of that minute.
        let mut found_around = self.found_around.lock().await;
        let key = (job.state == JobState::Stuck, minute.nanos());
        if let Some(found) = found_around.get(&key) {
            return found.among(others);
        }
        let found = self.ask_around(job, Some(others)).await;
        found_around.insert(key, found.clone());
        found
    }

    async fn ask_around(&self, job: Arc<Job>, others: Option<Vec<JobSample>>) -> SurroundingsReport {
        let question = SurroundingsQuestion { job, now: self.now, others, listed: None };
        let (reader, memory) = (self.reader.clone(), self.memory.clone());
        let plan = SurroundingsInquiry::new(&self.system, reader, memory, question);
        let mut found = inquiry::Plan::report(&plan);
        drive(plan, &*self.transport, |report| found = report).await;
        found
    }
}

/// Of the lines around a job those that its causes matched: the others are too many to keep for each job.
fn matched_lines(lines: &[LogRecord], causes: &[Cause]) -> Vec<LogRecord> {
    let matched = causes.iter().flat_map(|it| &it.matched);
    lines.iter().filter(|it| matched.clone().any(|m| m.from == Origin::Line(it.key))).cloned().collect()
}

/// Whether other jobs may say more than what is known: of one that hangs, or where nothing is sure. They are many to read.
fn may_learn_from_others(job: &Job, causes: &[Cause]) -> bool {
    job.state != JobState::Failed || causes.first().is_none_or(|it| it.sure < 3)
}
