//! One question put to a server by `fetch`: tries, time limit, and the body chunk by chunk.

use std::pin::pin;
use std::rc::Rc;

use backends::{BackendError, ErrorKind, Headers, RequestSpec, SourceKind, spell};
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use inquiry::Head;
use inquiry::retry::{Failure, wait_millis};
use js_sys::{Array, Reflect, Uint8Array};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader, RequestInit, Response};

use super::Sighting;
use super::server::Server;
use crate::net::turns::Turns;

/// A piece of a body, for all who asked the same.
pub(in crate::net) type Chunk = Rc<Vec<u8>>;

/// Asks until there is an answer worth delivering. Chunks of the body go to `deliver` as they come, but never of an
/// answer that is asked for again.
///
/// # Errors
/// When no whole answer came in time.
pub(super) async fn exchange(
    server: &Server,
    request: &RequestSpec,
    deliver: &mut dyn FnMut(Chunk),
    seen: &dyn Fn(SourceKind, Sighting),
) -> Result<Head, BackendError> {
    let error = |kind| BackendError::without_answer(request.source, kind);
    let mut n_tries = 0;
    loop {
        let permit = server.governor.permit().await;
        n_tries += 1;
        let limit = TimeoutFuture::new(request.timeout_secs.saturating_mul(1_000));
        let outcome = match select(pin!(one_try(server, request, n_tries, deliver, seen)), limit).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => Err(Trouble::Final(ErrorKind::TimedOut(request.timeout_secs))),
        };
        drop(permit);
        match outcome {
            Ok(head) => {
                server.governor.went_well();
                return Ok(head);
            }
            Err(Trouble::Passing(wait_millis)) => TimeoutFuture::new(wait_millis).await,
            Err(Trouble::Final(kind)) => {
                seen(request.source, Sighting::Silent(kind.clone()));
                return Err(error(kind));
            }
        }
    }
}

/// Asks once, whatever comes of it; for finding out what is wrong.
///
/// # Errors
/// When no whole answer came in time.
pub(in crate::net) async fn once(
    server: &Server,
    request: &RequestSpec,
    deliver: &mut dyn FnMut(Chunk),
    limit_millis: u32,
) -> Result<Head, BackendError> {
    let ignore = |_, _| {};
    let outcome = pin!(one_try(server, request, u32::MAX, deliver, &ignore));
    let kind = match select(outcome, TimeoutFuture::new(limit_millis)).await {
        Either::Left((Ok(head), _)) => return Ok(head),
        Either::Left((Err(Trouble::Final(kind)), _)) => kind,
        Either::Left((Err(Trouble::Passing(_)), _)) => ErrorKind::Unreachable,
        Either::Right(_) => ErrorKind::TimedOut(limit_millis / 1_000),
    };
    Err(BackendError::without_answer(request.source, kind))
}

/// The whole address of a request.
///
/// # Errors
/// When the configured URL is none.
pub(in crate::net) fn address_of(server: &Server, request: &RequestSpec) -> Result<String, JsValue> {
    let base = document().base_uri()?.unwrap_or_default();
    Ok(web_sys::Url::new_with_base(&spell(server.configured().base(), request).address, &base)?.href())
}

/// Why a try brought nothing.
enum Trouble {
    /// It is worth trying again after so many milliseconds.
    Passing(u32),
    /// It is not.
    Final(ErrorKind),
}

async fn one_try(
    server: &Server,
    request: &RequestSpec,
    n_tries: u32,
    deliver: &mut dyn FnMut(Chunk),
    seen: &dyn Fn(SourceKind, Sighting),
) -> Result<Head, Trouble> {
    let abort = AbortOnDrop::new();
    let wait = |failure| wait_millis(failure, n_tries, js_sys::Math::random());
    let asked_at_millis = js_sys::Date::now();
    let response = match JsFuture::from(begin(server, request, &abort).map_err(|_| unreachable())?).await {
        Ok(response) => response.unchecked_into::<Response>(),
        Err(_) => return Err(wait(Failure::Network).map_or_else(unreachable, Trouble::Passing)),
    };
    let head = Head { status: response.status(), headers: headers_of(&response) };
    let millis = (js_sys::Date::now() - asked_at_millis) as u32;
    seen(request.source, Sighting::Answered(head.status, millis));
    if head.status == 429 {
        server.governor.slow_down();
    }
    let retry_after = head.headers.get("retry-after").and_then(|it| it.trim().parse().ok());
    if let Some(millis) = wait(Failure::Status(head.status, retry_after)) {
        let mut body = Vec::new();
        let whole = read_body(&response, &mut |chunk| body.extend_from_slice(&chunk)).await;
        if whole.is_err() || !asks_for_too_much(&body) {
            return Err(Trouble::Passing(millis));
        }
        deliver(body.into());
        return Ok(head);
    }
    read_body(&response, deliver).await.map_err(|_| Trouble::Final(ErrorKind::Truncated))?;
    Ok(head)
}

fn unreachable() -> Trouble {
    Trouble::Final(ErrorKind::Unreachable)
}

/// Prometheus answers 503 also to a query that took too long: asking the same again would take as long again.
fn asks_for_too_much(body: &[u8]) -> bool {
    memchr::memmem::find(body, br#""errorType":"timeout""#).is_some()
}

fn begin(server: &Server, request: &RequestSpec, abort: &AbortOnDrop) -> Result<js_sys::Promise, JsValue> {
    let sendable = spell(server.configured().base(), request);
    let address = address_of(server, request)?;
    let headers = web_sys::Headers::new()?;
    for (name, value) in server.headers(&request.headers) {
        headers.append(&name, &value)?;
    }
    let init = RequestInit::new();
    if let Some(form) = &sendable.form {
        headers.append("Content-Type", "application/x-www-form-urlencoded")?;
        init.set_method("POST");
        init.set_body(&JsValue::from_str(form));
    }
    init.set_headers(&headers);
    init.set_signal(abort.signal().as_ref());
    Ok(window().fetch_with_str_and_init(&address, &init))
}

fn headers_of(response: &Response) -> Headers {
    let pairs = js_sys::try_iter(&response.headers()).ok().flatten().into_iter().flatten().flatten();
    let text = |pair: &Array, i| pair.get(i).as_string();
    let pairs = pairs.filter_map(|it| {
        let pair: Array = it.unchecked_into();
        Some((text(&pair, 0)?, text(&pair, 1)?))
    });
    Headers(pairs.collect())
}

/// Hands on the body as it comes, and gives the page a turn in between when that takes long.
pub(in crate::net) async fn read_body(
    response: &Response,
    deliver: &mut dyn FnMut(Chunk),
) -> Result<(), JsValue> {
    let Some(stream) = response.body() else { return Ok(()) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut turns = Turns::begin();
    loop {
        let step = JsFuture::from(reader.read()).await?;
        if Reflect::get(&step, &"done".into())?.is_truthy() {
            return Ok(());
        }
        let chunk: Uint8Array = Reflect::get(&step, &"value".into())?.unchecked_into();
        deliver(chunk.to_vec().into());
        turns.give().await;
    }
}

/// Calls the request off when whoever waits for it goes.
struct AbortOnDrop(Option<AbortController>);

impl AbortOnDrop {
    fn new() -> Self {
        Self(AbortController::new().ok())
    }

    fn signal(&self) -> Option<web_sys::AbortSignal> {
        self.0.as_ref().map(AbortController::signal)
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}
