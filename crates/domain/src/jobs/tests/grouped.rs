//! Which evidence belongs to which job.

use super::{check, rows, show, system};
use crate::job::JobState;
use crate::jobs::{JobList, TraceKept};
use crate::system::Role;
use crate::testing::{at, evidence};
use crate::time::TimeRange;

const TWO_JOBS: &str = r#"
    10:00:00.000 I orchestrator job_submitted job=j1 url=https://docs.example.org/a user=ann
    10:00:01.000 I scraper task_started job=j1 stage=scrape task_id=t1 queue=scrape_jobs
    10:00:05.000 W scraper task_retrying task_id=t1 stage=scrape reason="answered 403" error_code=http_403
    10:00:20.000 I scraper task_started task_id=t1 stage=scrape retries=1
    10:00:25.000 E scraper scrape_failed job=j1 failed_stage=scraping error_code=http_403 task_id=t1 trace=7
    10:00:10.000 I orchestrator job_submitted job=j2
    10:00:30.000 I scraper chatter trace=7
"#;

#[test]
fn lines_without_a_job_go_to_the_job_of_their_task_or_trace() {
    check("10:01:00", TWO_JOBS, &["j2 queued scrape - ×0 1 lines", "j1 failed scrape http_403 ×2 6 lines"]);
}

#[test]
fn a_row_says_what_the_job_page_says() {
    let rows = rows("10:01:00", TWO_JOBS);
    let row = &rows[1];
    assert_eq!(row.domain.as_deref(), Some("docs.example.org"));
    assert_eq!(
        (row.users.as_slice(), row.queues.as_slice()),
        (&["ann".to_owned()][..], &["scrape_jobs".to_owned()][..])
    );
    assert_eq!((row.start, row.end), (at("10:00:00"), Some(at("10:00:25"))));
    assert_eq!(row.keyed_by, Role::Job);
    assert!(row.start_is_told);
    assert!(row.segments.len() >= 3, "{:?}", row.segments);
    assert_eq!(row.services.iter().map(|it| &**it).collect::<Vec<_>>(), ["orchestrator", "scraper"]);
}

#[test]
fn what_names_no_job_is_known_by_its_task_and_then_by_its_trace() {
    check(
        "10:01:00",
        "
        10:00:00.000 I scraper task_started stage=scrape task_id=t9
        10:00:05.000 I scraper scrape_completed task_id=t9
        10:00:02.000 I embedder read_completed stage=read trace=3
        10:00:03.000 I gateway chatter
        ",
        &["03030303030303030303030303030303 done read - ×1 1 lines", "t9 running chunk - ×1 2 lines"],
    );
}

#[test]
fn a_trace_in_which_nothing_happened_to_a_job_is_none() {
    check(
        "10:01:00",
        "
        10:00:01.000 I gateway chatter trace=5
        10:00:02.000 I orchestrator chatter trace=5
        ",
        &[],
    );
}

#[test]
fn a_system_that_names_no_other_key_has_jobs_with_an_id_only() {
    let mut system = (*system()).clone();
    system.jobs.fallback_keys.clear();
    let found = evidence(
        &system,
        "10:00:00.000 I scraper task_started task_id=t1\n10:00:01.000 I scraper task_started job=j1",
    );
    let mut list = JobList::new(system.into());
    found.lines.into_iter().for_each(|it| list.add_line(it));
    list.judge(at("10:01:00"), &[]);
    assert_eq!(show(&list.rows()), ["j1 running scrape - ×1 1 lines"]);
}

#[test]
fn a_line_that_tells_late_whose_task_it_was_joins_what_stood_alone() {
    let system = system();
    let found = evidence(
        &system,
        "
        10:00:01.000 I scraper task_started stage=scrape task_id=t1
        10:00:00.000 I orchestrator stage_queued job=j1 stage=scrape task_id=t1
        ",
    );
    let mut list = JobList::new(system);
    let mut lines = found.lines.into_iter();
    list.add_line(lines.next().unwrap());
    list.judge(at("10:01:00"), &[]);
    assert_eq!(show(&list.rows()), ["t1 running scrape - ×1 1 lines"]);
    list.add_line(lines.next().unwrap());
    list.judge(at("10:01:00"), &[]);
    assert_eq!(show(&list.rows()), ["j1 running scrape - ×1 2 lines"]);
}

#[test]
fn a_trace_of_several_jobs_gives_each_its_own_spans() {
    check(
        "10:01:00",
        "
        10:00:01.000 +3s consumer scraper run trace=1 id=1 job=j1 stage=scrape state=FAILURE error_code=http_403
        10:00:02.000 +3s consumer scraper run trace=1 id=2 job=j2 stage=scrape state=SUCCESS
        ",
        &["j2 running chunk - ×1 0 lines", "j1 failed scrape http_403 ×1 0 lines"],
    );
}

#[test]
fn the_same_line_and_the_same_span_count_once() {
    let system = system();
    let text = "
        10:00:01.000 I scraper task_started job=j1 stage=scrape
        10:00:01.000 +3s consumer scraper run trace=1 id=1 job=j1 stage=scrape state=SUCCESS
    ";
    let mut list = JobList::new(system.clone());
    for _ in 0..2 {
        let found = evidence(&system, text);
        found.lines.into_iter().for_each(|it| list.add_line(it));
        found.traces.into_iter().for_each(|it| list.add_trace(it));
    }
    list.judge(at("10:01:00"), &[]);
    assert_eq!(show(&list.rows()), ["j1 running chunk - ×1 1 lines"]);
    assert_eq!(list.n_lines(), 1);
    let range = |from: &str, to: &str| TimeRange { start: at(from), end: at(to) };
    let n_lines = |from, to| list.n_lines_in(range(from, to));
    assert_eq!((n_lines("10:00:00", "10:01:00"), n_lines("10:00:02", "10:01:00")), (1, 0));
}

#[test]
fn a_trace_is_called_not_kept_only_where_it_was_searched_for() {
    let mut list = JobList::new(system());
    evidence(&system(), TWO_JOBS).lines.into_iter().for_each(|it| list.add_line(it));
    let range = |from: &str, to: &str| TimeRange { start: at(from), end: at(to) };
    let kept = |list: &mut JobList| {
        list.judge(at("10:01:00"), &[]);
        list.rows().iter().map(|it| it.trace).collect::<Vec<_>>()
    };
    assert_eq!(kept(&mut list), [TraceKept::Unknown, TraceKept::Unknown]);
    list.searched_traces(range("10:00:08", "10:01:00"));
    assert_eq!(kept(&mut list), [TraceKept::NotKept, TraceKept::Unknown]);
    list.searched_traces(range("09:00:00", "10:00:08"));
    assert_eq!(kept(&mut list), [TraceKept::NotKept, TraceKept::NotKept]);
    let span = "10:00:01.000 +3s consumer scraper run trace=7 id=1 job=j1 stage=scrape state=RETRY";
    evidence(&system(), span).traces.into_iter().for_each(|it| list.add_trace(it));
    assert_eq!(kept(&mut list), [TraceKept::NotKept, TraceKept::Kept]);
}

#[test]
fn a_job_becomes_stuck_without_new_evidence_and_a_dead_source_keeps_it_from_being_called_so() {
    let mut list = JobList::new(system());
    let line = "10:00:01.000 I scraper task_started job=j1 stage=scrape";
    evidence(&system(), line).lines.into_iter().for_each(|it| list.add_line(it));
    let mut state_at = |now: &str, unreachable: &[crate::warning::Warning]| {
        list.judge(at(now), unreachable);
        list.rows()[0].state
    };
    assert_eq!(state_at("10:10:00", &[]), JobState::Running);
    assert_eq!(state_at("11:00:00", &[]), JobState::Stuck);
    let dead = crate::warning::Warning::new("Tempo", "Tempo cannot be reached");
    assert_eq!(state_at("11:00:00", &[dead]), JobState::Unknown);
}

#[test]
fn old_jobs_are_forgotten_with_all_that_is_theirs() {
    let mut list = JobList::new(system());
    evidence(&system(), TWO_JOBS).lines.into_iter().for_each(|it| list.add_line(it));
    let later = "11:00:00.000 I orchestrator job_submitted job=j3";
    evidence(&system(), later).lines.into_iter().for_each(|it| list.add_line(it));
    list.judge(at("11:00:01"), &[]);
    list.forget_before(at("10:30:00"));
    list.judge(at("11:00:01"), &[]);
    assert_eq!(show(&list.rows()), ["j3 queued scrape - ×0 1 lines"]);
    evidence(&system(), TWO_JOBS).lines.into_iter().for_each(|it| list.add_line(it));
    list.judge(at("11:00:01"), &[]);
    assert_eq!(list.rows().len(), 3, "what was forgotten may come again");
}
