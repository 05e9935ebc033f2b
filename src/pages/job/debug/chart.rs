//! Small charts of a step's metrics: those that left their course, in that order; the others by name.

use std::sync::Arc;

use charts::{ChartSeries, Deploy, EndLabel, Fill, LineChart, Zone};
use domain::format::{Precision, clock_beside, value};
use domain::ids::TraceId;
use domain::time::{RangeSpec, TimeRange, Timestamp};
use domain::view_state::Page;
use inquiry::debug::StepChart;
use leptos::prelude::*;

use crate::components::chart::TimeChart;
use crate::state::{go_to, kept_words, use_clock, use_view};

/// Charts that are drawn; a person does not look at more.
const MAX_CHARTS: usize = 6;
/// Lines of one chart.
const MAX_LINES: usize = 8;

#[component]
pub(super) fn Charts(charts: Vec<StepChart>, at: Timestamp) -> impl IntoView {
    let crosshair = RwSignal::new(None::<Timestamp>);
    let has_onset = |it: &StepChart| it.series.iter().any(|it| it.onset.is_some());
    let n_left = charts.iter().filter(|it| has_onset(it)).count();
    // Where nothing left its course, the first ones show how quiet it was.
    let n_drawn = if n_left == 0 { charts.len().min(2) } else { n_left.min(MAX_CHARTS) };
    let quiet: Vec<String> = charts.iter().skip(n_drawn).map(|it| it.title.clone()).collect();
    let drawn = charts.into_iter().take(n_drawn);
    view! {
        <div class="step-charts">
            {drawn.map(|it| view! { <Small chart=it at=at crosshair=crosshair /> }).collect_view()}
        </div>
        {(!quiet.is_empty())
            .then(|| view! { <p class="steps-about muted">{format!("Also looked at: {}.", quiet.join(", "))}</p> })}
    }
}

#[component]
fn Small(chart: StepChart, at: Timestamp, crosshair: RwSignal<Option<Timestamp>>) -> impl IntoView {
    let (view, clock) = (use_view(), use_clock());
    let title = chart.title.clone();
    let hidden = kept_words(format!("hide-{title}"));
    let (label, heading) = (title.clone(), title.clone());
    let told = chart.clone();
    let left = move || onset_words(&told, at, clock.offset_secs(at));
    let model = Signal::derive(move || {
        let zone = Zone { offset_secs: clock.offset_secs(at), label: clock.zone_name(at).into() };
        Some(Arc::new(line_chart(&chart, at, zone)))
    });
    let zoom = Callback::new(move |range: TimeRange| {
        view.push(|it| {
            go_to(it, Page::Overview);
            it.range = RangeSpec::fixed(range);
        });
    });
    let open_trace = Callback::new(move |trace: TraceId| {
        view.push(|it| {
            go_to(it, Page::Job);
            it.job = Some(trace.to_string().into());
        });
    });
    view! {
        <section class="step-chart" aria-label=label>
            <h4>{heading}</h4>
            <p class="muted">{left}</p>
            <TimeChart title=title model=model crosshair=crosshair on_zoom=zoom on_exemplar=open_trace hidden=hidden />
        </section>
    }
}

/// When its series left their course, the first ones first.
fn onset_words(chart: &StepChart, at: Timestamp, offset_secs: i32) -> String {
    let mut left: Vec<_> =
        chart.series.iter().filter_map(|it| Some((&it.name, it.onset.as_ref()?))).collect();
    left.sort_by_key(|(_, it)| it.at);
    if left.is_empty() {
        return "kept its course".to_owned();
    }
    let one = |(name, it): &(&String, &domain::debug::Onset)| {
        let time = clock_beside(it.at, at, offset_secs, Precision::Seconds);
        let from = value(it.usual, chart.unit);
        let to = value(it.furthest, chart.unit);
        if name.is_empty() {
            format!("since {time}: {from} → {to}")
        } else {
            format!("{name} since {time}: {from} → {to}")
        }
    };
    left.iter().take(3).map(one).collect::<Vec<_>>().join("; ")
}

/// The chart with the failure as a mark; lines that left their course come first.
fn line_chart(chart: &StepChart, at: Timestamp, zone: Zone) -> LineChart {
    let mut series: Vec<_> = chart.series.iter().collect();
    series.sort_by_key(|it| it.onset.map_or((1, Timestamp::default()), |it| (0, it.at)));
    let alone = series.len() == 1;
    let lines = series.into_iter().take(MAX_LINES).enumerate().map(|(color, it)| ChartSeries {
        name: if it.name.is_empty() { chart.title.as_str().into() } else { it.name.as_str().into() },
        color,
        fill: if alone { Fill::Area } else { Fill::None },
        data: Arc::new(it.data.clone()),
    });
    LineChart {
        series: lines.collect(),
        step: Some(chart.step.length()),
        slo: chart.limit.filter(|it| *it > 0.0),
        deploys: vec![Deploy { time: at, version: "failure".into() }],
        end_label: EndLabel::Newest,
        zone,
        ..LineChart::new(chart.range, chart.unit)
    }
}
