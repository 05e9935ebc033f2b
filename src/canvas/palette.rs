//! The colours of the style sheet, as numbers that a canvas can be drawn with, read once a theme.

use std::sync::Arc;

use charts::{Palette, Rgb};
use leptos::prelude::*;
use leptos::reactive::owner::WeakOwner;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{HtmlElement, MutationObserver, MutationObserverInit};

use super::pixels::Watching;

/// The colours that series take in turn.
const SERIES_TOKENS: [&str; 8] = ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6", "--c7", "--c8"];
const TOKENS: [&str; 7] = ["--surface", "--ink", "--ink-3", "--line", "--accent", "--warn", "--fail"];

/// What charts are drawn with besides colours; the style sheet's token for the faces.
const FACES_TOKEN: &str = "--sans";

/// Colours and faces of the present theme.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// The colours.
    pub palette: Palette,
    /// `--fail`: what failed, and nothing else.
    pub fail: Rgb,
    /// CSS `font-family`.
    pub font_family: String,
}

/// One theme for all that is below its owner, followed from the first drawing on.
#[derive(Clone, Copy)]
struct SharedTheme {
    owner: StoredValue<Option<WeakOwner>>,
    theme: StoredValue<Option<ReadSignal<Arc<Theme>>>>,
}

/// Lets everything below share one palette.
pub fn share_palette() {
    provide_context(SharedTheme {
        owner: StoredValue::new(Owner::current().map(|it| it.downgrade())),
        theme: StoredValue::new(None),
    });
}

/// The palette of the present theme: the one shared above, else one for this component.
pub fn use_palette() -> ReadSignal<Arc<Theme>> {
    let Some(shared) = use_context::<SharedTheme>() else { return follow_theme() };
    if let Some(theme) = shared.theme.get_value() {
        return theme;
    }
    let theme = match shared.owner.get_value().and_then(|it| it.upgrade()) {
        Some(owner) => owner.with(follow_theme),
        None => follow_theme(),
    };
    shared.theme.set_value(Some(theme));
    theme
}

/// Reads the palette, and reads it anew when the theme changes, by the person or by the system.
fn follow_theme() -> ReadSignal<Arc<Theme>> {
    let (theme, set_theme) = signal(Arc::new(read()));
    let reread = move || {
        let now = read();
        if theme.try_get_untracked().is_some_and(|it| *it != now) {
            set_theme.set(Arc::new(now));
        }
    };
    let watching = (Watching::new("(prefers-color-scheme: dark)", reread), RootClass::watch(reread));
    StoredValue::new_local(watching);
    theme
}

/// A custom property is text with `light-dark()` in it; only as the colour of an element is it computed. All the
/// elements are styled at once, before the first is read.
fn read() -> Theme {
    let probes = Probes::new(TOKENS.iter().chain(&SERIES_TOKENS));
    let [surface, ink, ink_3, line, accent, warn, fail] = TOKENS.map(|it| probes.color(it));
    Theme {
        palette: Palette {
            surface,
            ink,
            ink_3,
            line,
            accent,
            warn,
            fail,
            series: SERIES_TOKENS.iter().map(|it| probes.color(it)).collect(),
        },
        fail,
        font_family: probes.faces(),
    }
}

/// Elements outside the view, one a token, each in that token's colour.
struct Probes {
    host: Option<HtmlElement>,
    each: Vec<(&'static str, HtmlElement)>,
}

impl Probes {
    fn new<'a>(tokens: impl Iterator<Item = &'a &'static str>) -> Self {
        let element = || document().create_element("i").ok()?.dyn_into::<HtmlElement>().ok();
        let host = element();
        let mut each = Vec::new();
        for (token, probe) in tokens.filter_map(|token| Some((*token, element()?))) {
            // These are refused only for properties that do not exist and for nodes that cannot have children.
            let _ = probe.style().set_property("color", &format!("var({token})"));
            let _ = host.as_ref().map(|it| it.append_child(&probe));
            each.push((token, probe));
        }
        if let (Some(host), Some(body)) = (&host, document().body()) {
            host.set_hidden(true);
            let _ = body.append_child(host);
        }
        Self { host, each }
    }

    fn color(&self, token: &str) -> Rgb {
        let probe = self.each.iter().find(|(it, _)| *it == token).map(|(_, probe)| probe);
        let style = probe.and_then(|it| window().get_computed_style(it).ok().flatten());
        let color = style.and_then(|it| it.get_property_value("color").ok());
        color.and_then(|it| Rgb::parse(&it)).unwrap_or(Rgb(128, 128, 128))
    }

    fn faces(&self) -> String {
        let style = self.host.as_ref().and_then(|it| window().get_computed_style(it).ok().flatten());
        let faces = style.and_then(|it| it.get_property_value(FACES_TOKEN).ok()).unwrap_or_default();
        if faces.trim().is_empty() { "sans-serif".to_owned() } else { faces.trim().to_owned() }
    }
}

impl Drop for Probes {
    fn drop(&mut self) {
        if let Some(host) = &self.host {
            host.remove();
        }
    }
}

/// Watches the root's class, by which the person's choice of a theme overrides the system's.
struct RootClass {
    observer: MutationObserver,
    _callback: Closure<dyn FnMut()>,
}

impl RootClass {
    fn watch(changed: impl FnMut() + 'static) -> Option<Self> {
        let callback = Closure::new(changed);
        let observer = MutationObserver::new(callback.as_ref().unchecked_ref()).ok()?;
        let options = MutationObserverInit::new();
        options.set_attributes(true);
        options.set_attribute_filter(&js_sys::Array::of1(&"class".into()));
        observer.observe_with_options(&document().document_element()?.into(), &options).ok()?;
        Some(Self { observer, _callback: callback })
    }
}

impl Drop for RootClass {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
