//! The walk over a document's outline, resumable at every byte.

use super::cursor::{Cursor, Read, Stop};
use super::skip::Skipper;
use crate::carry::Carry;

/// What is done with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Child<P> {
    /// It is a list or an object, whose members are looked at one by one; `null` counts as an empty one.
    Open(P),
    /// It is read whole.
    Take,
    /// It is passed over.
    Skip,
}

/// Which values of a document matter, and what is made of them.
pub(crate) trait Outline {
    /// The places that are opened.
    type Place: Copy + std::fmt::Debug;
    /// The place of the whole document.
    const TOP: Self::Place;

    /// What to do with a member of `place`; `name` is `None` for an item of a list.
    fn child(&self, place: Self::Place, name: Option<&[u8]>) -> Child<Self::Place>;

    /// Reads a member. On [`Stop::More`] it is called again with more bytes, so it must read all before it keeps any.
    fn take(&mut self, place: Self::Place, name: Option<&[u8]>, value: &mut Cursor<'_>) -> Read<()>;

    /// All members of `place` have been seen.
    fn leave(&mut self, _place: Self::Place) {}
}

/// Why a document could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It ended too early.
    Truncated,
    /// At that byte something else was expected.
    Malformed {
        /// Bytes before it.
        at: u64,
        /// What was expected.
        expected: &'static str,
    },
}

/// Walks over a document that comes in chunks.
#[derive(Debug)]
pub(crate) struct Walker<O: Outline> {
    outline: O,
    frames: Vec<Frame<O::Place>>,
    has_begun: bool,
    skipper: Option<Skipper>,
    carry: Carry,
    /// Bytes before what is carried.
    read: u64,
    trouble: Option<Trouble>,
}

#[derive(Clone, Copy, Debug)]
struct Frame<P> {
    place: P,
    is_object: bool,
    has_members: bool,
}

impl<O: Outline> Walker<O> {
    pub(crate) fn new(outline: O) -> Self {
        Self {
            outline,
            frames: Vec::new(),
            has_begun: false,
            skipper: None,
            carry: Carry::default(),
            read: 0,
            trouble: None,
        }
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        if self.trouble.is_some() {
            return;
        }
        let mut carry = std::mem::take(&mut self.carry);
        carry.push(chunk, |bytes| self.walk(bytes));
        if carry.is_too_long() {
            self.fail(0, "an item of at most 16 MiB");
        } else {
            self.carry = carry;
        }
    }

    /// Ends the document; gives the outline with what it kept.
    pub(crate) fn finish(mut self) -> Result<O, Trouble> {
        let mut carry = std::mem::take(&mut self.carry);
        carry.flush(|bytes| self.walk(bytes));
        if let Some(trouble) = self.trouble {
            return Err(trouble);
        }
        let is_whole = self.has_begun && self.frames.is_empty() && carry.is_empty();
        if is_whole { Ok(self.outline) } else { Err(Trouble::Truncated) }
    }

    fn fail(&mut self, at: usize, expected: &'static str) {
        self.trouble = Some(Trouble::Malformed { at: self.read + at as u64, expected });
    }

    /// Goes as far as the bytes reach; gives how many have been dealt with.
    fn walk(&mut self, bytes: &[u8]) -> usize {
        if self.trouble.is_some() {
            return bytes.len();
        }
        let mut cursor = Cursor::new(bytes);
        loop {
            if self.skipper.is_none() {
                cursor.skip_white();
            }
            let before = cursor.at();
            match self.step(&mut cursor) {
                Ok(()) => {}
                Err(Stop::More) => {
                    self.read += before as u64;
                    return before;
                }
                Err(Stop::Wrong(expected)) => {
                    self.fail(cursor.at(), expected);
                    return bytes.len();
                }
            }
        }
    }

    /// One member, or one beginning or end of a list or an object.
    fn step(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        if let Some(skipper) = &mut self.skipper {
            return match skipper.feed(cursor.rest()) {
                Some(len) => {
                    cursor.skip_to(cursor.at() + len);
                    self.skipper = None;
                    Ok(())
                }
                None if cursor.rest().is_empty() => Err(Stop::More),
                None => {
                    cursor.skip_to(usize::MAX);
                    Ok(())
                }
            };
        }
        let next = cursor.peek()?;
        let Some(frame) = self.frames.last_mut() else {
            if self.has_begun {
                return Err(Stop::Wrong("nothing after the end"));
            }
            if !matches!(next, b'{' | b'[') {
                return Err(Stop::Wrong("JSON"));
            }
            self.frames.extend(Frame::open(O::TOP, cursor)?);
            self.has_begun = true;
            return Ok(());
        };
        let close = if frame.is_object { b'}' } else { b']' };
        if next == close {
            cursor.skip_to(cursor.at() + 1);
            let place = frame.place;
            self.frames.pop();
            self.outline.leave(place);
            return Ok(());
        }
        if frame.has_members {
            cursor.sign(b',', "“,” or an end")?;
        }
        let place = frame.place;
        let mut opened = None;
        let name = if frame.is_object {
            let name = cursor.text()?;
            cursor.sign(b':', "“:”")?;
            Some(name.raw())
        } else {
            None
        };
        match self.outline.child(place, name) {
            Child::Take => self.outline.take(place, name, cursor)?,
            Child::Skip => match cursor.peek()? {
                b'{' | b'[' | b'"' => self.skipper = Some(Skipper::default()),
                _ => cursor.short()?,
            },
            Child::Open(inner) => opened = Frame::open(inner, cursor)?,
        }
        frame.has_members = true;
        self.frames.extend(opened);
        Ok(())
    }
}

impl<P> Frame<P> {
    /// Steps into a list or an object; gives nothing for `null`.
    fn open(place: P, cursor: &mut Cursor<'_>) -> Read<Option<Self>> {
        if cursor.null()? {
            return Ok(None);
        }
        let is_object = match cursor.peek()? {
            b'{' => true,
            b'[' => false,
            _ => return Err(Stop::Wrong("a list or an object")),
        };
        cursor.skip_to(cursor.at() + 1);
        Ok(Some(Self { place, is_object, has_members: false }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Opens `open`, takes what is in `list` there, and keeps all that it sees as text.
    #[derive(Debug, Default, PartialEq)]
    struct Seen(Vec<String>);

    #[derive(Clone, Copy, Debug)]
    enum Place {
        Top,
        List,
    }

    impl Outline for Seen {
        type Place = Place;
        const TOP: Place = Place::Top;

        fn child(&self, place: Place, name: Option<&[u8]>) -> Child<Place> {
            match (place, name) {
                (Place::Top, Some(b"open")) => Child::Open(Place::List),
                (Place::Top, Some(b"take")) | (Place::List, None) => Child::Take,
                (Place::Top | Place::List, _) => Child::Skip,
            }
        }

        fn take(&mut self, _: Place, _: Option<&[u8]>, value: &mut Cursor<'_>) -> Read<()> {
            let slice = value.slice()?;
            self.0.push(String::from_utf8_lossy(slice).into_owned());
            Ok(())
        }

        fn leave(&mut self, place: Place) {
            self.0.push(format!("left {place:?}"));
        }
    }

    fn walk(chunks: &[&[u8]]) -> Result<Seen, Trouble> {
        let mut walker = Walker::new(Seen::default());
        chunks.iter().for_each(|chunk| walker.push(chunk));
        walker.finish()
    }

    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        let seen = walk(&[body.as_bytes()]).unwrap();
        assert_eq!(seen.0, expected, "{body}");
        let bytes: Vec<_> = body.as_bytes().chunks(1).collect();
        assert_eq!(walk(&bytes), Ok(seen), "{body}, byte by byte");
    }

    #[track_caller]
    fn check_trouble(body: &str, expected: Trouble) {
        assert_eq!(walk(&[body.as_bytes()]), Err(expected.clone()), "{body}");
        let bytes: Vec<_> = body.as_bytes().chunks(1).collect();
        assert_eq!(walk(&bytes), Err(expected), "{body}, byte by byte");
    }

    const WHOLE: &str =
        r#" {"skip":{"a":["}\\"]},"open":[1, "é\"]" ,{"b":[]}],"s":"x","take":true,"open":null} "#;

    #[test]
    fn what_matters_is_taken_in_order() {
        check(WHOLE, &["1", r#""é\"]""#, r#"{"b":[]}"#, "left List", "true", "left Top"]);
        check("{}\n", &["left Top"]);
    }

    #[test]
    fn trouble_is_told_with_its_place() {
        let wrong = |at, expected| Trouble::Malformed { at, expected };
        check_trouble("<html>", wrong(0, "JSON"));
        check_trouble(r#"{"open":[1 2]}"#, wrong(11, "“,” or an end"));
        check_trouble(r#"{"open":7}"#, wrong(8, "a list or an object"));
        check_trouble(r#"{"open":[1,]}"#, wrong(11, "a value"));
        check_trouble(r#"{"a":1}{"#, wrong(7, "nothing after the end"));
        check_trouble(r#"{"open":[1,"2"#, Trouble::Truncated);
        check_trouble(r#"{"skip":"abc"#, Trouble::Truncated);
        check_trouble("", Trouble::Truncated);
        check_trouble("  ", Trouble::Truncated);
    }

    #[test]
    fn long_items_are_whole_whatever_the_chunks() {
        let items: Vec<_> =
            [10, 9_000, 3, 30_000, 4_096, 1].map(|len| format!("\"{}\"", "x".repeat(len))).into();
        let body = format!(r#"{{"open":[{}]}}"#, items.join(","));
        for len in [100, 1_000, 4_096, 5_000, 9_999, 20_000, 50_000] {
            let chunks: Vec<_> = body.as_bytes().chunks(len).collect();
            let seen = walk(&chunks).unwrap().0;
            assert_eq!(seen.get(..items.len()), Some(&*items), "in chunks of {len}");
        }
    }

    #[test]
    fn an_endless_item_is_given_up() {
        let mut walker = Walker::new(Seen::default());
        walker.push(br#"{"take":""#);
        let chunk = vec![b'x'; 1 << 20];
        for _ in 0..20 {
            walker.push(&chunk);
            assert!(!walker.carry.is_too_long());
        }
        assert!(matches!(walker.finish(), Err(Trouble::Malformed { .. })));
    }

    #[test]
    fn what_is_skipped_is_not_kept() {
        let mut walker = Walker::new(Seen::default());
        walker.push(br#"{"skip":""#);
        for _ in 0..20 {
            walker.push(&vec![b'x'; 1 << 20]);
        }
        assert!(walker.carry.is_empty());
        walker.push(br#""}"#);
        assert_eq!(walker.finish().map(|it| it.0), Ok(vec!["left Top".to_owned()]));
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same(cuts in proptest::collection::vec(0..WHOLE.len(), 0..8)) {
            let mut cuts = cuts;
            cuts.sort_unstable();
            let mut chunks = Vec::new();
            let mut from = 0;
            for cut in cuts.into_iter().chain([WHOLE.len()]) {
                chunks.push(&WHOLE.as_bytes()[from..cut]);
                from = cut;
            }
            prop_assert_eq!(walk(&chunks), walk(&[WHOLE.as_bytes()]));
        }

        #[test]
        fn arbitrary_bytes_never_panic_and_chunk_alike(
            body in proptest::collection::vec(proptest::sample::select(br#"{}[]",:\ 1tn"openk"#.to_vec()), 0..60),
            cut in 0_usize..60,
        ) {
            let (first, second) = body.split_at(cut.min(body.len()));
            prop_assert_eq!(walk(&[first, second]), walk(&[&body]));
        }
    }
}
