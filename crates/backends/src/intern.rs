//! Equal texts of one answer, kept once: attribute names, services, label values come thousands of times.

use std::sync::Arc;

use crate::json::Text;

/// Longer texts hardly ever come twice.
const MAX_BYTES: usize = 64;
/// So many texts are remembered; a power of two.
const N_PLACES: usize = 4_096;

/// The texts that came last: each has one place by its hash, and goes when another one takes that.
#[derive(Debug, Default)]
pub(crate) struct Interner(Vec<Option<Arc<str>>>);

impl Interner {
    /// The text, shared with those that came before if it can be.
    pub(crate) fn get(&mut self, text: &str) -> Arc<str> {
        self.remembered(text.as_bytes(), || text.into())
    }

    /// The text of these bytes, with a mark in the place of what is no UTF-8.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Arc<str> {
        // What is remembered need not be examined again.
        self.remembered(bytes, || String::from_utf8_lossy(bytes).into())
    }

    /// The text meant by a JSON text.
    pub(crate) fn text(&mut self, text: Text<'_>) -> Arc<str> {
        self.get(&text.unescaped())
    }

    fn remembered(&mut self, bytes: &[u8], make: impl Fn() -> Arc<str>) -> Arc<str> {
        if bytes.len() > MAX_BYTES {
            return make();
        }
        if self.0.is_empty() {
            self.0.resize(N_PLACES, None);
        }
        let Some(place) = self.0.get_mut(place_of(bytes)) else { return make() };
        match place {
            Some(known) if known.as_bytes() == bytes => Arc::clone(known),
            Some(_) | None => Arc::clone(place.insert(make())),
        }
    }
}

/// Hashes eight bytes at a time by rotating and multiplying (FxHash, from the Rust compiler): quick for short texts.
fn place_of(bytes: &[u8]) -> usize {
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    let (words, rest) = bytes.as_chunks();
    let hash = words.iter().fold(bytes.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let hash = mix(hash, rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
    // The multiplication leaves its best bits at the top.
    (hash >> (u64::BITS - N_PLACES.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one() {
        let mut interner = Interner::default();
        let first = interner.get("service.name");
        assert!(Arc::ptr_eq(&first, &interner.get("service.name")));
        assert!(Arc::ptr_eq(&first, &interner.bytes(b"service.name")));
        assert!(!Arc::ptr_eq(&first, &interner.get("service.names")));
        assert_eq!(&*interner.get(&"x".repeat(100)), "x".repeat(100));
        assert_eq!(&*interner.bytes(b"caf\xff"), "caf\u{fffd}");
    }

    #[test]
    fn ids_do_not_fill_it_up() {
        let mut interner = Interner::default();
        for id in 0..4 * N_PLACES {
            assert_eq!(&*interner.get(&id.to_string()), id.to_string());
        }
        assert_eq!(interner.0.len(), N_PLACES);
    }

    #[test]
    fn texts_that_differ_a_little_lie_apart() {
        let names = (0..256).map(|n| format!("attribute.number.{n}"));
        let places: std::collections::HashSet<usize> = names.map(|it| place_of(it.as_bytes())).collect();
        assert!(places.len() > 240, "{}", places.len());
    }
}
