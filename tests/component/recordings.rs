//! A visit that is taken down can be opened again, with its own clock, and says what is not in it.

use std::rc::Rc;
use std::sync::Arc;

use backends::{BackendError, ErrorKind, Headers, Method, Question, RequestSpec, SourceKind};
use domain::time::Timestamp;
use inquiry::{Head, LocalFuture, Transport};
use jobscope::net::{Mode, Net};
use jobscope::state::{Clock, Setups, View};
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::setup::setup;

/// Answers with the question.
struct Echo;

impl Transport for Echo {
    fn send<'a>(
        &'a self,
        request: RequestSpec,
        sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>> {
        Box::pin(async move {
            sink(request.question.query.as_bytes());
            Ok(Head { status: 200, headers: Headers::default() })
        })
    }
}

async fn answer(net: Net, query: &str) -> Result<String, ErrorKind> {
    let request = RequestSpec {
        source: SourceKind::Loki,
        method: Method::Get,
        path: String::new(),
        params: vec![],
        headers: vec![],
        question: Question { endpoint: "test", query: query.to_owned(), range: None, step: None },
        timeout_secs: 1,
    };
    let mut body = Vec::new();
    let mut sink = |chunk: &[u8]| body.extend_from_slice(chunk);
    let transport = untrack(|| net.transport());
    transport.send(request, &mut sink).await.map_err(|it| it.kind)?;
    Ok(String::from_utf8(body).unwrap())
}

fn app() -> (Owner, Net, Clock) {
    let _ = any_spawner::Executor::init_wasm_bindgen();
    let owner = Owner::new();
    owner.set();
    let clock = Clock::new(View::of_address());
    let net = Net::new(Setups::new(setup(Arc::default())), clock);
    net.switch_to(Rc::new(Echo));
    (owner, net, clock)
}

#[wasm_bindgen_test]
async fn what_was_taken_down_is_answered_again() {
    let (_owner, net, clock) = app();
    net.start_recording();
    answer(net, "a question").await.unwrap();
    let now = clock.now();
    assert!(clock.stands_still(), "all of a recording is about one moment");
    let file = net.stop_recording("a visit".to_owned(), String::new()).await.unwrap();
    assert!(file.starts_with(&[0x1f, 0x8b]), "it is packed");

    net.open_recording(file.to_vec()).await;
    assert_eq!(net.mode().get_untracked(), Mode::Replay { title: "a visit".to_owned(), now });
    assert_eq!(clock.now(), now);
    assert_eq!(answer(net, "a question").await, Ok("a question".to_owned()));
    assert_eq!(answer(net, "another").await, Err(ErrorKind::NotRecorded));

    net.go_live();
    assert_eq!(net.mode().get_untracked(), Mode::Live);
    assert!(clock.now() > now || clock.now() - now < domain::time::TimeDelta::from_secs(1));
    assert_eq!(answer(net, "another").await, Err(ErrorKind::NotConfigured));
}

#[wasm_bindgen_test]
async fn a_file_that_is_no_recording_says_so_and_changes_nothing() {
    let (_owner, net, clock) = app();
    let before: Timestamp = clock.now();
    for bytes in [b"<html>".to_vec(), vec![0x1f, 0x8b, 1, 2, 3]] {
        net.open_recording(bytes).await;
        assert!(matches!(net.mode().get_untracked(), Mode::NotOpened(_)));
        assert_eq!(answer(net, "still live").await, Ok("still live".to_owned()));
    }
    assert!(clock.now() >= before);
}
