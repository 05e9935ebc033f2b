//! What is typed after `cargo xtask diagnose`.

use std::path::PathBuf;

use domain::time::TimeDelta;

/// How it is called.
pub const USAGE: &str = "\
cargo xtask diagnose --config FILE [--system FILE] [--base URL] (--job ID | --since 1h)

  --config FILE   the configuration that names the servers, as config.json beside the page
  --system FILE   the system file; default: the configuration's first system
  --base URL      what relative addresses in the configuration are relative to
  --job ID        one job: its id, a task's or a trace's
  --since TIME    every job of the last 30m, 1h, 2d …; with --job: where to look first

A source that asks for a proof gets it from the environment, which is never printed:
  JOBSCOPE_LOKI_USER and JOBSCOPE_LOKI_PASSWORD, or JOBSCOPE_LOKI_TOKEN; likewise PROMETHEUS, TEMPO and PYROSCOPE.";

/// How far back is looked where nobody says.
const SINCE: TimeDelta = TimeDelta::from_secs(3_600);

/// What is to be found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Args {
    /// The configuration.
    pub config: PathBuf,
    /// The system file; the configuration's default where there is none.
    pub system: Option<PathBuf>,
    /// What relative addresses are relative to.
    pub base: Option<String>,
    /// The one job; every job of the range where there is none.
    pub job: Option<String>,
    /// How far back.
    pub since: TimeDelta,
}

impl Args {
    /// Reads the words that were typed.
    ///
    /// # Errors
    /// A sentence that says what is wrong with them.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut words = words.into_iter();
        let (mut config, mut system, mut base, mut job, mut since) = (None, None, None, None, None);
        while let Some(word) = words.next() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (word, None),
            };
            let place = match name.as_str() {
                "--config" => &mut config,
                "--system" => &mut system,
                "--base" => &mut base,
                "--job" => &mut job,
                "--since" => &mut since,
                other => return Err(format!("“{other}” is not known here")),
            };
            let value = value.or_else(|| words.next()).filter(|it| !it.is_empty());
            *place = Some(value.ok_or_else(|| format!("{name} wants a value"))?);
        }
        if job.is_none() && since.is_none() {
            return Err("say which job (--job ID), or since when (--since 1h)".to_owned());
        }
        let length = |text: String| {
            let length = TimeDelta::parse(&text).filter(|it| *it > TimeDelta::ZERO);
            length.ok_or_else(|| format!("--since: “{text}” is not a length of time such as 30m or 1h"))
        };
        Ok(Self {
            config: config.map(PathBuf::from).ok_or("say which configuration (--config FILE)")?,
            system: system.map(PathBuf::from),
            base,
            job,
            since: since.map_or(Ok(SINCE), length)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &str) -> Result<Args, String> {
        Args::parse(words.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn words_become_arguments() {
        let args = parsed("--config a.json --job j-1 --base=http://x/ --since 2h").unwrap();
        assert_eq!(args.config, PathBuf::from("a.json"));
        assert_eq!((args.job.as_deref(), args.base.as_deref()), (Some("j-1"), Some("http://x/")));
        assert_eq!(args.since, TimeDelta::from_secs(7_200));
        assert_eq!(parsed("--config a.json --job j-1").unwrap().since, SINCE);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (words, expected) in [
            ("--job x", "say which configuration (--config FILE)"),
            ("--config a", "say which job (--job ID), or since when (--since 1h)"),
            ("--config a --since soon", "--since: “soon” is not a length of time such as 30m or 1h"),
            ("--config a --job", "--job wants a value"),
            ("--verbose", "“--verbose” is not known here"),
        ] {
            assert_eq!(parsed(words), Err(expected.to_owned()), "{words}");
        }
    }
}
