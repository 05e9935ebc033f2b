//! One job as a row: a link whose cells follow the job as it goes on.

use domain::job::JobState;
use domain::jobs::Field;
use domain::view_state::Page;
use leptos::prelude::*;

use super::cells::{CellPlace, cell};
use super::model::Model;
use crate::state::{Memo, go_to, shared_memo};

/// The id of the row's element, by its place in the list.
pub(super) fn row_id(row: usize) -> String {
    format!("job-row-{row}")
}

#[component]
pub(super) fn Row(
    model: Model,
    row: usize,
    n_rows: Memo<usize>,
    columns: Memo<Vec<Field>>,
    template: Memo<String>,
) -> impl IntoView {
    let job = shared_memo(move || model.shown.with(|it| it.rows.get(row).cloned()));
    let is_active = Memo::new(move |_| {
        model.active.with(|it| {
            it.as_ref().is_some_and(|id| job.with(|job| job.as_ref().is_some_and(|it| it.id == *id)))
        })
    });
    let gone = Memo::new(move |_| model.shown.with(|it| it.gone_at(row)));
    let href = move || {
        let id = job.with(|it| it.as_ref().map(|it| it.id.clone()));
        model.view.href(|it| {
            go_to(it, Page::Job);
            it.job = id;
        })
    };
    // A job that goes on is looked at anew each second; all others stand still.
    let now = Memo::new(move |_| match job.with(|it| it.as_ref().is_some_and(|it| it.is_open())) {
        true => model.clock.second(),
        false => model.now.get_untracked(),
    });
    let cells = move || {
        let job = job.get()?;
        let place = CellPlace { clock: model.clock, system: model.system.get(), now };
        Some(columns.with(|it| it.iter().map(|field| cell(*field, &job, &place)).collect_view()))
    };
    view! {
        <a
            class=move || job.with(|it| format!("job-row {}", it.as_ref().map_or("", |it| it.state.name())))
            class:on=move || is_active.get()
            class:gone=move || gone.get().is_some()
            role="option"
            tabindex="-1"
            id=row_id(row)
            aria-selected=move || is_active.get().to_string()
            aria-posinset=row + 1
            aria-setsize=move || n_rows.get()
            href=href
            style:grid-template-columns=move || template.get()
        >
            {cells}
            {move || gone.get().map(|it| view! { <em>{it.words()}</em> })}
        </a>
    }
}

/// Whether a job's state wants a look.
pub(super) const fn is_loud(state: JobState) -> bool {
    matches!(state, JobState::Failed | JobState::Stuck)
}
