//! Jobs that began before a range and hang.

use domain::jobs::Rows;

use super::super::earlier::{EarlierInquiry, EarlierQuestion, EarlierReport};
use super::*;

const HOUR: i64 = 3_600;

/// The day before the last hour.
fn day_before() -> TimeRange {
    TimeRange {
        start: Timestamp::from_secs(END_SECS - 25 * HOUR),
        end: Timestamp::from_secs(END_SECS - HOUR),
    }
}

fn line(ago: i64, job: &str, event: &str) -> (i64, String) {
    (END_SECS - ago, format!(r#"{{"event":"{event}","job":"{job}"}}"#))
}

/// What is told, from the first to the last.
fn look(store: &dyn Transport, system: SharedSystem, listed: Rows) -> EarlierReport {
    let question =
        EarlierQuestion { range: day_before(), now: Timestamp::from_secs(END_SECS), listed, selector: 0 };
    let reader = Rc::new(LineReader::new(&system));
    let plan = EarlierInquiry::new(system, reader, question);
    let mut report = Plan::report(&plan);
    drive(plan, store, |it| report = it).now_or_never().expect("nothing here waits");
    assert!(report.is_done);
    report
}

fn ids(report: &EarlierReport) -> Vec<&str> {
    report.stuck.iter().map(|it| it.id.as_str()).collect()
}

/// Jobs that ended in their time, and one each that hangs, that ended later, that still shows life, and that began later.
fn store() -> Store {
    let mut store = Store::default();
    for (place, ago) in (2 * HOUR..24 * HOUR).step_by(600).enumerate() {
        let job = format!("good-{place}");
        store.lines.extend([
            line(ago, &job, "submitted"),
            line(ago - 1, &job, "started"),
            line(ago - 9, &job, "done"),
        ]);
    }
    for (job, ago) in
        [("hangs", 20 * HOUR), ("never-began", 22 * HOUR), ("late", 5 * HOUR), ("lives", 3 * HOUR)]
    {
        store.lines.push(line(ago, job, "submitted"));
    }
    store.lines.extend([line(20 * HOUR - 60, "hangs", "started"), line(5 * HOUR - 9, "late", "started")]);
    store.lines.extend([
        line(600, "late", "done"),
        line(60, "lives", "started"),
        line(3_000, "new", "submitted"),
    ]);
    store
}

#[test]
fn what_began_before_and_hangs_is_found_and_nothing_else() {
    let store = store();
    let report = look(&store, system(false), Rows::default());
    assert_eq!(ids(&report), ["never-began", "hangs"], "the longest quiet first");
    assert_eq!((report.complete_from, report.failure, report.n_left_out), (day_before().start, None, 0));
    let asked = store.asked.borrow();
    assert!(asked.len() < 20, "{} questions", asked.len());
    let (query, range) = asked.iter().find(|it| it.0.contains("hangs")).unwrap();
    assert!(query.contains(r#"{app="pipe"} |~ "never-began|hangs|late|lives""#), "{query}");
    assert_eq!(range.end.secs(), END_SECS, "what ended since then has not hung");
}

#[test]
fn what_is_listed_is_known_already() {
    let store = store();
    let listed = look(&store, system(false), Rows::default()).stuck;
    assert_eq!(ids(&look(&store, system(false), listed)), [""; 0]);
}

#[test]
fn only_lines_that_say_that_a_job_began_or_ended_are_asked_for_where_words_tell_them() {
    let mut system = (*system(false)).clone();
    let rule = |kind, word: &str| EventRule {
        kind,
        when: vec![Condition {
            field: ConditionField::Role(Role::Event),
            test: TextTest::Is(word.to_owned()),
        }],
        stage: EventStage::Job,
    };
    system
        .logs
        .events
        .extend([rule(EventKind::JobSucceeded, "finished"), rule(EventKind::JobFailed, "gave_up")]);
    let report = look(&store(), Arc::new(system), Rows::default());
    assert_eq!(report.asked.query, r#"{app="pipe"} |~ "job|task" |~ "submitted|finished|gave_up""#);
}

#[test]
fn what_could_not_be_looked_through_is_told() {
    let store = store();
    store.fails_before_secs.set(END_SECS - 21 * HOUR);
    let report = look(&store, system(false), Rows::default());
    assert!(report.failure.is_some() && report.complete_from > day_before().start);
    // The questions about single jobs reach back to where nothing can be had.
    assert!(report.stuck.is_empty());
    let nobody = crate::testing::Script::default();
    let report = look(&nobody, system(false), Rows::default());
    assert!(report.failure.is_some() && report.complete_from == day_before().end);
}

#[test]
fn of_very_many_without_an_end_the_oldest_are_looked_at() {
    let mut store = Store::default();
    for job in 0..130 {
        store.lines.push(line(2 * HOUR + job * 60, &format!("j-{job:03}"), "submitted"));
    }
    let report = look(&store, system(false), Rows::default());
    assert_eq!((report.stuck.len(), report.n_left_out), (100, 30));
    assert_eq!(ids(&report).first(), Some(&"j-129"));
}
