//! Traces from files and into files: both formats, whatever the pieces; errors that name the cause.

use std::sync::Arc;

use domain::attr::{AttrValue, Attributes};
use domain::ids::{SpanId, TraceId};
use domain::time::Timestamp;
use domain::trace::{Resource, Span, SpanEvent, SpanKind, SpanLink, SpanStatus, Trace};
use proptest::prelude::*;

use super::{OtlpJson, TraceFile, TraceFileError};
use crate::recorded::recorded;

fn read(text: &[u8]) -> Result<Vec<Trace>, TraceFileError> {
    let read = |len: usize| {
        let mut file = TraceFile::default();
        text.chunks(len).for_each(|it| file.push(it));
        file.finish().map(|it| it.0)
    };
    let whole = read(text.len().max(1));
    for len in [1, 7, 100] {
        assert_eq!(read(len), whole, "in pieces of {len}");
    }
    whole
}

/// A trace as Jaeger's UI downloads it.
const JAEGER: &str = r#"{"data":[{"traceID":"0af7651916cd43dd8448eb211c80319c","spans":[
  {"traceID":"0af7651916cd43dd8448eb211c80319c","spanID":"b7ad6b7169203331","flags":1,"operationName":"submit","references":[],
   "startTime":1000000,"duration":2500,"tags":[{"key":"span.kind","type":"string","value":"producer"},{"key":"job.id","type":"string","value":"j-1"}],
   "logs":[],"processID":"p1","warnings":null},
  {"traceID":"0af7651916cd43dd8448eb211c80319c","spanID":"5b4b","operationName":"run","references":[
    {"refType":"CHILD_OF","traceID":"0af7651916cd43dd8448eb211c80319c","spanID":"b7ad6b7169203331"},
    {"refType":"FOLLOWS_FROM","traceID":"1af7651916cd43dd8448eb211c80319c","spanID":"c7ad6b7169203331"}],
   "startTime":1010000,"duration":10,"tags":[{"key":"span.kind","type":"string","value":"consumer"},{"key":"error","type":"bool","value":true},
    {"key":"otel.status_description","type":"string","value":"refused"},{"key":"n","type":"int64","value":-7},{"key":"share","type":"float64","value":0.5},
    {"key":"raw","type":"binary","value":"Zm8="}],
   "logs":[{"timestamp":1010005,"fields":[{"key":"event","type":"string","value":"exception"},{"key":"exception.type","type":"string","value":"ValueError"}]},
    {"timestamp":1010006,"fields":[{"key":"message","type":"string","value":"hm"}]}],"processID":"p2"}],
  "processes":{"p1":{"serviceName":"gateway","tags":[{"key":"hostname","type":"string","value":"a-1"}]},"p2":{"serviceName":"scraper"}},"warnings":null}],
  "total":0,"limit":0,"offset":0,"errors":null}"#;

#[test]
fn jaegers_json_is_read_to_the_last_tag() {
    let traces = read(JAEGER.as_bytes()).unwrap();
    let [trace] = traces.as_slice() else { panic!("{traces:?}") };
    let [submit, run] = trace.spans.as_slice() else { panic!("{trace:?}") };
    assert_eq!(
        (&*submit.name, submit.service(), submit.kind, submit.parent),
        ("submit", "gateway", SpanKind::Producer, None)
    );
    assert_eq!((submit.start.nanos(), submit.duration().nanos()), (1_000_000_000, 2_500_000));
    assert_eq!(submit.resource.attributes.get("hostname").and_then(AttrValue::as_str), Some("a-1"));
    assert_eq!(submit.attributes.iter().map(|it| it.0).collect::<Vec<_>>(), ["job.id"]);
    assert_eq!((run.id.to_string().as_str(), run.parent), ("0000000000005b4b", Some(submit.id)));
    assert_eq!(
        (run.service(), run.kind, run.status, &*run.status_message),
        ("scraper", SpanKind::Consumer, SpanStatus::Error, "refused")
    );
    assert_eq!(
        run.attributes.0.iter().map(|it| it.1.clone()).collect::<Vec<_>>(),
        [AttrValue::Int(-7), AttrValue::Float(0.5), AttrValue::Bytes(b"fo"[..].into()),]
    );
    assert_eq!(run.links[0].trace.to_string(), "1af7651916cd43dd8448eb211c80319c");
    let events: Vec<_> = run.events.iter().map(|it| (&*it.name, it.time.nanos())).collect();
    assert_eq!(events, [("exception", 1_010_005_000), ("event", 1_010_006_000)]);
}

#[test]
fn processes_may_come_first_and_a_trace_may_stand_alone() {
    let all = read(JAEGER.as_bytes()).unwrap();
    let inner = JAEGER.trim_start_matches(r#"{"data":["#);
    let inner = inner.rsplit_once("],\n  \"total\"").unwrap().0;
    assert_eq!(read(inner.as_bytes()).unwrap(), all);
    let (spans, processes) = inner.split_once(r#""processes":"#).unwrap();
    let processes = processes.split_once(r#","warnings""#).unwrap().0;
    let first = format!(r#"[{{"processes":{processes},{}"x":1}}]"#, spans.trim_start_matches('{'));
    assert_eq!(read(first.as_bytes()).unwrap(), all);
}

#[test]
fn what_tempo_answers_is_read_from_a_file_too() {
    for name in ["trace-v2-failed.json", "trace-v1-failed.json"] {
        let traces = read(&recorded("tempo-3.0.3", name).body).unwrap();
        assert_eq!((traces.len(), traces[0].spans.len()), (1, 8), "{name}");
    }
}

#[track_caller]
fn check_error(text: &[u8], expected: TraceFileError, words: &str) {
    assert_eq!(read(text), Err(expected.clone()));
    assert!(expected.to_string().contains(words), "{expected}");
    assert!(expected.next_step().ends_with('.'));
}

#[test]
fn what_is_no_trace_says_why() {
    check_error(b" \n", TraceFileError::Empty, "empty");
    check_error(b"hello", TraceFileError::NotJson(0, "JSON"), "byte 0");
    check_error(br#"{"data": nope}"#, TraceFileError::NotJson(9, "a value"), "byte 9");
    check_error(&JAEGER.as_bytes()[..400], TraceFileError::CutShort(400), "400 bytes");
    check_error(br#"{"status":"success","data":{"result":[]}}"#, TraceFileError::NoSpans, "no spans");
    check_error(
        br#"{"data":[{"spans":[{"spanID":"zz"}],"processes":{}}]}"#,
        TraceFileError::NoSpans,
        "no spans",
    );
    check_error(
        br#"[{"traceId":"1","id":"2","localEndpoint":{"serviceName":"a"}}]"#,
        TraceFileError::Zipkin,
        "Zipkin",
    );
    check_error(b"\x0a\x92\x01\x0a\xff", TraceFileError::NotText, "text");
}

#[test]
fn a_mark_of_byte_order_is_passed_over() {
    let mut file = TraceFile::default();
    file.push(b"\xef\xbb\xbf");
    file.push(JAEGER.as_bytes());
    assert_eq!(file.finish().unwrap().0.len(), 1);
}

fn any_value() -> impl Strategy<Value = AttrValue> {
    let leaf = prop_oneof![
        ".{0,12}".prop_map(|it| AttrValue::text(&it)),
        any::<i64>().prop_map(AttrValue::Int),
        (-1e9_f64..1e9).prop_map(AttrValue::Float),
        any::<bool>().prop_map(AttrValue::Bool),
        proptest::collection::vec(any::<u8>(), 1..9).prop_map(|it| AttrValue::Bytes(it.into())),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(AttrValue::List),
            proptest::collection::vec(("[a-z\"\\\\]{1,5}".prop_map(|it: String| Arc::from(it)), inner), 0..3)
                .prop_map(AttrValue::Map),
        ]
    })
}

fn any_attributes() -> impl Strategy<Value = Attributes> {
    let name = "[a-zé.\"\\\\\n]{1,8}".prop_map(|it: String| Arc::<str>::from(it));
    proptest::collection::vec((name, any_value()), 0..4).prop_map(Attributes)
}

/// Parent, start, length, kind and status, name, attributes, more attributes.
type AnySpan = (u64, i64, i64, u8, String, Attributes, Attributes);

fn any_trace() -> impl Strategy<Value = Trace> {
    let span = (0_u64..9, 0_i64..1_000, 0_i64..100, 0_u8..3, ".{0,9}", any_attributes(), any_attributes());
    let resources = proptest::collection::vec(any_attributes(), 2);
    (resources, proptest::collection::vec(span, 1..9)).prop_map(|(resources, spans)| {
        let resource = |(i, mut attributes): (usize, Attributes)| {
            let service: Arc<str> = format!("s{i}").into();
            attributes.0.retain(|it| &*it.0 != "service.name");
            attributes.0.push(("service.name".into(), AttrValue::Text(service.clone())));
            Arc::new(Resource { service, attributes })
        };
        let resources: Vec<_> = resources.into_iter().enumerate().map(resource).collect();
        let id = |it: u64| SpanId::from_bytes((it + 1).to_be_bytes()).unwrap();
        let trace = TraceId::from_bytes([7; 16]).unwrap();
        let span = |(i, (parent, start, length, pick, name, attributes, more)): (usize, AnySpan)| Span {
            trace,
            id: id(i as u64),
            parent: (parent > 0).then(|| id(parent)),
            name: name.as_str().into(),
            kind: [SpanKind::Unspecified, SpanKind::Client, SpanKind::Consumer][usize::from(pick)],
            start: Timestamp::from_nanos(start),
            end: Timestamp::from_nanos(start + length),
            status: [SpanStatus::Unset, SpanStatus::Ok, SpanStatus::Error][usize::from(pick)],
            status_message: name.as_str().into(),
            attributes,
            events: vec![SpanEvent {
                time: Timestamp::from_nanos(start),
                name: name.into(),
                attributes: more.clone(),
            }],
            links: vec![SpanLink { trace, span: id(parent), attributes: more }],
            resource: Arc::clone(&resources[usize::from(pick) % 2]),
        };
        Trace::from_spans(spans.into_iter().enumerate().map(span).collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_is_read_again(trace in any_trace()) {
        let text: String = OtlpJson::of(std::slice::from_ref(&trace)).collect();
        let traces = read(text.as_bytes()).unwrap();
        prop_assert_eq!(traces, [trace]);
    }

    #[test]
    fn any_damage_is_survived(places in proptest::collection::vec((0_usize..2_000, any::<u8>()), 1..6)) {
        let mut bytes = JAEGER.as_bytes().to_vec();
        for (place, byte) in places {
            if let Some(slot) = bytes.get_mut(place) {
                *slot = byte;
            }
        }
        // Whatever comes of it must not depend on the pieces; `read` checks that.
        let _ = read(&bytes);
    }
}

#[test]
fn nothing_at_all_is_a_document_without_spans() {
    let text: String = OtlpJson::of(&[]).collect();
    assert_eq!(text.trim(), r#"{"resourceSpans":[]}"#);
}
