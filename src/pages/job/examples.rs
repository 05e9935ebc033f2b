//! Jobs that a recording offers to look at: whoever opens it knows none of its ids.

use domain::ids::JobId;
use domain::view_state::Page;
use inquiry::recording::Example;
use leptos::prelude::*;

use crate::net::use_net;
use crate::state::{go_to, use_view};

/// All of them; nothing where there are none.
#[component]
pub(super) fn Examples() -> impl IntoView {
    let (view, net) = (use_view(), use_net());
    let link = move |Example { id, words }: Example| {
        let job: JobId = id.clone();
        let href = move || {
            view.href(|it| {
                go_to(it, Page::Job);
                it.job = Some(job.clone());
            })
        };
        view! {
            <li>
                <a href=href>{words}</a>
                " "
                <span class="mono muted">{id.to_string()}</span>
            </li>
        }
    };
    move || {
        let examples = net.examples();
        (!examples.is_empty()).then(|| {
            view! {
                <section class="card examples" aria-label="Jobs of this recording">
                    <header>
                        <h2>{"Jobs of this recording"}</h2>
                    </header>
                    <ul>{examples.into_iter().map(link).collect_view()}</ul>
                </section>
            }
        })
    }
}
