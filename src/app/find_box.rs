//! The one box that finds a job by any of its ids, or by the address that it is about.

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
        view.push(|it| match is_address(wanted) {
            // Many jobs may be about one address.
            true => {
                go_to(it, Page::Jobs);
                wanted.clone_into(&mut it.query);
            }
            false => {
                go_to(it, Page::Job);
                it.job = Some(JobId::from(wanted));
                it.tab = Tab::default();
            }
        });
        input.set_value("");
        let _ = input.blur();
    };
    let example = move || system.with(|it| it.jobs.example_id.clone());
    let hint = move || match example() {
        it if it.is_empty() => "A job's, trace's, task's or request's id, or a URL".to_owned(),
        it => format!("A job's, trace's, task's or request's id, such as {it}, or a URL"),
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
                placeholder="Job, trace, task or request id, or URL"
                autocomplete="off"
                spellcheck="false"
            />
            <kbd aria-hidden="true">{"/"}</kbd>
        </form>
    }
}

/// Whether a text is the address of something rather than an id.
fn is_address(text: &str) -> bool {
    text.contains("://") || text.starts_with("www.") || (text.starts_with('/') && text.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn addresses_are_told_from_ids() {
        for address in ["https://docs.example.org/a", "www.example.org", "/api/jobs/7"] {
            assert!(is_address(address), "{address}");
        }
        for id in ["job-abc-123", "0af7651916cd43dd8448eb211c80319c", "bulk:7", "/"] {
            assert!(!is_address(id), "{id}");
        }
    }
}
