//! The configuration and the chosen system, fetched by the boot script or here.

use std::sync::Arc;

use domain::system::System;
use leptos::prelude::*;

/// What the app needs before it can show anything.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Which sources there are and how they are reached.
    pub config: Arc<Config>,
    /// What the chosen deployment calls things.
    pub system: Arc<System>,
}

/// Stands in for the system crate's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {}

/// Why the app cannot begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupError {
    /// What could not be had or read.
    pub what: String,
    /// Why, in as many lines as there are mistakes.
    pub causes: Vec<String>,
}

/// Loads both.
///
/// # Errors
/// When one cannot be fetched or read.
pub async fn load_setup() -> Result<Setup, SetupError> {
    Ok(Setup { config: Arc::default(), system: Arc::default() })
}

/// Makes both known to everything below the caller.
pub fn provide_setup(setup: Setup) {
    provide_context(Setups(RwSignal::new(setup)));
}

/// The chosen system; changes when another is chosen.
pub fn use_system() -> Signal<Arc<System>> {
    let setups = expect_context::<Setups>().0;
    Signal::derive(move || setups.with(|it| it.system.clone()))
}

/// The configuration.
pub fn use_config() -> Arc<Config> {
    expect_context::<Setups>().0.with_untracked(|it| it.config.clone())
}

#[derive(Clone, Copy)]
struct Setups(RwSignal<Setup>);
