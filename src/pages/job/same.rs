//! The same failure in other jobs of its hours: how many, since when, and what they have in common.

use std::sync::Arc;

use domain::fingerprint::{Fingerprint, GroupTold, Since, failures};
use domain::format::{Precision, clock_beside};
use domain::job::JobState;
use domain::jobs::Field;
use domain::time::{RangeSpec, TimeDelta, Timestamp};
use domain::view_state::{Filter, FilterOp, Page, Tab};
use inquiry::diagnosis::is_in_trouble;
use inquiry::jobs::JobsReport;
use leptos::prelude::*;

use super::debug::DebugRun;
use super::model::Model;
use crate::pages::lifts::{count_words, lift_words};
use crate::state::{Memo, go_to, use_clock};

/// What they have in common that is told, the most telling.
const MAX_LIFTS: usize = 2;

/// Of a stretch that is shorter, minutes would tell too little.
const SHORT: TimeDelta = TimeDelta::from_secs(600);

/// What other jobs tell.
#[derive(Clone, PartialEq)]
enum Told {
    /// They have not been read yet.
    Reading,
    /// None could be read, not even this one.
    Unread,
    /// Jobs that failed so, this one among them, by the key of their failure.
    Alike(String, Box<GroupTold>),
    /// This one alone failed so.
    Alone,
    /// So many others hang as well.
    Hang(usize),
}

#[component]
pub(super) fn SameFailure(model: Model, run: DebugRun) -> impl IntoView {
    let clock = use_clock();
    let jobs = Memo::new(move |_| {
        run.around().with(|it| {
            it.report.as_ref().filter(|_| !it.running).and_then(|it| it.jobs.clone()).map(Arc::new)
        })
    });
    let is_meant = Memo::new(move |_| model.job.with(|it| is_in_trouble(it)));
    let told = Memo::new(move |_| match jobs.get() {
        Some(jobs) => model.job.with(|job| told(job, &jobs)),
        None => Told::Reading,
    });
    let time_to = move |at: Timestamp, precision: Precision| {
        let beside = model.now.get_untracked();
        clock_beside(at, beside, clock.offset_secs(at), precision)
    };
    let time = move |at: Timestamp| time_to(at, Precision::Minutes);
    let among = move || {
        let jobs = jobs.get()?;
        let from = jobs.range.start.max(jobs.complete_from);
        let n = jobs.rows.len();
        let jobs_word = if n == 1 { "job" } else { "jobs" };
        let is_short = jobs.range.end - from < SHORT;
        let precision = if is_short { Precision::Seconds } else { Precision::Minutes };
        let [from, end] = [from, jobs.range.end].map(|it| time_to(it, precision));
        Some(format!("{} {jobs_word} from {from} to {end}", count_words(n)))
    };
    let list_href = move |tab: Tab, field: Field, value: String| {
        move || {
            let hours = jobs.with(|it| it.as_ref().map(|it| it.range));
            let is_view = hours.is_none() || hours == Some(clock.range().get());
            model.view.href(|it| {
                go_to(it, Page::Jobs);
                it.tab = tab;
                it.filters =
                    vec![Filter { field: field.word().to_owned(), op: FilterOp::Is, value: value.clone() }];
                if let Some(hours) = hours.filter(|_| !is_view) {
                    it.range = RangeSpec::fixed(hours);
                }
            })
        }
    };
    let words = move || {
        Some(match told.get() {
            Told::Reading => {
                view! { <span class="muted">{"Looking for the same failure in other jobs …"}</span> }
                    .into_any()
            }
            Told::Unread => view! {
                <span class="muted">
                    {"Whether others failed so is not known: the jobs of its hours could not be read."}
                </span>
            }
            .into_any(),
            Told::Alone => {
                view! { <span class="muted">{format!("No other job failed so, of {}.", among()?)}</span> }
                    .into_any()
            }
            Told::Hang(0) => {
                view! { <span class="muted">{format!("No other job hangs, of {}.", among()?)}</span> }
                    .into_any()
            }
            Told::Hang(n) => {
                let href = list_href(Tab::default(), Field::State, JobState::Stuck.name().to_owned());
                let jobs = if n == 1 {
                    "1 other job hangs".to_owned()
                } else {
                    format!("{} other jobs hang", count_words(n))
                };
                view! { <span><a href=href>{jobs}</a>{format!(", of {}.", among()?)}</span> }.into_any()
            }
            Told::Alike(key, it) => {
                let others = it.group.jobs.len() - 1;
                let jobs = if others == 1 {
                    "1 other job".to_owned()
                } else {
                    format!("{} other jobs", count_words(others))
                };
                let first = it.group.first_seen.map(|at| format!(", first seen {}", time(at)));
                let last = it.group.last_seen.map(|at| format!(", last {}", time(at)));
                let since =
                    it.group.since.sentence().filter(|_| tells(&it.group.since)).map(|it| format!("; {it}"));
                let lifts = it.in_common.iter().take(MAX_LIFTS);
                let lifts = lifts.map(|it| model.system.with(|system| lift_words(system, it)));
                let lifts = lifts.map(|it| view! { <li>{it}</li> }).collect_view();
                view! {
                    <span>
                        {"The same failure in "} <a href=list_href(Tab::Failures, Field::Failure, key)>{jobs}</a>
                        {format!(" of {}", among()?)} {first} {last} {since} {"."}
                    </span>
                    <ul>{lifts}</ul>
                }
                .into_any()
            }
        })
    };
    view! {
        <Show when=move || is_meant.get()>
            <section class="same" aria-label="The same failure in other jobs">{words}</section>
        </Show>
    }
}

/// Whether versions were compared at all.
fn tells(since: &Since) -> bool {
    match since {
        Since::Version { .. } | Since::Older => true,
        Since::TooFewBefore { n_before, .. } => *n_before > 0,
        Since::NoVersion => false,
    }
}

fn told(job: &domain::job::Job, jobs: &JobsReport) -> Told {
    if jobs.rows.is_empty() {
        return Told::Unread;
    }
    let row = jobs.rows.iter().find(|it| it.id == job.id);
    // A list knows less of a job than its page: compared is what a list knows of all.
    let own = row.and_then(|it| it.failure.clone()).or_else(|| job.failure.as_ref().map(Fingerprint::of));
    let Some(own) = own else {
        return Told::Hang(
            jobs.rows.iter().filter(|it| it.state == JobState::Stuck && it.id != job.id).count(),
        );
    };
    let all = failures(&jobs.rows, jobs.range);
    let group = all.groups.into_iter().find(|it| it.group.fingerprint == own);
    match group.filter(|it| it.group.jobs.iter().any(|id| *id != job.id)) {
        Some(it) => Told::Alike(own.key(), Box::new(it)),
        None => Told::Alone,
    }
}
