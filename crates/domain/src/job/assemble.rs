//! From evidence to a job: the one door through which pages and plans come.

use super::{Evidence, Facts, Job, JobState, Origin, StageRun, StageState};
use crate::ids::JobId;
use crate::system::System;
use crate::time::Timestamp;

/// Puts a job together from whatever evidence there is, as it stands at `now`.
///
/// Pure, and the same for any order of the evidence. Says nothing that no piece of evidence says.
pub fn assemble(system: &System, id: &JobId, evidence: &Evidence, now: Timestamp) -> Job {
    let last_line = evidence.lines.iter().map(|it| it.time).max();
    let _ = now;
    Job {
        id: id.clone(),
        state: JobState::Unknown,
        because: "the evidence is too thin to say".to_owned(),
        decided_by: None::<Origin>,
        submitted: None,
        ended: None,
        last_seen: last_line,
        stages: system
            .stages
            .iter()
            .filter(|it| it.in_pipeline)
            .map(|it| StageRun {
                stage: it.id.clone(),
                state: StageState::Never,
                attempts: Vec::new(),
                waits: Vec::new(),
            })
            .collect(),
        failure: None,
        facts: Facts::default(),
        notes: Vec::new(),
    }
}
