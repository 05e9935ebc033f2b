//! No deployment's word stands in Rust: what a system file names, only a system file may name.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{files_below, shown, source, workspace_root};

/// Where no such word may stand.
const CHECKED: [&str; 5] =
    ["src", "crates/domain/src", "crates/backends/src", "crates/inquiry/src", "crates/charts/src"];

/// Keys of a system file whose values are the file's own language or text for people, not names in the telemetry.
const NOT_NAMES: [&str; 31] = [
    "$schema",
    "title",
    "help",
    "url",
    "role",
    "kind",
    "op",
    "unit",
    "format",
    "id",
    "description",
    "why",
    "example_id",
    "type",
    "time_unit",
    "in",
    "name",
    "stage",
    "zone",
    "sentence",
    "would_refute",
    "runbook",
    "runbooks",
    "about",
    "budget",
    "reach",
    "window",
    "worse",
    "language",
    "text",
    "only_if",
];

/// Words of protocols, of conventions and of Jobscope itself that deployments use as well, each with whose word it is.
const COMMON: &[(&str, &str)] = &[
    ("le", "Prometheus: the bucket's upper bound"),
    ("level", "Loki"),
    ("detected_level", "Loki"),
    ("trace_id", "OpenMetrics: the usual exemplar label"),
    ("span_id", "OpenMetrics: the usual exemplar label"),
    ("traceID", "Tempo"),
    ("http.response.status_code", "OpenTelemetry: the answer's status"),
    ("http.status_code", "OpenTelemetry: the same by its former name"),
    ("error.type", "OpenTelemetry: what kind of error a span ended with"),
    ("status_code", "Jaeger: the tag of a span's status"),
    ("retry", "a word for people: what software says when it gives up"),
    ("ERROR", "Jaeger: the status of a failed span, and everybody's level"),
    ("traceId", "OTLP JSON"),
    ("spanId", "OTLP JSON"),
    ("__error__", "Loki"),
    ("service.name", "OpenTelemetry"),
    ("service.version", "OpenTelemetry"),
    ("exception", "OpenTelemetry: the event's name"),
    ("exception.type", "OpenTelemetry"),
    ("exception.message", "OpenTelemetry"),
    ("exception.stacktrace", "OpenTelemetry"),
    ("service_name", "Pyroscope: what its own SDKs call a service"),
    ("process_cpu:cpu:nanoseconds:cpu:nanoseconds", "Pyroscope: the type of CPU time"),
    ("error", "HTTP, Prometheus and everybody"),
    ("status", "Prometheus: the envelope"),
    ("job", "the URL's parameter"),
    ("service", "a word for people"),
    ("queue", "a word for people"),
    ("stage", "a word for people"),
    ("state", "a word for people"),
    ("user", "a word for people"),
    ("url", "a word for people"),
    ("version", "a word for people, and build information"),
    ("message", "a word for people"),
    ("name", "everybody"),
    ("time", "everybody"),
    ("timestamp", "Prometheus: exemplars"),
    ("key", "OTLP JSON"),
    ("value", "Prometheus: the envelope"),
    ("path", "SVG"),
    ("read", "a word for people"),
    ("write", "a word for people"),
    ("failed", "a word for people"),
    ("done", "a word for people"),
    ("success", "Prometheus: the envelope"),
    ("task", "a word for people"),
    ("trace", "the URL's parameter"),
    ("span", "the URL's parameter"),
    ("info", "a word for people"),
    ("critical", "a level"),
    ("event", "a word for people"),
    ("warning", "a word for people"),
    ("attempts", "a word for people"),
    ("domain", "a word for people"),
    ("operation", "a word for people"),
    ("request", "a word for people"),
    ("Request", "a word for people"),
    ("task_id", "the system file's own: a role"),
    ("run", "the system file's own: a role"),
    ("error_code", "the system file's own: a role"),
    ("retries", "the system file's own: a role"),
    ("reason", "the system file's own: a role"),
    ("failed_stage", "the system file's own: a role"),
];

/// Words that only one file may say, in a sense of their own: the word, the file, and what it means there.
const ONLY_IN: [(&str, &str, &str); 1] =
    [("embed", "crates/domain/src/view_state/codec.rs", "the URL's parameter: shown within another page")];

/// Every string literal in the checked folders that is a word of some deployment.
pub fn complaints() -> Vec<String> {
    let names = names_in_system_files();
    let mut complaints = Vec::new();
    for folder in CHECKED {
        for path in files_below(&workspace_root().join(folder), ".rs") {
            let name = shown(&path);
            if name.contains("/tests/") || name.ends_with("/tests.rs") || name.ends_with("testing.rs") {
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            for (line, literal) in source::read(&text).literals {
                let may_say = |it: &str| ONLY_IN.iter().any(|(word, file, _)| *word == it && *file == name);
                if let Some(word) = names.iter().find(|it| says(&literal, it) && !may_say(it)) {
                    complaints.push(format!(
                        "{name}:{line}: “{word}” is a deployment's word: take it from the system file"
                    ));
                }
            }
        }
    }
    complaints
}

/// Whether a literal is the word, or holds it where the word is too long and odd to be there by chance.
fn says(literal: &str, word: &str) -> bool {
    let is_odd = word.len() >= 8 && word.contains(['_', '.', '-']);
    literal == word || (is_odd && literal.contains(word))
}

/// Every name that a shipped system file gives.
pub fn names_in_system_files() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in files_below(&workspace_root().join("public/systems"), ".json") {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            collect(&value, &mut names);
            names.extend(of_parts(&value));
        }
    }
    names.retain(|it| it.len() > 1 && !COMMON.iter().any(|(common, _)| common == it));
    names
}

/// What stages and services are called: elsewhere an `id`, a `name` or a `title` is the file's own or for people.
fn of_parts(file: &Value) -> impl Iterator<Item = String> {
    let parts = ["stages", "services"].into_iter().filter_map(|it| file.get(it)?.as_array()).flatten();
    let told = parts.flat_map(|part| ["id", "name", "title"].map(|key| part.get(key)));
    told.filter_map(|it| Some(it?.as_str()?.to_owned()))
}

fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            names.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|it| collect(it, names)),
        Value::Object(items) => {
            items
                .iter()
                .filter(|(key, _)| !NOT_NAMES.contains(&key.as_str()))
                .for_each(|(_, it)| collect(it, names));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
