//! The other four deployments, as log lines in their own formats.
//!
//! Jobs come independently and are told from their beginning to their end at once; a line is sent when its time has come.

mod diffusion;
mod metamock;
mod pixerase;
mod trung_dev;

use std::collections::BTreeMap;

use domain::time::{TimeDelta, TimeRange, Timestamp};
use serde_json::{Value, json};

use crate::rng::Rng;
use crate::telemetry::{Batch, LogLine, rfc3339};

/// Ended jobs of each outcome that the summary tells: the newest ones.
const N_EXAMPLES: usize = 12;

/// One job's lines, and the truth about it.
#[derive(Debug)]
struct Story {
    lines: Vec<LogLine>,
    /// What a person calls the job by.
    job_id: String,
    /// Its task's id, where that is another one.
    task_id: Option<String>,
    /// `done`, or what failed.
    outcome: &'static str,
    error: Option<String>,
}

/// Tells the story of one job that begins at an instant.
type Teller = fn(&mut Rng, Timestamp) -> Story;

/// A deployment that is known by its lines only.
pub struct Lines {
    system: String,
    tell: Teller,
    rng: Rng,
    rate: f64,
    window: TimeRange,
    now: Timestamp,
    next_job: Timestamp,
    n_jobs: u64,
    due: BTreeMap<(Timestamp, u64), LogLine>,
    n_lines: u64,
    sent: Vec<LogLine>,
    told: Vec<Value>,
}

impl Lines {
    /// The deployment of this name; `None` where there is none.
    pub fn of(system: &str, seed: u64, rate: f64, window: TimeRange) -> Option<Self> {
        let tell = match system {
            "diffusion" => diffusion::tell,
            "metamock" => metamock::tell,
            "pixerase" => pixerase::tell,
            "trung-dev" => trung_dev::tell,
            _ => return None,
        };
        Some(Self {
            system: system.to_owned(),
            tell,
            rng: Rng::new(seed),
            rate,
            window,
            now: window.start,
            next_job: window.start,
            n_jobs: 0,
            due: BTreeMap::new(),
            n_lines: 0,
            sent: Vec::new(),
            told: Vec::new(),
        })
    }

    /// Lets everything happen that is due until `to`.
    pub fn advance(&mut self, to: Timestamp) {
        while self.next_job <= to {
            let mut rng = self.rng.fork("job", self.n_jobs);
            let at = self.next_job;
            self.n_jobs += 1;
            self.next_job = at + TimeDelta::from_secs_f64(rng.exponential(60.0 / self.rate));
            self.enter(at, (self.tell)(&mut rng, at));
        }
        self.now = self.now.max(to);
        let later = self.due.split_off(&(to + TimeDelta::from_nanos(1), 0));
        self.sent.extend(std::mem::replace(&mut self.due, later).into_values());
    }

    fn enter(&mut self, at: Timestamp, story: Story) {
        let ended = story.lines.iter().map(|it| it.at).max().unwrap_or(at);
        self.told.push(json!({
            "job_id": story.job_id,
            "task_id": story.task_id,
            "outcome": story.outcome,
            "error": story.error,
            "submitted": {"ns": at.nanos().to_string(), "rfc3339": rfc3339(at)},
            "ended": {"ns": ended.nanos().to_string(), "rfc3339": rfc3339(ended)},
            "log_lines": story.lines.len(),
        }));
        for line in story.lines {
            self.n_lines += 1;
            self.due.insert((line.at, self.n_lines), line);
        }
    }

    /// Everything that was sent out since the last time.
    pub fn take(&mut self) -> Batch {
        Batch { lines: std::mem::take(&mut self.sent), ..Batch::default() }
    }

    /// What a test may expect to read off the pages: the newest jobs that have ended, by outcome.
    pub fn summary(&self) -> Value {
        let has_ended = |it: &&Value| {
            let ns = it.pointer("/ended/ns").and_then(Value::as_str).and_then(|it| it.parse().ok());
            ns.is_some_and(|it| Timestamp::from_nanos(it) <= self.now)
        };
        let mut examples: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        let mut totals: BTreeMap<&str, usize> = BTreeMap::new();
        for job in self.told.iter().rev().filter(has_ended) {
            let outcome = job.get("outcome").and_then(Value::as_str).unwrap_or_default();
            *totals.entry(outcome).or_default() += 1;
            let group = examples.entry(outcome).or_default();
            if group.len() < N_EXAMPLES {
                group.push(job);
            }
        }
        json!({
            "system": self.system,
            "start": {"ns": self.window.start.nanos().to_string(), "rfc3339": rfc3339(self.window.start)},
            "end": {"ns": self.window.end.nanos().to_string(), "rfc3339": rfc3339(self.window.end)},
            "now": {"ns": self.now.nanos().to_string(), "rfc3339": rfc3339(self.now)},
            "jobs": {"submitted": self.n_jobs, "ended_by_outcome": totals},
            "examples": examples,
        })
    }
}

/// Where a job's story has got to.
struct Clock(Timestamp);

impl Clock {
    /// Some time passes; gives when that is.
    fn after(&mut self, rng: &mut Rng, low_secs: f64, high_secs: f64) -> Timestamp {
        self.0 = self.0 + TimeDelta::from_secs_f64(rng.between(low_secs, high_secs));
        self.0
    }
}

/// Python's traceback of one frame in the application.
fn traceback(file: &str, line: u32, function: &str, error: &str) -> String {
    format!("Traceback (most recent call last):\n  File \"{file}\", line {line}, in {function}\n{error}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::args::SYSTEMS;

    fn hour() -> TimeRange {
        let start = Timestamp::from_secs(1_795_250_400);
        TimeRange { start, end: start + TimeDelta::from_secs(3_600) }
    }

    fn run(system: &str, seed: u64, slice: TimeDelta) -> (Vec<LogLine>, Value) {
        let mut lines = Lines::of(system, seed, 20.0, hour()).unwrap();
        let mut at = hour().start;
        let mut sent = Vec::new();
        while at < hour().end {
            at = (at + slice).min(hour().end);
            lines.advance(at);
            sent.extend(lines.take().lines);
        }
        (sent, lines.summary())
    }

    #[test]
    fn every_other_system_follows_from_its_seed_whatever_the_slices() {
        for system in SYSTEMS.into_iter().filter(|it| *it != "cloudcix") {
            let (whole, truth) = run(system, 3, TimeDelta::from_secs(3_600));
            let (sliced, same) = run(system, 3, TimeDelta::from_secs(7));
            assert!(whole.len() > 3_000, "{system}: {}", whole.len());
            assert!(whole.is_sorted_by_key(|it| it.at), "{system}");
            assert_eq!((whole, truth), (sliced, same), "{system}");
        }
    }

    #[test]
    fn good_and_bad_jobs_can_be_found_by_their_ids() {
        for system in SYSTEMS.into_iter().filter(|it| *it != "cloudcix") {
            let (lines, truth) = run(system, 3, TimeDelta::from_secs(3_600));
            let examples = truth["examples"].as_object().unwrap();
            assert!(examples.len() > 1 && examples.contains_key("done"), "{system}: {:?}", examples.keys());
            for job in examples.values().flat_map(|it| it.as_array().unwrap()) {
                let id = job["job_id"].as_str().unwrap();
                let n_lines = lines.iter().filter(|it| it.body.contains(id)).count() as u64;
                assert!(n_lines > 0 && n_lines <= job["log_lines"].as_u64().unwrap(), "{system} {id}");
                let error = job["error"].as_str();
                assert_eq!(error.is_none(), job["outcome"] == "done", "{system} {id}");
            }
        }
    }

    #[test]
    fn streams_stay_few() {
        for system in SYSTEMS.into_iter().filter(|it| *it != "cloudcix") {
            let (lines, _) = run(system, 3, TimeDelta::from_secs(3_600));
            let streams: BTreeSet<_> = lines.iter().map(|it| format!("{:?}", it.labels)).collect();
            assert!(streams.len() <= 40, "{system}: {}", streams.len());
        }
    }
}
