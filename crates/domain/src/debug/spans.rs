//! Verdicts over spans: the job's own trace, and failed spans of a service.

use std::collections::{BTreeMap, BTreeSet};

use super::Verdict;
use super::sentence::{Sentence, beside, counted, quoted};
use super::values::Anchor;
use crate::ids::{SpanId, TraceId};
use crate::job::{Evidence, Job};
use crate::system::{Role, System, fields_for};
use crate::time::{TimeDelta, TimeRange, Timestamp};
use crate::trace::{Span, SpanStatus};

/// The longest that a status message may be in a sentence.
const MAX_QUOTE_CHARS: usize = 100;

/// A span that a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedSpan {
    /// Its trace.
    pub trace: TraceId,
    /// Its id.
    pub span: SpanId,
    /// Its name; empty where the search did not say.
    pub name: String,
    /// When it began.
    pub start: Timestamp,
    /// How long it took.
    pub duration: TimeDelta,
    /// The job that it names.
    pub job: Option<String>,
    /// The failed stage, else the stage, that it names.
    pub stage: Option<String>,
    /// The error's code that it names.
    pub code: Option<String>,
    /// The version of its service.
    pub version: Option<String>,
}

/// What the job's own trace comes to.
pub fn of_trace(system: &System, job: &Job, evidence: &Evidence) -> Verdict {
    let spans: Vec<&Span> = evidence.traces.iter().flat_map(|it| &it.spans).collect();
    if spans.is_empty() {
        return Verdict::nothing(no_trace(system, evidence));
    }
    let services: BTreeSet<&str> = spans.iter().map(|it| it.service()).collect();
    let traces: BTreeSet<TraceId> = spans.iter().map(|it| it.trace).collect();
    let mut failed: Vec<&&Span> = spans.iter().filter(|it| it.status == SpanStatus::Error).collect();
    failed.sort_by_key(|it| (it.start, it.id));
    let in_traces = if traces.len() > 1 { format!(" in {} traces", traces.len()) } else { String::new() };
    let mut says = Sentence::of(format!(
        "{} of {}{in_traces}",
        counted(spans.len(), "span"),
        counted(services.len(), "service")
    ));
    match failed.first() {
        None => says = says.then(", none of them failed"),
        Some(first) => {
            let text = exception_of(first).unwrap_or_else(|| first.status_message.to_string());
            says = says
                .then(format!(": {} failed, first {} of {} at ", failed.len(), first.name, first.service()))
                .at(first.start)
                .then(format!(" after {}", first.duration()));
            if !text.is_empty() {
                says = says.then(format!(", with {}", quoted(&text, MAX_QUOTE_CHARS)));
            }
        }
    }
    let longest = spans.iter().filter(|it| it.parent.is_some()).max_by_key(|it| it.duration());
    if let (true, Some(longest)) = (failed.is_empty(), longest) {
        says = says.then(format!(
            "; the longest, {} of {}, took {}",
            longest.name,
            longest.service(),
            longest.duration()
        ));
    }
    if let Some(partial) = evidence.traces.iter().find_map(|it| it.partial.as_ref()) {
        says =
            says.then(format!("; the store says that it is not whole: {}", quoted(partial, MAX_QUOTE_CHARS)));
    } else if missing_parents(&spans) > 0 {
        says = says.then(format!("; {} missing", counted(missing_parents(&spans), "parent")));
    }
    if failed.is_empty() && job.failure.is_some() {
        says = says.then(", so the failure is told by lines alone");
    }
    Verdict::something(says)
}

fn no_trace(system: &System, evidence: &Evidence) -> String {
    match (evidence.traces_not_kept.first(), system.spans.kept_share) {
        (Some(id), Some(share)) => format!(
            "the lines name trace {id}, which was not kept: {} of good traces are",
            crate::format::value(share, crate::system::Unit::Ratio)
        ),
        (Some(id), None) => format!("the lines name trace {id}, which the store does not have"),
        (None, _) => "no line names a trace, and no span names this job".to_owned(),
    }
}

fn exception_of(span: &Span) -> Option<String> {
    let event = span.events.iter().find(|it| it.attributes.get("exception.type").is_some())?;
    let kind = event.attributes.get("exception.type")?.to_string();
    Some(
        match event.attributes.get("exception.message").map(ToString::to_string).filter(|it| !it.is_empty()) {
            Some(message) => format!("{kind}: {message}"),
            None => kind,
        },
    )
}

fn missing_parents(spans: &[&Span]) -> usize {
    let ids: BTreeSet<_> = spans.iter().map(|it| (it.trace, it.id)).collect();
    let missing = spans.iter().filter_map(|it| Some((it.trace, it.parent?))).filter(|it| !ids.contains(it));
    missing.collect::<BTreeSet<_>>().len()
}

/// What spans come to that a step looked for (`what`: `failed span`, `of`: a service); `is_cut` when there are more.
pub fn of_spans(
    (what, of): (&str, Option<&str>),
    spans: &[FailedSpan],
    is_cut: bool,
    job: &Job,
    searched: TimeRange,
    trouble: Anchor,
) -> Verdict {
    let of = of.map_or_else(String::new, |it| format!(" of {it}"));
    let Some(nearest) =
        spans.iter().min_by_key(|it| ((it.start - trouble.at).nanos().unsigned_abs(), it.span))
    else {
        return Verdict::nothing(
            Sentence::of(format!("no {what}{of} from ")).at(searched.start).then(" to ").at(searched.end),
        );
    };
    let is_own = |it: &&FailedSpan| it.job.as_deref() == Some(job.id.as_str());
    let jobs: BTreeSet<&str> = spans.iter().filter_map(|it| it.job.as_deref()).collect();
    // The one that says most, nearest to the failure.
    let says_nothing = |it: &FailedSpan| it.stage.is_none() && it.code.is_none();
    let own = spans
        .iter()
        .filter(is_own)
        .min_by_key(|it| (says_nothing(it), (it.start - trouble.at).nanos().unsigned_abs(), it.span));
    let least = if is_cut { "at least " } else { "" };
    let mut says = Sentence::of(format!("{least}{}{of}", counted(spans.len(), what)));
    if !jobs.is_empty() {
        says = says.then(format!(", of {}", counted(jobs.len(), "job")));
    }
    let told = own.unwrap_or(nearest);
    let whose = if own.is_some() { "this job's" } else { "the nearest" };
    let named = if told.name.is_empty() { String::new() } else { format!(", {}", told.name) };
    says = says
        .then(format!("; {whose}{named} at "))
        .at(told.start)
        .then(format!(", {}", beside(told.start, trouble)));
    let said = [("failed at", &told.stage), ("error code", &told.code)];
    for (name, value) in said.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        says = says.then(format!(", {name} {value}"));
    }
    if let Some((code, n)) = most(spans.iter().filter_map(|it| it.code.as_deref())).filter(|(_, n)| *n > 1) {
        says = says.then(format!("; {n} of {} say {code}", spans.len()));
    }
    Verdict::something(says)
}

/// The text that comes most often, and how often.
pub(super) fn most<'a>(texts: impl Iterator<Item = &'a str>) -> Option<(&'a str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    texts.for_each(|it| *counts.entry(it).or_default() += 1);
    counts.into_iter().max_by_key(|(_, n)| *n)
}

impl FailedSpan {
    /// A span of a search, its roles read by the system's attributes.
    pub fn read(
        system: &System,
        (trace, span): (TraceId, SpanId),
        name: Option<&str>,
        (start, duration): (Timestamp, TimeDelta),
        attributes: &crate::attr::Attributes,
    ) -> Self {
        let role = |role| attributes.first_of(fields_for(&system.spans.roles, role)).map(ToString::to_string);
        Self {
            trace,
            span,
            name: name.unwrap_or_default().to_owned(),
            start,
            duration,
            job: role(Role::Job),
            stage: role(Role::FailedStage).or_else(|| role(Role::Stage)),
            code: role(Role::ErrorCode),
            version: role(Role::Version),
        }
    }
}
