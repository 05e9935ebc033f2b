//! Lines of the time of a trouble that name no job, such as the kernel's and the servers' own.

use std::rc::Rc;

use backends::loki::logql::{LineOp, LogQuery};
use backends::{BackendError, SourceKind};
use domain::logs::LogRecord;
use domain::system::{Matcher, System};
use domain::time::{TimeDelta, TimeRange, Timestamp};
use system::lines::LineReader;

use crate::job::Asked;
use crate::job::fetch::lines;
use crate::jobs::LinesRead;
use crate::plan::Sent;
use crate::transport::Transport;

/// How much earlier than the trouble, and later, such lines are looked for.
const AROUND: TimeDelta = TimeDelta::from_secs(120);
/// Lines that are read at most: one answer's worth.
const MAX_LINES: usize = 5_000;
/// What stands in a line that is worse than normal, in any case: levels, and the word of the kernel for the end.
const BAD_WORDS: &str = "(?i)warn|err|crit|fatal|kill|oom";

/// Asks once for the lines around a trouble.
pub(super) struct LinesAround {
    selectors: Vec<Vec<Matcher>>,
    reader: Rc<LineReader>,
    range: TimeRange,
    asked: Option<Asked>,
    found: Vec<LogRecord>,
    lost: Option<BackendError>,
}

impl LinesAround {
    /// The lines around an instant.
    pub(super) fn new(system: &System, reader: Rc<LineReader>, at: Timestamp, now: Timestamp) -> Self {
        Self {
            selectors: system.logs.selectors.clone(),
            reader,
            range: TimeRange::between(at - AROUND, (at + AROUND).min(now)),
            asked: None,
            found: Vec::new(),
            lost: None,
        }
    }

    /// The question, once, of the system's selector at this place.
    pub(super) fn due<'a>(
        &mut self,
        selector: usize,
        transport: &'a dyn Transport,
    ) -> Option<Sent<'a, Result<LinesRead, BackendError>>> {
        let streams = self.selectors.get(selector).filter(|_| self.asked.is_none())?;
        let query = LogQuery::select(streams).line(LineOp::Matches, BAD_WORDS);
        let (range, reader) = (self.range, self.reader.clone());
        self.asked = Some(Asked {
            source: SourceKind::Loki,
            what: "lines of that time that name no job",
            query: query.to_string(),
            range: Some(range),
        });
        Some(Box::pin(lines(transport, query, range, reader, MAX_LINES)))
    }

    /// Keeps of what was read the lines of no job.
    pub(super) fn take(&mut self, read: Result<LinesRead, BackendError>) {
        let read = match read {
            Ok(read) => read,
            Err(error) => {
                self.lost = Some(error);
                return;
            }
        };
        let is_nobodys = |it: &LogRecord| {
            let roles = &it.roles;
            let names_one = roles.job.is_some() || roles.task_id.is_some() || roles.run.is_some();
            // What belongs to a request is told by that one's lines.
            !names_one && roles.trace.is_none() && roles.request_id.is_none()
        };
        self.found = read.records.into_iter().filter(is_nobodys).collect();
    }

    /// What was asked.
    pub(super) fn asked(&self) -> Option<&Asked> {
        self.asked.as_ref()
    }

    /// Why they could not be had.
    pub(super) fn lost(&self) -> Option<&BackendError> {
        self.lost.as_ref()
    }

    /// What was found.
    pub(super) fn found(&self) -> &[LogRecord] {
        &self.found
    }
}
