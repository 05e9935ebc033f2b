//! Writes traces as OTLP's JSON (opentelemetry-proto, "JSON Protobuf Encoding"), piece by piece.

use std::fmt::Write as _;
use std::sync::Arc;

use domain::attr::{AttrValue, Attributes};
use domain::trace::{Resource, Span, SpanKind, SpanStatus, Trace};

use super::base64;

/// Spans in one piece at most.
const SPANS_A_PIECE: usize = 500;

/// A document in pieces, so that a page can do other things in between.
pub struct OtlpJson {
    traces: Vec<Trace>,
    groups: Vec<Group>,
    group: usize,
    span: usize,
    has_ended: bool,
}

/// A resource with its spans: trace, and place in it.
type Group = (Arc<Resource>, Vec<(u32, u32)>);

impl OtlpJson {
    /// The document that holds these traces.
    pub fn of(traces: &[Trace]) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for (trace, spans) in (0..).zip(traces.iter().map(|it| &it.spans)) {
            for (place, span) in (0..).zip(spans) {
                let known =
                    groups.iter().position(|it| Arc::ptr_eq(&it.0, &span.resource) || it.0 == span.resource);
                match known.and_then(|it| groups.get_mut(it)) {
                    Some((_, spans)) => spans.push((trace, place)),
                    None => groups.push((Arc::clone(&span.resource), vec![(trace, place)])),
                }
            }
        }
        Self { traces: traces.to_vec(), groups, group: 0, span: 0, has_ended: false }
    }
}

impl Iterator for OtlpJson {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if self.has_ended {
            return None;
        }
        let mut out = String::new();
        if (self.group, self.span) == (0, 0) {
            out.push_str("{\"resourceSpans\":[");
        }
        let Some((resource, spans)) = self.groups.get(self.group) else {
            out.push_str("]}\n");
            self.has_ended = true;
            return Some(out);
        };
        if self.span == 0 {
            out.push_str(if self.group > 0 {
                ",{\"resource\":{\"attributes\":"
            } else {
                "{\"resource\":{\"attributes\":"
            });
            write_attributes(&mut out, &resource.attributes);
            out.push_str("},\"scopeSpans\":[{\"spans\":[");
        }
        let end = (self.span + SPANS_A_PIECE).min(spans.len());
        for (idx, (trace, place)) in spans.iter().enumerate().take(end).skip(self.span) {
            let span = self.traces.get(*trace as usize).and_then(|it| it.spans.get(*place as usize));
            if let Some(span) = span {
                out.push_str(if idx > 0 { "," } else { "" });
                write_span(&mut out, span);
            }
        }
        self.span = end;
        if end == spans.len() {
            out.push_str("]}]}");
            (self.group, self.span) = (self.group + 1, 0);
        }
        Some(out)
    }
}

fn write_span(out: &mut String, span: &Span) {
    // Writing to a `String` never fails, here and below.
    let _ = write!(out, "{{\"traceId\":\"{}\",\"spanId\":\"{}\"", span.trace, span.id);
    if let Some(parent) = span.parent {
        let _ = write!(out, ",\"parentSpanId\":\"{parent}\"");
    }
    out.push_str(",\"name\":");
    write_text(out, &span.name);
    let kind = match span.kind {
        SpanKind::Unspecified => 0,
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    };
    let (start, end) = (span.start.nanos(), span.end.nanos());
    let _ = write!(
        out,
        ",\"kind\":{kind},\"startTimeUnixNano\":\"{start}\",\"endTimeUnixNano\":\"{end}\",\"attributes\":"
    );
    write_attributes(out, &span.attributes);
    if !span.events.is_empty() {
        out.push_str(",\"events\":");
        write_list(out, &span.events, |out, event| {
            let _ = write!(out, "{{\"timeUnixNano\":\"{}\",\"name\":", event.time.nanos());
            write_text(out, &event.name);
            out.push_str(",\"attributes\":");
            write_attributes(out, &event.attributes);
            out.push('}');
        });
    }
    if !span.links.is_empty() {
        out.push_str(",\"links\":");
        write_list(out, &span.links, |out, link| {
            let _ =
                write!(out, "{{\"traceId\":\"{}\",\"spanId\":\"{}\",\"attributes\":", link.trace, link.span);
            write_attributes(out, &link.attributes);
            out.push('}');
        });
    }
    let code = match span.status {
        SpanStatus::Unset => 0,
        SpanStatus::Ok => 1,
        SpanStatus::Error => 2,
    };
    out.push_str(",\"status\":{");
    if !span.status_message.is_empty() {
        out.push_str("\"message\":");
        write_text(out, &span.status_message);
        out.push(',');
    }
    let _ = write!(out, "\"code\":{code}}}}}");
}

fn write_attributes(out: &mut String, attributes: &Attributes) {
    write_pairs(out, &attributes.0);
}

fn write_pairs(out: &mut String, pairs: &[(Arc<str>, AttrValue)]) {
    write_list(out, pairs, |out, (name, value)| {
        out.push_str("{\"key\":");
        write_text(out, name);
        out.push_str(",\"value\":");
        write_value(out, value);
        out.push('}');
    });
}

fn write_value(out: &mut String, value: &AttrValue) {
    match value {
        AttrValue::Text(text) => {
            out.push_str("{\"stringValue\":");
            write_text(out, text);
        }
        AttrValue::Int(number) => {
            let _ = write!(out, "{{\"intValue\":\"{number}\"");
        }
        AttrValue::Float(number) if number.is_finite() => {
            let _ = write!(out, "{{\"doubleValue\":{number}");
        }
        AttrValue::Float(number) => {
            let word = if number.is_nan() {
                "NaN"
            } else if *number > 0.0 {
                "Infinity"
            } else {
                "-Infinity"
            };
            let _ = write!(out, "{{\"doubleValue\":\"{word}\"");
        }
        AttrValue::Bool(value) => {
            let _ = write!(out, "{{\"boolValue\":{value}");
        }
        AttrValue::Bytes(bytes) => {
            let _ = write!(out, "{{\"bytesValue\":\"{}\"", base64::encode(bytes));
        }
        AttrValue::List(items) => {
            out.push_str("{\"arrayValue\":{\"values\":");
            write_list(out, items, write_value);
            out.push('}');
        }
        AttrValue::Map(pairs) => {
            out.push_str("{\"kvlistValue\":{\"values\":");
            write_pairs(out, pairs);
            out.push('}');
        }
    }
    out.push('}');
}

fn write_list<T>(out: &mut String, items: &[T], mut item: impl FnMut(&mut String, &T)) {
    out.push('[');
    for (idx, it) in items.iter().enumerate() {
        if idx > 0 {
            out.push(',');
        }
        item(out, it);
    }
    out.push(']');
}

/// A JSON text (RFC 8259 section 7).
fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
