//! Protobuf's wire format: the fields of a message that lies there, and the walk over one that comes in chunks.

use crate::carry::Carry;

/// The value of one field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    /// Wire type 0: integers, enums, booleans.
    Varint(u64),
    /// Wire type 1: `fixed64`, `double`.
    Fixed64(u64),
    /// Wire type 5: `fixed32`, `float`.
    Fixed32(u32),
    /// Wire type 2: text, bytes, messages.
    Bytes(&'a [u8]),
}

/// Why fields could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes ended inside one.
    More,
    /// It is no protobuf; what was expected.
    Wrong(&'static str),
}

impl<'a> Value<'a> {
    /// The bytes; empty for a number.
    pub(super) const fn bytes(self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Varint(_) | Self::Fixed64(_) | Self::Fixed32(_) => &[],
        }
    }

    /// The number; 0 for bytes.
    pub(super) const fn number(self) -> u64 {
        match self {
            Self::Varint(number) | Self::Fixed64(number) => number,
            Self::Fixed32(number) => number as u64,
            Self::Bytes(_) => 0,
        }
    }
}

/// Each field of a whole message, with its number.
pub(super) fn fields(
    mut message: &[u8],
    mut field: impl FnMut(u32, Value<'_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    while !message.is_empty() {
        let (number, value, rest) = first_field(message)?;
        field(number, value)?;
        message = rest;
    }
    Ok(())
}

/// The first field of a whole message: its number, its value, and what comes after it.
fn first_field(message: &[u8]) -> Result<(u32, Value<'_>, &[u8]), Stop> {
    let whole = |stop| if stop == Stop::More { Stop::Wrong("a whole field") } else { stop };
    let (tag, at) = tag(message).map_err(whole)?;
    let rest = message.get(at..).unwrap_or_default();
    let (value, len) = value(tag, rest).map_err(whole)?;
    Ok((tag.field, value, rest.get(len..).unwrap_or_default()))
}

#[derive(Clone, Copy, Debug)]
struct Tag {
    field: u32,
    wire_type: u8,
}

/// A field's number and wire type, and how many bytes they took.
#[inline(always)]
fn tag(bytes: &[u8]) -> Result<(Tag, usize), Stop> {
    let (tag, len) = varint(bytes)?;
    let field = u32::try_from(tag >> 3).map_err(|_| Stop::Wrong("a field"))?;
    if field == 0 {
        return Err(Stop::Wrong("a field"));
    }
    Ok((Tag { field, wire_type: (tag & 7) as u8 }, len))
}

/// A value, and how many bytes it took.
#[inline(always)]
fn value(tag: Tag, bytes: &[u8]) -> Result<(Value<'_>, usize), Stop> {
    match tag.wire_type {
        0 => varint(bytes).map(|(number, len)| (Value::Varint(number), len)),
        1 => {
            let (fixed, _) = bytes.split_first_chunk().ok_or(Stop::More)?;
            Ok((Value::Fixed64(u64::from_le_bytes(*fixed)), 8))
        }
        2 => {
            let (len, at) = varint(bytes)?;
            let end = usize::try_from(len).ok().and_then(|len| at.checked_add(len)).ok_or(Stop::More)?;
            Ok((Value::Bytes(bytes.get(at..end).ok_or(Stop::More)?), end))
        }
        5 => {
            let (fixed, _) = bytes.split_first_chunk().ok_or(Stop::More)?;
            Ok((Value::Fixed32(u32::from_le_bytes(*fixed)), 4))
        }
        _ => Err(Stop::Wrong("a field")),
    }
}

/// A number, and how many bytes it took: nearly always one.
#[inline(always)]
fn varint(bytes: &[u8]) -> Result<(u64, usize), Stop> {
    match bytes.first() {
        Some(byte) if *byte < 0x80 => Ok((u64::from(*byte), 1)),
        Some(_) | None => long_varint(bytes),
    }
}

#[inline(never)]
fn long_varint(bytes: &[u8]) -> Result<(u64, usize), Stop> {
    let mut number = 0;
    for (place, byte) in bytes.iter().take(10).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * place);
        if *byte < 0x80 {
            return Ok((number, place + 1));
        }
    }
    Err(if bytes.len() < 10 { Stop::More } else { Stop::Wrong("a number") })
}

/// What is done with a field that is a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Child<P> {
    /// Its fields are looked at one by one.
    Open(P),
    /// It is read whole.
    Take,
    /// It is passed over.
    Skip,
}

/// Which fields matter, and what is made of them; the twin of [`crate::json::Outline`].
pub(super) trait Outline {
    /// The messages that are opened.
    type Place: Copy + PartialEq;

    /// What to do with a field of `place`. Numbers that are not taken are passed over.
    fn child(&self, place: Self::Place, field: u32) -> Child<Self::Place>;

    /// Reads a field.
    fn take(&mut self, place: Self::Place, field: u32, value: Value<'_>) -> Result<(), Stop>;

    /// All fields of `place` have been seen.
    fn leave(&mut self, place: Self::Place);
}

/// Walks over a message that comes in chunks.
#[derive(Debug)]
pub(super) struct Walker<O: Outline> {
    outline: O,
    top: O::Place,
    frames: Vec<Frame<O::Place>>,
    /// Bytes that are still to be passed over.
    skip: u64,
    carry: Carry,
    /// Bytes before what is carried.
    read: u64,
    trouble: Option<(u64, &'static str)>,
}

#[derive(Clone, Copy, Debug)]
struct Frame<P> {
    place: P,
    /// Bytes of it that are still to come.
    left: u64,
}

impl<O: Outline> Walker<O> {
    pub(super) fn new(top: O::Place, outline: O) -> Self {
        let (frames, carry) = (Vec::new(), Carry::default());
        Self { outline, top, frames, skip: 0, carry, read: 0, trouble: None }
    }

    /// Takes the next bytes.
    pub(super) fn push(&mut self, chunk: &[u8]) {
        if self.trouble.is_some() {
            return;
        }
        let mut carry = std::mem::take(&mut self.carry);
        carry.push(chunk, |bytes| self.walk(bytes));
        if carry.is_too_long() {
            self.trouble = Some((self.read, "a field of at most 16 MiB"));
        } else {
            self.carry = carry;
        }
    }

    /// Ends the message; gives the outline with what it kept, or where and what was expected; nothing of the latter
    /// where it ended too early.
    pub(super) fn finish(mut self) -> Result<O, Option<(u64, &'static str)>> {
        let mut carry = std::mem::take(&mut self.carry);
        carry.flush(|bytes| self.walk(bytes));
        match self.trouble {
            Some(trouble) => Err(Some(trouble)),
            None if self.skip > 0 || !self.frames.is_empty() || !carry.is_empty() => Err(None),
            None => {
                self.outline.leave(self.top);
                Ok(self.outline)
            }
        }
    }

    /// Goes as far as the bytes reach; gives how many have been dealt with.
    fn walk(&mut self, bytes: &[u8]) -> usize {
        if self.trouble.is_some() {
            return bytes.len();
        }
        let mut at = 0;
        loop {
            match self.step(bytes.get(at..).unwrap_or_default()) {
                Ok(len) => at += len,
                Err(Stop::More) => {
                    self.read += at as u64;
                    return at;
                }
                Err(Stop::Wrong(expected)) => {
                    self.trouble = Some((self.read + at as u64, expected));
                    return bytes.len();
                }
            }
        }
    }

    /// One field, or one end of a message; gives how many bytes it took.
    fn step(&mut self, bytes: &[u8]) -> Result<usize, Stop> {
        if self.skip > 0 {
            let len = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
            self.skip -= len as u64;
            return if len == 0 { Err(Stop::More) } else { Ok(len) };
        }
        if let Some(&Frame { place, left: 0 }) = self.frames.last() {
            self.frames.pop();
            self.outline.leave(place);
            return Ok(0);
        }
        let (tag, tag_len) = tag(bytes)?;
        let rest = bytes.get(tag_len..).unwrap_or_default();
        let place = self.frames.last().map_or(self.top, |it| it.place);
        let child = self.outline.child(place, tag.field);
        if tag.wire_type == 2 && child != Child::Take {
            let (len, len_len) = varint(rest)?;
            let head = tag_len + len_len;
            self.spend(len.saturating_add(head as u64))?;
            match child {
                Child::Open(place) => self.frames.push(Frame { place, left: len }),
                Child::Skip | Child::Take => self.skip = len,
            }
            return Ok(head);
        }
        let (value, len) = value(tag, rest)?;
        if child == Child::Take {
            self.outline.take(place, tag.field, value)?;
        }
        self.spend((tag_len + len) as u64)?;
        Ok(tag_len + len)
    }

    /// Takes bytes off the message that they belong to.
    fn spend(&mut self, len: u64) -> Result<(), Stop> {
        if let Some(frame) = self.frames.last_mut() {
            frame.left = frame.left.checked_sub(len).ok_or(Stop::Wrong("the end of a message"))?;
        }
        Ok(())
    }
}
