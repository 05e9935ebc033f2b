//! The view and the address say the same, whichever changes.

use domain::ids::JobId;
use domain::time::{TimeDelta, Timestamp, parse_civil};
use domain::view_state::{Page, Zone};
use gloo_timers::future::TimeoutFuture;
use jobscope::state::{Clock, View, go_to};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, MouseEvent, MouseEventInit};

/// A view that begins at this address.
fn view_at(query: &str) -> (Owner, View) {
    let _ = any_spawner::Executor::init_wasm_bindgen();
    let history = window().history().unwrap();
    history.replace_state_with_url(&"".into(), "", Some(&format!("?{query}"))).unwrap();
    let owner = Owner::new();
    owner.set();
    (owner, View::of_address())
}

fn search() -> String {
    window().location().search().unwrap()
}

#[wasm_bindgen_test]
fn an_address_opens_its_view() {
    let (_owner, view) = view_at("page=job&job=9f2c&tz=utc&refresh=sometimes");
    let state = view.state().get_untracked();
    assert_eq!((state.page, state.job, state.zone), (Page::Job, Some(JobId::from("9f2c")), Zone::Utc));
    let warnings = view.warnings().get_untracked();
    assert!(warnings.len() == 1 && warnings.iter().any(|it| it.text.contains("sometimes")), "{warnings:?}");
}

#[wasm_bindgen_test]
async fn going_somewhere_can_be_undone_and_changes_in_place_cannot() {
    let (_owner, view) = view_at("");
    view.push(|it| it.page = Page::Connections);
    view.replace(|it| it.query = "x".to_owned());
    assert_eq!(search(), "?page=connections&q=x");
    window().history().unwrap().back().unwrap();
    TimeoutFuture::new(200).await;
    assert_eq!(search(), "");
    assert_eq!(view.state().get_untracked().page, Page::Overview);
}

#[wasm_bindgen_test]
fn the_default_view_has_a_bare_address() {
    let (_owner, view) = view_at("page=connections");
    view.push(|it| it.page = Page::Overview);
    assert_eq!(search(), "");
    assert!(!window().location().href().unwrap().ends_with('?'));
}

#[wasm_bindgen_test]
fn another_page_keeps_the_time_and_leaves_the_rest() {
    let (_owner, view) = view_at("page=job&job=9f2c&from=now-6h&to=now&theme=dark&q=x&embed=1");
    assert_eq!(untrack(|| view.href(|it| go_to(it, Page::Overview))), "?from=now-6h&theme=dark&embed=1");
}

/// Clicks on a link in the page; whether the view took it over.
fn click(href: &str, target: Option<&str>, ctrl: bool) -> bool {
    let link: HtmlElement = document().create_element("a").unwrap().unchecked_into();
    link.set_attribute("href", href).unwrap();
    if let Some(target) = target {
        link.set_attribute("target", target).unwrap();
    }
    document().body().unwrap().append_child(&link).unwrap();
    let init = MouseEventInit::new();
    init.set_bubbles(true);
    init.set_cancelable(true);
    init.set_ctrl_key(ctrl);
    let event = MouseEvent::new_with_mouse_event_init_dict("click", &init).unwrap();
    // The browser must not follow what the view leaves alone: that would end the test.
    let stay = window_event_listener(leptos::ev::click, |event| {
        let taken = event.default_prevented();
        event.prevent_default();
        let mark = if taken { "yes" } else { "no" };
        document().document_element().unwrap().set_attribute("data-taken", mark).unwrap();
    });
    link.dispatch_event(&event).unwrap();
    stay.remove();
    link.remove();
    document().document_element().unwrap().get_attribute("data-taken").as_deref() == Some("yes")
}

#[wasm_bindgen_test]
fn plain_clicks_on_own_links_are_taken_over_and_no_others() {
    let (_owner, view) = view_at("");
    assert!(click("?page=connections", None, false));
    assert_eq!(
        (view.state().get_untracked().page, search().as_str()),
        (Page::Connections, "?page=connections")
    );
    assert!(!click("?page=job", None, true));
    assert!(!click("?page=job", Some("_blank"), false));
    assert!(!click("https://grafana.example/", None, false));
    assert_eq!(view.state().get_untracked().page, Page::Connections);
}

fn clock_at(query: &str) -> (Owner, Clock, View) {
    let (owner, view) = view_at(query);
    let clock = Clock::new(view);
    clock.stand_at(parse_civil("2026-07-14T10:22:01Z", 0));
    (owner, clock, view)
}

#[wasm_bindgen_test]
fn a_relative_range_follows_the_clock() {
    let (_owner, clock, _) = clock_at("from=now-6h&to=now");
    let range = clock.range().get_untracked();
    assert_eq!(range.end, parse_civil("2026-07-14T10:22:01Z", 0).unwrap());
    assert_eq!(range.length(), TimeDelta::from_secs(6 * 3_600));
    clock.stand_at(parse_civil("2026-07-14T11:00:00Z", 0));
    assert_eq!(clock.range().get_untracked().end, parse_civil("2026-07-14T11:00:00Z", 0).unwrap());
}

#[wasm_bindgen_test]
fn days_are_those_of_the_views_zone() {
    let check = |zone: &str, expected: &str| {
        let (_owner, clock, _) = clock_at(&format!("from=now/d&to=now&tz={zone}"));
        assert_eq!(clock.range().get_untracked().start, parse_civil(expected, 0).unwrap(), "{zone}");
    };
    check("utc", "2026-07-14T00:00:00Z");
    check("Europe/Dublin", "2026-07-13T23:00:00Z");
    check("America/New_York", "2026-07-14T04:00:00Z");
    check("Asia/Kolkata", "2026-07-13T18:30:00Z");
}

#[wasm_bindgen_test]
fn a_zone_that_nobody_knows_is_named() {
    let (_owner, clock, _) = clock_at("tz=Mars/Olympus");
    let now = clock.now();
    assert!(!clock.knows_zone("Mars/Olympus") && clock.knows_zone("Europe/Dublin"));
    assert_eq!(
        (clock.offset_secs(now), clock.zone_name(now).as_str()),
        (0, "UTC (Mars/Olympus is not known here)")
    );
}

#[wasm_bindgen_test]
async fn refreshing_ticks_as_the_view_says() {
    let (_owner, view) = view_at("refresh=1s");
    let clock = Clock::new(view);
    TimeoutFuture::new(1_300).await;
    assert_eq!(clock.tick().get_untracked().count, 1);
    let busy = clock.busy();
    TimeoutFuture::new(1_100).await;
    assert_eq!(clock.tick().get_untracked().count, 1, "a tick waits for what is still asked");
    drop(busy);
    TimeoutFuture::new(1_100).await;
    assert_eq!(clock.tick().get_untracked().count, 2);
    view.replace(|it| it.refresh = None);
    TimeoutFuture::new(1_300).await;
    assert_eq!(clock.tick().get_untracked().count, 2);
    assert!(clock.now() > Timestamp::from_secs(1_700_000_000));
}
