//! A deployment's telemetry of two hours in which everything breaks that it has a scenario for.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may panic as tests do, and not every test needs all of them"
)]

pub(crate) mod drawn;
pub(crate) mod evidence;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, OnceLock};

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
    /// What to look it up by: whose, which seed, which scenarios.
    pub(crate) name: String,
    pub(crate) window: TimeRange,
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

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

/// The same for every test that asks.
pub(crate) fn run(system: &str, seed: u64) -> &'static Run {
    kept(system, &format!("{system}, seed {seed}"), || options(system, seed))
}

/// Telemetry of several seeds: with every shipped scenario, and with scenarios that are drawn by the seed.
///
/// `SEEDS=1,2,3` in the environment asks for others than the usual ones.
pub(crate) fn runs(system: &str) -> impl Iterator<Item = &'static Run> {
    let asked = std::env::var("SEEDS").ok();
    let seeds = asked.as_deref().unwrap_or("5,11").split(',');
    let seeds: Vec<u64> = seeds.map(|it| it.trim().parse().unwrap()).collect();
    seeds.into_iter().flat_map(move |seed| {
        let drawn = || drawn::options(system, seed);
        [run(system, seed), kept(system, &format!("{system}, drawn by {seed}"), drawn)]
    })
}

fn kept(system: &str, name: &str, options: impl FnOnce() -> Options) -> &'static Run {
    static RUNS: Mutex<BTreeMap<String, &'static OnceLock<Run>>> = Mutex::new(BTreeMap::new());
    let new = || &*Box::leak(Box::new(OnceLock::new()));
    let place = *RUNS.lock().unwrap().entry(name.to_owned()).or_insert_with(new);
    place.get_or_init(|| {
        let options = options();
        let length = options.window.end - options.window.start;
        in_slices(system, name, options, length)
    })
}

pub(crate) fn run_in_slices(system: &str, seed: u64, slice: TimeDelta) -> Run {
    in_slices(system, system, options(system, seed), slice)
}

fn in_slices(system: &str, name: &str, options: Options, slice: TimeDelta) -> Run {
    let window = options.window;
    let told: Vec<String> = options.scenarios.iter().map(|it| format!("{:?}", it.effects)).collect();
    let mut model = model::of(system, options).unwrap();
    let mut all = Batch::default();
    let mut at = window.start;
    while at < window.end {
        at = (at + slice).min(window.end);
        model.advance(at);
        let batch = model.take();
        assert!(batch.lines.iter().all(|it| it.at <= at), "a line from the future");
        assert!(batch.spans.iter().all(|it| it.end <= at), "a span from the future");
        all.lines.extend(batch.lines);
        all.spans.extend(batch.spans);
        all.series.extend(batch.series);
    }
    Run { name: format!("{name} with {}", told.join("; ")), window, batch: all, truth: model.summary() }
}
