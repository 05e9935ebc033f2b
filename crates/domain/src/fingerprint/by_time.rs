//! Versions of jobs that name none, by the time at which they worked.

use super::{Counted, JobSample};
use crate::ids::StageId;
use crate::time::Timestamp;

/// Tells jobs that worked at a stage and name no version of it which one it was, by what was seen of the stage's
/// service, in the order of time. What worked between one version and another is told nothing.
pub fn tell_versions(samples: &mut [JobSample], stage: &StageId, seen: &[(Timestamp, String)]) {
    for sample in samples.iter_mut().filter(|it| it.version_at(Some(stage)).is_none()) {
        let version = worked_at(sample, stage).and_then(|at| version_at(seen, at));
        sample.versions.extend(version.map(|it| (stage.clone(), it.to_owned())));
    }
}

/// When a job worked last at a stage.
fn worked_at(sample: &JobSample, stage: &StageId) -> Option<Timestamp> {
    let starts = sample.starts.iter().filter(|(it, _)| it == stage).map(|(_, at)| *at);
    let is_its_end = sample.stage.as_ref() == Some(stage);
    starts.max().or_else(|| sample.over_at().filter(|_| is_its_end))
}

/// What was seen right before an instant and right after it, or on the one side on which something was seen.
fn version_at(seen: &[(Timestamp, String)], at: Timestamp) -> Option<&str> {
    let next = seen.partition_point(|(time, _)| *time <= at);
    let (before, after) = (next.checked_sub(1).and_then(|it| seen.get(it)), seen.get(next));
    match (before, after) {
        (Some((time, before)), Some((_, after))) if before != after && *time < at => None,
        (before, after) => before.or(after).map(|(_, version)| version.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(all: &[(i64, &str)], at: i64, expected: Option<&str>) {
        let seen: Vec<_> = all.iter().map(|(at, it)| (Timestamp::from_secs(*at), (*it).to_owned())).collect();
        assert_eq!(version_at(&seen, Timestamp::from_secs(at)), expected);
    }

    #[test]
    fn what_ran_before_and_after_ran_in_between() {
        let taken_back = [(10, "v1"), (50, "v1"), (60, "v2"), (90, "v2"), (120, "v1")];
        check(&taken_back, 5, Some("v1"));
        check(&taken_back, 30, Some("v1"));
        check(&taken_back, 50, Some("v1"));
        check(&taken_back, 55, None);
        check(&taken_back, 60, Some("v2"));
        check(&taken_back, 75, Some("v2"));
        check(&taken_back, 100, None);
        check(&taken_back, 130, Some("v1"));
        check(&[], 10, None);
    }
}
