//! What holds the place of a job's parts until the first answer is there.

use leptos::prelude::*;

use super::model::Model;
use crate::components::loading::Loading;

/// Holds the place of timeline and lines until the first answer is there.
#[component]
pub(super) fn Waiting(model: Model) -> impl IntoView {
    let n_lanes = model.system.with_untracked(|it| it.stages.len() * 2 + 1);
    let asked = move || {
        let pending = model.report.with(|it| it.pending.clone());
        match pending.iter().map(|it| it.name()).collect::<Vec<_>>() {
            names if names.is_empty() => "Looking for the job …".to_owned(),
            names => format!("Asking {} …", names.join(" and ")),
        }
    };
    view! {
        <div class="work">
            <div class="stack">
                <section class="card" aria-label="Timeline">
                    <header>
                        <h2>{"Timeline"}</h2>
                    </header>
                    <Loading what=Signal::derive(asked) height_css_px=n_lanes as u32 * 30 + 80 />
                </section>
                <section class="card" aria-label="Log lines">
                    <header>
                        <h2>{"Log lines"}</h2>
                    </header>
                    <Loading what="" height_css_px=240 />
                </section>
            </div>
        </div>
    }
}
