//! What Jobscope knows: time, ids, log lines, spans, series, profiles, the system's vocabulary, the job and its timeline.
//!
//! Nothing here knows a wire format, a browser or a clock: now is always a parameter.

pub mod attr;
pub mod compare;
pub mod debug;
pub mod diagnosis;
pub mod fingerprint;
pub mod format;
pub mod ids;
pub mod job;
pub mod jobs;
pub mod letters;
pub mod logs;
pub mod number;
pub mod profile;
pub mod redact;
pub mod series;
pub mod sorted;
pub mod system;
#[cfg(test)]
mod testing;
pub mod time;
pub mod timeline;
pub mod trace;
pub mod view_state;
pub mod warning;
pub mod waterfall;
