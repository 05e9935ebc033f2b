//! Prometheus, and Mimir, which speaks the same API: series, samples, exemplars.
//!
//! Paths are below the address that Grafana's data source would have: `http://prometheus:9090`, and with Mimir
//! `http://mimir:8080/prometheus`.

mod exemplars;
pub mod promql;
mod query;
mod query_range;
mod status;
#[cfg(test)]
mod tests;

pub use exemplars::QueryExemplars;
pub use query::Query;
pub use query_range::QueryRange;
pub use status::{BuildInfo, Ready};
