//! Jobs that are not what they seem: one piece of work under many ids, or one id on the lines of several.

use std::collections::{BTreeMap, BTreeSet};

use super::Verdict;
use super::sentence::{Sentence, counted};
use crate::ids::JobId;
use crate::job::{Job, leak};
use crate::logs::{EventKind, LogRecord};
use crate::time::{TimeDelta, Timestamp};

/// How near to each other the steps of one piece of work begin.
const NEAR: TimeDelta = TimeDelta::from_secs(120);
/// Ids with one step each, this job's among them, that make a pattern.
const MIN_IDS: usize = 3;

/// Whether jobs of the same user, near in time, have exactly one step each: then the steps of one piece of work
/// have each got an id of their own. `lines` are of all jobs around this one.
pub fn one_id_per_step(job: &Job, lines: &[LogRecord]) -> Verdict {
    let mut jobs: BTreeMap<&JobId, (BTreeSet<&str>, Timestamp, Option<&str>)> = BTreeMap::new();
    for line in lines {
        let Some(id) = &line.roles.job else { continue };
        let it = jobs.entry(id).or_insert((BTreeSet::new(), line.time, None));
        if !tells_of_the_whole(line) {
            it.0.extend(line.roles.task.as_deref().or(line.roles.stage.as_ref().map(|it| it.as_str())));
        }
        it.1 = it.1.min(line.time);
        it.2 = it.2.or(line.roles.user.as_deref());
    }
    let Some((steps, begun, user)) = jobs.get(&job.id).cloned() else {
        return Verdict::not_applicable("no line that was found names this job and its step");
    };
    if steps.len() > 1 {
        return Verdict::nothing(format!(
            "this job has {} under one id, as it should",
            counted(steps.len(), "step")
        ));
    }
    let alike: Vec<(&JobId, &str)> = jobs
        .iter()
        .filter(|(_, (steps, at, who))| {
            let apart = if *at > begun { *at - begun } else { begun - *at };
            steps.len() == 1 && *who == user && apart <= NEAR
        })
        .filter_map(|(id, (steps, ..))| Some((*id, *steps.first()?)))
        .collect();
    let kinds: BTreeSet<&str> = alike.iter().map(|it| it.1).collect();
    let whose = user.map_or_else(String::new, |it| format!(" of user {it}"));
    if alike.len() < MIN_IDS || kinds.len() < 2 {
        return Verdict::nothing(format!(
            "this job has one step, and no other ids{whose} near it look like its other steps"
        ));
    }
    let named: Vec<String> = alike.iter().take(4).map(|(id, step)| format!("{id}: {step}")).collect();
    Verdict::something(Sentence::of(format!(
        "{}{whose} within {NEAR} have one step each ({}): the steps of one piece of work seem to get a new id each",
        counted(alike.len(), "job id"),
        named.join(", ")
    )))
}

/// Whether a line tells of the job and of none of its steps, whatever task wrote it.
fn tells_of_the_whole(line: &LogRecord) -> bool {
    use EventKind::{JobFailed, JobSubmitted, JobSucceeded};
    line.event.as_ref().is_some_and(|it| matches!(it.kind, JobSubmitted | JobSucceeded | JobFailed))
}

/// Whether lines with this job's id belong to somebody else: of two users, or after its end from the service that ended
/// it.
pub fn context_leak(job: &Job, lines: &[LogRecord]) -> Verdict {
    let leak = leak(job, lines);
    if leak.users.len() > 1 {
        let users: Vec<&str> = leak.users.iter().map(|(user, _)| *user).collect();
        return Verdict::something(Sentence::of(format!(
            "lines with this job's id name {}: {}; a worker kept the context of the work before",
            counted(users.len(), "user"),
            users.join(", ")
        )));
    }
    let user = leak.users.first().map(|(user, _)| *user);
    let Some(ended) = job.ended else {
        return Verdict::nothing(match user {
            Some(user) => {
                format!("all its lines name user {user}, and it has no end after which lines could come")
            }
            None => "its lines name no user, and it has no end after which lines could come".to_owned(),
        });
    };
    match leak.late.last() {
        Some(last) => Verdict::something(
            Sentence::of(format!(
                "{} of {} with this job's id after its end at ",
                counted(leak.late.len(), "line"),
                last.service
            ))
            .at(ended.at)
            .then(", the last at ")
            .at(last.time)
            .then(": the context was not cleared"),
        ),
        None => Verdict::nothing(match user {
            Some(user) => {
                format!("all its lines name user {user}, and none of the service that ended it comes after")
            }
            None => "no line with its id comes after its end from the service that ended it".to_owned(),
        }),
    }
}
