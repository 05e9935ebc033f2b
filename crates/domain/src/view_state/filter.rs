//! Filters and orders of lists, and how the address writes them.

/// One filter: a field, how it is compared, and with what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Filter {
    /// The field; never empty.
    pub field: String,
    /// How it is compared.
    pub op: FilterOp,
    /// With what.
    pub value: String,
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FilterOp {
    /// Is exactly this.
    Is,
    /// Is anything but this.
    Not,
    /// Has this in it.
    Has,
    /// Does not have this in it.
    Lacks,
    /// Is a number of at least this.
    Least,
    /// Is a number of at most this.
    Most,
}

impl FilterOp {
    /// Every way, in the order in which they are offered.
    pub const ALL: &[Self] = &[Self::Is, Self::Not, Self::Has, Self::Lacks, Self::Least, Self::Most];

    /// How it is written in the address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::Not => "not",
            Self::Has => "has",
            Self::Lacks => "lacks",
            Self::Least => "least",
            Self::Most => "most",
        }
    }

    /// The sign shown between field and value.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Is => "=",
            Self::Not => "≠",
            Self::Has => "∋",
            Self::Lacks => "∌",
            Self::Least => "≥",
            Self::Most => "≤",
        }
    }
}

impl Filter {
    /// Reads `field:op:value`; a `:` inside the field's name is written twice. `None` when it is not that.
    pub fn parse(text: &str) -> Option<Self> {
        let mut field = String::new();
        let mut chars = text.chars();
        loop {
            match chars.next()? {
                ':' if chars.as_str().starts_with(':') => {
                    chars.next();
                    field.push(':');
                }
                ':' => break,
                other => field.push(other),
            }
        }
        let (op, value) = chars.as_str().split_once(':')?;
        let op = FilterOp::ALL.iter().copied().find(|it| it.word() == op)?;
        (!field.is_empty()).then(|| Self { field, op, value: value.to_owned() })
    }
}

/// Filters as they hold together: every group must have one that holds. Those that say what one field is are a group, as
/// nothing is two things at once; every other filter is alone in its own. Groups stand in the order of their first filters.
pub fn alternatives(filters: &[Filter]) -> Vec<Vec<&Filter>> {
    let mut groups: Vec<Vec<&Filter>> = Vec::new();
    for filter in filters {
        let is_other =
            |it: &&Filter| it.op == FilterOp::Is && filter.op == FilterOp::Is && it.field == filter.field;
        match groups.iter_mut().find(|group| group.first().is_some_and(is_other)) {
            Some(group) => group.push(filter),
            None => groups.push(vec![filter]),
        }
    }
    groups
}

/// The form that [`Filter::parse`] reads back.
impl std::fmt::Display for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.field.replace(':', "::"), self.op.word(), self.value)
    }
}

/// The order of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sort {
    /// The column that decides; never empty.
    pub column: String,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl Sort {
    /// Reads `column:asc` or `column:desc`; `None` when it is not that.
    pub fn parse(text: &str) -> Option<Self> {
        let (column, direction) = text.rsplit_once(':')?;
        let descending = match direction {
            "asc" => false,
            "desc" => true,
            _ => return None,
        };
        (!column.is_empty()).then(|| Self { column: column.to_owned(), descending })
    }
}

/// The form that [`Sort::parse`] reads back.
impl std::fmt::Display for Sort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.column, if self.descending { "desc" } else { "asc" })
    }
}
