//! A span in full: what it was, how it ended, its attributes, what happened during it, and its relatives.

use domain::format::sentence;
use domain::job::{Job, Origin};
use domain::trace::{Span, SpanEvent, SpanKind, SpanLink, SpanStatus};
use domain::view_state::Tab;
use leptos::prelude::*;

use super::attributes::{Attributes, Narrowing};
use super::model::{Model, find_span};
use super::span_profiles::ProfilesOfSpan;
use crate::components::copy_button::CopyButton;
use crate::components::timeline::{wall_exact, wall_millis};
use crate::state::use_clock;

// OpenTelemetry semantic conventions for exceptions on spans.
const EXCEPTION: &str = "exception";
/// What a program prints of one: its type, its message, its stack.
const PRINTED: [&str; 3] = ["exception.type", "exception.message", "exception.stacktrace"];

/// Ways to children that are offered at most.
const MAX_CHILDREN: usize = 6;

#[component]
pub(super) fn SpanDetail(model: Model, span: Span) -> impl IntoView {
    let clock = use_clock();
    let origin = Origin::Span(span.trace, span.id);
    let mut parts = vec![span.service().to_owned()];
    parts.extend(model.job.with_untracked(|it| attempt_words(it, origin)));
    parts.push(span.duration().to_string());
    parts.extend(kind_word(span.kind).map(str::to_owned));
    parts.retain(|it| !it.is_empty());
    let status = match span.status {
        SpanStatus::Error => Some(("bad", "error")),
        SpanStatus::Ok => Some(("", "ok")),
        SpanStatus::Unset => None,
    };
    let status = status.map(|(class, word)| view! { " · " <span class=class>{word}</span> });
    let status_message = (!span.status_message.is_empty())
        .then(|| view! { <p class="bad">{sentence(&span.status_message)}</p> });

    let (start, end) = (span.start, span.end);
    let times = move || {
        format!("{} to {} {}", wall_exact(clock, start), wall_exact(clock, end), clock.zone_name(start))
    };
    let mut facts = Vec::new();
    if let Some((what, wait)) = model.job.with_untracked(|it| wait_before(it, &span)) {
        facts.push((what.to_owned(), wait));
    }
    let own = rows(span.attributes.iter());
    let resource = rows(span.resource.attributes.iter());
    let ids =
        vec![("trace id".to_owned(), span.trace.to_string()), ("span id".to_owned(), span.id.to_string())];
    let events = span.events.iter().map(|it| event_view(model, it)).collect_view();
    let links = span.links.iter().filter_map(|it| link_view(model, it)).collect_view();
    let (trace, id) = (span.trace, span.id);
    let here = move || {
        model.view.href(|it| (it.tab, it.trace, it.span, it.line) = (Tab::Trace, Some(trace), Some(id), None))
    };
    let address = move || {
        let base = window().location().href().unwrap_or_default();
        let base = base.split(['?', '#']).next().unwrap_or_default().to_owned();
        format!("{base}{}", here())
    };
    view! {
        <h3 class="det-name">{span.name.to_string()}</h3>
        <p class="muted">{parts.join(" · ")} {status}</p>
        <p class="dim exact">{times}</p>
        {status_message}
        <Relatives model=model span=span.clone() />
        <p class="ways">
            <a href=here>{"Link to this span"}</a>
            <CopyButton text=Signal::derive(address) label="Copy its link" />
        </p>
        <ProfilesOfSpan model=model span=span />
        {(!facts.is_empty()).then(|| view! { <Attributes model=model rows=facts narrowing=Narrowing::None /> })}
        <Attributes model=model rows=own narrowing=Narrowing::ByText />
        {events}
        {links}
        <h4>{"Resource"}</h4>
        <Attributes model=model rows=resource narrowing=Narrowing::ByText />
        <h4>{"Ids"}</h4>
        <Attributes model=model rows=ids narrowing=Narrowing::ByText />
    }
}

/// Ways to the parent, the children and the spans that this one points to.
#[component]
fn Relatives(model: Model, span: Span) -> impl IntoView {
    let way = move |words: String, to: Origin| {
        view! { <button type="button" on:click=move |_| model.select(to)>{words}</button> }
    };
    let report = model.report.get_untracked();
    let named = |to: Origin| find_span(&report.evidence, to).map(|it| it.name.to_string());
    let parent = span.parent.map(|it| Origin::Span(span.trace, it));
    let parent_view = match parent.map(|it| (it, named(it))) {
        Some((to, Some(name))) => way(format!("↑ {name}"), to).into_any(),
        Some((_, None)) => view! { <span class="missing">{"Its parent span is missing."}</span> }.into_any(),
        None => ().into_any(),
    };
    let spans = report.evidence.traces.iter().flat_map(|it| &it.spans);
    let is_child = |it: &&Span| it.trace == span.trace && it.parent == Some(span.id);
    let n_more = spans.clone().filter(is_child).count().saturating_sub(MAX_CHILDREN);
    let more = (n_more > 0).then(|| view! { <span class="dim">{format!("and {n_more} more")}</span> });
    let children = spans.filter(is_child).take(MAX_CHILDREN);
    let children = children.map(|it| way(child_words(it), Origin::Span(it.trace, it.id))).collect_view();
    let link = |it: &SpanLink| {
        let to = Origin::Span(it.trace, it.span);
        match named(to) {
            Some(name) => way(format!("⇢ {name}"), to).into_any(),
            None => elsewhere(model, it).into_any(),
        }
    };
    let links = span.links.iter().map(link).collect_view();
    // Who points here: a message's consumer points to its producer.
    let spans = report.evidence.traces.iter().flat_map(|it| &it.spans);
    let points_here = |it: &&Span| it.links.iter().any(|it| (it.trace, it.span) == (span.trace, span.id));
    let pointing = spans.filter(points_here).take(MAX_CHILDREN);
    let pointing =
        pointing.map(|it| way(format!("⇠ {}", it.name), Origin::Span(it.trace, it.id))).collect_view();
    view! { <p class="ways">{parent_view} {children} {more} {links} {pointing}</p> }
}

/// A way to a span of a trace that is not the job's.
fn elsewhere(model: Model, link: &SpanLink) -> impl IntoView + use<> {
    let (trace, span) = (link.trace, link.span);
    let short: String = trace.to_string().chars().take(8).collect();
    let href = move || {
        model.view.href(|it| {
            it.job = Some(trace.to_string().as_str().into());
            (it.tab, it.trace, it.span, it.line) = (Tab::Trace, Some(trace), Some(span), None);
        })
    };
    view! { <a class="button" href=href>{format!("⇢ trace {short}…")}</a> }
}

/// An event with its time and its attributes; an exception as the program would print it.
fn event_view(model: Model, event: &SpanEvent) -> impl IntoView + use<> {
    let clock = use_clock();
    let time = event.time;
    let is_exception = &*event.name == EXCEPTION;
    let words = is_exception.then(|| printed(event));
    let is_printed = |name: &str| is_exception && PRINTED.contains(&name);
    let rows = rows(event.attributes.iter().filter(|it| !is_printed(it.0)));
    let name = event.name.to_string();
    view! {
        <h4>
            {name} " " <span class="dim">{move || wall_millis(clock, time)}</span> " "
            {words.clone().map(|it| view! { <CopyButton text=Signal::stored(it) label="copy" /> })}
        </h4>
        {words
            .map(|it| {
                let (first, stack) = it.split_once('\n').unwrap_or((&it, ""));
                let stack = if stack.is_empty() { String::new() } else { format!("\n{stack}") };
                let first = first.to_owned();
                view! { <pre class="words exc" tabindex="0"><b>{first}</b>{stack}</pre> }
            })}
        {(!rows.is_empty()).then(|| view! { <Attributes model=model rows=rows narrowing=Narrowing::ByText /> })}
    }
}

/// `KeyError: 'user'`, and below it the stack.
fn printed(exception: &SpanEvent) -> String {
    let parts =
        PRINTED.map(|name| exception.attributes.get(name).map(ToString::to_string).unwrap_or_default());
    let [kind, message, stack] = parts;
    let separator = if kind.is_empty() || message.is_empty() { "" } else { ": " };
    format!("{kind}{separator}{message}\n{stack}").trim_end().to_owned()
}

/// What is said of a pointer to another span.
fn link_view(model: Model, link: &SpanLink) -> Option<impl IntoView + use<>> {
    let rows = rows(link.attributes.iter());
    let title = format!("Link to span {}", link.span);
    (!rows.is_empty())
        .then(|| view! { <h4>{title}</h4> <Attributes model=model rows=rows narrowing=Narrowing::ByText /> })
}

fn rows<'a>(
    attributes: impl Iterator<Item = (&'a str, &'a domain::attr::AttrValue)>,
) -> Vec<(String, String)> {
    attributes.map(|(name, value)| (name.to_owned(), value.to_string())).collect()
}

/// `↓ GET 600 ms ✕`.
fn child_words(span: &Span) -> String {
    let failed = if span.status == SpanStatus::Error { " ✕" } else { "" };
    format!("↓ {} {}{failed}", span.name, span.duration())
}

/// `attempt 3 of 3`, for a span that is an attempt.
fn attempt_words(job: &Job, origin: Origin) -> Option<String> {
    let run = job.stages.iter().find(|it| it.attempts.iter().any(|it| it.from == origin))?;
    let attempt = run.attempts.iter().find(|it| it.from == origin)?;
    Some(format!("attempt {} of {}", attempt.number, run.attempts.len().max(attempt.number as usize)))
}

/// How long the attempt that this span is had waited, and for what.
fn wait_before(job: &Job, span: &Span) -> Option<(&'static str, String)> {
    let origin = Origin::Span(span.trace, span.id);
    let run = job.stages.iter().find(|it| it.attempts.iter().any(|it| it.from == origin))?;
    let waits = run.waits.iter().filter_map(|it| Some((it, it.end?)));
    let (wait, end) = waits.filter(|(_, end)| *end <= span.start).max_by_key(|(_, end)| *end)?;
    // A wait that ended long before belongs to an earlier attempt.
    let earlier = run.attempts.iter().any(|it| end <= it.start && it.start < span.start);
    let put_off = wait.put_off_until.map(|until| format!(", put off for {} before", until - wait.start));
    let (what, begins) = match wait.in_queue_since() {
        Some(since) => ("waited in queue", since),
        None => ("since the attempt before", wait.start),
    };
    (!earlier).then(|| (what, format!("{}{}", end - begins, put_off.unwrap_or_default())))
}

const fn kind_word(kind: SpanKind) -> Option<&'static str> {
    match kind {
        SpanKind::Unspecified | SpanKind::Internal => None,
        SpanKind::Server => Some("server"),
        SpanKind::Client => Some("client"),
        SpanKind::Producer => Some("producer"),
        SpanKind::Consumer => Some("consumer"),
    }
}
