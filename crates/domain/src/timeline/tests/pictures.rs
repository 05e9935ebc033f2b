//! What stands in which lane, drawn in words.

use std::fmt::Write as _;

use crate::job::{Origin, assemble};
use crate::testing::{at, evidence, pipeline};
use crate::time::{TimeDelta, Timestamp, civil_from_timestamp};
use crate::timeline::{Bar, BarKind, Folding, LaneKind, Timeline, lay_out};

#[track_caller]
fn check(now: &str, text: &str, expected: &str) {
    let shown = show(&draw(now, text, Folding::On));
    let trimmed: Vec<&str> = expected.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    assert_eq!(shown.trim().lines().map(str::trim).collect::<Vec<_>>(), trimmed, "\n{shown}");
}

fn draw(now: &str, text: &str, folding: Folding) -> Timeline {
    let (system, now) = (pipeline(), at(now));
    let evidence = evidence(&system, text);
    let job = assemble(&system, &"j1".into(), &evidence, now);
    lay_out(&system, &job, &evidence, now, folding)
}

fn show(timeline: &Timeline) -> String {
    let mut out = String::new();
    let range = timeline.range;
    let now = timeline.now.map_or(String::new(), |it| format!(", now {}", clock(it)));
    writeln!(out, "{}..{}{now}", clock(range.start), clock(range.end)).unwrap();
    for fold in &timeline.axis.folds {
        writeln!(out, "fold {}..{}", clock(fold.range.start), clock(fold.range.end)).unwrap();
    }
    for lane in &timeline.lanes {
        let kind = match lane.kind {
            LaneKind::Stage => "stage",
            LaneKind::Queue => "queue",
            LaneKind::Service => "service",
            LaneKind::Spans => "spans",
        };
        let colour = lane.colour.map_or("-".to_owned(), |it| it.to_string());
        writeln!(out, "{kind} {} ({}, colour {colour})", lane.title, lane.depth).unwrap();
        for bar in &lane.bars {
            writeln!(out, "{}", show_bar(bar)).unwrap();
        }
        if !lane.ticks.is_empty() {
            let ticks = lane.ticks.iter().map(|it| format!("{}{}", it.level.letter(), clock(it.time)));
            writeln!(out, "{}", ticks.collect::<Vec<_>>().join(" ")).unwrap();
        }
    }
    out
}

fn show_bar(bar: &Bar) -> String {
    let kind = match bar.kind {
        BarKind::Work => "work",
        BarKind::FailedWork => "FAILED",
        BarKind::Wait => "wait",
        BarKind::Span => "thin",
        BarKind::FailedSpan => "THIN",
        BarKind::Never => "never",
    };
    let open = if bar.open { "…" } else { "" };
    let select = match bar.select {
        Some(Origin::Span(..)) => " -> span",
        Some(Origin::Line(_)) => " -> line",
        Some(Origin::Inferred) | None => "",
    };
    format!("{kind} {}..{}{open} “{}”{select}", clock(bar.start), clock(bar.end), bar.label)
}

fn clock(at: Timestamp) -> String {
    let it = civil_from_timestamp(at, 0);
    let text = format!("{:02}:{:02}.{:03}", it.minute, it.second, it.nanos / 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

const FAILED: &str = "
    10:21:57.902 +300ms server orchestrator POST id=1
    10:21:57.910 I orchestrator job_submitted queue=scrape_jobs
    10:22:03.100 +6770ms consumer scraper run/scrape_task id=3 stage=scrape state=RETRY retries=0
    10:22:03.200 +6s client scraper GET id=4 parent=3 status=error
    10:22:03.114 I scraper task_started trace=1 span=3
    10:22:09.868 W scraper task_retrying trace=1 span=3 reason=\"403 Forbidden\"
    10:24:09.000 +8040ms consumer scraper run/scrape_task id=5 stage=scrape state=RETRY retries=1
    10:24:17.032 W scraper task_retrying trace=1 span=5 reason=\"403 Forbidden\"
    10:26:02.200 +7240ms consumer scraper run/scrape_task id=6 stage=scrape state=FAILURE retries=2
    10:26:09.438 E scraper scrape_failed trace=1 span=6 failed_stage=scraping error_code=http_403
    10:26:09.500 +200ms server orchestrator POST id=7
    10:26:09.688 E orchestrator stage_callback status=failed stage=scrape
";

#[test]
fn a_failed_job() {
    check(
        "10:30:00",
        FAILED,
        "
        21:57.902..26:11.493
        fold 22:10.695..24:08.174
        fold 24:17.865..26:01.374
        service orchestrator (0, colour 5)
        work 21:57.902..21:58.202 “POST” -> span
        work 26:09.5..26:09.7 “POST” -> span
        I21:57.91 E26:09.688
        queue scrape_jobs (1, colour 0)
        wait 21:57.91..22:03.1 “” -> line
        wait 22:09.87..24:09 “until tried again”
        wait 24:17.04..26:02.2 “until tried again”
        stage scrape (0, colour 0)
        FAILED 22:03.1..22:09.87 “attempt 1 · 403” -> span
        FAILED 24:09..24:17.04 “attempt 2 · 403” -> span
        FAILED 26:02.2..26:09.44 “attempt 3 · 403 · gave up” -> span
        I22:03.114 W22:09.868 W24:17.032 E26:09.438
        spans GET (1, colour 0)
        THIN 22:03.2..22:09.2 “GET” -> span
        stage chunk (0, colour 1)
        never 26:09.7..26:11.493 “never”
        stage embed (0, colour 2)
        never 26:09.7..26:11.493 “never”
        ",
    );
}

#[test]
fn folding_can_be_switched_off() {
    let whole = draw("10:30:00", FAILED, Folding::Off);
    assert_eq!(whole.axis.folds, []);
    assert_eq!(whole.axis.folded(), TimeDelta::ZERO);
    let middle = Timestamp::from_nanos(i64::midpoint(whole.range.start.nanos(), whole.range.end.nanos()));
    assert!((whole.axis.place_of(middle) - 0.5).abs() < 1e-6);
    let lanes = draw("10:30:00", FAILED, Folding::On).lanes;
    assert_eq!(lanes.len(), whole.lanes.len());
}

#[test]
fn a_running_job_reaches_up_to_now() {
    check(
        "10:00:09",
        "
        10:00:00 I orchestrator job_submitted
        10:00:01 I scraper task_started
        10:00:02 I scraper scrape_completed
        10:00:04.500 I chunker task_started
        10:00:05 I chunker chatter
        ",
        "
        00:00..00:09.523, now 00:09
        service orchestrator (0, colour 5)
        I00:00
        queue scrape_jobs (1, colour 0)
        wait 00:00..00:01 “” -> line
        stage scrape (0, colour 0)
        work 00:01..00:02 “attempt 1 · done” -> line
        I00:01 I00:02
        queue chunk_jobs (1, colour 1)
        wait 00:02..00:04.5 “”
        stage chunk (0, colour 1)
        work 00:04.5..00:09… “attempt 1 · running” -> line
        I00:04.5 I00:05
        stage embed (0, colour 2)
        never 00:09..00:09.523 “not yet”
        ",
    );
}

#[test]
fn a_stuck_job_is_folded_up_to_now() {
    let timeline =
        draw("18:00:00", "10:00:00 I scraper task_started\n10:00:10 I scraper chatter", Folding::On);
    let fold = timeline.axis.folds[0];
    assert_eq!(timeline.axis.folds.len(), 1);
    assert!(fold.range.start > at("10:00:10") && fold.range.start < at("10:00:11"), "{fold:?}");
    assert!(timeline.lanes[0].bars[0].open);
    assert_eq!(timeline.lanes[0].bars[0].end, at("18:00:00"));
}

#[test]
fn a_lost_worker_and_a_waiting_job() {
    check(
        "10:07:30",
        "
        10:00:00 I chunker task_started task_id=t
        10:00:04 I chunker splitting
        10:07:00 W chunker task_started task_id=t
        10:07:20 E chunker chunk_completed
        ",
        "
        00:00..07:31.564, now 07:30
        fold 00:04.72..06:59.28
        fold 07:20.72..07:29.28
        stage scrape (0, colour 0)
        never 07:30..07:31.564 “not yet”
        stage chunk (0, colour 1)
        work 00:00..00:04 “attempt 1 · end not seen” -> line
        work 07:00..07:20 “attempt 2 · done” -> line
        I00:00 I00:04 W07:00 E07:20
        queue embed_jobs (1, colour 2)
        wait 07:20..07:30… “”
        stage embed (0, colour 2)
        ",
    );
}

#[test]
fn many_kinds_of_spans_share_a_lane_and_tiny_ones_a_bar() {
    let mut text = String::from("10:00:00 +10s consumer chunker run id=1 stage=chunk state=SUCCESS\n");
    for i in 0..500 {
        writeln!(text, "10:00:05.{:03} +10ms internal chunker split parent=1", i / 100).unwrap();
    }
    for (i, name) in ["load", "parse", "clean", "store"].iter().enumerate() {
        writeln!(text, "10:00:0{i} +1s internal chunker {name} parent=1").unwrap();
    }
    let timeline = draw("10:00:20", &text, Folding::On);
    let spans: Vec<_> = timeline.lanes.iter().filter(|it| it.kind == LaneKind::Spans).collect();
    let titles: Vec<&str> = spans.iter().map(|it| it.title.as_str()).collect();
    assert_eq!(titles, ["clean", "split", "3 other kinds of spans"]);
    assert_eq!(
        spans[1].bars.iter().map(|it| it.label.as_str()).collect::<Vec<_>>(),
        ["split × 200", "split × 200", "split × 100"]
    );
}

#[test]
fn a_job_that_only_waits_is_not_folded_into_nothing() {
    let timeline = draw("10:20:00", "10:00:00 I orchestrator job_submitted", Folding::On);
    assert_eq!(timeline.axis.folds, []);
    assert_eq!(timeline.now, Some(at("10:20:00")));
}

#[test]
fn nothing_at_all_is_a_picture_too() {
    check(
        "10:20:00",
        "",
        "
        00:00..00:00.001
        stage scrape (0, colour 0)
        never 00:00.001..00:00.001 “not seen”
        stage chunk (0, colour 1)
        never 00:00.001..00:00.001 “not seen”
        stage embed (0, colour 2)
        never 00:00.001..00:00.001 “not seen”
        ",
    );
}
