//! The minimap: all rows squeezed into few lines, each as runs of columns in which something was going on.

use super::forest::Forest;
use super::rows::Rows;
use crate::time::{TimeRange, Timestamp};

/// A stretch of one line of the minimap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// Which line, from the top.
    pub line: u32,
    /// Its first column.
    pub left: u32,
    /// The first column after it; always after `left`.
    pub right: u32,
    /// The service that its rows worked for longest.
    pub service: usize,
}

/// A forest in the small.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Minimap {
    /// By line, then column.
    pub runs: Vec<Run>,
    /// Where spans failed: line and column of their ends.
    pub errors: Vec<(u32, u32)>,
    /// How many spans with a row were going on in each column.
    pub density: Vec<u32>,
}

impl Minimap {
    /// Squeezes the rows into so many columns over a range of time, and at most so many lines.
    pub fn of(forest: &Forest, rows: &Rows, range: TimeRange, n_columns: u32, n_lines: u32) -> Self {
        let n_spans = rows.spans().count();
        let (n_columns, n_lines) = (n_columns.max(1), n_lines.clamp(1, n_spans.max(1) as u32));
        let column = Columns::new(range, n_columns);
        let mut map = Self::default();
        let mut density = vec![0_i32; n_columns as usize + 1];
        let mut changes = vec![0_i32; n_columns as usize + 1];
        let mut worked = vec![0_i64; forest.services().len()];
        let mut line = 0;
        for (idx, place) in rows.spans().enumerate() {
            let own_line = (idx as u64 * u64::from(n_lines) / n_spans as u64) as u32;
            if own_line != line {
                map.close_line(line, &mut changes, &mut worked);
                line = own_line;
            }
            let left = column.of(forest.start(place));
            let right = (column.of(forest.end(place)) + 1).min(n_columns).max(left + 1);
            for (all, end, by) in [(&mut changes, left, 1), (&mut density, left, 1)] {
                add(all, end, by);
            }
            add(&mut changes, right, -1);
            add(&mut density, right, -1);
            if let Some(sum) = worked.get_mut(forest.service(place)) {
                *sum = sum.saturating_add(forest.duration(place).nanos().max(1));
            }
            if forest.is_error(place) && map.errors.last() != Some(&(line, right - 1)) {
                map.errors.push((line, right - 1));
            }
        }
        map.close_line(line, &mut changes, &mut worked);
        let mut going_on = 0;
        density.pop();
        map.density = density
            .into_iter()
            .map(|it| {
                going_on += it;
                going_on.max(0) as u32
            })
            .collect();
        map
    }

    /// Turns the changes of one line into runs, and clears them.
    fn close_line(&mut self, line: u32, changes: &mut [i32], worked: &mut [i64]) {
        let service = worked.iter().enumerate().max_by_key(|(idx, it)| (**it, std::cmp::Reverse(*idx)));
        let service = service.map_or(0, |(idx, _)| idx);
        let (mut going_on, mut left) = (0, None);
        for (column, change) in (0..).zip(changes.iter_mut()) {
            going_on += std::mem::take(change);
            match left {
                None if going_on > 0 => left = Some(column),
                Some(from) if going_on == 0 => {
                    self.runs.push(Run { line, left: from, right: column, service });
                    left = None;
                }
                _ => {}
            }
        }
        worked.fill(0);
    }
}

fn add(changes: &mut [i32], column: u32, by: i32) {
    if let Some(change) = changes.get_mut(column as usize) {
        *change += by;
    }
}

/// From an instant to its column.
struct Columns {
    start: Timestamp,
    per_nano: f64,
    last: u32,
}

impl Columns {
    fn new(range: TimeRange, n_columns: u32) -> Self {
        let per_nano = f64::from(n_columns) / range.length().nanos().max(1) as f64;
        Self { start: range.start, per_nano, last: n_columns - 1 }
    }

    fn of(&self, at: Timestamp) -> u32 {
        // Negative becomes 0.
        (((at - self.start).nanos() as f64 * self.per_nano) as u32).min(self.last)
    }
}
