//! What a person sees when the program stops by a mistake of its own: what happened and what to do, never a dead page.

use std::panic::PanicHookInfo;

use leptos::prelude::{document, window};
use wasm_bindgen::JsValue;
use web_sys::Element;

/// From now on a panic is told on the page and in the console.
pub fn tell_panics() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&JsValue::from_str(&info.to_string()));
        // Nothing more can be done where even this fails.
        let _ = show(info);
    }));
}

fn show(info: &PanicHookInfo<'_>) -> Option<()> {
    if document().get_element_by_id("stopped").is_some() {
        return None;
    }
    let note = element("div", "")?;
    note.set_id("stopped");
    note.set_attribute("role", "alert").ok()?;
    note.append_child(&*element("h2", "Jobscope has stopped: a mistake in the program")?).ok()?;
    let next_step =
        "What is on the page is what was known last. Reload to go on. If it comes again, report these lines:";
    note.append_child(&*element("p", next_step)?).ok()?;
    let address = window().location().href().unwrap_or_default();
    note.append_child(&*element("pre", &format!("{info}\n{address}"))?).ok()?;
    // A whole address, so that the browser follows it and not the stopped program.
    let reload = element("a", "Reload")?;
    reload.set_attribute("href", &address).ok()?;
    note.append_child(&reload).ok()?;
    document().body()?.prepend_with_node_1(&note).ok()
}

fn element(name: &str, text: &str) -> Option<Element> {
    let element = document().create_element(name).ok()?;
    element.set_text_content(Some(text));
    Some(element)
}
