//! Reads a trace from OTLP's JSON while it comes, in every dialect that Tempo has spoken.

use domain::attr::{AttrValue, Attributes};
use domain::ids::{SpanId, TraceId};
use domain::time::Timestamp;
use domain::trace::{SpanEvent, SpanKind, SpanLink, SpanStatus, Trace};

use super::base64;
use super::builder::{SpanDraft, TraceBuilder, kind_from_number, status_from_number};
use crate::answer::{Answer, Answered, Misread};
use crate::intern::Interner;
use crate::json::{Child, Cursor, Outline, Read, Text, parse_i64};

/// Values in values deeper than this are left out.
const MAX_DEPTH: u32 = 16;

/// `{"trace":{"resourceSpans":[…]},"status":…}` (v2), `{"batches":[…]}` (v1) or `{"resourceSpans":[…]}` (plain OTLP).
#[derive(Debug, Default)]
pub(super) struct JsonTrace {
    builder: TraceBuilder,
    /// How many objects could hold a trace: the answer, and its `trace`.
    n_tops: u32,
    has_resources: bool,
}

impl JsonTrace {
    /// What it puts its spans into.
    pub(super) fn builder_mut(&mut self) -> &mut TraceBuilder {
        &mut self.builder
    }

    /// What it has put its spans into.
    pub(super) fn into_builder(self) -> TraceBuilder {
        self.builder
    }
}

/// The lists and objects that are opened.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// The whole answer, or `trace`.
    Top,
    /// `resourceSpans` or `batches`
    Resources,
    /// One of them.
    Resource,
    /// Its `scopeSpans` or `instrumentationLibrarySpans`.
    Scopes,
    /// One of them.
    Scope,
    /// Its `spans`.
    Spans,
}

impl Outline for JsonTrace {
    type Place = Place;
    const TOP: Place = Place::Top;

    fn child(&self, place: Place, name: Option<&[u8]>) -> Child<Place> {
        match (place, name) {
            (Place::Spans, None) | (Place::Resource, Some(b"resource")) => Child::Take,
            (Place::Top, Some(b"status" | b"message")) => Child::Take,
            (Place::Top, Some(b"trace")) => Child::Open(Place::Top),
            (Place::Top, Some(b"resourceSpans" | b"batches")) => Child::Open(Place::Resources),
            (Place::Resources, None) => Child::Open(Place::Resource),
            (Place::Resource, Some(b"scopeSpans" | b"instrumentationLibrarySpans")) => {
                Child::Open(Place::Scopes)
            }
            (Place::Scopes, None) => Child::Open(Place::Scope),
            (Place::Scope, Some(b"spans")) => Child::Open(Place::Spans),
            (
                Place::Top | Place::Resources | Place::Resource | Place::Scopes | Place::Scope | Place::Spans,
                _,
            ) => Child::Skip,
        }
    }

    fn take(&mut self, place: Place, name: Option<&[u8]>, value: &mut Cursor<'_>) -> Read<()> {
        match (place, name) {
            (Place::Spans, _) => {
                let span = span(&mut self.builder.interner, value)?;
                self.builder.push(span);
            }
            (Place::Resource, _) => {
                let mut attributes = Attributes::default();
                value.fields(|name, value| match name.raw() {
                    b"attributes" => {
                        attributes = self::attributes(&mut self.builder.interner, value, 0)?;
                        Ok(())
                    }
                    _ => value.skip(),
                })?;
                self.builder.set_resource(attributes);
            }
            (_, Some(b"status")) => {
                let status = value.number_or_text()?;
                self.builder.is_partial |= matches!(status, b"PARTIAL" | b"1");
            }
            (Place::Top | Place::Resources | Place::Scopes | Place::Scope, _) => {
                self.builder.message = value.text()?.unescaped().into_owned();
            }
        }
        Ok(())
    }

    fn leave(&mut self, place: Place) {
        match place {
            Place::Resource => self.builder.end_resource(),
            // The whole answer is left last: `n_tops` is 2 or more where there was a `trace` in it.
            Place::Top => self.n_tops += 1,
            Place::Resources => self.has_resources = true,
            Place::Scopes | Place::Scope | Place::Spans => {}
        }
    }
}

impl Answer for JsonTrace {
    type Output = Option<Trace>;

    fn answer(self) -> Answered<Option<Trace>> {
        if self.n_tops > 1 || self.has_resources {
            Ok(self.builder.finish())
        } else {
            Err(Misread::Malformed("it has no trace".to_owned()))
        }
    }
}

fn span(interner: &mut Interner, value: &mut Cursor<'_>) -> Read<SpanDraft> {
    let mut span = SpanDraft::default();
    value.fields(|name, value| {
        match name.raw() {
            b"traceId" => span.trace = id_bytes(value.text()?).and_then(TraceId::from_bytes),
            b"spanId" => span.id = id_bytes(value.text()?).and_then(SpanId::from_bytes),
            b"parentSpanId" => span.parent = id_bytes(value.text()?).and_then(SpanId::from_bytes),
            b"name" => span.name = Some(interner.text(value.text()?)),
            b"kind" => span.kind = kind(value.number_or_text()?),
            b"startTimeUnixNano" => span.start = nanos(value)?,
            b"endTimeUnixNano" => span.end = nanos(value)?,
            b"attributes" => span.attributes = attributes(interner, value, 0)?,
            b"events" => value.items(|value| {
                span.events.push(event(interner, value)?);
                Ok(())
            })?,
            b"links" => value.items(|value| {
                span.links.extend(link(interner, value)?);
                Ok(())
            })?,
            b"status" => value.fields(|name, value| {
                match name.raw() {
                    b"code" => span.status = status(value.number_or_text()?),
                    b"message" => span.status_message = Some(interner.text(value.text()?)),
                    _ => value.skip()?,
                }
                Ok(())
            })?,
            _ => value.skip()?,
        }
        Ok(())
    })?;
    Ok(span)
}

fn event(interner: &mut Interner, value: &mut Cursor<'_>) -> Read<SpanEvent> {
    let mut event =
        SpanEvent { time: Timestamp::default(), name: interner.get(""), attributes: Attributes::default() };
    value.fields(|name, value| {
        match name.raw() {
            b"timeUnixNano" => event.time = nanos(value)?,
            b"name" => event.name = interner.text(value.text()?),
            b"attributes" => event.attributes = attributes(interner, value, 0)?,
            _ => value.skip()?,
        }
        Ok(())
    })?;
    Ok(event)
}

fn link(interner: &mut Interner, value: &mut Cursor<'_>) -> Read<Option<SpanLink>> {
    let (mut trace, mut span, mut attributes) = (None, None, Attributes::default());
    value.fields(|name, value| {
        match name.raw() {
            b"traceId" => trace = id_bytes(value.text()?).and_then(TraceId::from_bytes),
            b"spanId" => span = id_bytes(value.text()?).and_then(SpanId::from_bytes),
            b"attributes" => attributes = self::attributes(interner, value, 0)?,
            _ => value.skip()?,
        }
        Ok(())
    })?;
    Ok(trace.zip(span).map(|(trace, span)| SpanLink { trace, span, attributes }))
}

/// `[{"key":"…","value":{…}},…]`
pub(super) fn attributes(interner: &mut Interner, value: &mut Cursor<'_>, depth: u32) -> Read<Attributes> {
    let mut pairs = Vec::new();
    value.items(|value| {
        let mut key = None;
        let mut meant = AttrValue::Text(interner.get(""));
        value.fields(|name, value| {
            match name.raw() {
                b"key" => key = Some(interner.text(value.text()?)),
                b"value" => meant = attr_value(interner, value, depth)?,
                _ => value.skip()?,
            }
            Ok(())
        })?;
        pairs.extend(key.map(|key| (key, meant)));
        Ok(())
    })?;
    Ok(Attributes(pairs))
}

/// `{"stringValue":"…"}` and its like; an empty one counts as empty text.
fn attr_value(interner: &mut Interner, value: &mut Cursor<'_>, depth: u32) -> Read<AttrValue> {
    let mut meant = AttrValue::Text(interner.get(""));
    if depth > MAX_DEPTH {
        value.skip()?;
        return Ok(meant);
    }
    value.fields(|name, value| {
        match name.raw() {
            b"stringValue" => meant = AttrValue::Text(interner.text(value.text()?)),
            b"intValue" => meant = AttrValue::Int(value.int()?),
            b"doubleValue" => meant = AttrValue::Float(double(value)?),
            b"boolValue" => meant = AttrValue::Bool(value.bool()?),
            b"bytesValue" => {
                let text = value.text()?.unescaped();
                meant = match base64::decode(&text) {
                    Some(bytes) => AttrValue::Bytes(bytes.into()),
                    None => AttrValue::text(&text),
                };
            }
            b"arrayValue" => {
                let mut items = Vec::new();
                value.fields(|name, value| match name.raw() {
                    b"values" => value.items(|value| {
                        items.push(attr_value(interner, value, depth + 1)?);
                        Ok(())
                    }),
                    _ => value.skip(),
                })?;
                meant = AttrValue::List(items);
            }
            b"kvlistValue" => {
                let mut items = Attributes::default();
                value.fields(|name, value| match name.raw() {
                    b"values" => {
                        items = attributes(interner, value, depth + 1)?;
                        Ok(())
                    }
                    _ => value.skip(),
                })?;
                meant = AttrValue::Map(items.0);
            }
            _ => value.skip()?,
        }
        Ok(())
    })?;
    Ok(meant)
}

/// Nanoseconds, as a text of digits; unsigned on the wire.
fn nanos(value: &mut Cursor<'_>) -> Read<Timestamp> {
    Ok(Timestamp::from_nanos(parse_i64(value.number_or_text()?).unwrap_or(i64::MAX)))
}

/// A double as protobuf's JSON writes it: a number, or `"NaN"`, `"Infinity"`, `"-Infinity"`.
fn double(value: &mut Cursor<'_>) -> Read<f64> {
    if value.peek()? != b'"' {
        return value.float();
    }
    let mut ahead = value.clone();
    match ahead.text()?.raw() {
        b"Infinity" => {
            *value = ahead;
            Ok(f64::INFINITY)
        }
        b"-Infinity" => {
            *value = ahead;
            Ok(f64::NEG_INFINITY)
        }
        _ => value.float(),
    }
}

/// The bytes of an id: Base64, as protobuf's JSON has it, or hex, as OTLP's has it. Told apart by their lengths.
#[inline(never)] // else it stands in a first program five times
fn id_bytes<const N: usize>(text: Text<'_>) -> Option<[u8; N]> {
    let text = text.unescaped();
    if text.len() == 2 * N {
        let mut bytes = [0; N];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        return Some(bytes);
    }
    base64::decode(&text)?.try_into().ok()
}

fn kind(name_or_number: &[u8]) -> SpanKind {
    match name_or_number {
        b"SPAN_KIND_INTERNAL" => SpanKind::Internal,
        b"SPAN_KIND_SERVER" => SpanKind::Server,
        b"SPAN_KIND_CLIENT" => SpanKind::Client,
        b"SPAN_KIND_PRODUCER" => SpanKind::Producer,
        b"SPAN_KIND_CONSUMER" => SpanKind::Consumer,
        number => kind_from_number(parse_i64(number).unwrap_or(0)),
    }
}

fn status(name_or_number: &[u8]) -> SpanStatus {
    match name_or_number {
        b"STATUS_CODE_OK" => SpanStatus::Ok,
        b"STATUS_CODE_ERROR" => SpanStatus::Error,
        number => status_from_number(parse_i64(number).unwrap_or(0)),
    }
}
