//! Pairs of jobs, written out, and what differs between them.

use proptest::prelude::*;

use super::*;
use crate::job::assemble;
use crate::job::tests::laws::any_evidence;
use crate::system::Role;
use crate::testing::{at, evidence, pipeline};

const GOOD: &str = "
    10:00:00 I orchestrator job_submitted url=https://docs.example.org/a
    10:00:01 I scraper task_started version=v1 pages=3 corpus=docs
    10:00:04 I scraper scrape_completed stage=scrape
    10:00:05 I chunker task_started version=v1
    10:00:06 I chunker \"split into 12 chunks\"
    10:00:09 I chunker chunk_completed stage=chunk
    10:00:10 I embedder task_started stage=embed version=v1
    10:00:12 I embedder embed_completed stage=embed
";
const BAD: &str = "
    10:20:00 I orchestrator job_submitted url=https://law.example.gov/b
    10:20:01 I scraper task_started version=v1 pages=90 corpus=laws
    10:20:04 I scraper scrape_completed stage=scrape
    10:21:05 I chunker task_started version=v2
    10:21:06 I chunker \"split into 4711 chunks\"
    10:21:07 W chunker \"page 7 has no text\"
    10:21:08 W chunker \"page 12 has no text\"
    10:21:09 E chunker chunk_failed stage=chunk error=thin
";

/// What is told of a pair, one thing a row.
fn told(this: &str, other: &str) -> Vec<String> {
    let mut system = pipeline();
    system.logs.roles.push((Role::Stage, vec!["stage".to_owned()]));
    let (a, b) = (evidence(&system, this), evidence(&system, other));
    let now = at("11:00:00");
    let (job_a, job_b) = (assemble(&system, &"a".into(), &a, now), assemble(&system, &"b".into(), &b, now));
    let it = compare(&system, Side { job: &job_a, evidence: &a }, Side { job: &job_b, evidence: &b }, now);
    let mut rows: Vec<String> = Vec::new();
    rows.extend(it.stages.iter().map(|it| format!("{}: {:?}", it.title, it.change)));
    rows.extend(
        it.attributes
            .iter()
            .map(|it| format!("{}: {} not {}", it.name, it.this.join("+"), it.other.join("+"))),
    );
    rows.extend(it.only_in_this.iter().map(|it| format!("+ {} {} x{}", it.service, it.template, it.count)));
    rows.extend(it.only_in_other.iter().map(|it| format!("- {} {} x{}", it.service, it.template, it.count)));
    rows
}

#[test]
fn a_failed_job_against_a_good_one() {
    assert_eq!(
        told(BAD, GOOD),
        [
            "scrape: Same",
            "chunk: EndedOtherwise",
            "embed: Missing",
            "corpus: laws not docs",
            "host: law.example.gov not docs.example.org",
            "pages: 90 not 3",
            "version: v2 not v1",
            "+ chunker page <n> has no text x2",
            "+ chunker chunk_failed x1",
            "- chunker chunk_completed x1",
            "- embedder task_started x1",
            "- embedder embed_completed x1",
        ]
    );
}

#[test]
fn what_took_longer_and_where() {
    let slow = GOOD
        .replace("10:00:09 I chunker", "10:00:59 I chunker")
        .replace("10:00:10 I embedder", "10:01:00 I embedder")
        .replace("10:00:12 I embedder", "10:01:02 I embedder");
    let rows = told(&slow, GOOD);
    assert_eq!(rows, ["scrape: Same", "chunk: WorkedLonger(13.5)", "embed: Same"]);
    let rows = told(GOOD, &slow);
    assert!(
        matches!(rows.get(1).map(String::as_str), Some("chunk: WorkedShorter(0.07407407407407407)")),
        "{rows:?}"
    );
    let queued = "10:00:00 I orchestrator stage_queued stage=chunk\n10:00:30 I chunker task_started\n10:00:31 I chunker chunk_completed stage=chunk";
    let quick = queued.replace("10:00:30", "10:00:01").replace("10:00:31", "10:00:02");
    assert_eq!(told(queued, &quick).first().map(String::as_str), Some("chunk: WaitedLonger(30.0)"));
    assert_eq!(told(&quick, GOOD).first().map(String::as_str), Some("scrape: Missing"));
}

#[test]
fn what_only_more_lines_say_is_no_difference() {
    let good = "
        10:00:00 I scraper task_started logger=a version=v1
        10:00:04 I scraper scrape_completed logger=b version=v1
    ";
    let bad = "
        10:20:00 I scraper task_started logger=a version=v1
        10:20:04 I scraper \"goes on\" version=v2
    ";
    let rows = told(bad, good);
    assert!(rows.contains(&"version: v2 not v1".to_owned()), "{rows:?}");
    assert!(!rows.iter().any(|it| it.starts_with("logger")), "{rows:?}");
}

#[test]
fn lines_that_differ_by_a_short_id_are_of_one_kind() {
    let of = |id: &str| format!("10:00:00 I scraper \"preset {id}, loaded\"");
    assert_eq!(told(&of("bee53e"), &of("b0b5fe")), ["scrape: Same"]);
    assert_eq!(told(&of("decade"), &of("facade")).len(), 3);
}

proptest! {
    #[test]
    fn a_job_differs_from_itself_in_nothing_and_sides_mirror(a in any_evidence(), b in any_evidence()) {
        let system = pipeline();
        let now = at("11:00:00");
        let (job_a, job_b) = (assemble(&system, &"j1".into(), &a, now), assemble(&system, &"j1".into(), &b, now));
        let (side_a, side_b) = (Side { job: &job_a, evidence: &a }, Side { job: &job_b, evidence: &b });
        prop_assert!(compare(&system, side_a, side_a, now).is_same());
        let (there, back) = (compare(&system, side_a, side_b, now), compare(&system, side_b, side_a, now));
        prop_assert_eq!(&there.only_in_this, &back.only_in_other);
        prop_assert_eq!(there.attributes.len(), back.attributes.len());
        prop_assert_eq!(there.stages.len(), back.stages.len());
        for (one, other) in there.stages.iter().zip(&back.stages) {
            prop_assert_eq!(&one.stage, &other.stage);
            prop_assert_eq!(one.this, other.other);
            prop_assert_eq!(one.change == Change::Missing, other.change == Change::New);
            prop_assert_eq!(one.change == Change::Same, other.change == Change::Same);
        }
    }
}
