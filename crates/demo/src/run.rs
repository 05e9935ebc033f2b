//! How telemetry is written: history as fast as the servers take it, then in step with the clock.

use std::fs;
use std::io::{self, Write};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::time::{TimeDelta, TimeRange, Timestamp};

use crate::args::Args;
use crate::model::{self, Modelled, Options};
use crate::push::{PushError, Pusher};
use crate::scenario;

/// How much modelled time is delivered at once.
const SLICE: TimeDelta = TimeDelta::from_secs(300);

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
        .collect::<Result<Vec<_>, _>>()?;
    scenarios.iter().try_for_each(|it| it.check_for(&args.system))?;
    let options = Options {
        seed: args.seed,
        rate: args.rate,
        window,
        scenarios,
        has_held_job: args.running_job.is_some(),
        n_stuck: args.n_stuck,
    };
    let mut model =
        model::of(&args.system, options).ok_or_else(|| format!("there is no system {}", args.system))?;
    let pusher = Pusher::new(args.targets.clone());
    let began = wall_clock();
    backfill(model.as_mut(), &pusher, window).map_err(|error| error.to_string())?;
    tell(&format!("wrote {} of history in {}", args.backfill, wall_clock() - began));
    summarise(args, model.as_ref())?;
    if args.is_live {
        live(model.as_mut(), &pusher, args.running_job);
    }
    Ok(())
}

fn backfill(model: &mut dyn Modelled, pusher: &Pusher, window: TimeRange) -> Result<(), PushError> {
    let mut until = window.start;
    while until < window.end {
        until = (until + SLICE).min(window.end);
        model.advance(until);
        pusher.push(&model.take())?;
    }
    Ok(())
}

/// Goes on with the clock until the process is ended. A server that is away misses what is sent meanwhile.
fn live(model: &mut dyn Modelled, pusher: &Pusher, running_job: Option<TimeDelta>) -> ! {
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

fn summarise(args: &Args, model: &dyn Modelled) -> Result<(), String> {
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
