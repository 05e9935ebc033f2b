//! Objects with named members, and values that are one of a few words.

use serde_json::{Map, Value, json};

use super::{Notes, Path, Shape, did_you_mean, wrong_kind};
use crate::json::{Json, Members};

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
            fn read<N: $crate::shape::Notes>(
                value: &$crate::json::Json<'_>,
                at: $crate::shape::Path<'_>,
                notes: &mut N,
            ) -> Option<Self> {
                let members = $crate::shape::members(value, at, &[$(stringify!($field)),+], notes)?;
                $(let $field = $crate::shape::member::<$kind, N>(members, stringify!($field), at, notes);)+
                // One way out for all of them: one for each is a sixth more code.
                match ($($field,)+) {
                    ($(Some($field),)+) => Some(Self { $($field,)+ }),
                    _ => None,
                }
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
            fn read<N: $crate::shape::Notes>(
                value: &$crate::json::Json<'_>,
                at: $crate::shape::Path<'_>,
                notes: &mut N,
            ) -> Option<Self> {
                let names = [$($word),+];
                let Some(word) = value.as_text() else {
                    let names = $crate::shape::List(&names);
                    $crate::shape::wrong_kind(notes, at, value, format_args!("one of {names}"));
                    return None;
                };
                let found = $list.iter().find(|(it, _)| *it == word);
                if found.is_none() {
                    let next_step = $crate::shape::did_you_mean(word, &names);
                    notes.mistake(at, format_args!("“{word}” is not known here"), next_step);
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
pub(crate) fn member<T: Shape, N: Notes>(
    members: &Members<'_>,
    name: &str,
    at: Path<'_>,
    notes: &mut N,
) -> Option<T> {
    if let Some(value) = named(members, name) {
        return T::read(value, at.key(name), notes).or_else(T::missing);
    }
    let default = T::missing();
    if default.is_none() {
        notes.mistake(at.key(name), "is missing", "add it");
    }
    default
}

/// The member of this name; by itself, since reading a member is compiled for each type.
#[inline(never)]
fn named<'a, 'b>(members: &'b Members<'a>, name: &str) -> Option<&'b Json<'a>> {
    members.iter().find(|(it, _)| it == name).map(|(_, value)| value)
}

/// The members of an object, of which only these may be there.
pub(crate) fn members<'a, 'b>(
    value: &'b Json<'a>,
    at: Path<'_>,
    known: &[&str],
    notes: &mut impl Notes,
) -> Option<&'b Members<'a>> {
    let Some(members) = value.as_object() else {
        wrong_kind(notes, at, value, "an object");
        return None;
    };
    let names = members.iter().map(|(name, _)| name.as_ref());
    for name in names.filter(|it| !it.starts_with('$') && !known.contains(it)) {
        notes.mistake(at.key(name), "is not a known member", did_you_mean(name, known));
    }
    Some(members)
}
