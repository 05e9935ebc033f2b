//! One job's whole story: everything that was found about it, and why it went wrong.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use domain::debug::Found;
use domain::diagnosis::{Cause, causes, unknown};
use domain::fingerprint::JobSample;
use domain::job::{Job, JobState, Origin, assemble};
use domain::logs::LogRecord;
use domain::system::SharedSystem;
use domain::system::System;
use domain::system::steps::Ask;
use domain::time::{TimeDelta, TimeRange, Timestamp};
use futures_util::lock::Mutex;
use inquiry::debug::{DebugInquiry, DebugQuestion, StepReport};
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
    /// The same, for jobs of a list: nobody looks far around.
    listed: OnceCell<SharedSystem>,
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
    /// The steps that looked at profiles; of a job that was asked for alone.
    pub profiled: Vec<StepReport>,
}

impl Asker {
    /// Asks through a transport, as if it were `now`.
    pub fn new(system: System, transport: Rc<dyn Transport>, now: Timestamp) -> Self {
        let reader = Rc::new(LineReader::new(&system));
        Self {
            system: system.into(),
            listed: OnceCell::new(),
            reader,
            transport,
            now,
            memory: SharedJobs::default(),
            abilities: Rc::new(Cell::default()),
            found_around: Mutex::default(),
        }
    }

    /// The system as it is for jobs of which a list has told when they began and were last heard of, and which of the
    /// system's selectors has lines.
    fn listed(&self) -> &SharedSystem {
        self.listed.get_or_init(|| {
            let mut system = System::clone(&self.system);
            system.jobs.longest = system.jobs.longest.min(AROUND_LISTED);
            let known = self.memory.selector().and_then(|it| system.logs.selectors.get(it).cloned());
            if let Some(known) = known {
                system.logs.selectors = vec![known];
            }
            system.into()
        })
    }

    /// Everything about one job. `others` are jobs of the same hours, to compare it with; asked for where not known.
    pub async fn story(&self, key: &str, range: TimeRange, others: Option<&[JobSample]>) -> Story {
        let question = JobQuestion { key: key.to_owned(), range, now: self.now };
        let is_listed = others.is_some();
        let plan = JobInquiry::new(
            if is_listed { self.listed().clone() } else { self.system.clone() },
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
        let profiled = match others {
            None if is_in_trouble(&job) => self.profiled(job.clone(), &found).await,
            None | Some(_) => Vec::new(),
        };
        let mut could_not_ask = around.could_not_ask();
        could_not_ask.extend(profiled.iter().flat_map(|it| &it.failures).map(ToString::to_string));
        Story {
            key: key.to_owned(),
            profiled,
            report: found,
            job,
            could_not_ask,
            asked_around: around.asked(),
            lines_around: matched_lines(&around.lines, &causes),
            panels: around.panels,
            causes,
        }
    }

    /// Runs those steps of the system's checklists that look at profiles and have somebody to ask.
    async fn profiled(&self, job: Arc<Job>, found: &JobReport) -> Vec<StepReport> {
        let mut system = System::clone(&self.system);
        for list in &mut system.debug {
            list.steps.retain(|it| matches!(&it.ask, Ask::Profile(kinds) if !kinds.is_empty()));
        }
        system.debug.retain(|it| !it.steps.is_empty());
        if system.debug.is_empty() {
            return Vec::new();
        }
        let question = DebugQuestion {
            job,
            report: Arc::new(found.clone()),
            now: self.now,
            also: Vec::new(),
            known: None,
            profiles_at: None,
        };
        let stopwatch = Rc::new(|| TimeDelta::ZERO);
        let plan = DebugInquiry::new(system.into(), self.reader.clone(), stopwatch, question);
        let mut report = inquiry::Plan::report(&plan);
        drive(plan, &*self.transport, |it| report = it).await;
        let asked = |it: &&StepReport| it.verdict.as_ref().is_some_and(|it| it.found != Found::NotApplicable);
        report.steps().filter(asked).cloned().collect()
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
