//! A mistake in a file that a person wrote: where, what, and what to do about it.

use std::fmt::{self, Display};

/// One mistake in a system file or in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it stands, such as `stages[2].service`; empty for the file as a whole.
    pub path: String,
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
    /// What to write instead, as a sentence without a full stop.
    pub next_step: String,
}

impl Mistake {
    /// A mistake at a path.
    pub(crate) fn new(path: impl Display, what: impl Display, next_step: impl Display) -> Self {
        Self { path: path.to_string(), what: what.to_string(), next_step: next_step.to_string() }
    }
}

/// Where it is noted what is wrong with a file. Nothing is made into text before it is wanted.
pub(crate) trait Notes {
    /// Notes a mistake: where, what, and what to do about it.
    fn mistake(&mut self, at: impl Display, what: impl Display, next_step: impl Display);

    /// Whether there is a mistake at that path or below it.
    fn is_broken(&self, path: impl Display) -> bool;

    /// Notes a mistake in the place of all that were noted of the same path.
    fn instead(&mut self, at: impl Display, what: impl Display, next_step: impl Display);
}

/// For a person: all mistakes.
impl Notes for Vec<Mistake> {
    fn mistake(&mut self, at: impl Display, what: impl Display, next_step: impl Display) {
        self.push(Mistake::new(at, what, next_step));
    }

    fn is_broken(&self, path: impl Display) -> bool {
        let path = path.to_string();
        self.iter().any(|it| it.path.starts_with(&path))
    }

    fn instead(&mut self, at: impl Display, what: impl Display, next_step: impl Display) {
        let mistake = Mistake::new(at, what, next_step);
        self.retain(|it| it.path != mistake.path);
        self.push(mistake);
    }
}

/// Whether there is any mistake; which ones there are takes a program several times as large to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct IsWrong(pub(crate) bool);

impl Notes for IsWrong {
    fn mistake(&mut self, _: impl Display, _: impl Display, _: impl Display) {
        self.0 = true;
    }

    fn is_broken(&self, _: impl Display) -> bool {
        self.0
    }

    fn instead(&mut self, _: impl Display, _: impl Display, _: impl Display) {
        self.0 = true;
    }
}

/// `stages[2].service: no service “scrapper”; write scraper`
impl Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "the file" } else { &self.path };
        write!(f, "{path}: {}; {}", self.what, self.next_step)
    }
}

impl std::error::Error for Mistake {}
