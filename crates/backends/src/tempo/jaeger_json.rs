//! Reads spans as Jaeger's JSON has them: from its API, its UI's download, or one trace alone.
//!
//! The format is that of `model/json/model.go` in jaegertracing/jaeger; tags that stand for fields of OpenTelemetry
//! (`span.kind`, `error`, `otel.status_code`, `otel.status_description`) become those fields again.

use std::collections::BTreeMap;

use domain::attr::{AttrValue, Attributes};
use domain::ids::{SpanId, TraceId};
use domain::time::Timestamp;
use domain::trace::{SpanEvent, SpanKind, SpanLink, SpanStatus};

use super::base64;
use super::builder::{SpanDraft, TraceBuilder};
use crate::intern::Interner;
use crate::json::{Cursor, Read};

/// Nanoseconds in a microsecond, Jaeger's unit.
const NANOS_PER_MICRO: i64 = 1_000;

/// The spans of one trace object until its end: its processes may stand after them.
#[derive(Debug, Default)]
pub(super) struct JaegerSpans {
    by_process: BTreeMap<String, Vec<SpanDraft>>,
    processes: BTreeMap<String, Attributes>,
}

impl JaegerSpans {
    /// Takes one item of `spans`.
    pub(super) fn take_span(&mut self, interner: &mut Interner, value: &mut Cursor<'_>) -> Read<()> {
        let (draft, process, inline) = span(interner, value)?;
        if let Some(attributes) = inline {
            self.processes.insert(process.clone(), attributes);
        }
        match self.by_process.get_mut(&process) {
            Some(spans) => spans.push(draft),
            None => {
                self.by_process.insert(process, vec![draft]);
            }
        }
        Ok(())
    }

    /// Takes one member of `processes`.
    pub(super) fn take_process(
        &mut self,
        interner: &mut Interner,
        id: &[u8],
        value: &mut Cursor<'_>,
    ) -> Read<()> {
        let (_, attributes) = process(interner, value)?;
        self.processes.insert(String::from_utf8_lossy(id).into_owned(), attributes);
        Ok(())
    }

    /// Gives the spans to the builder, each with its process.
    pub(super) fn end_trace(&mut self, builder: &mut TraceBuilder) {
        let mut processes = std::mem::take(&mut self.processes);
        for (id, spans) in std::mem::take(&mut self.by_process) {
            builder.set_resource(processes.remove(&id).unwrap_or_default());
            spans.into_iter().for_each(|it| builder.push(it));
            builder.end_resource();
        }
    }
}

/// A span, the id of its process, and the process itself where it stands in the span.
fn span(interner: &mut Interner, value: &mut Cursor<'_>) -> Read<(SpanDraft, String, Option<Attributes>)> {
    let mut draft = SpanDraft::default();
    let mut process_id = String::new();
    let mut inline = None;
    let mut references: Vec<SpanLink> = Vec::new();
    let mut duration = 0;
    value.fields(|name, value| {
        match name.raw() {
            b"traceID" => draft.trace = value.text()?.lossy().parse().ok(),
            b"spanID" => draft.id = value.text()?.lossy().parse().ok(),
            b"parentSpanID" => draft.parent = value.text()?.lossy().parse().ok(),
            b"operationName" => draft.name = Some(interner.text(value.text()?)),
            b"startTime" => draft.start = micros(value)?,
            b"duration" => duration = micros(value)?.nanos(),
            b"processID" => process_id = value.text()?.lossy().into_owned(),
            b"process" => {
                let (service, attributes) = process(interner, value)?;
                process_id = format!("in a span: {service}");
                inline = Some(attributes);
            }
            b"references" => value.items(|value| {
                references.extend(reference(value)?);
                Ok(())
            })?,
            b"tags" => tags(interner, value, &mut draft)?,
            b"logs" => value.items(|value| {
                draft.events.push(log(interner, value)?);
                Ok(())
            })?,
            _ => value.skip()?,
        }
        Ok(())
    })?;
    draft.end = Timestamp::from_nanos(draft.start.nanos().saturating_add(duration));
    for link in references {
        let is_parent = draft.parent.is_none() && Some(link.trace) == draft.trace;
        if is_parent {
            draft.parent = Some(link.span);
        } else if draft.parent != Some(link.span) {
            draft.links.push(link);
        }
    }
    Ok((draft, process_id, inline))
}

/// `{"refType":"CHILD_OF","traceID":"…","spanID":"…"}`
fn reference(value: &mut Cursor<'_>) -> Read<Option<SpanLink>> {
    let (mut trace, mut span) = (None::<TraceId>, None::<SpanId>);
    value.fields(|name, value| {
        match name.raw() {
            b"traceID" => trace = value.text()?.lossy().parse().ok(),
            b"spanID" => span = value.text()?.lossy().parse().ok(),
            _ => value.skip()?,
        }
        Ok(())
    })?;
    Ok(trace.zip(span).map(|(trace, span)| SpanLink { trace, span, attributes: Attributes::default() }))
}

/// The tags of a span; those that stand for fields become these.
fn tags(interner: &mut Interner, value: &mut Cursor<'_>, draft: &mut SpanDraft) -> Read<()> {
    let mut is_error = false;
    value.items(|value| {
        let Some((name, value)) = tag(interner, value)? else { return Ok(()) };
        match (&*name, &value) {
            ("span.kind", AttrValue::Text(kind)) => draft.kind = kind_of(kind),
            ("otel.status_code", AttrValue::Text(code)) => {
                draft.status = match &**code {
                    "ERROR" => SpanStatus::Error,
                    "OK" => SpanStatus::Ok,
                    _ => SpanStatus::Unset,
                }
            }
            ("otel.status_description", AttrValue::Text(text)) => draft.status_message = Some(text.clone()),
            ("error", AttrValue::Bool(said)) => is_error = *said,
            ("error", AttrValue::Text(said)) if matches!(&**said, "true" | "false") => {
                is_error = &**said == "true"
            }
            _ => draft.attributes.0.push((name, value)),
        }
        Ok(())
    })?;
    if is_error {
        draft.status = SpanStatus::Error;
    }
    Ok(())
}

fn kind_of(word: &str) -> SpanKind {
    match word {
        "internal" => SpanKind::Internal,
        "server" => SpanKind::Server,
        "client" => SpanKind::Client,
        "producer" => SpanKind::Producer,
        "consumer" => SpanKind::Consumer,
        _ => SpanKind::Unspecified,
    }
}

/// `{"timestamp":…,"fields":[…]}`: the field `event` is the name, as OpenTracing has it.
fn log(interner: &mut Interner, value: &mut Cursor<'_>) -> Read<SpanEvent> {
    let mut event =
        SpanEvent { time: Timestamp::default(), name: interner.get(""), attributes: Attributes::default() };
    value.fields(|name, value| {
        match name.raw() {
            b"timestamp" => event.time = micros(value)?,
            b"fields" => value.items(|value| {
                match tag(interner, value)? {
                    Some((name, AttrValue::Text(text))) if &*name == "event" => event.name = text,
                    field => event.attributes.0.extend(field),
                }
                Ok(())
            })?,
            _ => value.skip()?,
        }
        Ok(())
    })?;
    if event.name.is_empty() {
        event.name = interner.get("event");
    }
    Ok(event)
}

/// `{"serviceName":"…","tags":[…]}`: the service, and everything as attributes of a resource.
fn process(interner: &mut Interner, value: &mut Cursor<'_>) -> Read<(String, Attributes)> {
    let mut service = None;
    let mut pairs = Vec::new();
    value.fields(|name, value| {
        match name.raw() {
            b"serviceName" => service = Some(interner.text(value.text()?)),
            b"tags" => value.items(|value| {
                pairs.extend(tag(interner, value)?);
                Ok(())
            })?,
            _ => value.skip()?,
        }
        Ok(())
    })?;
    let name = service.as_deref().unwrap_or_default().to_owned();
    if let Some(service) = service {
        pairs.insert(0, (interner.get("service.name"), AttrValue::Text(service)));
    }
    Ok((name, Attributes(pairs)))
}

/// `{"key":"…","type":"int64","value":…}`; the value decides where the type is missing.
fn tag(interner: &mut Interner, value: &mut Cursor<'_>) -> Read<Option<(std::sync::Arc<str>, AttrValue)>> {
    let (mut key, mut meant, mut is_binary) = (None, AttrValue::Text(interner.get("")), false);
    value.fields(|name, value| {
        match name.raw() {
            b"key" => key = Some(interner.text(value.text()?)),
            b"type" => is_binary = value.text()?.raw() == b"binary",
            b"value" => meant = tag_value(interner, value)?,
            _ => value.skip()?,
        }
        Ok(())
    })?;
    if let (true, AttrValue::Text(text)) = (is_binary, &meant)
        && let Some(bytes) = base64::decode(text)
    {
        meant = AttrValue::Bytes(bytes.into());
    }
    Ok(key.map(|key| (key, meant)))
}

fn tag_value(interner: &mut Interner, value: &mut Cursor<'_>) -> Read<AttrValue> {
    Ok(match value.peek()? {
        b'"' => AttrValue::Text(interner.text(value.text()?)),
        b't' | b'f' => AttrValue::Bool(value.bool()?),
        b'-' | b'0'..=b'9' => {
            let number = value.clone().number()?;
            let is_whole = !number.iter().any(|it| matches!(it, b'.' | b'e' | b'E'));
            if is_whole { AttrValue::Int(value.int()?) } else { AttrValue::Float(value.float()?) }
        }
        _ => AttrValue::text(&String::from_utf8_lossy(value.slice()?)),
    })
}

/// Microseconds, as a number.
fn micros(value: &mut Cursor<'_>) -> Read<Timestamp> {
    let number = value.clone().number_or_text()?;
    let is_whole = number.iter().all(|it| it.is_ascii_digit() || *it == b'-');
    let nanos = if is_whole {
        value.int()?.saturating_mul(NANOS_PER_MICRO)
    } else {
        (value.float()? * NANOS_PER_MICRO as f64) as i64
    };
    Ok(Timestamp::from_nanos(nanos))
}
