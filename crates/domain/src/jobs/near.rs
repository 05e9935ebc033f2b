//! Ids that are nearly what somebody typed.

use std::sync::Arc;

use super::row::JobRow;
use crate::ids::JobId;
use crate::letters::in_small;

/// The jobs of which an id is nearest to a text, at most `n`, the nearest first; none that is not near at all.
///
/// Their own ids count, those of their traces and that of their request. One that begins with the text, or has it inside,
/// is nearest; then those of which few letters differ (Levenshtein, at most a quarter of the text, and at least two).
pub fn near(rows: &[Arc<JobRow>], wanted: &str, n: usize) -> Vec<JobId> {
    let wanted = in_small(wanted.trim());
    if wanted.is_empty() {
        return Vec::new();
    }
    let letters: Vec<char> = wanted.chars().collect();
    let most = (letters.len() / 4).max(2);
    let away = |id: &str| {
        let id = in_small(id);
        if id.starts_with(&wanted) || wanted.starts_with(&id) {
            Some(0)
        } else if wanted.len() >= 4 && id.contains(&wanted) {
            Some(1)
        } else {
            Some(1 + distance(&letters, &id, most)?)
        }
    };
    let nearest = |row: &JobRow| {
        let others = row.traces.iter().map(ToString::to_string).chain(row.request_id.clone());
        away(row.id.as_str()).into_iter().chain(others.filter_map(|it| away(&it))).min()
    };
    let others = rows.iter().filter(|it| it.id.as_str() != wanted);
    let mut found: Vec<(usize, &JobId)> = others.filter_map(|it| Some((nearest(it)?, &it.id))).collect();
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
