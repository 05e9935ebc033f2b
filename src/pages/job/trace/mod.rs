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
mod statistics;
mod tools;

use domain::job::Origin;
use leptos::prelude::*;

use self::choose::Chooser;
use self::empty::NoTrace;
use self::file::DownloadButton;
pub(super) use self::file::{DropZone, FromFile, OpenFileButton, OpenedFiles};
pub use self::keys::KEYS;
use self::model::TraceModel;
pub(super) use self::open::ToOpen;
use self::statistics::StatisticsPanel;
use self::tools::Tools;
use super::detail::focus_detail;
use super::model::Model;
use crate::components::loading::Loading;
use crate::components::waterfall::{Acts, Waterfall};
use crate::state::Memo;

#[component]
pub(super) fn TraceCard(model: Model) -> impl IntoView {
    let trace = TraceModel::new(model);
    let has_spans = Memo::new(move |_| trace.traces.with(|it| !it.is_empty()));
    let is_laid_out = Memo::new(move |_| trace.picture.with(Option::is_some));
    let body = move || match (has_spans.get(), is_laid_out.get()) {
        (false, _) => view! { <NoTrace model=model /> }.into_any(),
        (true, false) => view! { <Loading what="Laying out the spans …" height_css_px=400 /> }.into_any(),
        (true, true) => view! { <Laid trace=trace /> }.into_any(),
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

/// The waterfall with its tools.
#[component]
fn Laid(trace: TraceModel) -> impl IntoView {
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
    view! {
        <Tools trace=trace />
        <Show when=move || trace.shows_statistics.get()>
            <StatisticsPanel trace=trace />
        </Show>
        <Waterfall
            picture=picture
            axis=trace.axis
            zoom=trace.zoom
            current=trace.current
            reveal=trace.reveal
            acts=acts
        />
    }
}
