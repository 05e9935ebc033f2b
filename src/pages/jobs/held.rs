//! What is listed while jobs arrive: nothing moves under whoever reads.

use std::collections::HashMap;
use std::sync::Arc;

use domain::ids::JobId;
use domain::jobs::{JobRow, Rows};
use domain::time::RangeSpec;
use domain::view_state::{Filter, Sort};

/// What a list is of: when it changes, the list is a new one.
pub(super) type Key = ((Vec<Filter>, String), Option<Sort>, RangeSpec, u32);

/// A list as it is shown.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// What is shown.
    pub(super) rows: Rows,
    /// How many jobs wait to be let in above or between.
    pub(super) n_new: usize,
    key: Key,
}

impl Held {
    /// Whether nothing differs that anybody sees.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rows, &other.rows) && self.n_new == other.n_new && self.key == other.key
    }
}

/// The next list, given what passes now.
///
/// While somebody reads, what is listed keeps its place and is only brought up to date, jobs that belong below it are
/// added there, and those that belong elsewhere wait.
pub(super) fn hold(old: Option<&Held>, passing: &Rows, key: Key, is_read: bool) -> Held {
    let old = old.filter(|it| is_read && it.key == key && !it.rows.is_empty());
    let Some(old) = old else { return Held { rows: passing.clone(), n_new: 0, key } };
    let now: HashMap<&JobId, &Arc<JobRow>> = passing.iter().map(|it| (&it.id, it)).collect();
    let kept = old.rows.iter().filter_map(|it| now.get(&it.id).map(|it| Arc::clone(it)));
    let mut rows: Vec<Arc<JobRow>> = kept.collect();
    let known: HashMap<&JobId, ()> = old.rows.iter().map(|it| (&it.id, ())).collect();
    let below = passing.iter().rposition(|it| known.contains_key(&it.id)).map_or(0, |it| it + 1);
    rows.extend(passing.iter().skip(below).cloned());
    let n_new = passing.len() - rows.len();
    let is_unchanged =
        rows.len() == old.rows.len() && rows.iter().zip(&*old.rows).all(|(a, b)| Arc::ptr_eq(a, b));
    let rows = if is_unchanged { old.rows.clone() } else { Rows::new(rows) };
    Held { rows, n_new, key }
}
