//! Words for differences, and where the two jobs are seen by themselves.

use domain::compare::{Change, StageDiff, StageTimes};
use domain::format::{Precision, clock_beside};
use domain::ids::JobId;
use domain::job::{Job, StageState};
use domain::logs::LineKey;
use domain::time::{Moment, RangeSpec, TimeDelta, TimeRange, Timestamp};
use domain::view_state::{Page, Tab};

use super::run::CompareRun;
use crate::components::badge::Tone;
use crate::state::{Clock, go_to};

/// What is shown around a job that lies outside the visible range.
const MARGIN: TimeDelta = TimeDelta::from_secs(60);

/// ` of the kind “Import”`; nothing where the kind is not known.
pub(super) fn of_kind(kind: &Option<String>) -> String {
    kind.as_ref().map(|it| format!(" of the kind “{it}”")).unwrap_or_default()
}

/// The time of day, with its date where that is not the day of `beside`.
pub(super) fn wall(clock: Clock, at: Timestamp, beside: Timestamp) -> String {
    clock_beside(at, beside, clock.offset_secs(at), Precision::Seconds)
}

/// `+2.4 s`, `−310 ms`; empty for no difference.
pub(super) fn signed(by: TimeDelta) -> String {
    match by.nanos() {
        0 => String::new(),
        1.. => format!("+{by}"),
        _ => by.to_string(),
    }
}

/// `3.1×`, `0.25×`, `120×`; empty where one of them took no time.
pub(super) fn times(this: TimeDelta, other: TimeDelta) -> String {
    let times = this.as_secs_f64() / other.as_secs_f64();
    if !times.is_finite() || times <= 0.0 {
        return String::new();
    }
    let decimals = match times {
        ..0.995 => 2,
        0.995..9.95 => 1,
        _ => 0,
    };
    format!("{times:.decimals$}×")
}

/// `+2.4 s, 3.1×`.
pub(super) fn by_how_much(this: TimeDelta, other: TimeDelta) -> String {
    let parts = [signed(this - other), times(this, other)];
    let parts: Vec<String> = parts.into_iter().filter(|it| !it.is_empty() && it != "1.0×").collect();
    parts.join(", ")
}

/// What changed about a stage, and by how much.
pub(super) fn change_words(diff: &StageDiff) -> (&'static str, String) {
    let part = |part: fn(&StageTimes) -> TimeDelta| match (&diff.this, &diff.other) {
        (Some(this), Some(other)) => by_how_much(part(this), part(other)),
        (Some(_), None) | (None, _) => String::new(),
    };
    let in_all: fn(&StageTimes) -> TimeDelta = StageTimes::all;
    match diff.change {
        Change::Same => ("same", part(in_all)),
        Change::Missing => ("missing", "not reached here".to_owned()),
        Change::New => ("new", "not reached by the other".to_owned()),
        Change::EndedOtherwise => ("ended otherwise", part(in_all)),
        Change::WorkedLonger(_) => ("longer", part(|it| it.worked)),
        Change::WorkedShorter(_) => ("shorter", part(|it| it.worked)),
        Change::WaitedLonger(_) => ("waited longer", part(|it| it.waited)),
        Change::WaitedShorter(_) => ("waited less", part(|it| it.waited)),
    }
}

/// A stage's state: what it means and the word for it.
pub(super) const fn state_words(state: StageState) -> (Tone, &'static str) {
    match state {
        StageState::Never => (Tone::Unknown, "never reached"),
        StageState::Waiting => (Tone::Queued, "waiting"),
        StageState::Running => (Tone::Running, "running"),
        StageState::Retrying => (Tone::Stuck, "to be tried again"),
        StageState::Done => (Tone::Done, "done"),
        StageState::Failed => (Tone::Failed, "failed"),
        StageState::Unknown => (Tone::Unknown, "no word of its end"),
    }
}

/// The address of one of the two jobs: its page, or one of its lines; the visible range moves to it where it must.
pub(super) fn address_of(run: CompareRun, job: &Job, id: &JobId, line: Option<LineKey>) -> String {
    let visible = run.clock.range().get();
    let began = job.submitted.map(|it| it.at).or(job.last_seen);
    let ended = job.ended.map(|it| it.at).or(job.last_seen).or(began);
    let is_visible = began.zip(ended).is_none_or(|(from, to)| visible.start <= from && to <= visible.end);
    run.model.view.href(|it| {
        go_to(it, Page::Job);
        it.job = Some(id.clone());
        if let (false, Some(from), Some(to)) = (is_visible, began, ended) {
            it.range = RangeSpec::fixed(TimeRange { start: from, end: to }.widened_by(MARGIN));
        }
        if line.is_some() {
            (it.tab, it.line) = (Tab::Logs, line);
        }
    })
}

/// The visible range, reaching so much further back than this job.
pub(super) fn reaching_back(range: RangeSpec, began: Timestamp, by: TimeDelta) -> RangeSpec {
    RangeSpec { from: Moment::At((began - by).floor_to(TimeDelta::from_secs(1))), ..range }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(this_millis: i64, other_millis: i64, expected: &str) {
        let length = TimeDelta::from_millis;
        assert_eq!(by_how_much(length(this_millis), length(other_millis)), expected);
    }

    #[test]
    fn differences_have_a_sign_a_unit_and_a_ratio() {
        check(3_540, 1_140, "+2.4 s, 3.1×");
        check(1_000, 4_000, "−3 s, 0.25×");
        check(240_000, 2_000, "+3 min 58 s, 120×");
        check(2_010, 2_000, "+10 ms");
        check(2_000, 2_000, "");
        check(5_000, 0, "+5 s");
        check(0, 5_000, "−5 s");
    }
}
