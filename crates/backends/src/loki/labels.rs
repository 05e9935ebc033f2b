//! What labels there are, what values they have, and how much lies behind a selector.

use domain::system::Matcher;
use domain::time::TimeRange;
use domain::warning::Warning;

use super::logql::selector_text;
use crate::answer::{Small, texts};
use crate::json::{Cursor, Read};
use crate::request::{nanos, path_segment};
use crate::{Endpoint, Method, Question, RequestSpec, SourceKind};

/// The labels of the streams of a time range: `GET /loki/api/v1/labels`.
#[derive(Clone, Debug, PartialEq)]
pub struct Labels {
    /// When.
    pub range: TimeRange,
    /// Of which streams; of all where it is empty.
    pub selector: Vec<Matcher>,
}

/// The values of one label: `GET /loki/api/v1/label/{name}/values`.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelValues {
    /// The label.
    pub name: String,
    /// When.
    pub range: TimeRange,
    /// Of which streams; of all where it is empty.
    pub selector: Vec<Matcher>,
}

/// How much lies behind a selector: `GET /loki/api/v1/index/stats`.
///
/// Says nothing about lines that an ingester has not flushed yet: a zero does not mean that there is no data.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexStats {
    /// Of which streams.
    pub selector: Vec<Matcher>,
    /// When.
    pub range: TimeRange,
}

/// How much lies behind a selector, flushed chunks only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamStats {
    /// Streams.
    pub streams: u64,
    /// Chunks.
    pub chunks: u64,
    /// Bytes before compression.
    pub bytes: u64,
    /// Lines.
    pub entries: u64,
}

impl StreamStats {
    fn read(cursor: &mut Cursor<'_>) -> Read<(Self, Vec<Warning>)> {
        let mut stats = Self::default();
        cursor.fields(|name, value| {
            let field = match name.raw() {
                b"streams" => &mut stats.streams,
                b"chunks" => &mut stats.chunks,
                b"bytes" => &mut stats.bytes,
                b"entries" => &mut stats.entries,
                _ => return value.skip(),
            };
            *field = value.int()?.unsigned_abs();
            Ok(())
        })?;
        Ok((stats, Vec::new()))
    }
}

impl Endpoint for Labels {
    type Output = Vec<String>;
    type Decoder = Small<Vec<String>>;

    fn request(&self) -> RequestSpec {
        request("loki/labels", "/loki/api/v1/labels".to_owned(), "", &self.selector, self.range)
    }

    fn decoder(&self) -> Self::Decoder {
        Small::new(SourceKind::Loki, |it| texts("Loki", it))
    }
}

impl Endpoint for LabelValues {
    type Output = Vec<String>;
    type Decoder = Small<Vec<String>>;

    fn request(&self) -> RequestSpec {
        let path = format!("/loki/api/v1/label/{}/values", path_segment(&self.name));
        request("loki/label_values", path, &self.name, &self.selector, self.range)
    }

    fn decoder(&self) -> Self::Decoder {
        Small::new(SourceKind::Loki, |it| texts("Loki", it))
    }
}

impl Endpoint for IndexStats {
    type Output = StreamStats;
    type Decoder = Small<StreamStats>;

    fn request(&self) -> RequestSpec {
        request("loki/index_stats", "/loki/api/v1/index/stats".to_owned(), "", &self.selector, self.range)
    }

    fn decoder(&self) -> Self::Decoder {
        Small::new(SourceKind::Loki, StreamStats::read)
    }
}

fn request(
    endpoint: &'static str,
    path: String,
    name: &str,
    selector: &[Matcher],
    range: TimeRange,
) -> RequestSpec {
    let mut params = vec![("start", nanos(range.start)), ("end", nanos(range.end))];
    let mut query = name.to_owned();
    if !selector.is_empty() {
        let selector = selector_text(selector);
        query.push_str(&selector);
        params.push(("query", selector));
    }
    RequestSpec {
        source: SourceKind::Loki,
        method: Method::Get,
        path,
        params,
        headers: Vec::new(),
        question: Question { endpoint, query, range: Some(range), step: None },
        timeout_secs: 30,
    }
}
