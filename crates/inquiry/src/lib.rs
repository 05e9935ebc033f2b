//! Plans: which questions find out what is to be known, in which order, and what the answers add up to. Does no IO.
//!
//! A [`Plan`] says which questions are due, takes answers in any order, and can tell at any time what it knows so
//! far. [`drive`] puts it to a [`Transport`]; the page and the command line differ in nothing but that.

pub mod compare;
pub mod debug;
pub mod diagnosis;
pub mod job;
pub mod jobs;
pub mod leaks;
pub mod panels;
mod plan;
pub mod recording;
pub mod retry;
pub mod span_profiles;
#[cfg(test)]
mod testing;
mod transport;
mod versions;

pub use plan::{Plan, Sent, drive};
pub use transport::{Head, LocalFuture, Transport, ask};
