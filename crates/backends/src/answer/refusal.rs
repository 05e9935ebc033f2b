//! What an answer means that is not the one asked for: by status, media type, and the servers' own words.

use super::body::Misread;
use super::head::Head;
use crate::json::{Cursor, Read};
use crate::{BackendError, ErrorKind, Headers, SourceKind};

/// Longest part of a server's words that goes into a sentence.
const MAX_WORDS_CHARS: usize = 500;

/// Words that say that a limit of the server was passed, from the servers' sources; compared in lower case.
const LIMIT_WORDS: [&str; 18] = [
    // Loki, pkg/validation/limits.go, pkg/util/server/error.go
    "max entries limit per query exceeded",
    "exceeds the limit",
    "maximum of series",
    "maximum number of series",
    "read too many bytes",
    "decrease the duration of the request",
    // Loki and Prometheus
    "exceeded maximum resolution",
    // Prometheus, promql/engine.go
    "too many samples",
    "query timed out",
    // Mimir, pkg/util/globalerror
    "err-mimir-max",
    // Tempo, pkg/api/http.go, modules/frontend
    "range specified by start and end exceeds",
    "exceeds the maximum allowed duration",
    "exceeds max size",
    "exceeds maximum size",
    "is too small, minimum step",
    "response larger than the max",
    // gRPC between the parts of each
    "received message larger than max",
    "context deadline exceeded",
];

/// Words that say that nobody was named on whose behalf the question is asked.
const TENANT_WORDS: [&str; 4] =
    ["no org id", "tenant id '", "tenant id is too long", "authentication to data source failed"];

/// The error that an answer with this status is.
pub(crate) fn refusal(source: SourceKind, status: u16, headers: &Headers, head: &Head) -> BackendError {
    let words = words(headers, head);
    let lower = words.to_ascii_lowercase();
    let says = |list: &[&str]| list.iter().any(|it| lower.contains(it));
    let is_page = is_page(headers, head);
    let kind = match status {
        _ if says(&TENANT_WORDS) => ErrorKind::Unauthenticated,
        401 => ErrorKind::Unauthenticated,
        403 => ErrorKind::Forbidden,
        404 | 405 | 501 => ErrorKind::NoSuchEndpoint,
        413 | 414 => ErrorKind::TooHeavy(or(words, "the query is too long")),
        429 => ErrorKind::TooManyRequests,
        499 => ErrorKind::Aborted,
        _ if says(&LIMIT_WORDS) => ErrorKind::TooHeavy(words),
        500.. => ErrorKind::ServerFailed,
        400..=499 if is_page => ErrorKind::NotData(page_name(head)),
        400..=499 => ErrorKind::BadQuery(or(words, "it gave no reason")),
        _ => ErrorKind::NotData(format!("status {status}")),
    };
    BackendError { source, kind, status: Some(status), body: head.text() }
}

/// The error that a successful answer with an unreadable body is.
pub(crate) fn misread(
    source: SourceKind,
    status: u16,
    headers: &Headers,
    head: &Head,
    cause: Misread,
) -> BackendError {
    let kind = if is_page(headers, head) {
        ErrorKind::NotData(page_name(head))
    } else if head.is_blank() {
        ErrorKind::NotData("an empty answer".to_owned())
    } else {
        match cause {
            Misread::Truncated => ErrorKind::Truncated,
            Misread::Malformed(what) => ErrorKind::Malformed(what),
        }
    };
    BackendError { source, kind, status: Some(status), body: head.text() }
}

fn is_page(headers: &Headers, head: &Head) -> bool {
    headers.media_type().contains("html") || head.is_markup()
}

/// `a web page`, with its title where it has one.
fn page_name(head: &Head) -> String {
    let text = head.text();
    let title = text
        .split_once("<title>")
        .and_then(|(_, after)| after.split_once("</title>"))
        .map_or("", |(title, _)| title.trim());
    if title.is_empty() { "a web page".to_owned() } else { format!("a web page (“{title}”)") }
}

fn or(words: String, otherwise: &str) -> String {
    if words.is_empty() { otherwise.to_owned() } else { words }
}

/// What the server says: the message of a JSON error, or the text; nothing of a web page.
fn words(headers: &Headers, head: &Head) -> String {
    if is_page(headers, head) {
        return String::new();
    }
    let text = match message(&mut Cursor::new(head.bytes())) {
        Ok(Some(message)) => message,
        Ok(None) | Err(_) => head.text(),
    };
    text.trim().chars().take(MAX_WORDS_CHARS).collect()
}

/// The `error` of Prometheus' and Loki's JSON, or the `message` of Grafana's.
fn message(cursor: &mut Cursor<'_>) -> Read<Option<String>> {
    let mut error = None;
    let mut message = None;
    cursor.fields(|name, value| match name.raw() {
        b"error" if value.peek()? == b'"' => {
            error = Some(value.text()?.unescaped().into_owned());
            Ok(())
        }
        b"message" if value.peek()? == b'"' => {
            message = Some(value.text()?.unescaped().into_owned());
            Ok(())
        }
        _ => value.skip(),
    })?;
    Ok(error.or(message).filter(|it| !it.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, media_type: &str, body: &str) -> BackendError {
        let mut head = Head::default();
        head.push(body.as_bytes());
        let headers = Headers(vec![("content-type".to_owned(), media_type.to_owned())]);
        refusal(SourceKind::Loki, status, &headers, &head)
    }

    #[track_caller]
    fn check(status: u16, media_type: &str, body: &str, expected: ErrorKind) {
        let error = error(status, media_type, body);
        assert_eq!(error.kind, expected, "{status} {body}");
        assert_eq!((error.status, error.body.as_str()), (Some(status), body));
    }

    #[test]
    fn words_are_found_in_text_and_in_json() {
        let words = "parse error at line 1, col 14: syntax error";
        check(400, "text/plain; charset=utf-8", words, ErrorKind::BadQuery(words.to_owned()));
        let prometheus = r#"{"status":"error","errorType":"bad_data","error":"1:3: parse \"error\""}"#;
        check(400, "application/json", prometheus, ErrorKind::BadQuery(r#"1:3: parse "error""#.to_owned()));
        let grafana = r#"{"message":"Not found","messageId":"x","statusCode":404,"traceID":""}"#;
        check(404, "application/json", grafana, ErrorKind::NoSuchEndpoint);
        check(400, "text/plain", "", ErrorKind::BadQuery("it gave no reason".to_owned()));
    }

    #[test]
    fn limits_are_told_apart_from_mistakes() {
        for (status, words) in [
            (400, "max entries limit per query exceeded, limit > max_entries_limit_per_query (6000 > 5000)"),
            (400, "the query time range exceeds the limit (query length: 960h0m0s, limit: 30d1h)"),
            (
                400,
                "maximum number of series (500) reached for a single query; consider reducing query cardinality",
            ),
            (400, "maximum of series (500) reached for a single query"),
            (400, "the query would read too many bytes (query: 200GB, limit: 150GB)"),
            (504, "request timed out, decrease the duration of the request or add more label matchers"),
            (422, "trace exceeds max size (max bytes: 200)"),
            (400, "range specified by start and end exceeds 168h0m0s. received start=1 end=2"),
        ] {
            check(status, "text/plain", words, ErrorKind::TooHeavy(words.to_owned()));
        }
        check(
            422,
            "application/json",
            r#"{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory in query execution"}"#,
            ErrorKind::TooHeavy(
                "query processing would load too many samples into memory in query execution".to_owned(),
            ),
        );
    }

    #[test]
    fn who_asks_is_told_apart_from_what_is_asked() {
        check(401, "text/plain", "no org id\n", ErrorKind::Unauthenticated);
        check(500, "text/plain", "no org id", ErrorKind::Unauthenticated);
        check(
            400,
            "application/json",
            r#"{"message":"Authentication to data source failed"}"#,
            ErrorKind::Unauthenticated,
        );
        check(
            401,
            "text/html",
            "<html><title>401 Authorization Required</title>",
            ErrorKind::Unauthenticated,
        );
        check(403, "text/html", "<html>", ErrorKind::Forbidden);
    }

    #[test]
    fn proxies_and_busy_servers_are_known_by_status() {
        check(502, "text/html", "<html><title>502 Bad Gateway</title>", ErrorKind::ServerFailed);
        assert!(error(502, "text/html", "<html>").is_transient());
        check(429, "text/plain", "too many outstanding requests", ErrorKind::TooManyRequests);
        check(404, "text/plain", "404 page not found\n", ErrorKind::NoSuchEndpoint);
        check(405, "text/plain", "", ErrorKind::NoSuchEndpoint);
        check(
            400,
            "text/html",
            "<html><title>400 The plain HTTP request was sent to HTTPS port</title>",
            ErrorKind::NotData("a web page (“400 The plain HTTP request was sent to HTTPS port”)".to_owned()),
        );
        check(302, "", "", ErrorKind::NotData("status 302".to_owned()));
    }

    #[test]
    fn a_huge_error_keeps_its_head_only() {
        let mut head = Head::default();
        for _ in 0..100 {
            head.push("é".repeat(50_000).as_bytes());
        }
        let error = refusal(SourceKind::Tempo, 500, &Headers::default(), &head);
        assert_eq!(error.body.chars().count(), 2_000);
        assert!(head.bytes().len() <= 8_000);
    }
}
