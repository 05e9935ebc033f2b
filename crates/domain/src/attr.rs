//! Attributes of spans, resources and log records, after the OpenTelemetry data model.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// The value of an attribute (OpenTelemetry `AnyValue`).
#[derive(Clone, Debug, PartialEq)]
pub enum AttrValue {
    /// Text.
    Text(Arc<str>),
    /// A 64-bit integer.
    Int(i64),
    /// A double.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// Raw bytes.
    Bytes(Arc<[u8]>),
    /// A list of values.
    List(Vec<AttrValue>),
    /// A map from names to values.
    Map(Vec<(Arc<str>, AttrValue)>),
}

impl AttrValue {
    /// A text value.
    pub fn text(value: &str) -> Self {
        Self::Text(value.into())
    }

    /// The text, where it is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Int(_) | Self::Float(_) | Self::Bool(_) | Self::Bytes(_) | Self::List(_) | Self::Map(_) => {
                None
            }
        }
    }

    /// As a person reads it.
    pub fn words(&self) -> Cow<'_, str> {
        self.as_str().map_or_else(|| Cow::Owned(self.to_string()), Cow::Borrowed)
    }

    /// Whether a person would read it as this text.
    pub fn reads_as(&self, text: &str) -> bool {
        self.words() == text
    }
}

/// As a person reads it; lists in brackets, bytes as hex.
impl fmt::Display for AttrValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Int(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Bytes(bytes) => bytes.iter().try_for_each(|it| write!(f, "{it:02x}")),
            Self::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
            Self::Map(items) => {
                f.write_str("{")?;
                for (i, (key, value)) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{key}: {value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

/// Names and values in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes(pub Vec<(Arc<str>, AttrValue)>);

impl Attributes {
    /// The value of that name.
    pub fn get(&self, name: &str) -> Option<&AttrValue> {
        self.0.iter().find(|(key, _)| &**key == name).map(|(_, value)| value)
    }

    /// The first of the names that has a value.
    pub fn first_of<'a, S: AsRef<str>>(&'a self, names: &[S]) -> Option<&'a AttrValue> {
        names.iter().find_map(|name| self.get(name.as_ref()))
    }

    /// Every name with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &AttrValue)> {
        self.0.iter().map(|(key, value)| (&**key, value))
    }
}

impl<'a> FromIterator<(&'a str, AttrValue)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (&'a str, AttrValue)>>(items: I) -> Self {
        Self(items.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }
}
