//! What is taken down is played back, and what was not is said so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use std::cell::Cell;
use std::rc::Rc;

use backends::{BackendError, ErrorKind, Headers, Method, Question, RequestSpec, SourceKind};
use domain::time::{Step, TimeRange, Timestamp};
use futures_util::FutureExt;
use inquiry::recording::{self, Example, FileError, Recorder, Recording, Replay};
use inquiry::{Head, LocalFuture, Transport};

/// Answers every question with its number, and a cookie.
#[derive(Default)]
struct Counting(Cell<u32>);

impl Transport for Counting {
    fn send<'a>(
        &'a self,
        _request: RequestSpec,
        sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>> {
        Box::pin(async move {
            self.0.set(self.0.get() + 1);
            sink(b"answer\n");
            sink(self.0.get().to_string().as_bytes());
            let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            let headers = Headers(vec![header("content-type", "text/plain"), header("set-cookie", "secret")]);
            Ok(Head { status: 200, headers })
        })
    }
}

fn request(query: &str, range_secs: Option<(i64, i64)>, step_secs: Option<i64>) -> RequestSpec {
    let at = Timestamp::from_secs;
    RequestSpec {
        source: SourceKind::Prometheus,
        method: Method::Get,
        path: "/api/v1/query_range".to_owned(),
        params: vec![],
        headers: vec![],
        question: Question {
            endpoint: "prometheus/query_range",
            query: query.to_owned(),
            range: range_secs.map(|(start, end)| TimeRange::between(at(start), at(end))),
            step: step_secs.map(Step::from_secs),
        },
        timeout_secs: 30,
    }
}

fn answer(transport: &dyn Transport, request: RequestSpec) -> Result<String, ErrorKind> {
    let mut body = Vec::new();
    let mut sink = |chunk: &[u8]| body.extend_from_slice(chunk);
    let head = transport.send(request, &mut sink).now_or_never().expect("nothing here waits");
    head.map(|_| String::from_utf8(body).unwrap()).map_err(|it| it.kind)
}

/// A recording of: `up` over an hour at 30 s (1) and at 15 s (2), over half of it at 15 s (3), and `labels` (4).
fn recorded() -> Recording {
    let recorder = Recorder::new(Rc::new(Counting::default()), || Timestamp::from_secs(7_200));
    for asked in [
        request("up", Some((3_600, 7_200)), Some(30)),
        request("up", Some((3_600, 7_200)), Some(15)),
        request("up", Some((3_600, 5_400)), Some(15)),
        request("labels", None, None),
    ] {
        answer(&recorder, asked).unwrap();
    }
    Recording { title: "an hour".to_owned(), now: Timestamp::from_secs(7_200), ..recorder.recording() }
}

#[track_caller]
fn check(
    query: &str,
    range_secs: Option<(i64, i64)>,
    step_secs: Option<i64>,
    expected: Result<&str, ErrorKind>,
) {
    let replay = Replay::new(recording::read(&recording::write(&recorded())).unwrap());
    assert_eq!(answer(&replay, request(query, range_secs, step_secs)), expected.map(str::to_owned));
}

#[test]
fn a_range_inside_is_answered_from_the_finest_step() {
    check("up", Some((3_600, 7_200)), Some(30), Ok("answer\n2"));
    check("up", Some((3_600, 7_200)), Some(120), Ok("answer\n2"));
    check("up", Some((6_000, 6_600)), Some(5), Ok("answer\n2"));
}

#[test]
fn of_two_as_fine_the_shorter_range_answers() {
    check("up", Some((4_000, 5_000)), Some(15), Ok("answer\n3"));
}

#[test]
fn aligning_to_a_coarser_step_does_not_leave_the_recording() {
    check("up", Some((3_540, 7_260)), Some(120), Ok("answer\n2"));
}

#[test]
fn what_knows_no_time_is_found_by_its_text() {
    check("labels", None, None, Ok("answer\n4"));
}

#[test]
fn anything_else_is_not_in_the_recording() {
    check("down", Some((3_600, 7_200)), Some(30), Err(ErrorKind::NotRecorded));
    check("up", Some((0, 7_200)), Some(30), Err(ErrorKind::NotRecorded));
    check("up", None, None, Err(ErrorKind::NotRecorded));
}

#[test]
fn a_file_keeps_all_and_names_no_secret() {
    let recording = Recording {
        view: "page=job&job=x".to_owned(),
        system_file: "{\n}".to_owned(),
        examples: vec![Example { id: "x".into(), words: "failed".to_owned() }],
        ..recorded()
    };
    let bytes = recording::write(&recording);
    assert_eq!(recording::read(&bytes).unwrap(), recording);
    assert!(!String::from_utf8_lossy(&bytes).contains("cookie"));
}

#[test]
fn a_bad_file_says_what_is_wrong() {
    let bytes = recording::write(&recorded());
    assert_eq!(recording::read(b"<html>"), Err(FileError::NotARecording));
    assert_eq!(recording::read(&bytes[..bytes.len() - 2]), Err(FileError::CutShort(3, 4)));
    let newer =
        String::from_utf8(bytes).unwrap().replacen("\"jobscope_recording\":1", "\"jobscope_recording\":2", 1);
    assert_eq!(recording::read(newer.as_bytes()), Err(FileError::TooNew(2)));
}

#[test]
fn asking_again_keeps_the_newest_answer() {
    let recorder = Recorder::new(Rc::new(Counting::default()), || Timestamp::from_secs(1));
    answer(&recorder, request("labels", None, None)).unwrap();
    answer(&recorder, request("labels", None, None)).unwrap();
    assert_eq!(recorder.size(), (1, 8));
}
