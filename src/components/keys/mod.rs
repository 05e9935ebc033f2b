//! Which key presses a page may take for itself.

use leptos::ev;
use wasm_bindgen::JsCast;

/// Whether a key press belongs to nobody else: no modifier is held, and no field has the focus.
pub fn is_free(event: &ev::KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return false;
    }
    let target: Option<web_sys::Element> = event.target().and_then(|it| it.dyn_into().ok());
    let field = "input, textarea, select, [contenteditable], dialog[open]";
    target.is_none_or(|it| it.closest(field).ok().flatten().is_none())
}
