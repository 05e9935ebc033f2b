//! The explorer in a browser: rows, filters, sorting, the keyboard, and what happens while jobs arrive.

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;

use backends::{BackendError, ErrorKind, RequestSpec, SourceKind};
use domain::jobs::{JobList, Rows};
use domain::logs::{EventKind, Level, LifecycleEvent, LineKey, LogRecord, Roles};
use domain::system::{JobRules, Service, Stage, System};
use domain::time::{TimeDelta, TimeRange, Timestamp};
use gloo_timers::future::TimeoutFuture;
use inquiry::jobs::JobsReport;
use inquiry::{Head, LocalFuture, Transport};
use jobscope::net::{Net, Progress};
use jobscope::pages::jobs::JobsView;
use jobscope::state::{Clock, Setups, View};
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, KeyboardEvent, KeyboardEventInit};

use crate::setup::setup;

const END_SECS: i64 = 1_760_000_000;

/// Nobody is asked here.
struct Nobody;

impl Transport for Nobody {
    fn send<'a>(
        &'a self,
        request: RequestSpec,
        _sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>> {
        let error = BackendError::without_answer(request.source, ErrorKind::Unreachable);
        Box::pin(std::future::ready(Err(error)))
    }
}

fn system() -> Arc<System> {
    let mut system = System {
        services: vec![Service { name: "digger".into(), aliases: vec![], stage: Some("dig".into()) }],
        jobs: JobRules { stuck_after: TimeDelta::from_secs(1_800), ..JobRules::default() },
        ..System::default()
    };
    system.stages = vec![Stage {
        id: "dig".into(),
        title: "Dig".into(),
        service: Some("digger".into()),
        queue: Some("digs".into()),
        aliases: vec![],
        in_pipeline: true,
    }];
    Arc::new(system)
}

fn line(job: &str, secs: i64, kind: EventKind, code: Option<&str>) -> LogRecord {
    let time = Timestamp::from_secs(secs);
    let hash = job.bytes().fold(7_u64, |hash, it| hash.wrapping_mul(31).wrapping_add(u64::from(it)));
    let stage = (kind != EventKind::JobSubmitted).then(|| "dig".into());
    LogRecord {
        key: LineKey { time, hash },
        time,
        level: Level::Info,
        service: "digger".into(),
        message: "event".into(),
        event: Some(LifecycleEvent { kind, stage }),
        roles: Roles {
            job: Some(job.into()),
            error_code: code.map(str::to_owned),
            url: Some(format!("https://{job}.example.org/")),
            ..Roles::default()
        },
        fields: vec![],
        line: String::new(),
    }
}

/// Jobs of a name each that began so many seconds before the end; every third has failed.
fn rows(jobs: &[(String, i64)]) -> Rows {
    rows_where(jobs, |place| place % 3 == 0)
}

/// The same, and says which have failed.
fn rows_where(jobs: &[(String, i64)], has_failed: impl Fn(usize) -> bool) -> Rows {
    let mut list = JobList::new(system());
    for (place, (job, ago)) in jobs.iter().enumerate() {
        let at = END_SECS - ago;
        list.add_line(line(job, at, EventKind::JobSubmitted, None));
        list.add_line(line(job, at + 1, EventKind::AttemptStarted, None));
        let failed = has_failed(place);
        let kind = if failed { EventKind::StageFailed } else { EventKind::StageSucceeded };
        list.add_line(line(job, at + 2 + place as i64, kind, failed.then_some("e_403")));
    }
    list.judge(Timestamp::from_secs(END_SECS), &[]);
    list.rows()
}

fn named(n: i64) -> Vec<(String, i64)> {
    (0..n).map(|it| (format!("j-{it}"), it * 10 + 10)).collect()
}

fn report(rows: Rows) -> JobsReport {
    let range =
        TimeRange { start: Timestamp::from_secs(END_SECS - 3_600), end: Timestamp::from_secs(END_SECS) };
    JobsReport {
        n_lines: rows.len() * 3,
        rows,
        range,
        complete_from: range.start,
        is_cut: false,
        estimate: None,
        has_traces: false,
        pending: vec![],
        failures: vec![],
        asked: vec![],
        warnings: vec![],
    }
}

/// The page with a report that the test sets.
struct Page {
    _mounted: Box<dyn Any>,
    host: HtmlElement,
    progress: RwSignal<Progress<JobsReport>>,
    max_lines: RwSignal<usize>,
}

async fn page(query: &str, first: JobsReport) -> Page {
    let _ = any_spawner::Executor::init_wasm_bindgen();
    let history = window().history().unwrap();
    history.replace_state_with_url(&"".into(), "", Some(&format!("?page=jobs&tz=utc&{query}"))).unwrap();
    let host: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&host).unwrap();
    let progress = RwSignal::new(Progress::default());
    let max_lines = RwSignal::new(1_000);
    let mounted = mount_to(host.clone(), move || {
        let view = View::of_address();
        let clock = Clock::new(view);
        clock.stand_at(Some(Timestamp::from_secs(END_SECS)));
        let setups = Setups::new(setup(system()));
        let net = Net::new(setups, clock);
        net.switch_to(Rc::new(Nobody));
        provide_context(view);
        provide_context(clock);
        provide_context(setups);
        provide_context(net);
        view! {
            <style>{".vlist { height: 320px; overflow: auto; --row: 32px; } .vlist-all { position: relative } .job-row { position: absolute; height: 32px; display: grid; }"}</style>
            <JobsView progress=progress max_lines=max_lines />
        }
        .into_any()
    });
    let page = Page { _mounted: Box::new(mounted), host, progress, max_lines };
    page.tell(first).await;
    page
}

impl Page {
    async fn tell(&self, report: JobsReport) {
        let updated = Some(Timestamp::from_secs(END_SECS));
        self.progress.set(Progress { report: Some(Arc::new(report)), running: false, updated });
        self.settle().await;
    }

    /// Waits until a list, where there is one, has rows: a slow machine lays out late.
    async fn settle(&self) {
        for _ in 0..50 {
            TimeoutFuture::new(60).await;
            if self.all(".vlist").is_empty() || !self.all(".job-row").is_empty() {
                return;
            }
        }
    }

    fn all(&self, selector: &str) -> Vec<HtmlElement> {
        let list = self.host.query_selector_all(selector).unwrap();
        (0..list.length()).map(|it| list.item(it).unwrap().unchecked_into()).collect()
    }

    fn one(&self, selector: &str) -> HtmlElement {
        self.host
            .query_selector(selector)
            .unwrap()
            .unwrap_or_else(|| panic!("no {selector}"))
            .unchecked_into()
    }

    /// The ids of the rows that are in the document, in order.
    fn ids(&self) -> Vec<String> {
        self.all(".job-row .id").iter().map(|it| it.text_content().unwrap()).collect()
    }

    fn text(&self, selector: &str) -> String {
        self.one(selector).text_content().unwrap()
    }

    async fn click(&self, selector: &str) {
        self.one(selector).click();
        self.settle().await;
    }

    async fn press(&self, key: &str) {
        let init = KeyboardEventInit::new();
        init.set_key(key);
        init.set_bubbles(true);
        init.set_cancelable(true);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
        self.one(".vlist").dispatch_event(&event).unwrap();
        self.settle().await;
    }

    async fn scroll_to(&self, top_px: i32) {
        let list = self.one(".vlist");
        // It is as long as its rows once it has been measured.
        for _ in 0..50 {
            if list.scroll_height() > top_px {
                break;
            }
            TimeoutFuture::new(20).await;
        }
        list.set_scroll_top(top_px);
        TimeoutFuture::new(120).await;
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.host.remove();
    }
}

fn search() -> String {
    window().location().search().unwrap()
}

#[wasm_bindgen_test]
async fn rows_are_links_told_by_shape_word_and_picture() {
    let page = page("", report(rows(&named(4)))).await;
    assert_eq!(page.ids(), ["j-0", "j-1", "j-2", "j-3"]);
    let first = page.one(".job-row");
    assert!(first.get_attribute("href").unwrap().contains("page=job&job=j-0"), "{:?}", first.outer_html());
    assert_eq!(page.text(".job-row .st"), "failed");
    assert!(page.text(".job-row").contains("e_403"));
    let mini = page.one(".job-row .mini");
    assert!(mini.get_attribute("aria-label").unwrap().contains("Dig failed after 1 s"));
    assert!(mini.style().get_property_value("background").unwrap().contains("linear-gradient"));
}

#[wasm_bindgen_test]
async fn columns_that_no_job_fills_are_left_out_and_others_can_be_chosen() {
    let page = page("", report(rows(&named(2)))).await;
    let heads = |page: &Page| {
        page.all(".jobs-heads button").iter().map(|it| it.text_content().unwrap()).collect::<Vec<_>>()
    };
    let own = heads(&page);
    assert!(own.contains(&"Error".to_owned()) && !own.contains(&"Kind".to_owned()), "{own:?}");
    drop(page);
    let page = self::page("cols=job,domain", report(rows(&named(2)))).await;
    assert_eq!(heads(&page), ["Job", "Domain"]);
    assert!(page.text(".job-row").contains("j-0.example.org"));
}

#[wasm_bindgen_test]
async fn filters_and_order_stand_in_the_address() {
    let page = page("f=state:is:failed&sort=duration:desc", report(rows(&named(9)))).await;
    assert_eq!(page.ids(), ["j-6", "j-3", "j-0"]);
    assert_eq!(page.text(".count.all b"), "9");
    page.click(".count.done").await;
    assert!(search().contains("f=state:is:done"), "{}", search());
    assert_eq!(page.ids().len(), 6);
    page.click(".count.done").await;
    assert_eq!(page.ids().len(), 9);
    let heads = page.all(".jobs-heads button");
    heads.iter().find(|it| it.text_content().unwrap().starts_with("Job")).unwrap().click();
    TimeoutFuture::new(60).await;
    assert!(search().contains("sort=job:asc"), "{}", search());
}

#[wasm_bindgen_test]
async fn what_no_job_passes_says_so_and_can_be_cleared() {
    let page = page("q=nothing-like-it", report(rows(&named(3)))).await;
    assert!(page.text(".panel-note").contains("None of the 3 jobs"));
    page.click(".panel-note button").await;
    assert_eq!(page.ids().len(), 3);
}

#[wasm_bindgen_test]
async fn arrows_move_and_enter_opens() {
    let page = page("", report(rows(&named(3)))).await;
    page.press("ArrowDown").await;
    page.press("ArrowDown").await;
    assert_eq!(page.text(".job-row.on .id"), "j-1");
    assert_eq!(
        page.one(".vlist").get_attribute("aria-activedescendant").unwrap(),
        page.one(".job-row.on").id()
    );
    page.press("Enter").await;
    assert!(search().contains("page=job&job=j-1"), "{}", search());
}

#[wasm_bindgen_test]
async fn new_jobs_wait_while_somebody_reads_and_running_ones_go_on() {
    let mut jobs = named(60);
    let page = page("", report(rows(&jobs))).await;
    page.scroll_to(640).await;
    let before = page.ids();
    jobs.insert(0, ("new-1".to_owned(), 2));
    jobs.push(("older".to_owned(), 2_000));
    page.tell(report(rows(&jobs))).await;
    assert_eq!(page.ids(), before, "nothing moves under the reader");
    assert_eq!(page.text(".jobs-new"), "1 new job");
    page.scroll_to(32 * 70).await;
    assert!(page.ids().contains(&"older".to_owned()), "what is older is added below");
    page.click(".jobs-new button").await;
    TimeoutFuture::new(120).await;
    assert_eq!(page.ids().first().map(String::as_str), Some("new-1"));
    assert_eq!(page.text(".jobs-new"), "");
}

#[wasm_bindgen_test]
async fn what_no_longer_passes_stays_in_its_place_until_the_list_is_made_anew() {
    let jobs = named(12);
    let page = page("f=state:is:failed", report(rows(&jobs))).await;
    page.press("ArrowDown").await;
    assert_eq!(page.ids(), ["j-0", "j-3", "j-6", "j-9"]);
    page.tell(report(rows_where(&jobs, |place| place % 3 == 0 && place != 3))).await;
    assert_eq!(page.ids(), ["j-0", "j-3", "j-6", "j-9"], "nothing moves under the reader");
    assert_eq!(page.all(".job-row.gone").len(), 1);
    let row = page.text(".job-row.gone");
    assert!(row.contains("j-3") && row.contains("done") && row.contains("no longer matches"), "{row}");
    assert_eq!(page.text(".jobs-new"), "1 no longer belongs here");
    assert_eq!(page.text(".count.failed b"), "3", "what is counted is what is so");
    page.click(".jobs-new button").await;
    assert_eq!(page.ids(), ["j-0", "j-6", "j-9"]);
    assert!(page.all(".job-row.gone").is_empty() && page.text(".jobs-new").is_empty());
    // Back at the top without a row chosen nobody reads: what goes, goes at once.
    page.tell(report(rows_where(&jobs, |place| place == 6))).await;
    assert_eq!(page.ids(), ["j-6"]);
}

#[wasm_bindgen_test]
async fn several_values_of_a_field_widen_and_their_chips_say_or() {
    let page =
        page("f=state:is:failed&f=job:not:j-3&f=state:is:done&f=job:has:j", report(rows(&named(6)))).await;
    assert_eq!(page.ids(), ["j-0", "j-1", "j-2", "j-4", "j-5"]);
    let words: Vec<_> = page
        .all(".jobs-filters .chip > span:first-child, .jobs-filters .chip-or")
        .iter()
        .map(|it| it.text_content().unwrap())
        .collect();
    assert_eq!(words, ["State = failed", "or", "State = done", "Job ≠ j-3", "Job ∋ j"]);
    assert_eq!(page.all(".count.on").len(), 2);
    page.click(".count.done").await;
    assert!(search().contains("f=state:is:done") && !search().contains("failed"), "{}", search());
    let held = web_sys::MouseEventInit::new();
    held.set_ctrl_key(true);
    held.set_bubbles(true);
    let press = web_sys::MouseEvent::new_with_mouse_event_init_dict("click", &held).unwrap();
    page.one(".count.failed").dispatch_event(&press).unwrap();
    TimeoutFuture::new(60).await;
    assert_eq!(page.ids(), ["j-0", "j-1", "j-2", "j-4", "j-5"]);
}

#[wasm_bindgen_test]
async fn at_the_top_new_jobs_enter_at_once() {
    let mut jobs = named(5);
    let page = page("", report(rows(&jobs))).await;
    jobs.insert(0, ("new-1".to_owned(), 2));
    page.tell(report(rows(&jobs))).await;
    assert_eq!(page.ids().first().map(String::as_str), Some("new-1"));
}

#[wasm_bindgen_test]
async fn what_is_covered_is_told_and_more_can_be_read() {
    let mut first = report(rows(&named(5)));
    first.complete_from = Timestamp::from_secs(END_SECS - 600);
    first.is_cut = true;
    let page = page("", first).await;
    let told = page.text(".jobs-cover");
    assert!(told.contains("Newest 5, complete back to 08:43."), "{told}");
    page.click(".jobs-cover button").await;
    assert!(page.max_lines.get_untracked() > 1_000);
}

#[wasm_bindgen_test]
async fn a_source_that_fails_is_told_and_what_came_stays() {
    let mut first = report(rows(&named(3)));
    first.failures = vec![BackendError::without_answer(SourceKind::Tempo, ErrorKind::Unreachable)];
    let page = page("", first).await;
    assert!(page.text(".panel-note.error").contains("Tempo cannot be reached"));
    assert_eq!(page.ids().len(), 3);
}

#[wasm_bindgen_test]
async fn of_twenty_thousand_jobs_only_those_in_view_are_in_the_document() {
    let few = rows(&named(50));
    let many: Rows = Arc::new(few.iter().cycle().take(20_000).cloned().collect());
    let page = page("", report(many)).await;
    assert!(page.all(".job-row").len() < 60, "{}", page.all(".job-row").len());
    page.scroll_to(32 * 15_000).await;
    let (list, mut seen) = (page.one(".vlist").get_bounding_client_rect(), 0);
    for row in page.all(".job-row") {
        let place: usize = row.get_attribute("aria-posinset").unwrap().parse().unwrap();
        assert!((14_980..15_030).contains(&place), "{place}");
        let at = row.get_bounding_client_rect();
        assert_eq!(at.top() - list.top(), (place as f64 - 15_001.0) * 32.0, "{place}");
        seen += usize::from(at.top() >= list.top() && at.bottom() <= list.bottom());
    }
    assert_eq!(seen, 10, "the view is full");
    page.scroll_to(0).await;
    let top: Vec<_> =
        page.all(".job-row").iter().map(|it| it.get_attribute("aria-posinset").unwrap()).collect();
    assert_eq!(top[..3], ["1", "2", "3"], "at the top they stand in order");
}

#[wasm_bindgen_test]
async fn failures_are_groups_that_the_address_opens() {
    let page = page("tab=failures", report(rows(&named(30)))).await;
    assert_eq!(page.all(".group").len(), 1);
    assert!(page.text(".group-n").starts_with("10"), "{}", page.text(".group-n"));
    assert!(page.text(".group-text").contains("Dig") && page.text(".group-text").contains("e_403"));
    assert_eq!(page.text(".flow .count.failed b"), "10");
    assert_eq!(page.text(".flow .count.done b"), "20");
    assert!(page.all(".group-open").is_empty() && page.all(".job-row").is_empty());
    page.click(".group-row").await;
    assert!(search().contains("tab=failures") && search().contains("f=failure:is:"), "{}", search());
    assert_eq!(page.all(".group-jobs li").len(), 10);
    assert_eq!(page.text(".chip span"), "Failure = e_403");
    let href = page.one(".flow .count.failed").get_attribute("href").unwrap();
    assert!(href.contains("f=state:is:failed") && !href.contains("tab="), "{href}");
    let all = page.all(".group-open a").pop().unwrap();
    assert_eq!(all.text_content().unwrap(), "Show all 10 in the list");
    let query = all.get_attribute("href").unwrap().split_once("tz=utc").unwrap().1.to_owned();
    drop(page);
    let page = self::page(query.trim_start_matches('&'), report(rows(&named(30)))).await;
    assert_eq!(page.one(".job-row").get_attribute("aria-setsize").unwrap(), "10");
}

#[wasm_bindgen_test]
async fn no_failure_is_told_with_what_was_read() {
    let page = page("tab=failures&q=j-1.", report(rows(&named(3)))).await;
    assert!(page.text(".panel-note").contains("No failure in this time"), "{}", page.text(".panel-note"));
    let mut first = report(rows(&named(3)));
    first.complete_from = Timestamp::from_secs(END_SECS - 600);
    page.progress.set(Progress { report: Some(Arc::new(first)), running: true, updated: None });
    TimeoutFuture::new(60).await;
    assert!(
        page.text(".panel-note").contains("read back to 08:43; still reading"),
        "{}",
        page.text(".panel-note")
    );
}
