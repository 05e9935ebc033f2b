//! How telemetry is written: history as fast as the servers take it, then in step with the clock.

use std::fs;
use std::io::{self, Write};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::time::{TimeDelta, TimeRange, Timestamp};
use serde_json::Value;

use crate::args::Args;
use crate::cloudcix::{Options, World};
use crate::formats::Lines;
use crate::push::{PushError, Pusher};
use crate::scenario;
use crate::telemetry::Batch;

/// How much modelled time is delivered at once.
const SLICE: TimeDelta = TimeDelta::from_secs(300);

/// Whose telemetry it is.
enum Model {
    /// The whole of it.
    Cloudcix(Box<World>),
    /// Log lines only.
    Lines(Box<Lines>),
}

impl Model {
    fn advance(&mut self, to: Timestamp) {
        match self {
            Self::Cloudcix(world) => world.advance(to),
            Self::Lines(lines) => lines.advance(to),
        }
    }

    fn take(&mut self) -> Batch {
        match self {
            Self::Cloudcix(world) => world.take(),
            Self::Lines(lines) => lines.take(),
        }
    }

    fn summary(&self) -> Value {
        match self {
            Self::Cloudcix(world) => world.summary(),
            Self::Lines(lines) => lines.summary(),
        }
    }

    fn finish_held_at(&mut self, at: Timestamp) {
        match self {
            Self::Cloudcix(world) => world.finish_held_at(at),
            Self::Lines(_) => {}
        }
    }
}

/// Writes what the command line asks for.
///
/// # Errors
/// Which scenario file is wrong and where, which server said no and how, or that a file could not be written.
pub fn run(args: &Args) -> Result<(), String> {
    let end = args.end.unwrap_or_else(wall_clock);
    let window = TimeRange { start: end - args.backfill, end };
    let scenarios = args
        .scenarios
        .iter()
        .map(|it| scenario::read(&it.path, window, it.shift))
        .collect::<Result<_, _>>()?;
    let mut model = match Lines::of(&args.system, args.seed, args.rate, window) {
        Some(lines) => Model::Lines(Box::new(lines)),
        None => Model::Cloudcix(Box::new(World::new(Options {
            seed: args.seed,
            rate: args.rate,
            window,
            scenarios,
            has_held_job: args.running_job.is_some(),
            n_stuck: args.n_stuck,
        }))),
    };
    let pusher = Pusher::new(args.targets.clone());
    let began = wall_clock();
    backfill(&mut model, &pusher, window).map_err(|error| error.to_string())?;
    tell(&format!("wrote {} of history in {}", args.backfill, wall_clock() - began));
    summarise(args, &model)?;
    if args.is_live {
        live(&mut model, &pusher, args.running_job);
    }
    Ok(())
}

fn backfill(model: &mut Model, pusher: &Pusher, window: TimeRange) -> Result<(), PushError> {
    let mut until = window.start;
    while until < window.end {
        until = (until + SLICE).min(window.end);
        model.advance(until);
        pusher.push(&model.take())?;
    }
    Ok(())
}

/// Goes on with the clock until the process is ended. A server that is away misses what is sent meanwhile.
fn live(model: &mut Model, pusher: &Pusher, running_job: Option<TimeDelta>) -> ! {
    if let Some(length) = running_job {
        model.finish_held_at(wall_clock() + length);
    }
    tell("live");
    let mut was_heard = true;
    loop {
        model.advance(wall_clock());
        let pushed = pusher.push(&model.take());
        if let Err(error) = &pushed
            && was_heard
        {
            tell(&error.to_string());
        }
        was_heard = pushed.is_ok();
        thread::sleep(Duration::from_secs(1));
    }
}

fn summarise(args: &Args, model: &Model) -> Result<(), String> {
    let text = format!("{:#}\n", model.summary());
    match &args.summary {
        Some(path) => fs::write(path, text).map_err(|error| format!("{}: {error}", path.display())),
        None => io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string()),
    }
}

/// Progress, beside the output.
fn tell(words: &str) {
    // Nobody may be listening; that is no reason to stop.
    writeln!(io::stderr(), "demo: {words}").ok();
}

#[allow(clippy::disallowed_methods, reason = "runs natively only, and is where the clock comes in")]
fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
