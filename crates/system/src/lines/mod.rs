//! Log lines, read into roles by what the system file says.
//!
//! A line goes through five steps: it is taken apart into fields by the first format that fits (`format`), its fields
//! and those of its stream fill roles (`roles`), texts give up what is hidden in them (`extract`), the first event rule
//! that holds says what happened, and what else is told of jobs becomes a field of its own (`rules`). Nothing is lost on
//! the way: what fits no format is its own message.

mod exception;
mod format;
mod json;
mod logfmt;
mod roles;
mod rules;
mod time;

#[cfg(test)]
mod tests;

use domain::logs::{LogRecord, RawLine};
use domain::system::System;

use self::format::Format;
use self::roles::{Filled, Names, Vocabulary};
use self::rules::{Attribute, Extract, Rule};
use crate::pattern::Pattern;

/// Reads the log lines of one system.
#[derive(Clone, Debug)]
pub struct LineReader {
    vocabulary: Vocabulary,
    names: Names,
    formats: Vec<Format>,
    extracts: Vec<Extract>,
    line_jobs: Vec<Pattern>,
    rules: Vec<Rule>,
    attributes: Vec<Attribute>,
}

/// Names and texts of a line's fields, in order.
type Fields = Vec<(String, String)>;

/// Where the fields of a line came from, by where they begin in the list; what goes before counts for more.
#[derive(Clone, Copy, Debug, Default)]
struct Origins {
    labels_from: usize,
    metadata_from: usize,
}

impl LineReader {
    /// A reader for the lines of this system. Patterns that cannot be read, which a checked file has none of, fit nothing.
    pub fn new(system: &System) -> Self {
        let names = Names::new(&system.logs);
        Self {
            vocabulary: Vocabulary::new(system),
            formats: system.logs.formats.iter().filter_map(|it| Format::new(it, &names)).collect(),
            extracts: system.logs.extract.iter().filter_map(Extract::new).collect(),
            line_jobs: system.logs.line_jobs.iter().filter_map(|it| Pattern::parse(it).ok()).collect(),
            rules: system.logs.events.iter().filter_map(Rule::new).collect(),
            attributes: system.jobs.attributes.iter().map(Attribute::new).collect(),
            names,
        }
    }

    /// The texts that stand in the line of a job that is one line, given what the job is called; `None` for another job.
    pub fn line_job_texts<'a>(&self, job: &'a str) -> Option<Vec<&'a str>> {
        let captures = self.line_jobs.iter().find_map(|it| it.captures(job))?;
        Some(captures.into_iter().map(|(_, text)| text).collect())
    }

    /// Reads one line. Whatever it holds, nothing is lost: a line of no known format is its own message.
    pub fn read(&self, raw: &RawLine<'_>) -> LogRecord {
        let text = raw.line.trim_end();
        let mut fields = Fields::new();
        let joined_time = self.formats.iter().find_map(|it| it.read(text, &mut fields)).unwrap_or_default();
        let origins = add_stream(&mut fields, raw);

        let mut filled = Filled::new(&self.vocabulary);
        if let Some(time) = joined_time {
            filled.fill_time(&time);
        }
        let hits = self.names.find(&fields, origins);
        for hit in &hits {
            filled.fill(hit.role, hit.text, hit.unit);
        }
        filled.settle_message(text);
        for extract in &self.extracts {
            extract.apply(&mut filled, &hits, &fields);
        }
        if filled.roles.job.is_none() && filled.roles.task_id.is_none() {
            let id = self.line_jobs.iter().find_map(|it| it.fill(|name| field(&fields, name)));
            filled.roles.job = id.map(Into::into);
        }
        let event = self.rules.iter().find_map(|it| it.apply(&mut filled, &hits, &fields));
        let attributes: Fields =
            self.attributes.iter().filter_map(|it| it.read(&filled, &hits, &fields)).collect();
        fields.extend(attributes);

        LogRecord {
            key: raw.key(),
            time: filled.time.unwrap_or(raw.time),
            level: filled.level,
            service: filled.service,
            message: filled.message,
            event,
            roles: filled.roles,
            fields,
            line: raw.line.to_string(),
        }
    }
}

fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.iter().find(|(it, _)| it == name).map(|(_, text)| text.as_str()).filter(|it| !it.is_empty())
}

/// Adds the stream's labels and the entry's metadata, but not what the line says already in the same words.
fn add_stream(fields: &mut Fields, raw: &RawLine<'_>) -> Origins {
    let n_line = fields.len();
    let said = |fields: &Fields, name: &str, text: &str| {
        fields.iter().take(n_line).any(|(n, t)| n == name && t == text)
    };
    for (name, text) in raw.labels {
        if !said(fields, name, text) {
            fields.push((name.to_string(), text.to_string()));
        }
    }
    let metadata_from = fields.len();
    for (name, text) in &raw.metadata {
        if !said(fields, name, text) {
            fields.push((name.to_string(), text.to_string()));
        }
    }
    Origins { labels_from: n_line, metadata_from }
}
