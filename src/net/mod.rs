//! How questions leave the browser: the transports, and how plans are driven to their end.

mod plan;

pub use plan::{Progress, use_plan};

use std::rc::Rc;

use inquiry::Transport;
use leptos::prelude::*;

/// A handle on the one transport that everything is asked through.
#[derive(Clone, Copy)]
pub struct Net {
    transport: RwSignal<Rc<dyn Transport>, LocalStorage>,
}

/// The handle that the app's root provides.
pub fn use_net() -> Net {
    expect_context()
}

/// The transport that questions go through now; follows a change of sources or recording.
pub fn transport() -> Rc<dyn Transport> {
    use_net().transport()
}

impl Net {
    /// Asks through this transport from now on.
    pub fn new(transport: Rc<dyn Transport>) -> Self {
        Self { transport: RwSignal::new_local(transport) }
    }

    /// The transport that questions go through now; tracked.
    pub fn transport(self) -> Rc<dyn Transport> {
        self.transport.get()
    }

    /// Asks through another one; everything visible is asked anew.
    pub fn switch_to(self, transport: Rc<dyn Transport>) {
        self.transport.set(transport);
    }
}
