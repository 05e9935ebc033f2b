//! Small maps and sets in order of their keys, as sorted vectors.
//!
//! For what a job or a page has few of: to insert into the middle moves what comes after. A B-tree of the standard
//! library compiles to some 3 KB for each pair of types: the list of jobs had 13 KB of brotli of them.

use std::borrow::Borrow;

/// A map in order of its keys.
pub use litemap::LiteMap as SortedMap;

/// A set in order of what it holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortedSet<T>(Vec<T>);

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ord> SortedSet<T> {
    /// Nothing.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds one; says whether it was new.
    pub fn insert(&mut self, new: T) -> bool {
        match self.0.binary_search(&new) {
            Ok(_) => false,
            Err(place) => {
                self.0.insert(place, new);
                true
            }
        }
    }

    /// Whether it holds this one.
    pub fn contains<Q: Ord + ?Sized>(&self, one: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.binary_search_by(|it| it.borrow().cmp(one)).is_ok()
    }

    /// How many it holds.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// Takes out what does not pass.
    pub fn retain(&mut self, passes: impl FnMut(&T) -> bool) {
        self.0.retain(passes);
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl<T: Ord> Extend<T> for SortedSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, more: I) {
        self.0.extend(more);
        self.0.sort_unstable();
        self.0.dedup();
    }
}

impl<T: Ord> FromIterator<T> for SortedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Self {
        let mut set = Self::new();
        set.extend(all);
        set
    }
}

impl<T> IntoIterator for SortedSet<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a SortedSet<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::SortedSet;

    proptest! {
        #[test]
        fn holds_what_a_set_of_the_standard_library_holds(first: Vec<u8>, more: Vec<u8>, each: Vec<u8>) {
            let mut ours: SortedSet<u8> = first.iter().copied().collect();
            let mut theirs: BTreeSet<u8> = first.into_iter().collect();
            ours.extend(more.iter().copied());
            theirs.extend(more);
            for one in each {
                prop_assert_eq!(ours.contains(&one), theirs.contains(&one));
                prop_assert_eq!(ours.insert(one), theirs.insert(one));
            }
            prop_assert!(ours.iter().eq(theirs.iter()));
        }
    }
}
