//! How files that people write are read: JSON into types, every mistake noted with its path, and the schema besides.
//!
//! A type that implements [`Shape`] can do both, so the JSON Schema cannot drift from what is accepted. Most types get
//! it from [`record!`] (an object with named members) or [`words!`] (one of a few words).

mod basic;
mod nearest;
mod path;
mod record;

pub(crate) use nearest::{did_you_mean, list};
pub(crate) use path::Path;
pub(crate) use record::{Member, member, object_schema, record, words};

use std::fmt;

use serde_json::Value;

use crate::mistake::Mistake;

/// A piece of a file that people write.
pub(crate) trait Shape: Sized {
    /// Reads a value; `None` where it is of no use, with the reason among the notes.
    fn read(value: &Value, at: Path<'_>, notes: &mut Notes) -> Option<Self>;

    /// What it is where the file leaves it out; `None` where the file must not.
    fn missing() -> Option<Self> {
        None
    }

    /// Its JSON Schema, draft 2020-12.
    fn schema() -> Value;
}

/// What was noted while a file was read.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) mistakes: Vec<Mistake>,
}

impl Notes {
    /// Notes a mistake.
    pub(crate) fn mistake(
        &mut self,
        at: impl fmt::Display,
        what: impl Into<String>,
        next_step: impl Into<String>,
    ) {
        self.mistakes.push(Mistake::new(at, what, next_step));
    }

    /// Notes that a value is not of the kind that belongs there.
    pub(crate) fn wrong_kind(&mut self, at: Path<'_>, value: &Value, expected: &str) {
        let found = match value {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.mistake(at, format!("{found} where {expected} belongs"), format!("write {expected}"));
    }
}

/// Reads a whole file: as much of it as is of use, and every mistake in it.
///
/// Of a text that is no JSON at all, the mistake is the first place where it is not.
pub(crate) fn read_file<T: Shape>(text: &str) -> (Option<T>, Vec<Mistake>) {
    let mut notes = Notes::default();
    let file = match serde_json::from_str::<Value>(text) {
        Ok(value) => T::read(&value, Path::File, &mut notes),
        Err(error) => {
            let place = format!("line {}, column {}", error.line(), error.column());
            let what = error.to_string();
            let what = what.split(" at line ").next().unwrap_or_default();
            let next_step = "mend it there: JSON has no comments and no trailing commas";
            notes.mistake(place, format!("not JSON: {what}"), next_step);
            None
        }
    };
    (file, notes.mistakes)
}
