//! What every test of an app begins with.

use std::sync::Arc;

use domain::system::SharedSystem;
use jobscope::state::Setup;

/// Nothing is configured but this system.
pub(crate) fn setup(system: SharedSystem) -> Setup {
    Setup {
        config: Arc::default(),
        system,
        sources: Default::default(),
        system_file: "".into(),
        warnings: Vec::new(),
    }
}
