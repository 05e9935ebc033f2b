//! What stands in each cell of a row.

use domain::format::{Precision, clock as clock_text, clock_beside};
use domain::jobs::{Field, JobRow};
use domain::system::System;
use domain::time::{TimeDelta, Timestamp};

use super::mini::{picture, words};
use super::row::{DrawnCell, is_loud};
use crate::pages::states::tone;
use crate::state::Clock;

/// What a cell needs to know of where it stands.
pub(super) struct CellPlace<'a> {
    pub(super) clock: Clock,
    pub(super) system: &'a System,
    /// Until when what goes on has lasted.
    pub(super) now: Timestamp,
}

/// Whether a column stands at its right edge, as numbers do.
pub(super) const fn is_right(field: Field) -> bool {
    matches!(field, Field::Duration | Field::Wait | Field::Attempts | Field::Users)
}

/// One cell.
pub(super) fn cell(field: Field, job: &JobRow, place: &CellPlace) -> DrawnCell {
    let texts = || texts(field, job, place.system);
    match field {
        Field::State => state(job),
        Field::Duration => total(job, place.now),
        Field::Timeline => timeline(job, place),
        Field::Job => plain("mono id", job.id.to_string()),
        Field::ErrorCode => error(job),
        Field::Start => start(job, place),
        Field::Wait => plain("r", wait(job.in_queues)),
        Field::Attempts => {
            plain("r", if job.attempts > 0 { job.attempts.to_string() } else { "—".to_owned() })
        }
        Field::Users => users(job),
        Field::Stage | Field::FailedStage | Field::Kind | Field::Operation => plain("", texts()),
        Field::Failure => plain("soft", job.failure.as_ref().map(ToString::to_string).unwrap_or_default()),
        Field::Version | Field::Request => plain("mono", texts()),
        Field::Trace => plain("dim", texts()),
        Field::Message
        | Field::Domain
        | Field::Url
        | Field::User
        | Field::Mode
        | Field::Attribute
        | Field::Service
        | Field::Queue => plain("soft", texts()),
    }
}

fn plain(class: &'static str, text: String) -> DrawnCell {
    DrawnCell { class, title: text.clone(), text, ..DrawnCell::default() }
}

/// The values of a field, as a person reads them.
fn texts(field: Field, job: &JobRow, system: &System) -> String {
    let mut texts: Vec<String> = Vec::new();
    field.texts(job, |it| texts.push(field.value_title(system, it).into_owned()));
    texts.join(", ")
}

fn state(job: &JobRow) -> DrawnCell {
    DrawnCell {
        class: if is_loud(job.state) { "st loud" } else { "st" },
        tone: Some(tone(job.state)),
        text: job.state.name().to_owned(),
        title: job.because.clone(),
        ..DrawnCell::default()
    }
}

fn total(job: &JobRow, now: Timestamp) -> DrawnCell {
    let exact = job.total(now);
    // What still grows is no finer than it changes, and what has an end that nobody knows is longer.
    let total = if job.state.goes_on() { TimeDelta::from_secs(exact.secs()) } else { exact };
    DrawnCell {
        class: "r",
        text: format!("{}{total}", if job.is_total_told() { "" } else { "≥ " }),
        title: format!("{} ms", exact.millis()),
        ..DrawnCell::default()
    }
}

fn timeline(job: &JobRow, place: &CellPlace) -> DrawnCell {
    DrawnCell {
        class: "mini",
        title: words(job, place.system, place.now),
        picture: picture(job, place.now),
        ..DrawnCell::default()
    }
}

fn error(job: &JobRow) -> DrawnCell {
    let code = job.error_code.clone().unwrap_or_default();
    let message = job.error.as_deref().filter(|it| *it != code).unwrap_or_default();
    DrawnCell {
        class: "soft",
        title: format!("{code} {message}").trim().to_owned(),
        more: if message.is_empty() { String::new() } else { format!(" {message}") },
        text: code,
        ..DrawnCell::default()
    }
}

fn start(job: &JobRow, place: &CellPlace) -> DrawnCell {
    let offset_secs = place.clock.offset_secs(job.start);
    let before = if job.start_is_told { "" } else { "≤ " };
    let exact = clock_text(job.start, offset_secs, Precision::Millis);
    DrawnCell {
        class: "nowrap",
        text: format!("{before}{}", clock_beside(job.start, place.now, offset_secs, Precision::Seconds)),
        title: format!("{exact} {}", place.clock.zone_name(job.start)),
        ..DrawnCell::default()
    }
}

/// How many users its lines name: more than one should not be.
fn users(job: &JobRow) -> DrawnCell {
    let n = job.users.len();
    let several = || {
        let names = job.users.join(", ");
        format!("its lines name {n} users, {names}: a worker may have kept the context of the work before")
    };
    DrawnCell {
        class: if n > 1 { "r several" } else { "r" },
        text: if n > 0 { n.to_string() } else { "—".to_owned() },
        title: if n > 1 { several() } else { String::new() },
        ..DrawnCell::default()
    }
}

fn wait(length: TimeDelta) -> String {
    if length > TimeDelta::ZERO { length.to_string() } else { "—".to_owned() }
}
