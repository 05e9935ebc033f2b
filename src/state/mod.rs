//! What the whole app shares: the view (the URL), the clock, the configuration and the chosen system.

mod clock;
mod dropped;
mod kept;
mod reactive;
mod setup;
mod shared;
mod view;
mod zone;

pub use clock::{BusyGuard, Clock, Tick, use_clock};
pub use dropped::Dropped;
pub use kept::{kept_words, toggle_word};
pub use reactive::{Memo, effect};
pub use setup::{FaultyFile, Setup, SetupError, Setups, use_config, use_setup, use_system};
pub use shared::shared_memo;
pub use view::{View, go_to, use_view};
