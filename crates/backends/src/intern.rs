//! Equal texts of one answer, kept once: attribute names, services, label values come thousands of times.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use crate::json::Text;

/// Longer texts hardly ever come twice.
const MAX_BYTES: usize = 64;
/// So many different texts mean that they are ids, which do not come twice either.
const MAX_TEXTS: usize = 16_384;

/// The texts that have come.
#[derive(Debug, Default)]
pub(crate) struct Interner(HashSet<Arc<str>, BuildHasherDefault<WordHasher>>);

impl Interner {
    /// The text, shared with those that came before if it can be.
    pub(crate) fn get(&mut self, text: &str) -> Arc<str> {
        if text.len() > MAX_BYTES {
            return text.into();
        }
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        if self.0.len() < MAX_TEXTS {
            self.0.insert(Arc::clone(&new));
        }
        new
    }

    /// The text meant by a JSON text.
    pub(crate) fn text(&mut self, text: Text<'_>) -> Arc<str> {
        self.get(&text.unescaped())
    }
}

/// Hashes eight bytes at a time by rotating and multiplying (FxHash, from the Rust compiler): quick for short texts,
/// and needs no defence, since the set is small and short-lived.
#[derive(Debug, Default)]
pub(crate) struct WordHasher(u64);

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        words.iter().for_each(|word| self.write_u64(u64::from_le_bytes(*word)));
        if !rest.is_empty() {
            self.write_u64(rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    /// What ends a text; the texts of one set are told apart by their bytes alone.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one() {
        let mut interner = Interner::default();
        let first = interner.get("service.name");
        assert!(Arc::ptr_eq(&first, &interner.get("service.name")));
        assert!(!Arc::ptr_eq(&first, &interner.get("service.names")));
        assert_eq!(&*interner.get(&"x".repeat(100)), "x".repeat(100));
    }

    #[test]
    fn ids_do_not_fill_it_up() {
        let mut interner = Interner::default();
        for id in 0..2 * MAX_TEXTS {
            assert_eq!(&*interner.get(&id.to_string()), id.to_string());
        }
        assert_eq!(interner.0.len(), MAX_TEXTS);
    }
}
