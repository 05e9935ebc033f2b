//! Log lines in columns: one text arena, entries as slices of it.

use std::sync::Arc;

use domain::logs::RawLine;
use domain::time::Timestamp;

/// A stream's labels, shared by its lines.
pub(super) type StreamLabels = Arc<[(Arc<str>, Arc<str>)]>;

/// The lines of one answer, in the order in which Loki gave them: stream by stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogBatch {}

impl LogBatch {
    /// How many lines.
    pub fn len(&self) -> usize {
        0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every line, stream by stream.
    pub fn iter(&self) -> impl Iterator<Item = RawLine<'_>> {
        std::iter::empty()
    }

    /// The time of every line, in the same order.
    pub fn times(&self) -> impl Iterator<Item = Timestamp> {
        std::iter::empty()
    }
}
