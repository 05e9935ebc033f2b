//! A deployment's telemetry of two hours in which everything breaks that it has a scenario for.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may panic as tests do, and not every test needs all of them"
)]

pub(crate) mod evidence;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use demo::model::{self, Options};
use demo::scenario;
use demo::telemetry::Batch;
use domain::time::{TimeDelta, TimeRange, Timestamp};
use serde_json::Value;

pub(crate) const SMALL: [&str; 4] = ["pixerase", "diffusion", "trung-dev", "metamock"];

pub(crate) fn window() -> TimeRange {
    let start = Timestamp::from_secs(1_795_250_400);
    TimeRange { start, end: start + TimeDelta::from_secs(7_200) }
}

/// Every scenario that is shipped for the system.
pub(crate) fn options(system: &str, seed: u64) -> Options {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(system);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    let scenarios = files.iter().map(|it| scenario::read(it, window(), TimeDelta::ZERO).unwrap()).collect();
    Options { seed, rate: 20.0, window: window(), scenarios, has_held_job: true, n_stuck: 2 }
}

/// The whole window's telemetry, and the truth about it.
pub(crate) struct Run {
    pub(crate) batch: Batch,
    pub(crate) truth: Value,
}

impl Run {
    /// Every job that is told one by one.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = &Value> {
        self.truth["examples"].as_object().unwrap().values().flat_map(|it| it.as_array().unwrap())
    }

    /// The sum of the last samples of all series with this name and these labels.
    pub(crate) fn last(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has = |it: &[(String, String)], label: &str, value: &str| {
            it.iter().any(|(name, text)| name == label && text == value)
        };
        let found = self.batch.series.iter().filter(|it| {
            has(&it.labels, "__name__", name)
                && labels.iter().all(|(label, value)| has(&it.labels, label, value))
        });
        found.map(|it| it.samples.last().unwrap().1).sum()
    }
}

/// The same for every test that asks.
pub(crate) fn run(system: &str, seed: u64) -> &'static Run {
    static RUNS: Mutex<BTreeMap<(String, u64), &'static Run>> = Mutex::new(BTreeMap::new());
    let mut runs = RUNS.lock().unwrap();
    let new = || &*Box::leak(Box::new(run_in_slices(system, seed, window().end - window().start)));
    runs.entry((system.to_owned(), seed)).or_insert_with(new)
}

pub(crate) fn run_in_slices(system: &str, seed: u64, slice: TimeDelta) -> Run {
    let mut model = model::of(system, options(system, seed)).unwrap();
    let mut all = Batch::default();
    let mut at = window().start;
    while at < window().end {
        at = (at + slice).min(window().end);
        model.advance(at);
        let batch = model.take();
        assert!(batch.lines.iter().all(|it| it.at <= at), "a line from the future");
        assert!(batch.spans.iter().all(|it| it.end <= at), "a span from the future");
        all.lines.extend(batch.lines);
        all.spans.extend(batch.spans);
        all.series.extend(batch.series);
    }
    Run { batch: all, truth: model.summary() }
}
