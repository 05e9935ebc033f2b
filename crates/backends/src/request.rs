//! One request, as data: where to, how, and what it asks.

use domain::time::{Step, TimeRange};

/// The kind of server that a question goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// Logs.
    Loki,
    /// Metrics: Prometheus, or Mimir, which speaks the same API under a prefix.
    Prometheus,
    /// Traces.
    Tempo,
}

impl SourceKind {
    /// Its name for people; Mimir too is asked as Prometheus.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loki => "Loki",
            Self::Prometheus => "Prometheus",
            Self::Tempo => "Tempo",
        }
    }
}

/// How a request is sent. Parameters go into the address or, for a form, into the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// `GET`, all parameters in the address.
    Get,
    /// `POST` with `application/x-www-form-urlencoded`, for queries too long for an address.
    PostForm,
}

/// Everything that a transport needs to send one question. Authentication and tenant are the transport's to add.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestSpec {
    /// Which source.
    pub source: SourceKind,
    /// How.
    pub method: Method,
    /// Path below the source's base address, beginning with `/`, each segment already escaped.
    pub path: String,
    /// Parameters in order, not yet escaped.
    pub params: Vec<(&'static str, String)>,
    /// Headers besides those of the transport, such as `Accept`.
    pub headers: Vec<(&'static str, &'static str)>,
    /// What is asked, apart from how it is spelt: tells identical questions and finds them in a recording.
    pub question: Question,
    /// Seconds after which the answer is no longer waited for.
    pub timeout_secs: u32,
}

/// What a request asks. Two requests with equal questions to one source get the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// The endpoint's name, such as `loki/query_range`.
    pub endpoint: &'static str,
    /// The query text and whatever else tells this question from others of the endpoint (a limit, a direction, an id).
    pub query: String,
    /// The time that it asks about; `None` where the endpoint knows no time.
    pub range: Option<TimeRange>,
    /// The distance of the points that it asks for; `None` where it asks for no points.
    pub step: Option<Step>,
}

/// Headers of an answer; names in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl Headers {
    /// The value of the header with this lower-case name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The media type of the body in lower case, without parameters; empty where none is given.
    pub fn media_type(&self) -> String {
        let whole = self.get("content-type").unwrap_or_default();
        whole.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}
