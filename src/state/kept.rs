//! What a part of a page remembers of how it is looked at, kept in the address so that a link shows it the same way.

use leptos::prelude::*;

use super::{effect, use_view};

/// Words that the address keeps as `var-NAME`, one parameter each; none as long as nobody changed anything.
///
/// A change writes the address in place, so Back skips it; another address is read again.
pub fn kept_words(name: String) -> RwSignal<Vec<String>> {
    let view = use_view();
    let asked = {
        let name = name.clone();
        view.part(move |it| it.vars.get(&name).cloned().unwrap_or_default())
    };
    let words = RwSignal::new(asked.get_untracked());
    effect(move |_| {
        let asked = asked.get();
        if words.with_untracked(|it| *it != asked) {
            words.set(asked);
        }
    });
    effect(move |was: Option<Vec<String>>| {
        let words = words.get();
        if was.is_some_and(|was| was != words) {
            let name = name.clone();
            view.replace(|it| {
                it.vars.remove(&name);
                if !words.is_empty() {
                    it.vars.insert(name, words.clone());
                }
            });
        }
        words
    });
    words
}

/// Adds the word, or takes it away where it is.
pub fn toggle_word(words: RwSignal<Vec<String>>, word: &str) {
    words.update(|all| match all.iter().position(|it| it == word) {
        Some(place) => drop(all.remove(place)),
        None => all.push(word.to_owned()),
    });
}
