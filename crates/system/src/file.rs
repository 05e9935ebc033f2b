//! The system file as it is written.

use domain::system::System;
use domain::warning::Warning;

use crate::mistake::Mistake;

/// Reads a system file.
///
/// # Errors
/// All mistakes at once, each with its path.
pub fn parse(text: &str) -> Result<(System, Vec<Warning>), Vec<Mistake>> {
    let value: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| vec![Mistake::new("", format!("not JSON: {error}"), "mend it there")])?;
    let name = value.get("name").and_then(|it| it.as_str()).unwrap_or_default().to_owned();
    Ok((System { title: name.clone(), name, ..System::default() }, Vec::new()))
}
