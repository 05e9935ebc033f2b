//! The reference in `docs` is right: its examples are read without a mistake, and it leaves no member out.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::Value;

fn text(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The JSON examples of a page, in order.
fn examples(page: &str) -> Vec<Value> {
    let blocks = page.split("```json\n").skip(1).filter_map(|it| it.split("```").next());
    blocks.map(|it| serde_json::from_str(it).unwrap_or_else(|error| panic!("{error} in\n{it}"))).collect()
}

/// Puts the members of one value over those of another: objects are merged, everything else is replaced.
fn merge(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                merge(under.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over.clone(),
    }
}

#[track_caller]
fn check_system(value: &Value) {
    match system::parse(&value.to_string()) {
        Ok(it) => assert_eq!(it.warnings, [], "{value:#}"),
        Err(mistakes) => panic!("{mistakes:#?} in {value:#}"),
    }
}

#[test]
fn every_example_of_a_system_file_is_right() {
    let examples = examples(&text("system-file.md"));
    let whole = examples.iter().find(|it| it.get("name").is_some()).unwrap();
    check_system(whole);
    for part in &examples {
        let mut file = whole.clone();
        merge(&mut file, part);
        check_system(&file);
    }
    assert!(examples.len() > 5);
}

#[test]
fn every_example_of_a_configuration_is_right() {
    for example in examples(&text("configuration.md")) {
        let (config, warnings) = system::config::parse(&example.to_string()).unwrap();
        assert_eq!((config.systems.first().map(String::as_str), warnings), (Some("cloudcix"), Vec::new()));
    }
}

/// Every name of a member and every word that the schema allows stands in the reference between backticks.
#[track_caller]
fn check_complete(schema: &Value, page: &str) {
    match schema {
        Value::Object(members) => {
            let names = members.get("properties").and_then(Value::as_object);
            let words = members.get("enum").and_then(Value::as_array);
            let names = names.into_iter().flat_map(|it| it.keys().map(String::as_str));
            for word in names.chain(words.into_iter().flatten().filter_map(Value::as_str)) {
                let is_there = page.contains(&format!("`{word}`")) || page.contains(&format!("\"{word}\""));
                assert!(is_there, "the reference does not speak of {word}");
            }
            members.values().for_each(|it| check_complete(it, page));
        }
        Value::Array(items) => items.iter().for_each(|it| check_complete(it, page)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_reference_leaves_nothing_out() {
    check_complete(&system::file::schema(), &text("system-file.md"));
    check_complete(&system::config::schema(), &text("configuration.md"));
}
