//! Pyroscope: the merged profile of a service over some time, and what the server is.
//!
//! Paths are below the address that Grafana's data source would have, such as `http://pyroscope:4040`. `GET` is used,
//! which every proxy lets through, but for the profile of a single span, which can be had by `POST` alone.

mod flame;
mod render;
mod span;
mod status;
#[cfg(test)]
mod tests;

pub use render::{MAX_RANGE, Render};
pub use span::{SpanApi, SpanProfile};
pub use status::{BuildInfo, LabelValues, Ready};
