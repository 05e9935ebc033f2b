//! Elements made and changed by hand: rows are used again and again, so what has not changed is not touched.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// A new element of that class; `None` only where the document is gone.
pub fn element(tag: &str, class: &str) -> Option<HtmlElement> {
    let made: HtmlElement = document().create_element(tag).ok()?.dyn_into().ok()?;
    made.set_class_name(class);
    Some(made)
}

/// A new element of that class below another.
pub fn child(parent: &HtmlElement, tag: &str, class: &str) -> Option<HtmlElement> {
    let made = element(tag, class)?;
    parent.append_child(&made).ok()?;
    Some(made)
}

/// Sets an attribute. Refused only for names that are none.
pub fn set(element: &Element, name: &str, value: &str) {
    let _ = element.set_attribute(name, value);
}

/// Sets or takes away an attribute.
pub fn set_or_remove(element: &Element, name: &str, value: Option<&str>) {
    // Refused only for names that are none.
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

/// Sets a property of the style. Refused only for names that are none.
pub fn style(element: &HtmlElement, name: &str, value: &str) {
    let _ = element.style().set_property(name, value);
}

/// Puts an element between two places of its parent, in percent.
pub fn stretch(element: &HtmlElement, (left, width): (f64, f64)) {
    style(element, "left", &format!("{left:.3}%"));
    style(element, "width", &format!("{width:.3}%"));
}

/// Shows an element, or not.
pub fn show(element: &HtmlElement, is_shown: bool) {
    if element.hidden() == is_shown {
        element.set_hidden(!is_shown);
    }
}
