//! The steps of a system's checklists, all run at once over one job: what each asks, and the verdict that it comes to.
//!
//! ```text
//!  job, evidence ──> questions of each step ──> answers ──> verdict, lines, spans, charts, commands filled in
//! ```
//!
//! Each step stands for itself: a source that does not answer spoils only the steps that need it.

mod answers;
mod ask;
mod judge;
mod narrow;
mod profile;
mod report;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use backends::loki::Labels;
use domain::debug::{Anchor, Found, Values, Verdict, speaks_of, troubled_at, worked_at};
use domain::job::Job;
use domain::system::SharedSystem;
use domain::system::steps::{Around, Step, Window};
use domain::time::{TimeDelta, TimeRange, Timestamp};
use system::lines::LineReader;

pub use profile::ProfileShown;
pub(crate) use profile::{asked_of, come_to};
pub use report::{DebugReport, ListReport, StepChart, StepCommand, StepReport, StepSeries};

pub use self::ask::{Answer, Answered};
use self::ask::{Question, ask_one};
use crate::job::JobReport;
use crate::plan::{Plan, Sent};
use crate::transport::{Transport, ask};

/// Counts time from some moment, always forwards; the browser's or the command line's.
pub type Stopwatch = Rc<dyn Fn() -> TimeDelta>;

/// What is to be found out.
#[derive(Clone, Debug)]
pub struct DebugQuestion {
    /// The job.
    pub job: Arc<Job>,
    /// What is known of it already.
    pub report: Arc<JobReport>,
    /// Now.
    pub now: Timestamp,
    /// Places of checklists that are run although they are not meant for this job.
    pub also: Vec<usize>,
    /// What an earlier run over the same job came to: what cannot have changed since is not asked again.
    pub known: Option<Arc<DebugReport>>,
    /// Where the profiler's own pages are, to link to.
    pub profiles_at: Option<String>,
}

/// Runs every step of every checklist that is meant for the job.
pub struct DebugInquiry {
    system: SharedSystem,
    reader: Rc<LineReader>,
    stopwatch: Stopwatch,
    case: Case,
    known: Option<Arc<DebugReport>>,
    phase: Phase,
    began_at: TimeDelta,
    lists: Vec<ListRun>,
}

/// How far the run as a whole has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing was asked yet.
    New,
    /// The log store's labels are awaited.
    Labels,
    /// The labels are known, and the steps are due.
    Ready,
    /// The steps were asked.
    Asked,
}

/// What every step may look at.
struct Case {
    job: Arc<Job>,
    report: Arc<JobReport>,
    values: Values,
    /// The instant of the trouble.
    at: Timestamp,
    now: Timestamp,
    /// Labels that the log store knows; `None` where it did not say.
    labels: Option<Vec<String>>,
    profiles_at: Option<String>,
}

struct ListRun {
    /// Why it is not run; `None` when it is.
    skipped: Option<String>,
    steps: Vec<StepRun>,
}

/// How far a step has come.
struct StepRun {
    step: Step,
    range: TimeRange,
    questions: Vec<Question>,
    answers: Vec<Option<Answered>>,
    /// What it came to, and when.
    ended: Option<(judge::Outcome, TimeDelta)>,
}

/// What an answer tells.
pub enum DebugNews {
    /// Which labels the log store knows; `None` where it did not say.
    Labels(Option<Vec<String>>),
    /// The answer to a question of a step: of which list, which step, which question.
    Answer(usize, usize, usize, Box<Answered>),
}

impl DebugInquiry {
    /// A plan that runs the checklists of a system over a job.
    pub fn new(
        system: SharedSystem,
        reader: Rc<LineReader>,
        stopwatch: Stopwatch,
        question: DebugQuestion,
    ) -> Self {
        let DebugQuestion { job, report, now, also, known, profiles_at } = question;
        let mut values = Values::of(&system, &job, &report.evidence, now);
        // A job that is one line is named in none: it is found by the longest text in the line that its id is made of.
        if let Some(texts) = reader.line_job_texts(job.id.as_str()) {
            values.job = texts.into_iter().max_by_key(|it| it.len()).map(str::to_owned);
        }
        let at = troubled_at(&job).unwrap_or(now);
        let case = Case { job, report, values, at, now, labels: None, profiles_at };
        let lists = system.debug.iter().enumerate().map(|(place, list)| {
            let is_meant = list.only_if.is_empty()
                || speaks_of(&list.only_if, &case.job, &case.report.evidence).is_some();
            let skipped = (!is_meant && !also.contains(&place))
                .then(|| format!("it is for failures that speak of {}", either(&list.only_if)));
            let steps = list.steps.iter().map(|step| StepRun {
                step: step.clone(),
                range: case.range(step.window),
                questions: Vec::new(),
                answers: Vec::new(),
                ended: None,
            });
            ListRun { skipped, steps: steps.collect() }
        });
        let lists = lists.collect();
        let began_at = stopwatch();
        Self { system, reader, stopwatch, case, known, phase: Phase::New, began_at, lists }
    }

    /// The questions of every step that is run; a step without any is over at once.
    fn begin(&mut self) -> VecDeque<(usize, usize, usize, Question)> {
        let mut all = VecDeque::new();
        for (i, list) in self.lists.iter_mut().enumerate().filter(|(_, it)| it.skipped.is_none()) {
            for (k, run) in list.steps.iter_mut().enumerate() {
                let spoken = speaks_of(&run.step.only_if, &self.case.job, &self.case.report.evidence);
                let asked = if !run.step.only_if.is_empty() && spoken.is_none() {
                    let only = either(&run.step.only_if);
                    Err(Verdict::not_applicable(format!("nothing that failed here speaks of {only}")))
                } else {
                    self.case.questions(&self.system, &run.step, run.range)
                };
                let known = self.known.as_ref().and_then(|it| it.settled(i, k));
                match asked {
                    Ok(questions) if known.is_some_and(|it| it.is_of(run.range, &questions)) => {
                        run.ended = known.map(|it| (it.outcome(), it.took));
                        run.questions = questions;
                    }
                    Ok(questions) => {
                        run.answers = questions.iter().map(|_| None).collect();
                        run.questions = questions;
                        let questions = run.questions.iter().cloned().enumerate();
                        all.extend(questions.map(|(q, it)| (i, k, q, it)));
                        run.end(&self.system, &self.case, (self.stopwatch)() - self.began_at);
                    }
                    Err(verdict) => {
                        let outcome = judge::Outcome { verdict, ..judge::Outcome::default() };
                        run.ended = Some((outcome, (self.stopwatch)() - self.began_at));
                    }
                }
            }
        }
        all
    }

    fn wants_labels(&self) -> bool {
        !self.system.logs.selectors.is_empty() && self.lists.iter().any(|it| it.skipped.is_none())
    }
}

impl Plan for DebugInquiry {
    type News = DebugNews;
    type Report = DebugReport;

    fn due<'a>(&mut self, transport: &'a dyn Transport) -> Vec<Sent<'a, DebugNews>> {
        match self.phase {
            Phase::Labels | Phase::Asked => return Vec::new(),
            Phase::New if self.wants_labels() => {
                self.phase = Phase::Labels;
                let end = self.case.now.max(self.case.at);
                let range = TimeRange::between(self.case.at - TimeDelta::from_secs(3_600), end);
                return vec![Box::pin(async move {
                    let labels = Labels { range, selector: Vec::new() };
                    DebugNews::Labels(ask(transport, &labels).await.ok().map(|(labels, _)| labels))
                })];
            }
            Phase::New | Phase::Ready => self.phase = Phase::Asked,
        }
        let questions = self.begin();
        let mut sent: Vec<Sent<'a, DebugNews>> = Vec::new();
        for (i, k, q, question) in questions {
            let reader = self.reader.clone();
            sent.push(Box::pin(async move {
                DebugNews::Answer(i, k, q, Box::new(ask_one(transport, question, reader).await))
            }));
        }
        sent
    }

    fn take(&mut self, news: DebugNews) {
        match news {
            DebugNews::Labels(labels) => {
                self.case.labels = labels;
                self.phase = Phase::Ready;
            }
            DebugNews::Answer(i, k, q, answer) => {
                let took = (self.stopwatch)() - self.began_at;
                let Some(run) = self.lists.get_mut(i).and_then(|it| it.steps.get_mut(k)) else { return };
                if let Some(slot) = run.answers.get_mut(q) {
                    *slot = Some(*answer);
                }
                run.end(&self.system, &self.case, took);
            }
        }
    }

    fn report(&self) -> DebugReport {
        let lists = self.system.debug.iter().zip(&self.lists);
        let lists = lists.map(|(list, run)| ListReport {
            title: list.title.clone(),
            about: list.about.clone(),
            skipped: run.skipped.clone(),
            steps: run.steps.iter().map(|it| it.report(&self.case)).collect(),
        });
        DebugReport { lists: lists.collect(), at: self.case.at, now: self.case.now }
    }
}

impl StepRun {
    /// Works the verdict out once every answer is there.
    fn end(&mut self, system: &SharedSystem, case: &Case, took: TimeDelta) {
        if self.ended.is_none() && self.answers.iter().all(Option::is_some) {
            let answers = self.answers.drain(..).flatten().collect();
            let outcome = judge::judge(system, case, &self.step, self.range, answers);
            self.ended = Some((outcome, took));
        }
    }
}

impl Case {
    /// What the steps tell everything beside.
    fn trouble(&self) -> Anchor {
        Anchor::of(&self.job).unwrap_or(Anchor { at: self.at, name: "now" })
    }

    /// The time of a window; never empty, never after now.
    fn range(&self, window: Window) -> TimeRange {
        let reach = window.reach;
        let begin = self.job.submitted.map_or(self.at, |it| it.at.min(self.at));
        let end = self.job.ended.map(|it| it.at).or(self.job.last_seen).unwrap_or(self.at).max(self.at);
        let (start, end) = match window.around {
            Around::Job => (begin - reach, end + reach),
            Around::Stage => worked_at(&self.job, self.now)
                .map_or((begin - reach, end + reach), |it| (it.start - reach, it.end + reach)),
            Around::Before => (self.at - reach, self.at),
            Around::Failure => (self.at - reach, self.at + reach),
            Around::After => (self.at, self.at + reach),
        };
        let end = end.min(self.now).max(start + TimeDelta::from_secs(1));
        TimeRange { start, end }
    }
}

/// `a, b or c`, each in quotes; at most four of them.
fn either(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().take(4).map(|it| format!("“{it}”")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// Whether a step is over and came to something.
pub fn has_found(step: &StepReport) -> bool {
    step.verdict.as_ref().is_some_and(|it| it.found == Found::Something)
}
