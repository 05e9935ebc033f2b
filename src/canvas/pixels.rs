//! How many device pixels a CSS pixel has, followed as the window moves between screens or is zoomed.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::MediaQueryList;

/// Device pixels for one CSS pixel.
pub fn use_device_pixel_ratio() -> Signal<f64> {
    let (dpr, set_dpr) = signal(window().device_pixel_ratio());
    // A media query can only tell that the ratio is no longer this one, so each ratio needs its own.
    let watching = StoredValue::new_local(None::<Watching>);
    Effect::new(move |_| {
        let query = format!("(resolution: {}dppx)", dpr.get());
        let changed = move || set_dpr.set(window().device_pixel_ratio());
        watching.set_value(Watching::new(&query, changed));
    });
    dpr.into()
}

/// Listens to a media query for as long as it is kept.
pub(super) struct Watching {
    query: MediaQueryList,
    listener: Closure<dyn FnMut()>,
}

impl Watching {
    pub(super) fn new(query: &str, changed: impl FnMut() + 'static) -> Option<Self> {
        let query = window().match_media(query).ok()??;
        let listener = Closure::new(changed);
        query.add_event_listener_with_callback("change", listener.as_ref().unchecked_ref()).ok()?;
        Some(Self { query, listener })
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // Refused only for arguments of the wrong kind.
        let _ =
            self.query.remove_event_listener_with_callback("change", self.listener.as_ref().unchecked_ref());
    }
}
