//! A chart as a person uses it: pointer, keyboard, legend and table.

use std::sync::Arc;

use charts::columns::Extent;
use charts::{ChartSeries, Fill, LineChart};
use domain::ids::TraceId;
use domain::series::{Exemplar, Labels, Series};
use domain::system::Unit;
use domain::time::{TimeRange, Timestamp};
use gloo_timers::future::TimeoutFuture;
use jobscope::components::chart::TimeChart;
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement, KeyboardEvent, KeyboardEventInit, PointerEvent, PointerEventInit};

/// The plot begins so far from the left edge of its box …
const GUTTER: f64 = 56.0;
/// … and ends so far before the right one.
const RIGHT: f64 = 8.0;
/// Width of the box.
const WIDTH: f64 = 664.0;

/// A chart of 100 s at one sample each 10 s, on 600 columns: 6 columns a second.
struct Page {
    place: HtmlElement,
    crosshair: RwSignal<Option<Timestamp>>,
    as_table: RwSignal<bool>,
    zoomed: RwSignal<Option<TimeRange>>,
    opened: RwSignal<Option<TraceId>>,
    _mounted: Box<dyn std::any::Any>,
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn model() -> LineChart {
    let times: Arc<[Timestamp]> = (0..=10).map(|it| at(it * 10)).collect();
    let series = |name: &str, color, values: [f64; 11]| ChartSeries {
        name: name.into(),
        color,
        fill: Fill::None,
        data: Arc::new(Series {
            times: Arc::clone(&times),
            values: values.to_vec(),
            labels: Labels::default(),
        }),
    };
    let trace = "000000000000000000000000000000ab".parse().ok();
    let range = TimeRange { start: at(0), end: at(100) };
    LineChart {
        series: vec![
            series("scrape", 0, [1.0, 2.0, 3.0, 4.0, f64::NAN, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0]),
            series("embed", 1, [5.0; 11]),
        ],
        exemplars: vec![Exemplar { time: at(50), value: 6.0, trace, series: Labels::default() }],
        ..LineChart::new(range, Unit::Seconds)
    }
}

async fn shown(model: Option<LineChart>) -> Page {
    let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    let style = place.style();
    for (property, value) in [("width", "664px"), ("position", "fixed"), ("top", "0"), ("left", "0")] {
        style.set_property(property, value).unwrap();
    }
    document().body().unwrap().append_child(&place).unwrap();
    let (crosshair, zoomed, opened) = (RwSignal::new(None), RwSignal::new(None), RwSignal::new(None));
    let as_table = RwSignal::new(false);
    let model = model.map(Arc::new);
    let mounted = mount_to(place.clone(), move || {
        view! {
            <TimeChart
                title="Latency"
                model=Signal::derive(move || model.clone())
                crosshair
                on_zoom=move |it| zoomed.set(Some(it))
                on_exemplar=move |it| opened.set(Some(it))
                as_table
            />
        }
    });
    // What the style sheet would give them.
    let styles = [
        (".chart", "margin", "0"),
        (".chart-plot", "height", "150px"),
        (".chart-plot", "position", "relative"),
        (".chart-over", "position", "absolute"),
        (".chart-over", "inset", "0"),
    ];
    for (selector, property, value) in styles {
        let element: HtmlElement = place.query_selector(selector).unwrap().unwrap().unchecked_into();
        element.style().set_property(property, value).unwrap();
    }
    TimeoutFuture::new(120).await;
    Page { place, crosshair, as_table, zoomed, opened, _mounted: Box::new(mounted) }
}

impl Page {
    fn find(&self, selector: &str) -> HtmlElement {
        self.place.query_selector(selector).unwrap().expect(selector).unchecked_into()
    }

    fn legend(&self) -> Vec<String> {
        let keys = self.place.query_selector_all(".chart-key").unwrap();
        let text = |it: u32| keys.get(it).unwrap().text_content().unwrap_or_default();
        (0..keys.length()).map(text).collect()
    }

    async fn press(&self, key: &str) {
        let init = KeyboardEventInit::new();
        init.set_key(key);
        init.set_bubbles(true);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
        self.find(".chart-over").dispatch_event(&event).unwrap();
        TimeoutFuture::new(20).await;
    }

    /// The pointer over a second of the chart, half way up.
    async fn point(&self, kind: &str, secs: f64, y: i32) {
        let init = PointerEventInit::new();
        let columns = WIDTH - GUTTER - RIGHT;
        init.set_client_x((GUTTER + secs / 100.0 * columns) as i32);
        init.set_client_y(self.find(".chart-over").get_bounding_client_rect().top() as i32 + y);
        init.set_bubbles(true);
        init.set_pointer_type("mouse");
        let event = PointerEvent::new_with_event_init_dict(kind, &init).unwrap();
        self.find(".chart-over").dispatch_event(&event).unwrap();
        TimeoutFuture::new(20).await;
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        AsRef::<Element>::as_ref(&self.place).remove();
    }
}

#[wasm_bindgen_test]
async fn a_chart_is_drawn_and_tells_what_it_shows() {
    let page = shown(Some(model())).await;
    assert!(page.find("canvas").class_list().contains("is-drawn"));
    let canvas: web_sys::HtmlCanvasElement = page.find("canvas").unchecked_into();
    let dpr = window().device_pixel_ratio();
    assert_eq!((canvas.width(), canvas.height()), ((WIDTH * dpr) as u32, (150.0 * dpr) as u32));
    let told = page.find("canvas").get_attribute("aria-label").unwrap();
    assert!(told.starts_with("Latency, 00:00 to 00:01 UTC. scrape: 11 s at the end, lowest 1 s"), "{told}");
    assert_eq!(page.legend(), ["scrape11 s", "embed5 s"]);
}

#[wasm_bindgen_test]
async fn the_pointer_moves_the_crosshair_and_the_legend_reads_it_out() {
    let page = shown(Some(model())).await;
    page.point("pointermove", 21.0, 60).await;
    assert_eq!(page.crosshair.get_untracked(), Some(at(20)));
    assert_eq!(page.legend(), ["scrape3 s", "embed5 s"]);
    assert_eq!(page.find(".chart-at").text_content().unwrap(), "00:00:20");
    page.point("pointermove", 40.0, 60).await;
    assert_eq!(page.legend(), ["scrape–", "embed5 s"], "a gap has no value");
    page.point("pointerleave", 40.0, 60).await;
    assert_eq!(page.crosshair.get_untracked(), None);
}

#[wasm_bindgen_test]
async fn a_dragged_range_is_zoomed_into() {
    let page = shown(Some(model())).await;
    page.point("pointerdown", 80.0, 60).await;
    page.point("pointermove", 30.0, 60).await;
    assert!(!page.find(".chart-selection").hidden());
    page.point("pointerup", 30.0, 60).await;
    let zoomed = page.zoomed.get_untracked().unwrap();
    let off = |found: Timestamp, secs| (found - at(secs)).millis().abs();
    assert!(off(zoomed.start, 30) < 200 && off(zoomed.end, 80) < 200, "{zoomed:?}");
    assert!(page.find(".chart-selection").hidden());
}

#[wasm_bindgen_test]
async fn a_click_on_an_exemplar_opens_its_trace() {
    let page = shown(Some(model())).await;
    // 6 of 15 s, on a plot from row 128 up to row 8.
    page.point("pointerdown", 50.0, 80).await;
    page.point("pointerup", 50.0, 80).await;
    assert_eq!(page.opened.get_untracked(), "ab".parse().ok());
    assert_eq!(page.zoomed.get_untracked(), None, "a click is no drag");
}

#[wasm_bindgen_test]
async fn the_keyboard_does_what_the_pointer_does() {
    let page = shown(Some(model())).await;
    page.press("ArrowRight").await;
    page.press("ArrowRight").await;
    assert_eq!(page.crosshair.get_untracked(), Some(at(10)));
    let told = page.find(".chart-over").get_attribute("aria-valuetext").unwrap();
    assert_eq!(told, "00:00:10: scrape 2 s, embed 5 s");
    page.press("End").await;
    page.press("ArrowLeft").await;
    assert_eq!(page.crosshair.get_untracked(), Some(at(90)));
    page.crosshair.set(Some(at(50)));
    page.press("Enter").await;
    assert!(page.opened.get_untracked().is_some());
    page.press("+").await;
    let around = |half: i64| Some(TimeRange { start: at(50 - half), end: at(50 + half) });
    assert_eq!(page.zoomed.get_untracked(), around(25));
    page.press("-").await;
    assert_eq!(page.zoomed.get_untracked(), around(100));
    page.press("Escape").await;
    assert_eq!(page.crosshair.get_untracked(), None);
}

#[wasm_bindgen_test]
async fn the_legend_hides_a_line() {
    let page = shown(Some(model())).await;
    page.find(".chart-key").click();
    TimeoutFuture::new(60).await;
    assert_eq!(page.find(".chart-key").get_attribute("aria-pressed").unwrap(), "false");
    let told = page.find("canvas").get_attribute("aria-label").unwrap();
    assert!(!told.contains("scrape") && told.contains("embed"), "{told}");
}

#[wasm_bindgen_test]
async fn the_table_has_the_same_values() {
    let page = shown(Some(model())).await;
    assert!(page.place.query_selector("table").unwrap().is_none());
    page.as_table.set(true);
    TimeoutFuture::new(60).await;
    let row = page.find("tbody tr:nth-child(5)").text_content().unwrap();
    assert_eq!(row, "00:00:40–5 s");
    page.find(".chart-table li button").click();
    assert!(page.opened.get_untracked().is_some());
}

#[wasm_bindgen_test]
async fn nothing_yet_and_nothing_at_all_are_told_apart() {
    let waiting = shown(None).await;
    assert_eq!(waiting.find("figure").get_attribute("aria-busy").unwrap(), "true");
    assert!(waiting.place.query_selector(".chart-empty").unwrap().is_none());
    let empty = shown(Some(LineChart { series: Vec::new(), ..model() })).await;
    assert_eq!(empty.find("figure").get_attribute("aria-busy").unwrap(), "false");
    assert_eq!(empty.find(".chart-empty").text_content().unwrap(), "No values in this range.");
}

#[wasm_bindgen_test]
fn vector_instructions_find_the_same_extremes() {
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let all = [nan, 3.0, -1.0, nan, 7.5, 0.0, -0.5, nan, 2.0, 9.0, -4.0];
    for first in 0..all.len() {
        for past in first..=all.len() {
            let values = &all[first..past];
            let expected = values
                .iter()
                .filter(|it| !it.is_nan())
                .fold(Extent::NONE, |sum, it| Extent { low: sum.low.min(*it), high: sum.high.max(*it) });
            assert_eq!(Extent::of(values), expected, "{values:?}");
        }
    }
    assert_eq!(Extent::of(&[inf, 1.0, -inf, 2.0, nan]), Extent { low: 1.0, high: 2.0 });
}
