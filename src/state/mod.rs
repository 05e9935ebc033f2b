//! What the whole app shares: the view (the URL), the clock, the configuration and the chosen system.

mod clock;
mod setup;
mod view;
mod zone;

pub use clock::{Clock, use_clock};
pub use setup::{Setup, SetupError, load_setup, provide_setup, use_config, use_system};
pub use view::{View, use_view};

/// Makes view and clock known to everything below the caller.
pub fn provide_state() {
    let view = View::new();
    leptos::prelude::provide_context(view);
    leptos::prelude::provide_context(Clock::new(view));
}
