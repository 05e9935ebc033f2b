//! One job's whole story: everything that was found about it, and why it went wrong.

use std::cell::Cell;
use std::rc::Rc;

use domain::diagnosis::{Cause, Surroundings, causes};
use domain::fingerprint::JobSample;
use domain::job::{Job, JobState, assemble};
use domain::system::SharedSystem;
use domain::system::System;
use domain::time::{TimeRange, Timestamp};
use inquiry::diagnosis::{signals, signals_question};
use inquiry::job::{JobInquiry, JobQuestion, JobReport, SharedAbilities};
use inquiry::panels::{Panel, PanelsInquiry};
use inquiry::{Transport, drive};
use system::lines::LineReader;

/// Asks about jobs of one system.
pub struct Asker {
    pub(super) system: SharedSystem,
    pub(super) reader: Rc<LineReader>,
    pub(super) transport: Rc<dyn Transport>,
    pub(super) now: Timestamp,
    abilities: SharedAbilities,
}

/// What was found out about one job.
pub struct Story {
    /// What was typed.
    pub key: String,
    /// What was found.
    pub report: JobReport,
    /// What that adds up to.
    pub job: Job,
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
        Self { system: system.into(), reader, transport, now, abilities: Rc::new(Cell::default()) }
    }

    /// Everything about one job. `others` are jobs of the same hours, to compare it with.
    pub async fn story(&self, key: &str, range: TimeRange, others: &[JobSample]) -> Story {
        let question = JobQuestion { key: key.to_owned(), range, now: self.now };
        let plan = JobInquiry::new(
            self.system.clone(),
            self.reader.clone(),
            self.abilities.clone(),
            question.clone(),
        );
        let mut found = inquiry::Plan::report(&plan);
        drive(plan, &*self.transport, |report| found = report).await;
        let job = assemble(&self.system, &found.id, &found.evidence, self.now);
        let panels = if is_in_trouble(&job) { self.panels(&job).await } else { Vec::new() };
        let surroundings =
            Surroundings { signals: signals(&panels), others: others.to_vec(), lines: Vec::new() };
        let causes = causes(&self.system, &job, &found.evidence, &surroundings);
        Story { key: key.to_owned(), report: found, job, causes, panels }
    }

    async fn panels(&self, job: &Job) -> Vec<Panel> {
        let Some(question) = signals_question(&self.system, job, self.now) else { return Vec::new() };
        let mut panels = Vec::new();
        drive(PanelsInquiry::new(&self.system, question), &*self.transport, |report| panels = report).await;
        panels
    }
}

/// Whether there is something to explain.
fn is_in_trouble(job: &Job) -> bool {
    match job.state {
        JobState::Done => false,
        JobState::Failed | JobState::Stuck => true,
        JobState::Queued | JobState::Running | JobState::Unknown => job.failure.is_some(),
    }
}
