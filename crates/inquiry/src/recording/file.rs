//! How a recording is written, version 1: a line of JSON about all of it, then for each answer a line of JSON about
//! it, its body byte for byte, and a line break. The whole is meant to be compressed with gzip.
//!
//! Bodies stand outside the JSON, so that binary ones need no escapes and none is read before it is asked for.

use std::fmt;

use backends::SourceKind;
use domain::time::{Step, TimeDelta, TimeRange, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Asked, Example, Recorded, Recording};

const VERSION: u32 = 1;

/// Why a file is not a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// It does not begin as a recording does.
    NotARecording,
    /// It was written by a newer version of Jobscope; which version of the format.
    TooNew(u32),
    /// It ends too early: how many answers are whole, of how many.
    CutShort(usize, usize),
    /// An answer is not written as it should be: which, counted from 0, and what is wrong.
    BadAnswer(usize, String),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotARecording => {
                write!(f, "This file is not a recording; choose one that was saved by Jobscope")
            }
            Self::TooNew(version) => {
                write!(
                    f,
                    "This recording has format {version}, and this Jobscope reads up to {VERSION}; open it with a newer one"
                )
            }
            Self::CutShort(whole, all) => {
                write!(f, "This recording ends after {whole} of {all} answers; get the whole file")
            }
            Self::BadAnswer(index, what) => {
                write!(f, "Answer {index} of this recording cannot be read ({what}); record it again")
            }
        }
    }
}

impl std::error::Error for FileError {}

#[derive(Serialize, Deserialize)]
struct FileHead {
    jobscope_recording: u32,
    title: String,
    now_ns: i64,
    view: String,
    system_file: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    examples: Vec<ExampleHead>,
    n_answers: usize,
}

#[derive(Serialize, Deserialize)]
struct ExampleHead {
    id: String,
    words: String,
}

#[derive(Serialize, Deserialize)]
struct AnswerHead {
    source: String,
    endpoint: String,
    query: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    range_ns: Option<[i64; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step_ns: Option<i64>,
    status: u16,
    headers: Vec<(String, String)>,
    at_ns: i64,
    n_bytes: usize,
}

/// Writes a recording.
pub fn write(recording: &Recording) -> Vec<u8> {
    let head = FileHead {
        jobscope_recording: VERSION,
        title: recording.title.clone(),
        now_ns: recording.now.nanos(),
        view: recording.view.clone(),
        system_file: recording.system_file.clone(),
        examples: recording
            .examples
            .iter()
            .map(|it| ExampleHead { id: it.id.to_string(), words: it.words.clone() })
            .collect(),
        n_answers: recording.answers.len(),
    };
    let mut out = Vec::new();
    push_line(&mut out, &head);
    for answer in &recording.answers {
        let asked = &answer.asked;
        let head = AnswerHead {
            source: source_word(asked.source).to_owned(),
            endpoint: asked.endpoint.clone(),
            query: asked.query.clone(),
            range_ns: asked.range.map(|it| [it.start.nanos(), it.end.nanos()]),
            step_ns: asked.step.map(|it| it.length().nanos()),
            status: answer.status,
            headers: answer.headers.clone(),
            at_ns: answer.at.nanos(),
            n_bytes: answer.body.len(),
        };
        push_line(&mut out, &head);
        out.extend_from_slice(&answer.body);
        out.push(b'\n');
    }
    out
}

/// Reads a recording.
///
/// # Errors
/// When the bytes are not one, or not a whole one.
pub fn read(bytes: &[u8]) -> Result<Recording, FileError> {
    let (line, mut rest) = split_line(bytes).ok_or(FileError::NotARecording)?;
    let head: FileHead = serde_json::from_slice(line).map_err(|_| FileError::NotARecording)?;
    if head.jobscope_recording > VERSION {
        return Err(FileError::TooNew(head.jobscope_recording));
    }
    let mut answers = Vec::new();
    for index in 0..head.n_answers {
        let cut_short = FileError::CutShort(index, head.n_answers);
        let (line, tail) = split_line(rest).ok_or(cut_short.clone())?;
        let answer: AnswerHead =
            serde_json::from_slice(line).map_err(|err| FileError::BadAnswer(index, err.to_string()))?;
        let (body, tail) = tail.split_at_checked(answer.n_bytes).ok_or(cut_short)?;
        rest = tail.strip_prefix(b"\n").unwrap_or(tail);
        let source = source_of(&answer.source)
            .ok_or_else(|| FileError::BadAnswer(index, format!("no source is called {}", answer.source)))?;
        let range = answer
            .range_ns
            .map(|[start, end]| TimeRange::between(Timestamp::from_nanos(start), Timestamp::from_nanos(end)));
        let step = answer.step_ns.map(|it| Step::from_secs(TimeDelta::from_nanos(it).secs()));
        let asked = Asked { source, endpoint: answer.endpoint, query: answer.query, range, step };
        answers.push(Recorded {
            asked,
            status: answer.status,
            headers: answer.headers,
            body: body.to_vec(),
            at: Timestamp::from_nanos(answer.at_ns),
        });
    }
    Ok(Recording {
        title: head.title,
        now: Timestamp::from_nanos(head.now_ns),
        view: head.view,
        system_file: head.system_file,
        examples: head.examples.into_iter().map(|it| Example { id: it.id.into(), words: it.words }).collect(),
        answers,
    })
}

fn push_line(out: &mut Vec<u8>, head: &impl Serialize) {
    // Plain structs of texts and numbers, written to memory: nothing in it can fail.
    let _ = serde_json::to_writer(&mut *out, head);
    out.push(b'\n');
}

fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|it| *it == b'\n')?;
    let (line, rest) = bytes.split_at_checked(end)?;
    Some((line, rest.get(1..)?))
}

const SOURCE_WORDS: [(SourceKind, &str); 4] = [
    (SourceKind::Loki, "loki"),
    (SourceKind::Prometheus, "prometheus"),
    (SourceKind::Tempo, "tempo"),
    (SourceKind::Pyroscope, "pyroscope"),
];

fn source_word(source: SourceKind) -> &'static str {
    SOURCE_WORDS.into_iter().find(|(it, _)| *it == source).map_or("", |(_, word)| word)
}

fn source_of(word: &str) -> Option<SourceKind> {
    SOURCE_WORDS.into_iter().find(|(_, it)| *it == word).map(|(source, _)| source)
}
