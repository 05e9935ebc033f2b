//! Bodies for Prometheus remote write 1.0: a protobuf `WriteRequest`, compressed as one Snappy block.
//!
//! The message is small and frozen, so it is written by hand (prometheus/prompb `remote.proto` and `types.proto`):
//! `WriteRequest{1: TimeSeries{1: Label{1: name, 2: value}, 2: Sample{1: double, 2: int64 ms}, 3: Exemplar{1: Label, 2: double, 3: int64 ms}}}`.

use domain::time::{TimeDelta, Timestamp};

use crate::telemetry::TimeSeries;

/// How much time one request covers: short enough that all series advance together, oldest first.
const SLICE: TimeDelta = TimeDelta::from_secs(300);

/// The compressed bodies that carry these series, slice of time by slice of time.
pub fn remote_write_bodies(series: &[TimeSeries]) -> Vec<Vec<u8>> {
    let first = series.iter().filter_map(|it| it.samples.first()).map(|(at, _)| *at).min();
    let last = series.iter().filter_map(|it| it.samples.last()).map(|(at, _)| *at).max();
    let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
    let mut bodies = Vec::new();
    let mut from = first;
    while from <= last {
        let plain = write_request(series, from, from + SLICE);
        bodies.extend(snap::raw::Encoder::new().compress_vec(&plain).ok());
        from = from + SLICE;
    }
    bodies
}

/// The `WriteRequest` with the samples of `[from, until)`; exemplars go with the sample that follows them.
pub fn write_request(series: &[TimeSeries], from: Timestamp, until: Timestamp) -> Vec<u8> {
    let mut request = Vec::new();
    for one in series {
        let mut message = Vec::new();
        for (name, value) in &one.labels {
            field(&mut message, 1, &label(name, value));
        }
        let mut n_samples = 0;
        for (at, value) in one.samples.iter().filter(|(at, _)| from <= *at && *at < until) {
            n_samples += 1;
            field(&mut message, 2, &point(*value, *at, 1));
        }
        if n_samples == 0 {
            continue;
        }
        let is_last = one.samples.last().is_some_and(|(at, _)| *at < until);
        let is_first = one.samples.first().is_some_and(|(at, _)| from <= *at);
        for it in &one.exemplars {
            if (is_first || from <= it.at) && (is_last || it.at < until) {
                let mut exemplar = Vec::new();
                field(&mut exemplar, 1, &label("trace_id", &it.trace.to_string()));
                exemplar.extend(point(it.value, it.at, 2));
                field(&mut message, 3, &exemplar);
            }
        }
        field(&mut request, 1, &message);
    }
    request
}

fn label(name: &str, value: &str) -> Vec<u8> {
    let mut message = Vec::new();
    field(&mut message, 1, name.as_bytes());
    field(&mut message, 2, value.as_bytes());
    message
}

/// A double in field `number` and milliseconds in the field after it.
fn point(value: f64, at: Timestamp, number: u8) -> Vec<u8> {
    let mut message = vec![number << 3 | 1];
    message.extend(value.to_le_bytes());
    message.push((number + 1) << 3);
    varint(&mut message, at.millis() as u64);
    message
}

fn field(message: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    message.push(number << 3 | 2);
    varint(message, bytes.len() as u64);
    message.extend(bytes);
}

fn varint(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push(value as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Exemplar;

    /// A field as it was read: its number, and bytes or a number.
    #[derive(Debug)]
    enum Read {
        Bytes(u8, Vec<u8>),
        Double(u8, f64),
        Int(u8, u64),
    }

    fn read_varint(bytes: &mut &[u8]) -> u64 {
        let mut value = 0;
        for shift in (0..).step_by(7) {
            let byte = bytes[0];
            *bytes = &bytes[1..];
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        value
    }

    fn read(mut bytes: &[u8]) -> Vec<Read> {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let tag = read_varint(&mut bytes) as u8;
            match tag & 7 {
                0 => fields.push(Read::Int(tag >> 3, read_varint(&mut bytes))),
                1 => {
                    fields.push(Read::Double(tag >> 3, f64::from_le_bytes(bytes[..8].try_into().unwrap())));
                    bytes = &bytes[8..];
                }
                2 => {
                    let len = read_varint(&mut bytes) as usize;
                    fields.push(Read::Bytes(tag >> 3, bytes[..len].to_vec()));
                    bytes = &bytes[len..];
                }
                other => panic!("wire type {other}"),
            }
        }
        fields
    }

    /// Writes a message out as text, one line a leaf.
    fn told(bytes: &[u8], path: &str, depth: usize) -> Vec<String> {
        let leaf = |number: u8| depth == 3 || (depth == 2 && path.ends_with(".1") && number < 3);
        read(bytes)
            .into_iter()
            .flat_map(|it| match it {
                Read::Bytes(number, inner) if leaf(number) => {
                    vec![format!("{path}.{number}={}", String::from_utf8(inner).unwrap())]
                }
                Read::Bytes(number, inner) => told(&inner, &format!("{path}.{number}"), depth + 1),
                Read::Double(number, value) => vec![format!("{path}.{number}={value}")],
                Read::Int(number, value) => vec![format!("{path}.{number}={value}")],
            })
            .collect()
    }

    #[test]
    fn what_was_encoded_is_read_back() {
        let series = TimeSeries {
            labels: vec![("__name__".to_owned(), "up".to_owned()), ("job".to_owned(), "a".to_owned())],
            samples: vec![(Timestamp::from_millis(1_500), 1.0), (Timestamp::from_secs(400), 0.5)],
            exemplars: vec![Exemplar {
                at: Timestamp::from_secs(399),
                value: 0.25,
                trace: "ab".parse().unwrap(),
            }],
        };
        let bodies = remote_write_bodies(&[series]);
        let plain: Vec<Vec<u8>> =
            bodies.iter().map(|it| snap::raw::Decoder::new().decompress_vec(it).unwrap()).collect();
        assert_eq!(
            told(&plain[0], "", 0),
            [".1.1.1=__name__", ".1.1.2=up", ".1.1.1=job", ".1.1.2=a", ".1.2.1=1", ".1.2.2=1500"]
        );
        assert_eq!(
            told(&plain[1], "", 0)[4..],
            [
                ".1.2.1=0.5",
                ".1.2.2=400000",
                ".1.3.1.1=trace_id",
                ".1.3.1.2=000000000000000000000000000000ab",
                ".1.3.2=0.25",
                ".1.3.3=399000"
            ]
        );
        assert_eq!(plain.len(), 2);
    }
}
