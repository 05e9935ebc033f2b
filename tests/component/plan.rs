//! How a plan is driven: the newest key wins, and what is shown stays until more is known.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use backends::{BackendError, Headers, Method, Question, RequestSpec, SourceKind};
use gloo_timers::future::TimeoutFuture;
use inquiry::{Head, LocalFuture, Plan, Sent, Transport};
use jobscope::net::{Net, Progress, use_plan};
use jobscope::state::{Clock, Setups, View};
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::setup::setup;

/// How long whatever happened has to show.
const SETTLE_MILLIS: u32 = 40;

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// How many questions may be answered now.
    static MAY_ANSWER: Cell<u32> = const { Cell::new(0) };
}

fn log(what: &str) {
    LOG.with(|it| it.borrow_mut().push(what.to_owned()));
}

fn take_log() -> String {
    LOG.with(|it| it.borrow_mut().drain(..).collect::<Vec<_>>().join(", "))
}

/// Answers a question when the test lets it, and logs what becomes of it.
struct Slow;

struct Awaited(String, bool);

impl Drop for Awaited {
    fn drop(&mut self) {
        log(&format!("{} {}", if self.1 { "answered" } else { "dropped" }, self.0));
    }
}

impl Transport for Slow {
    fn send<'a>(
        &'a self,
        request: RequestSpec,
        _sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>> {
        Box::pin(async move {
            let mut awaited = Awaited(request.question.query, false);
            while MAY_ANSWER.get() == 0 {
                TimeoutFuture::new(5).await;
            }
            MAY_ANSWER.set(MAY_ANSWER.get() - 1);
            awaited.1 = true;
            Ok(Head { status: 200, headers: Headers::default() })
        })
    }
}

/// Asks two questions, one after the other, and reports how many were answered.
struct Two {
    name: String,
    sent: u32,
    answered: u32,
}

impl Plan for Two {
    type News = ();
    type Report = String;

    fn due<'a>(&mut self, transport: &'a dyn Transport) -> Vec<Sent<'a, ()>> {
        if self.sent == 2 || self.sent > self.answered {
            return vec![];
        }
        self.sent += 1;
        let query = format!("{}{}", self.name, self.sent);
        let question = Question { endpoint: "test", query, range: None, step: None };
        let request = RequestSpec {
            source: SourceKind::Loki,
            method: Method::Get,
            path: String::new(),
            params: vec![],
            headers: vec![],
            question,
            timeout_secs: 1,
        };
        vec![Box::pin(async move {
            let mut sink = |_: &[u8]| {};
            let _ = transport.send(request, &mut sink).await;
        })]
    }

    fn take(&mut self, (): ()) {
        self.answered += 1;
    }

    fn report(&self) -> String {
        format!("{}: {} of 2", self.name, self.answered)
    }
}

/// A page with one plan, whose key the test sets.
struct Page {
    _owner: Owner,
    key: RwSignal<Option<(&'static str, u32)>>,
    progress: ReadSignal<Progress<String>>,
    clock: Clock,
    net: Net,
}

async fn page() -> Page {
    let _ = any_spawner::Executor::init_wasm_bindgen();
    // What the last test left behind goes first.
    TimeoutFuture::new(10).await;
    take_log();
    MAY_ANSWER.set(0);
    let owner = Owner::new();
    owner.set();
    let clock = Clock::new(View::of_address());
    let net = Net::new(Setups::new(setup(Arc::default())), clock);
    net.switch_to(Rc::new(Slow));
    provide_context(clock);
    provide_context(net);
    let key = RwSignal::new(None);
    let make = |thing: &'static str, rest: u32| Two { name: format!("{thing}{rest}."), sent: 0, answered: 0 };
    let progress = use_plan(move || key.get(), make);
    Page { _owner: owner, key, progress, clock, net }
}

impl Page {
    /// Lets what is due be asked.
    async fn begin(&self) {
        TimeoutFuture::new(SETTLE_MILLIS).await;
    }

    /// Lets so many questions more be answered, and what they tell be shown.
    async fn answers(&self, n_answers: u32) {
        MAY_ANSWER.set(n_answers);
        for _ in 0..100 {
            TimeoutFuture::new(SETTLE_MILLIS).await;
            if MAY_ANSWER.get() == 0 {
                return self.begin().await;
            }
        }
        panic!("{} more questions were expected", MAY_ANSWER.take());
    }

    #[track_caller]
    fn check(&self, report: Option<&str>, running: bool) {
        let progress = self.progress.get_untracked();
        assert_eq!((progress.report.as_ref().map(|it| it.as_str()), progress.running), (report, running));
        assert_eq!(progress.updated.is_some(), report.is_some());
    }
}

#[wasm_bindgen_test]
async fn a_report_grows_with_each_answer() {
    let page = page().await;
    page.begin().await;
    page.check(None, false);
    page.key.set(Some(("a", 1)));
    page.begin().await;
    page.check(None, true);
    page.answers(1).await;
    page.check(Some("a1.: 1 of 2"), true);
    page.answers(1).await;
    page.check(Some("a1.: 2 of 2"), false);
    assert_eq!(take_log(), "answered a1.1, answered a1.2");
}

#[wasm_bindgen_test]
async fn a_newer_key_drops_what_was_asked() {
    let page = page().await;
    for rest in 1..4 {
        page.key.set(Some(("a", rest)));
        page.begin().await;
    }
    page.answers(2).await;
    page.check(Some("a3.: 2 of 2"), false);
    assert_eq!(take_log(), "dropped a1.1, dropped a2.1, answered a3.1, answered a3.2");
}

#[wasm_bindgen_test]
async fn the_old_report_stays_for_the_same_thing_and_goes_with_another() {
    let page = page().await;
    page.key.set(Some(("a", 1)));
    page.begin().await;
    page.answers(2).await;
    page.key.set(Some(("a", 2)));
    page.begin().await;
    page.check(Some("a1.: 2 of 2"), true);
    page.answers(1).await;
    page.check(Some("a2.: 1 of 2"), true);
    page.key.set(Some(("b", 2)));
    page.begin().await;
    page.check(None, true);
    page.key.set(None);
    page.begin().await;
    page.check(None, false);
}

#[wasm_bindgen_test]
async fn asking_the_same_again_shows_nothing_half_done() {
    let page = page().await;
    page.key.set(Some(("a", 1)));
    page.begin().await;
    page.answers(2).await;
    page.clock.refresh();
    page.begin().await;
    page.answers(1).await;
    page.check(Some("a1.: 2 of 2"), true);
    assert!(untrack(|| page.clock.is_busy()));
    page.answers(1).await;
    page.check(Some("a1.: 2 of 2"), false);
    assert!(!untrack(|| page.clock.is_busy()));
    assert_eq!(take_log(), "answered a1.1, answered a1.2, answered a1.1, answered a1.2");
}

#[wasm_bindgen_test]
async fn another_transport_asks_anew() {
    let page = page().await;
    page.key.set(Some(("a", 1)));
    page.begin().await;
    page.answers(2).await;
    page.net.switch_to(Rc::new(Slow));
    page.begin().await;
    page.check(None, true);
}

#[wasm_bindgen_test]
async fn a_page_that_goes_takes_its_questions_along() {
    let page = page().await;
    page.key.set(Some(("a", 1)));
    page.begin().await;
    page._owner.cleanup();
    page.begin().await;
    assert_eq!(take_log(), "dropped a1.1");
}
