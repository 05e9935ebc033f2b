//! One job's whole story: everything that was found about it, and why it went wrong.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use domain::diagnosis::{Cause, causes};
use domain::fingerprint::JobSample;
use domain::job::{Job, assemble};
use domain::system::SharedSystem;
use domain::system::System;
use domain::time::{TimeRange, Timestamp};
use inquiry::diagnosis::{
    SurroundingsInquiry, SurroundingsQuestion, SurroundingsReport, is_in_trouble, of_the_same_hours,
};
use inquiry::job::{JobInquiry, JobQuestion, JobReport, SharedAbilities};
use inquiry::jobs::SharedJobs;
use inquiry::panels::Panel;
use inquiry::{Transport, drive};
use system::lines::LineReader;

/// Asks about jobs of one system.
pub struct Asker {
    pub(super) system: SharedSystem,
    pub(super) reader: Rc<LineReader>,
    pub(super) transport: Rc<dyn Transport>,
    pub(super) now: Timestamp,
    /// What has been read of many jobs.
    pub(super) memory: SharedJobs,
    abilities: SharedAbilities,
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
}

impl Story {
    /// The job as one among many.
    pub fn sample(&self, system: &System) -> JobSample {
        JobSample::of(system, &self.job, &self.report.evidence)
    }
}

impl Asker {
    /// Asks through a transport, as if it were `now`.
    pub fn new(system: System, transport: Rc<dyn Transport>, now: Timestamp) -> Self {
        let reader = Rc::new(LineReader::new(&system));
        Self {
            system: system.into(),
            reader,
            transport,
            now,
            memory: SharedJobs::default(),
            abilities: Rc::new(Cell::default()),
        }
    }

    /// Everything about one job. `others` are jobs of the same hours, to compare it with; asked for where not known.
    pub async fn story(&self, key: &str, range: TimeRange, others: Option<&[JobSample]>) -> Story {
        let question = JobQuestion { key: key.to_owned(), range, now: self.now };
        let plan = JobInquiry::new(
            self.system.clone(),
            self.reader.clone(),
            self.abilities.clone(),
            question.clone(),
        );
        let mut found = inquiry::Plan::report(&plan);
        drive(plan, &*self.transport, |report| found = report).await;
        let job = Arc::new(assemble(&self.system, &found.id, &found.evidence, self.now));
        let around = match is_in_trouble(&job) {
            true => self.around(job.clone(), others).await,
            false => SurroundingsReport::default(),
        };
        let surroundings = around.surroundings(&self.system);
        let causes = causes(&self.system, &job, &found.evidence, &surroundings);
        Story { key: key.to_owned(), report: found, job, causes, panels: around.panels }
    }

    async fn around(&self, job: Arc<Job>, others: Option<&[JobSample]>) -> SurroundingsReport {
        let others = others.map(|it| of_the_same_hours(it, &job, self.now));
        let question = SurroundingsQuestion { job, now: self.now, others, listed: None };
        let (reader, memory) = (self.reader.clone(), self.memory.clone());
        let plan = SurroundingsInquiry::new(&self.system, reader, memory, question);
        let mut found = inquiry::Plan::report(&plan);
        drive(plan, &*self.transport, |report| found = report).await;
        found
    }
}
