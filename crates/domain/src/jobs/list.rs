//! All jobs of which evidence has come, assembled anew only where more came.

use std::collections::HashSet;
use std::sync::Arc;

use super::covered::Covered;
use super::homes::Homes;
use super::keys::{JOB, Key, KeyOrder, TASK};
use super::reduce::reduce;
use super::row::{JobRow, Rows, TraceKept};
use crate::ids::JobId;
use crate::job::{Evidence, assemble};
use crate::logs::{LineKey, LogRecord};
use crate::sorted::{SortedMap, SortedSet};
use crate::system::{Role, SharedSystem, fields_for};
use crate::time::{TimeRange, Timestamp};
use crate::trace::{Span, Trace};
use crate::warning::Warning;

/// Evidence of many jobs, and their rows.
#[derive(Clone, Debug)]
pub struct JobList {
    system: SharedSystem,
    order: KeyOrder,
    homes: Homes,
    seen: HashSet<LineKey>,
    /// Groups, by any home of each, whose evidence changed since they were judged.
    touched: SortedSet<usize>,
    /// The rows of each group, by its head.
    rows: SortedMap<usize, Vec<Arc<JobRow>>>,
    /// Where traces have been searched for.
    searched: Covered,
    /// When, and without whom, everything was last judged.
    judged: Option<(Timestamp, Vec<Warning>)>,
}

impl JobList {
    /// No evidence yet, of jobs as this system has them.
    pub fn new(system: SharedSystem) -> Self {
        Self {
            order: KeyOrder::of(&system),
            system,
            homes: Homes::default(),
            seen: HashSet::new(),
            touched: SortedSet::new(),
            rows: SortedMap::new(),
            searched: Covered::default(),
            judged: None,
        }
    }

    /// How many lines there are, each counted once; those of no job too.
    pub fn n_lines(&self) -> usize {
        self.seen.len()
    }

    /// How many of them lie in a range.
    pub fn n_lines_in(&self, range: TimeRange) -> usize {
        self.seen.iter().filter(|it| range.contains(it.time)).count()
    }

    /// Takes a line, in any order; one that has come before is passed over, and so is one without any key.
    ///
    /// Its text is not kept, and of its fields only those that jobs are told apart by: what makes a job of it stands in
    /// its roles.
    pub fn add_line(&mut self, mut line: LogRecord) {
        if !self.seen.insert(line.key) {
            return;
        }
        let mut keys = self.order.keys_of(&line).into_iter();
        let Some(best) = keys.next() else { return };
        let attributes = &self.system.jobs.attributes;
        line.fields.retain(|(name, _)| attributes.iter().any(|it| *it.name == **name));
        line.fields.shrink_to_fit();
        line.line = String::new();
        let home = self.homes.of(best);
        for lesser in keys {
            let lesser = self.homes.of(lesser);
            self.homes.link(lesser, home);
        }
        if let Some(home) = self.homes.get_mut(home) {
            home.lines.push(line);
        }
        self.touched.insert(home);
    }

    /// Takes spans of one trace, as many as a search gave; more of the same trace add to them.
    pub fn add_trace(&mut self, trace: Trace) {
        let Some(id) = trace.spans.first().map(|it| it.trace) else { return };
        let Some(rank) = self.order.rank_of(Role::Trace) else { return };
        let home = self.homes.of(Key { rank, text: id.to_string().into() });
        let jobs = fields_for(&self.system.spans.roles, Role::Job).to_vec();
        let tasks = fields_for(&self.system.spans.roles, Role::TaskId).to_vec();
        let key = |span: &Span, fields: &[String], rank: u8| {
            let text = span.attr(fields)?.to_string();
            (!text.is_empty()).then(|| Key { rank, text: text.into() })
        };
        for span in &trace.spans {
            let job = key(span, &jobs, JOB).map(|it| self.homes.of(it));
            let task = key(span, &tasks, TASK).map(|it| self.homes.of(it));
            if let (Some(job), Some(task)) = (job, task) {
                self.homes.link(task, job);
            }
            if let Some(better) = job.or(task) {
                self.homes.link(home, better);
            }
        }
        if let Some(home) = self.homes.get_mut(home) {
            home.trace = Some(match home.trace.take() {
                Some(mut known) => {
                    known.spans.extend(trace.spans);
                    Trace {
                        partial: known.partial.or(trace.partial),
                        first: known.first.or(trace.first),
                        ..Trace::from_spans(known.spans.into_iter().collect())
                    }
                }
                None => trace,
            });
        }
        self.touched.insert(home);
    }

    /// Tells that all traces of a range have been searched for: what was not found there is not kept.
    pub fn searched_traces(&mut self, range: TimeRange) {
        self.searched.add(range);
    }

    /// Assembles what changed, and everything that may change by itself, as it stands at `now`.
    ///
    /// `unreachable` names sources whose part is not known: nothing is called stuck for what they may know better.
    pub fn judge(&mut self, now: Timestamp, unreachable: &[Warning]) {
        let is_news = self.judged.as_ref().is_none_or(|(at, without)| *at != now || without != unreachable);
        self.judged = Some((now, unreachable.to_vec()));
        let open = self.rows.iter().filter(|(_, rows)| is_news && rows.iter().any(|it| it.is_open()));
        let open: Vec<usize> = open.map(|(head, _)| *head).collect();
        let touched = std::mem::take(&mut self.touched);
        // Groups that went into another one leave their rows to it.
        let homes = &self.homes;
        let heads: SortedSet<usize> = touched.into_iter().chain(open).map(|it| homes.head(it)).collect();
        self.rows.retain(|head, _| homes.head(*head) == *head);
        for head in heads {
            let rows = self.rows_of_group(head, now, unreachable);
            self.rows.insert(head, rows);
        }
        let searched = &self.searched;
        for row in self.rows.iter_mut().flat_map(|(_, rows)| rows) {
            let trace = trace_kept(row, searched);
            if row.trace != trace {
                Arc::make_mut(row).trace = trace;
            }
        }
    }

    /// Every row, newest start first.
    pub fn rows(&self) -> Rows {
        let mut rows: Vec<Arc<JobRow>> = self.rows.values().flatten().cloned().collect();
        rows.sort_by(|a, b| (b.start, &a.id).cmp(&(a.start, &b.id)));
        Arc::new(rows)
    }

    /// Lets go of everything about jobs that were last seen before an instant.
    pub fn forget_before(&mut self, at: Timestamp) {
        let is_old = |rows: &Vec<Arc<JobRow>>| rows.iter().all(|it| it.last_seen < at);
        let old: Vec<usize> = self.rows.iter().filter(|it| is_old(it.1)).map(|it| *it.0).collect();
        for head in old {
            let members = self.homes.members(head);
            let newest = members.iter().filter_map(|it| self.homes.get(*it)).flat_map(|it| &it.lines);
            if newest.map(|it| it.time).max().is_some_and(|it| it >= at) {
                continue;
            }
            self.rows.remove(&head);
            for line in self.homes.empty(head) {
                self.seen.remove(&line.key);
            }
        }
    }

    /// The jobs of a group that hangs together, each assembled.
    fn rows_of_group(&mut self, head: usize, now: Timestamp, unreachable: &[Warning]) -> Vec<Arc<JobRow>> {
        let members = self.homes.members(head);
        let mut jobs: SortedMap<usize, Vec<usize>> = SortedMap::new();
        for member in &members {
            for root in self.homes.roots(*member) {
                jobs.entry(root).or_default().push(*member);
            }
        }
        let mut rows = Vec::new();
        for root in &members {
            if let Some(parts) = jobs.get(root) {
                rows.extend(self.row(*root, parts, now, unreachable).map(Arc::new));
            }
        }
        rows
    }

    fn row(
        &mut self,
        root: usize,
        parts: &[usize],
        now: Timestamp,
        unreachable: &[Warning],
    ) -> Option<JobRow> {
        let key = self.homes.get(root)?.key.clone();
        if !self.order.may_be_job(key.rank) {
            return None;
        }
        // The root's own lines are lent to the assembler and given back.
        let own = std::mem::take(&mut self.homes.get_mut(root)?.lines);
        let n_own = own.len();
        let mut evidence = Evidence { lines: own, unreachable: unreachable.to_vec(), ..Evidence::default() };
        for part in parts.iter().filter_map(|it| self.homes.get(*it)) {
            evidence.lines.extend(part.lines.iter().cloned());
            evidence.traces.extend(part.trace.clone());
        }
        let id = JobId::from(&*key.text);
        let job = assemble(&self.system, &id, &evidence, now);
        let row = reduce(&self.system, self.order.role(key.rank)?, job, &evidence);
        // A mere request has a trace, too: without an id of its own it is a job only where something happened to it.
        let happened = |it: &JobRow| it.stage.is_some() || evidence.lines.iter().any(|it| it.event.is_some());
        let row = row.filter(|it| key.rank == JOB || happened(it));
        evidence.lines.truncate(n_own);
        if let Some(home) = self.homes.get_mut(root) {
            home.lines = evidence.lines;
        }
        row
    }
}

/// What is known about a row's trace, where this has been searched.
fn trace_kept(row: &JobRow, searched: &Covered) -> TraceKept {
    let time = TimeRange { start: row.start, end: row.last_seen };
    match row.trace {
        TraceKept::Kept => TraceKept::Kept,
        TraceKept::NotKept | TraceKept::Unknown if searched.has(time) => TraceKept::NotKept,
        TraceKept::NotKept | TraceKept::Unknown => TraceKept::Unknown,
    }
}
