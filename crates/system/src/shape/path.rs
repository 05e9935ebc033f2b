//! Where in a file something stands.

use std::fmt;

/// A place in a file, shown as `stages[2].service`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'a> {
    /// The file as a whole.
    File,
    /// A member of an object.
    Key(&'a Path<'a>, &'a str),
    /// An item of a list, counted from 0.
    Item(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    /// The member of that name.
    pub(crate) fn key(&'a self, name: &'a str) -> Self {
        Self::Key(self, name)
    }

    /// The item at that place.
    pub(crate) fn item(&'a self, index: usize) -> Self {
        Self::Item(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::File => Ok(()),
            Path::Key(Path::File, name) => f.write_str(name),
            Path::Key(parent, name) => write!(f, "{parent}.{name}"),
            Path::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}
