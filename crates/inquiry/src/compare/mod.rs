//! The other job of a comparison: the one that was named, or the last good one of the same kind, with its evidence.
//!
//! ```text
//!  named ──────────────────────────────────────────> evidence of the other, by the plan of the job page
//!  not named ──> jobs before this one, newest first ──> the first good one ──┘   └──> not good in full: the next
//! ```

#[cfg(test)]
mod tests;

use std::rc::Rc;

use backends::{BackendError, SourceKind};
use domain::ids::JobId;
use domain::job::{JobState, assemble};
use domain::jobs::JobRow;
use domain::system::SharedSystem;
use domain::time::{TimeDelta, TimeRange, Timestamp};
use futures_util::FutureExt;
use system::lines::LineReader;

use crate::job::{Asked, JobInquiry, JobNews, JobQuestion, JobReport, SharedAbilities};
use crate::jobs::{JobsInquiry, JobsNews, JobsQuestion, JobsReport, SharedJobs};
use crate::plan::{Plan, Sent};
use crate::transport::Transport;

/// What is read at first when jobs are looked through: the last good one is seldom long ago.
const FIRST_SLICE: TimeDelta = TimeDelta::from_secs(300);
/// Jobs that look good in a list and are not good in full: after so many, no more are tried.
const MAX_PASSED_OVER: usize = 5;

/// What is to be known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CompareQuestion {
    /// The job that is looked at.
    pub this: JobId,
    /// Its kind, as far as is known.
    pub kind: Option<String>,
    /// The name of its first task: of two good jobs of its kind, one that does the same is the better one.
    pub operation: Option<String>,
    /// When it began.
    pub began: Timestamp,
    /// A job, trace or task id of the other; `None` for the last good one of the same kind.
    pub with: Option<JobId>,
    /// Where a named one is looked for first, as the job page does.
    pub range: TimeRange,
    /// How far back of this job's beginning the last good one is looked for.
    pub back_to: Timestamp,
    /// After how many lines to stop looking through jobs.
    pub max_lines: usize,
    /// Now.
    pub now: Timestamp,
}

/// What was found so far.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareReport {
    /// The other job; `None` while nothing of it is there.
    pub other: Option<JobReport>,
    /// What the last good one is called, once it has been found, also while nothing else of it is there.
    pub found: Option<JobId>,
    /// The range that has been looked through for it.
    pub looked_in: TimeRange,
    /// Which jobs were looked through for a good one; `None` where the other was named.
    pub searched: Option<Searched>,
    /// Sources that have not answered everything yet.
    pub pending: Vec<SourceKind>,
    /// Questions that failed, one for each source and cause.
    pub failures: Vec<BackendError>,
    /// The kinds of questions asked, to copy and to follow.
    pub asked: Vec<Asked>,
}

/// Which jobs were looked through for a good one.
#[derive(Clone, Debug, PartialEq)]
pub struct Searched {
    /// How many jobs began in the range that has been looked through.
    pub n_jobs: usize,
    /// How many of them are of the same kind.
    pub n_of_kind: usize,
    /// Whether looking stopped because of `max_lines`.
    pub is_cut: bool,
}

/// Finds the other job of a comparison.
pub struct CompareInquiry {
    system: SharedSystem,
    reader: Rc<LineReader>,
    abilities: SharedAbilities,
    question: CompareQuestion,
    search: Option<Search>,
    other: Option<JobInquiry>,
}

/// The looking through jobs.
struct Search {
    plan: JobsInquiry,
    report: JobsReport,
    n_open: usize,
    is_over: bool,
    /// Whose evidence is being fetched, or was last.
    tried: Option<JobId>,
    passed_over: Vec<JobId>,
}

/// What an answer tells.
pub enum CompareNews {
    /// Something about the jobs before this one.
    Search(JobsNews),
    /// Something about the other job.
    Other(JobNews),
}

impl CompareInquiry {
    /// A plan for the other job. `memory` is what earlier such plans read.
    pub fn new(
        system: SharedSystem,
        reader: Rc<LineReader>,
        abilities: SharedAbilities,
        memory: SharedJobs,
        question: CompareQuestion,
    ) -> Self {
        let mut it = Self { system, reader, abilities, question, search: None, other: None };
        match &it.question.with {
            Some(key) => it.other = Some(it.evidence_of(key, it.question.range)),
            None => it.search = Some(it.search_in(memory)),
        }
        it
    }

    fn evidence_of(&self, key: &JobId, range: TimeRange) -> JobInquiry {
        let question = JobQuestion { key: key.to_string(), range, now: self.question.now };
        JobInquiry::new(self.system.clone(), self.reader.clone(), self.abilities.clone(), question)
    }

    fn search_in(&self, memory: SharedJobs) -> Search {
        let CompareQuestion { began, back_to, max_lines, .. } = self.question;
        let range = TimeRange { start: back_to.min(began), end: began };
        // As everything stood when this job began: what came later is not asked for.
        let question = JobsQuestion { range, now: began, max_lines, keep_from: range.start };
        let plan = JobsInquiry::new(self.system.clone(), self.reader.clone(), memory, question)
            .beginning_with(FIRST_SLICE);
        let report = plan.report();
        Search { plan, report, n_open: 0, is_over: false, tried: None, passed_over: Vec::new() }
    }

    /// The newest job that is good, of this one's kind and does the same, once no newer one can come; where there is
    /// none, the newest that is good and of its kind.
    fn found(&self) -> Option<&JobRow> {
        let search = self.search.as_ref().filter(|it| it.passed_over.len() < MAX_PASSED_OVER)?;
        let is_settled = |row: &JobRow| row.start >= search.report.complete_from || search.is_over;
        let fits = |row: &JobRow| {
            row.state == JobState::Done
                && row.kind == self.question.kind
                && row.id != self.question.this
                && !search.passed_over.contains(&row.id)
        };
        let mut good = search.report.rows.iter().map(|it| &**it).filter(|it| fits(it));
        let same =
            good.clone().find(|it| it.operation == self.question.operation).filter(|it| is_settled(it));
        same.or_else(|| good.next().filter(|_| search.is_over))
    }

    /// Begins to fetch the evidence of the job that was found; whether there is one.
    fn take_found(&mut self) -> bool {
        let Some(row) = self.found() else { return false };
        let range = TimeRange { start: row.start, end: row.end.unwrap_or(row.last_seen).max(row.start) };
        let id = row.id.clone();
        self.other = Some(self.evidence_of(&id, range));
        if let Some(search) = &mut self.search {
            search.tried = Some(id);
        }
        true
    }

    /// Lets go of a job that was found good in the list and is not in full; whether it did.
    ///
    /// Where a source failed, what is missing may be what says that it is good.
    fn pass_over(&mut self) -> bool {
        let (Some(search), Some(other)) = (&mut self.search, &self.other) else { return false };
        if !other.is_idle() {
            return false;
        }
        let report = other.report();
        let state = || assemble(&self.system, &report.id, &report.evidence, self.question.now).state;
        let is_this = report.id == self.question.this;
        if !is_this && (!report.failures.is_empty() || state() == JobState::Done) {
            return false;
        }
        search.passed_over.extend(search.tried.take());
        self.other = None;
        true
    }
}

impl Plan for CompareInquiry {
    type News = CompareNews;
    type Report = CompareReport;

    fn due<'a>(&mut self, transport: &'a dyn Transport) -> Vec<Sent<'a, CompareNews>> {
        let mut sent: Vec<Sent<'a, CompareNews>> = Vec::new();
        loop {
            if let Some(other) = &mut self.other {
                let due = other.due(transport);
                let is_asking = !due.is_empty();
                sent.extend(
                    due.into_iter().map(|it| -> Sent<'a, _> { Box::pin(it.map(CompareNews::Other)) }),
                );
                if is_asking || !self.pass_over() {
                    return sent;
                }
            }
            if self.take_found() {
                continue;
            }
            let Some(search) = self.search.as_mut().filter(|it| !it.is_over) else { return sent };
            let due = search.plan.due(transport);
            search.n_open += due.len();
            sent.extend(due.into_iter().map(|it| -> Sent<'a, _> { Box::pin(it.map(CompareNews::Search)) }));
            if search.n_open > 0 {
                return sent;
            }
            search.is_over = true;
        }
    }

    fn take(&mut self, news: CompareNews) {
        match news {
            CompareNews::Search(news) => {
                if let Some(search) = &mut self.search {
                    search.n_open = search.n_open.saturating_sub(1);
                    search.plan.take(news);
                    search.report = search.plan.report();
                }
            }
            CompareNews::Other(news) => {
                if let Some(other) = &mut self.other {
                    other.take(news);
                }
            }
        }
    }

    fn report(&self) -> CompareReport {
        let began = self.question.began;
        let mut report = CompareReport {
            other: None,
            found: None,
            looked_in: TimeRange { start: began, end: began },
            searched: None,
            pending: Vec::new(),
            failures: Vec::new(),
            asked: Vec::new(),
        };
        if let Some(search) = &self.search {
            let listed = &search.report;
            report.found = search.tried.clone();
            report.looked_in.start = listed.complete_from.min(began);
            report.searched = Some(searched(listed, &self.question));
            if self.other.is_none() {
                report.pending.clone_from(&listed.pending);
            }
            report.failures.clone_from(&listed.failures);
            report.asked.clone_from(&listed.asked);
        }
        if let Some(other) = self.other.as_ref().map(JobInquiry::report) {
            report.pending.extend(&other.pending);
            for failure in &other.failures {
                if !report.failures.contains(failure) {
                    report.failures.push(failure.clone());
                }
            }
            report.asked.extend(other.asked.iter().cloned());
            if self.search.is_none() {
                report.looked_in = other.searched;
            }
            let has_evidence = !other.evidence.lines.is_empty() || !other.evidence.traces.is_empty();
            report.other = has_evidence.then_some(other);
        }
        report
    }
}

fn searched(report: &JobsReport, question: &CompareQuestion) -> Searched {
    let looked_at =
        report.rows.iter().filter(|it| it.id != question.this && it.start >= report.complete_from);
    let of_kind = looked_at.clone().filter(|it| it.kind == question.kind);
    Searched { n_jobs: looked_at.count(), n_of_kind: of_kind.count(), is_cut: report.is_cut }
}
