//! The clipboard, also where the page is in a frame that may not use the newer interface.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlTextAreaElement;

/// Copies a text; false where the browser forbids it. Call it from a person's click.
pub async fn copy_text(text: &str) -> bool {
    if let Some(promise) = write_text(text)
        && JsFuture::from(promise).await.is_ok()
    {
        return true;
    }
    copy_by_selection(text).unwrap_or(false)
}

/// `navigator.clipboard.writeText`, by reflection: without HTTPS there is no such object.
fn write_text(text: &str) -> Option<Promise> {
    let clipboard =
        Reflect::get(&window().navigator(), &"clipboard".into()).ok().filter(JsValue::is_object)?;
    let write: Function = Reflect::get(&clipboard, &"writeText".into()).ok()?.dyn_into().ok()?;
    write.call1(&clipboard, &text.into()).ok()?.dyn_into().ok()
}

fn copy_by_selection(text: &str) -> Option<bool> {
    let document = document();
    let area: HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    area.set_value(text);
    area.set_class_name("visually-hidden");
    let body = document.body()?;
    body.append_child(&area).ok()?;
    area.select();
    let command: Function = Reflect::get(&document, &"execCommand".into()).ok()?.dyn_into().ok()?;
    let worked = command.call1(&document, &"copy".into()).ok().is_some_and(|it| it.is_truthy());
    area.remove();
    Some(worked)
}
