//! The live transport against a scripted `fetch`: what is sent, what is asked again, what is called off.

use std::cell::RefCell;
use std::rc::Rc;

use backends::{BackendError, ErrorKind, Method, Question, RequestSpec, SourceKind};
use futures_util::future::join;
use gloo_timers::future::TimeoutFuture;
use inquiry::Transport;
use jobscope::net::Sighting;
use jobscope::net::live::{Live, Secret, Server};
use system::config::{AuthScheme, Source, SourceKind as ConfiguredKind};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

/// From now on `fetch` runs this script: `n` counts the calls from 0, `text(status, body)` makes an answer,
/// `parts(…)` one whose body comes in pieces 20 ms apart, `broken(…)` one that breaks off, `never()` none.
fn script_fetch(body: &str) {
    let whole = format!(
        r#"
        globalThis.asked = [];
        const encode = it => new TextEncoder().encode(it);
        const text = (status, body, headers = {{}}) => new Response(body, {{ status, headers: {{ 'content-type': 'text/plain', ...headers }} }});
        const pieces = (all, last) => new Response(new ReadableStream({{
          async start(c) {{
            for (const it of all) {{ c.enqueue(encode(it)); await new Promise(r => setTimeout(r, 20)); }}
            last(c);
          }}
        }}));
        const parts = (...all) => pieces(all, c => c.close());
        const broken = (...all) => pieces(all, c => c.error(new TypeError('cut')));
        const never = () => new Promise(() => {{}});
        globalThis.fetch = async (url, init) => {{
          const n = asked.length;
          const call = {{ url, method: init.method ?? 'GET', body: init.body ?? '', headers: [...init.headers].join(';'), aborted: false }};
          asked.push(call);
          init.signal.addEventListener('abort', () => {{ call.aborted = true; }});
          {body}
        }};
        "#
    );
    js_sys::Function::new_no_args(&whole).call0(&JsValue::NULL).unwrap();
}

/// What was asked so far, put into words by a JavaScript expression over `it`.
fn asked(expression: &str) -> Vec<String> {
    let script = format!("return asked.map(it => String({expression}))");
    let list = js_sys::Function::new_no_args(&script).call0(&JsValue::NULL).unwrap();
    js_sys::Array::from(&list).iter().map(|it| it.as_string().unwrap()).collect()
}

fn server(auth: AuthScheme) -> Rc<Server> {
    let source = Source {
        kind: ConfiguredKind::Mimir,
        url: "/metrics".to_owned(),
        tenant: Some("team-a".to_owned()),
        auth,
        send_custom_headers: true,
        ui: None,
    };
    Rc::new(Server::new(&source, false))
}

fn live() -> Live {
    Live::new(vec![server(AuthScheme::None)], |_, _| {})
}

fn request(query: &str) -> RequestSpec {
    RequestSpec {
        source: SourceKind::Prometheus,
        method: Method::Get,
        path: "/api/v1/query".to_owned(),
        params: vec![("query", query.to_owned())],
        headers: vec![("Accept", "application/json")],
        question: Question { endpoint: "prometheus/query", query: query.to_owned(), range: None, step: None },
        timeout_secs: 1,
    }
}

/// The status and the chunks of an answer, joined by `|`.
async fn answer(live: &Live, query: &str) -> Result<(u16, String), BackendError> {
    let mut chunks = Vec::new();
    let mut sink = |chunk: &[u8]| chunks.push(String::from_utf8(chunk.to_vec()).unwrap());
    let head = live.send(request(query), &mut sink).await?;
    Ok((head.status, chunks.join("|")))
}

async fn check(script: &str, expected: Result<(u16, &str), ErrorKind>, times_asked: usize) {
    script_fetch(script);
    let outcome = answer(&live(), "up").await;
    assert_eq!(
        outcome.map_err(|it| it.kind),
        expected.map(|(status, body)| (status, body.to_owned())),
        "{script}"
    );
    assert_eq!(asked("it.url").len(), times_asked, "{script}");
}

#[wasm_bindgen_test]
async fn a_body_is_handed_on_as_it_comes() {
    check("return parts('a', 'b', 'c')", Ok((200, "a|b|c")), 1).await;
}

#[wasm_bindgen_test]
async fn what_may_pass_is_asked_again_and_its_body_never_shown() {
    check("return n < 2 ? text(503, 'starting') : text(200, 'ok')", Ok((200, "ok")), 3).await;
    check("if (n < 1) throw new TypeError('down'); return text(200, 'ok')", Ok((200, "ok")), 2).await;
    check("return n < 1 ? text(429, 'slow', { 'retry-after': '0' }) : text(200, 'ok')", Ok((200, "ok")), 2)
        .await;
}

#[wasm_bindgen_test]
async fn what_will_not_pass_is_not_asked_again() {
    check("return text(400, 'parse error')", Ok((400, "parse error")), 1).await;
    check("return text(401, 'who')", Ok((401, "who")), 1).await;
    let timeout = r#"{"status":"error","errorType":"timeout"}"#;
    check(&format!("return text(503, '{timeout}')"), Ok((503, timeout)), 1).await;
    check("throw new TypeError('down')", Err(ErrorKind::Unreachable), 3).await;
    check("return n < 2 ? text(500, 'oh') : text(200, 'ok')", Ok((500, "oh")), 2).await;
}

#[wasm_bindgen_test]
async fn an_answer_that_breaks_off_is_no_answer() {
    check("return broken('half')", Err(ErrorKind::Truncated), 1).await;
}

#[wasm_bindgen_test]
async fn no_answer_is_waited_for_longer_than_the_question_says() {
    check("return never()", Err(ErrorKind::TimedOut(1)), 1).await;
    assert_eq!(asked("it.aborted"), ["true"]);
}

#[wasm_bindgen_test]
async fn equal_questions_are_asked_once_and_each_gets_the_whole_answer() {
    script_fetch("return parts('a', 'b')");
    let live = live();
    let (first, second) = join(answer(&live, "up"), answer(&live, "up")).await;
    assert_eq!((first, second), (Ok((200, "a|b".to_owned())), Ok((200, "a|b".to_owned()))));
    assert_eq!(asked("it.url").len(), 1);
    answer(&live, "up").await.unwrap();
    assert_eq!(asked("it.url").len(), 2, "an answer that has come is not kept");
}

#[wasm_bindgen_test]
async fn whoever_goes_calls_off_only_what_nobody_else_waits_for() {
    script_fetch("return parts('a', 'b', 'c')");
    let live = live();
    let lost = Box::pin(answer(&live, "up"));
    let kept = Box::pin(answer(&live, "up"));
    let outcome = futures_util::future::select(lost, kept);
    let both = futures_util::future::select(outcome, TimeoutFuture::new(10)).await;
    let futures_util::future::Either::Right((_, pending)) = both else { panic!("it was too quick") };
    assert_eq!(asked("it.aborted"), ["false"]);
    drop(pending);
    TimeoutFuture::new(0).await;
    assert_eq!(asked("it.aborted"), ["true"]);
}

#[wasm_bindgen_test]
async fn few_are_asked_at_once() {
    script_fetch("await new Promise(r => setTimeout(r, 50)); return text(200, 'ok')");
    let live = live();
    let queries: Vec<_> = (0..9).map(|it| it.to_string()).collect();
    let all = futures_util::future::join_all(queries.iter().map(|it| answer(&live, it)));
    let seen = async {
        TimeoutFuture::new(20).await;
        asked("it.url").len()
    };
    let (outcomes, asked_at_once) = join(all, seen).await;
    assert_eq!(asked_at_once, 4);
    assert!(outcomes.into_iter().all(|it| it == Ok((200, "ok".to_owned()))));
}

#[wasm_bindgen_test]
async fn tenant_and_proof_go_along_and_a_long_query_goes_as_a_form() {
    script_fetch("return text(200, 'ok')");
    let server = server(AuthScheme::Bearer);
    server.set_secret(Some(Secret { user: String::new(), password: "token".to_owned() }));
    let live = Live::new(vec![server], |_, _| {});
    answer(&live, "up").await.unwrap();
    answer(&live, &"x".repeat(7_000)).await.unwrap();
    let headers = "accept,application/json;authorization,Bearer token;x-scope-orgid,team-a";
    assert_eq!(asked("it.headers")[0], headers);
    assert_eq!(
        asked("new URL(it.url).pathname + new URL(it.url).search")[0],
        "/metrics/api/v1/query?query=up"
    );
    assert_eq!(asked("it.method + it.body.length"), ["GET0", "POST7006"]);
}

#[wasm_bindgen_test]
async fn what_is_seen_of_a_server_is_told() {
    script_fetch("if (n < 3) throw new TypeError('down'); return text(422, 'no')");
    let seen = Rc::new(RefCell::new(Vec::new()));
    let tell = seen.clone();
    let live =
        Live::new(vec![server(AuthScheme::None)], move |source, it| tell.borrow_mut().push((source, it)));
    assert!(answer(&live, "up").await.is_err());
    assert!(answer(&live, "up").await.is_ok());
    let seen = seen.borrow();
    assert_eq!(seen[0], (SourceKind::Prometheus, Sighting::Silent(ErrorKind::Unreachable)));
    assert!(matches!(seen[1], (SourceKind::Prometheus, Sighting::Answered(422, _))));
}

#[wasm_bindgen_test]
async fn a_source_that_is_not_configured_is_named() {
    script_fetch("return text(200, 'ok')");
    let mut sink = |_: &[u8]| {};
    let request = RequestSpec { source: SourceKind::Tempo, ..request("x") };
    assert_eq!(live().send(request, &mut sink).await.unwrap_err().kind, ErrorKind::NotConfigured);
}

/// Asks so many different questions at once.
async fn ask_many(live: &Live, name: &str, n: usize) -> Vec<Result<(u16, String), BackendError>> {
    let queries: Vec<_> = (0..n).map(|it| format!("{name}{it}")).collect();
    futures_util::future::join_all(queries.iter().map(|it| answer(live, it))).await
}

#[wasm_bindgen_test]
async fn a_server_that_fails_whoever_asks_is_given_up_until_a_person_asks_again() {
    for (script, expected) in [
        ("return text(502, 'bad gateway: ' + n)", Ok(502)),
        ("throw new TypeError('down')", Err(ErrorKind::Unreachable)),
    ] {
        script_fetch(script);
        let server = server(AuthScheme::None);
        let live = Live::new(vec![server.clone()], |_, _| {});
        let outcomes = ask_many(&live, "first", 30).await;
        for outcome in &outcomes {
            let told = outcome.as_ref().map(|it| it.0).map_err(|it| it.kind.clone());
            assert_eq!(told, expected);
            assert!(outcome.as_ref().is_ok_and(|it| it.1.starts_with("bad gateway: ")) || outcome.is_err());
        }
        let n_asked = asked("it.url").len();
        // Two more may begin between the end of the first and that of the third.
        assert!(n_asked <= 24, "four questions, four times each, and two more: {n_asked}");
        assert_eq!(answer(&live, "more").await.map(|it| it.0).map_err(|it| it.kind), expected);
        assert_eq!(asked("it.url").len(), n_asked, "it was not asked again");
        script_fetch("return text(200, 'well')");
        server.ask_again();
        assert_eq!(answer(&live, "again").await, Ok((200, "well".to_owned())));
    }
}

#[wasm_bindgen_test]
async fn a_server_that_fails_for_a_moment_answers_everyone() {
    script_fetch("return n < 7 ? text(502, 'starting') : text(200, 'well')");
    let outcomes = ask_many(&live(), "one", 30).await;
    assert!(outcomes.iter().all(|it| *it == Ok((200, "well".to_owned()))), "{outcomes:?}");
}

#[wasm_bindgen_test]
async fn what_is_about_the_question_gives_no_server_up() {
    script_fetch("return text(n % 2 ? 500 : 504, 'too heavy')");
    let live = live();
    ask_many(&live, "heavy", 5).await;
    script_fetch("return text(200, 'well')");
    assert_eq!(answer(&live, "light").await, Ok((200, "well".to_owned())));
}
