//! The step that looks at profiles: what it asks, what that comes to, and where the whole of it is seen.

use backends::pyroscope::{MAX_RANGE, Render};
use backends::{BackendError, ErrorKind};
use domain::debug::{Verdict, of_profiles};
use domain::profile::Profile;
use domain::system::Matcher;
use domain::system::steps::{Ask, Step, StepProfile};
use domain::time::TimeRange;

use super::answers::Answers;
use super::ask::{Answer, Question, not_known};
use super::judge::Outcome;
use super::{Case, StepRun};

/// Functions of a profile that are shown.
const MAX_FUNCTIONS: usize = 10;

/// A profile that a step shows.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileShown {
    /// What it counts.
    pub title: String,
    /// The query that it answers.
    pub query: String,
    /// What it counted, with the functions alone that took most.
    pub profile: Profile,
}

impl Case {
    /// A question for each type of profile.
    ///
    /// # Errors
    /// The verdict of a step that names no profile, or needs something that the evidence does not tell.
    pub(super) fn profiles(&self, kinds: &[StepProfile], range: TimeRange) -> Result<Vec<Question>, Verdict> {
        if kinds.is_empty() {
            return Err(Verdict::not_applicable("the step names no profile to look at: follow its links"));
        }
        let one = |it: &StepProfile| Ok(Question::Profile(self.render(it, range)?));
        kinds.iter().map(one).collect::<Result<_, String>>().map_err(not_known)
    }

    fn render(&self, kind: &StepProfile, range: TimeRange) -> Result<Render, String> {
        let filled = |it: &Matcher| Ok(Matcher { value: self.filled(&it.value)?, ..it.clone() });
        Ok(Render {
            profile_type: kind.profile_type.clone(),
            matchers: kind.matchers.iter().map(filled).collect::<Result<_, String>>()?,
            range: asked_of(range),
        })
    }
}

/// The newest part of a range that is answered at once.
pub(crate) fn asked_of(range: TimeRange) -> TimeRange {
    TimeRange { start: range.start.max(range.end - MAX_RANGE), ..range }
}

/// What the profiles come to.
pub(super) fn decide(
    case: &Case,
    kinds: &[StepProfile],
    range: TimeRange,
    answers: Answers,
    outcome: &mut Outcome,
) {
    for (kind, answer) in kinds.iter().zip(answers.all) {
        let Some(Answer::Profile(profile)) = answer else { continue };
        let query = case.render(kind, range).map(|it| it.query()).unwrap_or_default();
        outcome.profiles.push(ProfileShown { title: kind.title.clone(), query, profile });
    }
    let service = case.values.service.as_deref().unwrap_or("the service");
    outcome.verdict = come_to(&mut outcome.profiles, service, asked_of(range));
}

/// What profiles of somebody come to; leaves of them what is shown.
pub(crate) fn come_to(profiles: &mut Vec<ProfileShown>, whose: &str, range: TimeRange) -> Verdict {
    let told: Vec<(&str, &Profile)> = profiles.iter().map(|it| (it.title.as_str(), &it.profile)).collect();
    let verdict = of_profiles(whose, &told, range);
    profiles.retain(|it| !it.profile.functions.is_empty());
    profiles.iter_mut().for_each(|it| it.profile.functions.truncate(MAX_FUNCTIONS));
    verdict
}

/// The verdict where there is nobody to ask, which is usual: few deployments have a profiler. `None` where there is.
pub(super) fn nobody_to_ask(step: &Step, failures: &[BackendError]) -> Option<Verdict> {
    let are_all = |kind: &ErrorKind| !failures.is_empty() && failures.iter().all(|it| it.kind == *kind);
    if !matches!(step.ask, Ask::Profile(_)) {
        None
    } else if are_all(&ErrorKind::NotConfigured) {
        let or_run =
            if step.commands.is_empty() { "" } else { ", or run the command where one can be reached" };
        let says = format!("no Pyroscope is configured: name it under “sources” in config.json{or_run}");
        Some(Verdict::not_applicable(says))
    } else {
        let says = "the recording that is shown holds no profile";
        are_all(&ErrorKind::NotRecorded).then(|| Verdict::not_applicable(says))
    }
}

impl StepRun {
    /// Where the profiler's own pages show what was asked: what the link says, and its address.
    pub(super) fn pages<'a>(&'a self, case: &'a Case) -> impl Iterator<Item = (String, String)> + 'a {
        let kinds = if let Ask::Profile(kinds) = &self.step.ask { kinds.as_slice() } else { &[] };
        let link = |(kind, question): (&StepProfile, &Question)| {
            let (Question::Profile(it), Some(ui)) = (question, &case.profiles_at) else { return None };
            Some((format!("Pyroscope: {}", kind.title), it.page(ui)))
        };
        kinds.iter().zip(&self.questions).filter_map(link)
    }
}
