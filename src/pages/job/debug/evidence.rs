//! What shows a step's verdict: lines as in the list of lines, spans that lead to the trace, small charts, profiles.

use domain::debug::FailedSpan;
use domain::logs::LogRecord;
use domain::time::Timestamp;
use domain::view_state::{Page, Tab, ViewState};
use inquiry::debug::StepReport;
use leptos::prelude::*;

use super::address_of;
use super::chart::Charts;
use super::profile::Functions;
use crate::components::timeline::wall_millis;
use crate::pages::job::log_row::{level_class, words};
use crate::pages::job::model::Model;
use crate::state::use_clock;

#[component]
pub(super) fn Evidence(model: Model, step: StepReport, at: Timestamp) -> impl IntoView {
    let (lines, spans): (Vec<LogRecord>, Vec<FailedSpan>) = (step.lines, step.spans);
    let has_charts = !step.charts.is_empty();
    view! {
        <div class="step-body">
            {step.profiles.into_iter().map(|it| view! { <Functions shown=it /> }).collect_view()}
            {has_charts.then(|| view! { <Charts charts=step.charts.clone() at=at /> })}
            {(!spans.is_empty())
                .then(|| {
                    view! {
                        <ul class="logs step-rows" aria-label="Spans">
                            {spans.into_iter().map(|it| span_row(model, it).into_any()).collect_view()}
                        </ul>
                    }
                })}
            {(!lines.is_empty())
                .then(|| {
                    view! {
                        <ul class="logs step-rows" aria-label="Lines">
                            {lines.into_iter().map(|it| line_row(model, it).into_any()).collect_view()}
                        </ul>
                    }
                })}
        </div>
    }
}

/// A line; leads to it among its job's lines.
fn line_row(model: Model, line: LogRecord) -> impl IntoView {
    let clock = use_clock();
    let time = line.time;
    let target = line.roles.job.clone().map(|job| ViewState {
        page: Page::Job,
        job: Some(job),
        tab: Tab::Logs,
        line: Some(line.key),
        ..ViewState::default()
    });
    let class = format!("log-row {}", level_class(line.level));
    let (level, service, text) = (line.level, line.service.to_string(), line.line.clone());
    let content = view! {
        <span class="t">{move || wall_millis(clock, time)}</span>
        <span class="lv" title=level.name()>
            <span aria-hidden="true">{level.letter()}</span>
            <span class="visually-hidden">{level.name()}</span>
        </span>
        <span class="s">{service}</span>
        <span class="m" title=text>{move || words(model, &line)}</span>
    };
    match target {
        Some(target) => {
            view! { <li><a class=class href=move || address_of(model, &target)>{content}</a></li> }.into_any()
        }
        None => view! { <li><div class=class>{content}</div></li> }.into_any(),
    }
}

/// A span; leads to it in its trace.
fn span_row(model: Model, span: FailedSpan) -> impl IntoView {
    let clock = use_clock();
    let start = span.start;
    let job = span.job.clone().unwrap_or_else(|| span.trace.to_string());
    let target = ViewState {
        page: Page::Job,
        job: Some(job.clone().into()),
        tab: Tab::Trace,
        trace: Some(span.trace),
        span: Some(span.span),
        ..ViewState::default()
    };
    let said = [("at", &span.stage), ("code", &span.code), ("version", &span.version)];
    let said: String =
        said.into_iter().filter_map(|(name, value)| Some(format!(" {name}={}", value.as_ref()?))).collect();
    view! {
        <li>
            <a class="log-row span-row" href=move || address_of(model, &target)>
                <span class="t">{move || wall_millis(clock, start)}</span>
                <span class="s">{span.duration.to_string()}</span>
                <span class="m">
                    <span class="event">{span.name}</span>
                    <span class="weak">{format!("{said} job={job}")}</span>
                </span>
            </a>
        </li>
    }
}
