//! JSON read while it comes: a walk over the outline of a document, and a cursor for the values that matter.
//!
//! A [`Walker`] is fed chunks, cut anywhere, and follows an [`Outline`]: a table that says for each place in the
//! document whether a value is opened (a long list), taken whole (one item of it) or skipped. What is taken is read
//! with a [`Cursor`] from the bytes as they lie. Nothing is copied but the rest of an item that a chunk cut through.

mod cursor;
mod number;
mod skip;
mod text;
mod walk;

pub(crate) use cursor::{Cursor, Read, Stop};
pub(crate) use number::{parse_f64, parse_i64, parse_seconds};
pub(crate) use text::{Text, unescape};
pub(crate) use walk::{Child, Outline, Trouble, Walker};
