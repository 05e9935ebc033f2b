//! Ids that are nearly what somebody typed.

use std::sync::Arc;

use super::row::JobRow;
use crate::ids::JobId;
use crate::letters::in_small;

/// The jobs whose ids are nearest to a text, at most `n`, the nearest first; none that is not near at all.
///
/// An id that begins with the text, or has it inside, is nearest; then ids of which few letters differ (Levenshtein,
/// at most a quarter of the text, and at least two).
pub fn near(rows: &[Arc<JobRow>], wanted: &str, n: usize) -> Vec<JobId> {
    let wanted = in_small(wanted.trim());
    if wanted.is_empty() {
        return Vec::new();
    }
    let letters: Vec<char> = wanted.chars().collect();
    let most = (letters.len() / 4).max(2);
    let mut found: Vec<(usize, &JobId)> = (rows.iter())
        .filter(|it| it.id.as_str() != wanted)
        .filter_map(|row| {
            let id = in_small(row.id.as_str());
            let distance = if id.starts_with(&wanted) || wanted.starts_with(&id) {
                0
            } else if wanted.len() >= 4 && id.contains(&wanted) {
                1
            } else {
                1 + distance(&letters, &id, most)?
            };
            Some((distance, &row.id))
        })
        .collect();
    found.sort();
    found.dedup();
    found.into_iter().take(n).map(|(_, id)| id.clone()).collect()
}

/// How many letters must be put in, taken out or changed; `None` for more than `most`.
fn distance(wanted: &[char], id: &str, most: usize) -> Option<usize> {
    let n_letters = id.chars().count();
    if n_letters.abs_diff(wanted.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = (0..=wanted.len()).collect();
    for (row, letter) in id.chars().enumerate() {
        let mut now = Vec::with_capacity(before.len());
        now.push(row + 1);
        for (column, (other, pair)) in wanted.iter().zip(before.windows(2)).enumerate() {
            let [diagonal, above] = pair else { continue };
            let left = now.get(column).copied().unwrap_or(usize::MAX - 1);
            let changed = diagonal + usize::from(*other != letter);
            now.push(changed.min(above + 1).min(left + 1));
        }
        if now.iter().min().is_some_and(|it| *it > most) {
            return None;
        }
        before = now;
    }
    before.last().copied().filter(|it| *it <= most)
}
