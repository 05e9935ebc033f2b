//! What counting and comparing needs to know of a job, in whatever form it is at hand.

use std::sync::Arc;

use super::{Fingerprint, JobSample};
use crate::ids::{JobId, StageId};
use crate::job::JobState;
use crate::jobs::{Field, JobRow};
use crate::time::Timestamp;

/// A job among others, in as much as they are counted and compared.
pub trait Counted {
    /// What it is called.
    fn id(&self) -> &JobId;
    /// How it stands.
    fn state(&self) -> JobState;
    /// When it was accepted, as far back as is known.
    fn submitted(&self) -> Option<Timestamp>;
    /// When it ended, for one that did.
    fn ended(&self) -> Option<Timestamp>;
    /// The last sign of life.
    fn last_seen(&self) -> Option<Timestamp>;
    /// The stage that it is in, or ended in.
    fn stage(&self) -> Option<&StageId>;
    /// Whether it came to a stage.
    fn has_reached(&self, stage: &StageId) -> bool;
    /// What its failure is known by, for one that has one.
    fn failure(&self) -> Option<&Fingerprint>;
    /// The version of the service that failed, or of the last that worked.
    fn version(&self) -> Option<&str>;
    /// The version of the service that worked last at each stage, for those that are told.
    fn versions(&self) -> &[(StageId, String)];
    /// What it has that other jobs may have as well: names and values, those of one name together, each pair once.
    fn attributes<'a>(&'a self, each: impl FnMut(&'a str, &'a str));

    /// When it was there: its submission, else the last sign of it.
    fn at(&self) -> Option<Timestamp> {
        self.submitted().or(self.last_seen())
    }

    /// Whether it was accepted before this.
    fn is_from_before(&self, at: Timestamp) -> bool {
        self.at().is_some_and(|it| it < at)
    }

    /// When it was over: its end, else the last sign of it.
    fn over_at(&self) -> Option<Timestamp> {
        self.ended().or(self.last_seen()).or(self.submitted())
    }

    /// The version at a stage. Services may be versioned apart: another stage's says nothing of this one.
    fn version_at(&self, stage: Option<&StageId>) -> Option<&str> {
        let told = self.versions();
        let Some(stage) = stage.filter(|_| !told.is_empty()) else { return self.version() };
        told.iter().find(|(it, _)| it == stage).map(|(_, version)| version.as_str())
    }

    /// What its failure is known by, if it has failed or hangs. One that is still tried again has not failed.
    fn settled_failure(&self) -> Option<&Fingerprint> {
        self.failure().filter(|_| has_failed(self.state()))
    }
}

/// Whether a job in this state counts as a failure.
pub(crate) const fn has_failed(state: JobState) -> bool {
    match state {
        JobState::Failed | JobState::Stuck => true,
        JobState::Queued | JobState::Running | JobState::Done | JobState::Unknown => false,
    }
}

impl Counted for JobSample {
    fn id(&self) -> &JobId {
        &self.id
    }

    fn state(&self) -> JobState {
        self.state
    }

    fn submitted(&self) -> Option<Timestamp> {
        self.submitted
    }

    fn ended(&self) -> Option<Timestamp> {
        self.ended
    }

    fn last_seen(&self) -> Option<Timestamp> {
        self.last_seen
    }

    fn stage(&self) -> Option<&StageId> {
        self.stage.as_ref()
    }

    fn has_reached(&self, stage: &StageId) -> bool {
        self.reached.contains(stage)
    }

    fn failure(&self) -> Option<&Fingerprint> {
        self.failure.as_ref()
    }

    fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    fn versions(&self) -> &[(StageId, String)] {
        &self.versions
    }

    fn attributes<'a>(&'a self, mut each: impl FnMut(&'a str, &'a str)) {
        self.attributes.iter().for_each(|(name, value)| each(name, value));
    }
}

/// Fields of rows that jobs may have in common, in the order of their words.
const COMMON: [Field; 6] =
    [Field::Domain, Field::Kind, Field::Mode, Field::Operation, Field::User, Field::Version];

impl Counted for JobRow {
    fn id(&self) -> &JobId {
        &self.id
    }

    fn state(&self) -> JobState {
        self.state
    }

    fn submitted(&self) -> Option<Timestamp> {
        Some(self.start)
    }

    /// Where lines tell of submissions and none tells of this one's, it lies before what was read.
    fn is_from_before(&self, at: Timestamp) -> bool {
        self.start < at || !self.start_is_told
    }

    fn ended(&self) -> Option<Timestamp> {
        self.end
    }

    fn last_seen(&self) -> Option<Timestamp> {
        Some(self.last_seen)
    }

    fn stage(&self) -> Option<&StageId> {
        self.telling_stage()
    }

    fn has_reached(&self, stage: &StageId) -> bool {
        self.reached.contains(stage)
    }

    fn failure(&self) -> Option<&Fingerprint> {
        self.failure.as_ref()
    }

    fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    fn versions(&self) -> &[(StageId, String)] {
        &self.versions
    }

    fn attributes<'a>(&'a self, mut each: impl FnMut(&'a str, &'a str)) {
        for field in COMMON {
            field.texts(self, |value| each(field.word(), value));
        }
        self.attribute_pairs().for_each(|(name, value)| each(name, value));
    }
}

impl<T: Counted> Counted for Arc<T> {
    fn id(&self) -> &JobId {
        (**self).id()
    }

    fn state(&self) -> JobState {
        (**self).state()
    }

    fn submitted(&self) -> Option<Timestamp> {
        (**self).submitted()
    }

    fn ended(&self) -> Option<Timestamp> {
        (**self).ended()
    }

    fn last_seen(&self) -> Option<Timestamp> {
        (**self).last_seen()
    }

    fn stage(&self) -> Option<&StageId> {
        (**self).stage()
    }

    fn has_reached(&self, stage: &StageId) -> bool {
        (**self).has_reached(stage)
    }

    fn is_from_before(&self, at: Timestamp) -> bool {
        (**self).is_from_before(at)
    }

    fn failure(&self) -> Option<&Fingerprint> {
        (**self).failure()
    }

    fn version(&self) -> Option<&str> {
        (**self).version()
    }

    fn versions(&self) -> &[(StageId, String)] {
        (**self).versions()
    }

    fn attributes<'a>(&'a self, each: impl FnMut(&'a str, &'a str)) {
        (**self).attributes(each);
    }
}
