//! The pages: one folder each, and which one the view asks for.

mod asked;
pub mod connections;
pub mod job;
pub mod jobs;
pub(crate) mod lifts;
pub mod overview;
pub(crate) mod states;

use backends::BackendError;
use domain::view_state::Page;
use leptos::prelude::*;

use crate::components::empty_panel::EmptyPanel;
use crate::components::error_panel::Trouble;
use crate::components::part::Part;
use crate::state::{go_to, use_view};

/// Each page is fetched when it is first gone to.
mod parts {
    use super::{connections::ConnectionsPage, job::JobPage, jobs::JobsPage, overview::OverviewPage};

    crate::parts! {
        /// The overview, with its charts.
        overview() in overview => view! { <OverviewPage /> };
        /// One job, with its timeline.
        job() in job => view! { <JobPage /> };
        /// The list of jobs.
        jobs() in jobs => view! { <JobsPage /> };
        /// Connections, with the doctor.
        connections() in connections => view! { <ConnectionsPage /> };
    }
}

/// The page that the view asks for.
#[component]
pub fn PageView() -> impl IntoView {
    let page = use_view().part(|it| it.page);
    move || match page.get() {
        Page::Overview => {
            view! { <Part fetch=parts::overview::fetch view=parts::overview::view /> }.into_any()
        }
        Page::Job => view! { <Part fetch=parts::job::fetch view=parts::job::view /> }.into_any(),
        Page::Connections => {
            view! { <Part fetch=parts::connections::fetch view=parts::connections::view /> }.into_any()
        }
        Page::Jobs => view! { <Part fetch=parts::jobs::fetch view=parts::jobs::view /> }.into_any(),
        Page::Board | Page::Logs | Page::Alerts => view! { <NotYet /> }.into_any(),
    }
}

/// What stands where a page is not built yet.
#[component]
fn NotYet() -> impl IntoView {
    let view = use_view();
    view! {
        <EmptyPanel why="This page does not exist yet.">
            <a href=move || view.href(|it| go_to(it, Page::Overview))>{"Go to the overview"}</a>
        </EmptyPanel>
    }
}

/// An error of a source, told for a person.
pub(crate) fn trouble(error: &BackendError) -> Trouble {
    Trouble { what: error.to_string(), next_step: error.next_step().to_owned(), details: error.body.clone() }
}
