//! What holds for any evidence: its order does not matter, any part of it is enough, no state without a reason.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{all_cases, id};
use crate::job::{AttemptOutcome, Evidence, Job, JobState, Origin, StageState, assemble};
use crate::logs::EventKind;
use crate::testing::{at, evidence, pipeline};
use crate::time::Timestamp;
use crate::trace::Trace;

/// A word about a stage, about the job, or a span, at one of few times, so that they meet and contradict each other.
fn row() -> impl Strategy<Value = String> {
    let time = (0_u32..40).prop_map(|it| format!("10:{:02}:{:02}.000", it / 4, it % 4 * 15 % 60));
    let service = select(vec!["orchestrator", "scraper", "chunker", "embedder"]);
    let stage = select(vec!["", " stage=scrape", " stage=chunk", " stage=embed", " stage=read"]);
    let word = select(vec![
        "job_submitted",
        "job_done",
        "job_failed",
        "stage_queued",
        "task_received",
        "task_started",
        "task_retrying",
        "task_failed",
        "stage_callback",
        "x_completed",
        "x_failed",
        "chatter",
    ]);
    let line = (time.clone(), service.clone(), word, stage.clone(), 0_u32..3).prop_map(
        |(time, service, word, stage, n)| {
            format!("{time} E {service} {word}{stage} retries={n} task_id=t{n}")
        },
    );
    let kind = select(vec!["consumer", "producer", "client", "internal", "server"]);
    let state = select(vec!["", " state=RETRY", " state=FAILURE", " state=SUCCESS", " status=ok"]);
    let span = (time, kind, service, stage, state, 1_u32..9, 1_u32..9, 1_u32..3).prop_map(
        |(time, kind, service, stage, state, id, parent, trace)| {
            format!("{time} +20s {kind} {service} name trace={trace} id={id} parent={parent}{stage}{state}")
        },
    );
    prop_oneof![3 => line, 1 => span]
}

/// Written-out cases, and evidence that no system would write.
pub(crate) fn any_evidence() -> impl Strategy<Value = Evidence> {
    let made = proptest::collection::vec(row(), 0..25).prop_map(|it| evidence(&pipeline(), &it.join("\n")));
    prop_oneof![made, select(all_cases())]
}

fn shuffled(evidence: Evidence) -> impl Strategy<Value = (Evidence, Evidence)> {
    let lines = Just(evidence.lines.clone()).prop_shuffle();
    let spans: Vec<_> = evidence.traces.iter().flat_map(|it| it.spans.clone()).collect();
    let reasons: Vec<_> = evidence.traces.iter().map(|it| it.partial.clone()).collect();
    let not_kept = Just(evidence.traces_not_kept.clone()).prop_shuffle();
    (lines, Just(spans).prop_shuffle(), not_kept).prop_map(move |(lines, spans, traces_not_kept)| {
        let mut traces = vec![Trace { spans: spans.into(), ..Trace::default() }];
        traces.extend(reasons.iter().map(|it| Trace { partial: it.clone(), ..Trace::default() }));
        (Evidence { lines, traces, traces_not_kept, ..evidence.clone() }, evidence.clone())
    })
}

/// What must hold for every job that is made of any evidence.
fn check_laws(job: &Job, evidence: &Evidence) -> Result<(), TestCaseError> {
    let has =
        |kind: EventKind| evidence.lines.iter().any(|it| it.event.as_ref().is_some_and(|it| it.kind == kind));
    let has_spans = evidence.traces.iter().any(|it| !it.spans.is_empty());
    match job.state {
        JobState::Done => {
            prop_assert!(has(EventKind::JobSucceeded) || has(EventKind::StageSucceeded) || has_spans)
        }
        JobState::Failed => prop_assert!(
            has(EventKind::JobFailed)
                || has(EventKind::StageFailed)
                || has(EventKind::AttemptFailed)
                || has_spans
        ),
        JobState::Queued => {
            prop_assert!(has(EventKind::JobSubmitted) || has(EventKind::StageQueued) || has_spans)
        }
        JobState::Running | JobState::Stuck => prop_assert!(!evidence.lines.is_empty() || has_spans),
        JobState::Unknown => {}
    }
    let is_over = matches!(job.state, JobState::Done | JobState::Failed);
    prop_assert_eq!(job.ended.is_some(), is_over);
    prop_assert!(!job.because.is_empty());
    for origin in
        job.decided_by.into_iter().chain(job.stages.iter().flat_map(|it| &it.attempts).map(|it| it.from))
    {
        let known = match origin {
            Origin::Line(key) => evidence.lines.iter().any(|it| it.key == key),
            Origin::Span(trace, id) => {
                evidence.traces.iter().flat_map(|it| &it.spans).any(|it| (it.trace, it.id) == (trace, id))
            }
            Origin::Inferred => true,
        };
        prop_assert!(known, "{:?} is made up", origin);
    }
    for run in &job.stages {
        prop_assert_eq!(run.state == StageState::Never, run.attempts.is_empty() && run.waits.is_empty());
        for wait in &run.waits {
            prop_assert!(wait.end.is_none_or(|end| wait.start < end), "{:?}", wait);
            let put_off = wait.put_off_until;
            prop_assert!(put_off.is_none_or(|it| wait.start < it && wait.end.is_none_or(|end| it <= end)));
        }
        prop_assert!(run.attempts.is_sorted_by_key(|it| it.start));
        prop_assert!(run.attempts.is_sorted_by(|a, b| a.number < b.number));
        let n_open = run.attempts.iter().filter(|it| it.outcome == AttemptOutcome::Running).count();
        prop_assert!(n_open <= 1);
        for attempt in &run.attempts {
            prop_assert!(attempt.end.is_none_or(|end| attempt.start <= end));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn order_of_arrival_does_not_matter((one, other) in any_evidence().prop_flat_map(shuffled)) {
        let system = pipeline();
        let now = at("10:20:00");
        prop_assert_eq!(assemble(&system, &id(), &one, now), assemble(&system, &id(), &other, now));
    }

    #[test]
    fn any_part_of_the_evidence_makes_an_honest_job(
        mut evidence in any_evidence(),
        holes in proptest::collection::vec(any::<Index>(), 0..8),
        now in select(vec!["10:00:00", "10:05:00", "10:59:00"]),
    ) {
        for hole in holes {
            if !evidence.lines.is_empty() {
                evidence.lines.remove(hole.index(evidence.lines.len()));
            }
            if let Some(trace) = evidence.traces.iter_mut().find(|it| !it.spans.is_empty()) {
                let at = hole.index(trace.spans.len());
                trace.spans.remove(at);
            }
        }
        check_laws(&assemble(&pipeline(), &id(), &evidence, at(now)), &evidence)?;
    }
}

/// Every text that any piece of the evidence says, in a role, a message or an attribute.
fn said(evidence: &Evidence) -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    for line in &evidence.lines {
        let roles = &line.roles;
        let texts = [
            &roles.error_code,
            &roles.error,
            &roles.exception,
            &roles.reason,
            &roles.url,
            &roles.version,
            &roles.caller,
            &roles.user,
            &roles.mode,
            &roles.request_id,
            &roles.queue,
        ];
        said.extend(texts.into_iter().flatten().cloned());
        said.extend([line.message.clone(), line.service.to_string()]);
    }
    for span in evidence.traces.iter().flat_map(|it| &it.spans) {
        let events = span.events.iter().flat_map(|it| it.attributes.iter());
        let all = span.attributes.iter().chain(span.resource.attributes.iter()).chain(events);
        said.extend(all.map(|(_, value)| value.to_string()));
        said.extend([span.status_message.to_string(), span.service().to_owned()]);
    }
    said
}

/// Nothing stands in a job that no piece of its evidence says.
fn check_facts(job: &Job, evidence: &Evidence) -> Result<(), TestCaseError> {
    let said = said(evidence);
    let system = pipeline();
    let facts = &job.facts;
    let failure = job.failure.as_ref();
    let of_failure = failure.map(|it| [&it.code, &it.message, &it.exception]).into_iter().flatten();
    let of_attempts =
        job.stages.iter().flat_map(|it| &it.attempts).flat_map(|it| [&it.reason, &it.error_code]);
    let of_job = [&facts.url, &facts.version, &facts.caller, &facts.user, &facts.mode, &facts.request_id];
    for text in of_failure.chain(of_attempts).chain(of_job).flatten() {
        prop_assert!(said.contains(text), "nobody says “{}”", text);
    }
    for attempt in job.stages.iter().flat_map(|it| &it.attempts) {
        prop_assert!(said.contains(&attempt.service), "nobody is “{}”", attempt.service);
    }
    for wait in job.stages.iter().flat_map(|it| &it.waits) {
        let queues = wait.queue.iter();
        let known = queues.clone().all(|it| said.contains(it))
            || system.stages.iter().any(|it| it.queue == wait.queue);
        prop_assert!(known, "nobody names the queue {:?}", wait.queue);
    }
    let times = |at: Timestamp| {
        evidence.lines.iter().any(|it| it.time == at)
            || evidence.traces.iter().flat_map(|it| &it.spans).any(|it| it.start == at || it.end == at)
    };
    // A line may say how long ago that began of which it tells the end.
    let began = |at: Timestamp| {
        evidence.lines.iter().any(|it| it.roles.duration.is_some_and(|took| it.time - took == at))
    };
    prop_assert!(
        job.submitted.is_none_or(|it| times(it.at) || began(it.at)),
        "submitted when nothing happened"
    );
    prop_assert!(job.last_seen.is_none_or(times), "last seen when nothing happened");
    prop_assert!(
        failure.is_none_or(|it| job.state != JobState::Done && it.at <= job.last_seen.unwrap_or(it.at))
    );
    Ok(())
}

proptest! {
    #[test]
    fn any_part_of_the_evidence_gives_only_what_it_supports(
        mut evidence in any_evidence(),
        kept in proptest::collection::vec(any::<bool>(), 40),
        now in select(vec!["10:05:00", "10:59:00"]),
    ) {
        let mut kept = kept.iter().cycle();
        evidence.lines.retain(|_| *kept.next().unwrap());
        for trace in &mut evidence.traces {
            trace.spans.retain(|_| *kept.next().unwrap());
        }
        let job = assemble(&pipeline(), &id(), &evidence, at(now));
        check_laws(&job, &evidence)?;
        check_facts(&job, &evidence)?;
        if evidence.lines.is_empty() && evidence.traces.iter().all(|it| it.spans.is_empty()) {
            prop_assert_eq!(job.state, JobState::Unknown);
            prop_assert!(job.failure.is_none() && job.submitted.is_none() && job.last_seen.is_none());
        }
    }

    #[test]
    fn what_comes_twice_counts_once((evidence, _) in any_evidence().prop_flat_map(shuffled)) {
        let mut twice = evidence.clone();
        twice.lines.extend(evidence.lines.clone());
        twice.traces.extend(evidence.traces.clone());
        let now = at("10:20:00");
        prop_assert_eq!(assemble(&pipeline(), &id(), &twice, now), assemble(&pipeline(), &id(), &evidence, now));
    }

    #[test]
    fn lines_that_name_another_job_change_nothing(mut evidence in any_evidence(), mut other in any_evidence()) {
        evidence.lines.iter_mut().for_each(|it| it.roles.job = Some(id()));
        evidence.traces.clear();
        prop_assume!(!evidence.lines.is_empty());
        let now = at("10:20:00");
        let alone = assemble(&pipeline(), &id(), &evidence, now);
        for line in &mut other.lines {
            line.roles.job = Some("another".into());
            line.key.hash ^= 1;
        }
        let among = Evidence { lines: [evidence.lines.clone(), other.lines].concat(), ..evidence.clone() };
        let among = assemble(&pipeline(), &id(), &among, now);
        prop_assert_eq!(alone, among);
    }

    /// Time alone makes nothing but stuck out of a job that is not over, and nothing at all out of one that is.
    #[test]
    fn as_time_goes_by(evidence in any_evidence(), minutes in proptest::collection::vec(0_i64..180, 2)) {
        let (early, late) = (minutes[0].min(minutes[1]), minutes[0].max(minutes[1]));
        let job_at = |minutes: i64| {
            let now = at("10:10:00") + crate::time::TimeDelta::from_secs(60 * minutes);
            assemble(&pipeline(), &id(), &evidence, now)
        };
        let (before, after) = (job_at(early), job_at(late));
        match before.state {
            JobState::Done | JobState::Failed | JobState::Unknown | JobState::Stuck => {
                prop_assert_eq!(before.state, after.state);
            }
            JobState::Queued | JobState::Running => {
                prop_assert!(after.state == before.state || after.state == JobState::Stuck);
            }
        }
        prop_assert_eq!(before.failure, after.failure);
        prop_assert_eq!(before.last_seen, after.last_seen);
    }

    /// Clocks that are out of their minds, and texts that nobody writes.
    #[test]
    fn no_clock_and_no_text_makes_it_panic(
        mut evidence in any_evidence(),
        times in proptest::collection::vec(prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(0), any::<i64>()], 1..9),
        text in any::<String>(),
        now in prop_oneof![Just(i64::MIN), Just(i64::MAX), any::<i64>()],
    ) {
        let mut times = times.iter().cycle().map(|it| Timestamp::from_nanos(*it));
        for line in &mut evidence.lines {
            line.time = times.next().unwrap();
            line.roles.error = Some(text.clone());
            line.roles.retries = Some(u32::MAX);
            line.roles.duration = Some(crate::time::TimeDelta::from_nanos(line.time.nanos()));
        }
        for span in evidence.traces.iter_mut().flat_map(|it| it.spans.iter_mut()) {
            span.start = times.next().unwrap();
            span.end = times.next().unwrap();
        }
        let (system, now) = (pipeline(), Timestamp::from_nanos(now));
        let job = assemble(&system, &id(), &evidence, now);
        prop_assert!(!job.because.is_empty());
        let _ = job.total(now);
        let _ = crate::diagnosis::cause(&system, &job, &evidence);
    }
}

/// A day of chatter is one job, too.
#[test]
fn ten_thousand_lines() {
    let system = pipeline();
    let many = |n: usize| {
        let mut text = String::from("10:00:00.000 I orchestrator job_submitted\n");
        for i in 0..n {
            let (minute, second, milli) = (i / 6_000 % 60, i / 100 % 60, i % 100 * 10);
            let word = match i % 10 {
                0 => "task_started",
                7 => "task_retrying",
                _ => "chatter",
            };
            text.push_str(&format!(
                "10:{minute:02}:{second:02}.{milli:03} I scraper {word} n={i} task_id=t{i}\n"
            ));
        }
        evidence(&system, &text)
    };
    let large = many(10_000);
    let job = assemble(&system, &id(), &large, at("10:02:00"));
    assert_eq!(job.state, JobState::Running);
    assert_eq!(job.notes.first().map(|it| it.text.as_str()), Some("Drawn from 10001 log lines."));
    assert!(job.facts.attempts >= 1_000);
}
