//! What was computed while a span was worked on: of the span alone where samples carry its id, else of its whole
//! service meanwhile.
//!
//! ```text
//!  span ──> it, or what it is a part of, has pyroscope.profile.id ──> samples of that span ──> some? ──> those
//!      └────────────────────────── no ───────────────────────────────────────────────────── no ──┴──> its service's
//! ```

use backends::pyroscope::{Render, SpanApi, SpanProfile};
use backends::{BackendError, ErrorKind};
use domain::debug::{Values, Verdict, fill};
use domain::ids::SpanId;
use domain::system::steps::{Ask, Language, StepProfile};
use domain::system::{MatchOp, Matcher, System};
use domain::time::{TimeDelta, TimeRange};
use domain::trace::Span;

use crate::debug::{ProfileShown, asked_of, come_to};
use crate::transport::{Transport, ask};

/// Profilers send what they sampled every 10 or 15 s, each lot with the time at which it began.
const AROUND: TimeDelta = TimeDelta::from_secs(15);
/// How far up a span's ancestors are asked: deeper than any real trace, and an end for parents that run in a circle.
const MAX_DEPTH: usize = 64;

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanProfiles {
    /// What it comes to; `None` where nobody could be asked.
    pub verdict: Option<Verdict>,
    /// Whose profiles these are and why, in a sentence without a full stop; empty where they are the span's own.
    pub whose: String,
    /// What took most, of each type of profile that has something.
    pub profiles: Vec<ProfileShown>,
    /// What was asked of the whole service, with what it counts, to look at in the profiler's own pages.
    pub asked: Vec<(String, Render)>,
    /// Why some of it could not be asked, each cause once.
    pub failures: Vec<BackendError>,
}

/// Asks for the profiles of a span; `spans` are those of its trace.
pub async fn span_profiles(
    system: &System,
    spans: &[Span],
    span: &Span,
    transport: &dyn Transport,
) -> SpanProfiles {
    let kinds = kinds(system, span.service());
    let mut found = SpanProfiles {
        verdict: None,
        whose: String::new(),
        profiles: Vec::new(),
        asked: kinds.iter().map(|it| (it.title.clone(), render(it, around(span)))).collect(),
        failures: Vec::new(),
    };
    let why_not = match sampled(spans, span) {
        Some((of, id)) => match of_span(of, id, &kinds, transport).await {
            Ok(told) if told.iter().any(|it| it.profile.total > 0) => {
                if of.id != span.id {
                    found.whose = format!("of “{}”, of which this span is a part", of.name);
                }
                let name =
                    if of.id == span.id { "this span".to_owned() } else { format!("“{}”", of.name) };
                found.take(told, &name, TimeRange { start: of.start, end: of.end });
                return found;
            }
            Ok(_) => "no sample names this span: it was too short, or it waited".to_owned(),
            Err(error) if is_nobody(&error) => {
                found.fail(error);
                return found;
            }
            Err(error) => format!("samples of the span alone could not be had: {error}"),
        },
        None => {
            format!("the span has no {}, by which its own samples could be told", SpanProfile::ATTRIBUTE)
        }
    };
    let mut told = Vec::new();
    for (title, render) in found.asked.clone() {
        match ask(transport, &render).await {
            Ok((profile, _)) => told.push(ProfileShown { title, query: render.query(), profile }),
            Err(error) => found.fail(error),
        }
    }
    if !told.is_empty() {
        found.whose = format!("of the whole service, since {why_not}");
        found.take(told, span.service(), around(span));
    }
    found
}

impl SpanProfiles {
    fn take(&mut self, told: Vec<ProfileShown>, whose: &str, range: TimeRange) {
        self.profiles = told;
        self.verdict = Some(come_to(&mut self.profiles, whose, range));
    }

    fn fail(&mut self, error: BackendError) {
        if !self.failures.contains(&error) {
            self.failures.push(error);
        }
    }
}

/// Whether there is nobody to ask anything.
fn is_nobody(error: &BackendError) -> bool {
    matches!(error.kind, ErrorKind::NotConfigured | ErrorKind::Unreachable)
}

/// The types of profile that the system's steps look at and that are told by their service, each once; CPU time where
/// there is none.
fn kinds(system: &System, service: &str) -> Vec<StepProfile> {
    let of_steps = system.debug.iter().flat_map(|it| &it.steps).filter_map(|it| match &it.ask {
        Ask::Profile(kinds) => Some(kinds),
        _ => None,
    });
    kinds_of(of_steps.flatten(), service)
}

fn kinds_of<'a>(of_steps: impl IntoIterator<Item = &'a StepProfile>, service: &str) -> Vec<StepProfile> {
    let values = Values { service: Some(service.to_owned()), ..Values::default() };
    let filled = |it: &Matcher| {
        let filled = fill(&it.value, &values, Language::Text);
        filled.missing.is_empty().then(|| Matcher { value: filled.text, ..it.clone() })
    };
    let mut kinds: Vec<StepProfile> = Vec::new();
    for kind in of_steps {
        let matchers: Option<Vec<Matcher>> = kind.matchers.iter().map(filled).collect();
        let is_new = kinds.iter().all(|it| it.profile_type != kind.profile_type);
        if let Some(matchers) = matchers.filter(|_| is_new) {
            kinds.push(StepProfile { matchers, ..kind.clone() });
        }
    }
    if kinds.is_empty() {
        let service =
            Matcher { label: "service_name".to_owned(), op: MatchOp::Equal, value: service.to_owned() };
        kinds.push(StepProfile {
            title: "CPU time".to_owned(),
            profile_type: "process_cpu:cpu:nanoseconds:cpu:nanoseconds".to_owned(),
            matchers: vec![service],
        });
    }
    kinds
}

/// The span of which samples tell: itself, or the nearest one of its service that it is a part of; and the id that the
/// samples carry. Tracers that know of a profiler mark the first span of a service alone.
fn sampled<'a>(spans: &'a [Span], span: &'a Span) -> Option<(&'a Span, SpanId)> {
    let above = |it: &&Span| {
        let parent = it.parent?;
        spans.iter().find(|it| it.id == parent && it.service() == span.service())
    };
    let mut line = std::iter::successors(Some(span), above).take(MAX_DEPTH);
    line.find_map(|it| {
        let id = it.attributes.get(SpanProfile::ATTRIBUTE)?.to_string();
        Some((it, id.parse().ok()?))
    })
}

async fn of_span(
    of: &Span,
    id: SpanId,
    kinds: &[StepProfile],
    transport: &dyn Transport,
) -> Result<Vec<ProfileShown>, BackendError> {
    let mut told = Vec::new();
    for kind in kinds {
        let all = render(kind, around(of));
        let first = SpanProfile { all, span: id, api: SpanApi::SelectMergeSpanProfile };
        let answer = match ask(transport, &first).await {
            Err(error) if error.kind == ErrorKind::NoSuchEndpoint => {
                ask(transport, &SpanProfile { api: SpanApi::SelectMergeStacktraces, ..first.clone() }).await
            }
            answer => answer,
        };
        let (profile, _) = answer?;
        told.push(ProfileShown { title: kind.title.clone(), query: first.query(), profile });
    }
    Ok(told)
}

fn render(kind: &StepProfile, range: TimeRange) -> Render {
    Render { profile_type: kind.profile_type.clone(), matchers: kind.matchers.clone(), range }
}

/// The time of a span with what a profiler needs to send around it.
fn around(span: &Span) -> TimeRange {
    asked_of(TimeRange { start: span.start - AROUND, end: span.end.max(span.start) + AROUND })
}

#[cfg(test)]
mod tests;
