//! Bodies for Loki's `POST /loki/api/v1/push`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::telemetry::LogLine;

/// Lines in one push: well below Loki's limits on a request's size.
const MAX_LINES: usize = 10_000;

#[derive(Serialize)]
struct Push<'a> {
    streams: Vec<Stream<'a>>,
}

#[derive(Serialize)]
struct Stream<'a> {
    stream: BTreeMap<&'a str, &'a str>,
    values: Vec<(String, &'a str, BTreeMap<&'a str, &'a str>)>,
}

/// The bodies that carry these lines, in their order: within a stream Loki wants the oldest first.
pub fn loki_bodies(lines: &[LogLine]) -> impl Iterator<Item = String> {
    lines.chunks(MAX_LINES).map(|some| {
        let mut streams: BTreeMap<BTreeMap<&str, &str>, Vec<_>> = BTreeMap::new();
        for line in some {
            let value = (line.at.nanos().to_string(), line.body.as_str(), borrowed(&line.metadata));
            streams.entry(borrowed(&line.labels)).or_default().push(value);
        }
        let streams = streams.into_iter().map(|(stream, values)| Stream { stream, values }).collect();
        serde_json::to_string(&Push { streams }).unwrap_or_default()
    })
}

fn borrowed<'a>(pairs: &'a [(&'static str, String)]) -> BTreeMap<&'a str, &'a str> {
    pairs.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;

    #[test]
    fn lines_are_gathered_by_stream_in_their_order() {
        let line = |secs, level: &str, body: &str| LogLine {
            at: Timestamp::from_secs(secs),
            labels: vec![("service", "a".to_owned()), ("level", level.to_owned())],
            metadata: vec![("trace_id", "ff".to_owned())],
            body: body.to_owned(),
        };
        let bodies: Vec<String> =
            loki_bodies(&[line(1, "INFO", "one"), line(2, "ERROR", "two"), line(3, "INFO", "three")])
                .collect();
        assert_eq!(
            bodies,
            [concat!(
                r#"{"streams":[{"stream":{"level":"ERROR","service":"a"},"values":[["2000000000","two",{"trace_id":"ff"}]]},"#,
                r#"{"stream":{"level":"INFO","service":"a"},"values":[["1000000000","one",{"trace_id":"ff"}],["3000000000","three",{"trace_id":"ff"}]]}]}"#
            )]
        );
    }
}
