//! The run of the steps and of what is around the job: when it is begun, and when it is not begun again.

use std::sync::Arc;

use domain::diagnosis::Surroundings;
use domain::ids::JobId;
use domain::job::Job;
use domain::view_state::Tab;
use inquiry::debug::{DebugQuestion, DebugReport, has_found};
use inquiry::diagnosis::{SurroundingsReport, is_in_trouble};
use inquiry::job::JobReport;
use leptos::prelude::*;

use crate::net::{Again, Progress, debug_plan, use_plan_again, use_surroundings};
use crate::pages::job::model::Model;
use crate::state::{Clock, Memo, effect, kept_words, shared_memo, use_clock, use_setup};

/// The word for the steps of a job in which nothing is wrong.
const STEPS: &str = "steps";

/// A handle on the run of the steps.
#[derive(Clone, Copy)]
pub(in crate::pages::job) struct DebugRun {
    pub(super) progress: ReadSignal<Progress<DebugReport>>,
    /// The newest report; `None` while there is none.
    pub(super) report: Memo<Option<Arc<DebugReport>>>,
    /// What a person wants run although nothing asks for it: [`STEPS`], and the places of checklists, from 1.
    runs: RwSignal<Vec<String>>,
    /// How often a person asked for all of it again.
    round: RwSignal<u32>,
    /// What is around the job.
    around: ReadSignal<Progress<SurroundingsReport>>,
    /// How often what is around it was asked for again.
    around_round: RwSignal<u32>,
    clock: Clock,
}

fn wants_steps(runs: RwSignal<Vec<String>>) -> bool {
    runs.with(|it| it.iter().any(|it| it == STEPS))
}

/// A job with all its evidence, once nothing more of it is awaited. Equal while the evidence is.
#[derive(Clone)]
struct Settled {
    job: Arc<Job>,
    report: Arc<JobReport>,
}

impl PartialEq for Settled {
    fn eq(&self, other: &Self) -> bool {
        let size = |it: &Self| {
            let evidence = &it.report.evidence;
            let n_spans: usize = evidence.traces.iter().map(|it| it.spans.len()).sum();
            (evidence.lines.len(), n_spans, evidence.unreachable.len())
        };
        let told = |it: &Self| (it.job.id.clone(), it.job.state, it.job.failure.clone());
        size(self) == size(other) && told(self) == told(other)
    }
}

impl DebugRun {
    /// Runs the steps of a job in trouble as soon as all that is known of it is there.
    pub(in crate::pages::job) fn new(model: Model) -> Self {
        let (clock, setups) = (use_clock(), use_setup());
        let runs = kept_words("run".to_owned());
        let wanted = Memo::new(move |_| wants_steps(runs));
        let also = Memo::new(move |_| {
            let place = |it: &String| it.parse::<usize>().ok()?.checked_sub(1);
            runs.with(|it| it.iter().filter_map(place).collect::<Vec<_>>())
        });
        // While the job is asked for anew, what was known of it stands.
        let settled = Memo::new(move |old: Option<&Option<Settled>>| {
            if model.is_waiting() || !model.has_evidence() {
                return old.cloned().flatten().filter(|it| model.report.with(|now| now.id == it.job.id));
            }
            let new = Settled { job: model.job.get(), report: model.report.get() };
            // What says the same stays the same, so that nothing is asked twice.
            Some(old.cloned().flatten().filter(|it| *it == new).unwrap_or(new))
        });
        let is_framed = model.view.part(|it| it.embed && it.tab != Tab::Debug);
        let question = Memo::new(move |_| {
            let is_meant = |it: &Settled| is_in_trouble(&it.job) || wanted.get();
            settled.get().filter(|it| !is_framed.get() && is_meant(it))
        });
        let (round, around_round) = (RwSignal::new(0_u32), RwSignal::new(0_u32));
        let known = StoredValue::new(None::<(JobId, Arc<DebugReport>)>);
        // A refresh brings nothing new to steps of a job that has not changed.
        let progress = use_plan_again(
            move || {
                let it = question.get()?;
                let thing = (model.system.with(|it| it.name.clone()), it.job.id.clone());
                Some((thing, (it, also.get(), round.get())))
            },
            move |_, (it, also, _)| {
                let known = known.get_value().filter(|(id, _)| *id == it.job.id).map(|(_, it)| it);
                let profiler = setups.get_untracked().sources.pyroscope;
                let profiles_at = profiler.and_then(|it| it.pages().map(str::to_owned));
                let question = DebugQuestion {
                    job: it.job,
                    report: it.report,
                    now: clock.now(),
                    also,
                    known,
                    profiles_at,
                };
                debug_plan(model.system.get_untracked(), question)
            },
            Again::Never,
        );
        let around = use_surroundings(move || {
            Some((question.get().map(|it| it.job).filter(|it| is_in_trouble(it))?, around_round.get()))
        });
        effect(move |_| {
            // Other jobs and lines are judged by once all of them are there, metrics as they come.
            let is_all = !around.with(|it| it.running);
            let found = around.with(|it| it.report.clone());
            let found = found.map(|it| match is_all {
                true => model.system.with(|system| it.surroundings(system)),
                false => Surroundings { signals: it.signals(), ..Surroundings::default() },
            });
            let found = found.unwrap_or_default();
            if model.surroundings.with_untracked(|it| **it != found) {
                model.surroundings.set(Arc::new(found));
            }
        });
        let report = shared_memo(move || progress.with(|it| it.report.clone()));
        effect(move |_| {
            let it = report.get().zip(question.with_untracked(|it| it.as_ref().map(|it| it.job.id.clone())));
            known.set_value(it.map(|(report, id)| (id, report)));
        });
        Self { progress, report, runs, round, around, around_round, clock }
    }

    /// What is around the job, as far as it is known.
    pub(in crate::pages::job) fn around(self) -> ReadSignal<Progress<SurroundingsReport>> {
        self.around
    }

    /// Asks again what may have changed.
    pub(super) fn again(self) {
        self.round.update(|it| *it = it.wrapping_add(1));
        let now = self.clock.now();
        if self.around.with_untracked(|it| it.report.as_ref().is_none_or(|it| it.may_change(now))) {
            self.around_round.update(|it| *it = it.wrapping_add(1));
        }
    }

    /// Whether answers are awaited.
    pub(super) fn is_running(self) -> bool {
        self.progress.with(|it| it.running) || self.around.with(|it| it.running)
    }

    /// Runs the steps although nothing is wrong.
    pub(super) fn want(self) {
        self.runs.update(|it| it.push(STEPS.to_owned()));
    }

    /// Runs a checklist that is not meant for this job.
    pub(super) fn want_list(self, place: usize) {
        self.runs.update(|it| it.push((place + 1).to_string()));
    }

    /// Whether a person wants the steps although nothing is wrong.
    pub(super) fn is_wanted(self) -> bool {
        wants_steps(self.runs)
    }

    /// How many steps found something, for the tab.
    pub(in crate::pages::job) fn n_found(self) -> Signal<String> {
        Signal::derive(move || {
            let n = self
                .report
                .with(|it| it.as_ref().map_or(0, |it| it.steps().filter(|it| has_found(it)).count()));
            if n == 0 { String::new() } else { format!("{n} found") }
        })
    }
}
