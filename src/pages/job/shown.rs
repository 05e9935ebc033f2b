//! What stands below the head of the job page, by what is known and which tab is open.

use domain::view_state::Tab;

/// What the page has to show.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The first answer is not there yet.
    Waiting,
    /// Nothing was found.
    Empty,
    /// There is something of the job.
    Data,
}

/// What stands below the head; the same while nothing but its contents changes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// The places of what is to come.
    Waiting,
    /// What may help where nothing was found.
    Empty,
    /// The steps of debugging.
    Debug,
    /// Another job beside it.
    Compare,
    /// Timeline, lines or waterfall.
    Work,
}

impl Body {
    /// That of a stage, on a tab.
    pub(super) const fn of(stage: Stage, tab: Tab) -> Self {
        match (stage, tab) {
            (Stage::Empty, _) => Self::Empty,
            // The waterfall is built while its spans are on their way.
            (Stage::Waiting, Tab::Trace) => Self::Work,
            (Stage::Waiting, _) => Self::Waiting,
            (Stage::Data, Tab::Debug) => Self::Debug,
            (Stage::Data, Tab::Compare) => Self::Compare,
            (Stage::Data, Tab::Timeline | Tab::Logs | Tab::Trace | Tab::Failures) => Self::Work,
        }
    }
}
