//! Ids: of traces and spans after W3C Trace Context, and of the things that a system file names.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::num::NonZeroU64;
use std::str::FromStr;
use std::sync::Arc;

/// A trace's id: 16 bytes, shown as 32 lower-case hex digits, never all zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId {
    // As numbers, which a machine compares and hashes at once: traces are joined by tens of thousands of ids.
    high: u64,
    low: u64,
}

/// A span's id: 8 bytes, shown as 16 lower-case hex digits, never all zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(NonZeroU64);

/// Why a text is no id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdError {
    /// What it should have been.
    pub expected: &'static str,
    /// The text that was given.
    pub text: String,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not {}: “{}”", self.expected, self.text)
    }
}

impl std::error::Error for IdError {}

impl TraceId {
    /// The id with these bytes; `None` for all zero, which W3C calls invalid.
    pub fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        let number = u128::from_be_bytes(bytes);
        (number != 0).then_some(Self { high: (number >> 64) as u64, low: number as u64 })
    }

    /// Its bytes.
    pub const fn bytes(self) -> [u8; 16] {
        ((self.high as u128) << 64 | self.low as u128).to_be_bytes()
    }
}

impl SpanId {
    /// The id with these bytes; `None` for all zero, which W3C calls invalid.
    pub fn from_bytes(bytes: [u8; 8]) -> Option<Self> {
        NonZeroU64::new(u64::from_be_bytes(bytes)).map(Self)
    }

    /// Its bytes.
    pub const fn bytes(self) -> [u8; 8] {
        self.0.get().to_be_bytes()
    }
}

/// A set of ids of traces and spans, which are random already.
pub(crate) type IdSet<T> = HashSet<T, BuildHasherDefault<IdHasher>>;
/// A map by ids of traces and spans, which are random already, or by short texts that nobody chooses to do harm.
pub(crate) type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// Hashes eight bytes at a time by rotating and multiplying (FxHash, from the Rust compiler).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        words.iter().for_each(|word| self.write_u64(u64::from_le_bytes(*word)));
        if !rest.is_empty() {
            self.write_u64(rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        // Hash maps look at the highest and the lowest bits: the multiplication leaves the lowest poor.
        self.0 ^ (self.0 >> 32)
    }
}

/// Reads hex of at most `2 * N` digits: Tempo's search strips leading zeros, so shorter ones are padded on the left.
fn bytes_from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.is_empty() || digits.len() > 2 * N {
        return None;
    }
    let mut bytes = [0_u8; N];
    for (place, digit) in digits.iter().rev().enumerate() {
        let value = (*digit as char).to_digit(16)? as u8;
        let byte = bytes.get_mut(N - 1 - place / 2)?;
        *byte |= if place % 2 == 0 { value } else { value << 4 };
    }
    Some(bytes)
}

impl FromStr for TraceId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        bytes_from_hex(text)
            .and_then(Self::from_bytes)
            .ok_or_else(|| IdError { expected: "a trace id of up to 32 hex digits", text: text.to_owned() })
    }
}

impl FromStr for SpanId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        bytes_from_hex(text)
            .and_then(Self::from_bytes)
            .ok_or_else(|| IdError { expected: "a span id of up to 16 hex digits", text: text.to_owned() })
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes().iter().try_for_each(|it| write!(f, "{it:02x}"))
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes().iter().try_for_each(|it| write!(f, "{it:02x}"))
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceId({self})")
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanId({self})")
    }
}

/// Makes a newtype for a name that the system file or the telemetry gives.
macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name_type! {
    /// What a person calls one job by.
    JobId
}
name_type! {
    /// What a broker calls one task by (Celery's or Taskiq's task id).
    TaskId
}
name_type! {
    /// A stage of the pipeline, by the id that the system file gives it.
    StageId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripped_zeros_come_back() {
        let id: TraceId = "1234567890abcdef".parse().unwrap();
        assert_eq!(id.to_string(), "00000000000000001234567890abcdef");
        let id: SpanId = "f".parse().unwrap();
        assert_eq!(id.to_string(), "000000000000000f");
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for bad in
            ["", "0", "00000000000000000000000000000000", "xyz", "é", "123456789012345678901234567890123"]
        {
            assert!(bad.parse::<TraceId>().is_err(), "{bad}");
        }
    }
}
