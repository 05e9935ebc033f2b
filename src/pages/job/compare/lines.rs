//! Kinds of log lines that only one of the two jobs has.

use std::sync::Arc;

use domain::compare::LinePattern;
use domain::ids::JobId;
use domain::job::Job;
use domain::logs::LogRecord;
use leptos::prelude::*;

use super::run::CompareRun;
use super::wording::address_of;
use crate::components::timeline::wall_millis;
use crate::pages::job::log_row::{level_class, words};
use crate::state::Memo;

/// Kinds of lines that are listed; of more, the worst.
const MAX_LISTED: usize = 100;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    This,
    Other,
}

#[component]
pub(super) fn OnlyInOne(run: CompareRun) -> impl IntoView {
    view! {
        <div class="cmp-only">
            <Only run=run whose=Whose::This title="Lines only in this" />
            <Only run=run whose=Whose::Other title="Lines only in the other" />
        </div>
    }
}

/// A kind of line, and its first one.
#[derive(Clone, PartialEq)]
struct Example {
    pattern: LinePattern,
    line: LogRecord,
    href: String,
}

#[component]
fn Only(run: CompareRun, whose: Whose, title: &'static str) -> impl IntoView {
    let patterns = Memo::new(move |_| {
        run.comparison.with(|it| {
            let it = it.as_ref()?;
            Some(match whose {
                Whose::This => it.only_in_this.clone(),
                Whose::Other => it.only_in_other.clone(),
            })
        })
    });
    let n_patterns = move || patterns.with(|it| it.as_ref().map_or(0, Vec::len));
    let examples = Memo::new(move |_| {
        let listed = worst_in_order(patterns.get().unwrap_or_default());
        let of = |lines: &[LogRecord], job: &Job, id: &JobId| {
            let example = |pattern: LinePattern| {
                let line = lines.iter().find(|it| it.key == pattern.first)?.clone();
                let href = address_of(run, job, id, Some(pattern.first));
                Some(Example { pattern, line, href })
            };
            Arc::new(listed.into_iter().filter_map(example).collect::<Vec<_>>())
        };
        match whose {
            Whose::This => {
                run.model.report.with(|it| run.model.job.with(|job| of(&it.evidence.lines, job, &it.id)))
            }
            Whose::Other => run.other.with(|it| match it {
                Some(it) => of(&it.report.evidence.lines, &it.job, &it.report.id),
                None => Arc::default(),
            }),
        }
    });
    let count = move || match n_patterns() {
        0 => String::new(),
        1 => "1 kind of line".to_owned(),
        n => format!("{n} kinds of lines"),
    };
    let left_out = move || n_patterns().saturating_sub(MAX_LISTED);
    let leaves_out = move || left_out() > 0;
    view! {
        <section class="card" aria-label=title>
            <header>
                <h2>{title}</h2>
                <span class="r">{count}</span>
            </header>
            <Show
                when=move || examples.with(|it| !it.is_empty())
                fallback=|| view! { <p class="cmp-none muted">{"None."}</p> }
            >
                <ul class="logs cmp-lines">
                    {move || examples.get().iter().map(|it| row(run, it.clone()).into_any()).collect_view()}
                </ul>
            </Show>
            <Show when=leaves_out>
                <p class="cmp-note">{move || format!("{} more kinds, none of a worse level.", left_out())}</p>
            </Show>
        </section>
    }
}

/// Leads to the first such line among its job's lines.
fn row(run: CompareRun, example: Example) -> impl IntoView {
    let Example { pattern, line, href } = example;
    let class = format!("log-row {}", level_class(pattern.level));
    let level = pattern.level;
    let service = pattern.service.to_string();
    let time = pattern.at;
    let title = format!("{}\n{}", pattern.template, line.line);
    let count =
        (pattern.count > 1).then(|| view! { <span class="cmp-count">{format!("{}×", pattern.count)}</span> });
    view! {
        <li>
            <a class=class href=href title=title>
                <span class="t">{move || wall_millis(run.clock, time)}</span>
                <span class="lv" title=level.name()>
                    <span aria-hidden="true">{level.letter()}</span>
                    <span class="visually-hidden">{level.name()}</span>
                </span>
                <span class="s">{service}</span>
                <span class="m">{count} {words(run.model, &line)}</span>
            </a>
        </li>
    }
}

/// The worst, as many as are listed, in the order of their first.
fn worst_in_order(mut patterns: Vec<LinePattern>) -> Vec<LinePattern> {
    if patterns.len() > MAX_LISTED {
        patterns.sort_by_key(|it| std::cmp::Reverse(it.level));
        patterns.truncate(MAX_LISTED);
        patterns.sort_by_key(|it| (it.at, it.first));
    }
    patterns
}
