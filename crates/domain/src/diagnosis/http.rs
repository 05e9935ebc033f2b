//! HTTP statuses, found in error codes and messages however they are written.

/// The status of a failed HTTP exchange that a text speaks of: `403` for `403`, `http_403`, `403 Forbidden` and the like.
///
/// Only 400 to 599 count, only where the number stands alone, and in a longer text only after or before a word that
/// says what it is: `line 404 of config` is none.
pub(crate) fn failed_status(text: &str) -> Option<u16> {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|it| !it.is_empty()).collect();
    let statuses = words.iter().enumerate().filter_map(|(i, word)| Some((i, status(word)?)));
    let known = statuses.filter(|(i, status)| {
        let before = i.checked_sub(1).and_then(|it| words.get(it));
        let says_so = before.is_some_and(|it| SAYS_STATUS.iter().any(|says| it.eq_ignore_ascii_case(says)));
        let phrase: Vec<&str> = reason_phrase(*status).split(' ').collect();
        let after = words.get(i + 1..i + 1 + phrase.len()).unwrap_or_default();
        let is_phrase =
            phrase.iter().zip(after).all(|(a, b)| a.eq_ignore_ascii_case(b)) && after.len() == phrase.len();
        words.len() == 1 || says_so || is_phrase
    });
    known.map(|(_, status)| status).next()
}

/// Words that stand before a status.
const SAYS_STATUS: [&str; 7] = ["http", "https", "status", "code", "error", "response", "returned"];

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

/// The host of the first whole address in a text.
pub(crate) fn host_in(text: &str) -> Option<&str> {
    let words =
        text.split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '(' | ')' | '<' | '>' | ','));
    words.filter(|it| it.starts_with("http://") || it.starts_with("https://")).find_map(host)
}

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
            ("", None),
        ] {
            assert_eq!(failed_status(text), expected, "{text}");
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
