//! One span or line in full, beside the timeline; on a narrow screen a sheet from below.

use domain::job::Origin;
use domain::logs::LogRecord;
use domain::trace::Span;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::line_detail::LineDetail;
use super::model::{Model, find_line, find_span};
use super::span_detail::SpanDetail;
use crate::state::Memo;

/// The id of the pane, for the focus.
const DETAIL_ID: &str = "detail";
/// Where the focus goes from the pane: to the timeline, or to the list where there is none.
const BACK_TO: &str = ".tl-bar[tabindex='0'], .wf-rows, .vlist";

/// What the pane shows.
#[derive(Clone, PartialEq)]
enum Piece {
    Span(Box<Span>),
    Line(Box<LogRecord>),
    /// It is selected, and not among what was found.
    Missing,
    None,
}

#[component]
pub(super) fn Detail(model: Model) -> impl IntoView {
    let piece = Memo::new(move |_| {
        let Some(shown) = model.shown.get() else { return Piece::None };
        model.report.with(|it| {
            let span = || find_span(&it.evidence, shown).map(|it| Piece::Span(Box::new(it.clone())));
            let line = || find_line(&it.evidence, shown).map(|it| Piece::Line(Box::new(it.clone())));
            span().or_else(line).unwrap_or(Piece::Missing)
        })
    });
    let title = move || {
        piece.with(|it| match it {
            Piece::Span(_) => "Span",
            Piece::Line(_) => "Log line",
            Piece::Missing | Piece::None => "Detail",
        })
    };
    let content = move || match piece.get() {
        Piece::Span(span) => view! { <SpanDetail model=model span=*span /> }.into_any(),
        Piece::Line(record) => view! { <LineDetail model=model record=*record /> }.into_any(),
        Piece::Missing => {
            view! { <p class="muted">{"What the address selects is not among what was found."}</p> }
                .into_any()
        }
        Piece::None => {
            view! { <p class="muted">{"Choose a bar or a line to see all that is known about it."}</p> }
                .into_any()
        }
    };
    let has_piece = move || piece.with(|it| matches!(it, Piece::Span(_) | Piece::Line(_)));
    let step = move |ahead: bool| {
        if let Some(next) = untrack(|| model.neighbour(ahead)) {
            model.select(next);
        }
    };
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Escape" => {
            model.clear();
            focus(BACK_TO);
        }
        "ArrowLeft" => step(false),
        "ArrowRight" => step(true),
        _ => {}
    };
    view! {
        <aside class="detail" class:open=move || model.sheet_is_open.get() aria-label=title>
            <section class="card" id=DETAIL_ID tabindex="-1" on:keydown=on_key>
                <header>
                    <h2>{title}</h2>
                    <span class="r">
                        <Show when=has_piece>
                            <button
                                type="button"
                                class="quiet"
                                aria-label="Previous"
                                title="Previous (←)"
                                disabled=move || model.neighbour(false).is_none()
                                on:click=move |_| step(false)
                            >
                                {"←"}
                            </button>
                            <button
                                type="button"
                                class="quiet"
                                aria-label="Next"
                                title="Next (→)"
                                disabled=move || model.neighbour(true).is_none()
                                on:click=move |_| step(true)
                            >
                                {"→"}
                            </button>
                        </Show>
                        <button
                            type="button"
                            class="quiet close"
                            aria-label="Close"
                            on:click=move |_| model.sheet_is_open.set(false)
                        >
                            {"✕"}
                        </button>
                    </span>
                </header>
                <div class="det">{content}</div>
            </section>
        </aside>
    }
}

/// Puts the keyboard into the pane.
pub(super) fn focus_detail() {
    focus("#detail");
}

/// Puts the focus onto the rows of the waterfall.
pub(super) fn focus_waterfall() {
    focus(".wf-rows");
}

/// Puts the focus onto the first element that the selector finds.
fn focus(selector: &str) {
    let element = document().query_selector(selector).ok().flatten();
    if let Some(element) = element.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Fails only for an element that is gone.
        let _ = element.focus();
    }
}

impl Model {
    /// The sibling of the shown span, or the row next to the shown line.
    fn neighbour(self, ahead: bool) -> Option<Origin> {
        let shown = self.shown.get()?;
        match shown {
            Origin::Span(trace, id) => self.report.with(|it| {
                let spans = it.evidence.traces.iter().flat_map(|it| &it.spans).filter(|it| it.trace == trace);
                let parent = find_span(&it.evidence, shown)?.parent;
                let siblings: Vec<_> = spans.filter(|it| it.parent == parent).collect();
                let at = siblings.iter().position(|it| it.id == id)?;
                let next = if ahead { at.checked_add(1) } else { at.checked_sub(1) }?;
                siblings.get(next).map(|it| Origin::Span(it.trace, it.id))
            }),
            Origin::Line(key) => {
                let at = self.row_of(key)?;
                let next = if ahead { at.checked_add(1) } else { at.checked_sub(1) }?;
                self.row(next).map(|it| Origin::Line(it.key))
            }
            Origin::Inferred => None,
        }
    }
}
