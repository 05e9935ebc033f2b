//! Reads a trace from OTLP's protobuf while it comes.
//!
//! Numbers are those of opentelemetry-proto (`trace/v1/trace.proto`, `common/v1/common.proto`) and of Tempo's
//! `pkg/tempopb/tempo.proto`.

use domain::attr::{AttrValue, Attributes};
use domain::ids::{SpanId, TraceId};
use domain::time::Timestamp;
use domain::trace::{SpanEvent, SpanLink};

use super::builder::{SpanDraft, TraceBuilder, kind_from_number, status_from_number};
use super::protobuf::{Child, Outline, Stop, Value, fields};
use crate::intern::Interner;

/// Values in values deeper than this are left out.
const MAX_DEPTH: u32 = 16;

/// `tempopb.TraceByIDResponse {trace = 1, metrics = 2, status = 3, message = 4}` (v2) or `tempopb.Trace {batches = 1}`.
#[derive(Debug, Default)]
pub(super) struct ProtoTrace(pub(super) TraceBuilder);

/// The messages that are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `tempopb.TraceByIDResponse`
    Response,
    /// `tempopb.Trace`, which is `opentelemetry.proto.trace.v1.TracesData`
    Trace,
    /// `ResourceSpans {resource = 1, scope_spans = 2}`
    ResourceSpans,
    /// `ScopeSpans {spans = 2}`
    ScopeSpans,
}

impl Outline for ProtoTrace {
    type Place = Place;

    fn child(&self, place: Place, field: u32) -> Child<Place> {
        match (place, field) {
            (Place::ScopeSpans, 2) | (Place::ResourceSpans, 1) | (Place::Response, 3 | 4) => Child::Take,
            (Place::Response, 1) => Child::Open(Place::Trace),
            (Place::Trace, 1) => Child::Open(Place::ResourceSpans),
            // 1000 is the place that `instrumentation_library_spans` had for a while.
            (Place::ResourceSpans, 2 | 1000) => Child::Open(Place::ScopeSpans),
            (Place::Response | Place::Trace | Place::ResourceSpans | Place::ScopeSpans, _) => Child::Skip,
        }
    }

    fn take(&mut self, place: Place, field: u32, value: Value<'_>) -> Result<(), Stop> {
        match place {
            Place::ScopeSpans => {
                let n_attributes = self.0.n_attributes_last();
                let span = span(&mut self.0.interner, value.bytes(), n_attributes)?;
                self.0.push(span);
            }
            Place::ResourceSpans => {
                let mut attributes = Attributes::default();
                fields(value.bytes(), |field, value| match field {
                    1 => push_attribute(&mut self.0.interner, &mut attributes, value.bytes(), 0),
                    _ => Ok(()),
                })?;
                self.0.set_resource(attributes);
            }
            Place::Response if field == 3 => self.0.is_partial |= value.number() == 1,
            Place::Response | Place::Trace => self.0.message = text(value.bytes()).into_owned(),
        }
        Ok(())
    }

    fn leave(&mut self, place: Place) {
        if place == Place::ResourceSpans {
            self.0.end_resource();
        }
    }
}

/// A span, with room for so many attributes at first.
fn span(interner: &mut Interner, message: &[u8], n_attributes: usize) -> Result<SpanDraft, Stop> {
    let attributes = Attributes(Vec::with_capacity(n_attributes));
    let mut span = SpanDraft { attributes, ..SpanDraft::default() };
    fields(message, |field, value| {
        let bytes = value.bytes();
        match field {
            1 => span.trace = trace_id(bytes),
            2 => span.id = span_id(bytes),
            4 => span.parent = span_id(bytes),
            5 => span.name = Some(interner.bytes(bytes)),
            6 => span.kind = kind_from_number(value.number() as i64),
            7 => span.start = nanos(value),
            8 => span.end = nanos(value),
            9 => push_attribute(interner, &mut span.attributes, bytes, 0)?,
            11 => span.events.push(event(interner, bytes)?),
            13 => span.links.extend(link(interner, bytes)?),
            15 => fields(bytes, |field, value| {
                match field {
                    2 => span.status_message = Some(interner.bytes(value.bytes())),
                    3 => span.status = status_from_number(value.number() as i64),
                    _ => {}
                }
                Ok(())
            })?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(span)
}

fn event(interner: &mut Interner, message: &[u8]) -> Result<SpanEvent, Stop> {
    let mut event =
        SpanEvent { time: Timestamp::default(), name: interner.get(""), attributes: Attributes::default() };
    fields(message, |field, value| {
        match field {
            1 => event.time = nanos(value),
            2 => event.name = interner.bytes(value.bytes()),
            3 => push_attribute(interner, &mut event.attributes, value.bytes(), 0)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(event)
}

fn link(interner: &mut Interner, message: &[u8]) -> Result<Option<SpanLink>, Stop> {
    let (mut trace, mut span, mut attributes) = (None, None, Attributes::default());
    fields(message, |field, value| {
        match field {
            1 => trace = trace_id(value.bytes()),
            2 => span = span_id(value.bytes()),
            4 => push_attribute(interner, &mut attributes, value.bytes(), 0)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(trace.zip(span).map(|(trace, span)| SpanLink { trace, span, attributes }))
}

/// `KeyValue {key = 1, value = 2}`
fn push_attribute(
    interner: &mut Interner,
    attributes: &mut Attributes,
    message: &[u8],
    depth: u32,
) -> Result<(), Stop> {
    let (mut key, mut meant) = (None, None);
    fields(message, |field, value| {
        match field {
            1 => key = Some(interner.bytes(value.bytes())),
            2 => meant = Some(attr_value(interner, value.bytes(), depth)?),
            _ => {}
        }
        Ok(())
    })?;
    let key = key.unwrap_or_else(|| interner.get(""));
    attributes.0.push((key, meant.unwrap_or_else(|| AttrValue::Text(interner.get("")))));
    Ok(())
}

/// `AnyValue`; an empty one counts as empty text.
fn attr_value(interner: &mut Interner, message: &[u8], depth: u32) -> Result<AttrValue, Stop> {
    let mut meant = None;
    let message = if depth > MAX_DEPTH { &[] } else { message };
    fields(message, |field, value| {
        let bytes = value.bytes();
        meant = Some(match field {
            1 => AttrValue::Text(interner.bytes(bytes)),
            2 => AttrValue::Bool(value.number() != 0),
            3 => AttrValue::Int(value.number() as i64),
            4 => AttrValue::Float(f64::from_bits(value.number())),
            5 => {
                let mut items = Vec::new();
                fields(bytes, |field, value| {
                    if field == 1 {
                        items.push(attr_value(interner, value.bytes(), depth + 1)?);
                    }
                    Ok(())
                })?;
                AttrValue::List(items)
            }
            6 => {
                let mut items = Attributes::default();
                fields(bytes, |field, value| match field {
                    1 => push_attribute(interner, &mut items, value.bytes(), depth + 1),
                    _ => Ok(()),
                })?;
                AttrValue::Map(items.0)
            }
            7 => AttrValue::Bytes(bytes.into()),
            _ => return Ok(()),
        });
        Ok(())
    })?;
    Ok(meant.unwrap_or_else(|| AttrValue::Text(interner.get(""))))
}

/// Nanoseconds, unsigned on the wire.
fn nanos(value: Value<'_>) -> Timestamp {
    Timestamp::from_nanos(i64::try_from(value.number()).unwrap_or(i64::MAX))
}

fn trace_id(bytes: &[u8]) -> Option<TraceId> {
    TraceId::from_bytes(bytes.try_into().ok()?)
}

fn span_id(bytes: &[u8]) -> Option<SpanId> {
    SpanId::from_bytes(bytes.try_into().ok()?)
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
