//! The configuration and the chosen system, as everything else finds them.

use std::sync::Arc;

use super::reactive::Memo;
use super::shared::shared_memo;
use domain::system::System;
use domain::warning::Warning;
use leptos::prelude::*;
use system::config::{Config, Sources};

/// What the app needs before it can show anything.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Which sources and systems there are.
    pub config: Arc<Config>,
    /// What the chosen deployment calls things.
    pub system: Arc<System>,
    /// Its servers: those of the configuration, and for the kinds that it does not name those of the system file.
    pub sources: Sources,
    /// The file that the system was read from, for recordings.
    pub system_file: Arc<str>,
    /// What was odd in either file.
    pub warnings: Vec<Warning>,
}

/// Why the app cannot begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupError {
    /// What could not be had or read, as a sentence without a full stop.
    pub what: String,
    /// Why: one for each mistake.
    pub causes: Vec<String>,
    /// What to do about it.
    pub next_step: String,
    /// The file that has mistakes which nobody has looked for yet.
    pub faulty: Option<FaultyFile>,
}

/// A file that has mistakes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultyFile {
    /// The configuration's text.
    Config(String),
    /// A system file's text.
    System(String),
}

impl SetupError {
    /// An error without further causes.
    pub fn new(what: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { what: what.into(), causes: Vec::new(), next_step: next_step.into(), faulty: None }
    }
}

/// A handle on the setup; it changes when another system is chosen or a recording brings its own.
#[derive(Clone, Copy)]
pub struct Setups(RwSignal<Setup>);

impl Setups {
    /// A handle that begins with this.
    pub fn new(setup: Setup) -> Self {
        Self(RwSignal::new(setup))
    }

    /// The setup; tracked.
    pub fn get(self) -> Setup {
        self.0.get()
    }

    /// The setup now; not tracked.
    pub fn get_untracked(self) -> Setup {
        self.0.get_untracked()
    }

    /// Tells what could not be loaded, and goes on with what there is.
    pub fn complain(self, error: &SetupError) {
        let text = format!("{}: {}", error.what, error.causes.join("; "));
        self.0.update(|it| it.warnings = vec![Warning::new("the system", text)]);
    }

    /// Goes on with another one.
    pub fn set(self, setup: Setup) {
        self.0.set(setup);
    }
}

/// The handle that the app's root provides.
pub fn use_setup() -> Setups {
    expect_context()
}

/// The chosen system; changes when another is chosen.
pub fn use_system() -> Memo<Arc<System>> {
    let setups = use_setup().0;
    shared_memo(move || setups.with(|it| it.system.clone()))
}

/// The configuration.
pub fn use_config() -> Arc<Config> {
    use_setup().0.with_untracked(|it| it.config.clone())
}
