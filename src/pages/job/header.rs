//! The head of the page: which job, how it stands, what is known about it, and what can be done with it.

use domain::debug::{Values, fill_link};
use domain::ids::StageId;
use domain::job::{Job, JobState, StageState};
use domain::letters::small;
use domain::system::{LinkTemplate, System};
use domain::time::{TimeDelta, Timestamp, civil_from_timestamp};
use leptos::prelude::*;

use super::model::Model;
use super::parts;
use super::ticket::address;
use crate::components::age::Age;
use crate::components::badge::Badge;
use crate::components::copy_button::CopyButton;
use crate::components::timeline::wall_millis;
use crate::pages::states::tone;
use crate::state::{Clock, Memo, use_clock};

#[component]
pub(super) fn Header(model: Model) -> impl IntoView {
    let clock = use_clock();
    let id = Memo::new(move |_| model.report.with(|it| it.id.to_string()));
    let facts = Memo::new(move |_| match model.has_evidence() {
        true => model.job.with(|job| facts(job, clock, || model.now.get())),
        // What every job of the system is would be said of one that nobody knows.
        false => Vec::new(),
    });
    let updated = Signal::derive(move || model.progress.with(|it| it.updated));
    let pending =
        Memo::new(move |_| model.report.with(|it| it.pending.iter().map(|it| it.name()).collect::<Vec<_>>()));
    let fact = |fact: Fact| {
        let value_class = match (fact.is_code, fact.is_quiet) {
            (true, _) => "mono",
            (false, true) => "about",
            (false, false) => "",
        };
        view! {
            <li>
                {(!fact.name.is_empty()).then(|| view! { <span>{fact.name} " "</span> })}
                <b class=value_class title=fact.exact>
                    {fact.value}
                </b>
            </li>
        }
    };
    view! {
        <div class="job-head">
            <h1>
                <span class="job-id">{move || id.get()}</span>
                <CopyButton text=id label="Copy id" />
                <Show when=move || model.has_evidence()>
                    <Badge
                        tone=Signal::derive(move || model.job.with(|it| tone(it.state)))
                        word=Signal::derive(move || model.job.with(|job| model.system.with(|it| state_words(job, it))))
                    />
                </Show>
            </h1>
            <Actions model=model />
            <div class="facts-row">
                <ul class="facts">{move || facts.get().into_iter().map(fact).collect_view()}</ul>
                <p class="job-age">
                    {move || {
                        let pending = pending.get();
                        (!pending.is_empty())
                            .then(|| view! { <span>{format!("Still asking {} …", pending.join(" and "))}</span> })
                    }}
                    <Age at=updated />
                </p>
            </div>
        </div>
    }
}

#[component]
fn Actions(model: Model) -> impl IntoView {
    let links = Memo::new(move |_| {
        let values = model.job.with(|job| {
            // Not tracked: a link need not change each second.
            let now = model.now.get_untracked();
            model.system.with(|system| model.report.with(|it| Values::of(system, job, &it.evidence, now)))
        });
        let with_title = |it: &LinkTemplate| Some((it.title.clone(), fill_link(&it.url, &values)?));
        model.system.with(|it| it.links.iter().filter_map(with_title).collect::<Vec<_>>())
    });
    let out = |(title, href): (String, String)| {
        view! {
            <a class="button" href=href target="_blank" rel="noopener noreferrer">
                {title}
                " ↗"
            </a>
        }
    };
    let ticket = move || {
        let text = RwSignal::new(String::new());
        parts::job_ticket::view(model, text);
        text.get_untracked()
    };
    view! {
        <div class="acts">
            <CopyButton text=Signal::derive(address) label="Copy link" />
            <Show when=move || model.has_evidence()>
                <CopyButton text=Signal::derive(ticket) needs=parts::job_ticket::fetch label="Copy for ticket" />
                {move || links.get().into_iter().map(out).collect_view()}
            </Show>
        </div>
    }
}

/// One fact about the job.
#[derive(Clone, PartialEq)]
struct Fact {
    name: String,
    value: String,
    /// What the pointer that rests on it is told.
    exact: String,
    is_code: bool,
    /// Whether it is there to be recognised rather than read.
    is_quiet: bool,
}

/// What is known, in the order in which it is read; what is not known is left out.
fn facts(job: &Job, clock: Clock, now: impl Fn() -> Timestamp) -> Vec<Fact> {
    let text = |name, value: &Option<String>| value.as_ref().map(|it| plain(name, it.clone()));
    let code = |name, value: &Option<String>| text(name, value).map(|it| Fact { is_code: true, ..it });
    let submitted = job.submitted.map(|it| Fact {
        exact: format!("{} ns since 1970", it.at.nanos()),
        ..plain("submitted", wall_with_day(clock, it.at, now()))
    });
    // Not tracked where no time passes.
    let until = if job.state.goes_on() { now() } else { Timestamp::default() };
    let total = job.total(until).map(|total| match (job.ended, job.state.goes_on()) {
        (None, true) => plain("for", whole_secs(total)),
        (ended, _) => {
            let name = if ended.is_some() { "total" } else { "at least" };
            Fact { exact: format!("{} ms", total.millis()), ..plain(name, total.to_string()) }
        }
    });
    let in_queues =
        (job.facts.in_queues > TimeDelta::ZERO).then(|| plain("in queues", job.facts.in_queues.to_string()));
    let between = job.facts.between_attempts;
    let between = (between > TimeDelta::ZERO).then(|| Fact {
        exact: "Retries are put off on purpose, and then wait in the queue: nobody tells how long each took"
            .to_owned(),
        ..plain("between attempts", between.to_string())
    });
    let attempts = (job.facts.attempts > 1).then(|| plain("attempts", job.facts.attempts.to_string()));
    let known = [
        job.facts.url.as_ref().map(|it| Fact { is_quiet: true, ..plain("", without_scheme(it)) }),
        text("kind", &job.facts.kind),
        submitted,
        total,
        in_queues,
        attempts,
        between,
        code("version", &job.facts.version),
        text("caller", &job.facts.caller),
        text("user", &job.facts.user),
        text("mode", &job.facts.mode),
        code("request", &job.facts.request_id),
    ];
    let attributes = job.facts.attributes.iter().map(|(name, value)| plain(name, value.clone()));
    known.into_iter().flatten().chain(attributes).collect()
}

fn plain(name: &str, value: String) -> Fact {
    Fact { name: name.to_owned(), exact: String::new(), value, is_code: false, is_quiet: false }
}

/// The wall clock, with its date where that is not today's.
fn wall_with_day(clock: Clock, at: Timestamp, now: Timestamp) -> String {
    let day = |at: Timestamp| {
        let it = civil_from_timestamp(at, clock.offset_secs(at));
        (it.year, it.month, it.day)
    };
    let time = wall_millis(clock, at);
    match day(at) {
        today if today == day(now) => time,
        (year, month, day) => format!("{year}-{month:02}-{day:02} {time}"),
    }
}

fn without_scheme(url: &str) -> String {
    url.split_once("://").map_or(url, |it| it.1).to_owned()
}

/// A length that goes on: no finer than it changes on screen.
fn whole_secs(length: TimeDelta) -> String {
    TimeDelta::from_secs(length.secs()).to_string()
}

/// `failed at scrape`, `running: embed`, `done`.
pub(super) fn state_words(job: &Job, system: &System) -> String {
    let title =
        |id: &StageId| system.stage(id).map_or_else(|| id.to_string(), |it| within_sentence(&it.title));
    let stage_in = |states: &[StageState]| {
        job.stages.iter().rev().find(|it| states.contains(&it.state)).map(|it| title(&it.stage))
    };
    let word = job.state.name();
    let at = match job.state {
        JobState::Failed => {
            let failed = job.failure.as_ref().and_then(|it| it.stage.as_ref()).map(title);
            failed.or_else(|| stage_in(&[StageState::Failed])).map(|it| format!(" at {it}"))
        }
        JobState::Running | JobState::Stuck => {
            let busy = stage_in(&[StageState::Running, StageState::Retrying, StageState::Waiting]);
            busy.map(|it| format!(" at {it}"))
        }
        JobState::Queued => stage_in(&[StageState::Waiting]).map(|it| format!(" for {it}")),
        JobState::Done | JobState::Unknown => None,
    };
    format!("{word}{}", at.unwrap_or_default())
}

/// A title without its capital letter; a word in capitals stays.
fn within_sentence(title: &str) -> String {
    let mut chars = title.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if small(second) == second => {
            format!("{}{}", small(first), chars.as_str())
        }
        _ => title.to_owned(),
    }
}
