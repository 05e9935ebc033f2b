//! How files that people write are read: JSON into types, every mistake noted with its path, and the schema besides.
//!
//! A type that implements [`Shape`] can do both, so the JSON Schema cannot drift from what is accepted. Most types get
//! it from [`record!`] (an object with named members) or [`words!`] (one of a few words).

mod basic;
mod nearest;
mod path;
mod record;

pub(crate) use nearest::{List, did_you_mean};
pub(crate) use path::Path;
pub(crate) use record::{Member, member, members, object_schema, record, words};

use std::fmt::Display;

use serde_json::Value;

use crate::json::Json;
pub(crate) use crate::mistake::Notes;
use crate::mistake::{IsWrong, Mistake};

/// A piece of a file that people write.
pub(crate) trait Shape: Sized {
    /// Reads a value; `None` where it is of no use, with the reason among the notes.
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self>;

    /// What it is where the file leaves it out; `None` where the file must not.
    fn missing() -> Option<Self> {
        None
    }

    /// Its JSON Schema, draft 2020-12.
    fn schema() -> Value;
}

/// Notes that a value is not of the kind that belongs there.
pub(crate) fn wrong_kind(notes: &mut impl Notes, at: Path<'_>, value: &Json<'_>, expected: impl Display) {
    let found = match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::Text(_) => "a text",
        Json::List(_) => "a list",
        Json::Object(_) => "an object",
    };
    notes.mistake(at, format_args!("{found} where {expected} belongs"), format_args!("write {expected}"));
}

/// How a whole file is read.
pub(crate) trait ReadFile: Notes + Default {
    /// The file's text as JSON. Where it is no JSON at all, the mistake is the first place where it is not.
    fn json<'a>(&mut self, text: &'a str) -> Option<Json<'a>>;
}

impl ReadFile for Vec<Mistake> {
    fn json<'a>(&mut self, text: &'a str) -> Option<Json<'a>> {
        let json = Json::parse(text);
        if json.is_none() {
            let next_step = "mend it there: JSON has no comments and no trailing commas";
            match serde_json::from_str::<Value>(text) {
                Ok(_) => self.mistake("the file", "is not JSON", next_step),
                Err(error) => {
                    let place = format!("line {}, column {}", error.line(), error.column());
                    let what = error.to_string();
                    let what = what.split(" at line ").next().unwrap_or_default();
                    self.mistake(place, format_args!("not JSON: {what}"), next_step);
                }
            }
        }
        json
    }
}

impl ReadFile for IsWrong {
    fn json<'a>(&mut self, text: &'a str) -> Option<Json<'a>> {
        let json = Json::parse(text);
        self.0 |= json.is_none();
        json
    }
}
