//! Long work in turns, so that the page stays quick between them.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A task that is longer than 50 ms is felt; whatever runs between two turns has to fit in the rest.
const TURN_MILLIS: f64 = 12.0;

/// Long work that gives the page a turn now and then.
pub(crate) struct Turns {
    since_millis: f64,
}

impl Turns {
    /// Begins now.
    pub(crate) fn begin() -> Self {
        Self { since_millis: now_millis() }
    }

    /// Gives the page a turn when this one has lasted long enough.
    pub(crate) async fn give(&mut self) {
        if now_millis() - self.since_millis >= TURN_MILLIS {
            give_turn().await;
            self.since_millis = now_millis();
        }
    }
}

/// Lets the browser paint and handle events, then goes on.
pub(crate) async fn give_turn() {
    if let Some(promise) = scheduler_yield() {
        // Never rejects: it has no signal.
        let _ = JsFuture::from(promise).await;
    } else {
        gloo_timers::future::TimeoutFuture::new(0).await;
    }
}

/// `scheduler.yield()`, where the browser has it: goes on before other work of the page.
fn scheduler_yield() -> Option<Promise> {
    let scheduler = Reflect::get(&js_sys::global(), &"scheduler".into()).ok().filter(JsValue::is_object)?;
    let call: Function = Reflect::get(&scheduler, &"yield".into()).ok()?.dyn_into().ok()?;
    call.call0(&scheduler).ok()?.dyn_into().ok()
}

fn now_millis() -> f64 {
    js_sys::Date::now()
}
