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
    let watching = StoredValue::new_local(None::<SizeWatch>);
    Effect::new(move |_| {
        let Some(node) = node.get() else { return };
        let element: Element = AsRef::<Element>::as_ref(&node).clone();
        let watched = element.clone();
        let measure = move || {
            let measured = (f64::from(watched.client_width()), f64::from(watched.client_height()));
            if size.try_get_untracked().is_some_and(|it| it != measured) {
                set_size.set(measured);
            }
        };
        watching.set_value(SizeWatch::new(&element, measure));
    });
    size.into()
}

/// Watches an element's size for as long as it is kept.
///
/// The first measure comes before the next paint, when everything is laid out anyhow; asked for at once, all would have to
/// be laid out for it.
pub struct SizeWatch {
    observer: ResizeObserver,
    _callback: Closure<dyn FnMut()>,
}

impl SizeWatch {
    /// Calls `measure` for the size that the element has, and whenever it has another.
    pub fn new(element: &Element, measure: impl FnMut() + 'static) -> Option<Self> {
        let callback = Closure::new(measure);
        let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _callback: callback })
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
