//! Which services have rows: the menu above the waterfall, and what stands in it.

use std::sync::Arc;

use domain::waterfall::ServiceShare;
use leptos::prelude::*;

use super::super::parts;
use super::model::TraceModel;
use crate::components::menu::Menu;
use crate::components::part::Part;
use crate::state::Memo;

/// The button that opens the menu.
#[component]
pub(super) fn ServiceMenu(trace: TraceModel) -> impl IntoView {
    let n_services =
        Memo::new(move |_| trace.forest.with(|it| it.as_ref().map_or(0, |it| it.services().len())));
    let n_hidden = Memo::new(move |_| trace.shape.with(|it| it.hidden.len()));
    let title = move || {
        move || {
            let n = n_services.get();
            match n_hidden.get() {
                0 => format!("{n} services ▾"),
                hidden => format!("{} of {n} services ▾", n.saturating_sub(hidden)),
            }
        }
    };
    let content = move |_| {
        let view = move || parts::job_services::view(trace);
        view! { <Part fetch=parts::job_services::fetch view=view what="Fetching the services …" height_css_px=100 /> }
            .into_any()
    };
    view! {
        <Show when=move || n_services.get().gt(&1)>
            <Menu title=title label="Which services have rows" content=content />
        </Show>
    }
}

/// Each service with a switch.
#[component]
pub fn Services(trace: TraceModel) -> impl IntoView {
    let services = Memo::new(move |_| {
        trace.forest.with(|it| it.as_ref().map(|it| it.services().to_vec()).unwrap_or_default())
    });
    let each = move |it: ServiceShare| {
        let name = it.name.clone();
        let is_shown = {
            let name = name.clone();
            Memo::new(move |_| trace.shape.with(|it| !it.hidden.contains(&name)))
        };
        let toggle = move |_| {
            let name: Arc<str> = name.clone();
            trace.reshape(|shape, _| match shape.hidden.iter().position(|it| *it == name) {
                Some(idx) => {
                    shape.hidden.remove(idx);
                }
                None => shape.hidden.push(name),
            });
        };
        let failed = if it.n_errors > 0 { format!(", {} failed", it.n_errors) } else { String::new() };
        view! {
            <label class="wf-pick">
                <input type="checkbox" prop:checked=move || is_shown.get() on:change=toggle />
                <span>{it.name.to_string()}</span>
                <small>{format!("{}{failed}", it.n_spans)}</small>
            </label>
        }
    };
    view! {
        <div class="wf-services">
            {move || services.get().into_iter().map(each).collect_view()}
            <button type="button" class="quiet" on:click=move |_| trace.reshape(|shape, _| shape.hidden.clear())>
                {"show all"}
            </button>
        </div>
    }
}
