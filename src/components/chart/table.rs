//! The same values as a table, and the exemplars as links: for everyone who would rather read than look.

use charts::{Table, moment_label};
use leptos::prelude::*;

use super::shared::Chart;
use crate::state::Memo;

/// More rows than this tell no more.
const MAX_ROWS: u32 = 60;
/// More exemplars than this are left to the chart.
const MAX_EXEMPLARS: usize = 20;

/// The table of one chart.
pub(super) fn value_table(chart: Chart) -> impl IntoView {
    let table = Memo::new(move |_| {
        chart.model.with(|it| it.as_ref().map(|it| chart.view.with(|view| charts::table(it, view, MAX_ROWS))))
    });
    view! {
        <div class="chart-table" tabindex="0" role="region" aria-label=move || format!("{}: table", chart.title.get())>
            {move || table.get().map(|it| rows(it, chart.title.get()))}
            {move || exemplars(chart)}
        </div>
    }
}

fn rows(table: Table, title: String) -> impl IntoView {
    let head = table.columns.into_iter().map(|it| view! { <th scope="col">{it.to_string()}</th> });
    let head = head.collect_view();
    let body = table.rows.into_iter().map(|(time, values)| {
        let cells = values.into_iter().map(|it| view! { <td>{it}</td> }).collect_view();
        view! { <tr><th scope="row">{time}</th>{cells}</tr> }
    });
    view! {
        <table>
            <caption>{format!("{title}, one row every {}", table.step)}</caption>
            <thead><tr><th scope="col">{"Time"}</th>{head}</tr></thead>
            <tbody>{body.collect_view()}</tbody>
        </table>
    }
}

fn exemplars(chart: Chart) -> Option<impl IntoView> {
    let model = chart.model.get()?;
    let traced = model.exemplars.iter().filter_map(|it| Some((it, it.trace?))).take(MAX_EXEMPLARS);
    let items = traced.map(|(it, trace)| {
        let what =
            format!("{}, {}", moment_label(it.time, &model), domain::format::value(it.value, model.unit));
        view! {
            <li>
                {what}
                <button type="button" on:click=move |_| chart.on_exemplar.run(trace)>"open its trace"</button>
            </li>
        }
    });
    let items = items.collect_view();
    (!items.is_empty()).then(|| view! { <ul aria-label="Exemplars">{items}</ul> })
}
