//! A log line in full: its message, every field, where it leads, and the line as it was stored.

use domain::job::Origin;
use domain::logs::LogRecord;
use leptos::prelude::*;

use super::attributes::{Attributes, Narrowing};
use super::model::{Model, find_span};
use crate::components::copy_button::CopyButton;
use crate::components::timeline::wall_exact;
use crate::state::use_clock;

#[component]
pub(super) fn LineDetail(model: Model, record: LogRecord) -> impl IntoView {
    let clock = use_clock();
    let time = record.time;
    let when = move || format!("{} {}", wall_exact(clock, time), clock.zone_name(time));
    let level_class = if record.level.is_error() { "bad" } else { "" };
    let span = record.roles.trace.zip(record.roles.span).map(|(trace, span)| Origin::Span(trace, span));
    let span = span.and_then(|it| {
        let name = model.report.with_untracked(|report| find_span(&report.evidence, it).map(|it| it.name.to_string()))?;
        Some(view! {
            <p class="ways">
                <button type="button" on:click=move |_| model.select(it)>{format!("Its span: {name}")}</button>
            </p>
        })
    });
    let line = record.line.clone();
    view! {
        <h3 class="det-name">{record.message.clone()}</h3>
        <p class="muted">
            {record.service.to_string()} " · " <span class=level_class>{record.level.name()}</span> " · " {when}
        </p>
        {span}
        <Attributes model=model rows=record.fields narrowing=Narrowing::ByField />
        <h4>{"The line as it was stored"}</h4>
        <pre class="words" tabindex="0">{record.line}</pre>
        <CopyButton text=Signal::stored(line) label="Copy line" />
    }
}
