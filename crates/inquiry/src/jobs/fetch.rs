//! How each want is put to the transport and its answer read.

use backends::loki::{Labels, MetricQuery};
use backends::prometheus::Query;
use backends::tempo::Search;

use super::wants::{Counter, Want};
use super::{JobsInquiry, JobsNews};
use crate::job::fetch::lines;
use crate::plan::Sent;
use crate::transport::{Transport, ask};

/// Lines that one slice brings at most before what came is shown.
const MAX_LINES_A_SLICE: usize = 10_000;
/// Traces that a search gives at most.
const MAX_TRACES: u32 = 500;
/// Spans of each: what a job of a few stages with a few retries has at its borders.
const SPANS_A_TRACE: u32 = 24;

impl JobsInquiry {
    /// Sends one want.
    pub(super) fn send<'a>(&self, want: Want, transport: &'a dyn Transport) -> Sent<'a, JobsNews> {
        match want {
            Want::Labels => {
                let labels = Labels { range: self.question.range, selector: Vec::new() };
                Box::pin(
                    async move { JobsNews::Labels(ask(transport, &labels).await.map(|(labels, _)| labels)) },
                )
            }
            Want::Lines(number, slice) => {
                let (query, reader) = (self.lines_query(), self.reader.clone());
                Box::pin(async move {
                    let read = lines(transport, query, slice, reader, MAX_LINES_A_SLICE).await;
                    JobsNews::Lines(number, slice, read)
                })
            }
            Want::Traces(number, slice) => {
                let search = Search {
                    query: self.search_query(),
                    range: slice,
                    limit: MAX_TRACES,
                    spans_per_trace: SPANS_A_TRACE,
                };
                Box::pin(async move { JobsNews::Traces(number, slice, ask(transport, &search).await) })
            }
            Want::Count => {
                let (counter, source, at) = (self.counter(), self.source(want), self.past().end);
                Box::pin(async move {
                    let samples = match counter {
                        Some(Counter::Metric(expr)) => ask(transport, &Query { expr, at }).await,
                        Some(Counter::Lines(query)) => ask(transport, &MetricQuery { query, at }).await,
                        None => Ok((Vec::new(), Vec::new())),
                    };
                    let first = |samples: Vec<backends::Sample>| {
                        samples.first().map(|it| it.value).filter(|it| it.is_finite())
                    };
                    JobsNews::Counted(source, samples.map(|(samples, _)| first(samples)))
                })
            }
        }
    }
}
