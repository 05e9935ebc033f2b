//! Who may know whom: between crates by `cargo tree`, inside the app by an allow-list of imports.

use std::process::Command;

use crate::{files_below, shown, source, workspace_root};

/// Crates that a crate must never reach, however indirectly.
const FORBIDDEN: [(&str, &[&str]); 5] = [
    (
        "domain",
        &["serde", "serde_json", "plotters", "leptos", "web-sys", "js-sys", "wasm-bindgen", "gloo-net"],
    ),
    ("system", &["backends", "inquiry", "charts", "leptos", "web-sys", "js-sys", "wasm-bindgen", "gloo-net"]),
    (
        "backends",
        &[
            "system",
            "inquiry",
            "charts",
            "plotters",
            "leptos",
            "web-sys",
            "js-sys",
            "wasm-bindgen",
            "gloo-net",
        ],
    ),
    ("inquiry", &["charts", "plotters", "leptos", "web-sys", "js-sys", "wasm-bindgen", "gloo-net"]),
    (
        "charts",
        &[
            "system",
            "backends",
            "inquiry",
            "serde",
            "leptos",
            "web-sys",
            "js-sys",
            "wasm-bindgen",
            "gloo-net",
        ],
    ),
];

/// Rooms of the app, and the rooms and crates that their files may name.
const ALLOWED: [(&str, &[&str]); 5] = [
    ("src/components/", &["components", "state", "canvas", "domain", "charts"]),
    ("src/canvas/", &["canvas", "domain", "charts"]),
    ("src/state/", &["state", "domain", "system", "inquiry"]),
    ("src/net/", &["net", "state", "domain", "system", "backends", "inquiry"]),
    (
        "src/pages/",
        &["pages", "components", "state", "net", "canvas", "domain", "charts", "inquiry", "backends"],
    ),
];

const APP_ROOMS: [&str; 6] = ["app", "components", "canvas", "state", "net", "pages"];
const CRATES: [&str; 5] = ["domain", "system", "backends", "inquiry", "charts"];

/// Every path between crates that must not be.
pub fn crate_complaints() -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, forbidden) in FORBIDDEN {
        let tree = Command::new(env!("CARGO"))
            .args(["tree", "--package", name, "--edges", "normal", "--prefix", "depth", "--format", " {lib}"])
            .args(["--target", "x86_64-unknown-linux-gnu", "--offline"])
            .current_dir(workspace_root())
            .output();
        let text = match tree {
            Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
            Ok(output) => {
                complaints.push(format!("cargo tree: {}", String::from_utf8_lossy(&output.stderr)));
                continue;
            }
            Err(err) => {
                complaints.push(format!("cargo tree: {err}"));
                continue;
            }
        };
        let mut path: Vec<String> = Vec::new();
        for line in text.lines() {
            let Some((depth, dependency)) = line.split_once(' ') else { continue };
            path.truncate(depth.parse().unwrap_or(0));
            path.push(dependency.trim().to_owned());
            let bad = forbidden.iter().any(|it| it.replace('-', "_") == dependency.trim().replace('-', "_"));
            if bad {
                complaints
                    .push(format!("{} must not be: see ARCHITECTURE.md, invariant 1", path.join(" -> ")));
            }
        }
    }
    complaints
}

/// Every import inside the app that must not be.
pub fn import_complaints() -> Vec<String> {
    let mut complaints = Vec::new();
    for (room, allowed) in ALLOWED {
        for path in files_below(&workspace_root().join(room), ".rs") {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            for (i, line) in source::read(&text).code.lines().enumerate() {
                for named in rooms_named(line) {
                    if !allowed.contains(&named) {
                        complaints.push(format!("{}:{}: {room} may not know {named}", shown(&path), i + 1));
                    }
                }
            }
        }
    }
    complaints
}

/// The rooms and crates that a line of code names by path.
fn rooms_named(line: &str) -> Vec<&'static str> {
    let mut named = Vec::new();
    for room in APP_ROOMS {
        if line.contains(&format!("crate::{room}::")) || line.contains(&format!("crate::{room};")) {
            named.push(room);
        }
    }
    for name in CRATES {
        let begins = |prefix: &str| line.trim_start().starts_with(&format!("{prefix}{name}::"));
        if begins("use ") || begins("pub use ") || line.contains(&format!(" {name}::")) {
            named.push(name);
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_rooms_are_seen() {
        assert_eq!(rooms_named("use crate::net::use_plan;"), ["net"]);
        assert_eq!(rooms_named("use domain::time::Timestamp;"), ["domain"]);
        assert_eq!(rooms_named("    let it: backends::Head = x;"), ["backends"]);
        assert!(rooms_named("let domain = 1;").is_empty());
    }
}
