//! The line above the rows, which stays in view: what the columns are, and the axis with its folds.

use std::sync::Arc;

use domain::timeline::{Fold, FoldedAxis};
use leptos::html::Div;
use leptos::prelude::*;

use super::Picture;
use crate::components::timeline::{axis_labels, wall_millis};
use crate::components::virtual_list::Size;
use crate::state::{Memo, use_clock};

/// About how wide a letter of a label is, in CSS pixels.
const LETTER_PX: f64 = 6.5;

#[component]
pub(super) fn Head(
    picture: Signal<Arc<Picture>>,
    axis: Signal<Arc<FoldedAxis>>,
    plot: NodeRef<Div>,
    plot_size: ReadSignal<Size>,
) -> impl IntoView {
    let clock = use_clock();
    let width_px = Memo::new(move |_| plot_size.with(|it| it.width_px));
    let is_empty = Memo::new(move |_| picture.with(|it| it.forest.is_empty()));
    let labels = Memo::new(move |_| match is_empty.get() {
        true => Vec::new(),
        false => {
            axis.with(|it| axis_labels(it, width_px.get(), |text| text.chars().count() as f64 * LETTER_PX))
        }
    });
    let since = move || {
        if is_empty.get() {
            return String::new();
        }
        let at = axis.with(|it| it.corners.first().map(|it| it.0)).unwrap_or_default();
        format!("{} {}", wall_millis(clock, at), clock.zone_name(at))
    };
    let n_services = Memo::new(move |_| picture.with(|it| it.forest.services().len()));
    view! {
        <div class="wf-head" aria-hidden="true">
            <div class="wf-name">
                <span>{move || if n_services.get() == 1 { "1 service" } else { "service and span" }}</span>
                <span class="wf-since">{since}</span>
            </div>
            <div class="wf-track">
                <div class="wf-plot" node_ref=plot>
                    {move || labels.get().into_iter().map(|it| it.view()).collect_view()}
                </div>
            </div>
        </div>
    }
}

/// The folds of the axis, behind all rows.
#[component]
pub(super) fn Folds(axis: Signal<Arc<FoldedAxis>>) -> impl IntoView {
    let folds = Memo::new(move |_| axis.with(|it| it.folds.clone()));
    let percent = |place: f64| format!("{:.3}%", place * 100.0);
    let fold = move |it: Fold| {
        view! { <i class="wf-idle" style:left=percent(it.left) style:width=percent(it.right - it.left)></i> }
    };
    view! {
        <div class="wf-folds" aria-hidden="true">
            <div class="wf-plot">{move || folds.get().into_iter().map(fold).collect_view()}</div>
        </div>
    }
}
