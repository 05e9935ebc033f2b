//! Recordings: every question and answer of a visit in one file, taken down and played back as a [`Transport`].
//!
//! [`Recorder`] stands before another transport and takes down what passes; [`Replay`] answers from what was taken
//! down. [`file`] is how it is written. Compression belongs to whoever owns the file.
//!
//! [`Transport`]: crate::Transport

pub mod file;
mod recorder;
mod replay;

pub use file::{FileError, read, write};
pub use recorder::Recorder;
pub use replay::Replay;

use backends::SourceKind;
use domain::ids::JobId;
use domain::time::{Step, TimeRange, Timestamp};

/// The questions and answers of one visit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// What it is called, for people.
    pub title: String,
    /// What its clock shows: `now` of its relative ranges.
    pub now: Timestamp,
    /// The address of the view that it was taken from, as a query string.
    pub view: String,
    /// The text of the system file that it was taken with; empty when the reader has it anyway.
    pub system_file: String,
    /// Jobs that are worth a look, the plainest first; none where nobody has chosen any.
    pub examples: Vec<Example>,
    /// What was answered, in the order in which the answers came.
    pub answers: Vec<Recorded>,
}

/// A job that whoever opens a recording may want to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Its id.
    pub id: JobId,
    /// What it shows, in a few words: `failed at scrape: the site answers 403`.
    pub words: String,
}

/// One question and its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// What was asked.
    pub asked: Asked,
    /// HTTP status.
    pub status: u16,
    /// Headers of the answer, names in lower case; only those that tell how to read the body.
    pub headers: Vec<(String, String)>,
    /// The body as the decoder is fed it.
    pub body: Vec<u8>,
    /// When the answer had come.
    pub at: Timestamp,
}

/// A question as a recording knows it: see [`backends::Question`]. Holds no address, tenant or secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Who was asked.
    pub source: SourceKind,
    /// The endpoint's name, such as `loki/query_range`.
    pub endpoint: String,
    /// The query text.
    pub query: String,
    /// The time that it asks about.
    pub range: Option<TimeRange>,
    /// The distance of the points that it asks for.
    pub step: Option<Step>,
}

impl Asked {
    /// What a request asks.
    pub fn of(request: &backends::RequestSpec) -> Self {
        let question = &request.question;
        Self {
            source: request.source,
            endpoint: question.endpoint.to_owned(),
            query: question.query.clone(),
            range: question.range,
            step: question.step,
        }
    }

    /// Whether the answer to this question also answers `other`: the same question, of a range that holds the other's.
    ///
    /// Ends that differ by less than a step are no difference: they come from aligning the same range to two steps.
    pub fn answers(&self, other: &Self) -> bool {
        let same =
            self.source == other.source && self.endpoint == other.endpoint && self.query == other.query;
        let steps = self.step.max(other.step).map(Step::length).unwrap_or_default();
        same && self.step.is_some() == other.step.is_some()
            && match (self.range, other.range) {
                (Some(mine), Some(theirs)) => mine.widened_by(steps).covers(theirs),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            }
    }
}
