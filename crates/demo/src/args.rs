//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use domain::time::{TimeDelta, Timestamp, parse_civil};
use lexopt::{Arg, Parser, ValueExt};

use crate::push::Targets;

/// What `demo --help` says.
pub const HELP: &str = "\
Writes believable telemetry of one system into real servers.

demo --system NAME [--loki URL] [--prometheus URL] [--mimir URL] [--tempo-otlp URL] [options]

  --system NAME        cloudcix (default), diffusion, trung-dev, metamock or pixerase
  --loki URL           base address of Loki
  --prometheus URL     base address of Prometheus (remote write)
  --mimir URL          base address of Mimir
  --tenant NAME        X-Scope-OrgID for Mimir
  --tempo-otlp URL     base address of an OTLP/HTTP receiver
  --backfill LENGTH    how much history to write, such as 3h (default 1h); Loki takes no more than an hour
                       of it where its newest lines are of now already
  --end TIME           where the history ends: now (default), or a time such as 2026-11-21T10:00:00Z
  --live               go on in real time after the history
  --seed N             the same seed, end and scenarios give the same telemetry (default 1);
                       runs with different seeds can share servers: each has instances of its own
  --rate N             jobs a minute (default 20)
  --scenario PATH      a scenario file; may be given again. PATH@-20m moves all its moments
  --running-job LENGTH a job that runs at the end of the history, and finishes so long after going live
  --stuck-jobs N       jobs that are lost on the way
  --summary FILE       where to write the ground truth as JSON (default: the output)
";

/// A scenario file, and by how much its moments are moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioArg {
    /// Where the file is.
    pub path: PathBuf,
    /// By how much its moments are moved.
    pub shift: TimeDelta,
}

/// The parsed command line.
#[derive(Clone, Debug, PartialEq)]
pub struct Args {
    /// Whose telemetry.
    pub system: String,
    /// Where it goes.
    pub targets: Targets,
    /// How much history.
    pub backfill: TimeDelta,
    /// Where the history ends; `None` for now.
    pub end: Option<Timestamp>,
    /// Does it go on in real time?
    pub is_live: bool,
    /// Where chance begins.
    pub seed: u64,
    /// Jobs a minute.
    pub rate: f64,
    /// What breaks.
    pub scenarios: Vec<ScenarioArg>,
    /// After how much live time the held job finishes.
    pub running_job: Option<TimeDelta>,
    /// Jobs that are lost.
    pub n_stuck: usize,
    /// Where the ground truth goes; `None` for the output.
    pub summary: Option<PathBuf>,
}

impl Default for Args {
    fn default() -> Self {
        Self {
            system: "cloudcix".to_owned(),
            targets: Targets::default(),
            backfill: TimeDelta::from_secs(3_600),
            end: None,
            is_live: false,
            seed: 1,
            rate: 20.0,
            scenarios: Vec::new(),
            running_job: None,
            n_stuck: 0,
            summary: None,
        }
    }
}

/// Systems whose telemetry can be written.
pub const SYSTEMS: [&str; 5] = ["cloudcix", "diffusion", "trung-dev", "metamock", "pixerase"];

/// Reads the command line; `None` where it asks for help.
///
/// # Errors
/// Which argument is wrong, and how it should be.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Option<Args>, String> {
    parse_with(Parser::from_iter(args)).map_err(|error| error.to_string())
}

fn parse_with(mut parser: Parser) -> Result<Option<Args>, lexopt::Error> {
    let mut it = Args::default();
    while let Some(arg) = parser.next()? {
        let Arg::Long(name) = arg else {
            if arg == Arg::Short('h') {
                return Ok(None);
            }
            return Err(arg.unexpected());
        };
        let name = name.to_owned();
        match name.as_str() {
            "help" => return Ok(None),
            "live" => it.is_live = true,
            "system" => it.system = text(&mut parser)?,
            "loki" => it.targets.loki = Some(address(&mut parser)?),
            "prometheus" => it.targets.prometheus = Some(address(&mut parser)?),
            "mimir" => it.targets.mimir = Some(address(&mut parser)?),
            "tenant" => it.targets.tenant = Some(text(&mut parser)?),
            "tempo-otlp" => it.targets.tempo_otlp = Some(address(&mut parser)?),
            "backfill" => it.backfill = length(&name, &text(&mut parser)?)?,
            "end" => it.end = moment(&text(&mut parser)?)?,
            "seed" => it.seed = parser.value()?.parse()?,
            "rate" => it.rate = parser.value()?.parse()?,
            "scenario" => it.scenarios.push(scenario(&text(&mut parser)?)?),
            "running-job" => it.running_job = Some(length(&name, &text(&mut parser)?)?),
            "stuck-jobs" => it.n_stuck = parser.value()?.parse()?,
            "summary" => it.summary = Some(parser.value()?.into()),
            _ => return Err(format!("unknown option --{name}; see --help").into()),
        }
    }
    if !SYSTEMS.contains(&it.system.as_str()) {
        return Err(format!("--system: \"{}\" is none of {}", it.system, SYSTEMS.join(", ")).into());
    }
    if !(it.rate > 0.0 && it.rate <= 100_000.0) {
        return Err(format!("--rate: {} is no number of jobs a minute", it.rate).into());
    }
    Ok(Some(it))
}

fn text(parser: &mut Parser) -> Result<String, lexopt::Error> {
    parser.value()?.string()
}

fn address(parser: &mut Parser) -> Result<String, lexopt::Error> {
    let text = text(parser)?;
    if text.starts_with("http://") {
        return Ok(text.trim_end_matches('/').to_owned());
    }
    Err(format!("\"{text}\" is no address such as http://127.0.0.1:3100 (plain HTTP only)").into())
}

fn length(name: &str, text: &str) -> Result<TimeDelta, lexopt::Error> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    TimeDelta::parse(text.trim_start_matches(['-', '+']))
        .map(|it| it.times(sign))
        .ok_or_else(|| format!("--{name}: \"{text}\" is no length such as 90m or 3h").into())
}

fn moment(text: &str) -> Result<Option<Timestamp>, lexopt::Error> {
    if text == "now" {
        return Ok(None);
    }
    match parse_civil(text, 0) {
        Some(at) => Ok(Some(at)),
        None => {
            Err(format!("--end: \"{text}\" is neither now nor a time such as 2026-11-21T10:00:00Z").into())
        }
    }
}

fn scenario(text: &str) -> Result<ScenarioArg, lexopt::Error> {
    match text.rsplit_once('@') {
        Some((path, shift)) => Ok(ScenarioArg { path: path.into(), shift: length("scenario", shift)? }),
        None => Ok(ScenarioArg { path: text.into(), shift: TimeDelta::ZERO }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Option<Args>, String> {
        parse(["demo"].into_iter().chain(line.split_whitespace()).map(OsString::from))
    }

    #[track_caller]
    fn check_error(line: &str, expected: &str) {
        let error = read(line).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn options_are_read() {
        let line = "--loki http://a:1/ --mimir http://b:2 --tenant t --backfill 90m --end 1970-01-01T00:01:00Z --live \
                    --seed 7 --rate 4.5 --scenario x/calm.json --scenario y.json@-20m --running-job 20s --summary out.json";
        let args = read(line).unwrap().unwrap();
        assert_eq!(args.targets.loki.as_deref(), Some("http://a:1"));
        assert_eq!(args.backfill, TimeDelta::from_secs(5_400));
        assert_eq!(args.end, Some(Timestamp::from_secs(60)));
        assert_eq!((args.is_live, args.seed, args.rate), (true, 7, 4.5));
        let shifts: Vec<TimeDelta> = args.scenarios.iter().map(|it| it.shift).collect();
        assert_eq!(shifts, [TimeDelta::ZERO, TimeDelta::from_secs(-1_200)]);
        assert_eq!(args.running_job, Some(TimeDelta::from_secs(20)));
        assert_eq!(read("--help"), Ok(None));
    }

    #[test]
    fn mistakes_are_named() {
        check_error("--loki localhost:3100", "no address such as");
        check_error("--backfill soon", "--backfill: \"soon\" is no length");
        check_error("--end noon", "--end: \"noon\" is neither now nor");
        check_error("--system acme", "none of cloudcix, diffusion");
        check_error("--sede 4", "unknown option --sede");
        check_error("--seed four", "four");
        check_error("--rate 0", "--rate: 0 is no number");
    }
}
