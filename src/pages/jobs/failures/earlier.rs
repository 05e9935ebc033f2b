//! Jobs that began before the range and still hang: when they are asked for, and what was looked through, in words.

use std::sync::Arc;

use backends::ErrorKind;
use domain::format::sentence;
use domain::ids::JobId;
use domain::jobs::{Field, JobRow};
use domain::sorted::SortedSet;
use domain::time::{TimeDelta, TimeRange};
use inquiry::jobs::{EarlierReport, LOOK_BACK};
use leptos::prelude::*;

use super::super::model::Model;
use super::time_words;
use crate::net::{Progress, use_earlier};
use crate::pages::lifts::count_words;
use crate::state::Memo;

/// The range moves with each refresh; what lies before it is asked for again after this.
const ASKED_EVERY: TimeDelta = TimeDelta::from_secs(600);
/// A range that ends no longer ago reaches to now.
const REACHES_NOW: TimeDelta = TimeDelta::from_secs(60);

/// What is known of them, asked when the list of the range has been read.
pub(super) fn earlier_of(model: Model) -> ReadSignal<Progress<EarlierReport>> {
    let wanted = Memo::new(move |old: Option<&Option<TimeRange>>| {
        let wanted = time_before(model);
        let is_asked = old.is_some_and(|it| *it == wanted);
        wanted.filter(|_| is_asked || !model.is_waiting())
    });
    // A person who asks again asks this again, too; time that passes does not.
    let wished = Memo::new(move |old: Option<&u32>| {
        let tick = model.clock.tick().get();
        old.copied().filter(|_| !tick.is_wished).unwrap_or(tick.count)
    });
    use_earlier(move || Some((wanted.get()?, wished.get())), move || model.all.get_untracked())
}

/// The time before the range, as far back as lines are kept; `None` for a range of the past.
fn time_before(model: Model) -> Option<TimeRange> {
    let (range, now) = (model.clock.range().get(), model.clock.tick().get().at);
    let end = (range.start.floor_to(ASKED_EVERY) + ASKED_EVERY).min(now);
    let kept = model.system.with(|it| it.retention.logs).map_or(end - LOOK_BACK, |it| now - it);
    let before = TimeRange { start: (end - LOOK_BACK).max(kept), end };
    (range.end + REACHES_NOW >= now && before.start < range.start).then_some(before)
}

/// Those that pass the filters and have not turned up in the range meanwhile.
pub(super) fn rows(model: Model, progress: &Progress<EarlierReport>) -> Vec<Arc<JobRow>> {
    let Some(report) = progress.report.as_ref().filter(|it| !it.stuck.is_empty()) else { return Vec::new() };
    let (now, filter) = (model.now.get(), model.filter.get().without(Field::State).without(Field::Failure));
    let found: SortedSet<&JobId> = report.stuck.iter().map(|it| &it.id).collect();
    let listed: SortedSet<JobId> =
        model.all.with(|all| all.iter().map(|it| &it.id).filter(|id| found.contains(id)).cloned().collect());
    let is_shown = |it: &&Arc<JobRow>| !listed.contains(&it.id) && filter.passes(it, now);
    report.stuck.iter().filter(is_shown).cloned().collect()
}

/// What was looked through, and what came of it.
pub(super) fn words(model: Model, progress: &Progress<EarlierReport>, n: usize) -> Option<String> {
    let Some(report) = progress.report.as_ref().filter(|it| it.is_done) else {
        return progress
            .running
            .then(|| "Looking for jobs that began before this time and still hang …".to_owned());
    };
    let range = report.range;
    let length = match range.length().secs() / 3_600 {
        0 => range.length().to_string(),
        hours => format!("{hours} h"),
    };
    let found = match n {
        0 => "no job that began then still hangs".to_owned(),
        1 => "1 job that began then still hangs; it is not counted above".to_owned(),
        n => format!("{} jobs that began then still hang; they are not counted above", count_words(n)),
    };
    let back = time_words(model.clock, report.complete_from, range.end);
    let left_out = match report.n_left_out {
        0 => String::new(),
        n => format!(" {} more without an end were too many to look at.", count_words(n)),
    };
    let told = match &report.failure {
        Some(error) if error.kind == ErrorKind::NotRecorded => {
            "Whether jobs that began before this time still hang was not recorded.".to_owned()
        }
        Some(error) => format!(
            "The {length} before this time could not all be looked through for jobs that still hang: {}. {}",
            sentence(&error.to_string()).trim_end_matches('.'),
            error.next_step()
        ),
        None if report.complete_from > range.start => {
            format!(
                "Also looked through the lines before this time, back to {back}, where they became too many: {found}."
            )
        }
        None => format!("Also looked through the {length} before this time, from {back}: {found}."),
    };
    Some(told + &left_out)
}
