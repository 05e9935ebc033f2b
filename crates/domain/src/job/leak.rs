//! Signs that lines under a job's id are of other work, whose worker did not clear its context.

use super::{Job, Origin};
use crate::logs::LogRecord;
use crate::time::TimeDelta;

/// Lines may come this long after a job's own word of its end.
const GRACE: TimeDelta = TimeDelta::from_secs(2);

/// What of a job's lines may be somebody else's.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Leak<'a> {
    /// The users that lines with the job's id name, each with the first line that does, in order of time. One job has
    /// one.
    pub(crate) users: Vec<(&'a str, &'a LogRecord)>,
    /// Lines with the job's id that come after its end from the service that ended it, in order of time. Of other
    /// services, lines after the end are nothing odd: a bill, a mail.
    pub(crate) late: Vec<&'a LogRecord>,
}

/// Looks for lines with a job's id that are of two users, or that come after its end from the same service.
pub(crate) fn leak<'a>(job: &Job, lines: &'a [LogRecord]) -> Leak<'a> {
    let mut own: Vec<&LogRecord> = lines.iter().filter(|it| it.roles.job.as_ref() == Some(&job.id)).collect();
    own.sort_by_key(|it| (it.time, it.key));
    own.dedup_by_key(|it| it.key);
    let mut users: Vec<(&str, &LogRecord)> = Vec::new();
    for line in &own {
        let Some(user) = line.roles.user.as_deref() else { continue };
        if !users.iter().any(|(it, _)| *it == user) {
            users.push((user, line));
        }
    }
    let late = job.ended.zip(ended_by(job, lines)).map(|(ended, service)| {
        let is_late = |it: &&LogRecord| it.time > ended.at + GRACE && *it.service == *service;
        own.iter().copied().filter(is_late).collect()
    });
    Leak { users, late: late.unwrap_or_default() }
}

/// The service whose word ended a job: that wrote the line, or else that worked last.
fn ended_by<'a>(job: &'a Job, lines: &'a [LogRecord]) -> Option<&'a str> {
    let line = match job.ended?.from {
        Origin::Line(key) => lines.iter().find(|it| it.key == key),
        Origin::Span(..) | Origin::Inferred => None,
    };
    let attempts = || job.stages.iter().flat_map(|it| &it.attempts);
    let worked_last = || attempts().max_by_key(|it| it.end).map(|it| it.service.as_str());
    line.map(|it| &*it.service).or_else(worked_last).filter(|it| !it.is_empty())
}
