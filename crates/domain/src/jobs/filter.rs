//! Which rows a list shows: the filters of the address as they hold together, and its search text.

use memchr::memmem::Finder;

use super::field::Field;
use super::row::{JobRow, Rows};
use crate::letters::in_small;
use crate::number;
use crate::time::{TimeDelta, Timestamp};
use crate::view_state::{Filter, FilterOp, alternatives};

/// The filters of a list, read once and put to many rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RowFilter {
    /// Of each group one test must pass.
    tests: Vec<Vec<Test>>,
    /// Every one must stand in the row.
    words: Vec<Word>,
}

/// A word in lower case, and what finds it in a text: made once, it is put to every row.
#[derive(Clone, Debug)]
struct Word {
    text: String,
    finder: Finder<'static>,
}

impl Word {
    fn new(text: &str) -> Self {
        let text = in_small(text);
        Self { finder: Finder::new(&text).into_owned(), text }
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Test {
    /// `None` for a field that rows do not have: then no row has a value.
    field: Option<Field>,
    op: FilterOp,
    value: String,
    /// The value in lower case, for what looks inside a text.
    lower: String,
    /// The value as a number: seconds, for a length such as `2m`.
    number: Option<f64>,
}

impl RowFilter {
    /// Reads filters, which hold together as [`alternatives`] says, and a search text; words of the text may stand anywhere in a row, in any case.
    pub fn new(filters: &[Filter], query: &str) -> Self {
        let test = |it: &&Filter| Test {
            field: Field::from_word(&it.field).filter(|it| it.can_be_filtered()),
            op: it.op,
            value: it.value.clone(),
            lower: in_small(&it.value),
            number: number_of(&it.value),
        };
        Self {
            tests: alternatives(filters).iter().map(|group| group.iter().map(test).collect()).collect(),
            words: query.split_whitespace().map(Word::new).collect(),
        }
    }

    /// The same without what it says about one field.
    #[must_use]
    pub fn without(mut self, field: Field) -> Self {
        self.tests.retain(|group| group.iter().all(|it| it.field != Some(field)));
        self
    }

    /// Only what it says about one field.
    #[must_use]
    pub fn only(mut self, field: Field) -> Self {
        self.tests.retain(|group| group.iter().any(|it| it.field == Some(field)));
        self.words.clear();
        self
    }

    /// Whether it says anything about a field.
    pub fn is_about(&self, field: Field) -> bool {
        self.tests.iter().flatten().any(|it| it.field == Some(field))
    }

    /// Whether a row passes, as it stands at `now`.
    pub fn passes(&self, row: &JobRow, now: Timestamp) -> bool {
        self.tests.iter().all(|group| group.iter().any(|it| it.passes(row, now)))
            && self.words.iter().all(|it| it.finder.find(row.words.as_bytes()).is_some())
    }

    /// Those of the rows that pass, as they stand at `now`; the same rows where it asks for nothing.
    pub fn of(&self, rows: &Rows, now: Timestamp) -> Rows {
        if self.tests.is_empty() && self.words.is_empty() {
            return rows.clone();
        }
        Rows::new(rows.iter().filter(|it| self.passes(it, now)).cloned().collect())
    }

    /// Whether whatever passes also passes the other: the same filters, and a text that was typed further.
    pub fn narrows(&self, other: &Self) -> bool {
        let is_longer = |it: &Word| self.words.iter().any(|own| own.text.contains(&it.text));
        self.tests == other.tests && other.words.iter().all(is_longer)
    }
}

impl Test {
    fn passes(&self, row: &JobRow, now: Timestamp) -> bool {
        let any = |test: &dyn Fn(&str) -> bool| {
            let mut passes = false;
            if let Some(field) = self.field {
                field.texts(row, |it| passes |= test(it));
            }
            passes
        };
        let number = || self.field?.number(row, now);
        let compare = |test: fn(f64, f64) -> bool| {
            let found = number().or_else(|| {
                let mut found = None;
                self.field?.texts(row, |it| found = found.or(number_of(it)));
                found
            });
            found.zip(self.number).is_some_and(|(found, wanted)| test(found, wanted))
        };
        let is = || match number().zip(self.number) {
            Some((found, wanted)) => found == wanted,
            None => any(&|it| it == self.value),
        };
        let has = || any(&|it| in_small(it).contains(&self.lower));
        match self.op {
            FilterOp::Is => is(),
            FilterOp::Not => !is(),
            FilterOp::Has => has(),
            FilterOp::Lacks => !has(),
            FilterOp::Least => compare(|found, wanted| found >= wanted),
            FilterOp::Most => compare(|found, wanted| found <= wanted),
        }
    }
}

/// A number as it is written, or the seconds of a length such as `90s` or `2m`.
fn number_of(text: &str) -> Option<f64> {
    let text = text.trim();
    let number = number::parse(text).filter(|it| it.is_finite());
    number.or_else(|| TimeDelta::parse(text).map(TimeDelta::as_secs_f64))
}
