//! Log lines in columns: the text in large blocks, entries as slices of them.

use std::borrow::Cow;
use std::sync::Arc;

use domain::logs::RawLine;
use domain::time::Timestamp;

use crate::json::{Text, unescape};

/// A stream's labels, shared by its lines.
pub(super) type StreamLabels = Arc<[(Arc<str>, Arc<str>)]>;

/// How much text is kept together.
const BLOCK_BYTES: usize = 1 << 20;

/// The lines of one answer, in the order in which Loki gave them: stream by stream.
///
/// Lines lie here as they stood in the answer; escapes are resolved when a line is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogBatch {
    /// Text in blocks of about [`BLOCK_BYTES`], so that none is ever moved to grow.
    text: Vec<String>,
    streams: Vec<StreamLabels>,
    entries: Vec<Entry>,
    metadata: Vec<(Piece, Piece)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    time: Timestamp,
    stream: u32,
    line: Piece,
    /// Where in `metadata` its pairs end; they begin where those of the entry before end.
    metadata_end: u32,
}

/// A part of one block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Piece {
    block: u32,
    start: u32,
    end: u32,
    has_escapes: bool,
}

impl LogBatch {
    /// How many lines.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Every line, stream by stream.
    pub fn iter(&self) -> impl Iterator<Item = RawLine<'_>> {
        (0..self.len()).filter_map(|place| self.get(place))
    }

    /// The line at this place of [`LogBatch::iter`].
    pub fn get(&self, place: usize) -> Option<RawLine<'_>> {
        let entry = self.entries.get(place)?;
        let before = place.checked_sub(1).and_then(|it| self.entries.get(it));
        let metadata_start = before.map_or(0, |it| it.metadata_end);
        let metadata = self.metadata.get(metadata_start as usize..entry.metadata_end as usize);
        Some(RawLine {
            time: entry.time,
            line: self.piece(entry.line),
            labels: self.streams.get(entry.stream as usize).map_or(&[], |it| it),
            metadata: metadata
                .unwrap_or_default()
                .iter()
                .map(|(name, value)| (self.piece(*name), self.piece(*value)))
                .collect(),
        })
    }

    /// The time of every line, in the order of [`LogBatch::iter`].
    pub fn times(&self) -> impl Iterator<Item = Timestamp> {
        self.entries.iter().map(|it| it.time)
    }

    fn piece(&self, piece: Piece) -> Cow<'_, str> {
        let block = self.text.get(piece.block as usize).map_or("", String::as_str);
        let raw = block.get(piece.start as usize..piece.end as usize).unwrap_or_default();
        if piece.has_escapes { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) }
    }
}

/// A batch while its lines come.
#[derive(Debug, Default)]
pub(super) struct BatchBuilder {
    batch: LogBatch,
    /// The block that is being filled: bytes, since it is quicker to check many texts at once.
    block: Vec<u8>,
}

impl BatchBuilder {
    /// Adds a line to the stream that the next [`BatchBuilder::end_stream`] ends.
    pub(super) fn push(&mut self, time: Timestamp, line: Text<'_>) {
        let line = self.keep(line);
        let stream = small(self.batch.streams.len());
        let metadata_end = small(self.batch.metadata.len());
        self.batch.entries.push(Entry { time, stream, line, metadata_end });
    }

    /// Adds structured metadata or a parsed label to the newest line.
    pub(super) fn push_metadata(&mut self, name: Text<'_>, value: Text<'_>) {
        let pair = (self.keep(name), self.keep(value));
        self.batch.metadata.push(pair);
        if let Some(entry) = self.batch.entries.last_mut() {
            entry.metadata_end = small(self.batch.metadata.len());
        }
    }

    /// Says whose lines those since the last end were.
    pub(super) fn end_stream(&mut self, labels: StreamLabels) {
        self.batch.streams.push(labels);
    }

    /// All lines.
    pub(super) fn finish(mut self) -> LogBatch {
        // Most batches are small, and some are kept for long.
        self.block.shrink_to_fit();
        self.batch.entries.shrink_to_fit();
        self.end_block(0);
        self.batch
    }

    fn keep(&mut self, text: Text<'_>) -> Piece {
        let raw = text.raw();
        if self.block.len() + raw.len() > self.block.capacity() {
            self.end_block(BLOCK_BYTES.max(raw.len()));
        }
        let start = small(self.block.len());
        self.block.extend_from_slice(raw);
        let (block, end) = (small(self.batch.text.len()), small(self.block.len()));
        Piece { block, start, end, has_escapes: text.has_escapes() }
    }

    /// Makes text of the block, and begins another that has room for so many bytes.
    fn end_block(&mut self, capacity: usize) {
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(capacity));
        if block.capacity() > 0 {
            self.batch.text.push(valid_text(block));
        }
    }
}

/// The bytes as text; each that is not UTF-8 becomes `?`, so that all others stay where they are.
fn valid_text(mut bytes: Vec<u8>) -> String {
    loop {
        match String::from_utf8(bytes) {
            Ok(text) => return text,
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                bytes = error.into_bytes();
                if let Some(wrong) = bytes.get_mut(at) {
                    *wrong = b'?';
                }
            }
        }
    }
}

/// A place in an answer; none is so long that it would not fit.
fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_what_they_are_over_any_number_of_blocks() {
        let mut builder = BatchBuilder::default();
        let texts: Vec<_> = (0..400).map(|it| format!("{it} {}", "é".repeat(it * 7))).collect();
        for text in &texts {
            builder.push(Timestamp::from_nanos(1), Text::new(text.as_bytes(), false));
            builder.push_metadata(Text::new(b"name", false), Text::new(text.as_bytes(), false));
        }
        builder.end_stream(Arc::default());
        let batch = builder.finish();
        assert!(batch.text.len() > 2);
        assert_eq!(batch.len(), texts.len());
        for (line, text) in batch.iter().zip(&texts) {
            assert_eq!((&*line.line, &*line.metadata[0].1), (text.as_str(), text.as_str()));
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_marked_and_move_nothing() {
        let mut builder = BatchBuilder::default();
        builder.push(Timestamp::from_nanos(1), Text::new(b"a\xff\xc3", false));
        builder.push(Timestamp::from_nanos(2), Text::new("é\\n".as_bytes(), true));
        let batch = builder.finish();
        let lines: Vec<_> = batch.iter().map(|it| it.line.into_owned()).collect();
        assert_eq!(lines, ["a??", "é\n"]);
    }
}
