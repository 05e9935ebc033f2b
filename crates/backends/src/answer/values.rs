//! Small values that several servers answer with.

use domain::series::Labels;
use domain::time::Timestamp;
use domain::warning::Warning;

use super::{Head, refusal};
use crate::json::{Cursor, Read, Stop};
use crate::warnings::Warnings;
use crate::{BackendError, Decoder, Headers, SourceKind};

/// The value of one series at one instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The series; empty for a scalar.
    pub labels: Labels,
    /// When.
    pub time: Timestamp,
    /// The value; may be `NaN` or infinite.
    pub value: f64,
}

/// Which server it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Build {
    /// Its version, such as `3.7.6`; empty where it does not say.
    pub version: String,
    /// Its name, where it gives one: `Grafana Mimir`.
    pub application: Option<String>,
}

impl Build {
    /// Reads it from Loki's and Tempo's bare object, or from below Prometheus' `data`.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Read<(Self, Vec<Warning>)> {
        let mut build = Self::default();
        build.read_fields(cursor)?;
        Ok((build, Vec::new()))
    }

    fn read_fields(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        cursor.fields(|name, value| match name.raw() {
            b"data" => self.read_fields(value),
            b"version" => {
                self.version = value.text()?.unescaped().into_owned();
                Ok(())
            }
            b"application" => {
                self.application = Some(value.text()?.unescaped().into_owned());
                Ok(())
            }
            _ => value.skip(),
        })
    }
}

/// The texts of `{"status":"success","data":["…"]}`; none where Loki leaves `data` out because there is none.
pub(crate) fn texts(from: &'static str, cursor: &mut Cursor<'_>) -> Read<(Vec<String>, Vec<Warning>)> {
    let mut texts = Vec::new();
    let mut has_status = false;
    let mut warnings = Warnings::of(from);
    cursor.fields(|name, value| match name.raw() {
        b"data" => value.items(|value| {
            texts.push(value.text()?.unescaped().into_owned());
            Ok(())
        }),
        b"warnings" | b"infos" => warnings.take(value),
        b"status" => {
            has_status = true;
            value.skip()
        }
        _ => value.skip(),
    })?;
    if has_status { Ok((texts, warnings.all())) } else { Err(Stop::Wrong("a status")) }
}

/// Whether a server is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It is.
    Ready,
    /// Not yet; in its own words.
    NotReady(String),
}

/// Reads the plain text of `/ready` and `/api/echo`.
#[derive(Debug)]
pub struct ReadinessDecoder {
    source: SourceKind,
    head: Head,
    /// What the text begins with when the server is ready; in lower case.
    ready: &'static [&'static str],
}

impl ReadinessDecoder {
    pub(crate) fn new(source: SourceKind, ready: &'static [&'static str]) -> Self {
        Self { source, head: Head::default(), ready }
    }
}

impl Decoder for ReadinessDecoder {
    type Output = Readiness;

    fn push(&mut self, chunk: &[u8]) {
        self.head.push(chunk);
    }

    fn finish(self, status: u16, headers: &Headers) -> Result<(Readiness, Vec<Warning>), BackendError> {
        let text = self.head.text();
        let words = text.trim();
        let is_page = self.head.is_markup() || headers.media_type().contains("html");
        match status {
            200..300 if self.ready.iter().any(|it| words.to_ascii_lowercase().starts_with(it)) => {
                Ok((Readiness::Ready, Vec::new()))
            }
            503 if !is_page && !words.is_empty() => Ok((Readiness::NotReady(words.to_owned()), Vec::new())),
            200..300 => {
                let what = super::Misread::Malformed(format!("“{}” was expected", self.ready.join("” or “")));
                Err(super::misread(self.source, status, headers, &self.head, what))
            }
            status => Err(refusal(self.source, status, headers, &self.head)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn builds_are_read_bare_and_below_data() {
        let bare = br#"{"version":"3.7.6","revision":"x","goVersion":"go1.26"}"#;
        assert_eq!(Build::read(&mut Cursor::new(bare)).unwrap().0.version, "3.7.6");
        let mimir = br#"{"status":"success","data":{"application":"Grafana Mimir","version":"3.0","features":{"a":"b"}}}"#;
        let (build, _) = Build::read(&mut Cursor::new(mimir)).unwrap();
        assert_eq!((build.application.as_deref(), build.version.as_str()), (Some("Grafana Mimir"), "3.0"));
    }

    #[test]
    fn no_labels_are_no_error() {
        let read = |body: &str| texts("Loki", &mut Cursor::new(body.as_bytes()));
        assert_eq!(read(r#"{"status":"success"}"#), Ok((Vec::new(), Vec::new())));
        assert_eq!(
            read(r#"{"status":"success","data":["a\n","b"],"warnings":["cut."]}"#),
            Ok((vec!["a\n".to_owned(), "b".to_owned()], vec![Warning::new("Loki", "cut")]))
        );
        assert_eq!(read("{}"), Err(Stop::Wrong("a status")));
    }

    #[track_caller]
    fn check(status: u16, body: &str, expected: Result<Readiness, ErrorKind>) {
        let mut decoder = ReadinessDecoder::new(SourceKind::Loki, &["ready"]);
        decoder.push(body.as_bytes());
        let answer = decoder.finish(status, &Headers::default());
        assert_eq!(answer.map(|it| it.0).map_err(|it| it.kind), expected, "{status} {body}");
    }

    #[test]
    fn a_server_that_starts_is_not_a_broken_one() {
        check(200, "ready\n", Ok(Readiness::Ready));
        let waiting = "Ingester not ready: waiting for 15s after being ready";
        check(503, waiting, Ok(Readiness::NotReady(waiting.to_owned())));
        check(503, "<html>503</html>", Err(ErrorKind::ServerFailed));
        check(404, "404 page not found", Err(ErrorKind::NoSuchEndpoint));
        check(200, "<html>", Err(ErrorKind::NotData("a web page".to_owned())));
        check(200, "{}", Err(ErrorKind::Malformed("“ready” was expected".to_owned())));
    }
}
