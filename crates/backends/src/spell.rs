//! How a request goes over the wire: its address, its body where it has one, and the proof of who asks.

use crate::request::{Method, RequestSpec, SourceKind};

/// Longer addresses are refused by common proxies (nginx takes 8 KB for the whole request line).
const MAX_ADDRESS_BYTES: usize = 6 * 1024;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// A request as HTTP clients take it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sendable {
    /// The address: as absolute as the base is.
    pub address: String,
    /// The body; `None` for a `GET`.
    pub body: Option<Body>,
}

/// What is posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Its `Content-Type`.
    pub media_type: &'static str,
    /// Itself.
    pub text: String,
}

/// Spells a request for a server at `base`. What is too long for an address goes as a form, where the server takes one.
pub fn spell(base: &str, request: &RequestSpec) -> Sendable {
    let params = encode_params(&request.params);
    let long = base.len() + request.path.len() + params.len() > MAX_ADDRESS_BYTES;
    let as_form = match request.method {
        Method::Get => long && takes_forms(base, request.source),
        Method::PostForm => takes_forms(base, request.source),
        Method::PostJson(_) => false,
    };
    let mut address = format!("{base}{}", request.path);
    if as_form {
        return Sendable { address, body: Some(Body { media_type: FORM, text: params }) };
    }
    if !params.is_empty() {
        address = format!("{address}?{params}");
    }
    let body = match &request.method {
        Method::PostJson(text) => Some(Body { media_type: JSON, text: text.clone() }),
        Method::Get | Method::PostForm => None,
    };
    Sendable { address, body }
}

/// Whether a server reads forms: Tempo and Pyroscope do not, or not all of them (they would answer another question),
/// and Grafana's proxy refuses them for Loki.
fn takes_forms(base: &str, source: SourceKind) -> bool {
    match source {
        SourceKind::Loki => !base.contains("/api/datasources/"),
        SourceKind::Prometheus => true,
        SourceKind::Tempo | SourceKind::Pyroscope => false,
    }
}

fn encode_params(params: &[(&'static str, String)]) -> String {
    let mut out = String::new();
    for (name, value) in params {
        if !out.is_empty() {
            out.push('&');
        }
        encode(name, &mut out);
        out.push('=');
        encode(value, &mut out);
    }
    out
}

/// Everything but RFC 3986's unreserved characters becomes `%XX`.
pub(crate) fn encode(text: &str, out: &mut String) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => {
                out.push('%');
                out.extend([byte >> 4, byte & 15].into_iter().filter_map(|it| HEX.get(usize::from(it))));
            }
        }
    }
}

/// The `Authorization` of a user and a password (RFC 7617).
pub fn basic_proof(user: &str, password: &str) -> String {
    format!("Basic {}", base64(format!("{user}:{password}").as_bytes()))
}

/// The `Authorization` of a token (RFC 6750).
pub fn bearer_proof(token: &str) -> String {
    format!("Bearer {token}")
}

/// Standard base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let digit = DIGITS.get((bits >> (18 - 6 * i) & 63) as usize).filter(|_| i <= chunk.len());
            out.push(digit.map_or('=', |it| char::from(*it)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Question;

    #[track_caller]
    fn check(base: &str, source: SourceKind, query: &str, address: &str, form: Option<&str>) {
        let request = RequestSpec {
            source,
            method: Method::Get,
            path: "/api".to_owned(),
            params: vec![("query", query.to_owned()), ("step", "15".to_owned())],
            headers: vec![],
            question: Question { endpoint: "x", query: query.to_owned(), range: None, step: None },
            timeout_secs: 1,
        };
        let body = form.map(|it| Body { media_type: FORM, text: it.to_owned() });
        let expected = Sendable { address: address.to_owned(), body };
        assert_eq!(spell(base, &request), expected);
    }

    #[test]
    fn parameters_are_escaped() {
        check(
            "/loki",
            SourceKind::Loki,
            r#"{a="ü&+ "}"#,
            "/loki/api?query=%7Ba%3D%22%C3%BC%26%2B%20%22%7D&step=15",
            None,
        );
    }

    #[test]
    fn json_is_posted_as_it_is() {
        let request = RequestSpec {
            method: Method::PostJson(r#"{"a":1}"#.to_owned()),
            ..crate::request::plain_get(SourceKind::Pyroscope, "x", "/api")
        };
        let body = Body { media_type: "application/json", text: r#"{"a":1}"#.to_owned() };
        assert_eq!(spell("/p", &request), Sendable { address: "/p/api".to_owned(), body: Some(body) });
    }

    #[test]
    fn what_is_too_long_goes_as_a_form_where_that_is_read() {
        let long = "a".repeat(MAX_ADDRESS_BYTES);
        let (params, address) = (format!("query={long}&step=15"), format!("/x/api?query={long}&step=15"));
        check("/x", SourceKind::Loki, &long, "/x/api", Some(&params));
        check("/x", SourceKind::Prometheus, &long, "/x/api", Some(&params));
        check("/x", SourceKind::Tempo, &long, &address, None);
        let grafana = "/api/datasources/proxy/uid/a";
        check(grafana, SourceKind::Loki, &long, &format!("{grafana}/api?query={long}&step=15"), None);
    }
}
