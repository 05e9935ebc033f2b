//! gzip by the browser's own streams, which cost no byte of the app.

use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response};

/// Packs bytes; `None` where the browser has no such stream.
pub(crate) async fn pack(bytes: &[u8]) -> Option<Vec<u8>> {
    through("CompressionStream", bytes).await.ok()
}

/// Unpacks bytes. Those that are not packed come back as they are: a server may have unpacked them already.
///
/// # Errors
/// When they are cut short or spoilt, with the browser's words.
pub(crate) async fn unpack(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    through("DecompressionStream", &bytes).await.map_err(|error| {
        error.dyn_ref::<js_sys::Error>().map_or_else(|| "not gzip".to_owned(), |it| it.message().into())
    })
}

async fn through(stream: &str, bytes: &[u8]) -> Result<Vec<u8>, JsValue> {
    let class: Function = Reflect::get(&js_sys::global(), &stream.into())?.dyn_into()?;
    let stream = Reflect::construct(&class, &Array::of1(&"gzip".into()))?;
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes)))?;
    let source = blob.stream();
    let pipe: Function = Reflect::get(&source, &"pipeThrough".into())?.dyn_into()?;
    let piped = pipe.call1(&source, &stream)?;
    let response = Response::new_with_opt_readable_stream(Some(piped.unchecked_ref()))?;
    let buffer = JsFuture::from(response.array_buffer()?).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
