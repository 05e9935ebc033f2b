//! JSON lines: one object, whose nested members become fields with `.` between the names.

use domain::number;

use super::Fields;
use crate::json::Reader;

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
    let mut json = Reader::new(text);
    let is_whole = read_value(&mut json, name, unwrap, fields).is_some() && json.is_at_end();
    if !is_whole {
        fields.truncate(n_before);
    }
    is_whole.then_some(())
}

/// Adds a value to the fields, under a name.
fn read_value(json: &mut Reader<'_>, name: &str, unwrap: &[String], fields: &mut Fields) -> Option<()> {
    let text = match json.next_byte()? {
        b'{' => {
            return json.object(|json, key| {
                let joined;
                let name = if name.is_empty() {
                    &*key
                } else {
                    joined = format!("{name}.{key}");
                    &joined
                };
                read_value(json, name, unwrap, fields)
            });
        }
        b'"' => {
            let text = json.text()?;
            let is_json = unwrap.iter().any(|it| it == name) && text.trim_start().starts_with('{');
            if is_json && read_below(text.trim(), name, unwrap, fields).is_some() {
                return Some(());
            }
            text.into_owned()
        }
        b'0'..=b'9' | b'-' => match json.number()? {
            // As plain digits, whichever way it is written.
            text if text.contains(['.', 'e', 'E']) => number::parse(text)?.to_string(),
            text => text.to_owned(),
        },
        b'n' => return json.value().map(drop),
        _ => json.value()?.to_string(),
    };
    fields.push((name.to_owned(), text));
    Some(())
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
