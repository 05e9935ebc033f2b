//! What holds for any evidence: its order does not matter, any part of it is enough, no state without a reason.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{all_cases, id};
use crate::job::{AttemptOutcome, Evidence, Job, JobState, Origin, StageState, assemble};
use crate::logs::EventKind;
use crate::testing::{at, evidence, pipeline};
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
        let mut traces = vec![Trace { spans: spans.into(), partial: None }];
        traces.extend(reasons.iter().map(|it| Trace { spans: Vec::new().into(), partial: it.clone() }));
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
