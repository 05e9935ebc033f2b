//! What attributes of a span that ended in error say, by OpenTelemetry's names: how the other side answered, and who it is.

use std::borrow::Cow;

use super::http;
use crate::attr::AttrValue;
use crate::trace::{Span, SpanKind};

/// The answer's status: of HTTP, by its present and its former name.
const HTTP_STATUS: [&str; 2] = ["http.response.status_code", "http.status_code"];
/// The answer's status: of gRPC, as a number.
const GRPC_STATUS: &str = "rpc.grpc.status_code";
/// What kind of error it was: an exception's type, or a status.
const ERROR_TYPE: &str = "error.type";
/// Who was asked, by present and former names.
const PEER: [&str; 3] = ["server.address", "net.peer.name", "peer.service"];

/// What the attributes say of an error, as texts that rules read. What a service answers itself is not its reason.
pub(super) fn said(span: &Span) -> Vec<Cow<'_, str>> {
    if span.kind == SpanKind::Server {
        return Vec::new();
    }
    let text = |names: &[&str]| span.attr(names).map(AttrValue::to_string);
    let http = text(&HTTP_STATUS).filter(|it| http::failed_status(it).is_some());
    let grpc = text(&[GRPC_STATUS]).and_then(|it| grpc_name(&it));
    let kind = text(&[ERROR_TYPE]);
    let found = [http.map(|it| format!("HTTP {it}").into()), grpc.map(Cow::Borrowed), kind.map(Cow::Owned)];
    found.into_iter().flatten().collect()
}

/// The other side of a call.
pub(super) fn host(span: &Span) -> Option<String> {
    if span.kind != SpanKind::Client {
        return None;
    }
    let of_url =
        || span.attr(&["url.full", "http.url"]).and_then(|it| http::host(it.as_str()?).map(str::to_owned));
    span.attr(&PEER).map(AttrValue::to_string).filter(|it| !it.is_empty()).or_else(of_url)
}

/// gRPC's names of the statuses that mean that nobody answered, or too late.
fn grpc_name(code: &str) -> Option<&'static str> {
    match code {
        "4" => Some("DEADLINE_EXCEEDED"),
        "8" => Some("RESOURCE_EXHAUSTED"),
        "14" => Some("StatusCode.UNAVAILABLE"),
        _ => None,
    }
}
