//! JSON lines: one object, whose nested members become fields with `.` between the names.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Fields;

/// Adds the members of a JSON object to the fields; `None`, with nothing added, where the text is no JSON object.
///
/// Texts of the fields in `unwrap` that are JSON objects themselves are read as though they stood there as objects.
/// Lists become their JSON text, `null` becomes nothing.
pub(super) fn read(text: &str, unwrap: &[String], fields: &mut Fields) -> Option<()> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    read_below(text, "", unwrap, fields)
}

fn read_below(text: &str, name: &str, unwrap: &[String], fields: &mut Fields) -> Option<()> {
    let n_before = fields.len();
    let mut json = serde_json::Deserializer::from_str(text);
    let read = Member { name, unwrap, fields }.deserialize(&mut json);
    let is_whole = read.is_ok() && json.end().is_ok();
    if !is_whole {
        fields.truncate(n_before);
    }
    is_whole.then_some(())
}

/// A value on its way into the fields, under a name.
struct Member<'a> {
    name: &'a str,
    unwrap: &'a [String],
    fields: &'a mut Fields,
}

impl Member<'_> {
    fn add(self, text: String) {
        self.fields.push((self.name.to_owned(), text));
    }
}

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        let is_json = self.unwrap.iter().any(|it| it == self.name) && text.trim_start().starts_with('{');
        if !is_json || read_below(text.trim(), self.name, self.unwrap, self.fields).is_none() {
            self.add(text.to_owned());
        }
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.add(value.to_string());
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.add(value.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.add(value.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.add(value.to_string());
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<serde_json::Value>()? {
            list.push(item);
        }
        self.add(serde_json::Value::from(list).to_string());
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(key) = members.next_key::<std::borrow::Cow<'_, str>>()? {
            let joined;
            let name = if self.name.is_empty() {
                &*key
            } else {
                joined = format!("{}.{key}", self.name);
                &joined
            };
            members.next_value_seed(Member { name, unwrap: self.unwrap, fields: self.fields })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&[(&str, &str)]>) {
        let mut fields = vec![("old".to_owned(), "kept".to_owned())];
        let read = read(text, &["log".to_owned(), "log.inner".to_owned()], &mut fields);
        let expected_fields: Vec<_> =
            [("old", "kept")].iter().chain(expected.unwrap_or_default()).copied().collect();
        let found: Vec<_> = fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!((read.is_some(), found), (expected.is_some(), expected_fields), "{text}");
    }

    #[test]
    fn objects_become_fields() {
        check(
            r#"{"a": "x", "b": 7, "c": -1, "d": 0.5, "e": true, "f": null}"#,
            Some(&[("a", "x"), ("b", "7"), ("c", "-1"), ("d", "0.5"), ("e", "true")]),
        );
        check(r#"{"a": {"b": {"c": 1}, "d": 2}}"#, Some(&[("a.b.c", "1"), ("a.d", "2")]));
        check(r#"{"a": ["x", {"b": 1}], "n\u00e9": "\n"}"#, Some(&[("a", r#"["x",{"b":1}]"#), ("né", "\n")]));
        check("{}", Some(&[]));
    }

    #[test]
    fn json_in_json_is_unwrapped_where_the_file_says_so() {
        check(
            r#"{"log": "{\"level\": \"INFO\", \"inner\": \" {\\\"x\\\": 1}\\n\"}", "z": 1}"#,
            Some(&[("log.level", "INFO"), ("log.inner.x", "1"), ("z", "1")]),
        );
        check(
            r#"{"log": "{broken", "other": "{\"a\": 1}"}"#,
            Some(&[("log", "{broken"), ("other", r#"{"a": 1}"#)]),
        );
    }

    #[test]
    fn what_is_no_json_object_leaves_nothing_behind() {
        for bad in ["", "plain", "[1]", "7", r#"{"a": 1"#, r#"{"a": 1} tail"#, r#"{"a": {"b": 1}, oops}"#] {
            check(bad, None);
        }
        check(&format!("{}1{}", r#"{"a":"#.repeat(500), "}".repeat(500)), None);
    }
}
