//! How often something was seen in each part of a range, as bars in the height of a line.

use std::fmt::Write as _;

use domain::time::{TimeDelta, TimeRange, Timestamp};
use leptos::prelude::*;

/// How many parts a range is cut into.
pub(super) const N_PARTS: usize = 32;
/// Height of the picture, in its own units: one is a part's width.
const HEIGHT: f64 = 8.0;
/// What the smallest count that is not nothing is drawn as.
const LEAST: f64 = 0.8;

/// The bars; `words` says the same.
pub(super) fn spark(parts: &[usize], words: String) -> AnyView {
    view! {
        <svg class="spark" viewBox=format!("0 0 {N_PARTS} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=words>
            <path d=path(parts)></path>
        </svg>
    }
    .into_any()
}

/// One box a part, from the ground up.
fn path(parts: &[usize]) -> String {
    let most = parts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let mut path = String::new();
    for (place, count) in parts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = (*count as f64 / most * HEIGHT).max(LEAST);
        // Writing to a string cannot fail.
        let _ = write!(path, "M{place} {HEIGHT}v-{height:.2}h.8v{height:.2}z");
    }
    path
}

/// When most were seen, and how many.
pub(super) fn busiest(parts: &[usize], range: TimeRange) -> Option<(usize, Timestamp)> {
    let (place, count) = parts.iter().enumerate().max_by_key(|(place, count)| (**count, *place))?;
    let part = range.length().nanos() / i64::try_from(parts.len().max(1)).unwrap_or(1);
    let at = range.start + TimeDelta::from_nanos(part).times(i64::try_from(place).unwrap_or(0));
    (*count > 0).then_some((*count, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tallest_bar_is_the_busiest_part() {
        assert_eq!(path(&[0, 4, 1]), "M1 8v-8.00h.8v8.00zM2 8v-2.00h.8v2.00z");
        assert_eq!(path(&[]), "");
        let range = TimeRange { start: Timestamp::from_secs(100), end: Timestamp::from_secs(130) };
        assert_eq!(busiest(&[0, 4, 1], range), Some((4, Timestamp::from_secs(110))));
        assert_eq!(busiest(&[0, 0], range), None);
    }
}
