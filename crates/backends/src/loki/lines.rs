//! Reads the streams of a log query into a [`LogBatch`] while they come.

use std::sync::Arc;

use domain::time::Timestamp;

use super::batch::{BatchBuilder, LogBatch};
use crate::answer::{Answer, Answered, Misread};
use crate::intern::Interner;
use crate::json::{Child, Cursor, Outline, Read, Stop, Text};
use crate::warnings::Warnings;

/// `{"data":{"resultType":"streams","result":[{"stream":{…},"values":[["<ns>","line",{…}],…]},…]}}`
#[derive(Debug)]
pub(super) struct Lines {
    batch: BatchBuilder,
    labels: Vec<(Arc<str>, Arc<str>)>,
    interner: Interner,
    result_type: String,
    warnings: Warnings,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            batch: BatchBuilder::default(),
            labels: Vec::new(),
            interner: Interner::default(),
            result_type: String::new(),
            warnings: Warnings::of("Loki"),
        }
    }
}

/// The lists and objects that are opened.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// The whole answer.
    Top,
    /// `data`
    Data,
    /// `result`
    Streams,
    /// One of `result`.
    Stream,
    /// Its `values`.
    Entries,
}

impl Outline for Lines {
    type Place = Place;
    const TOP: Place = Place::Top;

    fn child(&self, place: Place, name: Option<&[u8]>) -> Child<Place> {
        match (place, name) {
            (Place::Entries, None) => Child::Take,
            (Place::Streams, None) => Child::Open(Place::Stream),
            (Place::Stream, Some(b"stream")) => Child::Take,
            (Place::Stream, Some(b"values")) => Child::Open(Place::Entries),
            (Place::Top, Some(b"data")) => Child::Open(Place::Data),
            (Place::Top, Some(b"warnings")) | (Place::Data, Some(b"resultType")) => Child::Take,
            (Place::Data, Some(b"result")) => Child::Open(Place::Streams),
            (Place::Top | Place::Data | Place::Streams | Place::Stream | Place::Entries, _) => Child::Skip,
        }
    }

    fn take(&mut self, place: Place, _name: Option<&[u8]>, value: &mut Cursor<'_>) -> Read<()> {
        match place {
            Place::Entries => self.entry(value),
            Place::Stream => {
                self.labels.clear();
                value.fields(|name, value| {
                    let pair = (self.interner.text(name), self.interner.text(value.text()?));
                    self.labels.push(pair);
                    Ok(())
                })
            }
            Place::Data => {
                self.result_type = value.text()?.unescaped().into_owned();
                Ok(())
            }
            Place::Top | Place::Streams => self.warnings.take(value),
        }
    }

    fn leave(&mut self, place: Place) {
        if let Place::Stream = place {
            self.labels.sort();
            self.batch.end_stream(std::mem::take(&mut self.labels).into());
        }
    }
}

impl Lines {
    /// `["<ns>", "line"]`, or with a third item that holds structured metadata and parsed labels.
    fn entry(&mut self, value: &mut Cursor<'_>) -> Read<()> {
        value.sign(b'[', "an entry")?;
        let time = value.int()?;
        value.sign(b',', "“,”")?;
        let line = value.text()?;
        let mut more = None;
        if value.peek()? == b',' {
            value.sign(b',', "“,”")?;
            more = Some(value.slice()?);
        }
        value.sign(b']', "the end of an entry")?;
        self.batch.push(Timestamp::from_nanos(time), line);
        match more {
            Some(more) if more.len() > 2 => self.metadata(&mut Cursor::new(more)),
            Some(_) | None => Ok(()),
        }
    }

    /// `{"structuredMetadata":{…},"parsed":{…}}`, either of which may be missing.
    fn metadata(&mut self, value: &mut Cursor<'_>) -> Read<()> {
        let mut pair = |name: Text<'_>, value: &mut Cursor<'_>| {
            let value = value.text()?;
            self.batch.push_metadata(name, value);
            Ok(())
        };
        let read = value.fields(|name, value| match value.peek()? {
            b'{' => value.fields(&mut pair),
            b'"' => pair(name, value),
            _ => value.skip(),
        });
        // All of it lies here, so there is no more to wait for.
        read.map_err(|stop| if stop == Stop::More { Stop::Wrong("structured metadata") } else { stop })
    }
}

impl Answer for Lines {
    type Output = LogBatch;

    fn answer(self) -> Answered<LogBatch> {
        match self.result_type.as_str() {
            "streams" => Ok((self.batch.finish(), self.warnings.all())),
            "" => Err(Misread::Malformed("it has no resultType".to_owned())),
            other => Err(Misread::Malformed(format!("it holds “{other}” instead of streams"))),
        }
    }
}
