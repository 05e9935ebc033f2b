//! The legend: which line is which, its newest value or the one at the crosshair, and the switch to hide it.

use std::sync::Arc;

use charts::{LineChart, moment_label, newest, readout};
use domain::format;
use domain::system::Unit;
use leptos::prelude::*;

use super::shared::Chart;
use crate::state::{Memo, toggle_word};

/// How many colours the style sheet has for series.
const N_COLORS: usize = 8;

/// The legend of one chart.
pub(super) fn legend(chart: Chart) -> impl IntoView {
    let keys = Memo::new(move |_| {
        chart.model.with(|it| {
            let series = it.iter().flat_map(|it| &it.series);
            series.map(|it| (Arc::clone(&it.name), it.color % N_COLORS + 1)).collect::<Vec<_>>()
        })
    });
    let values = Memo::new(move |_| {
        let at = chart.crosshair_inside();
        chart.model.with(|it| it.as_ref().map(|it| values_of(it, at)).unwrap_or_default())
    });
    let moment = move || {
        let at = chart.crosshair_inside()?;
        chart.model.with(|it| it.as_ref().map(|it| moment_label(at, it)))
    };

    view! {
        <figcaption class="chart-legend">
            <For
                each=move || keys.get()
                key=|key| key.clone()
                children=move |(name, color)| {
                    let value = {
                        let name = Arc::clone(&name);
                        move || values.with(|it| it.iter().find(|it| it.0 == name).map(|it| it.1))
                    };
                    key(chart, name, color, Signal::derive(value))
                }
            />
            <span class="chart-at">{moment}</span>
        </figcaption>
    }
}

/// Name and value of each series: at the crosshair while there is one, else the newest.
fn values_of(chart: &LineChart, at: Option<domain::time::Timestamp>) -> Vec<(Arc<str>, Value)> {
    let values = match at {
        Some(at) => readout(chart, at),
        None => newest(chart),
    };
    let named = chart.series.iter().zip(values);
    named.map(|(series, value)| (Arc::clone(&series.name), (value.unwrap_or(f64::NAN), chart.unit))).collect()
}

/// A number and what it counts.
type Value = (f64, Unit);

/// One line of the legend.
fn key(chart: Chart, name: Arc<str>, color: usize, value: Signal<Option<Value>>) -> impl IntoView {
    let is_shown = {
        let name = Arc::clone(&name);
        Memo::new(move |_| chart.view.with(|it| !it.hidden.contains(&name)))
    };
    let focus = {
        let name = Arc::clone(&name);
        move |on: bool| {
            let focused = on.then(|| Arc::clone(&name));
            if chart.focused.with_untracked(|it| *it != focused) {
                chart.focused.set(focused);
            }
        }
    };
    let (focus_in, focus_out) = (focus.clone(), focus.clone());
    let (point_in, point_out) = (focus.clone(), focus);
    let press = {
        let name = Arc::clone(&name);
        move |event: web_sys::MouseEvent| {
            if event.shift_key() {
                let all = chart.with_model(|it, _| it.series.iter().map(|it| Arc::clone(&it.name)).collect());
                let all: Vec<_> = all.unwrap_or_default();
                chart.hidden.update(|it| show_alone(it, &name, &all));
            } else {
                toggle_word(chart.hidden, &name);
            }
        }
    };

    view! {
        <button
            type="button"
            class="chart-key"
            aria-pressed=move || is_shown.get().to_string()
            title="Click to hide or show this line, with Shift to see it alone"
            on:click=press
            on:pointerenter=move |_| point_in(true)
            on:pointerleave=move |_| point_out(false)
            on:focus=move |_| focus_in(true)
            on:blur=move |_| focus_out(false)
        >
            <i class=format!("swatch c{color}")></i>
            <span class="chart-name">{name.to_string()}</span>
            <b title=move || {
                value.get().map(|(it, unit)| format::exact(it, unit))
            }>{move || value.get().map(|(it, unit)| format::value(it, unit))}</b>
        </button>
    }
}

/// Hides all others, or shows all again when they are hidden already.
fn show_alone(hidden: &mut Vec<String>, name: &str, all: &[Arc<str>]) {
    let others: Vec<String> = all.iter().filter(|it| ***it != *name).map(ToString::to_string).collect();
    let is_alone = others.iter().all(|it| hidden.contains(it)) && !hidden.iter().any(|it| it == name);
    *hidden = if is_alone { Vec::new() } else { others };
}
