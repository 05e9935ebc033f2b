//! What could not be asked, what is therefore unknown, and what sources warned of.

use backends::{BackendError, ErrorKind, SourceKind};
use domain::view_state::Tab;
use leptos::prelude::*;

use super::model::Model;
use crate::components::error_panel::ErrorPanel;
use crate::components::warnings::Warnings;
use crate::pages::trouble;
use crate::state::Memo;

#[component]
pub(super) fn Troubles(model: Model) -> impl IntoView {
    // Where nothing was found at all, the page itself says that it is not in the recording.
    let is_told = |it: &BackendError, has_evidence: bool| has_evidence || it.kind != ErrorKind::NotRecorded;
    let tab = model.view.part(|it| it.tab);
    let failures = Memo::new(move |_| {
        let has_evidence = model.has_evidence();
        let mut failures = model.report.with(|it| it.failures.clone());
        // The trace tab itself tells why it has no spans.
        let is_told_below =
            has_evidence && tab.get() == Tab::Trace && !model.evidence.with(|it| it.has_spans());
        let below = failures.iter().position(|it| is_told_below && it.source == SourceKind::Tempo);
        below.map(|it| failures.remove(it));
        failures.retain(|it| is_told(it, has_evidence));
        failures
    });
    let warnings = Memo::new(move |_| model.report.with(|it| it.warnings.clone()));
    let panel = |error| {
        let trouble = Signal::stored(trouble(&error));
        view! { <ErrorPanel trouble=trouble compact=true /> }
    };
    view! {
        <div class="troubles">
            {move || failures.get().into_iter().map(panel).collect_view()}
            <Warnings all=warnings />
        </div>
    }
}
