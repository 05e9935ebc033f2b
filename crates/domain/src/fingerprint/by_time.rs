//! The version that jobs met at a stage, told by what was seen of versions while they worked.

use crate::ids::{StageId, TraceId};
use crate::sorted::SortedSet;
use crate::time::{TimeDelta, Timestamp};

use super::{Counted, Fingerprint, JobSample};

/// Clocks of a line and a span of one instant may differ so much.
const CLOCKS: TimeDelta = TimeDelta::from_secs(2);

/// One sight of a version: a span of the service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionSeen {
    /// When.
    pub at: Timestamp,
    /// Which.
    pub version: String,
    /// The trace of the span.
    pub trace: Option<TraceId>,
}

/// Tells jobs that name no version of a stage which one worked there last: that of a span of their own of that time,
/// else what ran right before and right after. `seen` is in the order of time.
///
/// Time is a guess, and one wrong guess makes a failure seem older than the version that brought it: jobs that failed
/// as others did whose own spans tell are not guessed. Where two versions ran side by side (a canary, a slow
/// roll-out), time tells nothing.
pub fn tell_versions(samples: &mut [JobSample], stage: &StageId, seen: &[VersionSeen]) {
    let mut of_traces: Vec<(TraceId, Timestamp, &str)> =
        seen.iter().filter_map(|it| Some((it.trace?, it.at, it.version.as_str()))).collect();
    of_traces.sort_unstable();
    let mut known: SortedSet<Fingerprint> = SortedSet::new();
    for sample in samples.iter_mut() {
        let version =
            sample.version_at(Some(stage)).is_none().then(|| of_own_span(sample, stage, &of_traces));
        sample.versions.extend(version.flatten().map(|it| (stage.clone(), it.to_owned())));
        if let (Some(_), Some(failure)) = (sample.version_at(Some(stage)), &sample.failure) {
            known.insert(failure.clone());
        }
    }
    let runs = Runs::of(seen);
    let is_known = |it: &JobSample| it.failure.as_ref().is_some_and(|failure| known.contains(failure));
    for sample in samples.iter_mut().filter(|it| it.version_at(Some(stage)).is_none() && !is_known(it)) {
        let version = worked_at(sample, stage).and_then(|at| runs.version_at(at));
        sample.versions.extend(version.map(|it| (stage.clone(), it.to_owned())));
    }
}

/// The version in the last span of a job's traces, unless that is of an earlier attempt, which may have met another.
/// `of_traces` is in order.
fn of_own_span<'a>(
    sample: &JobSample,
    stage: &StageId,
    of_traces: &[(TraceId, Timestamp, &'a str)],
) -> Option<&'a str> {
    let from = worked_at(sample, stage)? - CLOCKS;
    let last = |trace: &TraceId| {
        let end = of_traces.partition_point(|(it, _, _)| it <= trace);
        let (found, at, version) = of_traces.get(end.checked_sub(1)?)?;
        (found == trace && *at >= from).then_some((*at, *version))
    };
    sample.traces.iter().filter_map(last).max().map(|(_, version)| version)
}

/// When a job worked last at a stage.
fn worked_at(sample: &JobSample, stage: &StageId) -> Option<Timestamp> {
    let starts = sample.starts.iter().filter(|(it, _)| it == stage).map(|(_, at)| *at);
    let is_its_end = sample.stage.as_ref() == Some(stage);
    starts.max().or_else(|| sample.over_at().filter(|_| is_its_end))
}

/// Times in which one version was seen and no other.
struct Runs<'a> {
    all: Vec<Run<'a>>,
}

struct Run<'a> {
    version: &'a str,
    first: Timestamp,
    last: Timestamp,
    /// It ran beside the one before it, so that between the two nothing is known, and neither is within.
    is_beside: bool,
}

impl<'a> Runs<'a> {
    fn of(seen: &'a [VersionSeen]) -> Self {
        let mut all: Vec<Run> = Vec::new();
        for it in seen {
            match all.last_mut().filter(|run| run.version == it.version) {
                Some(run) => run.last = it.at,
                None => all.push(Run { version: &it.version, first: it.at, last: it.at, is_beside: false }),
            }
        }
        // Taken back once (a, b, a) is no more than a roll-back; when b returns as well, both are there.
        let turns: Vec<usize> = (0..all.len()).filter(|it| is_turn(&all, *it)).collect();
        for place in turns {
            all.iter_mut().skip(place + 1).take(2).for_each(|run| run.is_beside = true);
        }
        Self { all }
    }

    /// What was seen right before an instant and right after it, or on the one side on which something was seen.
    fn version_at(&self, at: Timestamp) -> Option<&'a str> {
        let next = self.all.partition_point(|run| run.first <= at);
        let (before, after) = (next.checked_sub(1).and_then(|it| self.all.get(it)), self.all.get(next));
        match (before, after) {
            (Some(run), _) if run.is_beside => None,
            (Some(run), Some(_)) if run.last < at => None,
            (Some(run), _) | (None, Some(run)) => Some(run.version),
            (None, None) => None,
        }
    }
}

/// Whether two versions take turns from a place on: one, the other, and both again.
fn is_turn(all: &[Run], place: usize) -> bool {
    let four = all.get(place..).and_then(|it| it.first_chunk::<4>());
    four.is_some_and(|[a, b, c, d]| a.version == c.version && b.version == d.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::tests::sample;
    use crate::job::JobState;

    fn id(byte: u8) -> TraceId {
        TraceId::from_bytes([byte; 16]).expect("it is not zero")
    }

    fn seen(at: i64, version: &str, trace: Option<u8>) -> VersionSeen {
        let trace = trace.map(id);
        VersionSeen { at: Timestamp::from_secs(at), version: version.to_owned(), trace }
    }

    #[track_caller]
    fn check(all: &[(i64, &str)], at: i64, expected: Option<&str>) {
        let seen: Vec<_> = all.iter().map(|(at, version)| seen(*at, version, None)).collect();
        assert_eq!(Runs::of(&seen).version_at(Timestamp::from_secs(at)), expected);
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

    #[test]
    fn versions_side_by_side_are_not_told_by_time() {
        let canary = [(10, "v1"), (20, "v1"), (30, "v2"), (40, "v1"), (50, "v1"), (60, "v2"), (70, "v1")];
        check(&canary, 15, Some("v1"));
        for at in [25, 35, 45, 50, 60, 65] {
            check(&canary, at, None);
        }
        check(&canary, 80, Some("v1"));
        let rolled_out = [(10, "v1"), (20, "v2"), (30, "v1"), (40, "v2"), (50, "v2")];
        check(&rolled_out, 30, None);
        check(&rolled_out, 45, Some("v2"));
    }

    #[test]
    fn a_span_of_its_own_tells_more_than_time_does() {
        let seen = [
            seen(10, "v1", None),
            seen(50, "v1", Some(7)),
            seen(52, "v2", Some(8)),
            seen(55, "v1", None),
            seen(60, "v1", Some(9)),
            seen(90, "v2", Some(9)),
            seen(95, "v1", None),
        ];
        let told = |worked: i64, trace: u8| {
            let mut one = sample("j", worked, JobState::Failed, None, None);
            one.starts = vec![("s".into(), Timestamp::from_secs(worked))];
            one.traces = vec![id(trace)];
            let mut all = [one];
            tell_versions(&mut all, &"s".into(), &seen);
            all[0].version_at(Some(&"s".into())).map(str::to_owned)
        };
        assert_eq!(told(49, 7).as_deref(), Some("v1"));
        assert_eq!(told(52, 8).as_deref(), Some("v2"));
        assert_eq!(told(88, 9).as_deref(), Some("v2"), "its last attempt's, not its first one's");
        assert_eq!(told(120, 9).as_deref(), Some("v1"), "no span is of that attempt: what ran last");
        assert_eq!(told(54, 6), None, "two versions took turns, and no span is its own");
    }

    #[test]
    fn a_failure_that_spans_tell_of_is_not_guessed_by_time() {
        let seen = [seen(10, "v1", None), seen(50, "v1", None), seen(60, "v2", Some(7))];
        let failed = |id: &str, worked: i64, trace: Option<u8>| {
            let mut one = sample(id, worked, JobState::Failed, None, Some("bad"));
            one.starts = vec![("s".into(), Timestamp::from_secs(worked))];
            one.traces = trace.map(self::id).into_iter().collect();
            one
        };
        let mut all = [failed("a", 59, Some(7)), failed("b", 40, None)];
        tell_versions(&mut all, &"s".into(), &seen);
        assert_eq!(all.each_ref().map(|it| it.version_at(Some(&"s".into()))), [Some("v2"), None]);
        let mut alone = [failed("b", 40, None)];
        tell_versions(&mut alone, &"s".into(), &seen);
        assert_eq!(alone[0].version_at(Some(&"s".into())), Some("v1"));
    }
}
