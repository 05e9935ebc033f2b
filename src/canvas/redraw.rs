//! When a canvas is drawn: once a frame at most, and only while it can be seen.

use std::cell::Cell;
use std::rc::Rc;

use leptos::html::ElementType;
use leptos::leptos_dom::helpers::{AnimationFrameRequestHandle, request_animation_frame_with_handle};
use leptos::prelude::*;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IntersectionObserver, IntersectionObserverEntry};

/// The wish to draw in the next animation frame; any number of wishes before it are one.
#[derive(Clone, Copy)]
pub struct Redraw {
    pending: StoredValue<Rc<Cell<Option<AnimationFrameRequestHandle>>>, LocalStorage>,
}

impl Redraw {
    /// Cancelled with the owner that it is made under.
    pub fn new() -> Self {
        let redraw = Self { pending: StoredValue::new_local(Rc::default()) };
        on_cleanup(move || {
            if let Some(handle) = redraw.pending.try_with_value(|it| it.take()).flatten() {
                handle.cancel();
            }
        });
        redraw
    }

    /// Calls `draw` in the next frame, unless a call is already due.
    pub fn request(self, draw: impl FnOnce() + 'static) {
        let Some(pending) = self.pending.try_get_value() else { return };
        let due = pending.take();
        if due.is_some() {
            pending.set(due);
            return;
        }
        let in_frame = {
            let pending = Rc::clone(&pending);
            move || {
                pending.set(None);
                draw();
            }
        };
        pending.set(request_animation_frame_with_handle(in_frame).ok());
    }
}

impl Default for Redraw {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether any part of the element is on the screen; taken to be so until the browser says otherwise.
pub fn use_is_on_screen<E>(node: NodeRef<E>) -> Signal<bool>
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + AsRef<web_sys::Element> + 'static,
{
    let (is_on_screen, set_on_screen) = signal(true);
    let watching = StoredValue::new_local(None::<Watching>);
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        let changed = move |is_now| {
            if is_on_screen.try_get_untracked().is_some_and(|it| it != is_now) {
                set_on_screen.set(is_now);
            }
        };
        watching.set_value(Watching::new(element.as_ref(), changed));
    });
    is_on_screen.into()
}

/// Watches for as long as it is kept.
struct Watching {
    observer: IntersectionObserver,
    _callback: Closure<dyn FnMut(js_sys::Array)>,
}

impl Watching {
    fn new(element: &web_sys::Element, mut changed: impl FnMut(bool) + 'static) -> Option<Self> {
        let callback = Closure::new(move |entries: js_sys::Array| {
            // Several entries are several moments of the same element: the last one holds.
            let last: JsValue = entries.pop();
            if let Ok(entry) = last.dyn_into::<IntersectionObserverEntry>() {
                changed(entry.is_intersecting());
            }
        });
        let observer = IntersectionObserver::new(callback.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _callback: callback })
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
