//! Files that are dropped anywhere onto the app: kept for the job page, which opens traces.

use domain::view_state::Page;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::state::{Dropped, go_to, use_view};

/// Takes files from now on; tells whether one is held over the app.
pub(super) fn take_files() -> ReadSignal<bool> {
    let (view, over) = (use_view(), RwSignal::new(false));
    let dropped = Dropped::provide();
    let heard = move |event: web_sys::Event| {
        let is_drop = event.type_() == "drop";
        let data = event.unchecked_ref::<web_sys::DragEvent>().data_transfer();
        let files = data.filter(|it| it.types().includes(&"Files".into(), 0));
        // What takes other files, such as recordings, has said so by now.
        let is_ours = files.is_some() && !event.default_prevented() && event.type_() != "dragleave";
        over.set(is_ours && !is_drop);
        if !is_ours {
            return;
        }
        event.prevent_default();
        let file = files.and_then(|it| it.files()?.get(0));
        if let (true, Some(file)) = (is_drop, file) {
            dropped.0.set(Some(file));
            if view.state().with_untracked(|it| it.page != Page::Job) {
                view.push(|it| go_to(it, Page::Job));
            }
        }
    };
    for name in ["dragover", "dragleave", "drop"] {
        let listener = window_event_listener_untyped(name, heard);
        on_cleanup(move || listener.remove());
    }
    over.read_only()
}
