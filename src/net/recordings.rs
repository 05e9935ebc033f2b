//! Recordings in a browser: played back without holding the page up, and saved as a file.

use backends::{BackendError, RequestSpec};
use inquiry::recording::{Recording, Replay};
use inquiry::{Head, LocalFuture, Transport};
use js_sys::{Array, Uint8Array};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use super::turns::give_turn;

/// Answers from a recording, each in a turn of its own: all at once would hold the page up.
pub(super) struct UnhurriedReplay(Replay);

impl UnhurriedReplay {
    pub(super) fn new(recording: Recording) -> Self {
        Self(Replay::new(recording))
    }
}

impl Transport for UnhurriedReplay {
    fn send<'a>(
        &'a self,
        request: RequestSpec,
        sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>> {
        Box::pin(async move {
            give_turn().await;
            self.0.send(request, sink).await
        })
    }

    fn breathe(&self) -> LocalFuture<'_, ()> {
        Box::pin(give_turn())
    }
}

/// Offers bytes to the person as a file to keep; false where the browser forbids it, as in some frames.
pub fn save_as_file(name: &str, media_type: &str, bytes: &[u8]) -> bool {
    offer(name, media_type, &Array::of1(&Uint8Array::from(bytes))).is_ok()
}

/// Offers what these texts or bytes make together.
///
/// # Errors
/// When the browser forbids it.
pub(super) fn offer(name: &str, media_type: &str, parts: &Array) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    // A sequence may mix texts and bytes, whatever the binding is called.
    let blob = Blob::new_with_u8_array_sequence_and_options(parts, &options)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&address)
}
