//! What stands in each cell of a row.

use std::sync::Arc;

use domain::format::{Precision, clock as clock_text, clock_beside};
use domain::jobs::{Field, JobRow};
use domain::system::System;
use domain::time::{TimeDelta, Timestamp};
use leptos::prelude::*;

use super::mini::{picture, words};
use super::row::is_loud;
use crate::components::badge::Shape;
use crate::pages::states::tone;
use crate::state::{Clock, Memo};

/// What a cell needs to know of where it stands.
pub(super) struct CellPlace {
    pub(super) clock: Clock,
    pub(super) system: Arc<System>,
    pub(super) now: Memo<Timestamp>,
}

/// Whether a column stands at its right edge, as numbers do.
pub(super) const fn is_right(field: Field) -> bool {
    matches!(field, Field::Duration | Field::Wait | Field::Attempts)
}

/// One cell.
pub(super) fn cell(field: Field, job: &Arc<JobRow>, place: &CellPlace) -> AnyView {
    match field {
        Field::State => state(job),
        Field::Duration => total(job, place),
        Field::Timeline => timeline(job, place),
        Field::Job => {
            view! { <span class="mono id" title=job.id.to_string()>{job.id.to_string()}</span> }.into_any()
        }
        Field::ErrorCode => error(job),
        Field::Start => start(job, place),
        Field::Wait => plain("r", &wait(job.in_queues)),
        Field::Attempts => {
            plain("r", &if job.attempts > 0 { job.attempts.to_string() } else { "—".to_owned() })
        }
        Field::Stage | Field::FailedStage | Field::Kind | Field::Operation => {
            plain("", &texts(field, job, &place.system))
        }
        Field::Failure => plain("soft", &job.failure.as_ref().map(ToString::to_string).unwrap_or_default()),
        Field::Version | Field::Request => plain("mono", &texts(field, job, &place.system)),
        Field::Trace => plain("dim", &texts(field, job, &place.system)),
        Field::Message
        | Field::Domain
        | Field::Url
        | Field::User
        | Field::Mode
        | Field::Service
        | Field::Queue => plain("soft", &texts(field, job, &place.system)),
    }
}

fn plain(class: &'static str, text: &str) -> AnyView {
    view! { <span class=class title=text.to_owned()>{text.to_owned()}</span> }.into_any()
}

/// The values of a field, as a person reads them.
fn texts(field: Field, job: &JobRow, system: &System) -> String {
    let mut texts: Vec<String> = Vec::new();
    field.texts(job, |it| texts.push(field.value_title(system, it).into_owned()));
    texts.join(", ")
}

fn state(job: &JobRow) -> AnyView {
    let class = if is_loud(job.state) { "st loud" } else { "st" };
    view! {
        <span class=class title=job.because.clone()>
            <Shape tone=tone(job.state) />
            {job.state.name()}
        </span>
    }
    .into_any()
}

fn total(job: &Arc<JobRow>, place: &CellPlace) -> AnyView {
    let (job, now) = (job.clone(), place.now);
    let exact = format!("{} ms", job.total(now.get_untracked()).millis());
    let text = move || {
        let total = job.total(now.get());
        // What still grows is no finer than it changes, and what began before anything was read is longer.
        let total = if job.is_open() { TimeDelta::from_secs(total.secs()) } else { total };
        format!("{}{total}", if job.start_is_told { "" } else { "≥ " })
    };
    view! { <span class="r" title=exact>{text}</span> }.into_any()
}

fn timeline(job: &Arc<JobRow>, place: &CellPlace) -> AnyView {
    let (job, now) = (job.clone(), place.now);
    let title = words(&job, &place.system, now.get_untracked());
    view! {
        <span class="mini" role="img" aria-label=title.clone() title=title style:background=move || picture(&job, now.get())></span>
    }
    .into_any()
}

fn error(job: &JobRow) -> AnyView {
    let code = job.error_code.clone().unwrap_or_default();
    let message = job.error.clone().filter(|it| *it != code);
    let title = [code.clone(), message.clone().unwrap_or_default()].join(" ");
    view! {
        <span class="soft" title=title.trim().to_owned()>
            {code}
            {message.map(|it| view! { <span class="dim">{format!(" {it}")}</span> })}
        </span>
    }
    .into_any()
}

fn start(job: &JobRow, place: &CellPlace) -> AnyView {
    let offset_secs = place.clock.offset_secs(job.start);
    let now = place.now.get_untracked();
    let before = if job.start_is_told { "" } else { "≤ " };
    let text = format!("{before}{}", clock_beside(job.start, now, offset_secs, Precision::Seconds));
    let exact = clock_text(job.start, offset_secs, Precision::Millis);
    let zone = place.clock.zone_name(job.start);
    view! { <span class="nowrap" title=format!("{exact} {zone}")>{text}</span> }.into_any()
}

fn wait(length: TimeDelta) -> String {
    if length > TimeDelta::ZERO { length.to_string() } else { "—".to_owned() }
}
