//! Asking a server in unusual ways: once, without reading, elsewhere.

use std::cell::Cell;
use std::rc::Rc;

use backends::{BackendError, RequestSpec};
use gloo_timers::future::TimeoutFuture;
use inquiry::{Head, LocalFuture, Transport};
use leptos::ev;
use leptos::prelude::{window, window_event_listener};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, RequestMode};

pub(super) use super::verdict::Blocked;
use crate::net::live::Server;
use crate::net::live::fetch;

const LIMIT_MILLIS: u32 = 10_000;

/// Asks one server, once.
pub(super) struct Once {
    server: Rc<Server>,
}

impl Once {
    pub(super) fn new(server: Rc<Server>) -> Self {
        Self { server }
    }

    /// Whom it asks.
    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    /// The whole address of a request; empty where the configured URL is none.
    pub(super) fn address_of(&self, request: &RequestSpec) -> String {
        fetch::address_of(&self.server, request).unwrap_or_default()
    }
}

impl Transport for Once {
    fn send<'a>(
        &'a self,
        request: RequestSpec,
        sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>> {
        Box::pin(async move {
            let mut deliver = |chunk: fetch::Chunk| sink(&chunk);
            fetch::once(&self.server, &request, &mut deliver, LIMIT_MILLIS).await
        })
    }
}

/// Asks in a way that needs no permission and lets nothing be read: tells whether anything is there at all.
pub(super) async fn reach_without_reading(address: &str) -> Blocked {
    let scheme = window().location().protocol().unwrap_or_default();
    let is_local =
        ["http://localhost", "http://127.0.0.1", "http://[::1]"].iter().any(|it| address.starts_with(it));
    if scheme == "https:" && address.starts_with("http:") && !is_local {
        return Blocked::MixedContent;
    }
    let forbidden = Rc::new(Cell::new(false));
    let seen = send_wrapper::SendWrapper::new(forbidden.clone());
    let listener = window_event_listener(ev::securitypolicyviolation, move |_| seen.set(true));
    let init = RequestInit::new();
    init.set_mode(RequestMode::NoCors);
    let outcome = JsFuture::from(window().fetch_with_str_and_init(address, &init)).await;
    // The event comes as a task of its own.
    TimeoutFuture::new(0).await;
    listener.remove();
    match outcome {
        _ if forbidden.get() => Blocked::ByPolicy,
        Ok(_) => Blocked::Unreadable,
        Err(_) => Blocked::Nowhere,
    }
}
