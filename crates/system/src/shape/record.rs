//! Objects with named members, and values that are one of a few words.

use serde_json::{Map, Value, json};

use super::{Notes, Path, Shape, did_you_mean};

/// Makes a struct of public fields that is written as an object with members of the same names.
///
/// A member may be left out where its type's [`Shape::missing`] says so. The doc comments become the schema's
/// descriptions. Members that begin with `$` are for notes and for editors, and are skipped.
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        $(#[derive($($derive:ident),+)])?
        pub struct $name:ident {
            $($(#[doc = $about:literal])+ $field:ident: $kind:ty,)+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug $($(, $derive)+)?)]
        pub(crate) struct $name {
            $($(#[doc = $about])+ pub(crate) $field: $kind,)+
        }

        impl $crate::shape::Shape for $name {
            fn read(
                value: &serde_json::Value,
                at: $crate::shape::Path<'_>,
                notes: &mut $crate::shape::Notes,
            ) -> Option<Self> {
                let members = notes.members(value, at, &[$(stringify!($field)),+])?;
                $(let $field = $crate::shape::member::<$kind>(members, stringify!($field), at, notes);)+
                Some(Self { $($field: $field?,)+ })
            }

            fn schema() -> serde_json::Value {
                $crate::shape::object_schema(
                    concat!($($doc),+),
                    vec![$($crate::shape::Member {
                        name: stringify!($field),
                        about: concat!($($about),+),
                        is_required: <$kind as $crate::shape::Shape>::missing().is_none(),
                        schema: <$kind as $crate::shape::Shape>::schema(),
                    }),+],
                )
            }
        }
    };
}

/// Lets a type be written as one of a few words; `WORDS` is the list of them.
macro_rules! words {
    ($(#[$doc:meta])* $list:ident: $kind:ty { $($word:literal => $value:expr,)+ }) => {
        $(#[$doc])*
        pub(crate) const $list: &[(&str, $kind)] = &[$(($word, $value)),+];

        impl $crate::shape::Shape for $kind {
            fn read(
                value: &serde_json::Value,
                at: $crate::shape::Path<'_>,
                notes: &mut $crate::shape::Notes,
            ) -> Option<Self> {
                let names = [$($word),+];
                let Some(word) = value.as_str() else {
                    let expected = format!("one of {}", $crate::shape::list(&names));
                    notes.wrong_kind(at, value, &expected);
                    return None;
                };
                let found = $list.iter().find(|(it, _)| *it == word);
                if found.is_none() {
                    let next_step = $crate::shape::did_you_mean(word, &names);
                    notes.mistake(at, format!("“{word}” is not known here"), next_step);
                }
                found.map(|(_, it)| *it)
            }

            fn schema() -> serde_json::Value {
                serde_json::json!({ "enum": [$($word),+] })
            }
        }
    };
}

pub(crate) use {record, words};

/// A member of an object, for its schema.
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) is_required: bool,
    pub(crate) schema: Value,
}

/// The schema of an object with these members and no others.
pub(crate) fn object_schema(about: &str, members: Vec<Member>) -> Value {
    let required: Vec<_> = members.iter().filter(|it| it.is_required).map(|it| it.name).collect();
    let properties: Map<_, _> = members
        .into_iter()
        .map(|it| {
            let mut schema = it.schema;
            if let Some(schema) = schema.as_object_mut() {
                schema.insert("description".to_owned(), json!(it.about.trim()));
            }
            (it.name.to_owned(), schema)
        })
        .collect();
    json!({
        "type": "object",
        "description": about.trim(),
        "properties": properties,
        "required": required,
        "patternProperties": { "^\\$": {} },
        "additionalProperties": false,
    })
}

/// Reads a member, or takes its default where it is left out or no good, so that the rest can be checked still.
pub(crate) fn member<T: Shape>(
    members: &Map<String, Value>,
    name: &str,
    at: Path<'_>,
    notes: &mut Notes,
) -> Option<T> {
    if let Some(value) = members.get(name) {
        return T::read(value, at.key(name), notes).or_else(T::missing);
    }
    let default = T::missing();
    if default.is_none() {
        notes.mistake(at.key(name), "is missing", "add it");
    }
    default
}

impl Notes {
    /// The members of an object, of which only these may be there.
    pub(crate) fn members<'a>(
        &mut self,
        value: &'a Value,
        at: Path<'_>,
        known: &[&str],
    ) -> Option<&'a Map<String, Value>> {
        let Some(members) = value.as_object() else {
            self.wrong_kind(at, value, "an object");
            return None;
        };
        let unknown = members.keys().filter(|it| !it.starts_with('$') && !known.contains(&it.as_str()));
        for name in unknown {
            self.mistake(at.key(name), "is not a known member", did_you_mean(name, known));
        }
        Some(members)
    }
}
