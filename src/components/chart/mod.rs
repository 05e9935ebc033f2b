//! A line chart over time: canvas, crosshair, zoom, legend and table.

mod keys;
mod legend;
mod plot;
mod pointer;
mod shared;
mod table;

use std::sync::Arc;

use charts::LineChart;
use domain::ids::TraceId;
use domain::time::{TimeRange, Timestamp};
use leptos::prelude::*;

use legend::legend;
use plot::plot;
use shared::{Chart, Selection};
use table::value_table;

use crate::state::Memo;

/// A chart with its legend, as wide as its place and as high as `--chart-h`; its height never depends on the data.
#[component]
pub fn TimeChart(
    /// What it shows, for the accessible name: `Queue depth by stage`.
    #[prop(into)]
    title: Signal<String>,
    /// The chart; `None` as long as nothing was answered.
    #[prop(into)]
    model: Signal<Option<Arc<LineChart>>>,
    /// The instant under the pointer, shared by all charts of a page.
    crosshair: RwSignal<Option<Timestamp>>,
    /// The person wants to see another range.
    #[prop(into)]
    on_zoom: Callback<TimeRange>,
    /// The person wants to see the trace of an exemplar.
    #[prop(into)]
    on_exemplar: Callback<TraceId>,
    /// Why there is nothing to see, when the chart has no value.
    #[prop(into, default = "No values in this range.".into())]
    empty: Signal<String>,
    /// Whether a newer answer is awaited.
    #[prop(into, default = false.into())]
    busy: Signal<bool>,
    /// Whether the values are shown as a table as well.
    #[prop(into, default = false.into())]
    as_table: Signal<bool>,
    /// The names of the lines that the person has hidden, whether they are there now or not.
    #[prop(default = RwSignal::new(Vec::new()))]
    hidden: RwSignal<Vec<String>>,
) -> impl IntoView {
    let focused = RwSignal::new(None::<Arc<str>>);
    let chart = Chart {
        title,
        model,
        crosshair,
        on_zoom,
        on_exemplar,
        hidden,
        focused,
        view: Memo::new(move |_| shared::view_of(&hidden.get(), focused.get())),
        drawing: RwSignal::new(None),
        selection: RwSignal::new(None::<Selection>),
        dpr: crate::canvas::use_device_pixel_ratio(),
    };
    let is_waiting = move || busy.get() || model.with(Option::is_none);

    view! {
        <figure class="chart" class:is-busy=is_waiting aria-busy=move || is_waiting().to_string()>
            {plot(chart, empty)}
            {legend(chart)}
            <Show when=move || as_table.get()>
                {value_table(chart)}
            </Show>
        </figure>
    }
}
