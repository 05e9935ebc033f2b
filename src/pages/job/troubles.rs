//! What could not be asked, what is therefore unknown, and what sources warned of.

use leptos::prelude::*;

use super::cause::sentence;
use super::model::Model;
use crate::components::error_panel::ErrorPanel;
use crate::pages::trouble;

#[component]
pub(super) fn Troubles(model: Model) -> impl IntoView {
    let failures = Memo::new(move |_| model.report.with(|it| it.failures.clone()));
    let warnings = Memo::new(move |_| model.report.with(|it| it.warnings.clone()));
    let panel = |error| {
        let trouble = Signal::stored(trouble(&error));
        view! { <ErrorPanel trouble=trouble compact=true /> }
    };
    view! {
        <div class="troubles">
            {move || failures.get().into_iter().map(panel).collect_view()}
            {move || {
                let each = |it: domain::warning::Warning| view! { <li>{sentence(&it.to_string())}</li> };
                let warnings = warnings.get();
                (!warnings.is_empty())
                    .then(|| view! { <ul class="warnings">{warnings.into_iter().map(each).collect_view()}</ul> })
            }}
        </div>
    }
}
