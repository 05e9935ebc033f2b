//! A waterfall as a person uses it: rows in view, scrolling, folding, keys, marks, zoom.

use std::sync::Arc;

use domain::attr::Attributes;
use domain::ids::{SpanId, TraceId};
use domain::job::Origin;
use domain::time::{TimeDelta, TimeRange, Timestamp};
use domain::timeline::FoldedAxis;
use domain::trace::{Resource, Span, SpanEvent, SpanKind, SpanStatus, Trace};
use domain::waterfall::{Edges, Find, Forest, Marks, Rows, Shape, critical_path};
use gloo_timers::future::TimeoutFuture;
use jobscope::components::waterfall::{Acts, MarkWords, Picture, Waterfall};
use jobscope::state::{Clock, View};
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement, KeyboardEvent, KeyboardEventInit, PointerEvent, PointerEventInit};

const ROW_PX: f64 = 24.0;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(1_760_000_000 + secs)
}

fn span(id: u64, parent: u64, start: i64, secs: i64, service: &str, name: &str) -> Span {
    Span {
        trace: TraceId::from_bytes([1; 16]).unwrap(),
        id: SpanId::from_bytes(id.to_be_bytes()).unwrap(),
        parent: SpanId::from_bytes(parent.to_be_bytes()),
        name: name.into(),
        kind: SpanKind::Internal,
        start: at(start),
        end: at(start + secs),
        status: if name.starts_with("bad") { SpanStatus::Error } else { SpanStatus::Unset },
        status_message: "".into(),
        attributes: Attributes::default(),
        events: Vec::new(),
        links: Vec::new(),
        resource: Arc::new(Resource { service: service.into(), ..Resource::default() }),
    }
}

/// A root over 100 s with `n` children of a second each.
fn many(n: u64) -> Vec<Span> {
    let child = |it: u64| span(it + 2, 1, (it % 90) as i64, 1, "worker", &format!("work {it}"));
    std::iter::once(span(1, 0, 0, 100, "front", "root")).chain((0..n).map(child)).collect()
}

struct Page {
    place: HtmlElement,
    shape: RwSignal<Shape>,
    zoom: RwSignal<Option<TimeRange>>,
    find: RwSignal<Arc<Find>>,
    selected: RwSignal<Option<Origin>>,
    log: RwSignal<Vec<String>>,
    _mounted: Box<dyn std::any::Any>,
}

async fn page(spans: Vec<Span>) -> Page {
    let place: HtmlElement = document().create_element("div").unwrap().dyn_into().unwrap();
    let style = place.style();
    let own = [("width", "1000px"), ("--row", "24px"), ("font", "12px sans-serif"), ("position", "fixed")];
    for (name, value) in own.into_iter().chain([("top", "0"), ("left", "0")]) {
        style.set_property(name, value).unwrap();
    }
    document().body().unwrap().append_child(&place).unwrap();
    // What the style sheet of the app says and this test needs.
    let sheet: HtmlElement = document().create_element("style").unwrap().dyn_into().unwrap();
    sheet.set_text_content(Some(
        ".wf-rows { max-height: 480px; overflow: auto } .wf-all { position: relative } .wf-map-plot { height: 50px; position: relative }
         .wf-head, .wf-row { display: flex; height: 24px } .wf-row { position: absolute; left: 0; right: 0; top: 0 } .wf-row[hidden] { display: none }
         .wf-name { width: 300px } .wf-track { flex: 1; position: relative } .wf-plot { position: absolute; inset: 0 } i { position: absolute }",
    ));
    place.append_child(&sheet).unwrap();
    let forest = Arc::new(Forest::new(&[Trace::from_spans(spans)]));
    let (shape, zoom) = (RwSignal::new(Shape::default()), RwSignal::new(None::<TimeRange>));
    let (find, selected) = (RwSignal::new(Arc::new(Find::default())), RwSignal::new(None::<Origin>));
    let log = RwSignal::new(Vec::new());
    let mounted = mount_to(place.clone(), move || {
        provide_context(Clock::new(View::of_address()));
        let marks = Arc::new(Marks::of(&forest, std::iter::empty()));
        let colours = Arc::new((0..forest.services().len()).collect::<Vec<_>>());
        let (edges, path) = (Arc::new(Edges::of(&forest)), Arc::new(critical_path(&forest)));
        let picture = Memo::new_with_compare(
            {
                let forest = forest.clone();
                move |_| {
                    Arc::new(Picture {
                        rows: Arc::new(Rows::of(&forest, &shape.get())),
                        shape: Arc::new(shape.get()),
                        edges: edges.clone(),
                        marks: marks.clone(),
                        colours: colours.clone(),
                        path: Some(path.clone()),
                        find: find.get(),
                        range: forest.range(),
                        forest: forest.clone(),
                    })
                }
            },
            |_, _| true,
        );
        let range = forest.range();
        let axis = Memo::new(move |_| Arc::new(FoldedAxis::new(zoom.get().unwrap_or(range), &[])));
        let current = Memo::new(move |_| match selected.get()? {
            Origin::Span(trace, span) => picture.with(|it| it.rows.row_of(it.forest.find(trace, span)?)),
            Origin::Line(_) | Origin::Inferred => None,
        });
        let said = move |what: String| log.update(|it| it.push(what));
        let acts = Acts {
            select: Callback::new(move |it| selected.set(Some(it))),
            open: Callback::new(move |()| said("open".to_owned())),
            clear: Callback::new(move |()| selected.set(None)),
            fold: Callback::new(move |(place, away)| {
                let forest = picture.with_untracked(|it| it.forest.clone());
                shape.update(|it| it.fold(&forest, place, away));
            }),
            open_marks: Callback::new(move |row| said(format!("marks {row}"))),
            zoom_to: Callback::new(move |_| said("zoom".to_owned())),
            words: Callback::new(|_| MarkWords::default()),
        };
        view! { <Waterfall picture=picture axis=axis zoom=zoom current=current reveal=current acts=acts /> }
    });
    let page = Page { place, shape, zoom, find, selected, log, _mounted: Box::new(mounted) };
    page.settle().await;
    page
}

/// The next test has the document to itself.
impl Drop for Page {
    fn drop(&mut self) {
        self.place.remove();
    }
}

impl Page {
    /// Waits until a frame has been painted and no row came or went since: a slow machine lays out late.
    async fn settle(&self) {
        let n_rows = || self.all(".wf-row").len();
        for _ in 0..50 {
            let before = n_rows();
            TimeoutFuture::new(60).await;
            if before > 0 && n_rows() == before && self.one(".wf-rows").client_height() > 0 {
                return;
            }
        }
    }

    fn all(&self, selector: &str) -> Vec<Element> {
        let list = self.place.query_selector_all(selector).unwrap();
        (0..list.length()).map(|it| list.get(it).unwrap().dyn_into().unwrap()).collect()
    }

    fn one(&self, selector: &str) -> HtmlElement {
        self.place
            .query_selector(selector)
            .unwrap()
            .unwrap_or_else(|| panic!("no {selector}"))
            .dyn_into()
            .unwrap()
    }

    /// Names of the rows in the document, from top to bottom.
    fn names(&self) -> Vec<String> {
        let mut rows: Vec<(usize, String)> = self
            .all(".wf-row:not([hidden])")
            .into_iter()
            .map(|it| {
                let name = it.query_selector(".wf-operation").unwrap().unwrap().text_content().unwrap();
                (it.get_attribute("data-row").unwrap().parse().unwrap(), name)
            })
            .collect();
        rows.sort();
        rows.into_iter().map(|it| it.1).collect()
    }

    fn row(&self, row: usize) -> HtmlElement {
        self.one(&format!(".wf-row[data-row='{row}']:not([hidden])"))
    }

    async fn press(&self, key: &str) {
        let init = KeyboardEventInit::new();
        init.set_key(key);
        init.set_bubbles(true);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
        self.one(".wf-rows").dispatch_event(&event).unwrap();
        self.settle().await;
    }

    fn selected_name(&self) -> Option<String> {
        let row = self.all(".wf-row.on:not([hidden])").into_iter().next()?;
        row.query_selector(".wf-operation").unwrap().unwrap().text_content()
    }
}

#[wasm_bindgen_test]
async fn only_rows_in_view_exist_and_are_used_again() {
    let page = page(many(20_000)).await;
    let n_before = page.all(".wf-row").len();
    assert!((20..70).contains(&n_before), "{n_before}");
    assert_eq!(page.names()[..2], ["root", "work 0"]);
    let height = page.one(".wf-all").get_bounding_client_rect().height();
    assert_eq!(height, 20_001.0 * ROW_PX);
    for top in [50_000, 240_000, 480_000] {
        page.one(".wf-rows").set_scroll_top(top);
        page.settle().await;
        assert_eq!(page.all(".wf-row").len(), n_before, "no row was made while scrolling");
        let first = (f64::from(top) / ROW_PX) as usize;
        let row = page.row((first + 5).min(20_000));
        let box_ = row.get_bounding_client_rect();
        let view = page.one(".wf-rows").get_bounding_client_rect();
        assert!(
            box_.top() >= view.top() - ROW_PX && box_.top() < view.bottom(),
            "{} {}",
            box_.top(),
            view.top()
        );
    }
    page.one(".wf-rows").set_scroll_top(0);
    page.settle().await;
    assert_eq!(page.names()[0], "root");
}

#[wasm_bindgen_test]
async fn bars_stand_where_their_time_is() {
    let page = page(vec![
        span(1, 0, 0, 100, "a", "root"),
        span(2, 1, 25, 50, "b", "bad child"),
        span(3, 9, 90, 10, "b", "orphan"),
    ])
    .await;
    let plot = page.one(".wf-row[data-row='1'] .wf-plot").get_bounding_client_rect();
    let bar = page.one(".wf-row[data-row='1'] .wf-bar").get_bounding_client_rect();
    assert!((bar.left() - plot.left() - plot.width() * 0.25).abs() < 1.0, "{} {}", bar.left(), plot.left());
    assert!((bar.width() - plot.width() * 0.5).abs() < 1.0);
    assert!(page.row(1).class_name().contains("bad") && !page.row(0).class_name().contains("bad"));
    assert_eq!(
        page.row(1).query_selector(".wf-spoken").unwrap().unwrap().get_attribute("aria-label").unwrap(),
        "bad child, b, 50 s, failed"
    );
    assert!(page.row(2).text_content().unwrap().contains("parent not stored"));
    assert_eq!(page.row(1).get_attribute("aria-level").as_deref(), Some("2"));
    // The root works before and after its child: two stretches of the path, and one on the child.
    assert_eq!(page.all(".wf-row[data-row='0'] .wf-path:not([hidden])").len(), 2);
    assert_eq!(page.all(".wf-row[data-row='1'] .wf-path:not([hidden])").len(), 1);
}

#[wasm_bindgen_test]
async fn keys_go_through_the_rows_fold_and_unfold() {
    let page = page(vec![
        span(1, 0, 0, 100, "a", "root"),
        span(2, 1, 10, 50, "b", "child"),
        span(3, 2, 20, 10, "b", "grandchild"),
        span(4, 1, 70, 10, "b", "second"),
    ])
    .await;
    page.press("ArrowDown").await;
    assert_eq!(page.selected_name().as_deref(), Some("root"));
    page.press("ArrowDown").await;
    assert_eq!(page.selected_name().as_deref(), Some("child"));
    page.press("ArrowRight").await;
    assert_eq!(page.selected_name().as_deref(), Some("grandchild"));
    page.press("ArrowLeft").await;
    page.press("ArrowLeft").await;
    assert_eq!(page.names(), ["root", "child", "second"], "left folds");
    assert_eq!(page.row(1).get_attribute("aria-expanded").as_deref(), Some("false"));
    page.press("ArrowRight").await;
    assert_eq!(page.names(), ["root", "child", "grandchild", "second"], "right unfolds");
    page.press("End").await;
    assert_eq!(page.selected_name().as_deref(), Some("second"));
    page.press("Enter").await;
    page.press("z").await;
    assert_eq!(page.log.get_untracked(), ["open", "zoom"]);
    page.press("Escape").await;
    assert_eq!(page.selected.get_untracked(), None);
}

#[wasm_bindgen_test]
async fn clicks_choose_rows_and_fold_at_the_sign() {
    let page = page(vec![span(1, 0, 0, 100, "a", "root"), span(2, 1, 10, 50, "b", "child")]).await;
    page.row(1).click();
    page.settle().await;
    assert_eq!(page.selected_name().as_deref(), Some("child"));
    page.row(0).query_selector("[data-fold]").unwrap().unwrap().dyn_into::<HtmlElement>().unwrap().click();
    page.settle().await;
    assert_eq!(page.names(), ["root"]);
    page.shape.update(Shape::unfold_all);
    page.settle().await;
    assert_eq!(page.names(), ["root", "child"]);
}

#[wasm_bindgen_test]
async fn a_choice_far_away_comes_into_view() {
    let page = page(many(5_000)).await;
    let trace = TraceId::from_bytes([1; 16]).unwrap();
    page.selected.set(Some(Origin::Span(trace, SpanId::from_bytes(4_000_u64.to_be_bytes()).unwrap())));
    page.settle().await;
    assert!(page.selected_name().is_some(), "the chosen row is in the document");
    let row = page.one(".wf-row.on").get_bounding_client_rect();
    let (view, head) =
        (page.one(".wf-rows").get_bounding_client_rect(), page.one(".wf-head").get_bounding_client_rect());
    assert!(row.top() >= head.bottom() - 1.0 && row.bottom() <= view.bottom() + 1.0);
    let active = page.one(".wf-rows").get_attribute("aria-activedescendant").unwrap();
    assert_eq!(page.one(".wf-row.on").id(), active);
}

#[wasm_bindgen_test]
async fn what_is_found_stands_out() {
    let page = page(vec![span(1, 0, 0, 100, "a", "root"), span(2, 1, 10, 50, "b", "needle")]).await;
    let mut find = Find::new("NEEDLE");
    let forest = Forest::new(&[Trace::from_spans(vec![
        span(1, 0, 0, 100, "a", "root"),
        span(2, 1, 10, 50, "b", "needle"),
    ])]);
    find.run(&forest, usize::MAX);
    page.find.set(Arc::new(find));
    page.settle().await;
    assert!(page.row(1).class_name().contains("found") && page.row(0).class_name().contains("faint"));
}

#[wasm_bindgen_test]
async fn events_are_marks_on_the_bar() {
    let mut with_event = span(1, 0, 0, 100, "a", "root");
    let event =
        |secs, name: &str| SpanEvent { time: at(secs), name: name.into(), attributes: Attributes::default() };
    with_event.events = vec![event(50, "note"), event(75, "exception")];
    let page = page(vec![with_event]).await;
    let ticks = page.all(".wf-tick:not([hidden])");
    let classes: Vec<_> = ticks.iter().map(Element::class_name).collect();
    assert_eq!(classes, ["wf-tick event", "wf-tick bad"]);
    let plot = page.one(".wf-row .wf-plot").get_bounding_client_rect();
    let tick = ticks[0].get_bounding_client_rect();
    assert!((tick.left() - plot.left() - plot.width() * 0.5).abs() < 4.0);
    page.one(".wf-marks").click();
    assert_eq!(page.log.get_untracked(), ["marks 0"]);
}

#[wasm_bindgen_test]
async fn dragging_over_the_minimap_zooms() {
    let page = page(many(50)).await;
    let plot = page.one(".wf-map-plot");
    let box_ = plot.get_bounding_client_rect();
    let canvas: web_sys::HtmlCanvasElement = page.one(".wf-map canvas").dyn_into().unwrap();
    assert!(canvas.width() > 400);
    let press = |kind: &str, share: f64| {
        let init = PointerEventInit::new();
        init.set_bubbles(true);
        init.set_client_x((box_.left() + box_.width() * share) as i32);
        init.set_client_y((box_.top() + 10.0) as i32);
        plot.dispatch_event(&PointerEvent::new_with_event_init_dict(kind, &init).unwrap()).unwrap();
    };
    press("pointerdown", 0.2);
    press("pointermove", 0.4);
    press("pointerup", 0.4);
    page.settle().await;
    let zoom = page.zoom.get_untracked().expect("zoomed");
    let near = |it: Timestamp, secs: i64| (it - at(secs)).nanos().abs() < TimeDelta::from_secs(1).nanos();
    assert!(near(zoom.start, 20) && near(zoom.end, 40), "{zoom:?}");
    assert_eq!(page.all(".wf-shade").len(), 2);
    // The root covers the whole of what is shown.
    let (bar, lane) = (
        page.one(".wf-row .wf-bar").get_bounding_client_rect(),
        page.one(".wf-row .wf-plot").get_bounding_client_rect(),
    );
    assert!((bar.width() - lane.width()).abs() < 1.0);
}
