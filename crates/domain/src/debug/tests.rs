//! Verdicts over evidence written out by hand.

use proptest::prelude::*;

use super::*;
use crate::job::{Evidence, Job, assemble};
use crate::logs::LogRecord;
use crate::series::Series;
use crate::system::steps::{Language, Worse};
use crate::system::{MetricKind, Unit};
use crate::testing::{at, evidence, pipeline};
use crate::time::{TimeDelta, TimeRange, Timestamp};

/// A job that docs.example.org answered 403 twice.
const REFUSED: &str = r#"
    10:22:00 I orchestrator job_submitted job=j1 trace=1 url=https://docs.example.org/a user=u7
    10:22:01 I scraper task_started job=j1 task_id=t1 stage=scrape trace=1
    10:22:05 W scraper task_retrying job=j1 task_id=t1 stage=scrape reason="answered 403" error_code=http_403
    10:22:20 I scraper task_started job=j1 task_id=t1 stage=scrape trace=1
    10:22:24 E scraper scrape_failed job=j1 task_id=t1 failed_stage=scrape error_code=http_403 error="docs.example.org answered 403" url=https://docs.example.org/a
    10:22:25 E orchestrator job_failed job=j1 failed_stage=scrape error_code=http_403
"#;

fn case(text: &str) -> (Job, Evidence) {
    let system = pipeline();
    let evidence = evidence(&system, text);
    (assemble(&system, &"j1".into(), &evidence, at("10:30:00")), evidence)
}

fn between(from: &str, to: &str) -> TimeRange {
    TimeRange { start: at(from), end: at(to) }
}

/// Of which kind a verdict is, and what it says in UTC.
#[track_caller]
fn check(verdict: &Verdict, found: Found, says: &str) {
    assert_eq!((verdict.found, verdict.says.told(at("10:22:24"), 0).as_str()), (found, says));
}

#[test]
fn placeholders_stand_for_what_the_evidence_says() {
    let (job, evidence) = case(REFUSED);
    let values = Values::of(&pipeline(), &job, &evidence, at("10:30:00"));
    let known = |name: &str| values.get(name).unwrap_or_default();
    let all: Vec<String> = PLACEHOLDERS.iter().map(|it| format!("{it}={}", known(it))).collect();
    assert_eq!(
        all.join(" "),
        "job=j1 task=t1 trace=01010101010101010101010101010101 service=scraper stage=scrape queue=scrape_jobs \
         url=https://docs.example.org/a host=docs.example.org code=http_403 error=docs.example.org answered 403 \
         user=u7 request= version= from=1773483420000 to=1773484045000"
    );
    assert_eq!(values.get("nonsense"), None);
    assert_eq!(troubled_at(&job), Some(at("10:22:24")));
}

#[test]
fn what_is_told_beside_a_trouble_is_called_what_it_was() {
    let named = |text: &str| Anchor::of(&case(text).0).map(|it| (it.name, it.at));
    assert_eq!(named(REFUSED), Some(("the failure", at("10:22:24"))));
    let running =
        "10:22:00 I orchestrator job_submitted job=j1\n10:22:01 I scraper task_started job=j1 stage=scrape";
    assert_eq!(named(running), Some(("its last sign", at("10:22:01"))));
    let done = format!("{running}\n10:22:09 I orchestrator job_done job=j1");
    assert_eq!(named(&done), Some(("its end", at("10:22:09"))));
    let told = super::sentence::beside(at("10:22:31"), Anchor { at: at("10:22:01"), name: "its last sign" });
    assert_eq!(told, "30 s after its last sign");
}

#[test]
fn a_value_stays_a_value_in_every_language() {
    let values = Values { job: Some("a'; DROP \"x\" \n$(rm)".to_owned()), ..Values::default() };
    let filled = |language| fill("id = {job}; {trace} {{.x}} {\"a\"}", &values, language);
    for (language, text) in [
        (Language::Sql, r#"'a''; DROP "x"  $(rm)'"#),
        (Language::Shell, r#"'a'\''; DROP "x"  $(rm)'"#),
        (Language::DoubleQuoted, r#""a'; DROP \"x\"  $(rm)""#),
        (Language::Text, r#"a'; DROP "x"  $(rm)"#),
    ] {
        let it = filled(language);
        assert_eq!(it.text, format!("id = {text}; {{trace}} {{{{.x}}}} {{\"a\"}}"));
        assert_eq!(it.missing, ["trace"]);
    }
    let plain = Values { job: Some("job-abc-123".to_owned()), ..Values::default() };
    assert_eq!(fill("grep {job}", &plain, Language::Shell).text, "grep job-abc-123");
    let option = Values { job: Some("--help".to_owned()), ..Values::default() };
    assert_eq!(fill("grep {job}", &option, Language::Shell).text, "grep '--help'");
}

#[test]
fn a_link_needs_all_its_values_and_the_web() {
    let values = Values { job: Some("a/b&c".to_owned()), from_ms: Some(5), ..Values::default() };
    for (template, link) in [
        ("https://g/x?job={job}&from={from}", Some("https://g/x?job=a%2Fb%26c&from=5")),
        ("https://g/plain", Some("https://g/plain")),
        ("https://g/{trace}", None),
        ("javascript:alert({job})", None),
    ] {
        assert_eq!(fill_link(template, &values).as_deref(), link, "{template}");
    }
}

#[test]
fn a_checklist_is_for_those_whose_trouble_speaks_of_it() {
    let (job, evidence) = case(REFUSED);
    let speaks = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|&it| it.to_owned()).collect();
        speaks_of(&words, &job, &evidence).map(str::to_owned)
    };
    assert_eq!(speaks(&["oom", "HTTP_403"]).as_deref(), Some("HTTP_403"));
    // A short word must stand alone: “403” does, “ans” in “answered” does not.
    assert_eq!(speaks(&["403"]).as_deref(), Some("403"));
    assert_eq!(speaks(&["ans"]), None);
    // What only normal lines say is no trouble.
    assert_eq!(speaks(&["submitted"]), None);
}

#[test]
fn the_jobs_lines_are_told_by_who_when_and_the_error() {
    let (job, evidence) = case(REFUSED);
    check(
        &of_job(&job, &evidence.lines),
        Found::Something,
        "6 lines of 2 services from 10:22:00 to 10:22:25: 2 errors, 1 warning; the error of scraper at 10:22:24 says \
         “scrape_failed: http_403”",
    );
    check(&of_job(&job, &[]), Found::Nothing, "no line of any service names this job");
}

#[test]
fn looked_for_lines_tell_which_are_the_jobs_own() {
    let (job, evidence) = case(REFUSED);
    let owners = Owners::of(&job, &evidence, &evidence.lines);
    let (other, nothing) = (Job { id: "other".into(), ..job.clone() }, Evidence::default());
    let of_other = Owners::of(&other, &nothing, &evidence.lines);
    let searched = between("10:00:00", "10:30:00");
    check(
        &of_logs(&evidence.lines, &owners, false, searched, Anchor::failure(at("10:22:24"))),
        Found::Something,
        "6 lines, of this job, from 10:22:00 to 10:22:25; the nearest, with the failure, says “scrape_failed: http_403”",
    );
    check(
        &of_logs(&evidence.lines, &of_other, true, searched, Anchor::failure(at("10:25:24"))),
        Found::Something,
        "at least 6 lines, none of this job, from 10:22:00 to 10:22:25; the nearest, 2 min 59 s before the failure, says \
         “job_failed: http_403”",
    );
    check(
        &of_logs(&[], &owners, false, searched, Anchor::failure(at("10:22:24"))),
        Found::Nothing,
        "no such line from 10:00:00 to 10:30:00",
    );
}

#[test]
fn other_jobs_with_the_same_error_are_counted_once_each() {
    let (job, evidence_of_it) = case(REFUSED);
    let others = evidence(
        &pipeline(),
        r#"
        10:10:00 E scraper scrape_failed job=j2 error_code=http_403 url=https://docs.example.org/b
        10:10:01 E orchestrator job_failed job=j2 error_code=http_403
        10:20:00 E scraper scrape_failed job=j3 error_code=http_403 url=https://other.example/b
        10:21:00 E scraper scrape_failed job=j4 error_code=http_403 url=https://docs.example.org/c
        10:21:30 E scraper scrape_failed job=j5 error_code=http_4031 url=https://docs.example.org/c
        10:22:24 E scraper scrape_failed job=j1 error_code=http_403 url=https://docs.example.org/a
        "#,
    );
    let error = SameError::of(job.failure.as_ref().unwrap(), &evidence_of_it.lines).unwrap();
    assert_eq!(error, SameError { text: "http_403".to_owned(), is_code: true, exception: None });
    let searched = between("09:30:00", "10:30:00");
    let owners = Owners::of(&job, &evidence_of_it, &others.lines);
    check(
        &same_error(&error, &job, &others.lines, &owners, false, searched, Anchor::failure(at("10:22:24"))),
        Found::Something,
        "3 other jobs with “http_403”: the first at 10:10:00, 12 min 24 s before the failure, the last at 10:21:00; \
         2 of 3 ask docs.example.org, as this job does",
    );
    check(
        &same_error(&error, &job, &[], &owners, false, searched, Anchor::failure(at("10:22:24"))),
        Found::Nothing,
        "no other job says “http_403” from 09:30:00 to 10:30:00",
    );
}

#[test]
fn many_errors_with_one_code_are_told_apart_by_the_exception() {
    let (job, own) = case(
        r#"
        10:22:00 I orchestrator job_submitted job=j1 trace=1
        10:22:24 E scraper scrape_failed job=j1 trace=1 error_code=task_error
        10:22:24 E scraper task_failed trace=1 error="too late" exception=LockTimeout
    "#,
    );
    let found = evidence(
        &pipeline(),
        r#"
        10:10:00 E scraper scrape_failed job=j2 trace=2 error_code=task_error
        10:10:00 E scraper task_failed trace=2 error="too late" exception=LockTimeout
        10:11:00 E scraper scrape_failed job=j3 trace=3 error_code=task_error
        10:11:00 E scraper task_failed trace=3 error="no title" exception=AttributeError
        10:12:00 E scraper scrape_failed job=j4 trace=4 error_code=lock
        10:12:00 E scraper task_failed trace=4 error="too late" exception=LockTimeout
    "#,
    );
    let owners = Owners::of(&job, &own, &found.lines);
    let error = SameError::of(job.failure.as_ref().unwrap(), &own.lines).unwrap();
    assert_eq!((error.name().as_str(), error.is_code), ("task_error: LockTimeout", true));
    let beside = Anchor::failure(at("10:22:24"));
    check(
        &same_error(&error, &job, &found.lines, &owners, false, between("09:30:00", "10:30:00"), beside),
        Found::Something,
        "1 other job with “task_error: LockTimeout”: the first at 10:10:00, 12 min 24 s before the failure, the last at \
         10:10:00",
    );
    assert_eq!(error.of_others(&found.lines, &owners).len(), 2, "both lines of that job");
    let not_in_lines = SameError::of(job.failure.as_ref().unwrap(), &[]).unwrap();
    assert_eq!(not_in_lines.exception, None, "others' lines would not have it either");
}

#[test]
fn lines_that_name_no_job_are_of_the_job_of_their_trace_or_task() {
    let text = r#"
        10:22:00 I orchestrator job_submitted job=j1 trace=1
        10:22:05 W embedder task_retrying trace=1 task_id=t1 reason="the lock was not to be had"
    "#;
    let (job, own) = case(text);
    let found = evidence(
        &pipeline(),
        r#"
        10:10:00 W embedder task_retrying trace=2 task_id=t2 reason="the lock was not to be had"
        10:10:09 W embedder task_retrying trace=2 task_id=t2 reason="the lock was not to be had"
        10:11:00 W embedder task_retrying trace=3 task_id=t3 reason="the lock was not to be had"
        10:11:01 E embedder job_failed job=j3 trace=3 error="the lock was not to be had"
        10:12:00 W embedder task_retrying task_id=t4 reason="the lock was not to be had"
        10:13:00 W gateway slow reason="the lock was not to be had"
        10:22:05 W embedder task_retrying trace=1 task_id=t1 reason="the lock was not to be had"
        "#,
    );
    let owners = Owners::of(&job, &own, &found.lines);
    let own_lines: Vec<_> = found.lines.iter().filter(|it| owners.is_own(it)).map(|it| it.time).collect();
    assert_eq!(own_lines, [at("10:22:05")]);
    assert_eq!(
        found.lines.iter().filter(|it| owners.is_of_another(it)).count(),
        5,
        "the gateway's is of nobody"
    );
    let error = SameError { text: "the lock was not to be had".to_owned(), is_code: false, exception: None };
    check(
        &same_error(
            &error,
            &job,
            &found.lines,
            &owners,
            false,
            between("09:30:00", "10:30:00"),
            Anchor::failure(at("10:22:05")),
        ),
        Found::Something,
        "3 other jobs with “the lock was not to be had”: the first at 10:10:00, 12 min 5 s before the failure, the last at \
         10:12:00",
    );
}

#[test]
fn an_error_without_a_code_is_known_by_what_lasts_in_it() {
    let of = |code: Option<&str>, exception: Option<&str>, message: Option<&str>| {
        let text = |it: Option<&str>| it.map(str::to_owned);
        let failure = crate::job::Failure {
            stage: None,
            code: text(code),
            message: text(message),
            exception: text(exception),
            at: at("10:00:00"),
            from: crate::job::Origin::Inferred,
        };
        SameError::of(&failure, &[]).map(|it| it.text)
    };
    let trace = "Traceback (most recent call last):\n  File \"x.py\", line 3\nceleryapp.errors.UploadError: no bucket 'b7'";
    for (found, text) in [
        (of(Some("E_42"), None, Some("x")), Some("E_42")),
        (of(None, Some(trace), None), Some("UploadError")),
        (
            of(None, None, Some("Image generation failed: API timeout after 30 s")),
            Some("Image generation failed: API timeout after"),
        ),
        (of(None, None, Some("user 17 at /a/b has no credits left")), Some("has no credits left")),
        (of(None, None, Some("404")), None),
        (of(None, None, None), None),
    ] {
        assert_eq!(found.as_deref(), text);
    }
}

/// One value each 15 s from 09:00:00.
fn series(values: impl IntoIterator<Item = f64>) -> Series {
    let values: Vec<f64> = values.into_iter().collect();
    let times = (0..values.len() as i64).map(|it| at("09:00:00") + TimeDelta::from_secs(15 * it));
    Series { times: times.collect(), values, ..Series::default() }
}

const GAUGE: Usual = Usual {
    kind: MetricKind::Gauge,
    unit: Unit::Jobs,
    worse: Worse::Up,
    limit: None,
    // 2026-03-14T10:05:00Z
    failure: Timestamp::from_secs(1_773_482_700),
};

/// When a series leaves its course; the first hour (240 values) is what is usual.
fn left(series: &Series, usual: Usual) -> Option<(String, Way)> {
    let it = onset(series, between("10:00:00", "10:15:00"), usual)?;
    Some((crate::format::clock(it.at, 0, crate::format::Precision::Seconds), it.way))
}

#[test]
fn a_step_is_found_where_it_begins_and_noise_is_not() {
    let noise = |place: usize| [3.0, 4.0, 5.0, 4.0, 3.0, 6.0][place % 6];
    let quiet = series((0..300).map(noise));
    assert_eq!(left(&quiet, GAUGE), None);
    let rises = series((0..300).map(|it| noise(it) + if it >= 250 { 40.0 } else { 0.0 }));
    assert_eq!(left(&rises, GAUGE), Some(("10:02:30".to_owned(), Way::Rose)));
    // One value alone is a spike, not a new course.
    let spikes = series((0..300).map(|it| noise(it) + if it == 250 { 40.0 } else { 0.0 }));
    assert_eq!(left(&spikes, GAUGE), None);
    // It is worse upwards only.
    let falls = series((0..300).map(|it| if it >= 250 { 0.0 } else { 100.0 + noise(it) }));
    assert_eq!(left(&falls, GAUGE), None);
    let either = Usual { worse: Worse::Either, ..GAUGE };
    assert_eq!(left(&falls, either), Some(("10:02:30".to_owned(), Way::Fell)));
}

#[test]
fn an_onset_before_the_window_is_found_by_looking_back() {
    let early =
        series((0..300).map(|it| if it >= 225 { 40.0 + (it % 3) as f64 } else { 3.0 + (it % 2) as f64 }));
    assert_eq!(left(&early, GAUGE), Some(("09:56:15".to_owned(), Way::Rose)));
    // A trouble that was over before the window is another one.
    let over = series((0..300).map(|it| match it {
        200..215 => 40.0,
        250.. => 50.0,
        _ => 3.0 + (it % 2) as f64,
    }));
    assert_eq!(left(&over, GAUGE), Some(("10:02:30".to_owned(), Way::Rose)));
}

#[test]
fn what_was_over_long_before_the_failure_is_another_trouble() {
    assert_eq!(GAUGE.failure, at("10:05:00"));
    let late = Usual { failure: at("10:14:00"), ..GAUGE };
    let over = series((0..300).map(|it| if (241..246).contains(&it) { 40.0 } else { 3.0 }));
    assert_eq!(left(&over, late), None);
    assert_eq!(left(&over, GAUGE), Some(("10:00:15".to_owned(), Way::Rose)));
    let again = series((0..300).map(|it| if (241..246).contains(&it) || it >= 290 { 40.0 } else { 3.0 }));
    assert_eq!(left(&again, late), Some(("10:12:30".to_owned(), Way::Rose)));
}

#[test]
fn spikes_of_the_hour_before_do_not_hide_what_is_new_nor_count_as_new() {
    // Rare failures: a bump of 0.02/s now and then is usual here.
    let rare = |it: usize| if it % 60 < 4 { 0.02 } else { 0.0 };
    let counter = Usual { kind: MetricKind::Counter, unit: Unit::PerSecond, ..GAUGE };
    assert_eq!(left(&series((0..300).map(rare)), counter), None);
    let many = series((0..300).map(|it| if it >= 244 { 0.5 } else { rare(it) }));
    assert_eq!(left(&many, counter), Some(("10:01:00".to_owned(), Way::Rose)));
}

#[test]
fn a_counter_that_was_not_there_had_counted_nothing() {
    let mut late = series((0..300).map(|it| if it < 245 { f64::NAN } else { 0.2 }));
    let counter = Usual { kind: MetricKind::Counter, unit: Unit::PerSecond, ..GAUGE };
    assert_eq!(left(&late, counter), Some(("10:01:15".to_owned(), Way::Rose)));
    // A gauge that was not there says nothing of its usual course.
    assert_eq!(left(&late, GAUGE), None);
    late.values.fill(f64::NAN);
    assert_eq!(left(&late, counter), None);
}

#[test]
fn a_limit_is_passed_only_by_what_was_within_it() {
    let limited = Usual { kind: MetricKind::Gauge, unit: Unit::Ratio, limit: Some(0.8), ..GAUGE };
    let rises = series((0..300).map(|it| if it >= 250 { 0.9 } else { 0.5 }));
    assert_eq!(left(&rises, limited), Some(("10:02:30".to_owned(), Way::Passed)));
    assert_eq!(left(&series((0..300).map(|_| 0.9)), limited), None);
}

#[test]
fn what_left_first_comes_first() {
    let course = |title: &str, clock: Option<&str>| Course {
        title: title.to_owned(),
        unit: Unit::Jobs,
        is_known: title != "new",
        onset: clock.map(|it| Onset {
            at: at(it),
            way: Way::Rose,
            usual: 2.0,
            furthest: 118.0,
            strength: 9.0,
        }),
    };
    let watched = between("10:00:00", "10:30:00");
    let courses =
        [course("failures", Some("10:14:00")), course("queue", Some("10:12:30")), course("reads", None)];
    check(
        &first_to_deviate(&courses, watched, Anchor::failure(at("10:15:40"))),
        Found::Something,
        "queue rose first, at 10:12:30, 3 min 10 s before the failure: from 2 to 118; then failures rose at 10:14:00",
    );
    check(
        &first_to_deviate(&courses[2..], watched, Anchor::failure(at("10:15:40"))),
        Found::Nothing,
        "1 series looked at, all on the course of the hour before, from 10:00:00 to 10:30:00",
    );
    check(
        &first_to_deviate(
            &[course("new", None), course("reads", None)],
            watched,
            Anchor::failure(at("10:15:40")),
        ),
        Found::Nothing,
        "2 series looked at, all on the course of the hour before (1 without one to compare with), from 10:00:00 to 10:30:00",
    );
    check(
        &first_to_deviate(&[course("new", None)], watched, Anchor::failure(at("10:15:40"))),
        Found::Nothing,
        "1 series looked at, none with an hour before to compare with, from 10:00:00 to 10:30:00",
    );
    check(
        &first_to_deviate(&[], watched, Anchor::failure(at("10:15:40"))),
        Found::Nothing,
        "none of these metrics has a value from 10:00:00 to 10:30:00",
    );
}

#[test]
fn a_trace_tells_its_first_failed_span_and_what_is_missing() {
    let (job, evidence) = case(
        r#"
        10:22:01 +2s consumer scraper run/scrape trace=1 id=2 parent=9 stage=scrape status=error:refused
        10:22:10 +4s consumer scraper run/scrape trace=1 id=3 parent=9 stage=scrape status=error:refused state=FAILURE
        10:22:00 +30s server orchestrator POST trace=1 id=1 job=j1
        "#,
    );
    check(
        &of_trace(&pipeline(), &job, &evidence),
        Found::Something,
        "3 spans of 2 services: 2 failed, first run/scrape of scraper at 10:22:01 after 2 s, with “refused”; 1 parent missing",
    );
    let (job, evidence) = case("not kept: 4\n10:22:00 I orchestrator job_submitted job=j1 trace=4");
    check(
        &of_trace(&pipeline(), &job, &evidence),
        Found::Nothing,
        "the lines name trace 04040404040404040404040404040404, which was not kept: 15 % of good traces are",
    );
}

#[test]
fn a_newer_version_is_gone_still_there_or_too_new_to_tell() {
    let seen = |version: &str, first: &str, n, n_failed| Sighting {
        version: version.to_owned(),
        first: at(first),
        last: at(first),
        n,
        n_failed,
    };
    let searched = between("10:22:24", "11:00:00");
    let error = SameError { text: "http_403".to_owned(), is_code: true, exception: None };
    let lines = evidence(
        &pipeline(),
        r#"
        10:39:00 E scraper scrape_failed job=j2 error_code=http_403
        10:41:00 E scraper scrape_failed job=j3 error_code=http_403
        10:42:00 E scraper scrape_failed job=j4 error_code=http_404
    "#,
    )
    .lines;
    let (job, own) = case(REFUSED);
    let owners = Owners::of(&job, &own, &lines);
    let told_of = |own: Option<&str>, versions: &[Sighting], lines: Option<&[LogRecord]>| {
        let lines = lines.map(|it| (&error, it, &owners));
        fixed("scraper", versions, lines, own, searched, at("10:22:24"))
    };
    let told = |versions: &[Sighting], lines: Option<&[LogRecord]>| told_of(Some("a"), versions, lines);
    let since = |versions: &[Sighting]| told(versions, Some(&[]));
    check(
        &since(&[seen("a", "10:23:00", 9, 3)]),
        Found::Nothing,
        "since the failure only version a of scraper was seen, until 11:00:00: nothing to confirm yet",
    );
    check(
        &since(&[seen("a", "10:23:00", 9, 3), seen("b", "10:40:00", 40, 0)]),
        Found::Something,
        "version b of scraper, first seen at 10:40:00, has 40 spans, none of them failed, and no line says “http_403” since: \
         the error is gone",
    );
    check(
        &since(&[seen("b", "10:40:00", 4, 0)]),
        Found::Something,
        "version b of scraper, first seen at 10:40:00, has 4 spans, none of them failed, and no line says “http_403” since: \
         not enough to be sure",
    );
    check(
        &since(&[seen("b", "10:40:00", 40, 2)]),
        Found::Something,
        "version b of scraper, first seen at 10:40:00, has 40 spans, 2 of them failed, and no line says “http_403” since: \
         the error is gone",
    );
    check(
        &told(&[seen("b", "10:40:00", 40, 2)], Some(&lines)),
        Found::Something,
        "version b of scraper, first seen at 10:40:00, has 40 spans, 2 of them failed; 1 line says “http_403” since, the \
         last at 10:41:00: still there",
    );
    check(
        &told(&[seen("b", "10:40:00", 40, 0)], Some(&lines)),
        Found::Something,
        "version b of scraper, first seen at 10:40:00, has 40 spans, none of them failed; 1 line says “http_403” since, the \
         last at 10:41:00, perhaps by the version before",
    );
    check(
        &told(&[seen("b", "10:40:00", 40, 2)], None),
        Found::Something,
        "version b of scraper, first seen at 10:40:00, has 40 spans, 2 of them failed; with which error is not told",
    );
    check(
        &told(&[seen("b", "10:40:00", 40, 0)], None),
        Found::Something,
        "version b of scraper, first seen at 10:40:00, has 40 spans, none of them failed: the error is gone",
    );
    // What the job ran is not known: the first version seen after it may be its own.
    check(
        &told_of(None, &[seen("a", "10:23:00", 40, 2)], Some(&lines)),
        Found::Nothing,
        "since the failure only version a of scraper was seen, until 11:00:00, and nothing says which one this job ran: \
         nothing to confirm yet",
    );
    check(
        &told_of(None, &[seen("a", "10:23:00", 9, 3), seen("b", "10:40:00", 40, 0)], None),
        Found::Something,
        "version b of scraper, first seen at 10:40:00, has 40 spans, none of them failed: the error is gone",
    );
    let before = between("09:22:24", "10:22:24");
    let versions = [seen("a", "09:30:00", 9, 0), seen("b", "10:19:24", 4, 0)];
    check(
        &changed("scraper", &versions, &[], Some("b"), before, Anchor::failure(at("10:22:24"))),
        Found::Something,
        "version b of scraper was first seen at 10:19:24, 3 min before the failure; before it ran a",
    );
    check(
        &changed("scraper", &versions[..1], &[], Some("a"), before, Anchor::failure(at("10:22:24"))),
        Found::Nothing,
        "9 spans of scraper from 09:22:24 on all ran version a, as this job did",
    );
}

#[test]
fn a_services_rate_tells_when_its_errors_began() {
    let minutes = |value: &dyn Fn(i64) -> f64| Series {
        times: (0..90).map(|it| at("09:00:00") + TimeDelta::from_secs(60 * it)).collect(),
        values: (0..90).map(value).collect(),
        ..Series::default()
    };
    // Loki leaves out minutes without a line: errors begin at 10:12.
    let errors = Series {
        times: (72..90).map(|it| at("09:00:00") + TimeDelta::from_secs(60 * it)).collect(),
        values: vec![12.0; 18],
        ..Series::default()
    };
    let works = (0..20).map(|it| (at("09:30:00") + TimeDelta::from_secs(it), TimeDelta::from_millis(100)));
    let slow = (0..20).map(|it| (at("10:20:00") + TimeDelta::from_secs(it), TimeDelta::from_millis(900)));
    let rates = Rates {
        lines: Some(minutes(&|it| 30.0 + (it % 3) as f64)),
        errors: Some(errors),
        durations: works.chain(slow).collect(),
    };
    let watched = between("10:00:00", "10:30:00");
    check(
        &service_rate("scraper", &rates, watched, TimeDelta::from_secs(60), Anchor::failure(at("10:22:24"))),
        Found::Something,
        "errors of scraper rose at 10:12:00, 10 min 24 s before the failure: from 0 to 12 a minute; 31 lines a minute, as \
         before; P99 of its work 900 ms, before 100 ms",
    );
    check(
        &service_rate(
            "scraper",
            &Rates::default(),
            watched,
            TimeDelta::from_secs(60),
            Anchor::failure(at("10:22:24")),
        ),
        Found::Nothing,
        "no line of scraper from 10:00:00 to 10:30:00",
    );
}

#[test]
fn steps_with_ids_of_their_own_are_seen_and_jobs_beside_each_other_are_not() {
    let (job, _) = case("10:22:00 I worker x job=j1 task=validate user=7");
    let steps = evidence(
        &pipeline(),
        "10:21:59 I worker job_submitted job=j1 task=workflow user=7
         10:22:00 I worker x job=j1 task=validate user=7
         10:22:20 I worker x job=j8 task=prompts user=7
         10:22:50 I worker x job=j9 task=images user=7
         10:22:30 I worker x job=k1 task=images user=8",
    );
    check(
        &one_id_per_step(&job, &steps.lines),
        Found::Something,
        "3 job ids of user 7 within 2 min have one step each (j1: validate, j8: prompts, j9: images): the steps of one piece \
         of work seem to get a new id each",
    );
    let one = evidence(
        &pipeline(),
        "10:22:00 I worker x job=j1 task=validate user=7\n10:22:20 I worker x job=j1 task=prompts user=7",
    );
    check(
        &one_id_per_step(&job, &one.lines),
        Found::Nothing,
        "this job has 2 steps under one id, as it should",
    );
}

#[test]
fn a_leaked_context_shows_by_its_user_or_after_the_end() {
    let done =
        "10:22:00 I orchestrator job_submitted job=j1 user=7\n10:23:00 I orchestrator job_done job=j1 user=7";
    let (job, evidence) = case(done);
    check(
        &context_leak(&job, &evidence.lines),
        Found::Nothing,
        "all its lines name user 7, and none of the service that ended it comes after",
    );
    let (job, evidence) = case(&format!("{done}\n10:22:30 I scraper x job=j1 user=8"));
    check(
        &context_leak(&job, &evidence.lines),
        Found::Something,
        "lines with this job's id name 2 users: 7, 8; a worker kept the context of the work before",
    );
    let (job, evidence) = case(&format!("{done}\n10:23:12 I orchestrator x job=j1 user=7"));
    check(
        &context_leak(&job, &evidence.lines),
        Found::Something,
        "1 line of orchestrator with this job's id after its end at 10:23:00, the last at 10:23:12: the context was not \
         cleared",
    );
    for beside in ["10:23:12 I scraper x job=j1 user=7", "10:23:01 I orchestrator x job=j1 user=7"] {
        let (job, evidence) = case(&format!("{done}\n{beside}"));
        assert_eq!(context_leak(&job, &evidence.lines).found, Found::Nothing, "{beside}");
    }
}

proptest! {
    /// Nothing can be said that panics, and no value after the watched time is an onset.
    #[test]
    fn any_series_is_judged_by_its_own_values(
        values in prop::collection::vec(prop_oneof![any::<f64>(), 0.0..100.0_f64], 0..400),
        kind in prop_oneof![Just(MetricKind::Gauge), Just(MetricKind::Counter)],
        worse in prop_oneof![Just(Worse::Up), Just(Worse::Down), Just(Worse::Either)],
        limit in prop::option::of(0.0..10.0_f64),
    ) {
        let watched = between("10:00:00", "10:15:00");
        let usual = Usual { kind, worse, limit, ..GAUGE };
        if let Some(it) = onset(&series(values), watched, usual) {
            prop_assert!(at("09:00:00") <= it.at && it.at <= watched.end);
        }
    }

    #[test]
    fn any_value_stays_on_one_line_and_inside_its_quotes(text in ".*") {
        let values = Values { job: Some(text), ..Values::default() };
        for language in [Language::Sql, Language::Shell, Language::DoubleQuoted, Language::Text] {
            let it = fill("{job}", &values, language).text;
            prop_assert!(!it.chars().any(char::is_control));
            if language == Language::Sql {
                prop_assert!(it.matches('\'').count().is_multiple_of(2));
            }
        }
        let link = fill_link("https://x/{job}", &values).unwrap();
        prop_assert!(link.is_ascii() && !link.trim_start_matches("https://x/").contains(['/', '?', '#', '&']));
    }

    #[test]
    fn redaction_leaves_nothing_of_a_password(secret in "[a-zA-Z0-9]{8,20}", before in "[a-z ]{0,20}") {
        let text = crate::redact::redacted(&format!("{before} password={secret} after"));
        prop_assert!(!text.contains(&secret) || before.contains(&secret), "{text}");
    }
}

#[test]
fn a_sentence_names_the_day_where_it_is_another() {
    let says = Sentence::of("since ")
        .at(at("10:22:00") - TimeDelta::from_secs(86_400))
        .then(" or ")
        .at(at("10:22:00"));
    assert_eq!(
        says.told(Timestamp::from_nanos(at("11:00:00").nanos()), 0),
        "since 2026-03-13 10:22:00 or 10:22:00"
    );
    assert_eq!(says.told(at("11:00:00"), 3_600), "since 2026-03-13 11:22:00 or 11:22:00");
}
