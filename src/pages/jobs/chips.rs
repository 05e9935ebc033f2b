//! What the list is narrowed by: a text, and filters as chips; all of it stands in the address.

use domain::jobs::Field;
use domain::number;
use domain::view_state::Filter;
use leptos::prelude::*;

use super::add_filter::AddFilter;
use super::columns::ColumnMenu;
use super::model::Model;
use super::saved::SavedViews;
use crate::components::filter_chip::{FilterChip, filter_chips};

#[component]
pub(super) fn Chips(model: Model) -> impl IntoView {
    let view = model.view;
    let text = view.part(|it| it.query.clone());
    let filters = view.part(|it| it.filters.clone());
    let chip = move |filter: Filter| {
        let shown = filter.clone();
        let words = Signal::derive(move || words(&shown, model));
        let remove = move |()| view.push(|it| it.filters.retain(|it| *it != filter));
        view! { <FilterChip words=words on_remove=remove /> }.into_any()
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
            {move || filters.with(|it| filter_chips(it, chip))}
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
    // One attribute of several has a name of its own.
    let attribute = Field::attribute_pair(&filter.value).filter(|_| field == Field::Attribute);
    if let Some((name, value)) = attribute {
        return format!("{name} {} {value}", filter.op.sign());
    }
    let value = model.value_title(field, &filter.value);
    let is_plain_number = number::parse(&value).is_some();
    let unit = if matches!(field, Field::Duration | Field::Wait) && is_plain_number { " s" } else { "" };
    format!("{} {} {value}{unit}", field.title(), filter.op.sign())
}
