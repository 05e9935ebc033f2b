//! What a person may have meant by a word that is not known.

use std::fmt::{self, Display};

/// What to write instead of `word`: the nearest of the known words, or all of them where none is near.
pub(crate) fn did_you_mean(word: &str, known: &[&str]) -> impl Display {
    fmt::from_fn(move |f| {
        let nearest = known.iter().map(|it| (distance(word, it), *it)).min();
        match nearest {
            Some((edits, it)) if edits <= 2.max(word.len() / 3) => write!(f, "did you mean “{it}”?"),
            Some(_) => write!(f, "write one of {}", List(known)),
            None => f.write_str("leave it out"),
        }
    })
}

/// Words with commas between them.
pub(crate) struct List<'a>(pub(crate) &'a [&'a str]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

/// Levenshtein's distance, in bytes.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let best = (diagonal + usize::from(x != y)).min(left + 1).min(*cell + 1);
            diagonal = std::mem::replace(cell, best);
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (a, b, edits) in [("", "", 0), ("kitten", "sitting", 3), ("", "abc", 3), ("stage", "stages", 1)] {
            assert_eq!(distance(a, b), edits, "{a} {b}");
            assert_eq!(distance(b, a), edits, "{b} {a}");
        }
    }

    #[test]
    fn a_slip_is_put_right_and_a_stranger_gets_the_list() {
        assert_eq!(did_you_mean("stags", &["stages", "title"]).to_string(), "did you mean “stages”?");
        assert_eq!(did_you_mean("colour", &["stages", "title"]).to_string(), "write one of stages, title");
    }
}
