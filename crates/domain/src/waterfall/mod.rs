//! The waterfall: the spans of one or several traces as rows, and everything that is read off them.
//!
//! ```text
//!  traces ──> Forest ──> rows (what is folded away, which services, errors only) ──> the screen
//!                │  └──> minimap
//!                ├─────> self time ──> statistics by any two attributes
//!                ├─────> critical path            edges: links, messages and how long they waited
//!                ├─────> marks: events, log lines
//!                └─────> skew between clocks ──> a forest in corrected time
//! ```
//!
//! All is columns indexed by [`Place`]; nothing costs more than `n log n`. Parents that are missing, ids that lead in
//! circles and clocks that go backwards are survived and marked: every span has its row.

mod critical;
mod described;
mod edges;
mod find;
mod forest;
mod grow;
mod idle;
mod marks;
mod minimap;
mod rows;
mod self_time;
mod skew;
mod statistics;
#[cfg(test)]
mod tests;

pub use critical::{CriticalPath, Segment, critical_path};
pub use edges::{Edge, EdgeKind, Edges, End};
pub use find::Find;
pub use forest::{Forest, Place, ServiceShare};
pub use idle::idle_folds;
pub use marks::{LaneMarks, Mark, MarkKind, Marks};
pub use minimap::{Minimap, Run};
pub use rows::{Row, Rows, Shape};
pub use self_time::self_times;
pub use skew::{ClockSkew, Skew, skew};
pub use statistics::{GroupBy, StatRow, Statistics, attribute_names};
