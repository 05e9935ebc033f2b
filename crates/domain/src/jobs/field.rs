//! The fields of a row: what it can be filtered, sorted and shown by.

use std::borrow::Cow;

use super::row::JobRow;
use crate::system::System;
use crate::time::Timestamp;

/// What stands between the name and the value of an attribute.
const SAYS: &str = ": ";

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $title:literal;)*) => {
        /// A field of a row.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $($(#[$doc])* $name,)* }

        impl Field {
            /// Every field, in the order in which columns stand.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// How the address writes it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// Its name for people.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What a word of the address means.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.word() == word)
            }
        }
    };
}

fields! {
    /// How it stands, by name.
    State = "state", "State";
    /// What it is called.
    Job = "job", "Job";
    /// The kind of job.
    Kind = "kind", "Kind";
    /// Where it failed, or else the furthest stage that it reached.
    Stage = "stage", "Stage";
    /// When it was accepted.
    Start = "start", "Start";
    /// From start to end, in seconds.
    Duration = "duration", "Total";
    /// Where its time went; a picture that only columns know.
    Timeline = "timeline", "Where its time went";
    /// Time in queues, in seconds.
    Wait = "wait", "In queues";
    /// The stage that failed.
    FailedStage = "failed_at", "Failed stage";
    /// The error's code.
    ErrorCode = "error", "Error";
    /// The error's message.
    Message = "message", "Error message";
    /// What its failure is known by among others, by its key.
    Failure = "failure", "Failure";
    /// Attempts at the stage that needed most.
    Attempts = "attempts", "Tries";
    /// The host that it is about.
    Domain = "domain", "Domain";
    /// The address that it is about.
    Url = "url", "URL";
    /// Who asked for it.
    User = "user", "User";
    /// How many users its lines name.
    Users = "users", "Users";
    /// The name of its first task.
    Operation = "operation", "Operation";
    /// Synchronous or asynchronous.
    Mode = "mode", "Mode";
    /// The version of the service that failed or last worked.
    Version = "version", "Version";
    /// What else the system file wants told of it, each as `name: value`.
    Attribute = "attribute", "Attributes";
    /// The services that told of it.
    Service = "service", "Services";
    /// The queues that it was in.
    Queue = "queue", "Queues";
    /// The request's id at the gateway.
    Request = "request", "Request";
    /// Whether the store has a trace of it.
    Trace = "trace", "Trace";
}

impl Field {
    /// Whether its values are numbers, which are compared and not listed.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Duration | Self::Wait | Self::Attempts | Self::Users)
    }

    /// Whether a filter can ask for it.
    pub const fn can_be_filtered(self) -> bool {
        !matches!(self, Self::Timeline | Self::Start)
    }

    /// The number that a row has; `None` for fields of text, and where nothing is known.
    pub fn number(self, row: &JobRow, now: Timestamp) -> Option<f64> {
        match self {
            Self::Duration => Some(row.total(now).as_secs_f64()),
            Self::Wait => (!row.segments.is_empty()).then(|| row.in_queues.as_secs_f64()),
            Self::Attempts => (row.attempts > 0).then(|| f64::from(row.attempts)),
            Self::Users => (!row.users.is_empty()).then_some(row.users.len() as f64),
            _ => None,
        }
    }

    /// Every text that a row has; none for fields of numbers.
    pub fn texts<'a>(self, row: &'a JobRow, mut each: impl FnMut(&'a str)) {
        let mut maybe = |text: Option<&'a str>| text.into_iter().for_each(&mut each);
        match self {
            Self::State => maybe(Some(row.state.name())),
            Self::Job => maybe(Some(row.id.as_str())),
            Self::Kind => maybe(row.kind.as_deref()),
            Self::Stage => maybe(row.telling_stage().map(|it| it.as_str())),
            Self::FailedStage => maybe(row.failed_stage.as_ref().map(|it| it.as_str())),
            Self::ErrorCode => maybe(row.error_code.as_deref()),
            Self::Message => maybe(row.error.as_deref()),
            Self::Failure => maybe(row.failure_key.as_deref()),
            Self::Domain => maybe(row.domain.as_deref()),
            Self::Url => maybe(row.url.as_deref()),
            Self::User => row.users.iter().for_each(|it| maybe(Some(it.as_str()))),
            Self::Operation => maybe(row.operation.as_deref()),
            Self::Mode => maybe(row.mode.as_deref()),
            Self::Version => maybe(row.version.as_deref()),
            Self::Attribute => row.attributes.iter().for_each(|it| maybe(Some(it.as_str()))),
            Self::Service => row.services.iter().for_each(|it| maybe(Some(&**it))),
            Self::Queue => row.queues.iter().for_each(|it| maybe(Some(it.as_str()))),
            Self::Request => maybe(row.request_id.as_deref()),
            Self::Trace => maybe(Some(row.trace.name())),
            Self::Start | Self::Duration | Self::Timeline | Self::Wait | Self::Attempts | Self::Users => {}
        }
    }

    /// Whether a row has anything in this field that a column would show.
    pub fn is_filled(self, system: &System, row: &JobRow) -> bool {
        match self {
            Self::Start | Self::Duration => true,
            Self::Timeline => !row.segments.is_empty(),
            Self::Wait => row.in_queues.nanos() > 0,
            Self::Attempts => row.attempts > 0,
            // One is as it should be.
            Self::Users => row.users.len() > 1,
            // A column that could only ever say one thing says nothing.
            Self::Trace => !system.spans.roles.is_empty(),
            _ => {
                let mut is_filled = false;
                self.texts(row, |_| is_filled = true);
                is_filled
            }
        }
    }

    /// How [`Self::Attribute`] writes an attribute of this name and value.
    pub fn attribute(name: &str, value: &str) -> String {
        format!("{name}{SAYS}{value}")
    }

    /// The name and the value in such a text.
    pub fn attribute_pair(text: &str) -> Option<(&str, &str)> {
        text.split_once(SAYS)
    }

    /// A value as a person reads it: a stage by its title.
    pub fn value_title<'a>(self, system: &'a System, value: &'a str) -> Cow<'a, str> {
        match self {
            Self::Stage | Self::FailedStage => {
                system.stage(&value.into()).map_or(value.into(), |it| it.title.clone().into())
            }
            _ => value.into(),
        }
    }
}
