//! How a plan is driven for a page: the newest question wins, and what is known stays on screen until more is.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use domain::time::Timestamp;
use inquiry::{Plan, Transport};
use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;

use super::use_net;
use crate::state::{Memo, effect, use_clock};

/// How far a plan has come.
#[derive(Debug)]
pub struct Progress<R> {
    /// What is known; of the last run while a new one about the same thing has told nothing yet.
    pub report: Option<Arc<R>>,
    /// Whether answers are still awaited.
    pub running: bool,
    /// When the report was made, on the app's clock.
    pub updated: Option<Timestamp>,
}

impl<R> Default for Progress<R> {
    fn default() -> Self {
        Self { report: None, running: false, updated: None }
    }
}

impl<R> Clone for Progress<R> {
    fn clone(&self) -> Self {
        Self { report: self.report.clone(), running: self.running, updated: self.updated }
    }
}

/// Drives the plan for the newest key, and follows the clock's ticks and the transport.
///
/// A key is `(thing, rest)`. A new key drops the old run, which calls its questions off. While only `rest` differs
/// (a range, a width), the old report stays until the new run tells something; when `thing` differs, or the
/// transport, it goes at once. A tick asks the same again: then the old report stays until the new run has ended,
/// so that nothing on screen comes and goes. No key, no question.
///
/// Read every signal in `key`; `make` is not tracked.
pub fn use_plan<Thing, Rest, P>(
    key: impl Fn() -> Option<(Thing, Rest)> + Send + Sync + 'static,
    make: impl Fn(Thing, Rest) -> P + 'static,
) -> ReadSignal<Progress<P::Report>>
where
    Thing: Clone + PartialEq + Send + Sync + 'static,
    Rest: Clone + PartialEq + Send + Sync + 'static,
    P: Plan + 'static,
    P::Report: Send + Sync + 'static,
{
    use_plan_again(key, make, Again::EachTick)
}

/// When a plan asks again for a key that stays the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// At each of the clock's ticks.
    EachTick,
    /// Never, unless the transport is another.
    Never,
}

/// The same as [`use_plan`], and says when to ask again.
pub fn use_plan_again<Thing, Rest, P>(
    key: impl Fn() -> Option<(Thing, Rest)> + Send + Sync + 'static,
    make: impl Fn(Thing, Rest) -> P + 'static,
    again: Again,
) -> ReadSignal<Progress<P::Report>>
where
    Thing: Clone + PartialEq + Send + Sync + 'static,
    Rest: Clone + PartialEq + Send + Sync + 'static,
    P: Plan + 'static,
    P::Report: Send + Sync + 'static,
{
    let (net, clock) = (use_net(), use_clock());
    let progress = RwSignal::new(Progress::default());
    let key = Memo::new(move |_| key());
    effect(move |last: Option<Option<Run<Thing>>>| {
        let transport = net.transport();
        let tick = match again {
            Again::EachTick => clock.tick().get().count,
            Again::Never => 0,
        };
        let Some((thing, rest)) = key.get() else {
            progress.set(Progress::default());
            return None;
        };
        let run = Run { thing, tick, transport };
        let keep = match last.flatten() {
            Some(last) if progress.with_untracked(|it| it.report.is_some()) => run.keeps_of(&last),
            Some(_) | None => Keep::Nothing,
        };
        progress.update(|it| {
            if keep == Keep::Nothing {
                *it = Progress::default();
            }
            it.running = true;
        });
        let plan = untrack(|| make(run.thing.clone(), rest));
        let transport = run.transport.clone();
        let busy = clock.busy();
        spawn_local_scoped_with_cancellation(async move {
            let tell = move |report, running| {
                let (report, updated) = (Some(Arc::new(report)), Some(clock.now()));
                progress.try_update(|it| *it = Progress { report, updated, running });
            };
            // What is known and not told yet; gone with a run that is called off.
            let news = Rc::new(Cell::new(None));
            inquiry::drive(plan, &*transport, |report| {
                let is_telling = news.replace(Some(report)).is_some();
                if keep == Keep::UntilEnd || is_telling {
                    return;
                }
                // In a task of its own: to read answers and to draw them are two tasks, and answers that come
                // together are drawn once.
                let news = Rc::downgrade(&news);
                let tell_it = move || {
                    if let Some(report) = news.upgrade().and_then(|it| it.take()) {
                        tell(report, true);
                    }
                };
                set_timeout(tell_it, Duration::ZERO);
            })
            .await;
            match news.take() {
                Some(report) => tell(report, false),
                None => _ = progress.try_update(|it| it.running = false),
            }
            drop(busy);
        });
        Some(run)
    });
    progress.read_only()
}

/// One driving of a plan.
struct Run<Thing> {
    thing: Thing,
    tick: u32,
    transport: Rc<dyn Transport>,
}

/// How long an old report stays while a new run is on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    Nothing,
    UntilNews,
    UntilEnd,
}

impl<Thing: PartialEq> Run<Thing> {
    fn keeps_of(&self, last: &Self) -> Keep {
        if self.thing != last.thing || !Rc::ptr_eq(&self.transport, &last.transport) {
            Keep::Nothing
        } else if self.tick == last.tick {
            Keep::UntilNews
        } else {
            Keep::UntilEnd
        }
    }
}
