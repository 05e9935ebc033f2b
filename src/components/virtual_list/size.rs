//! How large an element is, followed as it changes.

use crate::state::effect;
use domain::number;
use leptos::html::ElementType;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// An element's inner size and the value of one of its custom properties, in CSS pixels; zero before it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    /// Inner width.
    pub width_px: f64,
    /// Inner height.
    pub height_px: f64,
    /// The custom property's length.
    pub custom_px: f64,
}

/// Follows an element's size, and the length that one custom property of the style sheet has there.
pub fn use_size<E>(node: NodeRef<E>, custom_property: &'static str) -> ReadSignal<Size>
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + AsRef<web_sys::Element> + 'static,
{
    let (size, set_size) = signal(Size::default());
    let watching = StoredValue::new_local(None::<Watching>);
    effect(move |_| {
        let Some(element) = node.get() else { return };
        let element = AsRef::<web_sys::Element>::as_ref(&element).clone();
        let watched = element.clone();
        let measure = move || {
            let measured = measured(&watched, custom_property);
            if size.try_get_untracked().is_some_and(|it| it != measured) {
                set_size.set(measured);
            }
        };
        // The first measure comes before the next paint, when everything is laid out anyhow; at once it would have to be
        // laid out for it.
        watching.set_value(Watching::new(&element, measure));
    });
    size
}

fn measured(element: &web_sys::Element, custom_property: &str) -> Size {
    let style = window().get_computed_style(element).ok().flatten();
    let custom = style.and_then(|it| it.get_property_value(custom_property).ok());
    Size {
        width_px: f64::from(element.client_width()),
        height_px: f64::from(element.client_height()),
        custom_px: custom.and_then(|it| number::parse(it.trim().trim_end_matches("px"))).unwrap_or(0.0),
    }
}

/// Watches for as long as it is kept.
struct Watching {
    observer: web_sys::ResizeObserver,
    _callback: Closure<dyn FnMut()>,
}

impl Watching {
    fn new(element: &web_sys::Element, measure: impl FnMut() + 'static) -> Option<Self> {
        let callback = Closure::new(measure);
        let observer = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _callback: callback })
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
