//! The two ways in which a JSON body is read: item by item while it comes, or whole at the end if it is small.

use domain::warning::Warning;

use super::head::Head;
use super::refusal::{misread, refusal};
use crate::json::{Cursor, Outline, Read, Stop, Trouble, Walker};
use crate::{BackendError, Decoder, Headers, SourceKind};

/// Longest body that is read whole at the end.
const MAX_SMALL_BYTES: usize = 16 << 20;

/// Why a body is not what the endpoint answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Misread {
    /// It ended too early.
    Truncated,
    /// It is something else: where, and what was expected.
    Malformed(String),
}

impl From<Trouble> for Misread {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Truncated => Self::Truncated,
            Trouble::Malformed { at, expected } => {
                Self::Malformed(format!("{expected} was expected at byte {at}"))
            }
        }
    }
}

/// A value, and what a person must know about it; or why there is none.
pub(crate) type Answered<T> = Result<(T, Vec<Warning>), Misread>;

/// What an outline adds up to once the whole body has been read.
pub(crate) trait Answer: Outline {
    /// What the answer means.
    type Output;

    /// What it adds up to. Fails when something is missing without which it is no answer.
    fn answer(self) -> Answered<Self::Output>;
}

/// Reads a JSON body item by item while it comes.
pub struct Streamed<T> {
    source: SourceKind,
    head: Head,
    body: Box<dyn Body<T>>,
}

/// A walk over a body, whatever its outline.
trait Body<T> {
    fn push(&mut self, chunk: &[u8]);
    fn finish(self: Box<Self>) -> Answered<T>;
}

impl<A: Answer> Body<A::Output> for Walker<A> {
    fn push(&mut self, chunk: &[u8]) {
        self.push(chunk);
    }

    fn finish(self: Box<Self>) -> Answered<A::Output> {
        (*self).finish().map_err(Misread::from).and_then(A::answer)
    }
}

impl<T> Streamed<T> {
    pub(crate) fn new(source: SourceKind, outline: impl Answer<Output = T> + 'static) -> Self {
        Self { source, head: Head::default(), body: Box::new(Walker::new(outline)) }
    }
}

impl<T> Decoder for Streamed<T> {
    type Output = T;

    fn push(&mut self, chunk: &[u8]) {
        self.head.push(chunk);
        self.body.push(chunk);
    }

    fn finish(self, status: u16, headers: &Headers) -> Result<(T, Vec<Warning>), BackendError> {
        if !(200..300).contains(&status) {
            return Err(refusal(self.source, status, headers, &self.head));
        }
        let answer = self.body.finish();
        answer.map_err(|cause| misread(self.source, status, headers, &self.head, cause))
    }
}

/// Reads a whole body.
type ReadAll<T> = fn(&mut Cursor<'_>) -> Read<(T, Vec<Warning>)>;

/// Reads a small JSON body at its end.
pub struct Small<T> {
    source: SourceKind,
    head: Head,
    body: Vec<u8>,
    is_too_long: bool,
    read: ReadAll<T>,
}

impl<T> Small<T> {
    pub(crate) fn new(source: SourceKind, read: ReadAll<T>) -> Self {
        Self { source, head: Head::default(), body: Vec::new(), is_too_long: false, read }
    }
}

impl<T> Decoder for Small<T> {
    type Output = T;

    fn push(&mut self, chunk: &[u8]) {
        self.head.push(chunk);
        self.is_too_long |= self.body.len() + chunk.len() > MAX_SMALL_BYTES;
        if self.is_too_long || self.head.is_markup() {
            self.body = Vec::new();
        } else {
            self.body.extend_from_slice(chunk);
        }
    }

    fn finish(self, status: u16, headers: &Headers) -> Result<(T, Vec<Warning>), BackendError> {
        if !(200..300).contains(&status) {
            return Err(refusal(self.source, status, headers, &self.head));
        }
        let answer = if self.is_too_long {
            Err(Misread::Malformed("it is longer than 16 MiB".to_owned()))
        } else {
            (self.read)(&mut Cursor::new(&self.body)).map_err(|stop| match stop {
                Stop::More => Misread::Truncated,
                Stop::Wrong(expected) => Misread::Malformed(format!("{expected} was expected")),
            })
        };
        answer.map_err(|cause| misread(self.source, status, headers, &self.head, cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn small(chunks: &[&[u8]], media_type: &str) -> Result<i64, BackendError> {
        let mut decoder = Small::new(SourceKind::Loki, |cursor| Ok((cursor.items_sum()?, Vec::new())));
        chunks.iter().for_each(|chunk| decoder.push(chunk));
        let headers = Headers(vec![("content-type".to_owned(), media_type.to_owned())]);
        decoder.finish(200, &headers).map(|(sum, _)| sum)
    }

    impl Cursor<'_> {
        fn items_sum(&mut self) -> Read<i64> {
            let mut sum = 0;
            self.items(|cursor| {
                sum += cursor.int()?;
                Ok(())
            })?;
            Ok(sum)
        }
    }

    #[track_caller]
    fn check(body: &[u8], media_type: &str, expected: ErrorKind) {
        assert_eq!(small(&[body], media_type).map_err(|it| it.kind), Err(expected));
    }

    #[test]
    fn a_small_body_is_read_whatever_its_chunks() {
        assert_eq!(small(&[b"[1,2", b"0]"], "application/json"), Ok(21));
        assert_eq!(small(&[b"[1,20]"], ""), Ok(21));
    }

    #[test]
    fn what_is_no_answer_is_told_apart() {
        check(b"[1,", "application/json", ErrorKind::Truncated);
        check(b"", "application/json", ErrorKind::NotData("an empty answer".to_owned()));
        check(b"{}", "application/json", ErrorKind::Malformed("a list was expected".to_owned()));
        check(
            b"<!doctype html><title>Sign in</title>",
            "text/html; charset=utf-8",
            ErrorKind::NotData("a web page (“Sign in”)".to_owned()),
        );
        check(b"  <html>", "", ErrorKind::NotData("a web page".to_owned()));
    }

    #[test]
    fn junk_is_not_kept() {
        let mut decoder = Small::new(SourceKind::Loki, |cursor| Ok((cursor.items_sum()?, Vec::new())));
        for _ in 0..40 {
            decoder.push(&vec![b'['; 1 << 20]);
        }
        assert_eq!((decoder.body.capacity(), decoder.head.bytes().len()), (0, 8_000));
        let error = decoder.finish(200, &Headers::default()).map(drop).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Malformed("it is longer than 16 MiB".to_owned()));
    }
}
