//! Written-out jobs: what is known on the left, what is made of it on the right.

mod beside;
mod cases;
mod celery;
mod header;
pub(crate) mod laws;
mod trouble;

use std::fmt::Write as _;

use super::{Evidence, Job, Moment, Origin, assemble};
use crate::ids::JobId;
use crate::system::System;
use crate::testing::{at, evidence, pipeline};
use crate::time::{Timestamp, civil_from_timestamp};

/// The job of the tests.
fn id() -> JobId {
    "j1".into()
}

/// What is made of written-out evidence at a time of day, compared with the picture in words.
#[track_caller]
fn check(now: &str, text: &str, expected: &str) {
    check_in(&pipeline(), now, text, expected);
}

#[track_caller]
fn check_in(system: &System, now: &str, text: &str, expected: &str) {
    let job = assemble(system, &id(), &evidence(system, text), at(now));
    let trimmed: Vec<&str> = expected.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    let shown = show(&job);
    assert_eq!(shown.trim().lines().map(str::trim).collect::<Vec<_>>(), trimmed, "\n{shown}");
}

/// A job in words: one row for each thing that it says.
pub(super) fn show(job: &Job) -> String {
    let mut out = String::new();
    writeln!(out, "{}: {} [{}]", job.state.name(), job.because, job.decided_by.map_or("-", origin)).unwrap();
    let moment = |it: Option<Moment>| {
        it.map_or("-".to_owned(), |it| format!("{} by {}", clock(it.at), origin(it.from)))
    };
    writeln!(out, "submitted {}, ended {}", moment(job.submitted), moment(job.ended)).unwrap();
    for run in &job.stages {
        writeln!(out, "{} {:?}", run.stage, run.state).unwrap();
        for it in &run.waits {
            let (queue, end) = (it.queue.as_deref().unwrap_or("-"), it.end.map_or("…".to_owned(), clock));
            let put_off =
                it.put_off_until.map_or(String::new(), |it| format!(" put off until {}", clock(it)));
            let retry = if it.is_retry { " before a retry" } else { "" };
            writeln!(out, "  wait {}..{end} {queue} by {}{put_off}{retry}", clock(it.start), origin(it.from))
                .unwrap();
        }
        for it in &run.attempts {
            let end = it.end.map_or("…".to_owned(), clock);
            write!(
                out,
                "  #{} {}..{end} {:?} by {}",
                it.number,
                clock(it.start),
                it.outcome,
                origin(it.from)
            )
            .unwrap();
            for word in [&it.error_code, &it.reason].into_iter().flatten() {
                write!(out, " “{word}”").unwrap();
            }
            writeln!(out).unwrap();
        }
    }
    if let Some(it) = &job.failure {
        let stage = it.stage.as_ref().map_or("-", |it| it.as_str());
        write!(out, "failure in {stage} at {} by {}", clock(it.at), origin(it.from)).unwrap();
        for (name, word) in [("code", &it.code), ("message", &it.message), ("exception", &it.exception)] {
            if let Some(word) = word {
                write!(out, " {name}=“{word}”").unwrap();
            }
        }
        writeln!(out).unwrap();
    }
    for note in &job.notes {
        writeln!(out, "{:?}: {}", note.kind, note.text).unwrap();
    }
    out
}

fn clock(at: Timestamp) -> String {
    let it = civil_from_timestamp(at, 0);
    let fraction = format!("{:03}", it.nanos / 1_000_000);
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{:02}:{:02}:{:02}{dot}{fraction}", it.hour, it.minute, it.second)
}

fn origin(from: Origin) -> &'static str {
    match from {
        Origin::Span(..) => "span",
        Origin::Line(_) => "line",
        Origin::Inferred => "inference",
    }
}

/// The evidence of all written-out cases, for laws that must hold for each.
fn all_cases() -> Vec<Evidence> {
    [cases::ALL, celery::ALL, trouble::ALL]
        .into_iter()
        .flatten()
        .map(|text| evidence(&pipeline(), text))
        .collect()
}
