//! In which order a list stands.

use std::cmp::Ordering;

use super::field::Field;
use super::row::{JobRow, Rows};
use crate::system::System;
use crate::time::Timestamp;
use crate::view_state::Sort;

/// Rows in the order of a column; rows that have nothing there come last, and equal ones stay newest first.
///
/// A column that does not exist leaves the newest first. Rows that stand in order are handed back as they are.
pub fn sorted(rows: Rows, order: Option<&Sort>, system: &System, now: Timestamp) -> Rows {
    let compare = comparing(order, system, now);
    if rows.is_sorted_by(|a, b| compare(a, b).is_le()) {
        return rows;
    }
    let mut own = rows.to_vec();
    own.sort_by(|a, b| compare(a, b));
    Rows::new(own)
}

/// Compares two rows.
type Compare<'a> = Box<dyn Fn(&JobRow, &JobRow) -> Ordering + 'a>;

fn comparing<'a>(order: Option<&Sort>, system: &'a System, now: Timestamp) -> Compare<'a> {
    let by_start = |a: &JobRow, b: &JobRow| (b.start, &a.id).cmp(&(a.start, &b.id));
    let column = order.and_then(|it| Some((Field::from_word(&it.column)?, it.descending)));
    let Some((field, descending)) = column else {
        return Box::new(by_start);
    };
    let directed = move |it: Ordering| if descending { it.reverse() } else { it };
    match field {
        Field::Start => Box::new(move |a, b| directed(a.start.cmp(&b.start)).then_with(|| a.id.cmp(&b.id))),
        Field::State => {
            Box::new(move |a, b| directed(urgency(a).cmp(&urgency(b))).then_with(|| by_start(a, b)))
        }
        Field::Stage => {
            let place = |it: &JobRow| it.telling_stage().and_then(|it| system.stage_colour(it));
            Box::new(move |a, b| last(place(a), place(b), directed).then_with(|| by_start(a, b)))
        }
        field if field.is_number() || field == Field::Timeline => {
            let field = if field == Field::Timeline { Field::Duration } else { field };
            let number = move |it: &JobRow| field.number(it, now).map(Total);
            Box::new(move |a, b| last(number(a), number(b), directed).then_with(|| by_start(a, b)))
        }
        field => Box::new(move |a, b| {
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
