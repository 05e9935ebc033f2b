//! Traces from files and into files: opened by a button or dropped onto any page, saved as OTLP JSON.

use std::sync::Arc;

use domain::system::System;
use domain::view_state::WaterfallView;
use domain::waterfall::Forest;
use inquiry::job::JobReport;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::{JobView, parts};
use super::model::TraceModel;
use super::open::ToOpen;
use crate::components::badge::{Shape, Tone};
use crate::components::part::NotLoaded;
use crate::net::{Progress, save_trace_file};
use crate::state::{Clock, Dropped, Memo, View, effect, use_clock, use_system, use_view};

/// The file that is looked at instead of the job of the address.
#[derive(Clone, Copy)]
pub struct OpenedFiles {
    pub(super) file: RwSignal<Option<Opened>>,
    pub(super) trouble: RwSignal<Option<(String, String)>>,
    pub(super) is_reading: RwSignal<bool>,
    view: View,
    clock: Clock,
    system: Memo<Arc<System>>,
}

/// What a file held.
#[derive(Clone)]
pub(super) struct Opened {
    pub(super) name: String,
    pub(super) report: Arc<JobReport>,
}

impl OpenedFiles {
    /// What has been dropped, if anything has; closed as soon as the address asks for another job.
    pub fn provide() -> Self {
        let opened = Self {
            file: RwSignal::new(None),
            trouble: RwSignal::new(None),
            is_reading: RwSignal::new(false),
            // Of the page, and not of whoever opens a file: what is made there is gone before the file is read.
            view: use_view(),
            clock: use_clock(),
            system: use_system(),
        };
        provide_context(opened);
        let job = opened.view.part(|it| it.job.clone());
        effect(move |before: Option<()>| {
            job.track();
            if before.is_some() {
                opened.close();
            }
        });
        if let Some(Dropped(dropped)) = use_context() {
            effect(move |_| {
                if let Some(file) = dropped.get() {
                    dropped.set(None);
                    opened.open(file);
                }
            });
        }
        opened
    }

    /// Whether there is one; tracked.
    pub fn is_open(self) -> bool {
        self.file.with(Option::is_some)
    }

    fn close(self) {
        self.file.set(None);
        self.trouble.set(None);
    }

    fn open(self, file: web_sys::File) {
        let Self { view, clock, system, .. } = self;
        let to_open = ToOpen { file, opened: self, view, clock, system };
        self.is_reading.set(true);
        self.trouble.set(None);
        spawn_local(async move {
            match parts::job_file::fetch().await {
                Ok(()) => drop(parts::job_file::view(to_open)),
                Err(NotLoaded) => {
                    self.is_reading.try_set(false);
                    let what = "The part of Jobscope that reads files could not be fetched".to_owned();
                    self.trouble.try_set(Some((what, "Try again.".to_owned())));
                }
            }
        });
    }
}

/// The job page of what a file holds.
#[component]
pub fn FromFile() -> impl IntoView {
    let (opened, view) = (expect_context::<OpenedFiles>(), use_view());
    let close = move |_| {
        opened.close();
        view.replace(|it| it.waterfall = WaterfallView::default());
    };
    move || {
        opened.file.get().map(|it| {
            let id = it.report.id.clone();
            let progress = Progress { report: Some(it.report), running: false, updated: None };
            view! {
                <p class="banner wf-from" role="status">
                    <span>{"From the file "} <b>{it.name}</b> {", not from a server."}</span>
                    <button type="button" on:click=close>{"Close the file"}</button>
                </p>
                <JobView id=id progress=Signal::stored(progress) />
            }
        })
    }
}

/// Says that a file is read, and what was wrong with one.
#[component]
pub fn FileNotes() -> impl IntoView {
    let opened = expect_context::<OpenedFiles>();
    let note = move || {
        let trouble = opened.trouble.get().map(|(what, next_step)| format!("{what}. {next_step}"));
        let is_trouble = trouble.is_some();
        let words = trouble.or_else(|| opened.is_reading.get().then(|| "Reading the file …".to_owned()));
        let dismiss = move |_| opened.trouble.set(None);
        words.map(|words| {
            view! {
                <p class="banner wf-from" role=if is_trouble { "alert" } else { "status" }>
                    {is_trouble.then(|| view! { <Shape tone=Tone::Failed /> })}
                    <span>{words}</span>
                    {is_trouble.then(|| view! { <button type="button" on:click=dismiss>{"Dismiss"}</button> })}
                </p>
            }
        })
    };
    view! { {note} }
}

/// Opens a trace from a file.
#[component]
pub fn OpenFileButton() -> impl IntoView {
    let opened = use_context::<OpenedFiles>();
    let input = NodeRef::<html::Input>::new();
    opened.map(|opened| {
        let press = move |_| {
            if let Some(input) = input.get_untracked() {
                input.click();
            }
        };
        let chosen = move |_| {
            if let Some(input) = input.get_untracked() {
                if let Some(file) = input.files().and_then(|it| it.get(0)) {
                    opened.open(file);
                }
                input.set_value("");
            }
        };
        view! {
            <button type="button" class="quiet" title="OTLP JSON or Jaeger JSON; a file can also be dropped here" on:click=press>
                {"Open a file …"}
            </button>
            <input
                node_ref=input
                type="file"
                accept=".json,.gz,application/json"
                class="visually-hidden"
                tabindex="-1"
                aria-hidden="true"
                on:change=chosen
            />
        }
    })
}

/// Spans that are to be saved, and why they were not.
pub struct ToSave {
    forest: Arc<Forest>,
    is_refused: RwSignal<Option<&'static str>>,
}

impl ToSave {
    /// Offers them as a file.
    pub fn save(self) {
        let Self { forest, is_refused } = self;
        spawn_local(async move {
            let id = forest.traces().first().and_then(|it| it.spans.first()).map(|it| it.trace.to_string());
            let name = format!("trace-{}.otlp.json", id.unwrap_or_default());
            let is_saved = save_trace_file(&name, forest.traces()).await;
            is_refused.try_set((!is_saved).then_some("Not allowed here"));
        });
    }
}

/// Saves what is shown as OTLP JSON.
#[component]
pub(super) fn DownloadButton(trace: TraceModel) -> impl IntoView {
    let is_refused = RwSignal::new(None::<&str>);
    let save = move |_| {
        let Some(forest) = trace.forest.get_untracked() else { return };
        let file = ToSave { forest, is_refused };
        spawn_local(async move {
            match parts::job_save::fetch().await {
                Ok(()) => drop(parts::job_save::view(file)),
                Err(NotLoaded) => drop(is_refused.try_set(Some("Not fetched: try again"))),
            }
        });
    };
    view! {
        <Show when=move || trace.forest.with(|it| it.as_ref().is_some_and(|it| !it.is_empty()))>
            <button type="button" class="quiet" title="Save the spans as OTLP JSON" on:click=save>
                {move || is_refused.get().unwrap_or("Download")}
            </button>
        </Show>
    }
}
