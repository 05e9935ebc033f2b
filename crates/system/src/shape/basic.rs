//! The shapes that files are made of: texts, numbers, lengths of time, lists, and things that may be left out.

use domain::time::TimeDelta;
use serde_json::{Value, json};

use super::{Notes, Path, Shape, wrong_kind};
use crate::json::Json;

/// A text that is not empty.
impl Shape for String {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        match value.as_text() {
            Some("") => notes.mistake(at, "is empty", "write something or leave it out"),
            Some(text) => return Some(text.to_owned()),
            None => wrong_kind(notes, at, value, "a text"),
        }
        None
    }

    fn schema() -> Value {
        json!({ "type": "string", "minLength": 1 })
    }
}

impl Shape for bool {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        if value.as_bool().is_none() {
            wrong_kind(notes, at, value, "true or false");
        }
        value.as_bool()
    }

    fn schema() -> Value {
        json!({ "type": "boolean" })
    }
}

impl Shape for f64 {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        if value.as_number().is_none() {
            wrong_kind(notes, at, value, "a number");
        }
        value.as_number()
    }

    fn schema() -> Value {
        json!({ "type": "number" })
    }
}

/// A length of time greater than zero, such as `30m`.
impl Shape for TimeDelta {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let next_step = "write a length of time such as 30m, 1h30m, 250ms or 7d";
        let Some(text) = value.as_text() else {
            wrong_kind(notes, at, value, "a length of time such as 30m");
            return None;
        };
        match Self::parse(text) {
            Some(length) if length > Self::ZERO => return Some(length),
            Some(_) => notes.mistake(at, format_args!("“{text}” is no time at all"), next_step),
            None => notes.mistake(at, format_args!("“{text}” is not a length of time"), next_step),
        }
        None
    }

    fn schema() -> Value {
        json!({
            "type": "string",
            "pattern": "^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h|d|w|y))+$",
            "examples": ["30m", "1h30m", "250ms", "7d"],
        })
    }
}

/// It may be left out.
impl<T: Shape> Shape for Option<T> {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        T::read(value, at, notes).map(Some)
    }

    fn missing() -> Option<Self> {
        Some(None)
    }

    fn schema() -> Value {
        T::schema()
    }
}

/// A list; left out it is empty. One bad item does not hide the mistakes of the others.
impl<T: Shape> Shape for Vec<T> {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let Some(items) = value.as_list() else {
            wrong_kind(notes, at, value, "a list");
            return None;
        };
        let read: Vec<_> = items.iter().enumerate().map(|(i, it)| T::read(it, at.item(i), notes)).collect();
        read.into_iter().collect()
    }

    fn missing() -> Option<Self> {
        Some(Self::new())
    }

    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema() })
    }
}
