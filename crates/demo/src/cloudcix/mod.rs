//! A model of the `cloudcix` deployment: jobs through scraping, chunking and embedding, searches beside them.
//!
//! It is a discrete-event simulation. Queue depth follows from arrivals, durations and the number of workers; a scenario changes
//! causes (a host's answers, the size of pages), and what people see (failures, waits, dead letters) follows from them.
//! Log lines, spans and metrics of a job come out of the same event, so they agree.

mod attempt;
mod breaker;
mod deployment;
mod families;
mod fault;
mod intake;
mod job;
mod ledger;
mod outcome;
mod platform;
mod reads;
mod sampling;
mod steps;
mod summary;
mod worker;
mod world;

pub use world::World;

use domain::time::Timestamp;
use serde_json::Value;

use crate::model::Modelled;
use crate::telemetry::Batch;

impl Modelled for World {
    fn advance(&mut self, to: Timestamp) {
        self.advance(to);
    }

    fn take(&mut self) -> Batch {
        self.take()
    }

    fn summary(&self) -> Value {
        self.summary()
    }

    fn finish_held_at(&mut self, at: Timestamp) {
        self.finish_held_at(at);
    }
}
