//! What the list is narrowed by: a text, and filters as chips; all of it stands in the address.

use domain::jobs::Field;
use domain::number;
use domain::view_state::Filter;
use leptos::prelude::*;

use super::add_filter::AddFilter;
use super::columns::ColumnMenu;
use super::model::Model;
use super::saved::SavedViews;

#[component]
pub(super) fn Chips(model: Model) -> impl IntoView {
    let view = model.view;
    let text = view.part(|it| it.query.clone());
    let filters = view.part(|it| it.filters.clone());
    let chip = move |filter: Filter| {
        let words = words(&filter, model);
        let label = format!("Stop filtering by {words}");
        view! {
            <button
                type="button"
                class="chip"
                aria-label=label.clone()
                title=label
                on:click=move |_| view.push(|it| it.filters.retain(|it| *it != filter))
            >
                <span>{words}</span>
                <span aria-hidden="true">" ×"</span>
            </button>
        }
    };
    view! {
        <div class="jobs-filters" role="search" aria-label="Filter the jobs">
            <input
                type="search"
                aria-label="Text in the job"
                placeholder="Id, error, URL, user …"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || text.get()
                on:input=move |event| view.replace(|it| it.query = event_target_value(&event))
            />
            {move || filters.get().into_iter().map(chip).collect_view()}
            <AddFilter model=model />
            <ColumnMenu model=model />
            <SavedViews />
        </div>
    }
}

/// A filter as a person reads it: `Total ≥ 12 s`, `Stage = Scrape`.
fn words(filter: &Filter, model: Model) -> String {
    let Some(field) = Field::from_word(&filter.field) else {
        return format!("{} {} {} (no such field)", filter.field, filter.op.sign(), filter.value);
    };
    let value = model.system.with(|it| field.value_title(it, &filter.value).into_owned());
    let is_plain_number = number::parse(&value).is_some();
    let unit = if matches!(field, Field::Duration | Field::Wait) && is_plain_number { " s" } else { "" };
    format!("{} {} {value}{unit}", field.title(), filter.op.sign())
}
