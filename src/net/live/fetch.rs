//! One question put to a server by `fetch`: tries, time limit, and the body chunk by chunk.

use std::pin::pin;
use std::rc::Rc;

use backends::{BackendError, ErrorKind, Headers, RequestSpec, SourceKind, spell};
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use inquiry::Head;
use inquiry::retry::{Failure, wait_millis};
use js_sys::{Array, Date, Reflect, Uint8Array};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader, RequestInit, Response};

use super::Sighting;
use super::circuit::End;
use super::server::Server;
use crate::net::turns::Turns;

/// A piece of a body, for all who asked the same.
pub(in crate::net) type Chunk = Rc<Vec<u8>>;

/// Asks until there is an answer worth delivering. Chunks of the body go to `deliver` as they come, but never of an
/// answer that is asked for again. A server that fails whoever asks is not asked for a while: then its last failure is
/// the answer.
///
/// Who waits for such a server to come round keeps the permit, so that meanwhile no more find out the same.
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
    let governor = &server.governor;
    let (mut n_tries, mut kept) = (0, None);
    let end = loop {
        let permit = match (kept.take(), governor.given_up(Date::now())) {
            (_, Some(end)) => break end,
            (Some(permit), None) => permit,
            (None, None) => match governor.permit(Date::now).await {
                Ok(permit) => permit,
                Err(end) => break end,
            },
        };
        n_tries += 1;
        let limit = TimeoutFuture::new(request.timeout_secs.saturating_mul(1_000));
        let outcome = match select(pin!(one_try(server, request, n_tries, deliver, seen)), limit).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => Err(Trouble::Final(ErrorKind::TimedOut(request.timeout_secs))),
        };
        match outcome {
            Ok(head) => {
                governor.went_well();
                return Ok(head);
            }
            Err(Trouble::Passing(wait_millis)) => {
                drop(permit);
                TimeoutFuture::new(wait_millis).await;
            }
            Err(Trouble::OfServer(_, Some(wait_millis))) if !permit.is_try => {
                TimeoutFuture::new(wait_millis).await;
                kept = Some(permit);
            }
            Err(Trouble::OfServer(end, _)) => {
                governor.failed(end.clone(), Date::now());
                if let End::Silence = end {
                    seen(request.source, Sighting::Silent(ErrorKind::Unreachable));
                }
                break end;
            }
            Err(Trouble::Final(kind)) => {
                seen(request.source, Sighting::Silent(kind.clone()));
                return Err(error(kind));
            }
        }
    };
    deliver_end(end, deliver).map_err(error)
}

/// Delivers how a question ended, as the answer to it.
fn deliver_end(end: End, deliver: &mut dyn FnMut(Chunk)) -> Result<Head, ErrorKind> {
    match end {
        End::Answer(head, body) => {
            deliver(body);
            Ok(head)
        }
        End::Silence => Err(ErrorKind::Unreachable),
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
    let limit = TimeoutFuture::new(limit_millis);
    let outcome = match select(pin!(one_try(server, request, u32::MAX, deliver, &ignore)), limit).await {
        Either::Left((Ok(head), _)) => return Ok(head),
        Either::Left((Err(trouble), _)) => trouble,
        Either::Right(_) => Trouble::Final(ErrorKind::TimedOut(limit_millis / 1_000)),
    };
    let head = match outcome {
        Trouble::OfServer(end, _) => deliver_end(end, deliver),
        Trouble::Passing(_) => Err(ErrorKind::Unreachable),
        Trouble::Final(kind) => Err(kind),
    };
    head.map_err(|kind| BackendError::without_answer(request.source, kind))
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
    /// The server fails whoever asks; where it is worth trying again, after so many milliseconds.
    OfServer(End, Option<u32>),
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
    let asked_at_millis = Date::now();
    let begun = begin(server, request, &abort).map_err(|_| Trouble::Final(ErrorKind::Unreachable))?;
    let response = match JsFuture::from(begun).await {
        Ok(response) => response.unchecked_into::<Response>(),
        Err(_) => return Err(Trouble::OfServer(End::Silence, wait(Failure::Network))),
    };
    let head = Head { status: response.status(), headers: headers_of(&response) };
    let millis = (Date::now() - asked_at_millis) as u32;
    seen(request.source, Sighting::Answered(head.status, millis));
    if head.status == 429 {
        server.governor.slow_down();
    }
    let retry_after = head.headers.get("retry-after").and_then(|it| it.trim().parse().ok());
    let failure = Failure::Status(head.status, retry_after);
    let (again, is_of_server) = (wait(failure), failure.is_of_server());
    if again.is_some() || is_of_server {
        let mut body = Vec::new();
        let whole = read_body(&response, &mut |chunk| body.extend_from_slice(&chunk)).await;
        if whole.is_ok() && asks_for_too_much(&body) {
            deliver(body.into());
            return Ok(head);
        }
        return Err(match again {
            Some(millis) if !is_of_server => Trouble::Passing(millis),
            again => Trouble::OfServer(End::Answer(head, body.into()), again),
        });
    }
    read_body(&response, deliver).await.map_err(|_| Trouble::Final(ErrorKind::Truncated))?;
    Ok(head)
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
    if let Some(body) = &sendable.body {
        headers.append("Content-Type", body.media_type)?;
        init.set_method("POST");
        init.set_body(&JsValue::from_str(&body.text));
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
