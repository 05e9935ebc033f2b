//! One request, as data: where to, how, and what it asks.

use domain::time::{Step, TimeRange, Timestamp};

/// The kind of server that a question goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// Logs.
    Loki,
    /// Metrics: Prometheus, or Mimir, which speaks the same API under a prefix.
    Prometheus,
    /// Traces.
    Tempo,
    /// Profiles.
    Pyroscope,
}

impl SourceKind {
    /// Its name for people; Mimir too is asked as Prometheus.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loki => "Loki",
            Self::Prometheus => "Prometheus",
            Self::Tempo => "Tempo",
            Self::Pyroscope => "Pyroscope",
        }
    }
}

/// How a request is sent. Parameters go into the address or, for a form, into the body.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// `GET`, all parameters in the address.
    Get,
    /// `POST` with `application/x-www-form-urlencoded`, for queries too long for an address.
    PostForm,
    /// `POST` of this JSON, for the few endpoints that take nothing else; parameters go into the address.
    PostJson(String),
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

/// Longest query that goes into an address: proxies cut addresses at 8 KB (nginx `large_client_header_buffers`), and
/// escaping may double a query.
const MAX_GET_QUERY_BYTES: usize = 3_000;

/// `GET`, which every proxy lets through, unless the query is too long for an address.
pub(crate) fn method_for(query: &str) -> Method {
    if query.len() <= MAX_GET_QUERY_BYTES { Method::Get } else { Method::PostForm }
}

/// An instant as Loki takes it: nanoseconds in 19 digits, since fewer could be read as seconds.
pub(crate) fn nanos(at: Timestamp) -> String {
    format!("{:019}", at.nanos().max(0))
}

/// An instant as Prometheus takes it: Unix seconds with at most three decimals.
pub(crate) fn seconds(at: Timestamp) -> String {
    let millis = at.millis();
    match millis.rem_euclid(1_000) {
        0 => at.secs().to_string(),
        part => format!("{}.{part:03}", millis.div_euclid(1_000)),
    }
}

/// Text as one segment of a path: what is not unreserved (RFC 3986) as `%XX`.
pub(crate) fn path_segment(text: &str) -> String {
    let mut segment = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            segment.push_str(&format!("%{byte:02X}"));
        }
    }
    segment
}

/// A question without parameters.
pub(crate) fn plain_get(source: SourceKind, endpoint: &'static str, path: &str) -> RequestSpec {
    RequestSpec {
        source,
        method: Method::Get,
        path: path.to_owned(),
        params: Vec::new(),
        headers: Vec::new(),
        question: Question { endpoint, query: String::new(), range: None, step: None },
        timeout_secs: 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_so_that_no_digit_is_lost() {
        let at = Timestamp::from_nanos(1_795_222_347_027_140_374);
        assert_eq!(nanos(at), "1795222347027140374");
        assert_eq!(nanos(Timestamp::from_nanos(5)), "0000000000000000005");
        assert_eq!(seconds(at), "1795222347.027");
        assert_eq!(seconds(Timestamp::from_secs(1_795_222_347)), "1795222347");
    }

    #[test]
    fn a_path_segment_stays_one() {
        assert_eq!(path_segment("a/b c"), "a%2Fb%20c");
        assert_eq!(path_segment("service_name"), "service_name");
    }

    #[test]
    fn a_long_query_goes_into_a_form() {
        assert_eq!(method_for("up"), Method::Get);
        assert_eq!(method_for(&"x".repeat(10_000)), Method::PostForm);
    }

    #[test]
    fn media_types_lose_their_parameters() {
        let headers =
            Headers(vec![("content-type".to_owned(), "Application/JSON; charset=UTF-8".to_owned())]);
        assert_eq!(headers.media_type(), "application/json");
        assert_eq!(Headers::default().media_type(), "");
    }
}
