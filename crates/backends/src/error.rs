//! What can go wrong between a question and its answer, told so that a person knows what to do.

use std::fmt;

use crate::SourceKind;

/// A question that got no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendError {
    /// Who was asked.
    pub source: SourceKind,
    /// What went wrong.
    pub kind: ErrorKind,
    /// The HTTP status; `None` where no answer came.
    pub status: Option<u16>,
    /// The server's own words or the beginning of its body, at most 2,000 characters; empty where there is none.
    pub body: String,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// No connection, or the browser kept the answer back (CORS, mixed content).
    Unreachable,
    /// No answer in time; the seconds waited.
    TimedOut(u32),
    /// The asker lost interest.
    Aborted,
    /// 401: who asks is not known, or no tenant was named.
    Unauthenticated,
    /// 403: who asks may not.
    Forbidden,
    /// 404 for an address that the server should have: a wrong path prefix, or an ability that it lacks.
    NoSuchEndpoint,
    /// The server does not accept the query; in its words.
    BadQuery(String),
    /// The query is too heavy for the server's limits; in its words.
    TooHeavy(String),
    /// 429: too many questions at once.
    TooManyRequests,
    /// 5xx: the server or the proxy before it failed.
    ServerFailed,
    /// A page came where data was expected, as from a login page or a proxy.
    NotData(String),
    /// The body is not what the endpoint answers: where in it, and what was wrong.
    Malformed(String),
    /// The body ended too early.
    Truncated,
    /// The question is not in the recording that is being replayed.
    NotRecorded,
    /// The configuration names no such server.
    NotConfigured,
}

impl BackendError {
    /// An error without an answer.
    pub fn without_answer(source: SourceKind, kind: ErrorKind) -> Self {
        Self { source, kind, status: None, body: String::new() }
    }

    /// Whether the same question may succeed a moment later.
    pub fn is_transient(&self) -> bool {
        match self.kind {
            ErrorKind::Unreachable | ErrorKind::TooManyRequests => true,
            ErrorKind::ServerFailed => matches!(self.status, Some(502..=504)),
            ErrorKind::TimedOut(_)
            | ErrorKind::Aborted
            | ErrorKind::Unauthenticated
            | ErrorKind::Forbidden
            | ErrorKind::NoSuchEndpoint
            | ErrorKind::BadQuery(_)
            | ErrorKind::TooHeavy(_)
            | ErrorKind::NotData(_)
            | ErrorKind::Malformed(_)
            | ErrorKind::Truncated
            | ErrorKind::NotRecorded
            | ErrorKind::NotConfigured => false,
        }
    }

    /// What a person can do about it, as a sentence.
    pub fn next_step(&self) -> &'static str {
        match self.kind {
            ErrorKind::Unreachable => {
                "Open Connections: it tells whether the server, the proxy or CORS is the cause."
            }
            ErrorKind::TimedOut(_) => "Shorten the time range, then try again.",
            ErrorKind::Aborted => "Try again.",
            ErrorKind::Unauthenticated => "Sign in, or name the tenant in config.json.",
            ErrorKind::Forbidden => "Ask for access, or check what the proxy lets through.",
            ErrorKind::NoSuchEndpoint => "Check the source's address and path prefix in config.json.",
            ErrorKind::BadQuery(_) => "Check the names in the system file against what the server has.",
            ErrorKind::TooHeavy(_) => "Shorten the time range.",
            ErrorKind::TooManyRequests => "Wait a little, then try again.",
            ErrorKind::ServerFailed => "Look at the server's own log, then try again.",
            ErrorKind::NotData(_) => "Check the address: a login page or another site answers there.",
            ErrorKind::Malformed(_) => "Check that this address is the server that config.json says it is.",
            ErrorKind::Truncated => "Try again; if it stays, a proxy cuts long answers.",
            ErrorKind::NotRecorded => "Go back to the time that was recorded, or connect a live source.",
            ErrorKind::NotConfigured => "Name it in config.json, where there is one.",
        }
    }
}

/// What happened, from whom, in one sentence.
impl fmt::Display for BackendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = self.source.name();
        match &self.kind {
            ErrorKind::Unreachable => write!(f, "{who} cannot be reached"),
            ErrorKind::TimedOut(secs) => write!(f, "{who} did not answer within {secs} s"),
            ErrorKind::Aborted => write!(f, "The question to {who} was called off"),
            ErrorKind::Unauthenticated => write!(f, "{who} does not know who asks (401)"),
            ErrorKind::Forbidden => write!(f, "{who} refuses (403)"),
            ErrorKind::NoSuchEndpoint => write!(f, "{who} has no such address (404)"),
            ErrorKind::BadQuery(words) => write!(f, "{who} does not accept the query: {words}"),
            ErrorKind::TooHeavy(words) => write!(f, "The query is too heavy for {who}: {words}"),
            ErrorKind::TooManyRequests => write!(f, "{who} has too much to do (429)"),
            ErrorKind::ServerFailed => match self.status {
                Some(status) => write!(f, "{who} failed ({status})"),
                None => write!(f, "{who} failed"),
            },
            ErrorKind::NotData(what) => write!(f, "{who} sent {what} instead of data"),
            ErrorKind::Malformed(what) => write!(f, "{who} sent an answer that cannot be read: {what}"),
            ErrorKind::Truncated => write!(f, "The answer of {who} ended too early"),
            ErrorKind::NotRecorded => write!(f, "This question to {who} is not in the recording"),
            ErrorKind::NotConfigured => write!(f, "No {who} is configured"),
        }
    }
}

impl std::error::Error for BackendError {}
