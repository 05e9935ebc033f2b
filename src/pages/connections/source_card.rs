//! One source: how it does, and what to do when it does not.

use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;

use super::secret_form::SecretForm;
use crate::components::badge::{Badge, Tone};
use crate::components::copy_button::CopyButton;
use crate::net::doctor::{Advice, Findings, Verdict, advice, examine};
use crate::net::live::Server;
use crate::net::{AuthScheme, use_net};
use crate::state::{Memo, effect, use_clock};

/// The card of one source. It is examined when the page opens, and again with every refresh.
#[component]
pub(super) fn SourceCard(server: Rc<Server>) -> impl IntoView {
    let (net, clock) = (use_net(), use_clock());
    let source = server.source();
    let findings = RwSignal::new(None::<(Findings, Advice)>);
    let busy = RwSignal::new(true);
    let examined = StoredValue::new_local(server.clone());
    effect(move |_| {
        clock.tick().track();
        busy.set(true);
        let server = examined.get_value();
        spawn_local_scoped_with_cancellation(async move {
            let found = examine(server.clone(), live_now()).await;
            let advice = advice(&server, &found.verdict);
            net.saw(source, found.sighting.clone());
            findings.try_set(Some((found, advice)));
            busy.try_set(false);
        });
    });
    let tone = Signal::derive(move || {
        findings.with(|it| it.as_ref().map_or(Tone::Unknown, |it| tone_of(&it.0.verdict)))
    });
    let word = Signal::derive(move || {
        findings.with(|it| it.as_ref().map_or("asking …", |it| word_of(&it.0.verdict)).to_owned())
    });
    let configured = server.configured();
    let address = server.address();
    let tenant = configured.tenant.clone();
    let fact = move |name: &'static str, value: Box<dyn Fn() -> Option<String> + Send + Sync>| {
        let value = Memo::new(move |_| value());
        move || value.get().map(|it| view! { <span>{name}{" "}<b>{it}</b></span> })
    };
    let version = fact(
        "version",
        Box::new(move || {
            let found = findings.get()?.0;
            let untold = (found.verdict == Verdict::Well).then(|| "not told".to_owned());
            found.version.or(untold)
        }),
    );
    let latency = fact(
        "answered in",
        Box::new(move || findings.with(|it| it.as_ref()?.0.latency_millis.map(|it| format!("{it} ms")))),
    );
    let secret = match configured.auth {
        AuthScheme::None => None,
        AuthScheme::Basic => Some(view! { <SecretForm source needs_user=true /> }),
        AuthScheme::Bearer => Some(view! { <SecretForm source needs_user=false /> }),
    };
    view! {
        <section class="card source" aria-label=server.name() aria-busy=move || busy.get().to_string()>
            <header>
                <h2>{server.name()}</h2>
                <Badge tone word />
                <span class="r">
                    <button type="button" class="quiet" disabled=move || busy.get() on:click=move |_| clock.refresh()>
                        {move || if busy.get() { "Asking …" } else { "Ask again" }}
                    </button>
                </span>
            </header>
            <p class="facts">
                <span>{"at "}<code>{address}</code></span>
                {tenant.map(|it| view! { <span>{"tenant "}<code>{it}</code></span> })}
                {version}
                {latency}
            </p>
            {move || findings.get().filter(|it| it.0.verdict != Verdict::Well).map(|it| view! { <Remedy found=it.0 advice=it.1 /> })}
            {secret}
        </section>
    }
}

/// What is the matter and what helps.
#[component]
fn Remedy(found: Findings, advice: Advice) -> impl IntoView {
    let Advice { what, next_step, where_to, lines } = advice;
    let words = found.words;
    view! {
        <div class="remedy" role="status">
            <p class="what">{what}</p>
            <p>{next_step}</p>
            {(!lines.is_empty())
                .then(|| {
                    view! {
                        <p class="muted">{where_to}{":"}</p>
                        <Lines lines />
                    }
                })}
            {(!words.is_empty())
                .then(|| {
                    view! {
                        <details class="disclosure">
                            <summary>{"In its own words"}</summary>
                            <pre class="words" tabindex="0">{words}</pre>
                        </details>
                    }
                })}
        </div>
    }
}

/// Lines to paste.
#[component]
pub(super) fn Lines(lines: String) -> impl IntoView {
    let text = lines.clone();
    view! {
        <div class="lines">
            <pre tabindex="0">{lines}</pre>
            <CopyButton text=Signal::stored(text) />
        </div>
    }
}

const fn tone_of(verdict: &Verdict) -> Tone {
    match verdict {
        Verdict::Well => Tone::Done,
        Verdict::NotReady(_) | Verdict::Busy | Verdict::Slow(_) | Verdict::Odd(_) => Tone::Stuck,
        Verdict::Unauthenticated { .. } | Verdict::Tenant { .. } => Tone::Stuck,
        Verdict::Unreachable
        | Verdict::Cors
        | Verdict::Sandboxed
        | Verdict::MixedContent
        | Verdict::Policy
        | Verdict::Forbidden
        | Verdict::WrongPrefix(_)
        | Verdict::NotTheServer(..)
        | Verdict::BehindProxy(_)
        | Verdict::Failed => Tone::Failed,
    }
}

const fn word_of(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Well => "answers",
        Verdict::Unreachable => "unreachable",
        Verdict::Slow(_) => "no answer in time",
        Verdict::Cors => "blocked: CORS",
        Verdict::Sandboxed => "blocked: sandboxed frame",
        Verdict::MixedContent => "blocked: mixed content",
        Verdict::Policy => "blocked: content policy",
        Verdict::Unauthenticated { .. } => "not signed in",
        Verdict::Forbidden => "refuses",
        Verdict::Tenant { .. } => "tenant missing",
        Verdict::WrongPrefix(_) => "wrong path prefix",
        Verdict::NotTheServer(..) => "not the server",
        Verdict::NotReady(_) => "not ready",
        Verdict::BehindProxy(_) => "down behind its proxy",
        Verdict::Failed => "failed",
        Verdict::Busy => "too busy",
        Verdict::Odd(_) => "odd answer",
    }
}

/// Servers are asked of the present, also while a recording's clock stands still.
fn live_now() -> domain::time::Timestamp {
    domain::time::Timestamp::from_millis(js_sys::Date::now() as i64)
}
