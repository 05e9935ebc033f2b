//! Where evidence lives: one home for each key, and what says that one home's evidence belongs to another's job.
//!
//! A line's home is its best key, by the line alone, so that no order of arrival changes it. A line that carries a
//! lesser key as well links that key's home up to its own. What is linked is one group, and is judged together.

use std::collections::HashMap;

use super::keys::{JOB, Key, TASK};
use crate::logs::LogRecord;
use crate::sorted::SortedSet;
use crate::trace::Trace;

/// One key and its evidence.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) key: Key,
    pub(super) lines: Vec<LogRecord>,
    /// The spans that a search found of the trace that this home is.
    pub(super) trace: Option<Trace>,
    /// Homes of better keys that its evidence belongs to.
    up: SortedSet<usize>,
    /// Homes of lesser keys that evidence of this one named.
    beside: SortedSet<usize>,
}

/// All homes, and which of them hang together.
#[derive(Clone, Debug, Default)]
pub(super) struct Homes {
    all: Vec<Home>,
    at: HashMap<Key, usize>,
    /// For each home another one of its group, or itself for the group's head.
    parent: Vec<usize>,
    /// The homes of each group, at its head.
    members: Vec<Vec<usize>>,
}

impl Homes {
    /// The home of a key; a new one where there is none.
    pub(super) fn of(&mut self, key: Key) -> usize {
        if let Some(known) = self.at.get(&key) {
            return *known;
        }
        let place = self.all.len();
        self.at.insert(key.clone(), place);
        let (up, beside) = (SortedSet::new(), SortedSet::new());
        self.all.push(Home { key, lines: Vec::new(), trace: None, up, beside });
        self.parent.push(place);
        self.members.push(vec![place]);
        place
    }

    pub(super) fn get(&self, place: usize) -> Option<&Home> {
        self.all.get(place)
    }

    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut Home> {
        self.all.get_mut(place)
    }

    /// Says that the evidence of `lesser` belongs to what `better` is.
    pub(super) fn link(&mut self, lesser: usize, better: usize) {
        if let Some(home) = self.all.get_mut(lesser) {
            home.up.insert(better);
        }
        if let Some(home) = self.all.get_mut(better) {
            home.beside.insert(lesser);
        }
        self.join(lesser, better);
    }

    /// The head of the group that a home belongs to.
    pub(super) fn head(&self, place: usize) -> usize {
        let mut at = place;
        while let Some(next) = self.parent.get(at).filter(|it| **it != at) {
            at = *next;
        }
        at
    }

    /// The homes of a group, by its head, in order of their keys.
    pub(super) fn members(&self, head: usize) -> Vec<usize> {
        let mut members = self.members.get(head).cloned().unwrap_or_default();
        members.sort_by(|a, b| self.key(*a).cmp(&self.key(*b)));
        members
    }

    /// The homes that a home's evidence belongs to in the end: itself where no better key is known for it.
    pub(super) fn roots(&self, place: usize) -> SortedSet<usize> {
        let Some(home) = self.all.get(place) else { return SortedSet::new() };
        if !home.up.is_empty() {
            return home.up.iter().flat_map(|it| self.roots(*it)).collect();
        }
        if home.key.rank == TASK {
            // A task that names no job, in a trace of just one job, is that job's.
            let jobs: SortedSet<usize> = (home.beside.iter().filter_map(|it| self.all.get(*it)))
                .flat_map(|it| it.up.iter().copied())
                .filter(|it| self.key(*it).is_some_and(|key| key.rank == JOB))
                .collect();
            if jobs.len() == 1 {
                return jobs;
            }
        }
        SortedSet::from_iter([place])
    }

    /// Empties a group; gives its lines back, so that they can be forgotten.
    pub(super) fn empty(&mut self, head: usize) -> Vec<LogRecord> {
        let members = self.members.get_mut(head).map(std::mem::take).unwrap_or_default();
        let mut lines = Vec::new();
        for place in members {
            if let Some(home) = self.all.get_mut(place) {
                self.at.remove(&home.key);
                lines.append(&mut home.lines);
                home.trace = None;
                home.up.clear();
                home.beside.clear();
            }
        }
        lines
    }

    fn key(&self, place: usize) -> Option<&Key> {
        self.all.get(place).map(|it| &it.key)
    }

    /// Makes one group of two; the smaller goes into the larger.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.head(a), self.head(b));
        if a == b {
            return;
        }
        let size = |it: usize| self.members.get(it).map_or(0, Vec::len);
        let (small, large) = if size(a) < size(b) { (a, b) } else { (b, a) };
        let moved = self.members.get_mut(small).map(std::mem::take).unwrap_or_default();
        if let Some(members) = self.members.get_mut(large) {
            members.extend(moved);
        }
        if let Some(parent) = self.parent.get_mut(small) {
            *parent = large;
        }
    }
}
