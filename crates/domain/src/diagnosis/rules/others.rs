//! What other jobs tell about this one: a version that brought the failure, ids that change from step to step, lines
//! of somebody else's.

use std::collections::BTreeSet;

use super::super::case::Case;
use super::super::{Cause, Matched};
use super::Found;
use crate::fingerprint::{Counted, Fingerprint, JobSample, Since, groups};
use crate::job::{JobState, Origin};
use crate::logs::LogRecord;
use crate::time::TimeDelta;

/// Steps of one piece of work follow each other within this.
const STEP_GAP: TimeDelta = TimeDelta::from_secs(60);
/// So many steps under ids of their own are no chance.
const MIN_STEPS: usize = 3;

/// Every cause that shows in comparison.
pub(super) fn all(case: &Case) -> Vec<Found> {
    [bad_deploy(case), new_id_per_step(case), context_leak(case)].into_iter().flatten().collect()
}

/// The failure is new since the version that failed.
fn bad_deploy(case: &Case) -> Option<Found> {
    let failure = case.failure?;
    let others = &case.surroundings.others;
    // Jobs of a list are known by fewer words than this one: where it is among them, those are compared.
    let listed = others.iter().find(|it| it.id == case.job.id).and_then(|it| it.failure.clone());
    let own = listed.unwrap_or_else(|| Fingerprint::of(failure));
    let group = groups(others).into_iter().find(|it| it.fingerprint == own)?;
    let Since::Version { version, n_before, .. } = &group.since else { return None };
    if case.job.facts.version.as_ref().is_some_and(|it| it != version) {
        return None;
    }
    let n = group.jobs.len();
    let words = group.since.sentence()?;
    let cause = Cause {
        rule: "bad_deploy".to_owned(),
        sentence: format!("version {version} broke {}", case.stage),
        matched: vec![Matched::inferred(format!("{n} jobs failed so")), Matched::inferred(words.clone())],
        sure: if n >= 5 && *n_before >= 20 { 3 } else { 2 },
        why: format!("{n} jobs failed so; {words}"),
        would_refute: format!("a job of an older version that failed so, or one of {version} that passed"),
        runbook: None,
    };
    Some(Found { cause, depth: 0, covers: &[] })
}

/// Steps of one piece of work that each log under an id of their own: a job of one task, and neighbours like it.
fn new_id_per_step(case: &Case) -> Option<Found> {
    if !matches!(case.job.state, JobState::Stuck | JobState::Unknown | JobState::Running | JobState::Queued) {
        return None;
    }
    let own = JobSample::of(case.system, case.job, case.evidence);
    let user = own.user.as_ref()?;
    let [task] = own.tasks.as_slice() else { return None };
    let alike = |it: &&JobSample| it.id != own.id && it.user.as_ref() == Some(user) && it.tasks.len() == 1;
    let mut chain: Vec<&JobSample> = case.surroundings.others.iter().filter(alike).chain([&own]).collect();
    chain.sort_by_key(|it| it.at());
    let place = chain.iter().position(|it| it.id == own.id)?;
    let near = |a: &JobSample, b: &JobSample| {
        let end = a.last_seen.or(a.at());
        end.zip(b.at()).is_some_and(|(end, start)| start - end <= STEP_GAP)
    };
    let later = chain.windows(2).skip(place).take_while(|it| matches!(it, [a, b] if near(a, b))).count();
    let earlier =
        chain.windows(2).take(place).rev().take_while(|it| matches!(it, [a, b] if near(a, b))).count();
    let run = chain.get(place - earlier..place + later + 1)?;
    let tasks: BTreeSet<&String> = run.iter().flat_map(|it| &it.tasks).collect();
    if tasks.len() < MIN_STEPS || tasks.len() < run.len() {
        return None;
    }
    let ids: Vec<&str> = run.iter().map(|it| it.id.as_str()).collect();
    let cause = Cause {
        rule: "new_id_per_step".to_owned(),
        sentence: "each step of this work logs under a job id of its own, so no job seems to end".to_owned(),
        matched: vec![Matched::inferred(ids.join(", "))],
        sure: 2,
        why: format!(
            "this id has the one task {task}, and {} other ids of user {user} follow each other within {STEP_GAP}, each with one other task",
            run.len() - 1
        ),
        would_refute: "two of these ids that one person submitted as jobs of their own".to_owned(),
        runbook: None,
    };
    Some(Found { cause, depth: 0, covers: &[] })
}

/// Lines of two users under one id, or lines that go on after the job's end: a context that was not cleared.
fn context_leak(case: &Case) -> Option<Found> {
    let lines = case.own_lines();
    let named = |it: &&&LogRecord| it.roles.job.as_ref() == Some(&case.job.id);
    let mut first: Option<(&str, &LogRecord)> = None;
    let other = lines.iter().filter(named).find_map(|line| {
        let user = line.roles.user.as_deref()?;
        let (known, _) = *first.get_or_insert((user, line));
        (known != user).then_some((user, *line))
    });
    let (known, known_line) = first?;
    let (user, line) = other?;
    let cause = Cause {
        rule: "context_leak".to_owned(),
        sentence: "lines of another job are written under this id: a worker did not clear its context"
            .to_owned(),
        matched: vec![
            Matched::piece(&format!("user {known}"), Origin::Line(known_line.key)),
            Matched::piece(&format!("user {user}"), Origin::Line(line.key)),
        ],
        sure: 2,
        why: format!("its lines are of user {known} and of user {user}"),
        would_refute: "a reason why two users work on one job".to_owned(),
        runbook: None,
    };
    Some(Found { cause, depth: 0, covers: &[] })
}
