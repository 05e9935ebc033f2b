//! What is known of the steps so far.

use backends::BackendError;
use domain::debug::{FailedSpan, Found, Onset, Verdict, fill, fill_link};
use domain::logs::LogRecord;
use domain::series::Series;
use domain::system::Unit;
use domain::time::{Step as Distance, TimeDelta, TimeRange, Timestamp};
use domain::view_state::ViewState;
use domain::warning::Warning;

use super::ask::Question;
use super::judge::Outcome;
use super::profile::ProfileShown;
use super::{Case, StepRun};
use crate::job::Asked;

/// Answers about a time that has been over for less may still change: lines, spans and samples come late.
const SETTLED_AFTER: TimeDelta = TimeDelta::from_secs(120);

/// All checklists of the system, as far as they have run.
#[derive(Clone, Debug, PartialEq)]
pub struct DebugReport {
    /// In the order of the system file.
    pub lists: Vec<ListReport>,
    /// The instant of the trouble that they look at.
    pub at: Timestamp,
    /// When they ran.
    pub now: Timestamp,
}

/// One checklist.
#[derive(Clone, Debug, PartialEq)]
pub struct ListReport {
    /// Its name.
    pub title: String,
    /// When it is used, and where it comes from; empty for nothing to say.
    pub about: String,
    /// Why it was not run; `None` when it was.
    pub skipped: Option<String>,
    /// Its steps, in order.
    pub steps: Vec<StepReport>,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepReport {
    /// What is found out.
    pub title: String,
    /// Why that helps; empty for nothing to say.
    pub why: String,
    /// How long a person has for it.
    pub budget: Option<TimeDelta>,
    /// What it came to; `None` while it is awaited.
    pub verdict: Option<Verdict>,
    /// How long it took from the beginning of the run; zero while it is awaited.
    pub took: TimeDelta,
    /// What was asked, to copy.
    pub asked: Vec<Asked>,
    /// The time that it looks at.
    pub range: TimeRange,
    /// Lines that show it, in the order of time.
    pub lines: Vec<LogRecord>,
    /// Spans that show it, in the order of time.
    pub spans: Vec<FailedSpan>,
    /// Series that show it, those first that left their course first.
    pub charts: Vec<StepChart>,
    /// Profiles that show it.
    pub profiles: Vec<ProfileShown>,
    /// What to run elsewhere, filled in.
    pub commands: Vec<StepCommand>,
    /// Where to go on in other tools: what the link says, and its address.
    pub links: Vec<(String, String)>,
    /// Where the whole of it is seen, apart from system, zone and theme.
    pub view: Option<ViewState>,
    /// What could not be asked.
    pub failures: Vec<BackendError>,
    /// What sources warned of.
    pub warnings: Vec<Warning>,
}

/// The series of one metric of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepChart {
    /// Name for people.
    pub title: String,
    /// What the values are.
    pub unit: Unit,
    /// The distance of the points.
    pub step: Distance,
    /// From the hour before to the end of the window.
    pub range: TimeRange,
    /// What it must not pass.
    pub limit: Option<f64>,
    /// Its series.
    pub series: Vec<StepSeries>,
}

/// One series of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepSeries {
    /// What tells it from the others of its metric; empty where it is the only one.
    pub name: String,
    /// Its values.
    pub data: Series,
    /// When it left its course, if it did.
    pub onset: Option<Onset>,
    /// Whether enough is known of the time before to tell.
    pub is_known: bool,
}

/// Something to run elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct StepCommand {
    /// Where.
    pub title: String,
    /// What; placeholders that could not be filled stay in braces.
    pub text: String,
    /// What the evidence does not say.
    pub missing: Vec<String>,
}

impl DebugReport {
    /// Steps of the lists that were run.
    pub fn steps(&self) -> impl Iterator<Item = &StepReport> {
        self.lists.iter().filter(|it| it.skipped.is_none()).flat_map(|it| &it.steps)
    }
}

impl DebugReport {
    /// A step that asked something and got every answer, of a time that was over by then.
    pub(super) fn settled(&self, list: usize, step: usize) -> Option<&StepReport> {
        let step = self.lists.get(list)?.steps.get(step)?;
        let is_over = step.range.end + SETTLED_AFTER <= self.now;
        let is_answered = step.verdict.as_ref().is_some_and(|it| it.found != Found::CouldNotAsk);
        let is_settled = is_over && is_answered && step.failures.is_empty() && !step.asked.is_empty();
        is_settled.then_some(step)
    }
}

impl StepReport {
    /// Whether it came from these questions about this time.
    pub(super) fn is_of(&self, range: TimeRange, questions: &[Question]) -> bool {
        self.range == range && questions.iter().map(Question::as_asked).eq(self.asked.iter().cloned())
    }

    /// What it came to.
    pub(super) fn outcome(&self) -> Outcome {
        Outcome {
            verdict: self.verdict.clone().unwrap_or_else(|| Verdict::not_applicable("it has not run")),
            lines: self.lines.clone(),
            spans: self.spans.clone(),
            charts: self.charts.clone(),
            profiles: self.profiles.clone(),
            view: self.view.clone(),
            failures: self.failures.clone(),
            warnings: self.warnings.clone(),
        }
    }
}

impl StepRun {
    pub(super) fn report(&self, case: &Case) -> StepReport {
        let step = &self.step;
        let command = |it: &domain::system::steps::Command| {
            let filled = fill(&it.text, &case.values, it.language);
            StepCommand { title: it.title.clone(), text: filled.text, missing: filled.missing }
        };
        let link =
            |it: &domain::system::LinkTemplate| Some((it.title.clone(), fill_link(&it.url, &case.values)?));
        let (outcome, took) = match &self.ended {
            Some((outcome, took)) => (Some(outcome), *took),
            None => (None, TimeDelta::ZERO),
        };
        StepReport {
            title: step.title.clone(),
            why: step.why.clone(),
            budget: step.budget,
            verdict: outcome.map(|it| it.verdict.clone()),
            took,
            asked: self.questions.iter().map(super::Question::as_asked).collect(),
            range: self.range,
            lines: outcome.map(|it| it.lines.clone()).unwrap_or_default(),
            spans: outcome.map(|it| it.spans.clone()).unwrap_or_default(),
            charts: outcome.map(|it| it.charts.clone()).unwrap_or_default(),
            profiles: outcome.map(|it| it.profiles.clone()).unwrap_or_default(),
            commands: step.commands.iter().map(command).collect(),
            links: step.links.iter().filter_map(link).chain(self.pages(case)).collect(),
            view: outcome.and_then(|it| it.view.clone()),
            failures: outcome.map(|it| it.failures.clone()).unwrap_or_default(),
            warnings: outcome.map(|it| it.warnings.clone()).unwrap_or_default(),
        }
    }
}
