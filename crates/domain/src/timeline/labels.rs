//! What is written in bars: short, and the outcome last.

use crate::diagnosis::http::failed_status;
use crate::job::{Attempt, AttemptOutcome, JobState};

/// The longest error code that is written into a bar, in characters.
const MAX_CODE_CHARS: usize = 24;

/// An attempt in a few words: `attempt 3 · 403 · gave up`.
pub(super) fn attempt(attempt: &Attempt) -> String {
    let code = short_code(attempt);
    let outcome = match attempt.outcome {
        AttemptOutcome::Running => Some("running"),
        AttemptOutcome::Done => Some("done"),
        AttemptOutcome::Retried => code.is_none().then_some("retried"),
        AttemptOutcome::Failed => Some(if attempt.number > 1 { "gave up" } else { "failed" }),
        AttemptOutcome::Unknown => Some(if attempt.end.is_some() { "ended" } else { "end not seen" }),
    };
    let mut label = format!("attempt {}", attempt.number);
    for word in [code.as_deref(), outcome].into_iter().flatten() {
        label.push_str(" · ");
        label.push_str(word);
    }
    label
}

/// The HTTP status, else the error code if it is short enough to stand in a bar.
fn short_code(attempt: &Attempt) -> Option<String> {
    if !matches!(attempt.outcome, AttemptOutcome::Retried | AttemptOutcome::Failed) {
        return None;
    }
    let texts = [&attempt.error_code, &attempt.reason];
    let status = texts.into_iter().flatten().find_map(|it| failed_status(it));
    let code = || attempt.error_code.clone().filter(|it| it.chars().count() <= MAX_CODE_CHARS);
    status.map(|it| it.to_string()).or_else(code)
}

/// What stands where a stage was not reached.
pub(super) const fn never(state: JobState) -> &'static str {
    match state {
        JobState::Failed | JobState::Done => "never",
        JobState::Queued | JobState::Running | JobState::Stuck => "not yet",
        JobState::Unknown => "not seen",
    }
}
