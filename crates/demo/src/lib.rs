//! Believable telemetry of the shipped systems, written into real servers: history first, then live.

pub mod args;
pub mod cloudcix;
pub mod formats;
pub mod push;
pub mod rng;
pub mod run;
pub mod scenario;
pub mod telemetry;
