//! Versions of jobs that name none, by the time at which they worked.

use super::{Counted, JobSample};
use crate::debug::Sighting;
use crate::ids::StageId;
use crate::time::Timestamp;

/// Tells jobs that worked at a stage and name no version of it which one it was, by what was seen of the stage's
/// service. What worked while another version may have taken over is told nothing.
pub fn tell_versions(samples: &mut [JobSample], stage: &StageId, seen: &[Sighting]) {
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

/// The one version that can have run at an instant: seen before it and after it, or on the one side that was seen.
fn version_at(seen: &[Sighting], at: Timestamp) -> Option<&str> {
    let before = seen.iter().filter(|it| it.first <= at).max_by_key(|it| it.last.min(at));
    let after = seen.iter().filter(|it| it.last >= at).min_by_key(|it| it.first.max(at));
    match (before, after) {
        (Some(before), Some(after)) if before.version != after.version => None,
        (Some(_), Some(_)) if seen.iter().filter(|it| it.first <= at && it.last >= at).count() > 1 => None,
        (before, after) => before.or(after).map(|it| it.version.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(all: &[(&str, i64)]) -> Vec<Sighting> {
        let spans = all.iter().map(|(version, at)| ((*version).to_owned(), Timestamp::from_secs(*at), false));
        Sighting::group(spans)
    }

    #[track_caller]
    fn check(all: &[(&str, i64)], at: i64, expected: Option<&str>) {
        assert_eq!(version_at(&seen(all), Timestamp::from_secs(at)), expected);
    }

    #[test]
    fn what_ran_before_and_after_ran_in_between() {
        let one_after_the_other = [("v1", 10), ("v1", 50), ("v2", 60), ("v2", 90)];
        check(&one_after_the_other, 5, Some("v1"));
        check(&one_after_the_other, 30, Some("v1"));
        check(&one_after_the_other, 50, Some("v1"));
        check(&one_after_the_other, 55, None);
        check(&one_after_the_other, 60, Some("v2"));
        check(&one_after_the_other, 99, Some("v2"));
        check(&[], 10, None);
        let both_at_once = [("v1", 10), ("v2", 40), ("v1", 60), ("v2", 90)];
        check(&both_at_once, 20, Some("v1"));
        check(&both_at_once, 50, None);
        check(&both_at_once, 70, Some("v2"));
    }
}
