//! Reading lines, with a small system of its own.

use domain::logs::EventKind;
use domain::logs::Level;
use domain::system::{
    Condition, ConditionField, EventRule, EventStage, JobAttribute, LineFormat, LogRules, Role, Stage,
    TextTest,
};
use domain::time::Timestamp;
use proptest::prelude::*;

use super::*;

/// A system that reads every format, so that a line can go wrong in each of them.
fn system() -> System {
    let roles = [
        (Role::Time, "time"),
        (Role::Level, "level"),
        (Role::Message, "message"),
        (Role::Job, "job"),
        (Role::Trace, "trace"),
        (Role::Stage, "stage"),
        (Role::Error, "error"),
        (Role::Exception, "exception"),
        (Role::Duration, "took"),
    ];
    let pattern = |pattern: &str, join_time: &[&str]| LineFormat::Pattern {
        pattern: pattern.to_owned(),
        logfmt_captures: vec!["context".to_owned()],
        join_time: join_time.iter().map(|it| (*it).to_owned()).collect(),
    };
    let stage = Stage {
        id: "dig".into(),
        title: "Dig".into(),
        aliases: vec!["digging".into()],
        service: None,
        queue: Some("digs".into()),
        in_pipeline: true,
    };
    System {
        stages: vec![stage],
        logs: LogRules {
            formats: vec![
                LineFormat::Json { unwrap: vec!["log".into(), "log.log".into()] },
                pattern("[<level>] [<context>] <message>", &[]),
                pattern("<level> <date> <clock> <message>", &["date", "clock"]),
                pattern("[<time>: <level>] <message>", &[]),
                LineFormat::Logfmt,
            ],
            roles: roles.map(|(role, field)| (role, vec![field.to_owned(), format!("other_{field}")])).into(),
            events: vec![EventRule {
                kind: EventKind::StageFailed,
                when: vec![Condition {
                    field: ConditionField::Role(Role::Message),
                    test: TextTest::Pattern("<task>[<task_id>] failed: <error>".into()),
                }],
                stage: EventStage::FromLine,
            }],
            ..LogRules::default()
        },
        ..System::default()
    }
}

fn read(line: &str) -> LogRecord {
    let raw = RawLine { time: Timestamp::from_secs(7), line: line.into(), labels: &[], metadata: Vec::new() };
    LineReader::new(&system()).read(&raw)
}

#[track_caller]
fn check_message(line: &str, level: Level, message: &str) {
    let record = read(line);
    assert_eq!((record.level, record.message.as_str()), (level, message), "{line}");
}

#[test]
fn the_first_format_that_fits_is_used() {
    check_message(r#"{"level": "warn", "message": "json"}"#, Level::Warn, "json");
    check_message("[INFO] [a=1 b=2] bracketed", Level::Info, "bracketed");
    check_message("[INFO] [not pairs] x", Level::Unknown, "[INFO] [not pairs] x");
    check_message("DEBUG 2026-03-14 10:22:01,341 dated", Level::Debug, "dated");
    check_message("DEBUG of something else entirely", Level::Unknown, "DEBUG of something else entirely");
    check_message("[2026-03-14 10:22:01,341: ERROR] celery", Level::Error, "celery");
    check_message("level=error message=\"log fmt\"", Level::Error, "log fmt");
    check_message("trailing space is not said \n", Level::Unknown, "trailing space is not said");
}

#[test]
fn the_best_field_counts_wherever_it_stands() {
    let labels = [("job".into(), "from-label".into()), ("other_trace".into(), "ff".into())];
    let metadata = vec![("job".into(), "from-metadata".into()), ("trace".into(), "0".into())];
    let reader = LineReader::new(&system());
    let mut raw = RawLine {
        time: Timestamp::default(),
        line: r#"{"other_job": "second"}"#.into(),
        labels: &labels,
        metadata,
    };
    let job = |raw: &RawLine<'_>| reader.read(raw).roles.job.unwrap().to_string();
    assert_eq!(job(&raw), "from-metadata", "a better name beats a nearer place");
    raw.line = r#"{"job": "from-line"}"#.into();
    assert_eq!(job(&raw), "from-line");
    raw.line = r#"{"job": ""}"#.into();
    assert_eq!(job(&raw), "from-metadata", "nothing is no id");
    raw.metadata.clear();
    assert_eq!(job(&raw), "from-label");
    assert_eq!(reader.read(&raw).roles.trace.unwrap().to_string(), format!("{:0>32}", "ff"));
}

#[test]
fn what_jobs_are_told_apart_by_becomes_a_field_of_its_own() {
    let attribute = |name: &str, fields: &[&str], from: &str, patterns: &[&str]| JobAttribute {
        name: name.into(),
        fields: fields.iter().map(|it| (*it).to_owned()).collect(),
        from: match from {
            "" => ConditionField::Role(Role::Message),
            name => ConditionField::Field(name.to_owned()),
        },
        patterns: patterns.iter().map(|it| (*it).to_owned()).collect(),
    };
    let mut system = system();
    system.jobs.attributes = vec![
        attribute("site", &["site", "site_name"], "", &[]),
        attribute("tool", &["tool_name"], "", &["digging with <value>", "at work with <value>"]),
        attribute("hand", &[], "by", &["hand/<value>"]),
    ];
    let told = |line: &str| {
        let labels = [("site_name".into(), "north".into())];
        let raw =
            RawLine { time: Timestamp::default(), line: line.into(), labels: &labels, metadata: Vec::new() };
        let record = LineReader::new(&system).read(&raw);
        ["site", "tool", "hand"].map(|it| record.field(it).map(str::to_owned))
    };
    let some = |it: &str| Some(it.to_owned());
    assert_eq!(told(r#"{"message": "digging with spade "}"#), [some("north"), some("spade"), None]);
    assert_eq!(
        told(r#"{"message": "at work with fork", "by": "hand/left", "site": "south"}"#),
        [some("south"), some("fork"), some("left")]
    );
    let named = r#"{"message": "digging with spade", "tool_name": "pick"}"#;
    assert_eq!(told(named), [some("north"), some("pick"), None]);
    let nothing = r#"{"message": "digging with -", "tool_name": "null", "site": "None"}"#;
    assert_eq!(told(nothing), [some("north"), None, None]);
}

#[test]
fn times_without_a_zone_wait_for_one_to_be_named() {
    let line = "DEBUG 2026-03-14 10:22:01,341 dated";
    assert_eq!(read(line).time, Timestamp::from_secs(7));
    let mut system = system();
    system.logs.zoneless_offset_secs = Some(25_200);
    let raw = RawLine { time: Timestamp::default(), line: line.into(), labels: &[], metadata: Vec::new() };
    assert_eq!(LineReader::new(&system).read(&raw).time.millis(), 1_773_483_721_341 - 25_200_000);
}

#[test]
fn a_traceback_belongs_to_its_line_and_not_to_its_message() {
    let line = "[INFO] [job=j stage=digging] a.b[7-1] failed: KeyError('x')\nTraceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'x'";
    let record = read(line);
    assert_eq!(record.message, "a.b[7-1] failed: KeyError('x')");
    assert_eq!(record.line, line);
    assert_eq!(record.roles.exception.as_deref(), Some("KeyError"));
    assert_eq!(record.event.unwrap().stage, Some("dig".into()));
    assert_eq!(record.roles.task_id.unwrap().as_str(), "7-1");
}

proptest! {
    #[test]
    fn no_line_is_lost_and_none_makes_it_panic(line in prop_oneof![
        any::<String>(),
        "[\\[\\]{}:=\"\\\\<> a-zé0-9,.\n]{0,60}",
        "\\[(INFO|x)\\] \\[[a-z]=[^\\]]{0,9}\\] .{0,20}",
        "\\{\"(message|time|level|trace|took|log|error|exception)\": (\"[^\"]{0,20}\"|[0-9.e-]{1,9}|null|\\{\\})\\}",
        "Traceback \\(most recent call last\\):\n.{0,30}\n.{0,30}",
    ]) {
        let record = read(&line);
        prop_assert_eq!(&record.line, &line);
        prop_assert!(!record.message.is_empty() || line.trim().is_empty());
    }
}
