//! The incident view: how deep the queues are, and how long reads and writes take, never merged.

mod card;
mod model;

use std::sync::Arc;

use charts::{LineChart, Zone};
use domain::ids::TraceId;
use domain::system::MetricRole;
use domain::time::{RangeSpec, TimeRange, Timestamp};
use domain::view_state::Page;
use inquiry::panels::{Panel, PanelsInquiry, PanelsQuestion};
use leptos::prelude::*;

use crate::components::age::Age;
use crate::components::empty_panel::EmptyPanel;
use crate::net::use_plan;
use crate::state::{Memo, go_to, use_clock, use_system, use_view};
use card::{Heading, PanelCard, PanelCardProps, Shared};

/// What the page asks for.
const ROLES: [MetricRole; 4] =
    [MetricRole::QueueDepth, MetricRole::DeadLetters, MetricRole::ReadLatency, MetricRole::WriteLatency];
/// What each is called where it is not known.
const NAMES: [&str; 4] = ["queue depth", "dead letters", "read latency", "write latency"];
/// The variable of the address that puts read and write on one scale, and its value.
const SCALE_VAR: (&str, &str) = ("scale", "same");

/// The page.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let system = use_system();
    let has_metrics =
        Memo::new(move |_| system.with(|it| ROLES.iter().any(|role| it.metric(*role).is_some())));
    view! {
        <div class="overview">
            {move || if has_metrics.get() { view! { <Panels /> }.into_any() } else { view! { <NoMetrics /> }.into_any() }}
        </div>
    }
}

/// What stands in the place of the panels of a system that has no metric for any of them.
#[component]
fn NoMetrics() -> impl IntoView {
    let (view, system) = (use_view(), use_system());
    let why = move || system.with(|it| format!("No metrics are known of “{}”.", it.name));
    let what_else = "Its system file names none for queue depth, dead letters or latency. Its jobs are told without them.";
    view! {
        <div class="page-head">
            <h1>{"Overview"}</h1>
        </div>
        <section class="card" aria-label="No metrics">
            <EmptyPanel why=Signal::derive(why) looked_for=Signal::stored(what_else.to_owned())>
                <a class="button" href=move || view.href(|it| go_to(it, Page::Jobs))>
                    "See its jobs"
                </a>
            </EmptyPanel>
        </section>
    }
}

/// Every panel, on one time.
#[component]
fn Panels() -> impl IntoView {
    let (view, clock, system) = (use_view(), use_clock(), use_system());
    let points = points_across();
    let progress = use_plan(
        move || Some((system.get().name.clone(), (clock.range().get(), points))),
        move |_, (range, max_points)| {
            PanelsInquiry::new(
                &system.get_untracked(),
                PanelsQuestion { roles: ROLES.to_vec(), range, max_points },
            )
        },
    );
    let [queues, dead, read, write] = ROLES.map(|role| {
        Memo::new(move |_| {
            progress
                .with(|it| it.report.as_ref().and_then(|all| all.iter().find(|it| it.role == role).cloned()))
        })
    });
    let chart = move |panel: Memo<Option<Panel>>| {
        Memo::new(move |old: Option<&Option<Arc<LineChart>>>| {
            let range = clock.range().get();
            let zone =
                Zone { offset_secs: clock.offset_secs(range.end), label: clock.zone_name(range.end).into() };
            panel.with(|panel| match panel {
                // What is shown stays when a refresh fails; the card says so, with its age.
                Some(panel) if panel.failure.is_some() && old.is_some_and(Option::is_some) => {
                    old.cloned().flatten()
                }
                Some(panel) if panel.is_waiting => old.cloned().flatten(),
                Some(panel) => Some(Arc::new(model::chart(panel, &system.get(), range, zone))),
                None => None,
            })
        })
    };
    let same_scale = view.part(|it| it.vars.contains_key(SCALE_VAR.0));
    let (read_chart, write_chart) = (chart(read), chart(write));
    let highest = Memo::new(move |_| {
        let of =
            |chart: Memo<Option<Arc<LineChart>>>| chart.with(|it| it.as_ref().and_then(|it| it.highest()));
        [of(read_chart), of(write_chart)]
            .into_iter()
            .flatten()
            .max_by(f64::total_cmp)
            .filter(|_| same_scale.get())
    });
    let scaled = move |chart: Memo<Option<Arc<LineChart>>>| {
        Memo::new(move |_| chart.get().map(|it| model::on_scale(&it, highest.get())))
    };
    let shared = Shared {
        crosshair: RwSignal::new(None::<Timestamp>),
        on_zoom: Callback::new(move |range: TimeRange| {
            view.push(|it| it.range = RangeSpec::fixed(range));
        }),
        on_exemplar: Callback::new(move |trace: TraceId| {
            view.push(|it| {
                it.page = Page::Job;
                it.job = Some(trace.to_string().into());
                it.trace = Some(trace);
            });
        }),
    };
    // A panel that the system file names no metric for is left out, and told of once.
    let known = Memo::new(move |_| ROLES.map(|role| system.with(|it| it.metric(role).is_some())));
    let [has_queues, has_dead, has_read, has_write] =
        [0, 1, 2, 3].map(|at: usize| Memo::new(move |_| known.with(|it| it.get(at) == Some(&true))));
    let card = move |is_known: Memo<bool>, heading, title, word, panel, chart| {
        move || {
            let props = PanelCardProps { heading, title, word, panel, chart, shared };
            is_known.get().then(|| PanelCard(props))
        }
    };
    let (queue_chart, dead_chart) = (chart(queues), chart(dead));
    let (read_scaled, write_scaled) = (scaled(read_chart), scaled(write_chart));
    let unknown = move || {
        let names = NAMES.iter().zip(known.get()).filter(|(_, is_known)| !is_known).map(|(name, _)| *name);
        let names: Vec<&str> = names.collect();
        let names = match names.as_slice() {
            [] => return None,
            [one] => (*one).to_owned(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        };
        Some(view! { <p class="muted">{format!("The system file names no metric for {names}.")}</p> })
    };
    let toggle_scale = move |_| {
        view.replace(|it| {
            let (name, value) = SCALE_VAR;
            if it.vars.remove(name).is_none() {
                it.vars.insert(name.to_owned(), vec![value.to_owned()]);
            }
        });
    };
    view! {
        <div class="page-head">
            <h1>{"Overview"}</h1>
            <Age at=Signal::derive(move || progress.with(|it| it.updated)) />
        </div>
        <div class="overview-queues">
            {card(has_queues, Heading::Page, "Queue depth by stage", "queues", queues, queue_chart)}
            {card(has_dead, Heading::Page, "Dead letters", "dead", dead, dead_chart)}
        </div>
        <section
            class="card overview-latency"
            aria-label="99th percentile of latency"
            style:display=move || (!has_read.get() && !has_write.get()).then_some("none")
        >
            <header>
                <h2>{"P99 latency, read and write never merged"}</h2>
                <span class="r">
                    <button
                        type="button"
                        class="quiet"
                        style:display=move || (!has_read.get() || !has_write.get()).then_some("none")
                        aria-pressed=move || same_scale.get().to_string()
                        on:click=toggle_scale
                    >
                        "same scale"
                    </button>
                </span>
            </header>
            <div class="overview-pair">
                {card(has_read, Heading::Nested, "read", "read", read, read_scaled)}
                {card(has_write, Heading::Nested, "write", "write", write, write_scaled)}
            </div>
        </section>
        {unknown}
    }
}

/// How many points a series can use on this screen, rounded up so that a small resize asks nothing new.
fn points_across() -> u32 {
    let width_css_px = window().inner_width().ok().and_then(|it| it.as_f64()).unwrap_or(1_200.0);
    let width_px = width_css_px * window().device_pixel_ratio().max(1.0);
    ((width_px / 400.0).ceil() * 400.0).clamp(400.0, 4_000.0) as u32
}
