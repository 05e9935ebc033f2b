//! `cargo xtask diagnose`: asks the servers that a configuration names what became of jobs and why, as the page does,
//! and tells it as JSON.

mod args;
mod listed;
mod native;
mod story;
mod summary;
mod threads;
mod written;

pub use args::{Args, USAGE};
pub use listed::Listed;
pub use native::Native;
pub use story::{Asker, Story};
pub use threads::block_on;

use std::path::Path;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use domain::system::System;
use domain::time::{TimeRange, Timestamp};
use inquiry::Transport;
use serde_json::Value;
use system::Deployment;
use system::config::Config;

/// What was found out, and whether every source could be asked.
pub struct Outcome {
    /// The JSON that is printed.
    pub told: Value,
    /// Sources that could not be asked, each with the cause, one a line; empty where all could.
    pub trouble: Vec<String>,
}

/// Does what the arguments say.
///
/// # Errors
/// A sentence for the person who typed them: what is wrong, and what to do about it.
pub fn run(args: &Args) -> Result<Outcome, String> {
    let config = read_config(&args.config)?;
    let system_file = match &args.system {
        Some(file) => file.clone(),
        None => beside(&args.config, &config)?,
    };
    let Deployment { system, sources, .. } = read_system(&system_file)?;
    let sources = config.sources.or(&sources);
    if sources.is_empty() {
        let (config, file) = (args.config.display(), system_file.display());
        return Err(format!(
            "neither {config} nor {file} names a server in “sources”, so there is nobody to ask"
        ));
    }
    let transport = Native::new(&sources, args.base.as_deref(), |name| std::env::var(name).ok())?;
    Ok(ask(system, Rc::new(transport), args, now()))
}

#[allow(clippy::disallowed_methods, reason = "a command line has no other clock")]
fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(since_epoch.as_nanos()).unwrap_or(i64::MAX))
}

/// Asks through any transport, as if it were `now`.
pub fn ask(system: System, transport: Rc<dyn Transport>, args: &Args, now: Timestamp) -> Outcome {
    let range = TimeRange { start: now - args.since, end: now };
    let asker = Asker::new(system, transport, now);
    block_on(async {
        match &args.job {
            Some(key) => {
                let stories = vec![asker.story(key, range, None).await];
                written::outcome(&asker, range, &stories, None)
            }
            None => {
                let listed = asker.list(range).await;
                let stories = asker.stories(&listed).await;
                written::outcome(&asker, range, &stories, Some(&listed))
            }
        }
    })
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn mistakes(path: &Path, mistakes: Vec<system::Mistake>) -> String {
    let lines: Vec<String> = mistakes.iter().map(|it| format!("{}: {it}", path.display())).collect();
    lines.join("\n")
}

/// Reads a configuration.
///
/// # Errors
/// When it cannot be read, or every mistake in it.
pub fn read_config(path: &Path) -> Result<Config, String> {
    let (config, _) = system::config::parse(&read(path)?).map_err(|it| mistakes(path, it))?;
    Ok(config)
}

/// Reads a system file.
///
/// # Errors
/// When it cannot be read, or every mistake in it.
pub fn read_system(path: &Path) -> Result<Deployment, String> {
    system::parse(&read(path)?).map_err(|it| mistakes(path, it))
}

/// The configuration's default system: its file beside the configuration, else among those that are shipped.
fn beside(config_file: &Path, config: &Config) -> Result<std::path::PathBuf, String> {
    let name = config.systems.first().ok_or("the configuration names no system: say --system FILE")?;
    let path = Config::system_path(name);
    let folder = config_file.parent().unwrap_or(Path::new("."));
    let places = [folder.join(&path), crate::workspace_root().join("public").join(&path)];
    let found = places.iter().find(|it| it.is_file()).cloned();
    found.ok_or_else(|| {
        let [here, shipped] = &places;
        format!("neither {} nor {} is there: say --system FILE", here.display(), shipped.display())
    })
}
