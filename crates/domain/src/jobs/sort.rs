//! In which order a list stands.

use std::cmp::Ordering;
use std::sync::Arc;

use super::field::Field;
use super::row::JobRow;
use crate::system::System;
use crate::time::Timestamp;
use crate::view_state::Sort;

/// Sorts rows by a column; rows that have nothing there come last, and equal ones stay newest first.
///
/// A column that does not exist leaves the newest first.
pub fn sort(rows: &mut [Arc<JobRow>], order: Option<&Sort>, system: &System, now: Timestamp) {
    let by_start = |a: &JobRow, b: &JobRow| (b.start, &a.id).cmp(&(a.start, &b.id));
    let column = order.and_then(|it| Some((Field::from_word(&it.column)?, it.descending)));
    let Some((field, descending)) = column else {
        rows.sort_by(|a, b| by_start(a, b));
        return;
    };
    let directed = |it: Ordering| if descending { it.reverse() } else { it };
    match field {
        Field::Start => rows.sort_by(|a, b| directed(a.start.cmp(&b.start)).then_with(|| a.id.cmp(&b.id))),
        Field::State => {
            rows.sort_by(|a, b| directed(urgency(a).cmp(&urgency(b))).then_with(|| by_start(a, b)));
        }
        Field::Stage => {
            let place = |it: &JobRow| it.telling_stage().and_then(|it| system.stage_colour(it));
            rows.sort_by(|a, b| last(place(a), place(b), directed).then_with(|| by_start(a, b)));
        }
        field if field.is_number() || field == Field::Timeline => {
            let field = if field == Field::Timeline { Field::Duration } else { field };
            let number = |it: &JobRow| field.number(it, now).map(Total);
            rows.sort_by(|a, b| last(number(a), number(b), directed).then_with(|| by_start(a, b)));
        }
        field => rows.sort_by(|a, b| {
            last(first_text(field, a), first_text(field, b), directed).then_with(|| by_start(a, b))
        }),
    }
}

/// What a person must look at first is the greatest.
fn urgency(row: &JobRow) -> u8 {
    use crate::job::JobState::{Done, Failed, Queued, Running, Stuck, Unknown};
    match row.state {
        Stuck => 5,
        Failed => 4,
        Unknown => 3,
        Running => 2,
        Queued => 1,
        Done => 0,
    }
}

fn first_text(field: Field, row: &JobRow) -> Option<&str> {
    let mut first = None;
    field.texts(row, |it| first = first.or(Some(it)));
    first
}

/// Compares two values; nothing comes last, whichever the direction.
fn last<T: Ord>(a: Option<T>, b: Option<T>, directed: impl Fn(Ordering) -> Ordering) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => directed(a.cmp(&b)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// A number in its total order.
struct Total(f64);

impl PartialEq for Total {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Total {}

impl PartialOrd for Total {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Total {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}
