//! What values rows have, and how often: for suggestions and for the counts above a list.

use std::sync::Arc;

use super::field::Field;
use super::row::JobRow;
use crate::job::JobState;
use crate::system::System;

/// One value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// The value.
    pub value: String,
    /// How many rows have it.
    pub count: usize,
}

/// The values of a field, the most frequent first. A row that has several counts for each.
pub fn facet<'a>(field: Field, rows: impl Iterator<Item = &'a Arc<JobRow>>) -> Vec<Facet> {
    let mut values: Vec<&str> = Vec::new();
    for row in rows {
        field.texts(row, |it| values.push(it));
    }
    values.sort_unstable();
    let alike = values.chunk_by(|a, b| a == b);
    let mut facets: Vec<Facet> =
        alike.filter_map(|it| Some(Facet { value: (*it.first()?).to_owned(), count: it.len() })).collect();
    facets.sort_by(|a, b| (b.count, &a.value).cmp(&(a.count, &b.value)));
    facets
}

/// The fields that at least one row fills, in the order of columns.
pub fn filled_fields(system: &System, rows: &[Arc<JobRow>]) -> Vec<Field> {
    let is_filled = |field: &Field| rows.iter().any(|it| field.is_filled(system, it));
    Field::ALL.iter().copied().filter(is_filled).collect()
}

/// How many rows there are of each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateCounts {
    counts: [usize; 6],
}

impl StateCounts {
    /// Counts rows.
    pub fn of<'a>(rows: impl Iterator<Item = &'a Arc<JobRow>>) -> Self {
        let mut counts = Self::default();
        for row in rows {
            if let Some(count) = counts.counts.get_mut(row.state as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// How many are in this state.
    pub fn get(self, state: JobState) -> usize {
        self.counts.get(state as usize).copied().unwrap_or(0)
    }

    /// How many there are in all.
    pub fn all(self) -> usize {
        self.counts.iter().sum()
    }
}
