//! Many jobs at once: evidence of all of them, told apart by the system's keys, and each reduced to a row of a list.
//!
//! ```text
//!  lines, traces ──> homes (one a key) ──> groups ──> assemble ──> rows ──> filter, sort, facets ──> held while read
//! ```
//!
//! A [`JobList`] takes evidence in any order and any slices, and assembles anew only the jobs that it touches.

mod covered;
mod facets;
mod field;
mod filter;
mod held;
mod homes;
mod keys;
mod list;
mod near;
mod reduce;
mod row;
mod sort;

#[cfg(test)]
mod tests;

pub use covered::Covered;
pub use facets::{Facet, StateCounts, facet, filled_fields};
pub use field::Field;
pub use filter::RowFilter;
pub use held::{Gone, Held};
pub use list::JobList;
pub use near::near;
pub use reduce::operation;
pub use row::{JobRow, Rows, Segment, SegmentKind, TraceKept};
pub use sort::sorted;
