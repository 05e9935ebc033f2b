//! The debugging tab as a person sees it: what each step says, what unfolds, and what one dead source leaves.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use backends::{BackendError, ErrorKind, Headers, RequestSpec, SourceKind};
use domain::time::parse_civil;
use gloo_timers::future::TimeoutFuture;
use inquiry::{Head, LocalFuture, Transport};
use jobscope::net::Net;
use jobscope::pages::job::JobPage;
use jobscope::state::{Clock, Setup, Setups, View};
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

const SYSTEM: &str = r#"{
  "name": "shop", "title": "Shop",
  "stages": [{"id": "pack", "service": "packer"}],
  "services": [{"name": "packer", "stage": "pack"}],
  "logs": {
    "selectors": ["{app=\"shop\"}"],
    "job_id": {"json_field": "order"},
    "formats": [{"format": "json"}],
    "roles": {"time": ["at"], "level": ["level"], "service": ["service"], "job": ["order"], "event": ["event"],
      "error_code": ["code"]},
    "events": [
      {"kind": "attempt_started", "when": {"event": "pack_started"}},
      {"kind": "stage_succeeded", "when": {"event": "packed"}},
      {"kind": "stage_failed", "when": {"event": "pack_failed"}}
    ]
  },
  "metrics": [{"role": "queue_depth", "names": ["depth"], "kind": "gauge", "title": "Depth"}],
  "debug": [
    {"title": "By hand", "steps": [
      {"title": "Its lines", "kind": "job_lines", "budget": "2m",
        "commands": [{"title": "Database", "language": "sql", "text": "WHERE id = {job} AND u = {user}"}]},
      {"title": "Others", "kind": "same_error", "budget": "3m"},
      {"title": "Figures", "kind": "metrics", "metrics": [{"role": "queue_depth"}]},
      {"title": "Busy", "kind": "profile",
        "profiles": [{"title": "CPU time", "profile_type": "cpu:x", "matchers": "{app=\"{service}\"}"}]}
    ]},
    {"title": "Out of memory", "only_if": ["oom"], "steps": [{"title": "Killed?", "kind": "job_lines"}]}
  ]
}"#;

const FAILED: &str = r#"{"at":"2026-07-14T10:00:00Z","order":"o-1","level":"info","service":"packer","event":"pack_started"}
{"at":"2026-07-14T10:05:00Z","order":"o-1","level":"error","service":"packer","event":"pack_failed","code":"E_BOX"}"#;
const DONE: &str = r#"{"at":"2026-07-14T10:00:00Z","order":"o-1","level":"info","service":"packer","event":"pack_started"}
{"at":"2026-07-14T10:05:00Z","order":"o-1","level":"info","service":"packer","event":"packed"}"#;

/// What the worker was busy with: 400 s of CPU.
const PROFILE: &str = r#"{"flamebearer":{"names":["total","fold","<b>tape</b>"],"numTicks":400000000000,
  "levels":[[0,400000000000,0,0],[0,400000000000,100000000000,1],[0,300000000000,300000000000,2]]},
  "metadata":{"units":"samples","sampleRate":1000000000}}"#;

/// Answers with the job's lines and the worker's profile; Prometheus cannot be reached.
struct Script {
    lines: &'static str,
    asked: Rc<RefCell<Vec<String>>>,
}

impl Transport for Script {
    fn send<'a>(
        &'a self,
        request: RequestSpec,
        sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>> {
        let question = &request.question;
        self.asked.borrow_mut().push(format!("{} {}", question.endpoint, question.query));
        let body = match question.endpoint {
            "loki/labels" => Some(r#"{"status":"success","data":["app"]}"#.to_owned()),
            "loki/query_range" => {
                let value = |(i, line): (usize, &str)| {
                    let at =
                        parse_civil("2026-07-14T10:00:00Z", 0).unwrap().nanos() + i as i64 * 300_000_000_000;
                    format!("[\"{at}\",\"{}\"]", line.replace('"', "\\\""))
                };
                let values: Vec<String> = self.lines.lines().enumerate().map(value).collect();
                Some(format!(
                    r#"{{"status":"success","data":{{"resultType":"streams","result":[{{"stream":{{"app":"shop"}},"values":[{}]}}]}}}}"#,
                    values.join(",")
                ))
            }
            "pyroscope/render" => Some(PROFILE.to_owned()),
            _ => None,
        };
        let source = request.source;
        Box::pin(async move {
            match body {
                Some(body) => {
                    sink(body.as_bytes());
                    let headers = Headers(vec![("content-type".to_owned(), "application/json".to_owned())]);
                    Ok(Head { status: 200, headers })
                }
                None if source == SourceKind::Tempo => {
                    Err(BackendError::without_answer(source, ErrorKind::NotConfigured))
                }
                None => Err(BackendError::without_answer(source, ErrorKind::Unreachable)),
            }
        })
    }
}

struct Page {
    place: HtmlElement,
    clock: Clock,
    asked: Rc<RefCell<Vec<String>>>,
    _mounted: Box<dyn std::any::Any>,
}

impl Drop for Page {
    fn drop(&mut self) {
        self.place.remove();
    }
}

/// The page of the job o-1 with the debugging tab open.
async fn page(lines: &'static str) -> Page {
    let _ = any_spawner::Executor::init_wasm_bindgen();
    let history = window().history().unwrap();
    history.replace_state_with_url(&"".into(), "", Some("?page=job&job=o-1&tab=debug&tz=utc")).unwrap();
    let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&place).unwrap();
    let asked = Rc::new(RefCell::new(Vec::new()));
    let script: Rc<dyn Transport> = Rc::new(Script { lines, asked: asked.clone() });
    let made = Rc::new(Cell::new(None));
    let to_make = made.clone();
    let mounted = mount_to(place.clone(), move || {
        let view = View::of_address();
        let clock = Clock::new(view);
        to_make.set(Some(clock));
        clock.stand_at(parse_civil("2026-07-14T10:20:00Z", 0));
        let system = system::parse(SYSTEM).unwrap().system;
        let setup = Setup {
            config: Arc::default(),
            system: Arc::new(system),
            sources: Default::default(),
            system_file: SYSTEM.into(),
            warnings: Vec::new(),
        };
        let setups = Setups::new(setup);
        let net = Net::new(setups, clock);
        net.switch_to(script);
        provide_context(view);
        provide_context(clock);
        provide_context(setups);
        provide_context(net);
        view! { <JobPage /> }
    });
    let page = Page { place, clock: made.take().unwrap(), asked, _mounted: Box::new(mounted) };
    for _ in 0..60 {
        TimeoutFuture::new(25).await;
        let n_waiting = page.all(".step.waiting").len();
        if n_waiting == 0 && (!page.all(".step").is_empty() || page.text().contains("Nothing to debug")) {
            break;
        }
    }
    page
}

impl Page {
    fn all(&self, selector: &str) -> Vec<HtmlElement> {
        let found = self.place.query_selector_all(selector).unwrap();
        (0..found.length()).map(|it| found.get(it).unwrap().unchecked_into()).collect()
    }

    fn text(&self) -> String {
        self.place.inner_text()
    }

    /// State, number, title and verdict of each step.
    fn steps(&self) -> Vec<String> {
        let one = |step: HtmlElement| {
            let part = |selector: &str| {
                let element = step.query_selector(selector).unwrap().unwrap();
                element.text_content().unwrap().trim().to_owned()
            };
            format!("{} | {} | {}", part(".state"), part("h3"), part(".step-says"))
        };
        self.all(".step").into_iter().map(one).collect()
    }

    fn press(&self, words: &str) {
        let buttons = self.all("button");
        let button = buttons.iter().find(|it| it.text_content().unwrap().contains(words));
        button.unwrap_or_else(|| panic!("no button “{words}” in\n{}", self.text())).click();
    }
}

#[wasm_bindgen_test]
async fn the_steps_of_a_failed_job_have_run_and_say_what_they_found() {
    let page = page(FAILED).await;
    assert_eq!(
        page.steps(),
        [
            "found | 1Its lines | 2 lines of packer from 10:00:00 to 10:05:00: 1 error; the error of packer at 10:05:00 says “pack_failed: E_BOX”.",
            "nothing | 2Others | No other job says “E_BOX” from 09:35:00 to 10:20:00.",
            "could not ask | 3Figures | Prometheus cannot be reached.",
            "found | 4Busy | “<b>tape</b>” took 75 % of the CPU time of packer from 09:59:45 to 10:05:15 (5 min of 6 min 40 s).",
        ]
    );
    let text = page.text();
    assert!(text.contains("4 of 4 ran in") && text.contains("5 min by hand"), "{text}");
    // The dead source is named among what is missing, and the page is whole.
    assert!(text.contains("What could not be found out") && text.contains("What it comes to"), "{text}");
}

#[wasm_bindgen_test]
async fn what_shows_it_unfolds_on_demand() {
    let page = page(FAILED).await;
    assert!(page.all(".step-body").is_empty());
    page.press("2 lines");
    TimeoutFuture::new(20).await;
    assert_eq!(page.all(".step-rows .log-row").len(), 2);
    let href = page.all(".step-rows a").pop().unwrap().get_attribute("href").unwrap();
    assert!(href.contains("job=o-1") && href.contains("tab=logs") && href.contains("line="), "{href}");
    page.press("1 command to copy");
    TimeoutFuture::new(20).await;
    assert!(page.all(".step-rows").is_empty(), "one part at a time");
    let text = page.text();
    assert!(
        text.contains("WHERE id = 'o-1' AND u = {user}") && text.contains("fill in {user} yourself"),
        "{text}"
    );
    page.press("How");
    TimeoutFuture::new(20).await;
    assert!(page.text().contains("{app=\"shop\"} |= \"E_BOX\""), "{}", page.text());
}

#[wasm_bindgen_test]
async fn a_profile_unfolds_as_a_table_with_a_bar_for_each_function() {
    let page = page(FAILED).await;
    page.press("1 profile");
    TimeoutFuture::new(20).await;
    let cells: Vec<String> = page
        .all(".prof tbody tr")
        .iter()
        .map(|it| it.inner_text().replace('\t', "|").replace('\n', ""))
        .collect();
    assert_eq!(cells, ["<b>tape</b>|75 %|5 min|5 min", "fold|25 %|1 min 40 s|6 min 40 s"]);
    let bars: Vec<_> = page.all(".prof-track i").iter().filter_map(|it| it.get_attribute("style")).collect();
    assert!(bars[0].contains("75%") && bars[1].contains("25%"), "{bars:?}");
    assert!(page.text().contains("CPU time: 6 min 40 s in all"), "{}", page.text());
}

#[wasm_bindgen_test]
async fn a_list_for_another_trouble_runs_when_it_is_asked_for() {
    let page = page(FAILED).await;
    assert!(page.text().contains("Not run: It is for failures that speak of “oom”"), "{}", page.text());
    page.press("Run its 1 step");
    for _ in 0..40 {
        TimeoutFuture::new(25).await;
        if page.steps().len() == 5 {
            break;
        }
    }
    assert!(page.steps().iter().any(|it| it.starts_with("found | 1Killed?")), "{:?}", page.steps());
}

#[wasm_bindgen_test]
async fn a_good_job_has_nothing_to_debug_and_can_be_looked_at_all_the_same() {
    let page = page(DONE).await;
    assert!(page.text().contains("Nothing to debug: the job is done"), "{}", page.text());
    assert!(page.all(".step").is_empty());
    assert!(!page.asked.borrow().iter().any(|it| it.contains("depth")), "nothing is asked that nobody wants");
    page.press("Run the steps");
    for _ in 0..40 {
        TimeoutFuture::new(25).await;
        if page.all(".step").len() == 4 && page.all(".step.waiting").is_empty() {
            break;
        }
    }
    assert!(
        page.steps()[1].starts_with("not applicable | 2Others | No error is known"),
        "{:?}",
        page.steps()
    );
}

#[wasm_bindgen_test]
async fn a_refresh_asks_for_the_job_and_runs_no_step_again() {
    let page = page(FAILED).await;
    TimeoutFuture::new(400).await;
    let n_asked = |text: &str| page.asked.borrow().iter().filter(|it| it.contains(text)).count();
    let (n_job, n_step, n_depth) = (n_asked("o-1"), n_asked("E_BOX"), n_asked("depth"));
    assert!(n_step > 0 && n_depth > 0);
    page.clock.refresh();
    TimeoutFuture::new(400).await;
    assert!(n_asked("o-1") > n_job, "the job is asked for");
    assert_eq!((n_asked("E_BOX"), n_asked("depth")), (n_step, n_depth));
    // Its time is not over, and a source did not answer: both are asked again when a person wants it.
    page.press("Run again");
    TimeoutFuture::new(400).await;
    assert!(n_asked("E_BOX") > n_step && n_asked("depth") > n_depth);
}

#[wasm_bindgen_test]
async fn other_jobs_are_looked_at_for_the_same_failure() {
    let page = page(FAILED).await;
    for _ in 0..40 {
        TimeoutFuture::new(25).await;
        if page.text().contains("No other job failed so") {
            return;
        }
    }
    panic!("{}", page.text());
}
