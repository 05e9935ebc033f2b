//! TraceQL, written from typed values: the only place that knows how Tempo spells a query.

use std::fmt;

use domain::time::TimeDelta;
use domain::trace::{SpanKind, SpanStatus};

use crate::quote::go_string;

/// Which spans are wanted, and which of their attributes come with them.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanQuery {
    /// What a span must be; any span where it is [`Filter::All`] of nothing.
    pub filter: Filter,
    /// Attributes that come with each span besides those of the filter.
    pub select: Vec<Field>,
}

/// What a span must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// A comparison. Types matter: `7` is not `"7"`; see [`Filter::is`].
    Compare(Field, Comparison, Literal),
    /// All of these hold.
    All(Vec<Filter>),
    /// At least one of these holds.
    Any(Vec<Filter>),
}

/// Something that a span has.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    /// An attribute of the span or of its resource (`.name`).
    Any(String),
    /// An attribute of the span (`span.name`).
    Span(String),
    /// An attribute of its resource (`resource.name`).
    Resource(String),
    /// Its name.
    Name,
    /// How it ended.
    Status,
    /// What it does for its neighbours.
    Kind,
    /// How long it took.
    Duration,
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`, anchored at both ends
    Regex,
    /// `!~`, anchored at both ends
    NotRegex,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `<`
    Less,
    /// `<=`
    AtMost,
}

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// True or false.
    Bool(bool),
    /// A length of time.
    Duration(TimeDelta),
    /// How a span ended.
    Status(SpanStatus),
    /// What a span does for its neighbours.
    Kind(SpanKind),
}

impl Filter {
    /// The field says this text: as text, and as a number where it reads like one, since for Tempo they differ.
    pub fn is(field: &Field, text: &str) -> Self {
        let as_text = Self::Compare(field.clone(), Comparison::Equal, Literal::Text(text.to_owned()));
        match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => Self::Any(vec![
                as_text,
                Self::Compare(field.clone(), Comparison::Equal, Literal::Int(number)),
            ]),
            Ok(_) | Err(_) => as_text,
        }
    }

    /// One of the fields says this text.
    pub fn any_is(fields: &[Field], text: &str) -> Self {
        Self::Any(fields.iter().map(|field| Self::is(field, text)).collect())
    }

    /// The span has this field, as a text.
    pub fn has(field: &Field) -> Self {
        Self::Compare(field.clone(), Comparison::NotEqual, Literal::Text(String::new()))
    }

    /// The span is of one of these kinds.
    pub fn any_kind(kinds: &[SpanKind]) -> Self {
        let one = |it: &SpanKind| Self::Compare(Field::Kind, Comparison::Equal, Literal::Kind(*it));
        Self::Any(kinds.iter().map(one).collect())
    }

    /// The span failed.
    pub fn failed() -> Self {
        Self::Compare(Field::Status, Comparison::Equal, Literal::Status(SpanStatus::Error))
    }
}

impl SpanQuery {
    /// Spans that are so.
    pub fn matching(filter: Filter) -> Self {
        Self { filter, select: Vec::new() }
    }
}

/// `{ filter } | select(fields)`
impl fmt::Display for SpanQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.filter {
            Filter::All(all) if all.is_empty() => f.write_str("{ }")?,
            filter => write!(f, "{{ {filter} }}")?,
        }
        if !self.select.is_empty() {
            let fields: Vec<_> = self.select.iter().map(Field::to_string).collect();
            write!(f, " | select({})", fields.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare(field, comparison, literal) => write!(f, "{field} {} {literal}", comparison.sign()),
            Self::All(all) => write_joined(f, all, " && ", "true"),
            Self::Any(any) => write_joined(f, any, " || ", "false"),
        }
    }
}

fn write_joined(f: &mut fmt::Formatter<'_>, parts: &[Filter], joint: &str, none: &str) -> fmt::Result {
    match parts {
        [] => f.write_str(none),
        [part] => write!(f, "{part}"),
        parts => {
            for (place, part) in parts.iter().enumerate() {
                f.write_str(if place > 0 { joint } else { "" })?;
                match part {
                    Filter::Compare(..) => write!(f, "{part}")?,
                    Filter::All(_) | Filter::Any(_) => write!(f, "({part})")?,
                }
            }
            Ok(())
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any(name) => write!(f, ".{}", attribute_name(name)),
            Self::Span(name) => write!(f, "span.{}", attribute_name(name)),
            Self::Resource(name) => write!(f, "resource.{}", attribute_name(name)),
            Self::Name => f.write_str("name"),
            Self::Status => f.write_str("status"),
            Self::Kind => f.write_str("kind"),
            Self::Duration => f.write_str("duration"),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&go_string(text)),
            Self::Int(number) => write!(f, "{number}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Duration(length) => write!(f, "{}ns", length.nanos()),
            Self::Status(SpanStatus::Error) => f.write_str("error"),
            Self::Status(SpanStatus::Ok) => f.write_str("ok"),
            Self::Status(SpanStatus::Unset) => f.write_str("unset"),
            Self::Kind(SpanKind::Unspecified) => f.write_str("unspecified"),
            Self::Kind(SpanKind::Internal) => f.write_str("internal"),
            Self::Kind(SpanKind::Server) => f.write_str("server"),
            Self::Kind(SpanKind::Client) => f.write_str("client"),
            Self::Kind(SpanKind::Producer) => f.write_str("producer"),
            Self::Kind(SpanKind::Consumer) => f.write_str("consumer"),
        }
    }
}

impl Comparison {
    const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Less => "<",
            Self::AtMost => "<=",
        }
    }
}

/// An attribute's name as TraceQL takes it. Quoted names know the escapes `\"` and `\\` only.
fn attribute_name(name: &str) -> String {
    let is_plain = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/'))
        && !name.starts_with(['-', '.', '/']);
    if is_plain {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(filter: Filter, expected: &str) {
        assert_eq!(SpanQuery::matching(filter).to_string(), expected);
    }

    #[test]
    fn a_text_that_reads_like_a_number_is_asked_for_as_both() {
        let field = Field::Span("job.id".to_owned());
        check(Filter::is(&field, "job-7"), r#"{ span.job.id = "job-7" }"#);
        check(Filter::is(&field, "7"), r#"{ span.job.id = "7" || span.job.id = 7 }"#);
        check(Filter::is(&field, "007"), r#"{ span.job.id = "007" }"#);
    }

    #[test]
    fn filters_nest() {
        let either =
            Filter::any_is(&[Field::Any("a".to_owned()), Field::Resource("b c\"".to_owned())], "x\"y");
        check(
            Filter::All(vec![either, Filter::failed()]),
            r#"{ (.a = "x\"y" || resource."b c\"" = "x\"y") && status = error }"#,
        );
        check(Filter::All(Vec::new()), "{ }");
    }

    #[test]
    fn spans_that_have_a_field_and_a_kind() {
        let has = Filter::has(&Field::Span("job.id".to_owned()));
        check(
            Filter::All(vec![has, Filter::any_kind(&[SpanKind::Consumer, SpanKind::Server])]),
            r#"{ span.job.id != "" && (kind = consumer || kind = server) }"#,
        );
    }

    #[test]
    fn what_comes_with_a_span_is_selected() {
        let query = SpanQuery {
            filter: Filter::Compare(
                Field::Duration,
                Comparison::Greater,
                Literal::Duration(TimeDelta::from_millis(5)),
            ),
            select: vec![Field::Span("celery.state".to_owned()), Field::Name],
        };
        assert_eq!(query.to_string(), "{ duration > 5000000ns } | select(span.celery.state, name)");
    }
}
