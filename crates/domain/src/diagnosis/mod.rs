//! Why a job fails, hangs or is tried again: ranked sentences, each of which says no more than the evidence does.
//!
//! Built-in rules speak of roles (a stage, a host, an error code) and of words that everybody's software uses for the
//! same trouble, never of one deployment's names. A deployment's own rules come from its system file.

mod advice;
mod attributes;
mod case;
pub(crate) mod http;
mod own_rules;
mod rules;
mod surroundings;
mod words;

pub use rules::RULES;
pub use surroundings::{SIGNALS, Signal, Surroundings};

use crate::job::{Evidence, Job, JobState, Origin};
use crate::system::{MetricRole, System};
use advice::advice;
use case::Case;

/// A likely cause of a job's trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The rule that found it, by its name: one of [`RULES`], or one of the system file's own.
    pub rule: String,
    /// What is wrong, as a sentence without a full stop, such as `docs.example.org answers 403`.
    pub sentence: String,
    /// What it matched: the words, and where they stand. The most telling first; empty where it rests on what is missing.
    pub matched: Vec<Matched>,
    /// How sure that is, from 0 (nothing is known) over 1 (a guess) to 4 (the evidence says it outright).
    pub sure: u8,
    /// What it rests on, as a sentence without a full stop.
    pub why: String,
    /// What would prove it wrong, as a sentence without a full stop.
    pub would_refute: String,
    /// What to do about it, from the system file.
    pub runbook: Option<String>,
}

/// A piece of the evidence that speaks for a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// The words that matched, or what a series or other jobs show.
    pub words: String,
    /// The line or span in which the words stand; inferred where they are no single one's.
    pub from: Origin,
    /// The metric that shows it, where one does.
    pub signal: Option<MetricRole>,
}

impl Matched {
    fn piece(words: &str, from: Origin) -> Self {
        Self { words: words::shortened(words), from, signal: None }
    }

    fn signal(words: String, role: MetricRole) -> Self {
        Self { words, from: Origin::Inferred, signal: Some(role) }
    }

    fn inferred(words: String) -> Self {
        Self { words, from: Origin::Inferred, signal: None }
    }
}

impl Cause {
    /// Whether it says that nothing is known.
    pub fn is_unknown(&self) -> bool {
        self.rule == rules::UNKNOWN
    }
}

/// The likely causes of a failed, retrying or stuck job, the most likely first. Empty for a job that is well, but for what
/// spoiled its telemetry.
///
/// Where nothing says why a job failed or hangs, the one cause says so (see [`Cause::is_unknown`]) and what is missing.
pub fn causes(system: &System, job: &Job, evidence: &Evidence, surroundings: &Surroundings) -> Vec<Cause> {
    let case = Case::new(system, job, evidence, surroundings);
    let is_over_well = job.state == JobState::Done;
    let mut found = if is_over_well { rules::of_done(&case) } else { rules::all(&case) };
    if !is_over_well {
        found.extend(own_rules::all(&case));
    }
    if found.is_empty() && matches!(job.state, JobState::Failed | JobState::Stuck) {
        found.push(rules::unknown(&case));
    }
    rank(&mut found);
    let finish = |it: rules::Found| {
        let runbook = it.cause.runbook.clone();
        let rule = it.cause.rule.as_str();
        let by_rule = || system.diagnosis.runbook(rule).or_else(|| advice(rule)).map(str::to_owned);
        let runbook = runbook.or_else(by_rule);
        less_sure_for(Cause { runbook, ..it.cause }, evidence)
    };
    found.into_iter().map(finish).collect()
}

/// What is missing where nothing says how a job stands.
pub fn unknown(system: &System, job: &Job, evidence: &Evidence, surroundings: &Surroundings) -> Cause {
    let cause = rules::unknown(&Case::new(system, job, evidence, surroundings)).cause;
    Cause { sentence: "nothing that was found says how it stands".to_owned(), ..cause }
}

/// The likeliest cause of a failed, retrying or stuck job, by its own evidence alone; `None` for a job that is well.
pub fn cause(system: &System, job: &Job, evidence: &Evidence) -> Option<Cause> {
    causes(system, job, evidence, &Surroundings::default()).into_iter().next()
}

/// The surest first, the deeper counting for more, but a guess never before what is said; then the earlier rule. What
/// another rule says better goes.
fn rank(found: &mut Vec<rules::Found>) {
    // What was only overcome on the way explains nothing better.
    let telling = found.iter().filter(|it| it.cause.sure > 1);
    let covered: Vec<&'static str> = telling.flat_map(|it| it.covers.iter().copied()).collect();
    found.retain(|it| !covered.contains(&it.cause.rule.as_str()));
    found.sort_by_key(|it| std::cmp::Reverse((it.cause.sure > 1, it.cause.sure + it.depth)));
}

/// What a source that cannot be asked might know makes everything less sure.
fn less_sure_for(cause: Cause, evidence: &Evidence) -> Cause {
    match evidence.unreachable.first() {
        None => cause,
        Some(source) => Cause {
            sure: cause.sure.saturating_sub(1),
            why: format!("{}; {} could not be asked", cause.why, source.from),
            ..cause
        },
    }
}

#[cfg(test)]
mod tests;
