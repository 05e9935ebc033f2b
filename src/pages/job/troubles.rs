//! What could not be asked, what is therefore unknown, and what sources warned of.

use backends::{BackendError, ErrorKind};
use domain::format::sentence;
use leptos::prelude::*;

use super::model::Model;
use crate::components::error_panel::ErrorPanel;
use crate::pages::trouble;
use crate::state::Memo;

#[component]
pub(super) fn Troubles(model: Model) -> impl IntoView {
    // Where nothing was found at all, the page itself says that it is not in the recording.
    let is_told = |it: &BackendError, has_evidence: bool| has_evidence || it.kind != ErrorKind::NotRecorded;
    let failures = Memo::new(move |_| {
        let has_evidence = model.has_evidence();
        let failures = model.report.with(|it| it.failures.clone());
        failures.into_iter().filter(|it| is_told(it, has_evidence)).collect::<Vec<_>>()
    });
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
