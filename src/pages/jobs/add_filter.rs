//! The panel that adds a filter: a field, how it is compared, and values that the jobs really have.

use domain::jobs::{Facet, Field, facet};
use domain::letters::in_small;
use domain::view_state::{Filter, FilterOp};
use leptos::ev;
use leptos::prelude::*;

use super::model::Model;
use super::parts;
use crate::components::menu::{Menu, MenuHandle};
use crate::components::part::Part;
use crate::state::Memo;

/// Values that are offered at once.
const MAX_OFFERED: usize = 12;

#[component]
pub(super) fn AddFilter(model: Model) -> impl IntoView {
    view! {
        <div class="jobs-add">
            <Menu
                title=|| "+ filter"
                label="Add a filter"
                content=move |menu| {
                    let view = move || parts::jobs_filter::view(model, menu);
                    view! { <Part fetch=parts::jobs_filter::fetch view what="Fetching the choices …" height_css_px=260 /> }
                        .into_any()
                }
            />
        </div>
    }
}

/// The ways to compare a field, with their words.
fn ways(field: Field) -> &'static [(FilterOp, &'static str)] {
    if field.is_number() {
        &[(FilterOp::Least, "at least"), (FilterOp::Most, "at most"), (FilterOp::Is, "is")]
    } else {
        &[
            (FilterOp::Is, "is"),
            (FilterOp::Not, "is not"),
            (FilterOp::Has, "contains"),
            (FilterOp::Lacks, "lacks"),
        ]
    }
}

/// A field, how it is compared, and values to choose from.
#[component]
pub(super) fn FilterPanel(model: Model, menu: MenuHandle) -> impl IntoView {
    let fields = Memo::new(move |_| {
        model.fields.get().into_iter().filter(|it| it.can_be_filtered()).collect::<Vec<_>>()
    });
    let first =
        fields.with_untracked(|it| it.iter().copied().find(|it| *it == Field::Stage).or(it.first().copied()));
    let field = RwSignal::new(first.unwrap_or(Field::State));
    let op = RwSignal::new(ways(field.get_untracked()).first().map_or(FilterOp::Is, |it| it.0));
    let typed = RwSignal::new(String::new());
    let offered = Memo::new(move |_| {
        let typed = in_small(&typed.get());
        let field = field.get();
        // Whatever the field is already said to be: another value widens that.
        let (now, filter) = (model.now.get(), model.filter.get().without(field));
        let values = model.all.with(|rows| facet(field, rows.iter().filter(|it| filter.passes(it, now))));
        let title = |value: &str| in_small(&model.value_title(field, value));
        let fits = |it: &Facet| in_small(&it.value).contains(&typed) || title(&it.value).contains(&typed);
        values.into_iter().filter(fits).take(MAX_OFFERED).collect::<Vec<_>>()
    });
    let add = move |value: String| {
        let value = value.trim().to_owned();
        if !value.is_empty() {
            menu.close();
            model.add_filter(Filter {
                field: field.get_untracked().word().to_owned(),
                op: op.get_untracked(),
                value,
            });
        }
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        add(typed.get_untracked());
    };
    let choose_field = move |event: web_sys::Event| {
        let chosen = Field::from_word(&event_target_value(&event)).unwrap_or(Field::State);
        field.set(chosen);
        op.set(ways(chosen).first().map_or(FilterOp::Is, |it| it.0));
        typed.set(String::new());
    };
    let choose_op = move |event: web_sys::Event| {
        let word = event_target_value(&event);
        op.set(FilterOp::ALL.iter().copied().find(|it| it.word() == word).unwrap_or(FilterOp::Is));
    };
    let field_option = move |it: Field| {
        view! { <option value=it.word() selected=move || field.get() == it>{it.title()}</option> }
    };
    let op_option = move |(it, words): &(FilterOp, &'static str)| {
        let it = *it;
        view! { <option value=it.word() selected=move || op.get() == it>{*words}</option> }
    };
    let value = move |facet: Facet| {
        let title = model.value_title(field.get_untracked(), &facet.value);
        let value = facet.value;
        view! {
            <li>
                <button type="button" class="choice" on:click=move |_| add(value.clone())>
                    <span>{title}</span>
                    <small>{facet.count}</small>
                </button>
            </li>
        }
    };
    let hint = move || match field.get() {
        Field::Duration | Field::Wait => "90, 90s or 2m",
        it if it.is_number() => "A number",
        _ => "Value",
    };
    let adds = move || {
        let is_same = |it: &Filter| it.op == FilterOp::Is && it.field == field.get().word();
        let is_there =
            op.get() == FilterOp::Is && model.view.state().with(|it| it.filters.iter().any(is_same));
        is_there.then(|| format!("Or: one of the values of {} is enough.", field.get().title()))
    };
    view! {
        <form class="jobs-filter-panel" on:submit=submit>
            <select aria-label="Field" on:change=choose_field>
                {move || fields.get().into_iter().map(field_option).collect_view()}
            </select>
            <select aria-label="How it is compared" on:change=choose_op>
                {move || ways(field.get()).iter().map(op_option).collect_view()}
            </select>
            <input
                type="text"
                aria-label="Value"
                placeholder=hint
                autocomplete="off"
                spellcheck="false"
                prop:value=move || typed.get()
                on:input=move |event| typed.set(event_target_value(&event))
            />
            <button type="submit">{"Add"}</button>
            <p class="muted">{adds}</p>
            <ul aria-label="Values that the jobs have">{move || offered.get().into_iter().map(value).collect_view()}</ul>
        </form>
    }
}
