//! Jobs that began before a range and still hang: looked for beside the list, with few and narrow questions.
//!
//! ```text
//!  lines that say that a job began or ended, newest first ──> jobs without an end ──> all that is said of these ──> which hang
//! ```
//!
//! What is read here goes into no list: the counts of a range stay those of the range.

use std::collections::HashSet;
use std::rc::Rc;

use backends::loki::logql::LogQuery;
use backends::{BackendError, SourceKind};
use domain::job::JobState;
use domain::jobs::{JobList, JobRow, Rows};
use domain::logs::{EventKind, LogRecord};
use domain::system::{IdFilter, MatchOp, Role, SharedSystem};
use domain::time::{TimeDelta, TimeRange, Timestamp};
use system::lines::LineReader;

use super::LINES_PER_SLICE;
use super::needles::{event_words, lines_query};
use super::slices::{Slices, is_too_much};
use crate::job::Asked;
use crate::job::fetch::{LinesRead, lines};
use crate::plan::{Plan, Sent};
use crate::transport::Transport;

/// How far before a range is looked.
pub const LOOK_BACK: TimeDelta = TimeDelta::from_secs(24 * 3_600);
/// Lines that are read of jobs that began and ended; what is older is left out.
const MAX_LINES: usize = 20_000;
/// Jobs without an end that are looked at closely, the oldest.
const MAX_JOBS: usize = 100;
/// Ids that one question names.
const IDS_A_QUESTION: usize = 20;
/// Lines of such jobs that one question brings.
const MAX_LINES_OF_JOBS: usize = 5_000;

/// What is to be known.
#[derive(Clone, Debug)]
pub struct EarlierQuestion {
    /// Jobs that began in it.
    pub range: TimeRange,
    /// Now.
    pub now: Timestamp,
    /// Jobs that are known from elsewhere and not looked at.
    pub listed: Rows,
    /// Which of the system's selectors has lines.
    pub selector: usize,
}

/// What was found so far.
#[derive(Clone, Debug, PartialEq)]
pub struct EarlierReport {
    /// Those that hang, the longest quiet first.
    pub stuck: Rows,
    /// The time that was to be looked through.
    pub range: TimeRange,
    /// From here to the range's end nothing is left out.
    pub complete_from: Timestamp,
    /// Jobs without an end that there was no room to look at.
    pub n_left_out: usize,
    /// Why something could not be had.
    pub failure: Option<BackendError>,
    /// Whether all is read that will be.
    pub is_done: bool,
    /// The question that was asked about all jobs, to copy.
    pub asked: Asked,
}

/// What an answer tells.
pub enum EarlierNews {
    /// Lines of a slice: its number and its range.
    Slice(usize, TimeRange, Result<LinesRead, BackendError>),
    /// Lines of some jobs.
    OfJobs(Result<LinesRead, BackendError>),
}

/// Finds the jobs that began earlier and hang.
pub struct EarlierInquiry {
    system: SharedSystem,
    reader: Rc<LineReader>,
    question: EarlierQuestion,
    slices: Slices,
    n_open: usize,
    n_lines: usize,
    begun: JobList,
    found: JobList,
    /// Ids that were named in a question, or will be.
    ids: HashSet<String>,
    /// Questions about jobs that are still to be sent.
    due: Vec<LogQuery>,
    has_chosen: bool,
    n_left_out: usize,
    failure: Option<BackendError>,
}

impl EarlierInquiry {
    /// A plan for the jobs of a system.
    pub fn new(system: SharedSystem, reader: Rc<LineReader>, question: EarlierQuestion) -> Self {
        let todo = if system.logs.selectors.is_empty() { Vec::new() } else { vec![question.range] };
        Self {
            slices: Slices::of(todo, question.range.length(), LINES_PER_SLICE),
            begun: JobList::new(system.clone()),
            found: JobList::new(system.clone()),
            system,
            reader,
            question,
            n_open: 0,
            n_lines: 0,
            ids: HashSet::new(),
            due: Vec::new(),
            has_chosen: false,
            n_left_out: 0,
            failure: None,
        }
    }

    /// For lines that say that a job began or ended; for all lines of jobs where the system file does not say so in words.
    fn query(&self) -> LogQuery {
        let words = |kinds: &[EventKind]| event_words(&self.system, kinds);
        let (begin, end) =
            (words(&[EventKind::JobSubmitted]), words(&[EventKind::JobSucceeded, EventKind::JobFailed]));
        let all = lines_query(&self.system, self.question.selector);
        if begin.is_empty() || end.is_empty() { all } else { all.contains_any(&[begin, end].concat()) }
    }

    fn send_slice<'a>(
        &self,
        number: usize,
        slice: TimeRange,
        transport: &'a dyn Transport,
    ) -> Sent<'a, EarlierNews> {
        let (query, reader) = (self.query(), self.reader.clone());
        Box::pin(async move {
            EarlierNews::Slice(number, slice, lines(transport, query, slice, reader, MAX_LINES).await)
        })
    }

    /// Chooses the jobs that have no end, the oldest first, and has everything about them asked.
    fn choose(&mut self) {
        self.begun.judge(self.question.now, &[]);
        let listed: HashSet<_> = self.question.listed.iter().map(|it| &it.id).collect();
        let rows = self.begun.rows();
        let mut open: Vec<&JobRow> =
            rows.iter().map(|it| &**it).filter(|it| it.is_open() && !listed.contains(&it.id)).collect();
        open.reverse();
        self.n_left_out = open.len().saturating_sub(MAX_JOBS);
        open.truncate(MAX_JOBS);
        let (jobs, tasks): (Vec<&JobRow>, Vec<&JobRow>) =
            open.into_iter().partition(|it| it.keyed_by != Role::TaskId);
        let ids = |rows: Vec<&JobRow>| rows.into_iter().map(|it| it.id.to_string()).collect();
        self.ask_of(&self.system.clone().logs.job_filter, ids(jobs));
        self.ask_of(&self.system.clone().logs.task_filter, ids(tasks));
    }

    /// Has all lines with these ids asked for, many at once where a text can be looked for.
    fn ask_of(&mut self, filter: &IdFilter, ids: Vec<String>) {
        let new: Vec<String> = ids.into_iter().filter(|it| self.ids.insert(it.clone())).collect();
        let streams = self.system.logs.selectors.get(self.question.selector).map_or(&[][..], |it| it);
        let all = || LogQuery::select(streams);
        self.due.extend(new.chunks(IDS_A_QUESTION).flat_map(|ids| match filter {
            IdFilter::None => Vec::new(),
            IdFilter::Text | IdFilter::JsonField(_) => vec![all().contains_any(ids)],
            IdFilter::Label(label) => ids.iter().map(|it| all().stream(label, MatchOp::Equal, it)).collect(),
            IdFilter::Metadata(name) => {
                ids.iter().map(|it| all().metadata(name, MatchOp::Equal, it)).collect()
            }
        }));
    }

    fn take_lines_of_jobs(&mut self, records: Vec<LogRecord>) {
        // A task of such a job may be told of by its own id alone.
        let tasks = records.iter().filter_map(|it| it.roles.task_id.as_ref()).map(ToString::to_string);
        let tasks: HashSet<String> = tasks.take(MAX_JOBS * 4).collect();
        if self.system.logs.task_filter != self.system.logs.job_filter {
            let mut tasks: Vec<String> = tasks.into_iter().collect();
            tasks.sort();
            self.ask_of(&self.system.clone().logs.task_filter, tasks);
        }
        records.into_iter().for_each(|it| self.found.add_line(it));
    }

    fn fail(&mut self, error: BackendError) {
        self.failure.get_or_insert(error);
    }
}

impl Plan for EarlierInquiry {
    type News = EarlierNews;
    type Report = EarlierReport;

    fn due<'a>(&mut self, transport: &'a dyn Transport) -> Vec<Sent<'a, EarlierNews>> {
        let mut sent: Vec<Sent<'a, EarlierNews>> = Vec::new();
        while !self.has_chosen && self.n_lines < MAX_LINES {
            let Some((number, slice)) = self.slices.next(None) else { break };
            sent.push(self.send_slice(number, slice, transport));
        }
        if sent.is_empty() && self.n_open == 0 && !std::mem::replace(&mut self.has_chosen, true) {
            self.choose();
        }
        let range = TimeRange { start: self.question.range.start, end: self.question.now };
        for query in self.due.drain(..) {
            let reader = self.reader.clone();
            sent.push(Box::pin(async move {
                EarlierNews::OfJobs(lines(transport, query, range, reader, MAX_LINES_OF_JOBS).await)
            }));
        }
        self.n_open += sent.len();
        sent
    }

    fn take(&mut self, news: EarlierNews) {
        self.n_open = self.n_open.saturating_sub(1);
        match news {
            EarlierNews::Slice(number, slice, Ok(read)) => {
                self.n_lines += read.records.len();
                self.slices.done(number, slice, read.records.len(), 0);
                if let Some(from) = read.cut_at {
                    self.slices.again(TimeRange { start: slice.start, end: from });
                }
                read.records.into_iter().for_each(|it| self.begun.add_line(it));
            }
            EarlierNews::Slice(number, slice, Err(error)) => {
                if !(is_too_much(&error) && self.slices.halve(number, slice)) {
                    self.slices.stop(number, slice);
                    self.fail(error);
                }
            }
            EarlierNews::OfJobs(Ok(read)) => self.take_lines_of_jobs(read.records),
            EarlierNews::OfJobs(Err(error)) => self.fail(error),
        }
        if self.n_open == 0 && self.due.is_empty() {
            self.found.judge(self.question.now, &[]);
        }
    }

    fn report(&self) -> EarlierReport {
        let range = self.question.range;
        let is_done = self.has_chosen && self.n_open == 0 && self.due.is_empty();
        let mut stuck: Vec<_> = match is_done {
            // Until everything about them is read, any of them may turn out to have ended.
            true => self.found.rows().iter().filter(|it| self.is_meant(it)).cloned().collect(),
            false => Vec::new(),
        };
        stuck.sort_by(|a, b| (a.last_seen, &a.id).cmp(&(b.last_seen, &b.id)));
        EarlierReport {
            stuck: Rows::new(stuck),
            range,
            complete_from: self.slices.read_back_to(range.start, range.end),
            n_left_out: self.n_left_out,
            failure: self.failure.clone(),
            is_done,
            asked: Asked {
                source: SourceKind::Loki,
                what: "jobs that began before",
                query: self.query().to_string(),
                range: Some(range),
            },
        }
    }
}

impl EarlierInquiry {
    /// Whether a job is one of those that were asked about, and hangs.
    fn is_meant(&self, row: &JobRow) -> bool {
        row.state == JobState::Stuck
            && row.start < self.question.range.end
            && self.ids.contains(row.id.as_str())
    }
}
