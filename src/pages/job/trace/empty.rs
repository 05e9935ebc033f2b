//! No trace: why there is none, and what helps.

use backends::SourceKind;
use domain::format::sentence;
use domain::job::NoteKind;
use domain::view_state::Tab;
use leptos::prelude::*;

use super::super::model::Model;
use super::file::OpenFileButton;
use crate::components::empty_panel::EmptyPanel;
use crate::components::error_panel::ErrorPanel;
use crate::components::loading::Loading;
use crate::pages::trouble;
use crate::state::Memo;

#[component]
pub(super) fn NoTrace(model: Model) -> impl IntoView {
    let tempo = SourceKind::Tempo;
    let is_asked = Memo::new(move |_| model.report.with(|it| it.pending.contains(&tempo)));
    let failure = Memo::new(move |_| {
        model.report.with(|it| it.failures.iter().find(|it| it.source == tempo).map(trouble))
    });
    move || match (failure.get(), is_asked.get()) {
        (Some(failure), _) => view! { <ErrorPanel trouble=Signal::stored(failure) /> }.into_any(),
        (None, true) => {
            view! { <Loading what=format!("Asking {} for the trace …", tempo.name()) height_css_px=400 /> }
                .into_any()
        }
        (None, false) => view! { <WhyNone model=model /> }.into_any(),
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
            " "
            <OpenFileButton />
        </EmptyPanel>
    }
}
