//! What a chunk cut through, kept until the rest of it has come.

/// Longest item that is kept: far more than a log line or a span may have.
const MAX_BYTES: usize = 16 << 20;

/// How much of a chunk is looked at first for the end of what was kept: most items are shorter.
const MIN_TASTE_BYTES: usize = 4 << 10;

/// The beginning of an item whose end has not come.
#[derive(Debug, Default)]
pub(crate) struct Carry {
    kept: Vec<u8>,
    /// The length at which it is worth trying again: doubled each time, so that small chunks stay cheap.
    retry_at: usize,
}

impl Carry {
    /// Gives `walk` what was kept and `chunk` after it; keeps what `walk` does not say it has dealt with.
    ///
    /// As soon as the end of what was kept has come, the rest of the chunk is read where it lies.
    pub(crate) fn push(&mut self, chunk: &[u8], mut walk: impl FnMut(&[u8]) -> usize) {
        let n_before = self.kept.len();
        let (first, rest) = chunk.split_at_checked(n_before.max(MIN_TASTE_BYTES)).unwrap_or((chunk, &[]));
        if n_before == 0 {
            let used = walk(chunk);
            self.kept.extend_from_slice(chunk.get(used..).unwrap_or_default());
        } else {
            self.kept.extend_from_slice(first);
            // Where there is a rest, `first` is at least as long as what was kept, which is enough.
            if self.kept.len() < self.retry_at {
                return;
            }
            let used = walk(&self.kept);
            if let Some(n_ahead) = used.checked_sub(n_before) {
                let ahead = chunk.get(n_ahead..).unwrap_or_default();
                let used = walk(ahead);
                self.kept.clear();
                self.kept.extend_from_slice(ahead.get(used..).unwrap_or_default());
            } else {
                self.kept.drain(..used);
                self.kept.extend_from_slice(rest);
                if !rest.is_empty() {
                    self.flush(walk);
                }
            }
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
    fn a_chunk_is_read_where_it_lies_once_the_old_item_has_ended() {
        let chunk = vec![b'x'; 100_003];
        let mut carry = Carry::default();
        let (mut used, mut n_copied) = (0, 0);
        for _ in 0..10 {
            carry.push(&chunk, |bytes| {
                n_copied += if chunk.as_ptr_range().contains(&bytes.as_ptr()) { 0 } else { bytes.len() };
                used += tens(bytes);
                tens(bytes)
            });
        }
        assert_eq!(used, 1_000_030);
        assert!(n_copied < 10 * 5_000, "{n_copied}");
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
