//! One line in the list: when, how bad, who, and what it says.

use domain::job::Origin;
use domain::logs::{Level, LogRecord};
use leptos::prelude::*;

use super::lines::row_fields;
use super::model::Model;
use crate::components::timeline::wall_millis;
use crate::state::{Memo, use_clock};

/// The id of a row's element.
pub(super) fn row_id(row: usize) -> String {
    format!("line-{row}")
}

#[component]
pub(super) fn LogRow(model: Model, row: usize, n_rows: Memo<usize>) -> impl IntoView {
    let clock = use_clock();
    let record = Memo::new(move |_| model.row(row));
    let is_selected = Memo::new(move |_| {
        record
            .with(|it| it.as_ref().map(|it| Origin::Line(it.key)))
            .is_some_and(|it| model.shown.get() == Some(it))
    });
    let is_in_span = Memo::new(move |_| match model.shown.get() {
        Some(Origin::Span(_, span)) => {
            record.with(|it| it.as_ref().is_some_and(|it| it.roles.span == Some(span)))
        }
        Some(Origin::Line(_) | Origin::Inferred) | None => false,
    });
    let select = move |_| {
        if let Some(key) = record.with_untracked(|it| it.as_ref().map(|it| it.key)) {
            model.select(Origin::Line(key));
            model.sheet_is_open.set(true);
        }
    };
    let content = move || {
        let record = record.get()?;
        let time = wall_millis(clock, record.time);
        let level = record.level;
        Some(view! {
            <span class="t">{time}</span>
            <span class="lv" title=level.name()>
                <span aria-hidden="true">{level.letter()}</span>
                <span class="visually-hidden">{level.name()}</span>
            </span>
            <span class="s">{record.service.to_string()}</span>
            <span class="m">{words(model, &record)}</span>
        })
    };
    view! {
        <div
            class=move || record.with(|it| format!("log-row {}", it.as_ref().map_or("", |it| level_class(it.level))))
            class:on=move || is_selected.get()
            class:in-span=move || is_in_span.get()
            role="option"
            id=row_id(row)
            aria-selected=move || is_selected.get().to_string()
            aria-posinset=row + 1
            aria-setsize=move || n_rows.get()
            on:click=select
        >
            {content}
        </div>
    }
}

/// What the line says, then the fields that matter.
pub(super) fn words(model: Model, record: &LogRecord) -> impl IntoView + use<> {
    let fields = model.system.with(|it| row_fields(it, record));
    let field = |field: super::lines::RowField| {
        let class = if field.is_strong { "strong" } else { "weak" };
        let value = if field.value.contains(' ') { format!("\"{}\"", field.value) } else { field.value };
        view! { <span class=class>{format!(" {}={value}", field.name)}</span> }
    };
    let message_class = if record.event.is_some() { "event" } else { "" };
    view! {
        <span class=message_class>{record.message.clone()}</span>
        {fields.into_iter().map(field).collect_view()}
    }
}

pub(super) const fn level_class(level: Level) -> &'static str {
    match level {
        Level::Error | Level::Critical => "E",
        Level::Warn => "W",
        Level::Unknown | Level::Trace | Level::Debug | Level::Info => "",
    }
}
