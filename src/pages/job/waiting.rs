//! What holds the place of a job's parts until the first answer is there.

use domain::view_state::Tab;
use leptos::prelude::*;

use super::model::Model;
use super::tabs::tab_shown;
use crate::components::loading::Loading;

/// Height of the lines below the timeline.
const LINES_CSS_PX: u32 = 240;
/// Height of what fills a tab by itself.
const ALONE_CSS_PX: u32 = 420;

/// Holds the place of what the open tab shows until the first answer is there.
#[component]
pub(super) fn Waiting(model: Model) -> impl IntoView {
    let lanes_css_px = model.system.with_untracked(|it| it.stages.len() as u32 * 2 + 1) * 30 + 80;
    let tab = model.view.part(|it| tab_shown(it.tab));
    let asked = Signal::derive(move || {
        let pending = model.report.with(|it| it.pending.clone());
        match pending.iter().map(|it| it.name()).collect::<Vec<_>>() {
            names if names.is_empty() => "Looking for the job …".to_owned(),
            names => format!("Asking {} …", names.join(" and ")),
        }
    });
    let place = |(title, what, height_css_px): (&'static str, Signal<String>, u32)| {
        view! {
            <section class="card" aria-label=title>
                <header>
                    <h2>{title}</h2>
                </header>
                <Loading what=what height_css_px=height_css_px />
            </section>
        }
    };
    let places = move || {
        let lines = |what, height_css_px| ("Log lines", what, height_css_px);
        let places = match tab.get() {
            Tab::Logs => vec![lines(asked, ALONE_CSS_PX)],
            Tab::Debug => vec![("Steps", asked, ALONE_CSS_PX)],
            Tab::Compare => vec![("Compare", asked, ALONE_CSS_PX)],
            Tab::Timeline | Tab::Trace | Tab::Failures => {
                vec![("Timeline", asked, lanes_css_px), lines(Signal::stored(String::new()), LINES_CSS_PX)]
            }
        };
        places.into_iter().map(place).collect_view()
    };
    view! {
        <div class="work">
            <div class="stack">{places}</div>
        </div>
    }
}
