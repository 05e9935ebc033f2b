//! No trace: why there is none, and what helps.

use backends::SourceKind;
use domain::format::sentence;
use domain::job::NoteKind;
use domain::view_state::Tab;
use leptos::prelude::*;

use super::super::model::Model;
use crate::components::empty_panel::EmptyPanel;
use crate::components::error_panel::ErrorPanel;
use crate::pages::{Trouble, trouble};
use crate::state::Memo;

/// Whether Tempo is being asked; tracked.
pub(super) fn is_asked(model: Model) -> bool {
    model.report.with(|it| it.pending.contains(&SourceKind::Tempo))
}

/// Why Tempo did not answer, where it did not; tracked.
pub(super) fn failure(model: Model) -> Option<Trouble> {
    model.report.with(|it| it.failures.iter().find(|it| it.source == SourceKind::Tempo).map(trouble))
}

#[component]
pub fn NoTrace(model: Model) -> impl IntoView {
    let failure = Memo::new(move |_| failure(model));
    move || match failure.get() {
        Some(failure) => view! { <ErrorPanel trouble=Signal::stored(failure) /> }.into_any(),
        None => view! { <WhyNone model=model /> }.into_any(),
    }
}

/// Why there is no trace, by what the job's picture says is missing.
#[component]
fn WhyNone(model: Model) -> impl IntoView {
    let n_named = Memo::new(move |_| model.report.with(|it| it.evidence.traces_not_kept.len()));
    let why = move || match n_named.get() {
        0 => "No trace of this job is known: no line names one, and no span names the job.".to_owned(),
        _ => {
            let missing =
                |it: &domain::job::Note| it.kind == NoteKind::Missing && it.text.contains("not kept");
            let note =
                model.job.with(|it| it.notes.iter().find(|it| missing(it)).map(|it| sentence(&it.text)));
            note.unwrap_or_else(|| "The trace of this job is not in the store.".to_owned())
        }
    };
    let helps = move || {
        if n_named.get() == 0 {
            "Where the services write a trace id into their lines, name that field in the system file."
        } else {
            "The timeline is drawn from the job's log lines instead. A job that fails keeps its trace more often than one that succeeds."
        }
    };
    let timeline = move || model.view.href(|it| it.tab = Tab::Timeline);
    view! {
        <EmptyPanel why=Signal::derive(why) looked_for=Signal::derive(move || helps().to_owned())>
            <a class="button" href=timeline>{"See the timeline"}</a>
        </EmptyPanel>
    }
}
