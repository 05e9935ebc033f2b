//! How the state of a job is shown.

use domain::job::JobState;

use crate::components::badge::Tone;

/// What a state means to whoever looks.
pub(crate) const fn tone(state: JobState) -> Tone {
    match state {
        JobState::Done => Tone::Done,
        JobState::Failed => Tone::Failed,
        JobState::Running => Tone::Running,
        JobState::Queued => Tone::Queued,
        JobState::Stuck => Tone::Stuck,
        JobState::Unknown => Tone::Unknown,
    }
}
