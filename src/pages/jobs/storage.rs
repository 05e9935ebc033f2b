//! Where saved views are kept: in the browser's storage, or in memory where the page may not use that.

use std::cell::RefCell;

use leptos::prelude::window;

/// A view that somebody saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SavedView {
    pub(super) name: String,
    /// The query of its address.
    pub(super) query: String,
}

/// The key in the browser's storage.
const KEY: &str = "jobscope.views";

thread_local! {
    static IN_MEMORY: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Every saved view, in the order in which they were saved.
pub(super) fn load() -> Vec<SavedView> {
    let stored = storage().and_then(|it| it.get_item(KEY).ok().flatten());
    read(&stored.unwrap_or_else(|| IN_MEMORY.with_borrow(Clone::clone)))
}

/// Keeps these views; false where they last only until the page is left.
pub(super) fn store(views: &[SavedView]) -> bool {
    let text = write(views);
    IN_MEMORY.with_borrow_mut(|it| it.clone_from(&text));
    storage().is_some_and(|it| it.set_item(KEY, &text).is_ok())
}

/// The browser's storage. A frame of an opaque origin may not even ask for it.
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// One view a line: its query, a tab, its name.
fn write(views: &[SavedView]) -> String {
    let line = |it: &SavedView| format!("{}\t{}\n", it.query, it.name.replace(['\n', '\r', '\t'], " "));
    views.iter().map(line).collect()
}

fn read(text: &str) -> Vec<SavedView> {
    let view = |line: &str| {
        let (query, name) = line.split_once('\t')?;
        (!name.is_empty()).then(|| SavedView { name: name.to_owned(), query: query.to_owned() })
    };
    text.lines().filter_map(view).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saved_views_survive_the_storage() {
        let view = |name: &str, query: &str| SavedView { name: name.to_owned(), query: query.to_owned() };
        let views = [view("failed today", "page=jobs&f=state%3Ais%3Afailed"), view("all", "page=jobs")];
        assert_eq!(read(&write(&views)), views);
        assert_eq!(read(&write(&[view("two\nlines", "q=1")])), [view("two lines", "q=1")]);
        assert_eq!(read("nonsense\n\t\nq=1\tkept"), [view("kept", "q=1")]);
    }
}
