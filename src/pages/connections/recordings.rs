//! Recordings: taking one down, opening one, going back to the live servers.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList};

use crate::net::{Mode, Net, save_as_file, use_net};
use crate::state::{Memo, use_config, use_view};

/// The card.
#[component]
pub(super) fn RecordingsCard() -> impl IntoView {
    let net = use_net();
    let over = RwSignal::new(false);
    let drop_file = move |event: ev::DragEvent| {
        event.prevent_default();
        over.set(false);
        open_first(net, event.data_transfer().and_then(|it| it.files()));
    };
    let is_replay = Memo::new(move |_| matches!(net.mode().get(), Mode::Replay { .. }));
    view! {
        <section
            class="card recordings"
            class:over=move || over.get()
            aria-label="Recordings"
            on:dragover=move |event| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=drop_file
        >
            <header>
                <h2>{"Recordings"}</h2>
            </header>
            <p>
                {"A recording holds every question and answer of a visit in one file, and opens without any server. \
                  Credentials and tenants are never in it."}
            </p>
            <div class="acts">
                <RecordButton />
                <OpenButton />
                <SampleButton />
                <Show when=move || is_replay.get() && !net.servers().is_empty()>
                    <button type="button" on:click=move |_| net.go_live()>{"Back to the live servers"}</button>
                </Show>
            </div>
            <p class="muted">{"A recording can also be dropped here."}</p>
        </section>
    }
}

/// Begins a recording, and ends it with a file.
#[component]
fn RecordButton() -> impl IntoView {
    let (view, net) = (use_view(), use_net());
    let said = RwSignal::new(None::<&'static str>);
    let is_on = move || net.recorded_size().is_some();
    let press = move |_| {
        said.set(None);
        if !untrack(is_on) {
            net.start_recording();
            return;
        }
        spawn_local(async move {
            let now = js_sys::Date::new_0().to_iso_string().as_string().unwrap_or_default();
            let stamp: String = now.chars().take(16).collect();
            let (date, file) = (stamp.replace('T', " "), stamp.replace(':', "-"));
            let query = view.state().with_untracked(|it| it.to_query());
            let Some(bytes) = net.stop_recording(format!("A visit of {date} UTC"), query).await else {
                return;
            };
            let saved = save_as_file(&format!("jobscope-{file}.jsrec"), "application/gzip", &bytes);
            said.try_set((!saved).then_some("This browser does not let the page save a file here."));
        });
    };
    view! {
        <button type="button" class:recording=is_on aria-pressed=move || is_on().to_string() on:click=press>
            {move || if is_on() { "Stop and save the recording" } else { "Record this visit" }}
        </button>
        <span class="muted" role="status">
            {move || {
                is_on().then_some("Recording: open the pages that are to be in it, then come back here.").or(said.get())
            }}
        </span>
    }
}

#[component]
fn OpenButton() -> impl IntoView {
    let net = use_net();
    let input = NodeRef::<html::Input>::new();
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            open_first(net, input.files());
            input.set_value("");
        }
    };
    view! {
        <button type="button" on:click=choose>{"Open a recording …"}</button>
        <input node_ref=input type="file" class="visually-hidden" tabindex="-1" aria-hidden="true" on:change=chosen />
    }
}

#[component]
fn SampleButton() -> impl IntoView {
    let net = use_net();
    use_config().sample.clone().map(|path| {
        let open = move |_| {
            let path = path.clone();
            spawn_local(async move { net.open_sample(&path).await });
        };
        view! { <button type="button" on:click=open>{"Open the sample incident"}</button> }
    })
}

/// Opens the first of the files that were chosen or dropped.
fn open_first(net: Net, files: Option<FileList>) {
    let Some(file): Option<File> = files.and_then(|it| it.get(0)) else { return };
    spawn_local(async move {
        if let Ok(buffer) = JsFuture::from(file.array_buffer()).await {
            net.open_recording(js_sys::Uint8Array::new(&buffer).to_vec()).await;
        }
    });
}
