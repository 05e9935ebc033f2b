//! How each want is put to the transport and its answer read.

use std::rc::Rc;

use backends::loki::{Direction, Labels, MAX_LIMIT, NextPage, Paging, QueryRange};
use backends::tempo::{Search, TraceById};
use backends::{BackendError, loki::logql::LogQuery};
use domain::ids::TraceId;
use domain::logs::LogRecord;
use domain::time::{TimeRange, Timestamp};
use domain::trace::Trace;
use domain::warning::Warning;
use system::lines::LineReader;

use super::{JobInquiry, JobNews, NamedInTrace, SharedAbilities, Want};
use crate::plan::Sent;
use crate::transport::{Transport, ask};

/// Lines of one job that are read at most; the newest of more.
const MAX_LINES: usize = 20_000;
/// Lines that are read before the screen may be painted again: 5 ms of a program that has only just begun.
const LINES_AT_A_TIME: usize = 100;
/// Traces that a search may name.
const MAX_FOUND: u32 = 50;

impl JobInquiry {
    /// Sends one want.
    pub(super) fn send<'a>(&self, want: Want, transport: &'a dyn Transport) -> Sent<'a, JobNews> {
        match want {
            Want::Labels(range) => Box::pin(async move {
                let labels = Labels { range, selector: Vec::new() };
                JobNews::Labels(ask(transport, &labels).await.map(|(labels, _)| labels))
            }),
            Want::Lines { by, ids, selector, range } => {
                let query = self.lines_query(by, &ids, selector);
                let reader = self.reader.clone();
                Box::pin(async move {
                    let read = lines(transport, query, range, reader, MAX_LINES).await;
                    JobNews::Lines(read.map(|mut it| {
                        if it.cut_at.is_some() {
                            let text = format!("only the newest {MAX_LINES} lines were read");
                            it.warnings.push(Warning::new("Loki", text));
                        }
                        (it.records, it.warnings)
                    }))
                })
            }
            Want::Search(range) => {
                let search =
                    Search { query: self.search_query(), range, limit: MAX_FOUND, spans_per_trace: 1 };
                Box::pin(async move { JobNews::Found(ask(transport, &search).await) })
            }
            Want::Trace(id) => {
                let abilities = self.abilities.clone();
                let (system, key) = (self.system.clone(), self.question.key.clone());
                Box::pin(async move {
                    let answer = trace(transport, id, abilities).await;
                    let named = match &answer {
                        Ok((Some(trace), _)) => NamedInTrace::read(&system, trace, &key, transport).await,
                        Ok((None, _)) | Err(_) => NamedInTrace::default(),
                    };
                    JobNews::Trace(id, named, answer)
                })
            }
        }
    }
}

/// The lines of a query, as far as they were read.
#[derive(Debug, Default)]
pub struct LinesRead {
    /// Newest page first, each line once.
    pub records: Vec<LogRecord>,
    /// Where reading stopped because there were too many: lines at and before it may be missing.
    pub cut_at: Option<Timestamp>,
    /// What the store warned of.
    pub warnings: Vec<Warning>,
}

/// All lines of a query, page by page from the newest on, until there are more than `max_lines`.
pub(crate) async fn lines(
    transport: &dyn Transport,
    query: LogQuery,
    range: TimeRange,
    reader: Rc<LineReader>,
    max_lines: usize,
) -> Result<LinesRead, BackendError> {
    let mut next = Some(QueryRange { query, range, limit: MAX_LIMIT, direction: Direction::Backward });
    let mut paging = Paging::default();
    let LinesRead { mut records, mut cut_at, mut warnings } = LinesRead::default();
    while let Some(page) = next.take() {
        let (batch, more) = ask(transport, &page).await?;
        transport.breathe().await;
        warnings.extend(more);
        let (fresh, then) = paging.take(&page, &batch);
        let mut fresh = fresh.into_iter().peekable();
        for (place, raw) in batch.iter().enumerate() {
            if fresh.next_if_eq(&place).is_some() {
                records.push(reader.read(&raw));
                if records.len() % LINES_AT_A_TIME == 0 {
                    transport.breathe().await;
                }
            }
        }
        next = match then {
            NextPage::Done => None,
            NextPage::Ask(page) if records.len() < max_lines => Some(page),
            NextPage::Ask(page) => {
                cut_at = Some(page.range.end);
                None
            }
            NextPage::Stuck { past_it, .. } => {
                let text = "more lines at one instant than an answer holds: some are missing";
                warnings.push(Warning::new("Loki", text));
                past_it
            }
        };
    }
    Ok(LinesRead { records, cut_at, warnings })
}

/// One trace; asked again the old way where the server turns out not to know the new one.
async fn trace(
    transport: &dyn Transport,
    id: TraceId,
    abilities: SharedAbilities,
) -> Result<(Option<Trace>, Vec<Warning>), BackendError> {
    let api = abilities.get().trace_api();
    let answer = ask(transport, &TraceById { id, api, around: None }).await;
    // Many spans took their time to be read; more is done with them next.
    transport.breathe().await;
    let mut learnt = abilities.get();
    let ask_again = learnt.learn_from_trace(api, answer.as_ref().map(|(trace, _)| trace));
    abilities.set(learnt);
    if !ask_again {
        return answer;
    }
    ask(transport, &TraceById { id, api: abilities.get().trace_api(), around: None }).await
}
