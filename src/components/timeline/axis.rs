//! The axis above the lanes, and what runs through all of them: folds and the now-line.

use std::sync::Arc;

use super::draw::percent;
use crate::state::Memo;
use domain::time::TimeDelta;
use domain::timeline::{FoldedAxis, Timeline};
use leptos::prelude::*;

/// Room that a label keeps from its neighbours.
const APART_PX: f64 = 8.0;
/// About how far apart labels of the axis stand.
const LABEL_EVERY_PX: f64 = 84.0;

/// One text above the lanes.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::components) struct AxisLabel {
    /// Its middle, in percent of the lane, moved inwards where it would stick out.
    middle_pct: f64,
    text: String,
    /// Whether it is the length of a fold.
    is_fold: bool,
}

impl AxisLabel {
    /// Its element.
    pub(in crate::components) fn view(self) -> impl IntoView {
        view! {
            <span class:tl-idle=self.is_fold style:left=percent(self.middle_pct)>{self.text}</span>
        }
    }
}

/// The texts above the lanes: lengths of folds first, then as many instants as there is room for.
pub(in crate::components) fn axis_labels(
    axis: &FoldedAxis,
    lane_px: f64,
    text_px: impl Fn(&str) -> f64,
) -> Vec<AxisLabel> {
    if lane_px <= 0.0 {
        return Vec::new();
    }
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let mut labels = Vec::new();
    let mut put = |place: f64, text: String, is_fold: bool| {
        let half_px = text_px(&text) / 2.0;
        let middle_px =
            (place * lane_px).clamp(half_px.min(lane_px / 2.0), (lane_px - half_px).max(lane_px / 2.0));
        let (left_px, right_px) = (middle_px - half_px, middle_px + half_px);
        let free = taken.iter().all(|it| right_px + APART_PX <= it.0 || it.1 + APART_PX <= left_px);
        if free && right_px - left_px <= lane_px {
            taken.push((left_px, right_px));
            labels.push(AxisLabel { middle_pct: middle_px / lane_px * 100.0, text, is_fold });
        }
        free
    };
    for fold in &axis.folds {
        let (middle, length) = ((fold.left + fold.right) / 2.0, fold.range.length());
        // Beside others that are folded, the hatching says what the word would.
        let _ = put(middle, idle_text(length), true) || put(middle, length.to_string(), true);
    }
    for tick in axis.ticks((lane_px / LABEL_EVERY_PX) as usize) {
        put(tick.place, tick.label, false);
    }
    labels.sort_by(|a, b| a.middle_pct.total_cmp(&b.middle_pct));
    labels
}

fn idle_text(length: TimeDelta) -> String {
    format!("{length} idle")
}

/// The row of texts above the lanes.
#[component]
pub(super) fn AxisRow(
    /// The wall clock at the left end, with its zone.
    #[prop(into)]
    start: Signal<String>,
    labels: Memo<Vec<AxisLabel>>,
    plot: NodeRef<leptos::html::Div>,
) -> impl IntoView {
    view! {
        <div class="tl-axis" aria-hidden="true">
            <div class="tl-name">{move || start.get()}</div>
            <div class="tl-lane">
                <div class="tl-plot" node_ref=plot>
                    {move || labels.get().into_iter().map(AxisLabel::view).collect_view()}
                </div>
            </div>
        </div>
    }
}

/// What runs through all lanes.
#[component]
pub(super) fn Overlay(timeline: Signal<Arc<Timeline>>) -> impl IntoView {
    let folds = Memo::new(move |_| timeline.with(|it| it.axis.folds.clone()));
    let now = Memo::new(move |_| timeline.with(|it| it.now.map(|now| it.axis.place_of(now))));
    let percent = |place: f64| percent(place * 100.0);
    view! {
        <div class="tl-over" aria-hidden="true">
            <div class="tl-plot">
                {move || {
                    let fold = |it: domain::timeline::Fold| {
                        view! {
                            <div class="tl-fold" style:left=percent(it.left) style:width=percent(it.right - it.left)></div>
                        }
                    };
                    folds.get().into_iter().map(fold).collect_view()
                }}
                {move || now.get().map(|place| view! { <div class="tl-now" style:left=percent(place)></div> })}
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::{TimeRange, Timestamp};

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    /// Labels over 100 s of which these are folded, on so many pixels, each letter 6 px wide.
    fn texts(folds: &[(i64, i64)], lane_px: f64) -> Vec<String> {
        let ranges: Vec<_> = folds.iter().map(|it| TimeRange { start: at(it.0), end: at(it.1) }).collect();
        let axis = FoldedAxis::new(TimeRange { start: at(0), end: at(100) }, &ranges);
        let labels = axis_labels(&axis, lane_px, |it| it.chars().count() as f64 * 6.0);
        labels.into_iter().map(|it| it.text).collect()
    }

    #[test]
    fn the_length_of_a_fold_stands_above_it() {
        assert!(texts(&[(20, 80)], 800.0).contains(&"1 min idle".to_owned()));
    }

    #[test]
    fn labels_never_touch() {
        for lane_px in [60.0, 200.0, 400.0, 1_200.0] {
            let ranges = [TimeRange { start: at(10), end: at(30) }, TimeRange { start: at(33), end: at(90) }];
            let axis = FoldedAxis::new(TimeRange { start: at(0), end: at(100) }, &ranges);
            let px = |it: &str| it.chars().count() as f64 * 6.0;
            let labels = axis_labels(&axis, lane_px, px);
            let ends: Vec<_> = labels
                .iter()
                .map(|it| (it.middle_pct / 100.0 * lane_px, px(&it.text) / 2.0))
                .map(|(middle, half)| (middle - half, middle + half))
                .collect();
            assert!(ends.windows(2).all(|it| it[0].1 < it[1].0), "{lane_px}: {labels:?}");
            assert!(ends.iter().all(|it| it.0 >= -0.01 && it.1 <= lane_px + 0.01), "{lane_px}: {labels:?}");
        }
    }
}
