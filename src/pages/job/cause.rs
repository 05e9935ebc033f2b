//! Why the job failed or hangs: one sentence, how sure it is, and what it rests on.

use domain::diagnosis::{Cause, causes};
use domain::format::sentence;
use domain::job::JobState;
use leptos::prelude::*;

use super::model::Model;
use crate::state::{Memo, effect};

/// The most that a cause can be sure of.
pub(super) const SUREST: u8 = 4;

/// What is told of the cause.
#[derive(Clone, PartialEq)]
enum Told {
    Known(Cause),
    /// Nothing says why; what the state was judged by.
    Unknown(String),
    /// It is being found out.
    NotYet,
}

#[component]
pub(super) fn CauseBanner(model: Model) -> impl IntoView {
    let told = Memo::new(move |_| {
        let state = model.job.with(|it| it.state);
        let because = model.job.with(|it| it.because.clone());
        let is_known = model.diagnosis.with(Option::is_some);
        match (model.cause.get(), state) {
            _ if !model.has_evidence() => None,
            (Some(cause), _) => Some((state, Told::Known(cause))),
            (None, JobState::Failed | JobState::Stuck | JobState::Unknown) if !is_known => {
                Some((state, Told::NotYet))
            }
            (None, JobState::Failed | JobState::Stuck | JobState::Unknown) => {
                Some((state, Told::Unknown(because)))
            }
            (None, JobState::Done | JobState::Running | JobState::Queued) => None,
        }
    });
    move || {
        told.get().map(|(state, told)| {
            let class = match state {
                JobState::Failed => "cause failed",
                JobState::Stuck | JobState::Queued | JobState::Running => "cause look",
                JobState::Done | JobState::Unknown => "cause",
            };
            let words = match told {
                Told::Known(cause) => view! { <Known cause=cause /> }.into_any(),
                Told::NotYet => {
                    view! { <p class="cause-text muted" role="status">{"Looking for the cause …"}</p> }
                        .into_any()
                }
                Told::Unknown(because) if state == JobState::Unknown => view! {
                    <p class="cause-text">
                        <strong>{sentence(&because)}</strong>
                    </p>
                }
                .into_any(),
                Told::Unknown(because) => view! {
                    <p class="cause-text">
                        <strong>{"Nothing that was found says why."}</strong>
                        " "
                        <span class="muted">{sentence(&because)}</span>
                    </p>
                }
                .into_any(),
            };
            view! {
                <section class=class aria-label="Cause">
                    <svg viewBox="0 0 18 18" aria-hidden="true">
                        <path d="M9 1.5 17 16H1z"></path>
                        <path d="M9 7v4M9 13.2v.3"></path>
                    </svg>
                    {words}
                </section>
            }
        })
    }
}

impl Model {
    /// Finds out why the job is in trouble, as long as it may be; again with everything more that is known.
    pub(super) fn look_for_causes(self) {
        let found = Memo::new(move |_| {
            let around = self.surroundings.get();
            self.system.with(|system| self.evidence.with(|it| causes(system, &self.job.get(), it, &around)))
        });
        effect(move |_| self.diagnosis.set(Some(found.get())));
        on_cleanup(move || drop(self.diagnosis.try_set(None)));
    }
}

#[component]
fn Known(cause: Cause) -> impl IntoView {
    let Cause { sentence: what, sure, why, would_refute, runbook, .. } = cause;
    let n = sure.min(SUREST);
    view! {
        <p class="cause-text">
            <strong>{sentence(&what)}</strong>
            {runbook.map(|it| view! { <span class="cause-next">{sentence(&it)}</span> })}
        </p>
        <details class="cause-why">
            <summary>
                <span>{"sure"}</span>
                {meter(n, format!("{n} of {SUREST}"))}
                <span class="follow">{"why, and what would refute it"}</span>
            </summary>
            <dl>
                <dt>{"Why"}</dt>
                <dd>{sentence(&why)}</dd>
                <dt>{"What would refute it"}</dt>
                <dd>{sentence(&would_refute)}</dd>
            </dl>
        </details>
    }
}

/// How sure a cause is, as so many of four marks.
pub(super) fn meter(sure: u8, label: String) -> impl IntoView {
    let marks = (0..SUREST).map(|it| view! { <i class:on=it < sure></i> }).collect_view();
    view! { <span class="meter" role="img" aria-label=label>{marks}</span> }
}
