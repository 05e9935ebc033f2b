//! Log lines in columns: the text in large blocks, entries as slices of them.

use std::borrow::Cow;
use std::sync::Arc;

use domain::logs::RawLine;
use domain::time::Timestamp;

use crate::json::{Text, unescape};

/// A stream's labels, shared by its lines.
pub(super) type StreamLabels = Arc<[(Arc<str>, Arc<str>)]>;

/// How much text is kept together.
const BLOCK_BYTES: usize = 256 << 10;

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

    /// Adds a line to the stream that the next [`LogBatch::end_stream`] ends.
    pub(super) fn push(&mut self, time: Timestamp, line: Text<'_>) {
        let line = self.keep(line);
        let stream = small(self.streams.len());
        self.entries.push(Entry { time, stream, line, metadata_end: small(self.metadata.len()) });
    }

    /// Adds structured metadata or a parsed label to the newest line.
    pub(super) fn push_metadata(&mut self, name: Text<'_>, value: Text<'_>) {
        let pair = (self.keep(name), self.keep(value));
        self.metadata.push(pair);
        let metadata_end = small(self.metadata.len());
        if let Some(entry) = self.entries.last_mut() {
            entry.metadata_end = metadata_end;
        }
    }

    /// Says whose lines those since the last end were.
    pub(super) fn end_stream(&mut self, labels: StreamLabels) {
        self.streams.push(labels);
    }

    fn keep(&mut self, text: Text<'_>) -> Piece {
        let raw = text.lossy();
        let is_room = |it: &String| it.len() + raw.len() <= it.capacity();
        if !self.text.last().is_some_and(is_room) {
            self.text.push(String::with_capacity(BLOCK_BYTES.max(raw.len())));
        }
        let block = small(self.text.len() - 1);
        let Some(kept) = self.text.last_mut() else { return Piece::default() };
        let start = small(kept.len());
        kept.push_str(&raw);
        Piece { block, start, end: small(kept.len()), has_escapes: text.has_escapes() }
    }
}

/// A place in an answer; none is so long that it would not fit.
fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
