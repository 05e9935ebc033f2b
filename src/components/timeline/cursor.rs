//! Where the keyboard stands among the bars, and where an arrow takes it.

use super::draw::DrawnLane;

/// One bar, by its lane and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) lane: usize,
    pub(super) bar: usize,
}

/// A way to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Left,
    Right,
    Up,
    Down,
    First,
    Last,
}

impl Move {
    /// The move that a key stands for (names of `KeyboardEvent.key`).
    pub(super) fn of_key(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowLeft" => Self::Left,
            "ArrowRight" => Self::Right,
            "ArrowUp" => Self::Up,
            "ArrowDown" => Self::Down,
            "Home" => Self::First,
            "End" => Self::Last,
            _ => return None,
        })
    }
}

/// The first bar that can be selected.
pub(super) fn first_place(lanes: &[DrawnLane]) -> Option<Place> {
    places(lanes).next()
}

/// Where a move leads: along a lane to its neighbour, across lanes to the bar nearest in time. `None` at an end.
pub(super) fn moved(lanes: &[DrawnLane], from: Place, way: Move) -> Option<Place> {
    let in_lane = || places(lanes).filter(|it| it.lane == from.lane);
    match way {
        Move::Left => in_lane().filter(|it| it.bar < from.bar).last(),
        Move::Right => in_lane().find(|it| it.bar > from.bar),
        Move::First => in_lane().next(),
        Move::Last => in_lane().last(),
        Move::Up => {
            let lane = places(lanes).filter(|it| it.lane < from.lane).last()?.lane;
            nearest(lanes, from, lane)
        }
        Move::Down => {
            let lane = places(lanes).find(|it| it.lane > from.lane)?.lane;
            nearest(lanes, from, lane)
        }
    }
}

/// Every bar that can be selected, lane by lane.
fn places(lanes: &[DrawnLane]) -> impl Iterator<Item = Place> {
    lanes.iter().enumerate().flat_map(|(lane, drawn)| {
        let can_be_selected = |(bar, it): (usize, &super::draw::DrawnBar)| {
            it.bar.select.is_some().then_some(Place { lane, bar })
        };
        drawn.bars.iter().enumerate().filter_map(can_be_selected).collect::<Vec<_>>()
    })
}

fn nearest(lanes: &[DrawnLane], from: Place, lane: usize) -> Option<Place> {
    let middle = |place: Place| {
        let bar = lanes.get(place.lane).and_then(|it| it.bars.get(place.bar));
        bar.map_or(0.0, |it| it.left_pct + it.width_pct / 2.0)
    };
    let far = |place: &Place| (middle(*place) - middle(from)).abs();
    places(lanes).filter(|it| it.lane == lane).min_by(|a, b| far(a).total_cmp(&far(b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::timeline::draw::{DrawnBar, LabelPlace};
    use domain::job::Origin;
    use domain::time::Timestamp;
    use domain::timeline::{Bar, BarKind, Lane, LaneKind};

    /// Lanes of bars, each given by its left end in percent; a negative one cannot be selected.
    fn lanes(bars: &[&[f64]]) -> Vec<DrawnLane> {
        let bar = |left_pct: f64| DrawnBar {
            bar: Bar {
                kind: BarKind::Work,
                start: Timestamp::default(),
                end: Timestamp::default(),
                open: false,
                label: String::new(),
                select: (left_pct >= 0.0).then_some(Origin::Inferred),
            },
            left_pct,
            width_pct: 2.0,
            label: LabelPlace::Nowhere,
            text: String::new(),
        };
        let lane = Lane {
            kind: LaneKind::Stage,
            title: String::new(),
            depth: 0,
            colour: None,
            bars: Vec::new(),
            ticks: Vec::new(),
        };
        let drawn = |lefts: &&[f64]| DrawnLane {
            lane: lane.clone(),
            bars: lefts.iter().map(|it| bar(*it)).collect(),
            ticks: Vec::new(),
        };
        bars.iter().map(drawn).collect()
    }

    #[track_caller]
    fn check(from: (usize, usize), way: Move, expected: Option<(usize, usize)>) {
        let lanes = lanes(&[&[0.0, 90.0], &[-1.0], &[10.0, 50.0, 85.0]]);
        let from = Place { lane: from.0, bar: from.1 };
        assert_eq!(moved(&lanes, from, way).map(|it| (it.lane, it.bar)), expected);
    }

    #[test]
    fn arrows_go_to_neighbours_and_to_the_nearest_in_time() {
        check((0, 0), Move::Right, Some((0, 1)));
        check((0, 1), Move::Right, None);
        check((0, 1), Move::Down, Some((2, 2)));
        check((2, 0), Move::Up, Some((0, 0)));
        check((2, 1), Move::Up, Some((0, 1)));
        check((2, 1), Move::Last, Some((2, 2)));
        check((2, 1), Move::First, Some((2, 0)));
        check((2, 1), Move::Down, None);
    }
}
