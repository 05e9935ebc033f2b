//! What narrows the list of lines: a text, a least level, and fields; all of it stands in the address.

use domain::logs::Level;
use domain::view_state::{Filter, FilterOp};
use leptos::prelude::*;

use super::lines::LEVEL_FIELD;
use super::model::Model;
use crate::components::filter_chip::{FilterChip, filter_chips};

/// Levels that can be chosen as the least, with the words for them.
const LEVELS: [(Level, &str); 4] = [
    (Level::Unknown, "all levels"),
    (Level::Info, "info and worse"),
    (Level::Warn, "warnings and errors"),
    (Level::Error, "errors only"),
];

#[component]
pub(super) fn LogFilter(model: Model) -> impl IntoView {
    let view = model.view;
    let text = view.part(|it| it.query.clone());
    let filters = view.part(|it| it.filters.clone());
    let least = move || {
        let level = filters.with(|it| it.iter().find(|it| is_level(it)).map(|it| Level::parse(&it.value)));
        level.unwrap_or_default()
    };
    let choose = move |event: web_sys::Event| {
        let word = event_target_value(&event);
        view.replace(|it| {
            it.filters.retain(|it| !is_level(it));
            if Level::parse(&word) > Level::Unknown {
                it.filters.push(Filter { field: LEVEL_FIELD.to_owned(), op: FilterOp::Least, value: word });
            }
        });
    };
    let option = move |(level, words): (Level, &'static str)| {
        view! {
            <option value=level.name() selected=move || least() == level>
                {words}
            </option>
        }
    };
    let chip = move |filter: Filter| {
        let words = format!("{} {} {}", filter.field, filter.op.sign(), filter.value);
        let remove = move |()| view.replace(|it| it.filters.retain(|it| *it != filter));
        view! { <FilterChip words=Signal::stored(words) on_remove=remove /> }.into_any()
    };
    let chips = move || {
        let filters = filters.get().into_iter().filter(|it| !is_level(it)).collect::<Vec<_>>();
        filter_chips(&filters, chip)
    };
    view! {
        <div class="log-filter" role="search" aria-label="Filter the lines">
            <input
                type="search"
                aria-label="Text in the line"
                placeholder="Text in the line"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || text.get()
                on:input=move |event| view.replace(|it| it.query = event_target_value(&event))
            />
            <select aria-label="Least level" on:change=choose>
                {LEVELS.map(option).collect_view()}
            </select>
            {chips}
        </div>
    }
}

/// Shows only lines whose field has this value.
pub(super) fn filter_by(model: Model, field: &str, value: &str) {
    let filter = Filter { field: field.to_owned(), op: FilterOp::Is, value: value.to_owned() };
    model.view.replace(|it| {
        if !it.filters.contains(&filter) {
            it.filters.push(filter);
        }
    });
}

/// Shows only lines that have this text in them.
pub(super) fn search_for(model: Model, text: &str) {
    model.view.replace(|it| text.clone_into(&mut it.query));
}

fn is_level(filter: &Filter) -> bool {
    filter.field == LEVEL_FIELD && filter.op == FilterOp::Least
}
