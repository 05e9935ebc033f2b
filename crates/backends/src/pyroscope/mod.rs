//! Pyroscope: the merged profile of a service over some time, and what the server is.
//!
//! Paths are below the address that Grafana's data source would have, such as `http://pyroscope:4040`. Only `GET` is
//! used, which every proxy lets through, Grafana's as well.

mod flame;
mod render;
mod status;
#[cfg(test)]
mod tests;

pub use render::{MAX_RANGE, Render};
pub use status::{BuildInfo, LabelValues, Ready};
