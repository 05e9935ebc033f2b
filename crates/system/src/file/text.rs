//! Texts of the system file that have a form of their own: patterns, web addresses, offsets, and how ids are found.

use domain::system::IdFilter;
use serde_json::{Value, json};

use super::words::{ROLES, role_named};
use crate::json::Json;
use crate::pattern::Pattern;
use crate::shape::{Notes, Path, Shape, did_you_mean, members};

/// What may stand in braces in a link.
const PLACEHOLDERS: [&str; 6] = ["job", "task", "trace", "service", "from", "to"];

/// A pattern whose captures are named like roles.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PatternText(pub(crate) String);

/// A pattern whose captures become fields.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LinePattern(pub(crate) String);

/// An address of another tool.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WebAddress(pub(crate) String);

/// How far east of UTC a clock is, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Offset(pub(crate) i32);

/// Reads a text that must be a pattern.
fn pattern<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<(String, Pattern)> {
    let text = String::read(value, at, notes)?;
    match Pattern::parse(&text) {
        Ok(pattern) => return Some((text, pattern)),
        Err(why) => notes.mistake(
            at,
            why,
            "write words and captures by turns, such as Task <task>[<task_id>] received",
        ),
    }
    None
}

fn pattern_schema() -> Value {
    json!({ "type": "string", "minLength": 1, "examples": ["Task <task>[<task_id>] received"] })
}

impl Shape for PatternText {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let (text, pattern) = pattern(value, at, notes)?;
        for name in pattern.names().filter(|it| role_named(it).is_none()) {
            let roles: Vec<_> = ROLES.iter().map(|(it, _)| *it).collect();
            let next_step = did_you_mean(name, &roles);
            notes.mistake(
                at,
                format_args!("<{name}> is not named like a role"),
                format_args!("{next_step} To skip it write <_>"),
            );
        }
        Some(Self(text))
    }

    fn schema() -> Value {
        pattern_schema()
    }
}

impl Shape for LinePattern {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let (text, pattern) = pattern(value, at, notes)?;
        if pattern.names().next().is_none() {
            notes.mistake(at, "captures nothing", "name what it finds, such as [<level>] <message>");
        }
        Some(Self(text))
    }

    fn schema() -> Value {
        pattern_schema()
    }
}

impl Shape for WebAddress {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let url = String::read(value, at, notes)?;
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        if host.is_none_or(|it| it.is_empty() || it.starts_with(['/', '?', '#'])) {
            notes.mistake(
                at,
                format_args!("“{url}” is no web address"),
                "write https:// or http:// and a host",
            );
        }
        let mut rest = url.as_str();
        while let Some((_, tail)) = rest.split_once('{') {
            let (name, tail) = tail.split_once('}').unwrap_or((tail, ""));
            if !PLACEHOLDERS.contains(&name) {
                let next_step =
                    "{job}, {task}, {trace}, {service}, {from} and {to} are; write %7B for a brace";
                notes.mistake(at, format_args!("{{{name}}} is not filled in"), next_step);
            }
            rest = tail;
        }
        Some(Self(url))
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^https?://", "examples": ["https://flower.example/task/{task}"] })
    }
}

impl Shape for Offset {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let text = String::read(value, at, notes)?;
        let secs = offset_secs(&text);
        if secs.is_none() {
            notes.mistake(
                at,
                format_args!("“{text}” is not an offset from UTC"),
                "write UTC, +07:00 or -05:30",
            );
        }
        secs.map(Self)
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^(UTC|[+-][0-9]{2}:[0-9]{2})$", "examples": ["UTC", "+07:00"] })
    }
}

fn offset_secs(text: &str) -> Option<i32> {
    if text == "UTC" {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text.strip_prefix(['+', '-'])?.split_once(':')?;
    let two_digits = |it: &str| (it.len() == 2).then(|| it.parse::<u8>().ok()).flatten();
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours <= 14 && minutes < 60).then(|| sign * (i32::from(hours) * 3_600 + i32::from(minutes) * 60))
}

/// An object of one member: `{"json_field": "job_id"}`, or `{"text": true}`.
impl Shape for IdFilter {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let members = members(value, at, &["label", "metadata", "json_field", "text"], notes)?;
        let mut found = Vec::new();
        for (name, value) in members {
            let at = at.key(name);
            found.extend(match name.as_ref() {
                "label" => String::read(value, at, notes).map(Self::Label),
                "metadata" => String::read(value, at, notes).map(Self::Metadata),
                "json_field" => String::read(value, at, notes).map(Self::JsonField),
                "text" if value.as_bool() == Some(true) => Some(Self::Text),
                "text" => {
                    notes.mistake(at, "can only be true", "write true, or leave the whole out");
                    None
                }
                _ => None,
            });
        }
        if members.len() != 1 {
            notes.mistake(at, "must name one place", "write one of label, metadata, json_field, text");
        }
        found.pop()
    }

    fn missing() -> Option<Self> {
        Some(Self::None)
    }

    fn schema() -> Value {
        let text = json!({ "type": "string", "minLength": 1 });
        json!({
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": false,
            "properties": { "label": text, "metadata": text, "json_field": text, "text": { "const": true } },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read() {
        for (text, secs) in [
            ("UTC", Some(0)),
            ("+07:00", Some(25_200)),
            ("-05:30", Some(-19_800)),
            ("+7:00", None),
            ("+15:00", None),
            ("07:00", None),
            ("Asia/Hanoi", None),
        ] {
            assert_eq!(offset_secs(text), secs, "{text}");
        }
    }
}
