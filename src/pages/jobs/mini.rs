//! Where a job's time went, as one picture: the layers of a background, so that a row needs one element for it.

use std::fmt::Write as _;

use domain::job::AttemptOutcome;
use domain::jobs::{JobRow, Segment, SegmentKind};
use domain::system::System;
use domain::time::Timestamp;

/// Narrower than this share a stretch would not be seen.
const MIN_SHARE: f64 = 0.012;
/// How many colours stages take in turn.
const N_COLOURS: usize = 8;

/// A `background` whose layers are the stretches of a job, from its start to its end or to `now`.
pub(super) fn picture(job: &JobRow, now: Timestamp) -> String {
    let total = job.total(now).as_secs_f64().max(1e-6);
    let mut layers = String::new();
    // What is written first lies above: ends of failures, then work, then waits.
    for pass in [Pass::Ends, Pass::Work, Pass::Waits] {
        for segment in &job.segments {
            let (from, to) = shares(segment, job, now, total);
            pass.write(&mut layers, segment, from, to);
        }
    }
    if layers.is_empty() { "none".to_owned() } else { layers }
}

/// Where a stretch begins and ends, as shares of the whole.
fn shares(segment: &Segment, job: &JobRow, now: Timestamp, total: f64) -> (f64, f64) {
    let share = |at: Timestamp| ((at - job.start).as_secs_f64() / total).clamp(0.0, 1.0);
    let open_end = job.end.unwrap_or(now);
    let (from, to) = (share(segment.from), share(segment.to.unwrap_or(open_end)));
    let to = to.max(from + MIN_SHARE);
    if to > 1.0 { ((1.0 - (to - from)).max(0.0), 1.0) } else { (from, to) }
}

#[derive(Clone, Copy)]
enum Pass {
    Ends,
    Work,
    Waits,
}

impl Pass {
    fn write(self, layers: &mut String, segment: &Segment, from: f64, to: f64) {
        let has_failed =
            matches!(segment.kind, SegmentKind::Work(AttemptOutcome::Failed | AttemptOutcome::Retried));
        let image = match (self, segment.kind) {
            (Self::Ends, SegmentKind::Work(_)) if has_failed => {
                return layer(
                    layers,
                    "linear-gradient(var(--fail), var(--fail))",
                    (to - 0.02).max(from),
                    to,
                    "8px",
                );
            }
            (Self::Work, SegmentKind::Work(AttemptOutcome::Running)) => {
                let colour = colour(segment);
                format!("linear-gradient(90deg, {colour} 55%, color-mix(in srgb, {colour} 35%, transparent))")
            }
            (Self::Work, SegmentKind::Work(_)) => {
                let colour = colour(segment);
                format!("linear-gradient({colour}, {colour})")
            }
            (Self::Waits, SegmentKind::Wait) => {
                "repeating-linear-gradient(90deg, var(--line-strong) 0 2px, transparent 2px 4px)".to_owned()
            }
            (Self::Ends | Self::Waits, SegmentKind::Work(_))
            | (Self::Ends | Self::Work, SegmentKind::Wait) => return,
        };
        layer(layers, &image, from, to, if matches!(self, Self::Waits) { "6px" } else { "8px" });
    }
}

/// One layer. A position in per cent is of the room that the layer leaves.
fn layer(layers: &mut String, image: &str, from: f64, to: f64, height: &str) {
    let width = to - from;
    let place = if width < 1.0 { from / (1.0 - width) } else { 0.0 };
    let comma = if layers.is_empty() { "" } else { ", " };
    // Writing to a string cannot fail.
    let _ =
        write!(layers, "{comma}{image} {:.2}% 50% / {:.2}% {height} no-repeat", place * 100.0, width * 100.0);
}

fn colour(segment: &Segment) -> String {
    let place = segment.colour.map_or(N_COLOURS, |it| usize::from(it) % N_COLOURS + 1);
    format!("var(--c{place})")
}

/// The same in words: `waited 12 s, scrape 3.1 s, scrape failed after 4 s`.
pub(super) fn words(job: &JobRow, system: &System, now: Timestamp) -> String {
    let title = |segment: &Segment| {
        let stage = segment.colour.and_then(|it| system.stages.get(usize::from(it)));
        stage.map_or_else(|| "work".to_owned(), |it| it.title.clone())
    };
    let one = |segment: &Segment| {
        let length = segment.to.or(job.end).unwrap_or(now) - segment.from;
        let title = title(segment);
        match segment.kind {
            SegmentKind::Wait => format!("waited {length} for {title}"),
            SegmentKind::Work(AttemptOutcome::Failed) => format!("{title} failed after {length}"),
            SegmentKind::Work(AttemptOutcome::Retried) => {
                format!("{title} failed after {length} and was tried again")
            }
            SegmentKind::Work(AttemptOutcome::Running) => format!("{title} runs for {length}"),
            SegmentKind::Work(AttemptOutcome::Done | AttemptOutcome::Unknown) => {
                format!("{title} took {length}")
            }
        }
    };
    job.segments.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_stands_where_its_share_of_time_is() {
        let mut layers = String::new();
        layer(&mut layers, "red", 0.25, 0.75, "8px");
        // Half as wide as the room: half of what is left over lies before it.
        assert_eq!(layers, "red 50.00% 50% / 50.00% 8px no-repeat");
        layer(&mut layers, "blue", 0.0, 1.0, "8px");
        assert!(layers.ends_with(", blue 0.00% 50% / 100.00% 8px no-repeat"), "{layers}");
    }
}
