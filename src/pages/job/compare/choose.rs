//! Which other job: any id, the last good one, and the two changed about.

use domain::ids::JobId;
use leptos::prelude::*;
use leptos::{ev, html};

use super::run::CompareRun;
use crate::state::Memo;

#[component]
pub(super) fn Choose(run: CompareRun) -> impl IntoView {
    let view = run.model.view;
    let input = NodeRef::<html::Input>::new();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get_untracked() else { return };
        let wanted = input.value();
        let wanted = wanted.trim();
        if !wanted.is_empty() {
            view.push(|it| it.with = Some(JobId::from(wanted)));
            input.set_value("");
        }
    };
    let other = Memo::new(move |_| run.other.with(|it| it.as_ref().map(|it| it.report.id.clone())));
    let swapped = move || {
        let this = run.model.report.with(|it| it.id.clone());
        view.href(|it| {
            it.job = other.get();
            it.with = Some(this);
            (it.line, it.trace, it.span) = (None, None, None);
        })
    };
    view! {
        <form class="cmp-choose" on:submit=submit>
            <input
                node_ref=input
                type="search"
                aria-label="The other job"
                placeholder="Another job's, trace's or task's id"
                autocomplete="off"
                spellcheck="false"
            />
            <button type="submit">{"Compare"}</button>
            <Show when=move || run.with.with(Option::is_some)>
                <a class="button" href=move || view.href(|it| it.with = None)>
                    {"With the last good one"}
                </a>
            </Show>
            <Show when=move || other.with(Option::is_some) && !run.is_itself()>
                <a class="button" href=swapped>
                    {"Swap sides"}
                </a>
            </Show>
        </form>
    }
}
