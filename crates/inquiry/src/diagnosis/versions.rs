//! Which versions of the service in trouble ran in its hours, for jobs whose lines name none.
//!
//! Where few traces are kept, most jobs have none that could tell. Those that failed usually do, and tell which version
//! failed. For the others a few spans of each part of the hours do: what ran before and after an instant ran at that
//! instant.

use backends::tempo::traceql::Filter;
use backends::tempo::{Search, SearchAnswer, slices_newest_first};
use backends::{BackendError, SourceKind};
use domain::fingerprint::{JobSample, VersionSeen, tell_versions};
use domain::ids::StageId;
use domain::job::Job;
use domain::system::System;
use domain::time::{TimeDelta, TimeRange};

use crate::job::Asked;
use crate::plan::Sent;
use crate::transport::{Transport, ask};
use crate::versions;

/// Parts that the hours are looked at in.
const PARTS: i64 = 12;
/// Traces that are looked at of each part.
const TRACES_OF_PART: u32 = 3;
/// Failed traces that are looked at of each part.
const FAILED_TRACES_OF_PART: u32 = 30;
/// Failed spans that are looked at of each such trace: one for each of several attempts.
const FAILED_SPANS: u32 = 4;
/// Times that a switch from one version to another is looked for more narrowly, each time in so many parts.
const NARROWER: u32 = 2;
const PARTS_OF_SWITCH: i64 = 4;
/// Switches that are looked for at most, the newest ones.
const MAX_SWITCHES: usize = 3;
/// Two sightings nearer than this leave few jobs between them.
const NEAR: TimeDelta = TimeDelta::from_secs(30);

/// Asks once for the versions of the hours, part by part.
#[derive(Default)]
pub(super) struct VersionsAround {
    stage: Option<StageId>,
    service: String,
    searches: Vec<Search>,
    asked: Vec<Asked>,
    n_open: usize,
    n_narrowed: u32,
    /// In the order of time.
    seen: Vec<VersionSeen>,
    lost: Option<BackendError>,
}

impl VersionsAround {
    /// The versions of the service whose stage failed; of a job that failed at none, nothing.
    pub(super) fn new(system: &System, job: &Job, hours: TimeRange) -> Self {
        let failed = job.failure.as_ref().and_then(|it| it.stage.as_ref());
        let Some(run) = failed.and_then(|it| job.stage(it)) else { return Self::default() };
        let told = || system.stages.iter().find(|it| it.id == run.stage).and_then(|it| it.service.as_deref());
        let by_attempt = run.attempts.last().map(|it| it.service.as_str()).filter(|it| !it.is_empty());
        let Some(service) = by_attempt.or_else(told) else { return Self::default() };
        let part = part_of(PARTS, hours);
        let any = |it| versions::search(system, service, None, it, TRACES_OF_PART);
        let failed = |it| {
            let search = versions::search(system, service, Some(Filter::failed()), it, FAILED_TRACES_OF_PART);
            search.map(|it| Search { spans_per_trace: FAILED_SPANS, ..it })
        };
        let searches =
            slices_newest_first(hours, part).flat_map(|it| [any(it), failed(it)]).flatten().collect();
        // What this job's own spans tell is a sighting too.
        let own = job.facts.versions.iter().find(|(stage, _)| *stage == run.stage);
        let at = run.attempts.last().map(|it| it.start);
        let seen =
            own.zip(at).map(|((_, version), at)| VersionSeen { at, version: version.clone(), trace: None });
        let service = service.to_owned();
        Self {
            stage: Some(run.stage.clone()),
            service,
            searches,
            seen: seen.into_iter().collect(),
            ..Self::default()
        }
    }

    /// The questions: part by part, then narrower and narrower where one version took over from another.
    pub(super) fn due<'a>(
        &mut self,
        system: &System,
        transport: &'a dyn Transport,
    ) -> Vec<Sent<'a, Result<SearchAnswer, BackendError>>> {
        let one = |search: Search| -> Sent<'a, Result<SearchAnswer, BackendError>> {
            Box::pin(async move { ask(transport, &search).await.map(|(it, _)| it) })
        };
        if self.searches.is_empty() && self.n_open == 0 && self.n_narrowed < NARROWER && self.lost.is_none() {
            self.n_narrowed += 1;
            self.searches = self.switches(system);
        }
        self.n_open += self.searches.len();
        self.asked.extend(self.searches.iter().map(as_asked));
        self.searches.drain(..).map(one).collect()
    }

    /// What to ask to know better when versions changed.
    fn switches(&self, system: &System) -> Vec<Search> {
        let pairs = self.seen.iter().zip(self.seen.iter().skip(1)).rev();
        let switches = pairs.filter(|(a, b)| a.version != b.version && b.at - a.at > NEAR).take(MAX_SWITCHES);
        let between = switches.flat_map(|(a, b)| {
            let range = TimeRange::between(a.at, b.at);
            slices_newest_first(range, part_of(PARTS_OF_SWITCH, range))
        });
        between.filter_map(|it| versions::search(system, &self.service, None, it, TRACES_OF_PART)).collect()
    }

    /// Takes what one part holds.
    pub(super) fn take(&mut self, system: &System, found: Result<SearchAnswer, BackendError>) {
        self.n_open = self.n_open.saturating_sub(1);
        match found {
            Ok(found) => {
                self.seen.extend(versions::told(system, &found));
                self.seen.sort();
            }
            Err(error) => self.lost = Some(error),
        }
    }

    /// What was asked so far.
    pub(super) fn asked(&self) -> &[Asked] {
        &self.asked
    }

    /// Why versions of a part could not be had.
    pub(super) fn lost(&self) -> Option<&BackendError> {
        self.lost.as_ref()
    }

    /// What is known so far.
    pub(super) fn seen(&self) -> SeenVersions {
        SeenVersions { stage: self.stage.clone(), seen: self.seen.clone() }
    }
}

/// How long one of so many parts is; with nothing left over that would be asked for apart.
fn part_of(n_parts: i64, range: TimeRange) -> TimeDelta {
    TimeDelta::from_nanos(range.length().nanos() / n_parts + 1)
}

fn as_asked(search: &Search) -> Asked {
    Asked {
        source: SourceKind::Tempo,
        what: "versions that ran in these hours",
        query: search.query.to_string(),
        range: Some(search.range),
    }
}

/// Versions of the service of a stage, as far as they were seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SeenVersions {
    stage: Option<StageId>,
    seen: Vec<VersionSeen>,
}

impl SeenVersions {
    /// Tells jobs that name no version of that stage which one it was.
    pub(super) fn tell(&self, samples: &mut [JobSample]) {
        if let Some(stage) = &self.stage {
            tell_versions(samples, stage, &self.seen);
        }
    }
}
