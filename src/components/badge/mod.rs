//! A state told by shape, word and colour, in this order.

use leptos::prelude::*;
use web_sys::{Element, HtmlElement};

use crate::components::element::set;

/// What a state means to whoever looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Ended well.
    Done,
    /// Failed.
    Failed,
    /// On its way.
    Running,
    /// Not begun.
    Queued,
    /// Should have gone on long ago, or wants a look.
    Stuck,
    /// Not known.
    Unknown,
}

impl Tone {
    /// The class that colours it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Running => "running",
            Self::Queued => "queued",
            Self::Stuck => "stuck",
            Self::Unknown => "unknown",
        }
    }

    /// Its shape as a path in a box of 12 × 12, drawn as a line.
    const fn path(self) -> &'static str {
        match self {
            Self::Done => "M1.5 6.5 4.5 9.5 10.5 2.5",
            Self::Failed => "M2 2l8 8M10 2l-8 8",
            Self::Running => "M6 1.2A4.8 4.8 0 1 1 1.2 6M6 1.2V6H1.2",
            Self::Queued | Self::Unknown => "M6 1.2A4.8 4.8 0 1 1 6 10.8 4.8 4.8 0 1 1 6 1.2",
            Self::Stuck => "M6 1 11.3 10.8H.7ZM4.9 5.2v3M7.1 5.2v3",
        }
    }

    const fn dashes(self) -> &'static str {
        match self {
            Self::Queued => "3 1.9",
            Self::Unknown => "1 1.9",
            Self::Done | Self::Failed | Self::Running | Self::Stuck => "none",
        }
    }
}

/// The shape of a state alone, for where its word stands beside it. Hidden from screen readers.
#[component]
pub fn Shape(
    /// What it means.
    #[prop(into)]
    tone: Signal<Tone>,
) -> impl IntoView {
    view! {
        <svg class="shape" viewBox="0 0 12 12" aria-hidden="true">
            <path
                d=move || tone.get().path()
                fill="none"
                stroke="currentColor"
                stroke-width="1.8"
                stroke-linecap="round"
                stroke-linejoin="round"
                stroke-dasharray=move || tone.get().dashes()
            />
        </svg>
    }
}

/// The same shape made by hand, for rows that are used again and again.
pub struct ShapeElement {
    path: Element,
}

impl ShapeElement {
    /// A shape below a host, of no tone yet; `None` only where the document is gone.
    pub fn new(host: &HtmlElement) -> Option<Self> {
        let make = |tag: &str, attributes: &[(&str, &str)]| {
            let made = document().create_element_ns(Some("http://www.w3.org/2000/svg"), tag).ok()?;
            attributes.iter().for_each(|(name, value)| set(&made, name, value));
            Some(made)
        };
        let svg = make("svg", &[("class", "shape"), ("viewBox", "0 0 12 12"), ("aria-hidden", "true")])?;
        let path = make(
            "path",
            &[
                ("fill", "none"),
                ("stroke", "currentColor"),
                ("stroke-width", "1.8"),
                ("stroke-linecap", "round"),
                ("stroke-linejoin", "round"),
            ],
        )?;
        svg.append_child(&path).ok()?;
        host.append_child(&svg).ok()?;
        Some(Self { path })
    }

    /// Shows a tone.
    pub fn set(&self, tone: Tone) {
        set(&self.path, "d", tone.path());
        set(&self.path, "stroke-dasharray", tone.dashes());
    }
}

/// A state as a pill.
#[component]
pub fn Badge(
    /// What it means.
    #[prop(into)]
    tone: Signal<Tone>,
    /// The word for it, such as `failed at scrape`.
    #[prop(into)]
    word: Signal<String>,
) -> impl IntoView {
    view! {
        <span class=move || format!("state {}", tone.get().class())>
            <Shape tone />
            {move || word.get()}
        </span>
    }
}
