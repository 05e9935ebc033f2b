//! Filters, orders, counts and suggestions over rows.

use std::sync::Arc;

use super::{rows, system};
use crate::ids::JobId;
use crate::job::JobState;
use crate::jobs::{Field, JobList, JobRow, RowFilter, Rows, StateCounts, facet, filled_fields, near, sorted};
use crate::testing::{at, evidence, span_id};
use crate::time::TimeRange;
use crate::trace::Trace;
use crate::view_state::{Filter, Sort};

const JOBS: &str = r#"
    10:00:00.000 I orchestrator job_submitted job=good-1 url=https://a.example.org/x user=ann mode=async version=v1
    10:00:01.000 I scraper task_started job=good-1 stage=scrape version=v1
    10:00:20.000 I orchestrator job_done job=good-1
    10:01:00.000 I orchestrator job_submitted job=bad-1 url=https://B.example.org:8443/y user=bob site=docs
    10:01:01.000 I scraper task_started job=bad-1 stage=scrape version=v2
    10:01:05.000 E scraper scrape_failed job=bad-1 failed_stage=scraping error_code=http_403 error="Answered 403" exception=site.errors.RefusedError
    10:02:00.000 I orchestrator job_submitted job=new-1
"#;

fn ids(rows: &[Arc<JobRow>]) -> Vec<&str> {
    rows.iter().map(|it| it.id.as_str()).collect()
}

fn filtered(rows: &Rows, filters: &[&str], query: &str) -> Vec<Arc<JobRow>> {
    let filters: Vec<Filter> = filters.iter().map(|it| Filter::parse(it).unwrap()).collect();
    let filter = RowFilter::new(&filters, query);
    rows.iter().filter(|it| filter.passes(it, at("10:02:30"))).cloned().collect()
}

#[track_caller]
fn check(filters: &[&str], query: &str, expected: &[&str]) {
    let rows = rows("10:02:30", JOBS);
    assert_eq!(ids(&filtered(&rows, filters, query)), expected, "{filters:?} {query}");
}

#[test]
fn rows_are_found_by_every_way_to_compare() {
    check(&[], "", &["new-1", "bad-1", "good-1"]);
    check(&["state:is:failed"], "", &["bad-1"]);
    check(&["state:not:failed"], "", &["new-1", "good-1"]);
    check(&["domain:is:b.example.org"], "", &["bad-1"]);
    check(&["url:has:B.EXAMPLE"], "", &["bad-1"]);
    check(&["url:lacks:b.example"], "", &["new-1", "good-1"]);
    check(&["duration:least:20"], "", &["new-1", "good-1"]);
    check(&["duration:most:20s"], "", &["bad-1", "good-1"]);
    check(&["duration:least:6s", "duration:most:25s"], "", &["good-1"]);
    check(&["attempts:is:1"], "", &["bad-1", "good-1"]);
    check(&["service:is:scraper", "user:is:ann"], "", &["good-1"]);
    check(&["error:is:http_403"], "", &["bad-1"]);
    check(&["version:is:v1"], "", &["good-1"]);
    check(&["attribute:is:site: docs"], "", &["bad-1"]);
    check(&["attribute:has:SITE"], "", &["bad-1"]);
}

#[test]
fn a_request_without_a_task_does_what_its_route_says() {
    let operation = |lines: &str| rows("10:02:30", lines)[0].operation.clone();
    let request = "10:00:00 I gateway job_submitted job=j1 url=/v1/images/6af4399c-2ef8-48d2-b0a9-1444f001c877/status?wait=5";
    let task = "\n10:00:01 I scraper task_started job=j1 task=shrink";
    assert_eq!(operation(request).as_deref(), Some("/v1/images/<id>/status"));
    assert_eq!(operation(&format!("{request}{task}")).as_deref(), Some("shrink"));
    assert_eq!(operation("10:00:00 I gateway job_submitted job=j1 url=https://a.example.org/x"), None);
}

#[test]
fn of_several_values_of_a_field_one_is_enough_and_all_others_must_hold() {
    check(&["state:is:failed", "state:is:queued"], "", &["new-1", "bad-1"]);
    check(&["state:is:failed", "user:is:bob", "state:is:queued"], "", &["bad-1"]);
    check(&["state:is:failed", "state:is:queued", "state:not:failed"], "", &["new-1"]);
    check(&["state:not:failed", "state:not:queued"], "", &["good-1"]);
    check(&["url:has:example", "url:has:8443"], "", &["bad-1"]);
    check(&["colour:is:red", "shape:is:round"], "", &[]);
}

#[test]
fn a_field_that_rows_do_not_have_has_no_value() {
    check(&["colour:is:red"], "", &[]);
    check(&["colour:not:red"], "", &["new-1", "bad-1", "good-1"]);
    check(&["duration:least:soon"], "", &[]);
}

#[test]
fn jobs_whose_lines_name_several_users_are_found() {
    let leaked = "\n10:00:30.000 I scraper chatter job=good-1 user=zoe\n";
    let rows = rows("10:02:30", &format!("{JOBS}{leaked}"));
    let found = |filter: &str| ids(&filtered(&rows, &[filter], "")).join(" ");
    assert_eq!(found("users:least:2"), "good-1");
    assert_eq!((found("user:is:ann"), found("user:is:zoe")), ("good-1".to_owned(), "good-1".to_owned()));
    let is_shown = |rows: &Rows| filled_fields(&system(), rows).contains(&Field::Users);
    assert!(is_shown(&rows));
    assert!(!is_shown(&super::rows("10:02:30", JOBS)), "one user each is no news");
}

#[test]
fn words_are_found_anywhere_in_any_case() {
    check(&[], "ANSWERED 403", &["bad-1"]);
    check(&[], "  b.example.org  bob ", &["bad-1"]);
    check(&[], "RefusedError", &["bad-1"]);
    check(&[], "Docs", &["bad-1"]);
    check(&[], "ann bob", &[]);
    check(&[], "queued", &["new-1"]);
}

#[test]
fn a_job_that_went_well_in_the_end_is_found_by_what_went_wrong_before() {
    let retried = r#"
        10:00:00 I orchestrator job_submitted job=j1
        10:00:01 I scraper task_started job=j1 task_id=t1 stage=scrape
        10:00:05 W scraper task_retrying job=j1 task_id=t1 stage=scrape reason="Too Slow" error_code=late_answer
        10:00:20 I scraper task_started job=j1 task_id=t1 stage=scrape
        10:00:24 I scraper scrape_completed job=j1 task_id=t1 stage=scrape
        10:00:25 I orchestrator job_done job=j1
    "#;
    let rows = rows("10:02:30", retried);
    assert_eq!(rows[0].state, JobState::Done);
    for query in ["too slow", "late_answer"] {
        assert_eq!(ids(&filtered(&rows, &[], query)), ["j1"], "{query}");
    }
}

#[test]
fn rows_are_sorted_by_any_column_and_nothing_comes_last() {
    let rows = rows("10:02:30", JOBS);
    let by = |order: &str| {
        let order = Sort::parse(order);
        let once = sorted(rows.clone(), order.as_ref(), &system(), at("10:02:30"));
        let again = sorted(once.clone(), order.as_ref(), &system(), at("10:02:30"));
        assert!(std::sync::Arc::ptr_eq(&once, &again), "what stands in order is not made again");
        ids(&once).join(" ")
    };
    assert_eq!(by(""), "new-1 bad-1 good-1");
    assert_eq!(by("start:asc"), "good-1 bad-1 new-1");
    assert_eq!(by("duration:desc"), "new-1 good-1 bad-1");
    assert_eq!(by("state:desc"), "bad-1 new-1 good-1");
    assert_eq!(by("user:asc"), "good-1 bad-1 new-1");
    assert_eq!(by("user:desc"), "bad-1 good-1 new-1");
    assert_eq!(by("nothing:desc"), "new-1 bad-1 good-1");
}

#[test]
fn values_are_offered_with_how_many_have_them() {
    let rows = rows("10:02:30", JOBS);
    let values = |field| {
        facet(field, rows.iter())
            .into_iter()
            .map(|it| format!("{} {}", it.value, it.count))
            .collect::<Vec<_>>()
    };
    assert_eq!(values(Field::Service), ["orchestrator 3", "scraper 2"]);
    assert_eq!(values(Field::User), ["ann 1", "bob 1"]);
    assert!(values(Field::Duration).is_empty());
    let counts = StateCounts::of(rows.iter());
    assert_eq!((counts.all(), counts.get(JobState::Failed), counts.get(JobState::Stuck)), (3, 1, 0));
}

#[test]
fn columns_that_no_row_fills_are_left_out() {
    let rows = rows("10:02:30", JOBS);
    let fields = filled_fields(&system(), &rows);
    for there in [Field::State, Field::Start, Field::ErrorCode, Field::User, Field::Trace] {
        assert!(fields.contains(&there), "{there:?}");
    }
    for missing in [Field::Request, Field::Kind, Field::Operation] {
        assert!(!fields.contains(&missing), "{missing:?}");
    }
}

#[test]
fn the_nearest_ids_are_told() {
    let rows = rows(
        "10:05:00",
        "
        10:00:00.000 I orchestrator job_submitted job=job-9f2c-77aa
        10:00:00.000 I orchestrator job_submitted job=job-9f2c-77ab
        10:00:00.000 I orchestrator job_submitted job=job-1234-5678 trace=7
        ",
    );
    let near = |text: &str| near(&rows, text, 2);
    assert_eq!(near("job-9f2c-77aa9"), [JobId::from("job-9f2c-77aa"), JobId::from("job-9f2c-77ab")]);
    assert_eq!(near("JOB-1234"), [JobId::from("job-1234-5678")]);
    assert_eq!(near("9f2c"), [JobId::from("job-9f2c-77aa"), JobId::from("job-9f2c-77ab")]);
    assert_eq!(near("job-1243-5678"), [JobId::from("job-1234-5678")]);
    let trace = rows.iter().find_map(|it| it.traces.first()).unwrap().to_string();
    assert_eq!(near(trace.get(..31).unwrap()), [JobId::from("job-1234-5678")], "by its trace");
    assert!(near("nothing like it").is_empty() && near(" ").is_empty());
}

/// Every word, title and order of fields leads back to its field.
#[test]
fn fields_survive_the_address() {
    for field in Field::ALL {
        assert_eq!(Field::from_word(field.word()), Some(*field));
        assert!(!field.title().is_empty());
    }
    assert_eq!(Field::from_word("nothing"), None);
}

#[test]
fn a_job_whose_submission_was_not_among_the_lines_is_from_before() {
    let all = rows(
        "10:01:00",
        "10:00:05 I chunker task_started stage=chunk job=j1
         10:00:10 I orchestrator job_submitted job=j2
         10:00:20 I reader task_started stage=read job=j3",
    );
    let told: Vec<_> = all.iter().map(|it| (it.id.as_str(), it.start_is_told)).collect();
    assert_eq!(told, [("j3", true), ("j2", true), ("j1", false)], "reading is no part of the pipeline");
    let range = TimeRange { start: at("10:00:00"), end: at("10:01:00") };
    let flow = crate::fingerprint::flow(&all, range);
    assert_eq!((flow.before, flow.submitted, flow.in_flight()), (1, 2, 3));
}

#[test]
fn a_search_that_found_the_request_tells_when_its_job_was_submitted() {
    let check = |first: Option<u64>, text: &str, is_told: bool| {
        let mut list = JobList::new(system());
        for trace in evidence(&system(), text).traces {
            list.add_trace(Trace { first: first.map(span_id), ..trace });
        }
        list.judge(at("10:01:00"), &[]);
        let told: Vec<_> = list.rows().iter().map(|it| (it.start, it.start_is_told)).collect();
        assert_eq!(told, [(at("10:00:00"), is_told)], "{text}");
    };
    let whole = "10:00:00 +20ms server orchestrator POST id=1 job=j1
                 10:00:01 +9s consumer scraper run id=2 stage=scrape job=j1";
    check(Some(1), whole, true);
    check(None, whole, false);
    // A worker that begins a trace of its own.
    check(Some(2), "10:00:00 +9s consumer scraper run id=2 stage=scrape job=j1", false);
    // Somebody who asks how it stands.
    check(Some(1), "10:00:00 +9ms server orchestrator GET id=1 stage=scrape job=j1", false);
}

#[test]
fn a_text_that_is_typed_further_narrows() {
    let filter = |query: &str| RowFilter::new(&[], query);
    let narrows = |new: &str, old: &str| filter(new).narrows(&filter(old));
    assert!(narrows("403", "40") && narrows("a 403", "403") && narrows("x", "") && narrows("A403b", "403"));
    assert!(!narrows("40", "403") && !narrows("", "4") && !narrows("43", "403"));
    let failed =
        [Filter { field: "state".into(), op: crate::view_state::FilterOp::Is, value: "failed".into() }];
    assert!(!RowFilter::new(&failed, "403").narrows(&filter("40")));
}
