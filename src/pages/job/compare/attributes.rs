//! What both jobs say about themselves, and say differently.

use domain::compare::AttributeDiff;
use leptos::prelude::*;

use super::run::CompareRun;
use crate::components::copy_button::CopyButton;
use crate::state::Memo;

#[component]
pub(super) fn Differences(run: CompareRun) -> impl IntoView {
    let diffs = Memo::new(move |_| {
        run.comparison.with(|it| it.as_ref().map(|it| it.attributes.clone()).unwrap_or_default())
    });
    // A span has attributes that no line has: with one trace alone they cannot be compared.
    let without_trace = Memo::new(move |_| {
        let ours = run.model.report.with(|it| !it.evidence.traces.is_empty());
        let theirs = run.other.with(|it| it.as_ref().is_some_and(|it| !it.report.evidence.traces.is_empty()));
        match (ours, theirs) {
            (true, false) => "The other job has no trace: what only spans say could not be compared.",
            (false, true) => "This job has no trace: what only spans say could not be compared.",
            (true, true) | (false, false) => "",
        }
    });
    view! {
        <section class="card" aria-label="What they say differently">
            <header>
                <h2>{"Attributes that differ"}</h2>
                <span class="r">{move || count_words(diffs.with(Vec::len))}</span>
            </header>
            <Show
                when=move || diffs.with(|it| !it.is_empty())
                fallback=|| view! { <p class="cmp-none muted">{"What both say about themselves is the same."}</p> }
            >
                <table class="cmp-attrs">
                    <thead>
                        <tr>
                            <th scope="col">{"Name"}</th>
                            <th scope="col">{"This"}</th>
                            <th scope="col">{"Other"}</th>
                        </tr>
                    </thead>
                    <tbody>{move || diffs.get().into_iter().map(row).collect_view()}</tbody>
                </table>
            </Show>
            <Show when=move || !without_trace.get().is_empty()>
                <p class="cmp-note">{move || without_trace.get()}</p>
            </Show>
        </section>
    }
}

fn row(diff: AttributeDiff) -> impl IntoView {
    let times = diff.times.map(times_words);
    view! {
        <tr>
            <th scope="row">{diff.name}</th>
            <td>
                <Value values=diff.this />
                {times.map(|it| view! { <span class="muted">{it}</span> })}
            </td>
            <td>
                <Value values=diff.other />
            </td>
        </tr>
    }
}

#[component]
fn Value(values: Vec<String>) -> impl IntoView {
    let text = values.join(", ");
    view! {
        <span class="mono">{text.clone()}</span>
        <CopyButton text=Signal::stored(text) label="copy" />
    }
}

/// `30 times as much`, `0.25 times as much`.
fn times_words(times: f64) -> String {
    let decimals = if times < 10.0 { 2 } else { 0 };
    let text = format!("{times:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} times as much")
}

fn count_words(n: usize) -> String {
    if n == 0 { String::new() } else { n.to_string() }
}
