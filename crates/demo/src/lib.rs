//! Believable telemetry of the shipped systems, written into real servers: history first, then live.

pub mod args;
pub mod cloudcix;
mod diffusion;
pub mod errors;
mod metamock;
pub mod model;
mod pixerase;
pub mod push;
pub mod rng;
pub mod run;
pub mod scenario;
pub mod telemetry;
mod trung_dev;
