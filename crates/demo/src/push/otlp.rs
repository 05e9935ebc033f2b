//! Bodies for OTLP/HTTP `POST /v1/traces`, in its JSON encoding: ids in hex, 64-bit numbers as text.

use std::collections::BTreeMap;

use domain::attr::AttrValue;
use serde_json::{Value, json};

use crate::telemetry::Span;

/// Spans in one push: about 2 MB of JSON.
const MAX_SPANS: usize = 2_000;

/// The bodies that carry these spans.
pub fn otlp_bodies(spans: &[Span]) -> impl Iterator<Item = String> {
    spans.chunks(MAX_SPANS).map(|some| {
        let mut resources: BTreeMap<(&str, &str), BTreeMap<&str, Vec<Value>>> = BTreeMap::new();
        for span in some {
            let scopes = resources.entry((span.service, span.version.as_str())).or_default();
            scopes.entry(span.scope).or_default().push(span_json(span));
        }
        let resource_spans: Vec<Value> = resources
            .into_iter()
            .map(|((service, version), scopes)| {
                let attributes = [
                    attribute("service.name", &AttrValue::text(service)),
                    attribute("service.version", &AttrValue::text(version)),
                    attribute("deployment.environment", &AttrValue::text("production")),
                ];
                let scope_spans: Vec<Value> = scopes
                    .into_iter()
                    .map(|(scope, spans)| {
                        let name = format!("opentelemetry.instrumentation.{scope}");
                        json!({"scope": {"name": name, "version": "0.66b2"}, "spans": spans})
                    })
                    .collect();
                json!({"resource": {"attributes": attributes}, "scopeSpans": scope_spans})
            })
            .collect();
        json!({ "resourceSpans": resource_spans }).to_string()
    })
}

fn span_json(span: &Span) -> Value {
    let attributes: Vec<Value> = span.attrs.iter().map(|(name, value)| attribute(name, value)).collect();
    let events: Vec<Value> = span
        .exception
        .iter()
        .map(|it| {
            let attributes = [
                attribute("exception.type", &AttrValue::text(it.class)),
                attribute("exception.message", &AttrValue::text(&it.message)),
                attribute("exception.stacktrace", &AttrValue::text(&it.traceback)),
            ];
            json!({"timeUnixNano": span.end.nanos().to_string(), "name": "exception", "attributes": attributes})
        })
        .collect();
    let status = match &span.error {
        Some(message) => json!({"code": 2, "message": message}),
        None => json!({}),
    };
    json!({
        "traceId": span.trace.to_string(),
        "spanId": span.id.to_string(),
        "parentSpanId": span.parent.map_or_else(String::new, |it| it.to_string()),
        "name": span.name,
        "kind": span.kind as i32,
        "startTimeUnixNano": span.start.nanos().to_string(),
        "endTimeUnixNano": span.end.nanos().to_string(),
        "attributes": attributes,
        "events": events,
        "status": status,
    })
}

fn attribute(name: &str, value: &AttrValue) -> Value {
    let value = match value {
        AttrValue::Int(number) => json!({"intValue": number.to_string()}),
        AttrValue::Float(number) => json!({ "doubleValue": number }),
        AttrValue::Bool(yes) => json!({ "boolValue": yes }),
        text @ (AttrValue::Text(_) | AttrValue::Bytes(_) | AttrValue::List(_) | AttrValue::Map(_)) => {
            json!({"stringValue": text.to_string()})
        }
    };
    json!({"key": name, "value": value})
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;
    use crate::telemetry::{Exception, SpanKind};

    #[test]
    fn a_span_is_written_as_otlp_wants_it() {
        let span = Span {
            trace: "1f".parse().unwrap(),
            id: "2".parse().unwrap(),
            parent: None,
            service: "scraper",
            version: "8c1f2ab".to_owned(),
            scope: "celery",
            name: "run/scrape_task".to_owned(),
            kind: SpanKind::Consumer,
            start: Timestamp::from_secs(1),
            end: Timestamp::from_secs(2),
            attrs: vec![("celery.retries", AttrValue::Int(2))],
            error: Some("http_403".to_owned()),
            exception: Some(Exception { class: "E", message: "m".to_owned(), traceback: "t".to_owned() }),
        };
        let bodies: Vec<String> = otlp_bodies(&[span]).collect();
        let body: Value = serde_json::from_str(&bodies[0]).unwrap();
        let at = |path: &str| body.pointer(&format!("/resourceSpans/0{path}")).cloned().unwrap_or_default();
        assert_eq!(at("/resource/attributes/1/value/stringValue"), "8c1f2ab");
        assert_eq!(at("/scopeSpans/0/scope/name"), "opentelemetry.instrumentation.celery");
        assert_eq!(at("/scopeSpans/0/spans/0/traceId"), "0000000000000000000000000000001f");
        assert_eq!(at("/scopeSpans/0/spans/0/parentSpanId"), "");
        assert_eq!(at("/scopeSpans/0/spans/0/attributes/0/value/intValue"), "2");
        assert_eq!(at("/scopeSpans/0/spans/0/status/code"), 2);
        assert_eq!(at("/scopeSpans/0/spans/0/events/0/timeUnixNano"), "2000000000");
    }
}
