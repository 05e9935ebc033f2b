//! Everything about one job: from whatever a person typed to lines and traces of all services, merged.
//!
//! What is wanted follows from what is known ([`JobInquiry::wanted`]); what is asked is what is wanted and has not been
//! asked. So answers may come in any order, and every answer may open new questions:
//!
//! ```text
//!  key ──> lines by job, task, trace id ──> job id, task ids, trace ids ──> lines by those ──> …
//!     └──> TraceQL by job and task id ────> trace ids ──────────────────> traces by id
//! ```

pub(crate) mod fetch;
mod resolve;
mod wants;

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use backends::tempo::{Abilities, SearchAnswer};
use backends::{BackendError, ErrorKind, SourceKind};
use domain::ids::{JobId, TraceId};
use domain::job::Evidence;
use domain::logs::{LineKey, LogRecord};
use domain::sorted::SortedMap;
use domain::system::{Matcher, SharedSystem, System};
use domain::time::{TimeRange, Timestamp};
use domain::trace::Trace;
use domain::warning::Warning;
use system::lines::LineReader;

pub use resolve::{KeyKind, NamedInTrace};
pub use wants::Want;

use crate::plan::{Plan, Sent};
use crate::transport::Transport;

/// Traces of one job that are fetched at most.
const MAX_TRACES: usize = 20;

/// What is to be known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobQuestion {
    /// What the person typed: a job id, a trace id or a task id.
    pub key: String,
    /// Where to look first; looked at with a margin of the longest job on both sides.
    pub range: TimeRange,
    /// Now.
    pub now: Timestamp,
}

/// What was found so far.
#[derive(Clone, Debug, PartialEq)]
pub struct JobReport {
    /// The job's id, where the key led to one; else the key.
    pub id: JobId,
    /// What the key turned out to be.
    pub key_kind: KeyKind,
    /// The evidence, in no particular order.
    pub evidence: Arc<Evidence>,
    /// The range that was searched.
    pub searched: TimeRange,
    /// Sources that have not answered everything yet.
    pub pending: Vec<SourceKind>,
    /// Questions that failed, one for each source and cause.
    pub failures: Vec<BackendError>,
    /// Every question asked, to copy and to follow.
    pub asked: Vec<Asked>,
    /// What sources warned of.
    pub warnings: Vec<Warning>,
}

/// A question as a person may copy it.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Who was asked.
    pub source: SourceKind,
    /// What for, in a few words.
    pub what: &'static str,
    /// LogQL, TraceQL or an id.
    pub query: String,
    /// Over which time; `None` for a lookup by id.
    pub range: Option<TimeRange>,
}

/// What Tempo turned out to be able to do; learnt once and shared by all plans.
pub type SharedAbilities = Rc<Cell<Abilities>>;

/// Finds everything about one job.
pub struct JobInquiry {
    system: SharedSystem,
    reader: Rc<LineReader>,
    abilities: SharedAbilities,
    question: JobQuestion,
    is_widened: bool,
    selector: usize,
    asked: Vec<Want>,
    log: Vec<Asked>,
    open: SortedMap<SourceKind, usize>,
    lines: BTreeMap<LineKey, LogRecord>,
    traces: SortedMap<TraceId, Trace>,
    /// What the spans of each trace name.
    named: SortedMap<TraceId, NamedInTrace>,
    not_kept: Vec<TraceId>,
    found_by_search: Vec<TraceId>,
    failures: Vec<BackendError>,
    warnings: Vec<Warning>,
}

/// What an answer tells.
pub enum JobNews {
    /// Which labels the log store knows.
    Labels(Result<Vec<String>, BackendError>),
    /// Log lines.
    Lines(Result<(Vec<LogRecord>, Vec<Warning>), BackendError>),
    /// Traces that a search found.
    Found(Result<(SearchAnswer, Vec<Warning>), BackendError>),
    /// One trace with what its spans name, or that it is not kept.
    Trace(TraceId, NamedInTrace, Result<(Option<Trace>, Vec<Warning>), BackendError>),
}

impl JobInquiry {
    /// A plan for one job of a system.
    pub fn new(
        system: SharedSystem,
        reader: Rc<LineReader>,
        abilities: SharedAbilities,
        question: JobQuestion,
    ) -> Self {
        Self {
            system,
            reader,
            abilities,
            question,
            is_widened: false,
            selector: 0,
            asked: Vec::new(),
            log: Vec::new(),
            open: SortedMap::new(),
            lines: BTreeMap::new(),
            traces: SortedMap::new(),
            named: SortedMap::new(),
            not_kept: Vec::new(),
            found_by_search: Vec::new(),
            failures: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Whether no answer is awaited.
    pub(crate) fn is_idle(&self) -> bool {
        self.open.values().all(|it| *it == 0)
    }

    fn has_found(&self) -> bool {
        !self.lines.is_empty() || !self.traces.is_empty()
    }

    fn fail(&mut self, error: BackendError) {
        // What a recording does not hold beyond its own hours was never asked for by a person.
        let is_beyond_recording = self.is_widened && error.kind == ErrorKind::NotRecorded;
        if !is_beyond_recording && !self.failures.contains(&error) {
            self.failures.push(error);
        }
    }

    fn warn_of_tempo(&mut self, text: String) {
        self.warn(vec![Warning::new(SourceKind::Tempo.name(), text)]);
    }

    fn warn(&mut self, warnings: Vec<Warning>) {
        for warning in warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    fn take_labels(&mut self, labels: &[String]) {
        if let Some(place) = selector_for(&self.system, labels) {
            self.selector = place;
        }
    }
}

/// The first of the system's selectors whose labels the log store knows.
pub(crate) fn selector_for(system: &System, labels: &[String]) -> Option<usize> {
    let exists = |it: &Vec<Matcher>| it.iter().all(|matcher| labels.contains(&matcher.label));
    system.logs.selectors.iter().position(exists)
}

impl Plan for JobInquiry {
    type News = JobNews;
    type Report = JobReport;

    fn due<'a>(&mut self, transport: &'a dyn Transport) -> Vec<Sent<'a, JobNews>> {
        let mut wanted = self.wanted();
        if wanted.iter().all(|it| self.asked.contains(it))
            && self.is_idle()
            && !self.has_found()
            && !self.is_widened
        {
            self.is_widened = true;
            wanted = self.wanted();
        }
        let mut sent = Vec::new();
        for want in wanted {
            if !self.asked.contains(&want) {
                self.asked.push(want.clone());
                *self.open.entry(want.source()).or_default() += 1;
                self.log.push(self.as_asked(&want));
                sent.push(self.send(want, transport));
            }
        }
        sent
    }

    fn take(&mut self, news: JobNews) {
        let source = match &news {
            JobNews::Labels(_) | JobNews::Lines(_) => SourceKind::Loki,
            JobNews::Found(_) | JobNews::Trace(..) => SourceKind::Tempo,
        };
        if let Some(n_open) = self.open.get_mut(&source) {
            *n_open = n_open.saturating_sub(1);
        }
        match news {
            JobNews::Labels(Ok(labels)) => self.take_labels(&labels),
            // The lines themselves will say what is wrong with the log store.
            JobNews::Labels(Err(_)) => {}
            JobNews::Lines(Ok((lines, warnings))) => {
                self.lines.extend(lines.into_iter().map(|it| (it.key, it)));
                self.warn(warnings);
            }
            JobNews::Found(Ok((answer, warnings))) => {
                self.found_by_search.extend(answer.traces.iter().map(|it| it.summary.id));
                self.warn(warnings);
                if answer.is_cut {
                    self.warn_of_tempo(
                        "more traces name this job than one search tells: some may be missing".to_owned(),
                    );
                }
            }
            JobNews::Trace(id, named, Ok((trace, warnings))) => {
                match trace {
                    Some(trace) if !trace.spans.is_empty() => {
                        self.named.insert(id, named);
                        self.traces.insert(id, trace);
                    }
                    Some(_) | None => self.not_kept.push(id),
                }
                self.warn(warnings);
            }
            JobNews::Lines(Err(error)) | JobNews::Found(Err(error)) | JobNews::Trace(_, _, Err(error)) => {
                self.fail(error);
            }
        }
    }

    fn report(&self) -> JobReport {
        let found = self.resolve();
        let pending =
            self.open.iter().filter(|(_, n_open)| **n_open > 0).map(|(source, _)| *source).collect();
        let unreachable =
            self.failures.iter().map(|it| Warning::new(it.source.name(), it.to_string())).collect();
        let mut warnings = self.warnings.clone();
        if found.traces.len() > MAX_TRACES {
            let text = format!("{} traces name this job; {MAX_TRACES} of them are read", found.traces.len());
            warnings.push(Warning::new(SourceKind::Tempo.name(), text));
        }
        JobReport {
            evidence: Arc::new(Evidence {
                lines: self.lines.values().filter(|it| found.owns(it)).cloned().collect(),
                traces: found.traces.iter().filter_map(|it| self.traces.get(it)).cloned().collect(),
                traces_not_kept: self
                    .not_kept
                    .iter()
                    .filter(|it| found.traces.contains(it))
                    .copied()
                    .collect(),
                unreachable,
            }),
            id: found.id,
            key_kind: found.kind,
            searched: self.range(),
            pending,
            failures: self.failures.clone(),
            asked: self.log.clone(),
            warnings,
        }
    }
}
