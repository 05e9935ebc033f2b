//! How large an element is, followed as it changes.

use std::time::Duration;

use domain::number;
use leptos::html::ElementType;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::canvas::SizeWatch;
use crate::state::effect;

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
    let watching = StoredValue::new_local(None::<SizeWatch>);
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
        let on_change = move || match size.try_get_untracked() {
            // What has its first size is filled in a task of its own: the one that laid everything out was long enough.
            Some(it) if it == Size::default() => set_timeout(measure.clone(), Duration::ZERO),
            Some(_) | None => measure(),
        };
        watching.set_value(SizeWatch::new(&element, on_change));
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
