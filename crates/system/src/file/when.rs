//! Conditions of event rules: `{"event": "task_started", "field:attempt": {"exists": true}}`.

use domain::system::{Condition, ConditionField, TextTest};
use serde_json::{Value, json};

use super::text::PatternText;
use super::words::{ROLES, role_named};
use crate::json::Json;
use crate::shape::{Notes, Path, Shape, did_you_mean, members, wrong_kind};

/// What goes before a field's own name where a role's name could stand as well.
const FIELD: &str = "field:";
const TESTS: [&str; 6] = ["prefix", "suffix", "contains", "pattern", "is", "exists"];

/// Conditions that must all hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct When(pub(crate) Vec<Condition>);

/// Whose text is looked at: a role's name, or `field:` and the field's own.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Whose(pub(crate) ConditionField);

impl Whose {
    fn named<N: Notes>(word: &str, at: Path<'_>, notes: &mut N) -> Option<Self> {
        if let Some(field) = word.strip_prefix(FIELD).filter(|it| !it.is_empty()) {
            return Some(Self(ConditionField::Field(field.to_owned())));
        }
        let role = role_named(word);
        if role.is_none() {
            let names: Vec<_> = ROLES.iter().map(|(it, _)| *it).collect();
            let next_step = did_you_mean(word, &names);
            notes.mistake(
                at,
                format_args!("“{word}” is not a role"),
                format_args!("{next_step} For a field by its own name write {FIELD}{word}"),
            );
        }
        role.map(|it| Self(ConditionField::Role(it)))
    }
}

impl Shape for Whose {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let Some(word) = value.as_text() else {
            wrong_kind(notes, at, value, "a role's name, or field: and a field's own");
            return None;
        };
        Self::named(word, at, notes)
    }

    fn missing() -> Option<Self> {
        Some(Self(ConditionField::Role(domain::system::Role::Message)))
    }

    fn schema() -> Value {
        let names: Vec<_> = ROLES.iter().map(|(it, _)| *it).collect();
        json!({ "anyOf": [{ "enum": names }, { "type": "string", "pattern": "^field:.+" }] })
    }
}

impl Shape for When {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let Some(members) = value.as_object() else {
            wrong_kind(notes, at, value, "an object of conditions");
            return None;
        };
        if members.is_empty() {
            notes.mistake(at, "is empty: it would hold for every line", "name at least one condition");
        }
        let mut conditions = Vec::new();
        for (word, value) in members {
            let whose = Whose::named(word, at.key(word), notes);
            let tests = tests(value, at.key(word), notes);
            let both = whose.map(|it| it.0).zip(tests);
            if let Some((field, tests)) = both {
                conditions.extend(tests.into_iter().map(|test| Condition { field: field.clone(), test }));
            }
        }
        Some(Self(conditions))
    }

    fn schema() -> Value {
        let text = json!({ "type": "string", "minLength": 1 });
        let test = json!({ "anyOf": [
            text,
            { "type": "array", "items": text, "minItems": 1 },
            {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": false,
                "properties": {
                    "is": text, "prefix": text, "suffix": text, "contains": text, "pattern": text,
                    "exists": { "const": true },
                },
            },
        ] });
        json!({
            "type": "object",
            "minProperties": 1,
            "propertyNames": Whose::schema(),
            "additionalProperties": test,
        })
    }
}

/// The tests that one member stands for: a text is that text, a list is any of its texts, an object is each of its tests.
fn tests<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Vec<TextTest>> {
    if value.as_text().is_some() {
        return Some(vec![TextTest::Is(String::read(value, at, notes)?)]);
    }
    if value.as_list().is_some() {
        let words = Vec::read(value, at, notes)?;
        if words.is_empty() {
            notes.mistake(at, "is an empty list: it would never hold", "name the words");
        }
        return Some(vec![TextTest::OneOf(words)]);
    }
    let members = members(value, at, &TESTS, notes)?;
    if members.is_empty() {
        notes.mistake(
            at,
            "tests nothing",
            "write a text, a list of texts, or a test such as {\"prefix\": \"…\"}",
        );
    }
    let mut tests = Vec::new();
    for (name, value) in members {
        let at = at.key(name);
        let test = match name.as_ref() {
            "prefix" => String::read(value, at, notes).map(TextTest::Prefix),
            "suffix" => String::read(value, at, notes).map(TextTest::Suffix),
            "contains" => String::read(value, at, notes).map(TextTest::Contains),
            "is" => String::read(value, at, notes).map(TextTest::Is),
            "pattern" => PatternText::read(value, at, notes).map(|it| TextTest::Pattern(it.0)),
            "exists" if value.as_bool() == Some(true) => Some(TextTest::Exists),
            "exists" => {
                notes.mistake(
                    at,
                    "can only be true",
                    "write true; for a field that is not there nothing can be tested",
                );
                None
            }
            _ => None,
        };
        tests.extend(test);
    }
    Some(tests)
}
