//! Tempo: a trace by its id, traces by TraceQL, and what one Tempo can do.
//!
//! Paths are below the address that Grafana's data source would have, such as `http://tempo:3200`.

mod abilities;
mod base64;
mod builder;
#[cfg(test)]
mod file_tests;
mod found;
mod jaeger_json;
mod otlp_json;
mod otlp_proto;
mod otlp_writer;
mod protobuf;
mod search;
mod slices;
mod status;
#[cfg(test)]
mod tests;
mod trace_by_id;
mod trace_decoder;
mod trace_file;
pub mod traceql;

pub use abilities::{Abilities, TraceApi};
pub use otlp_writer::OtlpJson;
pub use search::{FoundSpan, FoundTrace, Search, SearchAnswer};
pub use slices::{MAX_SEARCH, slices_newest_first};
pub use status::{BuildInfo, Echo, Ready};
pub use trace_by_id::TraceById;
pub use trace_file::{TraceFile, TraceFileError};
