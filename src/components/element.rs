//! Elements made and changed by hand: rows are used again and again, so what has not changed is not touched.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Text};

/// An element with nothing but a text in it.
pub struct Words {
    /// The element.
    pub root: HtmlElement,
    text: Text,
}

impl Words {
    /// A `span` of that class below another element, empty.
    pub fn new(parent: &HtmlElement, class: &str) -> Option<Self> {
        let root = child(parent, "span", class)?;
        let text = text_in(&root)?;
        Some(Self { root, text })
    }

    /// Says something else.
    pub fn say(&self, old: &str, new: &str) {
        if old != new {
            self.text.set_data(new);
        }
    }

    /// Says something else, and has no room where there is nothing to say.
    pub fn say_or_hide(&self, old: &str, new: &str) {
        self.say(old, new);
        if old.is_empty() != new.is_empty() {
            show(&self.root, !new.is_empty());
        }
    }
}

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

/// A text at the end of an element. To change its data costs less than to put another text into the element.
pub fn text_in(parent: &HtmlElement) -> Option<Text> {
    let text = document().create_text_node("");
    parent.append_child(&text).ok()?;
    Some(text)
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
