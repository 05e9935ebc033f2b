//! The one box that finds a job by any of its ids.

use domain::ids::JobId;
use domain::view_state::{Page, Tab};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use crate::state::{go_to, use_system, use_view};

/// The box; `/` puts the focus into it, Enter goes to the job.
#[component]
pub(super) fn FindBox() -> impl IntoView {
    let (view, system) = (use_view(), use_system());
    let input = NodeRef::<html::Input>::new();
    let key = window_event_listener(ev::keydown, move |event| {
        if event.key() == "/" && super::keys::is_free(&event) {
            event.prevent_default();
            if let Some(input) = input.get_untracked() {
                // Fails only for an element that is gone.
                let _ = input.focus();
                input.select();
            }
        }
    });
    on_cleanup(move || key.remove());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get_untracked() else { return };
        let text = input.value();
        let wanted = text.trim();
        if wanted.is_empty() {
            return;
        }
        view.push(|it| {
            go_to(it, Page::Job);
            it.job = Some(JobId::from(wanted));
            it.tab = Tab::default();
        });
        input.set_value("");
        let _ = input.blur();
    };
    let example = move || system.with(|it| it.jobs.example_id.clone());
    let hint = move || match example() {
        it if it.is_empty() => "A job's, trace's or task's id".to_owned(),
        it => format!("A job's, trace's or task's id, such as {it}"),
    };
    view! {
        <form class="find" role="search" on:submit=submit>
            <svg viewBox="0 0 14 14" aria-hidden="true">
                <path d="M6 1.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 1 1 0-9M9.4 9.4 13 13" class="glass"></path>
            </svg>
            <input
                node_ref=input
                type="search"
                name="job"
                aria-label="Find a job"
                title=hint
                placeholder="Job, trace or task id"
                autocomplete="off"
                spellcheck="false"
            />
            <kbd aria-hidden="true">{"/"}</kbd>
        </form>
    }
}
