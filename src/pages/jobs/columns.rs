//! Which columns are shown, how wide they are, and the menu that chooses them.

use domain::jobs::Field;
use leptos::prelude::*;

use super::model::Model;
use super::parts;
use crate::components::menu::Menu;
use crate::components::part::Part;
use crate::state::Memo;

/// Columns that a list has of itself, where jobs fill them.
const OWN: [Field; 11] = [
    Field::State,
    Field::Job,
    Field::Kind,
    Field::Stage,
    Field::Start,
    Field::Duration,
    Field::Timeline,
    Field::ErrorCode,
    Field::Attempts,
    Field::Users,
    Field::Trace,
];
/// What a narrow screen has room for.
const NARROW: [Field; 4] = [Field::State, Field::Job, Field::Duration, Field::Timeline];

/// The columns to show, in the order of fields; those that no job fills are left out.
pub(super) fn shown_columns(model: Model, is_narrow: bool) -> Vec<Field> {
    let chosen = model.view.state().with(|it| it.columns.clone());
    let chosen: Vec<Field> = chosen.iter().filter_map(|it| Field::from_word(it)).collect();
    let wanted = match (is_narrow, chosen.is_empty()) {
        (true, _) => NARROW.to_vec(),
        (false, true) => OWN.to_vec(),
        (false, false) => chosen,
    };
    model.fields.with(|filled| {
        let is_filled =
            |it: &Field| filled.contains(it) || (*it == Field::ErrorCode && filled.contains(&Field::Message));
        Field::ALL.iter().copied().filter(|it| wanted.contains(it)).filter(is_filled).collect()
    })
}

/// How wide the columns are, for `grid-template-columns`.
pub(super) fn template(columns: &[Field], is_narrow: bool) -> String {
    let width = |field: &Field| match (field, is_narrow) {
        (Field::State, true) => "66px",
        (Field::Duration, true) => "88px",
        (Field::Timeline, true) => "62px",
        (Field::State, false) => "92px",
        (Field::Job, true) => "minmax(60px, 1fr)",
        (Field::Job, false) => "minmax(120px, 1.2fr)",
        (Field::Timeline, false) => "minmax(110px, 190px)",
        (Field::ErrorCode | Field::Message | Field::Failure | Field::Url, _) => "minmax(120px, 1.6fr)",
        (Field::Start, _) => "minmax(72px, max-content)",
        (Field::Duration | Field::Wait, _) => "92px",
        (Field::Attempts, _) => "44px",
        (Field::Users, _) => "58px",
        (Field::Trace, _) => "86px",
        _ => "minmax(80px, .8fr)",
    };
    columns.iter().map(width).collect::<Vec<_>>().join(" ")
}

/// The menu that chooses columns.
#[component]
pub(super) fn ColumnMenu(model: Model) -> impl IntoView {
    view! {
        <div class="jobs-columns">
            <Menu
                title=|| "Columns ▾"
                label="Which columns are shown"
                content=move |_| {
                    let view = move || parts::jobs_columns::view(model);
                    view! { <Part fetch=parts::jobs_columns::fetch view what="Fetching the choices …" height_css_px=400 /> }
                        .into_any()
                }
            />
        </div>
    }
}

/// A box to tick for each column.
#[component]
pub(super) fn ColumnChoices(model: Model) -> impl IntoView {
    let shown = Memo::new(move |_| shown_columns(model, false));
    let toggle = move |field: Field| {
        let mut columns = shown.get_untracked();
        match columns.iter().position(|it| *it == field) {
            Some(place) if columns.len() > 1 => {
                columns.remove(place);
            }
            Some(_) => {}
            None => columns.push(field),
        }
        model.view.replace(|it| it.columns = columns.iter().map(|it| it.word().to_owned()).collect());
    };
    let choice = move |field: Field| {
        view! {
            <label>
                <input
                    type="checkbox"
                    prop:checked=move || shown.with(|it| it.contains(&field))
                    on:change=move |_| toggle(field)
                />
                {field.title()}
            </label>
        }
    };
    view! {
        <div class="jobs-choices">
            {move || model.fields.get().into_iter().map(choice).collect_view()}
            <button type="button" on:click=move |_| model.view.replace(|it| it.columns.clear())>{"The usual ones"}</button>
        </div>
    }
}
