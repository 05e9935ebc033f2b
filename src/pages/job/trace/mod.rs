//! The trace tab: the waterfall of one of the job's traces, or of all of them on one axis.

mod acts;
mod choose;
mod empty;
mod file;
mod find_box;
mod follow;
mod keys;
mod model;
mod open;
mod services;
mod statistics;
mod tools;

use backends::SourceKind;
use domain::job::Origin;
use leptos::prelude::*;
use leptos::task::spawn_local;

use self::choose::Chooser;
pub(super) use self::empty::NoTrace;
use self::empty::{failure, is_asked};
use self::file::DownloadButton;
pub(super) use self::file::{FileNotes, FromFile, OpenFileButton, OpenedFiles, ToSave};
pub use self::keys::KEYS;
pub(super) use self::model::TraceModel;
pub(super) use self::open::ToOpen;
pub(super) use self::services::Services;
pub(super) use self::statistics::StatisticsPanel;
use self::tools::Tools;
use super::detail::focus_detail;
use super::model::Model;
use super::{PAINTED_AFTER, parts};
use crate::components::loading::Loading;
use crate::components::part::Part;
use crate::components::soon::Soon;
use crate::components::waterfall::{Acts, Waterfall};
use crate::state::Memo;

#[component]
pub(super) fn TraceCard(model: Model) -> impl IntoView {
    let trace = TraceModel::new(model);
    let has_spans = Memo::new(move |_| trace.traces.with(|it| !it.is_empty()));
    // Built while the spans are on their way: then only rows are left to draw.
    let is_awaited = Memo::new(move |_| {
        model.progress.with(|it| it.report.is_none()) && model.is_waiting() || is_asked(model)
    });
    let shows = Memo::new(move |_| has_spans.get() || (is_awaited.get() && failure(model).is_none()));
    let body = move || {
        if shows.get() {
            view! { <Waterfalls trace=trace has_spans=has_spans /> }.into_any()
        } else {
            view! {
                <Part
                    fetch=parts::job_no_trace::fetch
                    view=move || parts::job_no_trace::view(model)
                    what="Finding out why there is no trace …"
                    height_css_px=200
                />
            }
            .into_any()
        }
    };
    view! {
        <section class="card trace" aria-label="Trace">
            <header>
                <h2>{"Trace"}</h2>
                <Chooser trace=trace />
                <span class="wf-files">
                    <DownloadButton trace=trace />
                    <OpenFileButton />
                </span>
            </header>
            {body}
        </section>
    }
}

/// The waterfall with its tools, which are of use as soon as there are spans.
#[component]
fn Waterfalls(trace: TraceModel, has_spans: Memo<bool>) -> impl IntoView {
    let model = trace.model;
    let acts = Acts {
        select: Callback::new(move |it: Origin| model.select(it)),
        open: Callback::new(move |()| {
            model.sheet_is_open.set(true);
            if window().inner_width().ok().and_then(|it| it.as_f64()).is_some_and(|it| it <= 900.0) {
                focus_detail();
            }
        }),
        clear: Callback::new(move |()| model.clear()),
        fold: Callback::new(move |(place, away)| {
            trace.reshape(|shape, forest| shape.fold(forest, place, away))
        }),
        open_marks: Callback::new(move |row| trace.toggle_marks(row)),
        zoom_to: Callback::new(move |place| trace.zoom_to(place)),
        words: Callback::new(move |(place, mark)| trace.words(place, mark)),
    };
    let picture = Signal::derive(move || trace.picture.get().unwrap_or_default());
    let is_bare = Memo::new(move |_| trace.picture.with(Option::is_none));
    let awaited = Signal::derive(move || match has_spans.get() {
        true => "Laying out the spans …".to_owned(),
        false => format!("Asking {} for the trace …", SourceKind::Tempo.name()),
    });
    view! {
        <div inert=move || is_bare.get()>
            <Tools trace=trace />
            <Show when=move || trace.shows_statistics.get() && !is_bare.get()>
                <Part
                    fetch=parts::job_statistics::fetch
                    view=move || parts::job_statistics::view(trace)
                    what="Fetching the statistics …"
                    height_css_px=200
                />
            </Show>
            <Waterfall
                picture=picture
                axis=trace.axis
                zoom=trace.zoom
                current=trace.current
                reveal=trace.reveal
                acts=acts
            />
        </div>
        <Show when=move || !is_bare.get()>
            <Soon after=PAINTED_AFTER>{fetch_tools}</Soon>
        </Show>
        <Show when=move || is_bare.get()>
            <Loading what=awaited height_css_px=300 />
        </Show>
    }
}

/// Fetches what the tools open, so that no click waits for it.
fn fetch_tools() {
    spawn_local(async {
        // Whoever opens it tells of a failure, and asks again.
        let _ = parts::job_statistics::fetch().await;
    });
}
