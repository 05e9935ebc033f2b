//! Reads one value after another from bytes that lie there, and says when there are too few of them.

use memchr::memchr2;

use super::number::{parse_f64, parse_i64};
use super::skip::Skipper;
use super::text::Text;

/// Why a value could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The bytes ended inside it: it may be read when more have come.
    More,
    /// Something else stands there; what was expected.
    Wrong(&'static str),
}

/// A value, or why there is none.
pub(crate) type Read<T> = Result<T, Stop>;

/// A place in bytes, before which everything has been read.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes have been read.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// The next byte that is not white space, without taking it.
    pub(crate) fn peek(&mut self) -> Read<u8> {
        self.skip_white();
        self.bytes.get(self.at).copied().ok_or(Stop::More)
    }

    /// Passes over white space.
    pub(super) fn skip_white(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    /// Takes this sign.
    pub(crate) fn sign(&mut self, sign: u8, what: &'static str) -> Read<()> {
        if self.peek()? != sign {
            return Err(Stop::Wrong(what));
        }
        self.at += 1;
        Ok(())
    }

    /// A text.
    pub(crate) fn text(&mut self) -> Read<Text<'a>> {
        self.sign(b'"', "a text")?;
        let start = self.at;
        let mut end = start;
        let mut has_escapes = false;
        loop {
            end = quote_or_backslash(self.bytes, end).ok_or(Stop::More)?;
            if self.bytes.get(end) == Some(&b'"') {
                self.at = end + 1;
                return Ok(Text::new(self.bytes.get(start..end).unwrap_or_default(), has_escapes));
            }
            has_escapes = true;
            end += 2;
        }
    }

    /// A number, as it is written.
    pub(crate) fn number(&mut self) -> Read<&'a [u8]> {
        self.peek()?;
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let is_part = |it: &u8| matches!(it, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let len = rest.iter().position(|it| !is_part(it)).ok_or(Stop::More)?;
        if len == 0 {
            return Err(Stop::Wrong("a number"));
        }
        self.at += len;
        Ok(rest.get(..len).unwrap_or_default())
    }

    /// A number, or a text that holds one, as 64-bit integers are written in JSON.
    pub(crate) fn number_or_text(&mut self) -> Read<&'a [u8]> {
        if self.peek()? == b'"' { Ok(self.text()?.raw()) } else { self.number() }
    }

    /// A whole number, or a text that holds one.
    pub(crate) fn int(&mut self) -> Read<i64> {
        parse_i64(self.number_or_text()?).ok_or(Stop::Wrong("a whole number"))
    }

    /// A number, or a text that holds one (`"NaN"`, `"+Inf"`).
    pub(crate) fn float(&mut self) -> Read<f64> {
        parse_f64(self.number_or_text()?).ok_or(Stop::Wrong("a number"))
    }

    /// `true` or `false`.
    pub(crate) fn bool(&mut self) -> Read<bool> {
        match self.peek()? {
            b't' => self.word(b"true").map(|()| true),
            b'f' => self.word(b"false").map(|()| false),
            _ => Err(Stop::Wrong("true or false")),
        }
    }

    /// Takes `null`, if it stands there.
    pub(crate) fn null(&mut self) -> Read<bool> {
        if self.peek()? == b'n' { self.word(b"null").map(|()| true) } else { Ok(false) }
    }

    fn word(&mut self, word: &'static [u8]) -> Read<()> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.starts_with(word) {
            self.at += word.len();
            Ok(())
        } else if word.starts_with(rest) {
            Err(Stop::More)
        } else {
            Err(Stop::Wrong("a value"))
        }
    }

    /// Passes over any value.
    pub(crate) fn skip(&mut self) -> Read<()> {
        match self.peek()? {
            b'{' | b'[' | b'"' => {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                self.at += Skipper::default().feed(rest).ok_or(Stop::More)?;
                Ok(())
            }
            _ => self.short(),
        }
    }

    /// Passes over a number, a truth value or `null`.
    pub(super) fn short(&mut self) -> Read<()> {
        match self.peek()? {
            b't' | b'f' => self.bool().map(drop),
            b'n' => self.null().map(drop),
            b'-' | b'0'..=b'9' => self.number().map(drop),
            _ => Err(Stop::Wrong("a value")),
        }
    }

    /// Passes over the bytes up to here.
    pub(super) fn skip_to(&mut self, at: usize) {
        self.at = at.min(self.bytes.len());
    }

    /// What has not been read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Any value, as it lies.
    pub(crate) fn slice(&mut self) -> Read<&'a [u8]> {
        self.peek()?;
        let start = self.at;
        self.skip()?;
        Ok(self.bytes.get(start..self.at).unwrap_or_default())
    }

    /// Each item of a list; none for `null`.
    pub(crate) fn items(&mut self, mut item: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        self.members(b'[', b']', "a list", &mut item)
    }

    /// Each name of an object, before its value, which the callback must read; none for `null`.
    pub(crate) fn fields(&mut self, mut field: impl FnMut(Text<'a>, &mut Self) -> Read<()>) -> Read<()> {
        self.members(b'{', b'}', "an object", &mut |cursor| {
            let name = cursor.text()?;
            cursor.sign(b':', "“:”")?;
            field(name, cursor)
        })
    }

    /// In one form for all that read: it stands in the first program of every page dozens of times otherwise.
    fn members(
        &mut self,
        open: u8,
        close: u8,
        what: &'static str,
        member: &mut dyn FnMut(&mut Self) -> Read<()>,
    ) -> Read<()> {
        if self.null()? {
            return Ok(());
        }
        self.sign(open, what)?;
        if self.peek()? == close {
            self.at += 1;
            return Ok(());
        }
        loop {
            member(self)?;
            let next = self.peek()?;
            self.at += 1;
            match next {
                b',' => {}
                next if next == close => return Ok(()),
                _ => return Err(Stop::Wrong("“,” or an end")),
            }
        }
    }
}

/// Where the next `"` or `\` stands. Most are near, where a plain loop beats the search that is fast for the rest.
fn quote_or_backslash(bytes: &[u8], from: usize) -> Option<usize> {
    const NEAR: usize = 16;
    let rest = bytes.get(from..)?;
    let near = rest.iter().take(NEAR).position(|it| matches!(it, b'"' | b'\\'));
    match near {
        Some(len) => Some(from + len),
        None => Some(from + NEAR + memchr2(b'"', b'\\', rest.get(NEAR..)?)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_their_order() {
        let mut cursor = Cursor::new(br#" ["a\n", -1.5e3 ,true,null,{"k":"v", "l":[1,"2"]}] "#);
        let mut seen = Vec::new();
        cursor
            .items(|cursor| {
                seen.push(match cursor.peek()? {
                    b'"' => cursor.text()?.unescaped().into_owned(),
                    b't' => cursor.bool()?.to_string(),
                    b'n' => cursor.null()?.to_string(),
                    b'{' => String::from_utf8_lossy(cursor.slice()?).into_owned(),
                    _ => cursor.float()?.to_string(),
                });
                Ok(())
            })
            .unwrap();
        assert_eq!(seen, ["a\n", "-1500", "true", "true", r#"{"k":"v", "l":[1,"2"]}"#]);
    }

    #[test]
    fn every_cut_asks_for_more() {
        let whole = br#"{"a":[1,"2",true],"b":"\"\\","c":null,"d":{}}"#;
        for cut in 0..whole.len() {
            assert_eq!(Cursor::new(&whole[..cut]).skip(), Err(Stop::More), "skip, cut at {cut}");
            let read = Cursor::new(&whole[..cut]).fields(|name, cursor| match name.raw() {
                b"a" => cursor.items(Cursor::skip),
                _ => cursor.skip(),
            });
            assert_eq!(read, Err(Stop::More), "fields, cut at {cut}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(Cursor::new(b"<html>").text(), Err(Stop::Wrong("a text")));
        assert_eq!(Cursor::new(b"trap ").bool(), Err(Stop::Wrong("a value")));
        assert_eq!(Cursor::new(b"[1 2]").items(Cursor::skip), Err(Stop::Wrong("“,” or an end")));
        assert_eq!(Cursor::new(br#""12x""#).int(), Err(Stop::Wrong("a whole number")));
    }
}
