//! The warnings that Loki's, Prometheus' and Mimir's answers carry beside their data.

use domain::warning::Warning;

use crate::json::{Cursor, Read};

/// What a server remarks, each remark once.
#[derive(Debug)]
pub(crate) struct Warnings {
    from: &'static str,
    all: Vec<Warning>,
}

impl Warnings {
    pub(crate) const fn of(from: &'static str) -> Self {
        Self { from, all: Vec::new() }
    }

    /// Reads the list of `warnings` or `infos`.
    pub(crate) fn take(&mut self, value: &mut Cursor<'_>) -> Read<()> {
        let mut texts = Vec::new();
        value.items(|value| {
            texts.push(value.text()?.unescaped().into_owned());
            Ok(())
        })?;
        texts.into_iter().for_each(|text| self.add(text));
        Ok(())
    }

    /// Adds one of our own.
    pub(crate) fn add(&mut self, text: String) {
        let text = text.trim_end_matches('.').to_owned();
        if !self.all.iter().any(|it| it.text == text) {
            self.all.push(Warning::new(self.from, text));
        }
    }

    pub(crate) fn all(self) -> Vec<Warning> {
        self.all
    }
}
