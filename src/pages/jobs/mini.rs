//! Where a job's time went, as one picture: the layers of a background, so that a row needs one element for it.

use std::fmt::Write as _;

use domain::job::AttemptOutcome;
use domain::jobs::{JobRow, Segment, SegmentKind};
use domain::system::System;
use domain::time::Timestamp;

/// Narrower than this share a stretch would not be seen.
const MIN_SHARE: f64 = 0.012;
/// How wide the mark at the end of a failed attempt is.
const END_SHARE: f64 = 0.02;
/// What waits look like.
const WAIT: &str = "repeating-linear-gradient(90deg, var(--line-strong) 0 2px, transparent 2px 4px)";
/// How many colours stages take in turn.
const N_COLOURS: usize = 8;

/// A `background` that shows the stretches of a job, from its start to its end or to `now`: one layer for all work, and one
/// for each wait below it.
pub(super) fn picture(job: &JobRow, now: Timestamp) -> String {
    let total = job.total(now).as_secs_f64().max(1e-6);
    let mut layers = String::new();
    let placed: Vec<(&Segment, f64, f64)> = job
        .segments
        .iter()
        .map(|it| {
            let (from, to) = shares(it, job, now, total);
            (it, from, to)
        })
        .collect();
    let work = work(&placed);
    if !work.is_empty() {
        layer(&mut layers, &format!("linear-gradient(90deg{work})"), 0.0, 1.0, "8px");
    }
    for (_, from, to) in placed.iter().filter(|it| it.0.kind == SegmentKind::Wait) {
        layer(&mut layers, WAIT, *from, *to, "6px");
    }
    if layers.is_empty() { "none".to_owned() } else { layers }
}

/// Where a stretch begins and ends, as shares of the whole.
fn shares(segment: &Segment, job: &JobRow, now: Timestamp, total: f64) -> (f64, f64) {
    let share = |at: Timestamp| ((at - job.start).as_secs_f64() / total).clamp(0.0, 1.0);
    let open_end = job.known_until(now);
    let (from, to) = (share(segment.from), share(segment.to.unwrap_or(open_end)));
    let to = to.max(from + MIN_SHARE);
    if to > 1.0 { ((1.0 - (to - from)).max(0.0), 1.0) } else { (from, to) }
}

/// A stretch in one colour; the last half of one that goes on fades.
struct Band {
    from: f64,
    to: f64,
    colour: String,
    fades: bool,
}

/// The stops of one gradient for all stretches of work, each with a comma before it; empty where there are none.
fn work(placed: &[(&Segment, f64, f64)]) -> String {
    let (mut ends, mut bands) = (Vec::new(), Vec::new());
    for (segment, from, to) in placed {
        let SegmentKind::Work(outcome) = segment.kind else { continue };
        if matches!(outcome, AttemptOutcome::Failed | AttemptOutcome::Retried) {
            let from = (to - END_SHARE).max(*from);
            ends.push(Band { from, to: *to, colour: "var(--fail)".to_owned(), fades: false });
        }
        bands.push(Band {
            from: *from,
            to: *to,
            colour: colour(segment),
            fades: outcome == AttemptOutcome::Running,
        });
    }
    // Where stretches overlap, ends of failures lie above, then the first.
    ends.append(&mut bands);
    let mut cuts: Vec<f64> = ends.iter().flat_map(|it| [it.from, it.to]).collect();
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    let mut stops = String::new();
    let mut stop = |colour: &str, at: &[f64]| {
        let at = at.iter().fold(String::new(), |at, it| format!("{at} {:.2}%", it * 100.0));
        stops.push_str(&format!(", {colour}{at}"));
    };
    let mut reached = 0.0;
    for (from, to) in cuts.iter().copied().zip(cuts.iter().copied().skip(1)) {
        let Some(band) = ends.iter().find(|it| it.from <= from && to <= it.to) else { continue };
        if reached < from {
            stop("transparent", &[reached, from]);
        }
        if band.fades && to == band.to {
            stop(&band.colour, &[from, from + (to - from) * 0.55]);
            stop(&format!("color-mix(in srgb, {} 35%, transparent)", band.colour), &[to]);
        } else {
            stop(&band.colour, &[from, to]);
        }
        reached = to;
    }
    if reached > 0.0 && reached < 1.0 {
        stop("transparent", &[reached]);
    }
    stops
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
        let length = segment.to.unwrap_or(job.known_until(now)) - segment.from;
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

    #[test]
    fn stretches_of_work_share_one_gradient() {
        let segment = |outcome, colour| Segment {
            kind: SegmentKind::Work(outcome),
            colour: Some(colour),
            from: Timestamp::default(),
            to: None,
        };
        let (done, failed) = (segment(AttemptOutcome::Done, 0), segment(AttemptOutcome::Failed, 1));
        let running = segment(AttemptOutcome::Running, 2);
        assert_eq!(work(&[]), "");
        // The failed one begins before the first is over, which lies above it.
        assert_eq!(
            work(&[(&done, 0.1, 0.5), (&failed, 0.4, 0.7)]),
            ", transparent 0.00% 10.00%, var(--c1) 10.00% 40.00%, var(--c1) 40.00% 50.00%, var(--c2) 50.00% 68.00%, var(--fail) 68.00% 70.00%, transparent 70.00%"
        );
        assert_eq!(
            work(&[(&running, 0.0, 1.0)]),
            ", var(--c3) 0.00% 55.00%, color-mix(in srgb, var(--c3) 35%, transparent) 100.00%"
        );
    }
}
