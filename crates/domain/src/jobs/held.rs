//! What a list shows while jobs arrive and change: nothing moves under whoever reads.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::row::{JobRow, Rows};
use crate::ids::JobId;

/// A list as it is shown. `Key` is what it is a list of: with another one it is a new list.
#[derive(Clone, Debug)]
pub struct Held<Key> {
    /// What is shown.
    pub rows: Rows,
    /// How many jobs wait to be let in above or between.
    pub n_new: usize,
    /// The places of rows that stay only because somebody reads, in order, and why they would go.
    pub gone: Vec<(usize, Gone)>,
    key: Key,
}

/// Why a job that is listed would not be listed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// It has changed and no longer passes the filters.
    Filtered,
    /// It is not of the list's time any more; it is shown as it was last known.
    Past,
}

impl Gone {
    /// The words for it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Filtered => "no longer matches",
            Self::Past => "no longer in this time",
        }
    }
}

impl<Key: PartialEq> Held<Key> {
    /// The next list, given every job and those that pass the filters, in the order of the list.
    ///
    /// While somebody reads, what is listed keeps its place and is only brought up to date, jobs that belong below it are
    /// added there, those that belong elsewhere wait, and those that no longer belong are marked. Only what lies at the
    /// very end and is past goes: nothing stands below it.
    pub fn next(old: Option<&Self>, all: &Rows, passing: &Rows, key: Key, is_read: bool) -> Self {
        let held = old.filter(|it| is_read && it.key == key && !all.is_empty());
        let (mut rows, gone) = held.map_or_else(Default::default, |it| kept(it, all, passing));
        let Some(old) = held.filter(|_| !rows.is_empty()) else {
            return Self { rows: passing.clone(), n_new: 0, gone: Vec::new(), key };
        };
        let listed: HashSet<&JobId> = old.rows.iter().map(|it| &it.id).collect();
        let below = passing.iter().rposition(|it| listed.contains(&it.id)).map_or(passing.len(), |it| it + 1);
        rows.extend(passing.iter().skip(below).cloned());
        let n_new = passing.len() - (rows.len() - gone.len());
        let is_same =
            rows.len() == old.rows.len() && rows.iter().zip(&*old.rows).all(|(a, b)| Arc::ptr_eq(a, b));
        Self { rows: if is_same { old.rows.clone() } else { Rows::new(rows) }, n_new, gone, key }
    }

    /// Whether nothing differs that anybody sees.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rows, &other.rows)
            && (self.n_new, &self.gone, &self.key) == (other.n_new, &other.gone, &other.key)
    }

    /// Why the row at this place would go; `None` for one that belongs there.
    pub fn gone_at(&self, place: usize) -> Option<Gone> {
        self.gone.iter().find(|it| it.0 == place).map(|it| it.1)
    }
}

/// What is listed, brought up to date, and which of it no longer belongs.
fn kept<Key>(old: &Held<Key>, all: &Rows, passing: &Rows) -> (Vec<Arc<JobRow>>, Vec<(usize, Gone)>) {
    let mut now: HashMap<&JobId, (&Arc<JobRow>, Option<Gone>)> =
        all.iter().map(|it| (&it.id, (it, Some(Gone::Filtered)))).collect();
    now.extend(passing.iter().map(|it| (&it.id, (it, None))));
    let (mut rows, mut gone) = (Vec::with_capacity(old.rows.len()), Vec::new());
    for row in old.rows.iter() {
        let (newest, why) = now.get(&row.id).copied().unwrap_or((row, Some(Gone::Past)));
        gone.extend(why.map(|it| (rows.len(), it)));
        rows.push(newest.clone());
    }
    while gone.last().is_some_and(|it| *it == (rows.len() - 1, Gone::Past)) {
        gone.pop();
        rows.pop();
    }
    (rows, gone)
}
