//! Loki: log lines, numbers made of them, and what labels there are.
//!
//! Paths are below the address that Grafana's data source would have, such as `http://loki:3100`.

mod batch;
mod labels;
mod lines;
pub mod logql;
mod metric;
mod page;
mod query_range;
mod status;
#[cfg(test)]
mod tests;

pub use batch::LogBatch;
pub use labels::{IndexStats, LabelValues, Labels, StreamStats};
pub use metric::{MetricQuery, MetricRange};
pub use page::{NextPage, Paging, limit_in_refusal};
pub use query_range::{Direction, QueryRange};
pub use status::{BuildInfo, Ready};

/// Most lines that Loki gives for one query unless it is configured otherwise (`max_entries_limit_per_query`).
pub const MAX_LIMIT: u32 = 5_000;
