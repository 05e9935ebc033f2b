//! The size of the box that a canvas fills, followed as it changes.

use leptos::html::ElementType;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, ResizeObserver};

/// An element's inner width and height in CSS pixels; zero before it is shown.
pub fn use_box_size<E>(node: NodeRef<E>) -> Signal<(f64, f64)>
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + AsRef<Element> + 'static,
{
    let (size, set_size) = signal((0.0, 0.0));
    let watching = StoredValue::new_local(None::<Watching>);
    Effect::new(move |_| {
        let Some(node) = node.get() else { return };
        let element: Element = AsRef::<Element>::as_ref(&node).clone();
        let measure = {
            let element = element.clone();
            move || {
                let measured = (f64::from(element.client_width()), f64::from(element.client_height()));
                if size.try_get_untracked().is_some_and(|it| it != measured) {
                    set_size.set(measured);
                }
            }
        };
        measure();
        watching.set_value(Watching::new(&element, measure));
    });
    size.into()
}

/// Watches for as long as it is kept.
struct Watching {
    observer: ResizeObserver,
    _callback: Closure<dyn FnMut()>,
}

impl Watching {
    fn new(element: &Element, measure: impl FnMut() + 'static) -> Option<Self> {
        let callback = Closure::new(measure);
        let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _callback: callback })
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
