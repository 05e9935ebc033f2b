//! HTTP statuses, found in error codes and messages however they are written.

/// The status of a failed HTTP exchange that a text speaks of: `403` for `403`, `http_403`, `403 Forbidden`, `HTTP/1.1 403`,
/// `403 Client Error` and the like, and for names that stand for it, such as `AccessDenied`.
///
/// Only 400 to 599 count, only where the number stands alone, and in a longer text only after or before a word that
/// says what it is: `line 404 of config` is none.
pub(crate) fn failed_status(text: &str) -> Option<u16> {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|it| !it.is_empty()).collect();
    let mut statuses = words.iter().enumerate().filter_map(|(i, word)| Some((i, status(word)?)));
    let meant = statuses.find(|(i, status)| words.len() == 1 || is_meant(&words, *i, *status));
    let named = || NAMED.iter().find(|(name, _)| words.contains(name));
    meant.or_else(|| named().map(|(_, status)| (0, *status))).map(|(_, status)| status)
}

/// Whether the words around a number say that it is a status.
fn is_meant(words: &[&str], i: usize, status: u16) -> bool {
    let before = |n: usize| i.checked_sub(n).and_then(|it| words.get(it)).copied().unwrap_or_default();
    let after = |n: usize| words.get(i + n).copied().unwrap_or_default();
    let says_so = |it: &str| {
        let it = it.to_ascii_lowercase();
        SAYS_STATUS.contains(&it.as_str()) || it.ends_with("error")
    };
    let is = |it: &str, any_of: &[&str]| any_of.iter().any(|known| it.eq_ignore_ascii_case(known));
    let is_version = |it: &str| it.len() == 1 && it.bytes().all(|it| it.is_ascii_digit());
    let after_version = is_version(before(1))
        && (is(before(2), &["http"]) || (is_version(before(2)) && is(before(3), &["http"])));
    let phrase: Vec<&str> = reason_phrase(status).split(' ').collect();
    let is_phrase = phrase.iter().enumerate().all(|(n, word)| after(n + 1).eq_ignore_ascii_case(word));
    says_so(before(1))
        || (is(before(1), &["was", "is"]) && says_so(before(2)))
        || after_version
        || is_phrase
        || (is(after(1), &["client", "server"]) && is(after(2), &["error"]))
        || is(after(1), &["error"])
        || (i == 0 && is(after(1), &["message"]))
        || is(after(1), &["http", "https"])
}

/// Words that stand before a status; so do names that end in `error`.
const SAYS_STATUS: [&str; 7] = ["http", "https", "status", "code", "response", "returned", "occurred"];

/// What clouds call an answer, and the status that they send with it.
const NAMED: [(&str, u16); 7] = [
    ("AccessDenied", 403),
    ("AccessDeniedException", 403),
    ("NoSuchKey", 404),
    ("ThrottlingException", 429),
    ("TooManyRequestsException", 429),
    ("RequestLimitExceeded", 429),
    ("SlowDown", 503),
];

fn status(word: &str) -> Option<u16> {
    let number: u16 = word.parse().ok()?;
    ((400..600).contains(&number) && word.len() == 3).then_some(number)
}

/// What a status is called (RFC 9110, RFC 6585); empty for the rare ones.
pub(crate) const fn reason_phrase(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        451 => "Unavailable For Legal Reasons",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}

/// The host of an address, without credentials and port; `None` for what is no whole address.
pub(crate) fn host(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => host.split(':').next()?,
    };
    (!host.is_empty() && scheme.bytes().all(|it| it.is_ascii_alphanumeric())).then_some(host)
}

/// The host that a text names: that of the first whole address, else the one that stands where libraries write it.
pub(crate) fn host_in(text: &str) -> Option<&str> {
    let words =
        text.split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '(' | ')' | '<' | '>' | ','));
    let mut addresses = words.filter(|it| it.starts_with("http://") || it.starts_with("https://"));
    addresses.find_map(host).or_else(|| {
        let named = |before: &&str| {
            let (_, rest) = text.split_once(*before)?;
            let rest = rest.trim_start_matches(['\'', '"', '“']);
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_'));
            rest.get(..end.unwrap_or(rest.len()))
                .map(|it| it.trim_end_matches('.'))
                .filter(|it| !it.is_empty())
        };
        BEFORE_HOST.iter().find_map(named)
    })
}

/// What stands before a host in messages of libraries.
const BEFORE_HOST: [&str; 5] =
    ["host=", "connect to host ", "connecting to ", "connection to server at ", "translate host name "];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_found_where_they_are_meant() {
        for (text, expected) in [
            ("403", Some(403)),
            ("http_403", Some(403)),
            ("HTTP 429", Some(429)),
            ("403 Forbidden", Some(403)),
            ("Client error '403 Forbidden' for url 'https://docs.example.org/404'", Some(403)),
            ("status=503", Some(503)),
            ("Server returned 500", Some(500)),
            ("200", None),
            ("http_1403", None),
            ("line 404 of config", None),
            ("timeout after 500 ms", None),
            ("503 Server Error: Service Unavailable for url: http://x", Some(503)),
            ("HTTP/1.1 429", Some(429)),
            ("HTTP/2 502", Some(502)),
            ("status was 500", Some(500)),
            ("503, message='Service Unavailable'", Some(503)),
            ("An error occurred (SlowDown) when calling PutObject", Some(503)),
            ("batch of 500 is done", None),
            ("", None),
        ] {
            assert_eq!(failed_status(text), expected, "{text}");
        }
    }

    #[test]
    fn hosts_are_found_where_libraries_write_them() {
        for (text, expected) in [
            ("Server error for url 'http://llm:8000/v1'", Some("llm")),
            (
                "HTTPSConnectionPool(host='news.example.com', port=443): Read timed out.",
                Some("news.example.com"),
            ),
            ("Cannot connect to host minio:9000 ssl:default", Some("minio")),
            ("Error 111 connecting to redis:6379. Connection refused.", Some("redis")),
            ("connection to server at \"10.0.0.5\", port 5432 failed", Some("10.0.0.5")),
            ("connection refused", None),
        ] {
            assert_eq!(host_in(text), expected, "{text}");
        }
    }

    #[test]
    fn hosts_are_found_in_whole_addresses_only() {
        for (url, expected) in [
            ("https://docs.example.org/guide?x=1", Some("docs.example.org")),
            ("http://user:secret@example.org:8080", Some("example.org")),
            ("http://[2001:db8::1]:80/x", Some("2001:db8::1")),
            ("/jobs/7", None),
            ("https://", None),
            ("see http://x", None),
        ] {
            assert_eq!(host(url), expected, "{url}");
        }
    }
}
