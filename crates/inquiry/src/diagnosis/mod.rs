//! What is around a job in trouble: metrics, other jobs, and lines that name no job, for the rules of diagnosis.
//!
//! ```text
//!  metrics ──> other jobs of the same hours (what a list has read is not asked for again) ──> lines that name no job,
//!  versions of the service in trouble where most jobs have no trace that tells theirs
//! ```

mod lines;
mod versions;

#[cfg(test)]
mod tests;

use std::rc::Rc;
use std::sync::Arc;

use backends::tempo::SearchAnswer;
use backends::{BackendError, ErrorKind};
use domain::diagnosis::{SIGNALS, Signal, Surroundings};
use domain::fingerprint::{Counted, JobSample};
use domain::job::{Job, JobState};
use domain::logs::LogRecord;
use domain::system::{MetricRole, SharedSystem, System};
use domain::time::{TimeDelta, TimeRange, Timestamp};
use system::lines::LineReader;

use self::lines::LinesAround;
use self::versions::{SeenVersions, VersionsAround};
use crate::job::Asked;
use crate::jobs::{JobsInquiry, JobsNews, JobsQuestion, JobsReport, LINES_AT_FIRST, LinesRead, SharedJobs};
use crate::panels::{Panel, PanelsInquiry, PanelsNews, PanelsQuestion};
use crate::plan::{Plan, Sent};
use crate::transport::Transport;

/// How much earlier than the trouble metrics are looked at: what leads to it comes before.
const BEFORE: TimeDelta = TimeDelta::from_secs(30 * 60);
/// How much later: scrapes and rates lag.
const AFTER: TimeDelta = TimeDelta::from_secs(10 * 60);
/// How much earlier than the trouble other jobs are looked at.
const OTHERS_BEFORE: TimeDelta = TimeDelta::from_secs(60 * 60);
/// Lines of other jobs that are read at most: as many as a list reads, which need not read them again. One job that says
/// much leaves few of them to the others.
const MAX_LINES: usize = LINES_AT_FIRST;
/// What is over for less may still change: lines, spans and samples come late.
const SETTLED_AFTER: TimeDelta = TimeDelta::from_secs(120);
/// Points of a series: one for each scrape of that time, and more than any rule needs.
const MAX_POINTS: u32 = 240;

/// Whether there is something to explain about a job.
pub fn is_in_trouble(job: &Job) -> bool {
    match job.state {
        JobState::Failed | JobState::Stuck => true,
        JobState::Queued | JobState::Running | JobState::Unknown => job.failure.is_some(),
        JobState::Done => false,
    }
}

/// The hours of other jobs to compare a job with.
pub fn hours_of(job: &Job, now: Timestamp) -> TimeRange {
    let at = troubled_at(job, now);
    let start = job.submitted.map_or(at, |it| it.at.min(at)).max(at - OTHERS_BEFORE) - OTHERS_BEFORE;
    TimeRange::between(start, end_of(job, now))
}

/// What is to be found out.
#[derive(Clone, Debug)]
pub struct SurroundingsQuestion {
    /// The job in trouble.
    pub job: Arc<Job>,
    /// Now.
    pub now: Timestamp,
    /// The other jobs of its hours, where they are known; else they are asked for.
    pub others: Option<Vec<JobSample>>,
    /// The range of a list that may have been read; where it was, its jobs are the others.
    pub listed: Option<TimeRange>,
}

/// What is known so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SurroundingsReport {
    /// The metrics that rules look at.
    pub panels: Vec<Panel>,
    /// The other jobs, where they were asked for.
    pub jobs: Option<JobsReport>,
    /// Lines of the time of the trouble that name no job.
    pub lines: Vec<LogRecord>,
    /// The other jobs, where they were known.
    others: Vec<JobSample>,
    versions: SeenVersions,
    /// What was asked for lines and versions.
    asked: Vec<Asked>,
    /// Lines and versions that could not be had.
    lost: Vec<(&'static str, BackendError)>,
}

impl SurroundingsReport {
    /// The same of the same time, with the other jobs of another job.
    pub fn among(&self, others: Vec<JobSample>) -> Self {
        Self {
            panels: self.panels.clone(),
            lines: self.lines.clone(),
            jobs: None,
            others,
            versions: SeenVersions::default(),
            asked: self.asked.clone(),
            lost: self.lost.clone(),
        }
    }

    /// What was asked, but for the metrics, whose panels hold their queries.
    pub fn asked(&self) -> Vec<Asked> {
        let of_jobs = self.jobs.iter().flat_map(|it| &it.asked);
        of_jobs.chain(&self.asked).cloned().collect()
    }

    /// What could not be found out and why, one sentence a cause; without it a cause may be missed. What lies beyond a
    /// recording is no trouble of a server, and nothing that could be asked again.
    pub fn could_not_ask(&self) -> Vec<String> {
        let of_metrics = self.panels.iter().filter_map(|it| {
            Some((it.metric.as_ref().map_or("A metric", |it| it.title.as_str()), it.failure.as_ref()?))
        });
        let of_jobs = self.jobs.iter().flat_map(|it| &it.failures).map(|it| ("Jobs of the same hours", it));
        let others = self.lost.iter().map(|(what, error)| (*what, error));
        let all = of_metrics.chain(of_jobs).chain(others);
        let mut by_cause: Vec<(String, Vec<&str>)> = Vec::new();
        for (what, error) in all.filter(|(_, error)| error.kind != ErrorKind::NotRecorded) {
            let cause = error.to_string();
            match by_cause.iter_mut().find(|it| it.0 == cause) {
                Some((_, lost)) if lost.contains(&what) => {}
                Some((_, lost)) => lost.push(what),
                None => by_cause.push((cause, vec![what])),
            }
        }
        by_cause.into_iter().map(|(cause, lost)| format!("{}: {cause}", lost.join(", "))).collect()
    }

    /// What the rules look at.
    pub fn surroundings(&self, system: &System) -> Surroundings {
        let mut others = self.others.clone();
        let rows = self.jobs.iter().flat_map(|it| it.rows.iter());
        others.extend(rows.map(|it| JobSample::of_row(system, it)));
        self.versions.tell(&mut others);
        Surroundings { signals: self.signals(), others, lines: self.lines.clone() }
    }

    /// Whether it may be another when it is asked for again: something could not be had, or its time is not over.
    pub fn may_change(&self, now: Timestamp) -> bool {
        let is_lost = |it: &JobsReport| !it.failures.is_empty();
        let ends = self.panels.iter().map(|it| it.range.end).chain(self.jobs.iter().map(|it| it.range.end));
        !self.lost.is_empty()
            || self.panels.iter().any(|it| it.failure.is_some())
            || self.jobs.as_ref().is_some_and(is_lost)
            || ends.max().is_none_or(|it| it + SETTLED_AFTER > now)
    }

    /// What the metrics show, as far as they have come.
    pub fn signals(&self) -> Vec<Signal> {
        let shown = self.panels.iter().filter(|it| !it.is_waiting && it.failure.is_none());
        let signal = |it: &Panel| Signal {
            role: Some(it.role),
            title: it.metric.as_ref().map(|it| it.title.clone()).unwrap_or_default(),
            series: it.series.clone(),
        };
        shown.map(signal).collect()
    }
}

/// Finds out what is around a job in trouble.
pub struct SurroundingsInquiry {
    memory: SharedJobs,
    panels: Option<PanelsInquiry>,
    jobs: Option<JobsInquiry>,
    others: Vec<JobSample>,
    lines: LinesAround,
    versions: VersionsAround,
    system: SharedSystem,
    n_panels_open: usize,
}

/// What an answer tells.
pub enum SurroundingsNews {
    /// Of a metric.
    Panels(PanelsNews),
    /// Of other jobs.
    Jobs(JobsNews),
    /// Lines of the time of the trouble.
    Lines(Result<LinesRead, BackendError>),
    /// Versions of a part of the hours.
    Versions(Result<SearchAnswer, BackendError>),
}

impl SurroundingsInquiry {
    /// A plan for what is around a job. `memory` is what has been read of other jobs.
    pub fn new(
        system: &SharedSystem,
        reader: Rc<LineReader>,
        memory: SharedJobs,
        question: SurroundingsQuestion,
    ) -> Self {
        let SurroundingsQuestion { job, now, others, listed } = question;
        let asks_others = others.is_none();
        let asks_versions = asks_others && are_traces_few(system);
        let hours = hours_of(&job, now);
        let listed = listed.filter(|it| memory.has(*it));
        let range = listed.filter(|it| it.contains(troubled_at(&job, now))).unwrap_or(hours);
        let keep_from = listed.map_or(range.start, |it| it.start.min(range.start));
        let jobs = asks_others.then(|| {
            // What is known already costs nothing.
            let max_lines = memory.n_lines_in(range) + MAX_LINES;
            let question = JobsQuestion { range, now, max_lines, keep_from };
            let jobs = JobsInquiry::new(system.clone(), reader.clone(), memory.clone(), question);
            if are_traces_few(system) { jobs.by_lines_alone() } else { jobs }
        });
        Self {
            panels: signals_question(system, &job, now).map(|it| PanelsInquiry::new(system, it)),
            jobs,
            others: others.unwrap_or_default(),
            versions: if asks_versions {
                VersionsAround::new(system, &job, hours)
            } else {
                VersionsAround::default()
            },
            system: system.clone(),
            lines: LinesAround::new(system, reader, troubled_at(&job, now), now),
            memory,
            n_panels_open: 0,
        }
    }
}

impl Plan for SurroundingsInquiry {
    type News = SurroundingsNews;
    type Report = SurroundingsReport;

    fn due<'a>(&mut self, transport: &'a dyn Transport) -> Vec<Sent<'a, SurroundingsNews>> {
        let mut sent: Vec<Sent<'a, SurroundingsNews>> = Vec::new();
        for question in self.panels.iter_mut().flat_map(|it| it.due(transport)) {
            self.n_panels_open += 1;
            sent.push(Box::pin(async move { SurroundingsNews::Panels(question.await) }));
        }
        // Other jobs are many lines: they wait until the rest is answered.
        if self.n_panels_open > 0 {
            return sent;
        }
        for question in self.jobs.iter_mut().flat_map(|it| it.due(transport)) {
            sent.push(Box::pin(async move { SurroundingsNews::Jobs(question.await) }));
        }
        for question in self.versions.due(&self.system, transport) {
            sent.push(Box::pin(async move { SurroundingsNews::Versions(question.await) }));
        }
        let selector = self.memory.selector().or(self.jobs.is_none().then_some(0));
        if let Some(question) = selector.and_then(|it| self.lines.due(it, transport)) {
            sent.push(Box::pin(async move { SurroundingsNews::Lines(question.await) }));
        }
        sent
    }

    fn take(&mut self, news: SurroundingsNews) {
        match news {
            SurroundingsNews::Panels(news) => {
                self.n_panels_open = self.n_panels_open.saturating_sub(1);
                if let Some(panels) = &mut self.panels {
                    panels.take(news);
                }
            }
            SurroundingsNews::Jobs(news) => {
                if let Some(jobs) = &mut self.jobs {
                    jobs.take(news);
                }
            }
            SurroundingsNews::Lines(read) => self.lines.take(read),
            SurroundingsNews::Versions(found) => self.versions.take(&self.system, found),
        }
    }

    fn report(&self) -> SurroundingsReport {
        let lines = self.lines.lost().map(|it| ("Lines of that time that name no job", it.clone()));
        let versions = self.versions.lost().map(|it| ("Versions that ran in these hours", it.clone()));
        SurroundingsReport {
            lost: lines.into_iter().chain(versions).collect(),
            asked: self.lines.asked().into_iter().chain(self.versions.asked()).cloned().collect(),
            versions: self.versions.seen(),
            panels: self.panels.as_ref().map(Plan::report).unwrap_or_default(),
            jobs: self.jobs.as_ref().map(Plan::report),
            lines: self.lines.found().to_vec(),
            others: self.others.clone(),
        }
    }
}

/// Where only a share of the traces is kept, lines tell of all jobs, and a trace store takes many times longer to search.
fn are_traces_few(system: &System) -> bool {
    !system.logs.selectors.is_empty() && system.spans.kept_share.is_some_and(|it| it < 1.0)
}

/// The other jobs of a job's hours among those of a longer time.
pub fn of_the_same_hours(samples: &[JobSample], job: &Job, now: Timestamp) -> Vec<JobSample> {
    let hours = hours_of(job, now);
    let is_near = |it: &&JobSample| {
        it.at().is_some_and(|at| at < hours.end) && it.over_at().is_some_and(|at| at >= hours.start)
    };
    samples.iter().filter(is_near).cloned().collect()
}

/// The instant of the trouble: of the failure, else of the last sign of life.
pub fn troubled_at(job: &Job, now: Timestamp) -> Timestamp {
    job.failure.as_ref().map(|it| it.at).or(job.last_seen).unwrap_or(now).min(now)
}

fn end_of(job: &Job, now: Timestamp) -> Timestamp {
    if job.state == JobState::Stuck { now } else { (troubled_at(job, now) + AFTER).min(now) }
}

/// The metrics of a system that rules look at, around a job's trouble; `None` where the system names none.
fn signals_question(system: &System, job: &Job, now: Timestamp) -> Option<PanelsQuestion> {
    let roles: Vec<MetricRole> = SIGNALS.into_iter().filter(|role| system.metric(*role).is_some()).collect();
    let range = TimeRange::between(troubled_at(job, now) - BEFORE, end_of(job, now));
    (!roles.is_empty()).then_some(PanelsQuestion { roles, range, max_points: MAX_POINTS })
}
