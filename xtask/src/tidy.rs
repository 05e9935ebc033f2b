//! What every file owes its readers: a first sentence, a bearable length, and none of the banned shortcuts.

use std::path::Path;

use crate::{files_below, shown, source, workspace_root};

const MAX_LINES: usize = 400;
const MAX_COMPONENT_LINES: usize = 250;

/// What a file may not say outside tests, and what to do instead.
const BANNED: [(&str, &str); 6] = [
    ("inner_html", "build elements: nothing from a backend may become markup"),
    ("set_inner_html", "build elements: nothing from a backend may become markup"),
    ("todo!", "finish it, or say in an issue that it is not done"),
    ("unimplemented!", "finish it, or say in an issue that it is not done"),
    ("dbg!", "take it out"),
    (" style=\"", "a literal style attribute breaks the content-security policy: use style:name=…"),
];

/// Every complaint about the workspace's Rust files.
pub fn complaints() -> Vec<String> {
    let root = workspace_root();
    let mut complaints = Vec::new();
    for folder in ["src", "crates", "xtask", "tests"] {
        for path in files_below(&root.join(folder), ".rs") {
            let Ok(text) = std::fs::read_to_string(&path) else {
                complaints.push(format!("{}: cannot be read", shown(&path)));
                continue;
            };
            check_file(&path, &text, &mut complaints);
        }
    }
    complaints
}

fn check_file(path: &Path, text: &str, complaints: &mut Vec<String>) {
    let name = shown(path);
    let opens_well = text.lines().find(|it| !it.starts_with("#![")).is_some_and(|it| it.starts_with("//! "));
    if !opens_well {
        complaints.push(format!("{name}: begins with no sentence (//!) that says what belongs there"));
    }
    let is_component = name.starts_with("src/components") || name.starts_with("src/pages");
    let max = if is_component { MAX_COMPONENT_LINES } else { MAX_LINES };
    let n_lines = lines_without_tests(text);
    let is_test = name.starts_with("tests/") || name.contains("/tests/") || name.ends_with("/tests.rs");
    if n_lines > max && !is_test {
        complaints
            .push(format!("{name}: {n_lines} lines without tests, more than {max}: does it hold two rooms?"));
    }
    if is_test || name.starts_with("xtask") {
        return;
    }
    let code = source::read(text).code;
    for (i, line) in code.lines().enumerate() {
        for (word, instead) in BANNED {
            if line.contains(word) {
                complaints.push(format!("{name}:{}: {word}: {instead}", i + 1));
            }
        }
    }
}

/// Lines up to the test module, which may be as long as it must.
fn lines_without_tests(text: &str) -> usize {
    let n_code = text.lines().position(|it| it.starts_with("#[cfg(test)]"));
    n_code.unwrap_or_else(|| text.lines().count())
}
