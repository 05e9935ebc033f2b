//! The files that are shipped: each is read without a mistake or a warning, and the schemas in `docs` are in step.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_system_of_the_configuration_is_there_and_clean() {
    let (config, warnings) = system::config::parse(&text("public/config.json")).unwrap();
    assert_eq!(warnings, []);
    for name in &config.systems {
        let path = format!("public/{}", system::config::Config::system_path(name));
        match system::parse(&text(&path)) {
            Ok(it) => {
                assert_eq!(it.warnings, [], "{path}");
                assert_eq!(it.system.name, *name, "{path}");
            }
            Err(mistakes) => {
                let mistakes: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
                panic!("{path}:\n{}", mistakes.join("\n"));
            }
        }
    }
}

/// The file of the real application that the end-to-end tests run.
#[test]
fn the_system_of_the_tests_own_application_is_clean() {
    let it = system::parse(&text("tests/celery/system.json")).unwrap();
    assert_eq!(it.warnings, []);
    assert_eq!(it.system.name, "darkroom");
}

/// Compares a schema with the file in `docs`; `WRITE_SCHEMAS=1` writes it instead.
#[track_caller]
fn check_schema(path: &str, schema: &serde_json::Value) {
    if std::env::var_os("WRITE_SCHEMAS").is_some() {
        let text = serde_json::to_string_pretty(schema).unwrap() + "\n";
        std::fs::write(root().join(path), text).unwrap();
    }
    let written: serde_json::Value = serde_json::from_str(&text(path)).unwrap();
    assert!(written == *schema, "{path} is out of step: run WRITE_SCHEMAS=1 cargo test -p system");
}

#[test]
fn the_schemas_are_in_step() {
    check_schema("docs/system-file.schema.json", &system::file::schema());
    check_schema("docs/config.schema.json", &system::config::schema());
}
