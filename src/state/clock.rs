//! Time as the app sees it: now, the visible range, the zone it is written in, and when to ask again.

use std::time::Duration;

use domain::time::{TimeDelta, TimeRange, Timestamp};
use domain::view_state::Zone;
use leptos::ev;
use leptos::prelude::*;

use super::reactive::{Memo, effect};
use super::view::View;
use super::zone::{browser_offset_secs, named_offset_secs};

/// A handle on the app's clock. Live it is the browser's; in a recording it stands still at the recording's end.
#[derive(Clone, Copy)]
pub struct Clock {
    stands_at: RwSignal<Option<Timestamp>>,
    tick: RwSignal<Tick>,
    range: Memo<TimeRange>,
    zone: Memo<Zone>,
    busy: RwSignal<usize>,
    second: RwSignal<Timestamp>,
}

/// One moment at which everything visible is asked anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// How many there have been.
    pub count: u32,
    /// When it was, on this clock: what `now` in the visible range means until the next one.
    pub at: Timestamp,
    /// Whether a person wished it; else time has passed.
    pub is_wished: bool,
}

/// The handle that the app's root provides.
pub fn use_clock() -> Clock {
    expect_context()
}

impl Clock {
    /// A live clock that ticks as the view's `refresh` says, and pauses while the page is hidden.
    pub fn new(view: View) -> Self {
        let tick = RwSignal::new(Tick { count: 0, at: browser_now(), is_wished: true });
        let zone = view.part(|it| it.zone.clone());
        let spec = view.part(|it| it.range);
        let range = Memo::new(move |_| {
            let at = tick.get().at;
            spec.get().resolve(at, zone.with(|it| offset_secs_in(it, at)))
        });
        let clock = Self {
            stands_at: RwSignal::new(None),
            tick,
            range,
            zone,
            busy: RwSignal::new(0),
            second: RwSignal::new(browser_now()),
        };
        clock.tick_by(view.part(|it| it.refresh));
        clock.count_seconds();
        clock
    }

    /// Now. Not tracked: use [`Clock::tick`] or [`Clock::range`] where something must follow time.
    pub fn now(self) -> Timestamp {
        self.stands_at.get_untracked().unwrap_or_else(browser_now)
    }

    /// When everything was last asked anew; follows refreshing.
    pub fn tick(self) -> Signal<Tick> {
        self.tick.into()
    }

    /// The visible range; a relative one moves with each tick.
    pub fn range(self) -> Memo<TimeRange> {
        self.range
    }

    /// Now, told every second while the page is seen; for ages. In a recording it stands still.
    pub fn second(self) -> Timestamp {
        self.stands_at.get().unwrap_or_else(|| self.second.get())
    }

    /// How far east of UTC the times of the view are written at that instant, in seconds. Follows the view's zone.
    pub fn offset_secs(self, at: Timestamp) -> i32 {
        self.zone.with(|it| offset_secs_in(it, at))
    }

    /// What the zone is called at that instant, for an axis: `UTC`, `UTC+02:00` or an IANA name. Follows the view's zone.
    pub fn zone_name(self, at: Timestamp) -> String {
        match self.zone.get() {
            Zone::Utc => "UTC".to_owned(),
            Zone::Browser => utc_offset_text(browser_offset_secs(at)),
            Zone::Named(name) if named_offset_secs(&name, at).is_some() => name,
            Zone::Named(name) => format!("UTC ({name} is not known here)"),
        }
    }

    /// Whether the browser knows a zone by this name.
    pub fn knows_zone(self, name: &str) -> bool {
        named_offset_secs(name, self.now()).is_some()
    }

    /// Asks everything visible anew, as a person wishes.
    pub fn refresh(self) {
        self.tick_on(true);
    }

    fn tick_on(self, is_wished: bool) {
        let at = self.now();
        self.tick.update(|it| *it = Tick { count: it.count.wrapping_add(1), at, is_wished });
    }

    /// Whether this is the clock of a recording.
    pub fn stands_still(self) -> bool {
        self.stands_at.with(Option::is_some)
    }

    /// Stands still at an instant, as a recording needs it; `None` runs live again.
    pub fn stand_at(self, at: Option<Timestamp>) {
        self.stands_at.set(at);
        self.refresh();
    }

    /// Whether something that was asked is still awaited.
    pub fn is_busy(self) -> bool {
        self.busy.get() > 0
    }

    /// Tells the clock that something is awaited until the guard is dropped: refreshing waits for it.
    pub fn busy(self) -> BusyGuard {
        self.busy.try_update(|it| *it += 1);
        BusyGuard(self.busy)
    }

    fn count_seconds(self) {
        let count = move || {
            if !page_is_hidden() {
                self.second.set(browser_now());
            }
        };
        if let Ok(timer) = set_interval_with_handle(count, Duration::from_secs(1)) {
            on_cleanup(move || timer.clear());
        }
    }

    fn tick_by(self, interval: Memo<Option<TimeDelta>>) {
        effect(move |_| {
            let Some(interval) = interval.get() else { return };
            let millis = u64::try_from(interval.millis()).unwrap_or(0).max(1_000);
            // A refresh that would cut off the last one's questions is left out, so that slow servers still get to answer.
            let due = move || {
                if !page_is_hidden() && self.busy.get_untracked() == 0 {
                    self.tick_on(false)
                }
            };
            let Ok(timer) = set_interval_with_handle(due, Duration::from_millis(millis)) else { return };
            let shown = window_event_listener(ev::visibilitychange, move |_| {
                if !page_is_hidden() {
                    due();
                }
            });
            on_cleanup(move || {
                timer.clear();
                shown.remove();
            });
        });
    }
}

/// While it lives, something is awaited.
pub struct BusyGuard(RwSignal<usize>);

impl Drop for BusyGuard {
    fn drop(&mut self) {
        self.0.try_update(|it| *it = it.saturating_sub(1));
    }
}

fn offset_secs_in(zone: &Zone, at: Timestamp) -> i32 {
    match zone {
        Zone::Utc => 0,
        Zone::Browser => browser_offset_secs(at),
        Zone::Named(name) => named_offset_secs(name, at).unwrap_or(0),
    }
}

fn utc_offset_text(offset_secs: i32) -> String {
    let sign = if offset_secs < 0 { '−' } else { '+' };
    let minutes = offset_secs.unsigned_abs() / 60;
    match minutes {
        0 => "UTC".to_owned(),
        _ => format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60),
    }
}

fn browser_now() -> Timestamp {
    Timestamp::from_millis(js_sys::Date::now() as i64)
}

fn page_is_hidden() -> bool {
    document().hidden()
}
