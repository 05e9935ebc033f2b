//! Scenario files: what breaks, when, and how hard.
//!
//! ```json
//! {
//!   "title": "docs.example.org starts to answer 403",
//!   "effects": [
//!     {"kind": "host_answers", "from": "end-46m", "until": "end", "host": "docs.example.org", "status": 403, "share": 0.96, "latency_ms": 6800}
//!   ]
//! }
//! ```
//!
//! Moments are relative to the window that is backfilled: `start+20m`, `end-46m`, `end+30s` (while live), `35%` of the way.
//! Without `until` an effect goes on for ever.

mod effect;

pub use effect::Effect;
pub(crate) use effect::library_error;

use std::fs;
use std::path::Path;

use domain::time::{TimeDelta, TimeRange, Timestamp};
use serde::Deserialize;

/// An effect, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    /// What.
    pub effect: Effect,
    /// From when on.
    pub from: Timestamp,
    /// Until when; `None` for ever.
    pub until: Option<Timestamp>,
}

/// A scenario with its moments resolved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// The file's name without its ending.
    pub name: String,
    /// What happens, for people.
    pub title: String,
    /// All effects.
    pub effects: Vec<Timed>,
}

impl Scenario {
    /// Says so where an effect means nothing to this deployment.
    ///
    /// # Errors
    /// Which effect, and for whom it is.
    pub fn check_for(&self, system: &str) -> Result<(), String> {
        match self.effects.iter().position(|it| !it.effect.systems().contains(&system)) {
            None => Ok(()),
            Some(i) => {
                let systems = self.effects.get(i).map_or(&[][..], |it| it.effect.systems()).join(", ");
                Err(format!(
                    "the scenario {}: effects[{i}] means nothing to {system}; it is for {systems}",
                    self.name
                ))
            }
        }
    }

    /// The effects in force at an instant.
    pub fn at(&self, now: Timestamp) -> impl Iterator<Item = &Effect> {
        self.effects
            .iter()
            .filter(move |it| it.from <= now && it.until.is_none_or(|until| now < until))
            .map(|it| &it.effect)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    effects: Vec<serde_json::Map<String, serde_json::Value>>,
}

/// Reads a scenario file and places it on the window, all its moments moved by `shift`.
///
/// # Errors
/// The file and the place in it, and what is wrong there.
pub fn read(path: &Path, window: TimeRange, shift: TimeDelta) -> Result<Scenario, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let name = path.file_stem().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    parse(&name, &text, window, shift).map_err(|error| format!("{}: {error}", path.display()))
}

/// Reads the text of a scenario file.
///
/// # Errors
/// The place in it, and what is wrong there.
pub fn parse(name: &str, text: &str, window: TimeRange, shift: TimeDelta) -> Result<Scenario, String> {
    let file: File = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut effects = Vec::new();
    for (i, mut fields) in file.effects.into_iter().enumerate() {
        let mut moment_of = |field: &str| {
            match fields.remove(field) {
            None => Ok(None),
            Some(value) => value
                .as_str()
                .and_then(|it| moment(it, window))
                .map(|it| Some(it + shift))
                .ok_or_else(|| format!("effects[{i}].{field}: {value} is no moment such as \"end-46m\", \"start+20m\" or \"35%\"")),
        }
        };
        let from =
            moment_of("from")?.ok_or_else(|| format!("effects[{i}].from is missing: when does it begin?"))?;
        let until = moment_of("until")?;
        let effect: Effect =
            serde_json::from_value(fields.into()).map_err(|error| format!("effects[{i}]: {error}"))?;
        effect::check(&effect).map_err(|error| format!("effects[{i}].{error}"))?;
        effects.push(Timed { effect, from, until });
    }
    Ok(Scenario { name: name.to_owned(), title: file.title, effects })
}

/// Reads `start`, `start+20m`, `end-46m`, `end+30s` or `35%`.
fn moment(text: &str, window: TimeRange) -> Option<Timestamp> {
    if let Some(percent) = text.strip_suffix('%') {
        let share = percent.trim().parse::<f64>().ok()? / 100.0;
        let length = (window.end - window.start).as_secs_f64();
        return Some(window.start + TimeDelta::from_secs_f64(length * share));
    }
    let (anchor, rest) = match text.strip_prefix("start") {
        Some(rest) => (window.start, rest),
        None => (window.end, text.strip_prefix("end")?),
    };
    match (rest.strip_prefix('+'), rest.strip_prefix('-')) {
        (Some(later), _) => Some(anchor + TimeDelta::parse(later)?),
        (_, Some(earlier)) => Some(anchor - TimeDelta::parse(earlier)?),
        _ => rest.is_empty().then_some(anchor),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window() -> TimeRange {
        TimeRange { start: Timestamp::from_secs(1_000), end: Timestamp::from_secs(11_000) }
    }

    #[track_caller]
    fn check_error(effects: &str, expected: &str) {
        let text = format!(r#"{{"title": "t", "effects": [{effects}]}}"#);
        let error = parse("x", &text, window(), TimeDelta::ZERO).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }

    #[test]
    fn moments_are_relative_to_the_window() {
        for (text, secs) in [
            ("start", 1_000),
            ("end", 11_000),
            ("start+20m", 2_200),
            ("end-1m30s", 10_910),
            ("end+30s", 11_030),
            ("25%", 3_500),
        ] {
            assert_eq!(moment(text, window()), Some(Timestamp::from_secs(secs)), "{text}");
        }
        for bad in ["", "noon", "end-", "start 5m", "x%", "5m"] {
            assert_eq!(moment(bad, window()), None, "{bad}");
        }
    }

    #[test]
    fn effects_are_in_force_in_their_time_only() {
        let text = r#"{"title": "t", "effects": [
            {"kind": "broker_lost", "stage": "embed", "from": "start+10s", "until": "start+20s"},
            {"kind": "reads_slow", "factor": 3, "from": "start+15s"}]}"#;
        let scenario = parse("x", text, window(), TimeDelta::from_secs(5)).unwrap();
        let counts = [1_014, 1_015, 1_020, 1_024, 1_025, 99_999]
            .map(|it| scenario.at(Timestamp::from_secs(it)).count());
        assert_eq!(counts, [0, 1, 2, 2, 1, 1]);
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        check_error(r#"{"kind": "broker_lost", "stage": "scrape"}"#, "effects[0].from is missing");
        check_error(
            r#"{"kind": "deploy", "version": "a", "from": "end"}, {"kind": "broker_lost", "stage": "scrape", "from": "noon"}"#,
            "effects[1].from: \"noon\" is no moment",
        );
        check_error(
            r#"{"kind": "broker_lost", "stage": "fry", "from": "end"}"#,
            "effects[0].stage: \"fry\" is none of",
        );
        check_error(r#"{"kind": "broker_lost", "from": "end"}"#, "effects[0]: missing field `stage`");
        check_error(r#"{"kind": "flood", "from": "end"}"#, "effects[0]: unknown variant `flood`");
        check_error(
            r#"{"kind": "large_pages", "share": 2, "megabytes": 5, "from": "end"}"#,
            "effects[0].share: 2 is not between 0 and 1",
        );
        let error = parse("x", "{", window(), TimeDelta::ZERO).unwrap_err();
        assert!(error.contains("line 1 column 1"), "{error}");
    }

    #[test]
    fn every_shipped_scenario_is_read_and_means_something_to_its_system() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        for system in crate::args::SYSTEMS {
            let files: Vec<_> =
                fs::read_dir(folder.join(system)).unwrap().map(|it| it.unwrap().path()).collect();
            assert!(files.len() >= 4, "{system}: {}", files.len());
            for file in files {
                read(&file, window(), TimeDelta::ZERO).unwrap().check_for(system).unwrap();
            }
        }
        let text = r#"{"title": "t", "effects": [{"kind": "mail_down", "share": 1, "from": "end"}]}"#;
        let error = parse("x", text, window(), TimeDelta::ZERO).unwrap().check_for("metamock").unwrap_err();
        assert_eq!(error, "the scenario x: effects[0] means nothing to metamock; it is for trung-dev");
    }
}
