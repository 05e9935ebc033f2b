//! What other jobs tell about this one: a version that brought the failure, ids that change from step to step, lines
//! of somebody else's.

use std::collections::BTreeSet;

use super::super::case::Case;
use super::super::{Cause, Matched};
use super::Found;
use crate::fingerprint::{Counted, Fingerprint, Group, JobSample, Since, groups};
use crate::job::{JobState, Origin, leak};
use crate::time::TimeDelta;

/// Steps of one piece of work follow each other within this.
const STEP_GAP: TimeDelta = TimeDelta::from_secs(60);
/// Stages of one pipeline follow each other within this: the later one may wait for a worker.
const STAGE_GAP: TimeDelta = TimeDelta::from_secs(600);
/// Clocks and slow loggers make a step seem to begin so much before the one before it ended.
const START_EARLY: TimeDelta = TimeDelta::from_secs(2);
/// So many steps under ids of their own are no chance.
const MIN_STEPS: usize = 3;

/// Every cause that shows in comparison. `is_said`: whether somebody says outright what is wrong.
pub(super) fn all(case: &Case, is_said: bool) -> Vec<Found> {
    [bad_deploy(case, is_said), new_id_per_step(case), context_leak(case)].into_iter().flatten().collect()
}

/// The failure is new since the version that failed.
///
/// Where the failure says what is wrong, the version may have nothing to do with it.
fn bad_deploy(case: &Case, is_said: bool) -> Option<Found> {
    let failure = case.failure?;
    let others = &case.surroundings.others;
    // Jobs of a list are known by fewer words than this one: where it is among them, those are compared.
    let listed = others.iter().find(|it| it.id == case.job.id).and_then(|it| it.failure.clone());
    let own = listed.unwrap_or_else(|| Fingerprint::of(failure));
    let groups = groups(others);
    let group = groups.iter().find(|it| it.fingerprint == own)?;
    // Where too few jobs failed so to tell by themselves, the same error at another stage may.
    let (telling, at_stage) = match &group.since {
        Since::Version { .. } => (group, String::new()),
        Since::TooFewBefore { version, .. } => {
            let came_with_it =
                |it: &Group| matches!(&it.since, Since::Version { version: new, .. } if new == version);
            let elsewhere =
                groups.iter().find(|it| came_with_it(it) && it.fingerprint.is_same_error(&own))?;
            let stage = elsewhere.fingerprint.stage.as_ref().and_then(|it| case.system.stage(it));
            (elsewhere, format!("the same error at {} is ", stage.map_or("no stage", |it| it.title.as_str())))
        }
        Since::Older | Since::NoVersion => return None,
    };
    let Since::Version { version, n_before, .. } = &telling.since else { return None };
    // Services may be versioned apart: what another stage ran says nothing against it.
    let own = case.job.facts.versions.iter().find(|(stage, _)| failure.stage.as_ref() == Some(stage));
    if own.is_some_and(|(_, it)| it != version) {
        return None;
    }
    let failed = match group.jobs.len() {
        1 => "1 job failed so".to_owned(),
        n => format!("{n} jobs failed so"),
    };
    let words = format!("{at_stage}{}", telling.since.sentence()?);
    let cause = Cause {
        rule: "bad_deploy".to_owned(),
        sentence: format!("version {version} broke {}", case.stage),
        matched: vec![Matched::inferred(failed.clone()), Matched::inferred(words.clone())],
        sure: if telling.jobs.len() >= 5 && *n_before >= 20 && !is_said { 3 } else { 2 },
        why: format!("{failed}; {words}"),
        would_refute: format!("a job of an older version that failed so, or one of {version} that passed"),
        runbook: None,
    };
    Some(Found { cause, depth: 0, covers: &[] })
}

/// Steps of one piece of work that each log under an id of their own: a job of one step, and neighbours with the others.
fn new_id_per_step(case: &Case) -> Option<Found> {
    if !matches!(case.job.state, JobState::Stuck | JobState::Unknown | JobState::Running | JobState::Queued) {
        return None;
    }
    let own = JobSample::of(case.system, case.job, case.evidence);
    let user = own.user.as_ref()?;
    let by_stage = pipeline_chain(case, &own);
    let by_task =
        || chain(case, &own, |it| Some((0, it.tasks.first().filter(|_| it.tasks.len() == 1)?.clone())));
    let by_task = || by_task().filter(|it| it.len() >= MIN_STEPS);
    let steps = by_stage.or_else(by_task)?;
    let names: BTreeSet<&String> = steps.iter().map(|(_, name, _)| name).collect();
    if names.len() < steps.len() {
        return None;
    }
    let ids: Vec<&str> = steps.iter().map(|(_, _, it)| it.id.as_str()).collect();
    let step = steps.iter().find(|(_, _, it)| it.id == own.id).map(|it| it.1.clone()).unwrap_or_default();
    let cause = Cause {
        rule: "new_id_per_step".to_owned(),
        sentence: "each step of this work logs under a job id of its own, so no job seems to end".to_owned(),
        matched: vec![Matched::inferred(ids.join(", "))],
        sure: 2,
        why: format!(
            "this id has the one step {step}, and of other ids of user {user} {} follow each other closely, each with one other step",
            steps.len() - 1
        ),
        would_refute: "two of these ids that one person submitted as jobs of their own".to_owned(),
        runbook: None,
    };
    Some(Found { cause, depth: 1, covers: &["queue_stands", "message_lost"] })
}

/// A step: its place in the pipeline, its name, and the id that it ran under.
type Step<'a> = (usize, String, &'a JobSample);

/// The jobs of the same user that have one step each and follow each other closely, where the job is one of several.
fn chain<'a>(
    case: &Case<'a>,
    own: &'a JobSample,
    one_step: impl Fn(&JobSample) -> Option<(usize, String)>,
) -> Option<Vec<Step<'a>>> {
    let alike = |it: &&'a JobSample| it.id != own.id && it.user == own.user;
    let all = case.surroundings.others.iter().filter(alike).chain([own]);
    let mut all: Vec<Step> =
        all.filter_map(|it| one_step(it).map(|(place, name)| (place, name, it))).collect();
    all.sort_by_key(|(_, _, it)| it.at());
    let place = all.iter().position(|(_, _, it)| it.id == own.id)?;
    let near = |pair: &&[Step]| {
        let [(_, _, a), (_, _, b)] = pair else { return false };
        let end = a.last_seen.or(a.at());
        end.zip(b.at()).is_some_and(|(end, start)| start - end <= STEP_GAP)
    };
    let later = all.windows(2).skip(place).take_while(near).count();
    let earlier = all.windows(2).take(place).rev().take_while(near).count();
    (earlier + later > 0).then(|| all.drain(place - earlier..place + later + 1).collect())
}

/// The jobs of the same user that each have one stage of the pipeline, one stage after another.
fn pipeline_chain<'a>(case: &Case<'a>, own: &'a JobSample) -> Option<Vec<Step<'a>>> {
    let (place, name) = one_stage(case, own)?;
    let alike = |it: &&'a JobSample| it.id != own.id && it.user == own.user;
    let steps = case.surroundings.others.iter().filter(alike);
    let steps: Vec<Step> =
        steps.filter_map(|it| one_stage(case, it).map(|(place, name)| (place, name, it))).collect();
    let mut found: Vec<Step> = vec![(place, name, own)];
    let gap = |a: &JobSample, b: &JobSample| {
        let (end, start) = (a.last_seen.or(a.at())?, b.at()?);
        (end - START_EARLY <= start && start - end <= STAGE_GAP).then_some((start - end).nanos().abs())
    };
    while let Some((_, step)) = found.last().and_then(|(place, _, last)| {
        let next = steps.iter().filter(|it| it.0 == place + 1);
        next.filter_map(|it| Some((gap(last, it.2)?, it.clone()))).min_by_key(|it| it.0)
    }) {
        found.push(step);
    }
    while let Some((_, step)) = found.first().and_then(|(place, _, first)| {
        let before = steps.iter().filter(|it| it.0 + 1 == *place);
        before.filter_map(|it| Some((gap(it.2, first)?, it.clone()))).min_by_key(|it| it.0)
    }) {
        found.insert(0, step);
    }
    (found.len() > 1).then_some(found)
}

/// The one stage of the pipeline that a job began, where it began no other.
fn one_stage(case: &Case, it: &JobSample) -> Option<(usize, String)> {
    let (first, _) = it.starts.first()?;
    let is_only = it.starts.iter().all(|(stage, _)| stage == first);
    let mut pipeline = case.system.stages.iter().filter(|it| it.in_pipeline);
    let place = pipeline.position(|it| it.id == *first).filter(|_| is_only)?;
    Some((place, first.to_string()))
}

/// Lines of two users under one id, or lines that go on after the job's end from the service that ended it: a context
/// that was not cleared.
pub(super) fn context_leak(case: &Case) -> Option<Found> {
    let leak = leak(case.job, &case.evidence.lines);
    let (matched, sure, why, would_refute) = match (leak.users.as_slice(), leak.late.as_slice()) {
        ([(known, first), (user, line), ..], _) => (
            vec![
                Matched::piece(&format!("user {known}"), Origin::Line(first.key)),
                Matched::piece(&format!("user {user}"), Origin::Line(line.key)),
            ],
            2,
            format!("its lines are of user {known} and of user {user}"),
            "a reason why two users work on one job",
        ),
        // A service may have something to tell of a job that is over.
        (_, [first, ..]) => (
            vec![Matched::piece(&first.message, Origin::Line(first.key))],
            1,
            format!("{} wrote lines under this id after the job's end", first.service),
            "a reason why these lines come after the end, such as a report",
        ),
        (_, []) => return None,
    };
    let cause = Cause {
        rule: "context_leak".to_owned(),
        sentence: "lines of another job are written under this id: a worker did not clear its context"
            .to_owned(),
        matched,
        sure,
        why,
        would_refute: would_refute.to_owned(),
        runbook: None,
    };
    Some(Found { cause, depth: 0, covers: &[] })
}
