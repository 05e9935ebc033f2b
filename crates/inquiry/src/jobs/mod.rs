//! Every job of a range, newest first, slice by slice, until the range or the budget is at its end.
//!
//! ```text
//!  labels ──> lines in slices, newest first ──> rows ──> traces of the same slices ──> kept or not, and more rows
//!                                                 └────> lines after the range, while a job of it has not ended
//! ```
//!
//! What has been read is remembered ([`SharedJobs`]): asking again, or for more, reads only what is missing.

mod earlier;
mod fetch;
mod memory;
mod needles;
mod slices;
mod spans;
mod wants;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use backends::tempo::SearchAnswer;
use backends::{BackendError, SourceKind};
use domain::jobs::Rows;
use domain::sorted::SortedMap;
use domain::system::SharedSystem;
use domain::time::{TimeDelta, TimeRange, Timestamp};
use domain::warning::Warning;
use system::lines::LineReader;

pub use earlier::{EarlierInquiry, EarlierQuestion, EarlierReport, LOOK_BACK};
pub use memory::SharedJobs;

use self::memory::Memory;
use self::slices::{Slices, is_too_much};
use self::wants::Want;
pub use crate::job::fetch::LinesRead;
use crate::job::{Asked, selector_for};
use crate::plan::{Plan, Sent};
use crate::transport::Transport;

/// Lines that are read before a person is asked whether to go on.
pub const LINES_AT_FIRST: usize = 50_000;

/// What comes so late is still waited for: lines of this long ago are asked for again, and traces younger than it may
/// not be there yet.
const SETTLED_AFTER: TimeDelta = TimeDelta::from_secs(60);
/// Of its last 30 s Tempo finds nothing from 2.10 on, and asked for those alone it searches the last quarter of an hour
/// instead: so they are asked for with what came before them, and with room for clocks that differ.
const UNSEARCHED: TimeDelta = TimeDelta::from_secs(45);
/// How many lines a slice should bring: what Loki gives in one answer, with room for one denser than the last.
const LINES_PER_SLICE: usize = 3_500;
/// How many traces a slice should bring: a search costs Tempo about as much whether it finds few or many.
const TRACES_PER_SLICE: usize = 300;

/// What is to be known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobsQuestion {
    /// Jobs of which anything lies in it.
    pub range: TimeRange,
    /// Now.
    pub now: Timestamp,
    /// After how many lines of the range to stop, the oldest slices being left out.
    pub max_lines: usize,
    /// What was read from here on is kept for whoever asks next, although this question does not need it.
    pub keep_from: Timestamp,
}

/// What was found so far.
#[derive(Clone, Debug, PartialEq)]
pub struct JobsReport {
    /// The jobs, newest start first. Exactly those that what was read tells of.
    pub rows: Rows,
    /// The range that was asked for.
    pub range: TimeRange,
    /// From here to the range's end nothing is left out.
    pub complete_from: Timestamp,
    /// How many lines were read.
    pub n_lines: usize,
    /// Whether reading stopped because of `max_lines`.
    pub is_cut: bool,
    /// How many jobs there are in the whole range by somebody else's count, where somebody counts.
    pub estimate: Option<Estimate>,
    /// Whether traces are searched at all in this system.
    pub has_traces: bool,
    /// Sources that have not answered everything yet.
    pub pending: Vec<SourceKind>,
    /// Questions that failed, one for each source and cause.
    pub failures: Vec<BackendError>,
    /// The kinds of questions asked, to copy and to follow; each of slices once, over all of its range.
    pub asked: Vec<Asked>,
    /// What sources warned of.
    pub warnings: Vec<Warning>,
}

impl JobsReport {
    /// Whether the whole range has been read.
    pub fn is_complete(&self) -> bool {
        self.complete_from <= self.range.start
    }
}

/// A count that was not made from the rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// How many jobs began in the range.
    pub jobs: f64,
    /// Who counted.
    pub source: SourceKind,
    /// The query.
    pub query: String,
}

/// What an answer tells.
pub enum JobsNews {
    /// What earlier plans read: there is something to tell before anybody answers.
    Remembered,
    /// Which labels the log store knows.
    Labels(Result<Vec<String>, BackendError>),
    /// The lines of a slice: its number and its range.
    Lines(usize, TimeRange, Result<LinesRead, BackendError>),
    /// The traces of a slice.
    Traces(usize, TimeRange, Result<(SearchAnswer, Vec<Warning>), BackendError>),
    /// How many jobs somebody counted.
    Counted(SourceKind, Result<Option<f64>, BackendError>),
}

/// Finds the jobs of a range.
pub struct JobsInquiry {
    system: SharedSystem,
    reader: Rc<LineReader>,
    memory: SharedJobs,
    question: JobsQuestion,
    lines: Slices,
    traces: Slices,
    /// Whether the lines after the range are being read.
    is_after: bool,
    wants_labels: bool,
    has_begun: bool,
    is_counted: bool,
    estimate: Option<Estimate>,
    open: SortedMap<SourceKind, usize>,
    asked: Vec<Asked>,
    failures: Vec<BackendError>,
    warnings: Vec<Warning>,
}

impl JobsInquiry {
    /// A plan for the jobs of a system. `memory` is what earlier plans read; of another system it is forgotten.
    pub fn new(
        system: SharedSystem,
        reader: Rc<LineReader>,
        memory: SharedJobs,
        question: JobsQuestion,
    ) -> Self {
        let range = question.range;
        let wants_labels = Memory::prepare(&memory, &system, &question);
        let until = range.end.min(question.now);
        let unread = |covered: &domain::jobs::Covered| {
            covered.gaps(TimeRange { start: range.start.min(until), end: until })
        };
        let (lines, traces) = memory.with(|it| {
            let has_lines = !system.logs.selectors.is_empty();
            let lines = if has_lines { unread(&it.lines) } else { Vec::new() };
            let traces = if wants::searches(&system) { unread(&it.traces) } else { Vec::new() };
            (
                Slices::of(lines, range.length(), LINES_PER_SLICE),
                Slices::of(traces, range.length(), TRACES_PER_SLICE).uncut_after(question.now - UNSEARCHED),
            )
        });
        Self {
            system,
            reader,
            memory,
            question,
            lines,
            traces,
            is_after: false,
            wants_labels,
            has_begun: false,
            is_counted: false,
            estimate: None,
            open: SortedMap::new(),
            asked: Vec::new(),
            failures: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// How many lines of the range, and of what follows jobs out of it, were read; what others read of other times is
    /// not this question's.
    fn n_lines(&self) -> usize {
        let range = self.question.range;
        let range = TimeRange { end: range.end + self.system.jobs.longest, ..range };
        self.memory.with(|it| it.list.n_lines_in(range))
    }

    fn is_over_budget(&self) -> bool {
        self.memory.with(|it| it.list.n_lines()) >= self.question.max_lines
            && self.n_lines() >= self.question.max_lines
    }

    /// From here to the end of the range no line is left out.
    fn lines_from(&self) -> Timestamp {
        let end = self.question.range.end.min(self.question.now);
        self.lines.read_back_to(self.question.range.start, end)
    }

    /// What should be asked next.
    fn wanted(&mut self) -> Vec<Want> {
        let mut wanted = Vec::new();
        if std::mem::take(&mut self.wants_labels) {
            wanted.push(Want::Labels);
        }
        if !std::mem::replace(&mut self.is_counted, true) {
            wanted.extend(self.counter().map(|_| Want::Count));
        }
        let knows_selector = self.memory.with(|it| it.selector.is_some());
        while knows_selector && !self.is_over_budget() {
            let Some((number, slice)) = self.lines.next(None) else { break };
            wanted.push(Want::Lines(number, slice));
        }
        if self.lines.is_done() && !self.is_after {
            self.is_after = true;
            self.read_after();
            if let Some((number, slice)) = self.lines.next(None) {
                wanted.push(Want::Lines(number, slice));
            }
        }
        // Traces follow the lines: what is not listed need not be searched.
        let is_all = self.lines.is_done() || self.lines.has_failed();
        let after = (!is_all).then(|| self.lines_from());
        while let Some((number, slice)) = self.traces.next(after) {
            wanted.push(Want::Traces(number, slice));
        }
        wanted
    }

    /// Has the lines after the range read as well, while a job of the range has not ended in it.
    fn read_after(&mut self) {
        let range = self.question.range;
        let end = (range.end + self.system.jobs.longest).min(self.question.now);
        let is_open =
            self.memory.with(|it| it.list.rows().iter().any(|it| it.is_open() && it.touches(range)));
        if range.end < end && is_open && !self.is_over_budget() {
            let gaps = self.memory.with(|it| it.lines.gaps(TimeRange { start: range.end, end }));
            self.lines.add_after(gaps);
        }
    }

    fn fail(&mut self, error: BackendError) {
        if !self.failures.contains(&error) {
            self.failures.push(error);
        }
    }

    fn warn(&mut self, warnings: Vec<Warning>) {
        for warning in warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    fn take_lines(&mut self, number: usize, slice: TimeRange, answer: Result<LinesRead, BackendError>) {
        match answer {
            Ok(read) => {
                self.lines.done(number, slice, read.records.len(), 0);
                // Where a slice was cut off, what is older is asked for again if there is room for it.
                let from = read.cut_at.unwrap_or(slice.start);
                let settled = self.question.now - SETTLED_AFTER;
                self.memory.with_mut(|it| {
                    read.records.into_iter().for_each(|line| it.list.add_line(line));
                    it.lines.add(TimeRange { start: from, end: slice.end.min(settled) });
                });
                if read.cut_at.is_some() {
                    self.lines.again(TimeRange { start: slice.start, end: from });
                }
                self.warn(read.warnings);
            }
            Err(error) if is_too_much(&error) && self.lines.halve(number, slice) => {}
            Err(error) => {
                self.lines.stop(number, slice);
                self.fail(error);
            }
        }
    }

    fn take_traces(
        &mut self,
        number: usize,
        slice: TimeRange,
        answer: Result<(SearchAnswer, Vec<Warning>), BackendError>,
    ) {
        match answer {
            Ok((answer, warnings)) => {
                self.warn(warnings);
                self.memory.with_mut(|it| {
                    let traces = answer.traces.iter().filter_map(spans::trace);
                    traces.for_each(|trace| it.list.add_trace(trace));
                });
                let n_begun = answer.traces.iter().filter(|it| it.summary.start >= slice.start).count();
                let n_going_on = answer.traces.len() - n_begun;
                // The first found are not the newest, so what was cut off is searched again in halves.
                if answer.is_cut && self.traces.halve_cut(number, slice, n_begun, n_going_on) {
                    return;
                }
                if answer.is_cut {
                    let text = "more traces at one time than an answer holds: those of some jobs are missing";
                    self.warn(vec![Warning::new(SourceKind::Tempo.name(), text)]);
                }
                self.traces.done(number, slice, n_begun, n_going_on);
                let settled = TimeRange { end: slice.end.min(self.question.now - SETTLED_AFTER), ..slice };
                self.memory.with_mut(|it| {
                    it.traces.add(settled);
                    // Whether a trace that was cut off was kept is not known.
                    if !answer.is_cut {
                        it.list.searched_traces(settled);
                    }
                });
            }
            Err(error) if is_too_much(&error) && self.traces.halve(number, slice) => {}
            Err(error) => {
                self.traces.stop(number, slice);
                self.fail(error);
            }
        }
    }
}

impl Plan for JobsInquiry {
    type News = JobsNews;
    type Report = JobsReport;

    fn due<'a>(&mut self, transport: &'a dyn Transport) -> Vec<Sent<'a, JobsNews>> {
        let mut sent: Vec<Sent<'a, JobsNews>> = Vec::new();
        if !std::mem::replace(&mut self.has_begun, true) {
            sent.push(Box::pin(std::future::ready(JobsNews::Remembered)));
        }
        for want in self.wanted() {
            *self.open.entry(self.source(want)).or_default() += 1;
            let asked = self.as_asked(want);
            if !self.asked.iter().any(|it| it.query == asked.query && it.what == asked.what) {
                self.asked.push(asked);
            }
            sent.push(self.send(want, transport));
        }
        sent
    }

    fn take(&mut self, news: JobsNews) {
        let source = match &news {
            JobsNews::Remembered => None,
            JobsNews::Labels(_) | JobsNews::Lines(..) => Some(SourceKind::Loki),
            JobsNews::Traces(..) => Some(SourceKind::Tempo),
            JobsNews::Counted(source, _) => Some(*source),
        };
        if let Some(n_open) = source.and_then(|it| self.open.get_mut(&it)) {
            *n_open = n_open.saturating_sub(1);
        }
        match news {
            JobsNews::Remembered => {}
            JobsNews::Labels(answer) => {
                // Where it failed, the lines themselves will say what is wrong with the log store.
                let place = answer.ok().and_then(|it| selector_for(&self.system, &it)).unwrap_or(0);
                self.memory.with_mut(|it| it.selector = Some(place));
            }
            JobsNews::Lines(number, slice, answer) => self.take_lines(number, slice, answer),
            JobsNews::Traces(number, slice, answer) => self.take_traces(number, slice, answer),
            JobsNews::Counted(source, Ok(jobs)) => {
                let query = self.counter().map(|it| it.to_string());
                self.estimate = jobs.zip(query).map(|(jobs, query)| Estimate { jobs, source, query });
            }
            // A count is an extra: the rows say what they cover without it.
            JobsNews::Counted(_, Err(_)) => {}
        }
        let unreachable: Vec<Warning> =
            self.failures.iter().map(|it| Warning::new(it.source.name(), it.to_string())).collect();
        let now = self.question.now;
        self.memory.with_mut(|it| it.list.judge(now, &unreachable));
    }

    fn report(&self) -> JobsReport {
        let range = self.question.range;
        let all = self.memory.with(|it| it.list.rows());
        let rows: Vec<_> = all.iter().filter(|it| it.touches(range)).cloned().collect();
        let pending =
            self.open.iter().filter(|(_, n_open)| **n_open > 0).map(|(source, _)| *source).collect();
        JobsReport {
            rows: Rows::new(rows),
            range,
            complete_from: self.lines_from(),
            n_lines: self.n_lines(),
            is_cut: !self.lines.is_done() && self.is_over_budget(),
            estimate: self.estimate.clone(),
            has_traces: wants::searches(&self.system),
            pending,
            failures: self.failures.clone(),
            asked: self.asked.clone(),
            warnings: self.warnings.clone(),
        }
    }
}
