//! Whose profiles are told, against a scripted Pyroscope.

use std::sync::Arc;

use backends::SourceKind;
use domain::attr::{AttrValue, Attributes};
use domain::debug::Found;
use domain::ids::TraceId;
use domain::time::Timestamp;
use domain::trace::{Resource, SpanKind, SpanStatus};
use futures_util::FutureExt;

use super::*;
use crate::testing::Script;

const SPAN_PROFILE: &str = "pyroscope/span_profile";
const STACKTRACES: &str = "pyroscope/stacktraces";
const RENDER: &str = "pyroscope/render";

const OF_SPAN: &str = r#"{"flamegraph":{"names":["total","pack"],"levels":[{"values":["0","8000000000","0","0"]},{"values":["0","8000000000","8000000000","1"]}],"total":"8000000000","maxSelf":"8000000000"}}"#;
const OF_SERVICE: &str = r#"{"flamebearer":{"names":["total","fold"],"levels":[[0,30,0,0],[0,30,30,1]],"numTicks":30},"metadata":{"units":"samples","sampleRate":1}}"#;

/// A span of 40 s that begins at second 100.
fn span(id: u8, parent: Option<u8>, service: &str, is_profiled: bool) -> Span {
    let id_of = |it: u8| SpanId::from_bytes([it; 8]).unwrap();
    let mark = (SpanProfile::ATTRIBUTE, AttrValue::text(&id_of(id).to_string()));
    Span {
        trace: TraceId::from_bytes([7; 16]).unwrap(),
        id: id_of(id),
        parent: parent.map(id_of),
        name: format!("work-{id}").as_str().into(),
        kind: SpanKind::Internal,
        start: Timestamp::from_secs(100),
        end: Timestamp::from_secs(140),
        status: SpanStatus::Unset,
        status_message: "".into(),
        attributes: Attributes::from_iter(is_profiled.then_some(mark)),
        events: Vec::new(),
        links: Vec::new(),
        resource: Arc::new(Resource { service: service.into(), attributes: Attributes::default() }),
    }
}

/// What is found of the last of the spans.
fn ask_for(spans: &[Span], script: &Script) -> SpanProfiles {
    let found = span_profiles(&System::default(), spans, spans.last().unwrap(), script).now_or_never();
    found.expect("nothing here waits")
}

/// What is told of it: the sentence, whose profiles they are, and what was asked.
#[track_caller]
fn told(spans: &[Span], script: &Script) -> (String, String, Vec<String>) {
    let found = ask_for(spans, script);
    let says = found.verdict.map(|it| it.says.told(Timestamp::from_secs(100), 0));
    let says = says.or_else(|| found.failures.first().map(ToString::to_string)).unwrap_or_default();
    (says, found.whose, script.asked())
}

const OF_ITSELF: &str =
    "“pack” took 100 % of the CPU time of this span from 00:01:40 to 00:02:20 (8 s of 8 s)";
const OF_THE_PACKER: &str =
    "“fold” took 100 % of the CPU time of packer from 00:01:25 to 00:02:35 (30 s of 30 s)";

#[test]
fn a_span_that_samples_name_tells_of_itself_alone() {
    let script = Script::default().answer(SPAN_PROFILE, "span 0101010101010101", OF_SPAN);
    let (says, whose, asked) = told(&[span(1, None, "packer", true)], &script);
    assert_eq!((says.as_str(), whose.as_str()), (OF_ITSELF, ""));
    let query = r#"process_cpu:cpu:nanoseconds:cpu:nanoseconds{service_name="packer"} span 0101010101010101"#;
    assert_eq!(asked, [format!("{SPAN_PROFILE} {query}")]);
}

#[test]
fn a_part_of_such_a_span_tells_of_that_one() {
    let script = Script::default().answer(SPAN_PROFILE, "span 0202020202020202", OF_SPAN);
    let spans =
        [span(1, None, "api", true), span(2, Some(1), "packer", true), span(3, Some(2), "packer", false)];
    let (says, whose, _) = told(&spans, &script);
    assert_eq!(says, OF_ITSELF.replace("this span", "“work-2”"));
    assert_eq!(whose, "of “work-2”, of which this span is a part");
}

#[test]
fn a_span_without_samples_tells_of_its_service_and_why() {
    let service = |it: Script| it.answer(RENDER, "packer", OF_SERVICE);
    let none = r#"{"flamegraph":{}}"#;
    for (script, spans, why) in [
        (
            Script::default(),
            [span(1, None, "packer", false)],
            "the span has no pyroscope.profile.id, by which its own samples could be told",
        ),
        (
            Script::default().answer(SPAN_PROFILE, "", none),
            [span(1, None, "packer", true)],
            "no sample names this span: it was too short, or it waited",
        ),
        (
            Script::default().refuse(SPAN_PROFILE, "", 403, "no"),
            [span(1, None, "packer", true)],
            "samples of the span alone could not be had: Pyroscope refuses (403)",
        ),
    ] {
        let (says, whose, _) = told(&spans, &service(script));
        assert_eq!(says, OF_THE_PACKER, "{why}");
        assert_eq!(whose, format!("of the whole service, since {why}"));
    }
}

#[test]
fn the_newer_call_is_used_where_the_older_one_is_gone() {
    for status in [404, 501] {
        let gone = Script::default().refuse(SPAN_PROFILE, "", status, "gone");
        let (says, _, asked) = told(&[span(1, None, "packer", true)], &gone.answer(STACKTRACES, "", OF_SPAN));
        assert_eq!((says.as_str(), asked.len()), (OF_ITSELF, 2), "{status}");
    }
}

#[test]
fn a_service_of_another_name_is_not_asked_about() {
    let script = Script::default().answer(RENDER, "packer", OF_SERVICE);
    let (_, whose, asked) = told(&[span(1, None, "api", true), span(2, Some(1), "packer", false)], &script);
    assert!(whose.starts_with("of the whole service") && asked.len() == 1, "{asked:?}");
}

#[test]
fn where_nobody_can_be_asked_that_is_told_once() {
    let nobody = Script::default().without(SourceKind::Pyroscope);
    let (says, whose, asked) = told(&[span(1, None, "packer", true)], &nobody);
    assert_eq!((says.as_str(), whose.as_str(), asked.len()), ("No Pyroscope is configured", "", 1));
}

#[test]
fn the_types_of_profile_are_those_of_the_systems_steps_that_know_a_service_alone() {
    let kind = |title: &str, profile_type: &str, value: &str| StepProfile {
        title: title.to_owned(),
        profile_type: profile_type.to_owned(),
        matchers: vec![Matcher { label: "app".to_owned(), op: MatchOp::Equal, value: value.to_owned() }],
    };
    let of_steps =
        [kind("CPU", "cpu", "{service}"), kind("memory", "mem", "{stage}"), kind("again", "cpu", "x")];
    let found = kinds_of(&of_steps, "packer");
    let told: Vec<_> = found.iter().map(|it| (it.title.as_str(), it.matchers[0].value.as_str())).collect();
    assert_eq!(told, [("CPU", "packer")]);
    assert_eq!(kinds_of(&[], "packer")[0].title, "CPU time");
}

#[test]
fn what_was_found_is_something_and_the_profilers_own_pages_can_be_asked() {
    let script = Script::default().answer(RENDER, "packer", OF_SERVICE);
    let spans = [span(1, None, "packer", false)];
    let found = ask_for(&spans, &script);
    assert_eq!(found.verdict.unwrap().found, Found::Something);
    assert_eq!(found.profiles[0].profile.functions[0].name, "fold");
    assert_eq!(found.asked[0].0, "CPU time");
    assert_eq!(found.asked[0].1.range.length(), TimeDelta::from_secs(70));
}
