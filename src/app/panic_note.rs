//! What the console says when the program stops by a mistake of its own; the boot script tells it on the page.

use wasm_bindgen::JsValue;

/// From now on a panic is told in the console, in builds in which panics have words (docs/adr/0006).
pub fn tell_panics() {
    std::panic::set_hook(Box::new(|info| web_sys::console::error_1(&JsValue::from_str(&info.to_string()))));
}
