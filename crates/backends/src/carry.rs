//! What a chunk cut through, kept until the rest of it has come.

/// Longest item that is kept: far more than a log line or a span may have.
const MAX_BYTES: usize = 16 << 20;

/// The beginning of an item whose end has not come.
#[derive(Debug, Default)]
pub(crate) struct Carry {
    kept: Vec<u8>,
    /// The length at which it is worth trying again: doubled each time, so that small chunks stay cheap.
    retry_at: usize,
}

impl Carry {
    /// Gives `walk` what was kept and `chunk` after it; keeps what `walk` does not say it has dealt with.
    pub(crate) fn push(&mut self, chunk: &[u8], walk: impl FnOnce(&[u8]) -> usize) {
        if self.kept.is_empty() {
            let used = walk(chunk);
            self.kept.extend_from_slice(chunk.get(used..).unwrap_or_default());
        } else {
            self.kept.extend_from_slice(chunk);
            if self.kept.len() < self.retry_at {
                return;
            }
            self.flush(walk);
        }
        self.retry_at = (self.kept.len() * 2).min(MAX_BYTES);
    }

    /// Gives `walk` what was kept once more.
    pub(crate) fn flush(&mut self, walk: impl FnOnce(&[u8]) -> usize) {
        let used = walk(&self.kept);
        self.kept.drain(..used.min(self.kept.len()));
    }

    /// Whether nothing waits for its end.
    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether what waits for its end is longer than any item may be.
    pub(crate) fn is_too_long(&self) -> bool {
        self.kept.len() > MAX_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks over items of ten bytes.
    fn tens(bytes: &[u8]) -> usize {
        bytes.len() / 10 * 10
    }

    #[test]
    fn what_was_not_used_comes_again() {
        let mut carry = Carry::default();
        let mut used = 0;
        for _ in 0..100 {
            carry.push(b"abc", |bytes| {
                used += tens(bytes);
                tens(bytes)
            });
        }
        carry.flush(|bytes| {
            used += tens(bytes);
            tens(bytes)
        });
        assert_eq!(used, 300);
        assert!(carry.is_empty());
    }

    #[test]
    fn small_chunks_of_a_long_item_are_tried_seldom() {
        let mut carry = Carry::default();
        let mut n_tries = 0;
        for _ in 0..10_000 {
            carry.push(b"x", |_| {
                n_tries += 1;
                0
            });
        }
        assert!(n_tries < 20, "{n_tries}");
        assert!(!carry.is_too_long());
    }
}
