//! What profiles of a service come to: the function that took most, or that none was taken.

use super::Verdict;
use super::sentence::{Sentence, quoted};
use crate::job::Job;
use crate::profile::{FunctionCost, Profile};
use crate::system::Unit;
use crate::time::{TimeRange, Timestamp};

/// A function that took this share in itself stands out.
const STANDS_OUT: f64 = 0.2;
/// A service that computed for less than this share of the time did something else.
const HARDLY: f64 = 0.02;
/// Characters of a function's name in a sentence.
const MAX_NAME_CHARS: usize = 80;

/// What the profiles of a service over a time come to; each with what it counts, as it stands in a sentence.
pub fn of_profiles(service: &str, profiles: &[(&str, &Profile)], range: TimeRange) -> Verdict {
    let mut says = Sentence::default();
    let mut is_something = false;
    for (place, (what, profile)) in profiles.iter().enumerate() {
        let of = if place == 0 {
            Sentence::of(format!(" of {service} from ")).at(range.start).then(" to ").at(range.end)
        } else {
            says = says.then("; ");
            Sentence::default()
        };
        let (found, clause) = one(what, profile, range, of);
        is_something |= found;
        says = says.and(clause);
    }
    if is_something { Verdict::something(says) } else { Verdict::nothing(says) }
}

/// What one profile comes to; `of` says whose and when, where it was not said before.
fn one(what: &str, profile: &Profile, range: TimeRange, of: Sentence) -> (bool, Sentence) {
    let whole = profile.words(profile.total);
    let Some(first) = profile.functions.first().filter(|_| profile.total > 0) else {
        return (false, Sentence::of(format!("no {what}")).and(of).then(" was profiled"));
    };
    let secs = profile.total as f64 * profile.per_tick;
    let length = range.length();
    if profile.unit == Unit::Seconds && secs < length.as_secs_f64() * HARDLY {
        let says = Sentence::of(format!("hardly any {what}")).and(of);
        return (false, says.then(format!(": {whole} in {length}, so the time went elsewhere")));
    }
    let FunctionCost { name, own, .. } = first;
    let (name, share) = (quoted(name, MAX_NAME_CHARS), profile.share_words(*own));
    if profile.share(*own) < STANDS_OUT {
        let says = Sentence::of(format!("no function stands out in the {what}")).and(of);
        return (false, says.then(format!(": the first, {name}, took {share} of {whole}")));
    }
    let says = Sentence::of(format!("{name} took {share} of the {what}")).and(of);
    (true, says.then(format!(" ({} of {whole})", profile.words(*own))))
}

/// When the stage in trouble was worked on: from its first attempt to the end of its last one, where one is not over
/// until the job's end or now. `None` where nobody worked on it.
pub fn worked_at(job: &Job, now: Timestamp) -> Option<TimeRange> {
    let attempts = &super::values::troubled_stage(job)?.attempts;
    let start = attempts.iter().map(|it| it.start).min()?;
    let open = job.ended.map_or(now, |it| it.at);
    let end = attempts.iter().map(|it| it.end.unwrap_or(open)).max()?;
    Some(TimeRange { start, end: end.max(start) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debug::Found;

    fn profile(total: u64, functions: &[(&str, u64)]) -> Profile {
        let cost =
            |(name, own): &(&str, u64)| FunctionCost { name: (*name).to_owned(), own: *own, total: *own };
        Profile {
            unit: Unit::Seconds,
            per_tick: 1e-9,
            total,
            functions: functions.iter().map(cost).collect(),
        }
    }

    #[track_caller]
    fn check(profiles: &[(&str, &Profile)], found: Found, expected: &str) {
        let at = Timestamp::from_secs;
        let verdict = of_profiles("packer", profiles, TimeRange { start: at(10), end: at(50) });
        assert_eq!((verdict.found, verdict.says.told(at(0), 0).as_str()), (found, expected));
    }

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn the_function_that_took_most_is_named() {
        let cpu = profile(40 * SECOND, &[("json.loads", 24_420_000_000), ("read", SECOND)]);
        let memory = Profile {
            unit: Unit::Bytes,
            per_tick: 1.0,
            ..profile(2_500_000_000, &[("fold", 1_200_000_000)])
        };
        check(
            &[("CPU time", &cpu), ("allocated memory", &memory)],
            Found::Something,
            "“json.loads” took 61 % of the CPU time of packer from 00:00:10 to 00:00:50 (24.4 s of 40 s); \
             “fold” took 48 % of the allocated memory (1.2 GB of 2.5 GB)",
        );
    }

    #[test]
    fn what_is_not_there_or_tells_nothing_is_said() {
        let none = profile(0, &[]);
        check(
            &[("CPU time", &none)],
            Found::Nothing,
            "no CPU time of packer from 00:00:10 to 00:00:50 was profiled",
        );
        let flat = profile(30 * SECOND, &[("a", 3 * SECOND), ("b", SECOND)]);
        check(
            &[("CPU time", &flat), ("allocated memory", &none)],
            Found::Nothing,
            "no function stands out in the CPU time of packer from 00:00:10 to 00:00:50: the first, “a”, took 10 % of 30 s; \
             no allocated memory was profiled",
        );
        let idle = profile(SECOND / 2, &[("a", SECOND / 2)]);
        check(
            &[("CPU time", &idle)],
            Found::Nothing,
            "hardly any CPU time of packer from 00:00:10 to 00:00:50: 500 ms in 40 s, so the time went elsewhere",
        );
    }
}
