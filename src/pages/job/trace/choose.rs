//! Which of the job's traces is shown, and what there is of it in numbers.

use domain::ids::TraceId;
use domain::job::Origin;
use domain::trace::{SpanStatus, Trace};
use domain::view_state::{Folds, Switch};
use domain::waterfall::MarkKind;
use leptos::prelude::*;

use super::super::detail::focus_waterfall;
use super::model::TraceModel;
use crate::components::timeline::wall_millis;
use crate::state::Memo;

/// The value of the choice that shows all of them.
const ALL: &str = "all";

#[component]
pub(super) fn Chooser(trace: TraceModel) -> impl IntoView {
    let model = trace.model;
    let n_traces = Memo::new(move |_| trace.traces.with(Vec::len));
    let shown = Memo::new(move |_| match trace.forest.get() {
        Some(forest) if forest.traces().len() == 1 => {
            forest.traces().first().and_then(id_of).map_or_else(|| ALL.to_owned(), |it| it.to_string())
        }
        Some(_) | None => ALL.to_owned(),
    });
    let choose = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        let id: Option<TraceId> = value.parse().ok();
        model.view.replace(|it| {
            (it.trace, it.span, it.line) = (id, None, None);
            it.waterfall.switch(Switch::Together, id.is_none());
            // Of other spans and another time.
            (it.waterfall.zoom, it.waterfall.folds, it.waterfall.marks) =
                (None, Folds::default(), Vec::new());
        });
    };
    let option = move |it: &Trace| {
        let id = id_of(it).map(|it| it.to_string()).unwrap_or_default();
        let start = it.spans.first().map(|it| it.start).unwrap_or_default();
        let n_errors = it.spans.iter().filter(|it| it.status == SpanStatus::Error).count();
        let failed = if n_errors > 0 { format!(", {n_errors} failed") } else { String::new() };
        let short: String = id.chars().take(8).collect();
        let words =
            format!("{} · {} spans{failed} · {short}…", wall_millis(trace.clock, start), it.spans.len());
        let value = id.clone();
        view! {
            <option value=value selected=move || shown.with(|it| *it == id)>
                {words}
            </option>
        }
    };
    let numbers = move || {
        let forest = trace.forest.get().filter(|it| !it.is_empty())?;
        let n_errors: usize = forest.services().iter().map(|it| it.n_errors).sum();
        let failed = match n_errors {
            0 => String::new(),
            n => format!(" · {n} failed"),
        };
        let services = counted(forest.services().len(), "service");
        let spans = counted(forest.len(), "span");
        Some(format!("{spans} · {services}{failed} · {}", forest.range().length()))
    };
    view! {
        <Show when=move || { n_traces.get() > 1 }>
            <select class="wf-choose" aria-label="Which trace" on:change=choose>
                <option value=ALL selected=move || shown.with(|it| it == ALL)>
                    {move || format!("all {} traces on one axis", n_traces.get())}
                </option>
                {move || trace.traces.with(|it| it.iter().map(option).collect_view())}
            </select>
        </Show>
        <span class="r">
            <span role="status">{numbers}</span>
            <LinesBelow trace=trace />
        </span>
    }
}

/// How many lines name no span, and the way to them.
#[component]
fn LinesBelow(trace: TraceModel) -> impl IntoView {
    let lines = Memo::new(move |_| {
        trace.picture.with(|it| {
            let lanes = &it.as_ref()?.marks.lanes;
            let first = lanes.first()?.marks.first()?;
            Some((lanes.iter().map(|it| it.marks.len()).sum::<usize>(), first.kind))
        })
    });
    move || {
        let (n, first) = lines.get()?;
        let go = move |_| {
            if let MarkKind::Line(key) = first {
                focus_waterfall();
                trace.model.select(Origin::Line(key));
            }
        };
        let title = "They stand below the spans, by service: go to the first";
        Some(view! {
            <button type="button" class="quiet" title=title on:click=go>
                {format!("{} without a span", counted(n, "line"))}
            </button>
        })
    }
}

fn id_of(trace: &Trace) -> Option<TraceId> {
    trace.spans.first().map(|it| it.trace)
}

pub(super) fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
