//! Taking a line apart by one of the formats that the system file names.

use domain::logs::Level;
use domain::system::{LineFormat, Role};

use super::roles::Names;
use super::time::read_time;
use super::{Fields, json, logfmt};
use crate::pattern::Pattern;

/// A format, ready to be tried on lines.
#[derive(Clone, Debug)]
pub(super) enum Format {
    Json { unwrap: Vec<String> },
    Logfmt,
    Pattern(TextFormat),
}

/// Text with captures.
#[derive(Clone, Debug)]
pub(super) struct TextFormat {
    pattern: Pattern,
    /// What each capture must look like, in the pattern's order.
    looks: Vec<Look>,
    join_time: Vec<String>,
}

/// What a capture must look like, so that a text that merely has the same brackets is not taken for this format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Anything,
    Level,
    Time,
    OneWord,
    Pairs,
}

impl Look {
    fn fits(self, text: &str) -> bool {
        match self {
            Self::Anything | Self::Pairs => true,
            Self::Level => Level::parse(text.trim()) != Level::Unknown,
            Self::Time => read_time(text, Some(0)).is_some(),
            Self::OneWord => !text.is_empty() && !text.contains(char::is_whitespace),
        }
    }
}

impl Format {
    pub(super) fn new(format: &LineFormat, names: &Names) -> Option<Self> {
        Some(match format {
            LineFormat::Json { unwrap } => Self::Json { unwrap: unwrap.clone() },
            LineFormat::Logfmt => Self::Logfmt,
            LineFormat::Pattern { pattern, logfmt_captures, join_time } => {
                let pattern = Pattern::parse(pattern).ok()?;
                let look = |name: &str| {
                    if logfmt_captures.iter().any(|it| it == name) {
                        Look::Pairs
                    } else {
                        names.role_of(name).map_or(Look::Anything, look_of)
                    }
                };
                Self::Pattern(TextFormat {
                    looks: pattern.names().map(look).collect(),
                    pattern,
                    join_time: join_time.clone(),
                })
            }
        })
    }

    /// Adds the line's fields. `None`, with nothing added, where the line is not written so; else what its time
    /// captures join to, where there are any.
    pub(super) fn read(&self, text: &str, fields: &mut Fields) -> Option<Option<String>> {
        match self {
            Self::Json { unwrap } => json::read(text, unwrap, fields).map(|()| None),
            Self::Logfmt => logfmt::read(text, fields).map(|()| None),
            Self::Pattern(format) => format.read(text, fields),
        }
    }
}

impl TextFormat {
    fn read(&self, text: &str, fields: &mut Fields) -> Option<Option<String>> {
        let captures = self.pattern.captures(text)?;
        let pairs = || captures.iter().zip(&self.looks);
        if !pairs().all(|((_, text), look)| look.fits(text)) {
            return None;
        }
        let times: Vec<&str> = self
            .join_time
            .iter()
            .filter_map(|name| captures.iter().find(|(it, _)| it == name))
            .map(|(_, it)| *it)
            .collect();
        let time = times.join(" ");
        if !times.is_empty() && !Look::Time.fits(&time) {
            return None;
        }
        let n_before = fields.len();
        for ((name, text), look) in pairs() {
            if *look != Look::Pairs {
                fields.push(((*name).to_owned(), (*text).to_owned()));
            } else if logfmt::read_strictly(text, fields).is_none() {
                fields.truncate(n_before);
                return None;
            }
        }
        Some((!times.is_empty()).then_some(time))
    }
}

const fn look_of(role: Role) -> Look {
    match role {
        Role::Time => Look::Time,
        Role::Level => Look::Level,
        Role::Job | Role::Trace | Role::Span | Role::TaskId | Role::RequestId | Role::Task => Look::OneWord,
        Role::Service
        | Role::Message
        | Role::Event
        | Role::Stage
        | Role::FailedStage
        | Role::Run
        | Role::User
        | Role::ErrorCode
        | Role::Error
        | Role::Exception
        | Role::Duration
        | Role::Url
        | Role::Retries
        | Role::Reason
        | Role::Version
        | Role::Queue
        | Role::Caller
        | Role::Mode
        | Role::Status
        | Role::NotBefore => Look::Anything,
    }
}
