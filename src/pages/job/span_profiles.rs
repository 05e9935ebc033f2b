//! The profile of a span: asked for by a click, told as a sentence and as a table of functions.

use backends::pyroscope::SpanProfile;
use domain::format::sentence;
use domain::trace::Span;
use inquiry::span_profiles::{SpanProfiles, span_profiles};
use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;

use super::debug::{Functions, told};
use super::model::Model;
use crate::components::error_panel::ErrorPanel;
use crate::net::use_net;
use crate::pages::trouble;
use crate::state::{effect, use_clock, use_setup};

/// How far it has come.
#[derive(Clone, PartialEq)]
enum Asked {
    No,
    Asking,
    Told(Box<SpanProfiles>),
}

/// Nothing where there is no profiler to ask and no sign of one.
#[component]
pub(super) fn ProfilesOfSpan(model: Model, span: Span) -> impl IntoView {
    let profiler = use_setup().get_untracked().sources.pyroscope;
    let is_marked = span.attributes.get(SpanProfile::ATTRIBUTE).is_some();
    if span.service().is_empty() || (profiler.is_none() && !is_marked) {
        return ().into_any();
    }
    let pages_at = profiler.and_then(|it| it.pages().map(str::to_owned));
    let (net, clock, start) = (use_net(), use_clock(), span.start);
    let asked = RwSignal::new(Asked::No);
    // What failed is asked again with everything else.
    effect(move |_| {
        clock.tick().track();
        if asked.with_untracked(|it| matches!(it, Asked::Told(found) if !found.failures.is_empty())) {
            asked.set(Asked::Asking);
        }
    });
    effect(move |_| {
        if asked.with(|it| *it != Asked::Asking) {
            return;
        }
        let (transport, system) = (net.transport(), model.system.get_untracked());
        let (report, span) = (model.report.get_untracked(), span.clone());
        spawn_local_scoped_with_cancellation(async move {
            let traces = &report.evidence.traces;
            let spans = traces.iter().find(|it| it.spans.first().is_some_and(|it| it.trace == span.trace));
            let spans = spans.map_or(&[][..], |it| &it.spans);
            let found = span_profiles(&system, spans, &span, &*transport).await;
            let _ = asked.try_set(Asked::Told(Box::new(found)));
        });
    });
    let content = move || match asked.get() {
        Asked::No => view! {
            <p class="ways">
                <button type="button" on:click=move |_| asked.set(Asked::Asking)>
                    {"Profile of this span"}
                </button>
            </p>
        }
        .into_any(),
        Asked::Asking => view! { <p class="muted">{"Asking Pyroscope …"}</p> }.into_any(),
        Asked::Told(found) => {
            view! { <Profiles found=*found beside=start pages_at=pages_at.clone() /> }.into_any()
        }
    };
    view! { <div class="det-prof" aria-live="polite">{content}</div> }.into_any()
}

#[component]
fn Profiles(found: SpanProfiles, beside: domain::time::Timestamp, pages_at: Option<String>) -> impl IntoView {
    let clock = use_clock();
    let says = found.verdict.map(|it| view! { <p>{move || told(clock, &it.says, beside)}</p> });
    let whose = (!found.whose.is_empty()).then(|| view! { <p class="muted">{sentence(&found.whose)}</p> });
    let failures = found.failures.iter();
    let failures = failures
        .map(|it| view! { <ErrorPanel trouble=Signal::stored(trouble(it)) compact=true /> })
        .collect_view();
    let tables = found.profiles.into_iter().map(|it| view! { <Functions shown=it /> }).collect_view();
    let links = pages_at.map(|ui| {
        let link = |(title, render): &(String, backends::pyroscope::Render)| {
            let (href, words) = (render.page(&ui), format!("Pyroscope: {title} of the service ↗"));
            view! { <a href=href target="_blank" rel="noopener noreferrer">{words}</a> }
        };
        view! { <p class="ways">{found.asked.iter().map(link).collect_view()}</p> }
    });
    view! {
        <h4>{"Profile"}</h4>
        {says}
        {whose}
        {failures}
        {tables}
        {links}
    }
}
