//! A file that was dropped onto the app and is not opened yet.

use leptos::prelude::*;

/// A handle on the file; whoever opens it takes it out.
#[derive(Clone, Copy)]
pub struct Dropped(pub RwSignal<Option<web_sys::File>, LocalStorage>);

impl Dropped {
    /// None yet.
    pub fn provide() -> Self {
        let dropped = Self(RwSignal::new_local(None));
        provide_context(dropped);
        dropped
    }
}
