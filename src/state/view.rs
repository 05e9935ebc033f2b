//! The view and the URL, kept equal: one writes the other, and a press on Back reads it again.

use super::reactive::Memo;
use domain::view_state::{Page, ViewState};
use domain::warning::Warning;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

/// A handle on what is being looked at; the URL always says the same.
#[derive(Clone, Copy)]
pub struct View {
    state: RwSignal<ViewState>,
    warnings: RwSignal<Vec<Warning>>,
}

/// The handle that the app's root provides.
pub fn use_view() -> View {
    expect_context()
}

impl View {
    /// Reads the URL, follows Back and Forward, and takes over plain clicks on the app's own links.
    pub fn of_address() -> Self {
        let (state, warnings) = ViewState::parse(&query_now());
        let view = Self { state: RwSignal::new(state), warnings: RwSignal::new(warnings) };
        let back = window_event_listener(ev::popstate, move |_| view.read_address());
        let click = window_event_listener(ev::click, move |event| view.follow(&event));
        on_cleanup(move || {
            back.remove();
            click.remove();
        });
        view
    }

    /// What is being looked at; notifies on every change. Take a `Memo` of a part where only that part matters.
    pub fn state(self) -> Signal<ViewState> {
        self.state.into()
    }

    /// What in the address could not be read, and what was taken instead.
    pub fn warnings(self) -> Signal<Vec<Warning>> {
        self.warnings.into()
    }

    /// A part of the view; notifies only when that part changes.
    pub fn part<T: PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&ViewState) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.state.with(|it| part(it)))
    }

    /// Whether the address says nothing of how often to ask again, so that the configuration may.
    pub fn leaves_refresh_open(self) -> bool {
        !query_now().split('&').any(|it| it.starts_with("refresh="))
    }

    /// Goes somewhere else: Back returns here.
    pub fn push(self, change: impl FnOnce(&mut ViewState)) {
        self.change(change, Entry::Push);
    }

    /// Changes the view in place, for what changes often (a selection, a pan, typing): Back skips it.
    pub fn replace(self, change: impl FnOnce(&mut ViewState)) {
        self.change(change, Entry::Replace);
    }

    /// The address of another view, for an `<a href>`. Follows the view, so call it in a closure.
    pub fn href(self, change: impl FnOnce(&mut ViewState)) -> String {
        let mut state = self.state.get();
        change(&mut state);
        address(&state)
    }

    fn change(self, change: impl FnOnce(&mut ViewState), entry: Entry) {
        let mut state = self.state.get_untracked();
        change(&mut state);
        if self.state.with_untracked(|it| *it == state) {
            return;
        }
        write_address(&state, entry);
        self.state.set(state);
    }

    fn read_address(self) {
        let (state, warnings) = ViewState::parse(&query_now());
        self.warnings.set(warnings);
        if self.state.with_untracked(|it| *it != state) {
            self.state.set(state);
        }
    }

    /// Follows a plain click on a link that begins with `?`; every other click stays the browser's.
    fn follow(self, event: &ev::MouseEvent) {
        let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
        if event.default_prevented() || event.button() != 0 || modified {
            return;
        }
        let Some(query) = link_below(event) else { return };
        event.prevent_default();
        let (state, warnings) = ViewState::parse(&query);
        self.warnings.set(warnings);
        self.push(|it| *it = state);
    }
}

/// Makes it a view of another page, of the same system and time, shown the same way; everything else is that page's own.
pub fn go_to(state: &mut ViewState, page: Page) {
    *state = ViewState {
        page,
        system: state.system.take(),
        range: state.range,
        refresh: state.refresh,
        zone: std::mem::take(&mut state.zone),
        theme: state.theme,
        embed: state.embed,
        ..ViewState::default()
    };
}

#[derive(Clone, Copy)]
enum Entry {
    Push,
    Replace,
}

/// The query of the app's own link that was clicked, if one was.
fn link_below(event: &ev::MouseEvent) -> Option<String> {
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    let link = target.closest("a[href]").ok()??;
    if link.has_attribute("download") || link.get_attribute("target").is_some_and(|it| it != "_self") {
        return None;
    }
    let href = link.get_attribute("href")?;
    href.strip_prefix('?').map(str::to_owned)
}

fn address(state: &ViewState) -> String {
    format!("?{}", state.to_query())
}

fn write_address(state: &ViewState, entry: Entry) {
    let Ok(history) = window().history() else { return };
    let query = state.to_query();
    // An empty query is written as the bare path: `?` alone would stay in the address.
    let path = || window().location().pathname().unwrap_or_default();
    let url = if query.is_empty() { path() } else { format!("?{query}") };
    // Fails only where the document has no address of its own; the view works on without it.
    let _ = match entry {
        Entry::Push => history.push_state_with_url(&JsValue::NULL, "", Some(&url)),
        Entry::Replace => history.replace_state_with_url(&JsValue::NULL, "", Some(&url)),
    };
}

fn query_now() -> String {
    let search = window().location().search().unwrap_or_default();
    search.strip_prefix('?').unwrap_or(&search).to_owned()
}
