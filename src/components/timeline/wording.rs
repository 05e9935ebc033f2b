//! What lanes, bars and ticks say to the pointer that rests on them and to a screen reader.

use domain::time::{NANOS_PER_MILLI, NANOS_PER_SEC, Timestamp, civil_from_timestamp};
use domain::timeline::{Bar, BarKind};

use super::draw::{DrawnLane, DrawnTick};
use super::lane::kind_word;
use crate::state::Clock;

/// `stage scrape: 3 bars, 7 log lines, 2 of them errors`.
pub(super) fn lane_title(drawn: &DrawnLane) -> String {
    let n_lines: usize = drawn.ticks.iter().map(|it| it.n_lines).sum();
    let mut parts = Vec::new();
    if !drawn.bars.is_empty() {
        parts.push(counted(drawn.bars.len(), "bar"));
    }
    if n_lines > 0 {
        parts.push(counted(n_lines, "log line"));
    }
    if drawn.ticks.iter().any(|it| it.level.is_error()) {
        parts.push("errors among them".to_owned());
    }
    if parts.is_empty() {
        parts.push("nothing".to_owned());
    }
    format!("{} {}: {}", kind_word(drawn.lane.kind), drawn.lane.title, parts.join(", "))
}

/// `scrape, attempt 3 · 403, failed: 10:26:02.201 to 10:26:09.441, 7.24 s`.
pub(super) fn bar_title(bar: &Bar, lane: &str, clock: Clock) -> String {
    let mut title = lane.to_owned();
    if !bar.label.is_empty() {
        title = format!("{title}, {}", bar.label);
    }
    let what = match bar.kind {
        BarKind::Work | BarKind::Span => "",
        BarKind::FailedWork | BarKind::FailedSpan => ", failed",
        BarKind::Wait if bar.label.is_empty() => ", waiting in the queue",
        BarKind::Wait => "",
        BarKind::Never => return format!("{lane}: never reached"),
    };
    let start = wall_millis(clock, bar.start);
    if bar.open {
        return format!("{title}{what}: since {start}, {} so far", bar.end - bar.start);
    }
    format!("{title}{what}: {start} to {}, {}", wall_millis(clock, bar.end), bar.end - bar.start)
}

/// `10:26:09.441, error`, or with the number of lines that it stands for.
pub(super) fn tick_title(tick: &DrawnTick, clock: Clock) -> String {
    let (time, level) = (wall_millis(clock, tick.time), tick.level.name());
    match tick.n_lines {
        1 => format!("{time}, {level}"),
        n => format!("{time}, {level}, and {} near it", counted(n - 1, "line")),
    }
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// The wall clock to the second.
pub(super) fn wall_secs(clock: Clock, at: Timestamp) -> String {
    let it = civil_from_timestamp(at, clock.offset_secs(at));
    format!("{:02}:{:02}:{:02}", it.hour, it.minute, it.second)
}

/// The wall clock to the millisecond: `10:26:09.441`.
pub fn wall_millis(clock: Clock, at: Timestamp) -> String {
    format!("{}.{:03}", wall_secs(clock, at), at.nanos().rem_euclid(NANOS_PER_SEC) / NANOS_PER_MILLI)
}

/// The wall clock as exactly as it is known: `10:26:09.441` or `10:26:09.441093220`.
pub fn wall_exact(clock: Clock, at: Timestamp) -> String {
    let text = format!("{}.{:09}", wall_secs(clock, at), at.nanos().rem_euclid(NANOS_PER_SEC));
    let coarser = |text: &str| text.strip_suffix("000").map(str::to_owned);
    coarser(&text).map_or(text, |micros| coarser(&micros).unwrap_or(micros))
}
