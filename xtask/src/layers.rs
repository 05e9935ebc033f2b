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
const ALLOWED: [(&str, &[&str]); 8] = [
    ("src/components/", &["components", "state", "canvas", "domain", "charts"]),
    ("src/canvas/", &["canvas", "domain", "charts"]),
    ("src/state/", &["state", "domain", "system", "inquiry"]),
    ("src/net/", &["net", "state", "domain", "system", "backends", "inquiry"]),
    (
        "src/pages/",
        &["pages", "components", "state", "net", "canvas", "domain", "charts", "inquiry", "backends"],
    ),
    ("src/app/", &["app", "pages", "components", "state", "net", "canvas", "domain", "system"]),
    (ROOT, &["app"]),
    ("src/main.rs", &[]),
];

/// Where the rooms are declared, and may be named without `crate::`.
const ROOT: &str = "src/lib.rs";
/// The app's own name, which stands for `crate` in its entry.
const APP: &str = "jobscope";
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
        let place = workspace_root().join(room);
        let files = if place.is_file() { vec![place] } else { files_below(&place, ".rs") };
        if files.is_empty() {
            complaints.push(format!("{room}: there is no such room"));
        }
        for path in files {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            for (line, named) in rooms_named(&source::read(&text).code, room == ROOT) {
                if !allowed.contains(&named) {
                    complaints.push(format!("{}:{line}: {room} may not know {named}", shown(&path)));
                }
            }
        }
    }
    complaints
}

/// The rooms and crates that code names by path, each with its line. At the root rooms go without `crate::`.
fn rooms_named(code: &str, is_root: bool) -> Vec<(usize, &'static str)> {
    let words = words(code);
    let known = |of: &[&'static str], word: &str| of.iter().find(|it| **it == word).copied();
    let mut named = Vec::new();
    for (i, (line, word)) in words.iter().enumerate() {
        let text = |at: usize| words.get(at).map_or("", |(_, it)| *it);
        let before = |n: usize| i.checked_sub(n).map_or("", text);
        // A path begins here, also one that says with `::` that it begins with a crate.
        let is_inside = before(1) == "::" && is_name(before(2));
        let is_path = text(i + 1) == "::";
        if is_inside || !(is_path || before(1) == "use") {
            continue;
        }
        named.extend(known(&CRATES, word).map(|it| (*line, it)));
        if is_root && is_path {
            named.extend(known(&APP_ROOMS, word).map(|it| (*line, it)));
        }
        if is_path && ["crate", APP].contains(word) {
            let firsts = firsts(words.get(i + 2..).unwrap_or_default());
            named.extend(firsts.iter().filter_map(|(line, it)| Some((*line, known(&APP_ROOMS, it)?))));
        }
    }
    named
}

/// With what the rest of a path begins: one name, or each of those in braces.
fn firsts<'a>(rest: &[(usize, &'a str)]) -> Vec<(usize, &'a str)> {
    let mut firsts = Vec::new();
    let mut depth = 0_usize;
    let mut is_first = true;
    for (line, word) in rest {
        match *word {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            "," => {}
            _ => {
                if is_first && depth <= 1 {
                    firsts.push((*line, *word));
                }
            }
        }
        is_first = depth == 1 && matches!(*word, "{" | ",");
        if depth == 0 {
            break;
        }
    }
    firsts
}

fn is_name(word: &str) -> bool {
    word.starts_with(|it: char| it.is_alphanumeric() || it == '_')
}

/// Names, `::`, and every other sign by itself, each with its line, counted from 1.
fn words(code: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    for (i, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let end = match first {
                _ if is_name(rest) => rest.find(|it: char| !(it.is_alphanumeric() || it == '_')),
                _ if rest.starts_with("::") => Some(2),
                _ => Some(first.len_utf8()),
            };
            let (word, more) = rest.split_at(end.unwrap_or(rest.len()));
            words.push((i + 1, word));
            rest = more.trim_start();
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, expected: &[&str]) {
        let named: Vec<&str> = rooms_named(code, false).into_iter().map(|(_, it)| it).collect();
        assert_eq!(named, expected, "{code}");
    }

    #[test]
    fn names_of_rooms_are_seen() {
        check("use crate::net::use_plan;", &["net"]);
        check("use crate::net;", &["net"]);
        check("use crate::{net::use_plan, state};", &["net", "state"]);
        check("use crate::{components::{list::Rows, net}, pages::job::X};", &["components", "pages"]);
        check("use domain::time::Timestamp;", &["domain"]);
        check("use domain as known;", &["domain"]);
        check("use {charts::Axis, ::backends::Head};", &["charts", "backends"]);
        check("    let it: backends::Head = x;", &["backends"]);
        check(
            "let all: Vec<backends::Head> = told(domain::time::now(), &inquiry::X, !system::f());",
            &["backends", "domain", "inquiry", "system"],
        );
        check("pub(in crate::pages::job) fn of(it: jobscope::net::Net) {}", &["pages", "net"]);
    }

    #[test]
    fn what_only_sounds_like_a_room_is_none() {
        for code in
            ["let domain = 1;", "use domain_of::x;", "crate::parts! {}", "other::net::x()", "state.net()"]
        {
            check(code, &[]);
        }
        check("use domain::system::Role;", &["domain"]);
    }

    #[test]
    fn each_is_told_with_its_line_and_the_root_needs_no_prefix() {
        assert_eq!(
            rooms_named("use crate::{\n    state::X,\n    net,\n};", false),
            [(2, "state"), (3, "net")]
        );
        assert_eq!(rooms_named("pub mod app;\napp::start();", true), [(2, "app")]);
        assert_eq!(rooms_named("app::start();", false), []);
    }
}
