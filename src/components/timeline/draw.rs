//! From lanes to what stands at which place: bars with room for their labels, and ticks that do not pile up.

use domain::job::Origin;
use domain::logs::Level;
use domain::time::Timestamp;
use domain::timeline::{Bar, BarKind, FoldedAxis, Lane, Tick, Timeline};

/// Room left of a label inside its bar.
const PAD_PX: f64 = 6.0;
/// The red end of a failed bar, where no label stands.
const FAILED_END_PX: f64 = 14.0;
/// Room between a bar and the label right of it, and between that label and what comes next.
const GAP_PX: f64 = 5.0;
/// Ticks nearer than this are drawn as one.
const TICK_PX: f64 = 3.0;
/// What stands between the parts of a label.
const SEPARATOR: &str = " · ";
/// The least width of a bar.
const MIN_BAR_PX: f64 = 3.0;

/// One lane, ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DrawnLane {
    pub(super) lane: Lane,
    pub(super) bars: Vec<DrawnBar>,
    pub(super) ticks: Vec<DrawnTick>,
}

/// One bar, ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DrawnBar {
    pub(super) bar: Bar,
    /// Left end and width in percent of the lane.
    pub(super) left_pct: f64,
    pub(super) width_pct: f64,
    pub(super) label: LabelPlace,
    /// What the label says: the bar's, or as many of its parts as there is room for.
    pub(super) text: String,
}

/// Where a label stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LabelPlace {
    /// It fits inside its bar.
    Inside,
    /// It does not, and there is room right of it.
    RightOf,
    /// There is room nowhere: better no label than half a letter.
    Nowhere,
}

/// One or more log lines at one place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DrawnTick {
    pub(super) left_pct: f64,
    pub(super) level: Level,
    pub(super) time: Timestamp,
    pub(super) n_lines: usize,
    pub(super) select: Origin,
}

/// A share of a hundred as a style says it, to a thousandth. A timeline writes hundreds: by whole numbers that is quick.
pub(super) fn percent(value: f64) -> String {
    let thousandths = (value * 1_000.0).round() as i64;
    let (sign, size) = (if thousandths < 0 { "-" } else { "" }, thousandths.unsigned_abs());
    format!("{sign}{}.{:03}%", size / 1_000, size % 1_000)
}

/// Places everything on lanes that are so many CSS pixels wide; `text_px` measures a label.
/// Lanes whose width is not known yet, 0, have nothing on them.
pub(super) fn draw(timeline: &Timeline, lane_px: f64, text_px: impl Fn(&str) -> f64) -> Vec<DrawnLane> {
    let draw_lane = |lane: &Lane| {
        let (mut bars, mut ticks) = (Vec::new(), Vec::new());
        if lane_px > 0.0 {
            // The lane's own name need not stand at each bar again.
            let text_px = |text: &str| if text == lane.title { f64::INFINITY } else { text_px(text) };
            bars = draw_bars(&lane.bars, &timeline.axis, lane_px, text_px);
            ticks = draw_ticks(&lane.ticks, &timeline.axis, lane_px);
        }
        // What is drawn has taken over what was on it.
        let lane = Lane { bars: Vec::new(), ticks: Vec::new(), title: lane.title.clone(), ..*lane };
        DrawnLane { lane, bars, ticks }
    };
    timeline.lanes.iter().map(draw_lane).collect()
}

fn draw_bars(bars: &[Bar], axis: &FoldedAxis, lane_px: f64, text_px: impl Fn(&str) -> f64) -> Vec<DrawnBar> {
    let mut drawn: Vec<DrawnBar> = Vec::with_capacity(bars.len());
    for bar in bars {
        let (left, right) = (axis.place_of(bar.start), axis.place_of(bar.end));
        let width = (right - left).max(0.0);
        let hidden = drawn.last().is_some_and(|last| {
            let same_pixel = (left * 100.0 - last.left_pct) * lane_px < 100.0 && width * lane_px < 1.0;
            same_pixel && (!fails(bar.kind) || fails(last.bar.kind))
        });
        if !hidden {
            drawn.push(DrawnBar {
                bar: bar.clone(),
                left_pct: left * 100.0,
                width_pct: width * 100.0,
                label: LabelPlace::Nowhere,
                text: String::new(),
            });
        }
    }
    let spans: Vec<(f64, f64)> = drawn.iter().map(|it| (it.left_px(lane_px), it.right_px(lane_px))).collect();
    let fold_lefts: Vec<f64> = axis.folds.iter().map(|it| it.left * lane_px).collect();
    let mut covered_until_px = f64::NEG_INFINITY;
    for (idx, each) in drawn.iter_mut().enumerate() {
        let (left_px, right_px) = spans.get(idx).copied().unwrap_or_default();
        // A label ends before the next bar, and before a fold would hide half of it.
        let fold_px = fold_lefts.iter().copied().find(|it| *it >= left_px).unwrap_or(f64::INFINITY);
        let next_px = spans.get(idx + 1).map_or(lane_px + GAP_PX, |it| it.0).min(fold_px);
        let room = Room {
            inside_px: right_px.min(next_px) - left_px,
            // Right of a bar that lies on a longer one there is no free ground.
            beside_px: if right_px < covered_until_px { 0.0 } else { next_px - right_px },
        };
        let fitting = shorter_and_shorter(&each.bar.label)
            .map(|text| (place_label(each.bar.kind, text_px(text), room), text))
            .find(|(place, _)| *place != LabelPlace::Nowhere);
        if let Some((place, text)) = fitting {
            (each.label, each.text) = (place, text.to_owned());
        }
        covered_until_px = covered_until_px.max(right_px);
    }
    drawn
}

/// `a · b · c`, `a · b`, `a`.
fn shorter_and_shorter(label: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(label), |it| it.rsplit_once(SEPARATOR).map(|(shorter, _)| shorter))
        .filter(|it| !it.is_empty())
}

/// Room for a label, in CSS pixels.
#[derive(Clone, Copy)]
struct Room {
    inside_px: f64,
    beside_px: f64,
}

fn fails(kind: BarKind) -> bool {
    match kind {
        BarKind::FailedWork | BarKind::FailedSpan => true,
        BarKind::Work | BarKind::Wait | BarKind::Span | BarKind::Never => false,
    }
}

fn place_label(kind: BarKind, label_px: f64, room: Room) -> LabelPlace {
    let around_px = match kind {
        BarKind::FailedWork => PAD_PX + FAILED_END_PX,
        BarKind::Work | BarKind::Wait => 2.0 * PAD_PX,
        BarKind::Never => 0.0,
        BarKind::Span | BarKind::FailedSpan => f64::INFINITY,
    };
    if around_px + label_px <= room.inside_px {
        LabelPlace::Inside
    } else if GAP_PX + label_px + GAP_PX <= room.beside_px {
        LabelPlace::RightOf
    } else {
        LabelPlace::Nowhere
    }
}

fn draw_ticks(ticks: &[Tick], axis: &FoldedAxis, lane_px: f64) -> Vec<DrawnTick> {
    let mut drawn: Vec<DrawnTick> = Vec::new();
    for tick in ticks {
        let left_pct = axis.place_of(tick.time) * 100.0;
        let last = drawn.last_mut().filter(|last| (left_pct - last.left_pct) * lane_px < TICK_PX * 100.0);
        match last {
            None => drawn.push(DrawnTick {
                left_pct,
                level: tick.level,
                time: tick.time,
                n_lines: 1,
                select: tick.select,
            }),
            Some(last) => {
                last.n_lines += 1;
                // The line that matters most stands for all of them.
                if tick.level > last.level {
                    (last.level, last.time, last.select) = (tick.level, tick.time, tick.select);
                }
            }
        }
    }
    drawn
}

impl DrawnBar {
    fn left_px(&self, lane_px: f64) -> f64 {
        self.left_pct / 100.0 * lane_px
    }

    fn right_px(&self, lane_px: f64) -> f64 {
        self.left_px(lane_px) + (self.width_pct / 100.0 * lane_px).max(MIN_BAR_PX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::{TimeRange, Timestamp};
    use domain::timeline::LaneKind;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn bar(kind: BarKind, start: i64, end: i64, label: &str) -> Bar {
        Bar { kind, start: at(start), end: at(end), open: false, label: label.to_owned(), select: None }
    }

    /// Draws one lane over 100 s on 1,000 px, each letter 10 px wide.
    fn drawn(bars: Vec<Bar>, ticks: Vec<Tick>) -> DrawnLane {
        let axis = FoldedAxis { corners: vec![(at(0), 0.0), (at(100), 1.0)], folds: Vec::new() };
        let lane = Lane { kind: LaneKind::Stage, title: String::new(), depth: 0, colour: None, bars, ticks };
        let range = TimeRange { start: at(0), end: at(100) };
        let timeline = Timeline { range, lanes: vec![lane], axis, now: None };
        draw(&timeline, 1_000.0, |text| text.chars().count() as f64 * 10.0).remove(0)
    }

    #[track_caller]
    fn check_labels(bars: Vec<Bar>, expected: &[LabelPlace]) {
        let places: Vec<_> = drawn(bars, Vec::new()).bars.iter().map(|it| it.label).collect();
        assert_eq!(places, expected);
    }

    #[test]
    fn a_label_stands_inside_or_right_or_nowhere() {
        use LabelPlace::{Inside, Nowhere, RightOf};
        check_labels(vec![bar(BarKind::Work, 0, 20, "attempt")], &[Inside]);
        check_labels(vec![bar(BarKind::Work, 0, 5, "attempt")], &[RightOf]);
        check_labels(
            vec![bar(BarKind::Work, 0, 5, "attempt"), bar(BarKind::Work, 8, 30, "b")],
            &[Nowhere, Inside],
        );
        check_labels(vec![bar(BarKind::Work, 95, 100, "attempt")], &[Nowhere]);
        check_labels(vec![bar(BarKind::Work, 0, 20, "")], &[Nowhere]);
    }

    #[test]
    fn a_fold_hides_no_half_of_a_label() {
        let fold =
            domain::timeline::Fold { range: TimeRange { start: at(5), end: at(10) }, left: 0.05, right: 0.1 };
        let axis = FoldedAxis { corners: vec![(at(0), 0.0), (at(100), 1.0)], folds: vec![fold] };
        let place = |label: &str| {
            let bars = [bar(BarKind::Work, 0, 3, label)];
            draw_bars(&bars, &axis, 1_000.0, |text| text.chars().count() as f64 * 10.0)[0].label
        };
        assert_eq!(place("a"), LabelPlace::Inside);
        assert_eq!(place("attempt"), LabelPlace::Nowhere);
        let long = draw_bars(&[bar(BarKind::Work, 0, 60, "attempt")], &axis, 1_000.0, |_| 70.0);
        assert_eq!(long[0].label, LabelPlace::Nowhere);
    }

    #[test]
    fn the_red_end_of_a_failed_bar_stays_free() {
        check_labels(vec![bar(BarKind::Work, 95, 100, "abc")], &[LabelPlace::Inside]);
        check_labels(vec![bar(BarKind::FailedWork, 95, 100, "abcd")], &[LabelPlace::Nowhere]);
    }

    #[test]
    fn labels_of_overlapping_bars_do_not_run_into_each_other() {
        use LabelPlace::{Inside, Nowhere};
        check_labels(
            vec![bar(BarKind::Work, 0, 50, "attempt one"), bar(BarKind::Work, 5, 60, "attempt two")],
            &[Nowhere, Inside],
        );
        check_labels(
            vec![bar(BarKind::Work, 0, 50, "one"), bar(BarKind::Work, 20, 22, "two")],
            &[Inside, Nowhere],
        );
    }

    #[test]
    fn a_label_without_room_loses_its_last_parts() {
        let text =
            |end, label| drawn(vec![bar(BarKind::Work, 90, end, label)], Vec::new()).bars[0].text.clone();
        assert_eq!(text(100, "a · b"), "a · b");
        assert_eq!(text(95, "a · b · c"), "a");
        assert_eq!(text(95, "abcdef"), "");
    }

    #[test]
    fn crowded_ticks_become_one_and_the_worst_stands_for_all() {
        let key = |hash| Origin::Line(domain::logs::LineKey { time: at(0), hash });
        let tick =
            |millis, level, hash| Tick { time: Timestamp::from_millis(millis), level, select: key(hash) };
        let lane = drawn(
            Vec::new(),
            vec![
                tick(0, Level::Info, 1),
                tick(100, Level::Error, 2),
                tick(200, Level::Info, 3),
                tick(9_000, Level::Info, 4),
            ],
        );
        let ticks: Vec<_> = lane.ticks.iter().map(|it| (it.level, it.n_lines, it.select)).collect();
        assert_eq!(ticks, [(Level::Error, 3, key(2)), (Level::Info, 1, key(4))]);
    }
}
