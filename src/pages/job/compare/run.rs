//! What is known of the other job, and how it differs; one memo a step, so that nothing is done twice.

use std::sync::Arc;

use domain::compare::{Comparison, Side, compare};
use domain::ids::JobId;
use domain::job::{Job, assemble};
use domain::jobs::operation;
use domain::time::{TimeDelta, Timestamp};
use inquiry::compare::{CompareQuestion, CompareReport};
use inquiry::job::{JobReport, SharedAbilities};
use inquiry::jobs::{LINES_AT_FIRST, SharedJobs};
use leptos::prelude::*;

use super::wording::{of_kind, wall};
use crate::net::{Progress, compare_plan, use_plan};
use crate::pages::job::model::{Model, has_ended};
use crate::state::{Clock, Memo, shared_memo, use_clock};

/// How long before a job a good one is looked for, where the visible range does not reach further back.
const LOOK_BACK: TimeDelta = TimeDelta::from_secs(24 * 3_600);
/// While a job has not ended, how often the two are compared anew.
const COMPARE_EVERY: TimeDelta = TimeDelta::from_secs(10);

/// A handle on everything that the tab draws.
#[derive(Clone, Copy)]
pub(super) struct CompareRun {
    pub(super) model: Model,
    pub(super) clock: Clock,
    /// The other job by the address; `None` for the last good one.
    pub(super) with: Memo<Option<JobId>>,
    /// What this job is, once all that is known of it is there.
    pub(super) this: Memo<Option<This>>,
    progress: ReadSignal<Progress<CompareReport>>,
    /// The newest report.
    pub(super) report: Memo<Option<Arc<CompareReport>>>,
    /// The other job, once all that is known of it is there.
    pub(super) other: Memo<Option<Arc<Other>>>,
    pub(super) comparison: Memo<Option<Arc<Comparison>>>,
    /// Whether nothing more is awaited.
    pub(super) is_over: Memo<bool>,
    /// As when the two are compared, where one of them has not ended.
    pub(super) as_of: Memo<Option<Timestamp>>,
    /// After how many lines looking through jobs stops.
    pub(super) max_lines: RwSignal<usize>,
}

/// What the other job is looked for by.
#[derive(Clone, PartialEq)]
pub(super) struct This {
    pub(super) id: JobId,
    pub(super) kind: Option<String>,
    pub(super) operation: Option<String>,
    pub(super) began: Timestamp,
}

/// The other job and its evidence.
#[derive(PartialEq)]
pub(super) struct Other {
    pub(super) job: Job,
    pub(super) report: JobReport,
}

impl CompareRun {
    pub(super) fn new(model: Model) -> Self {
        let clock = use_clock();
        let with = model.view.part(|it| it.with.clone());
        // While the job is asked for anew, what was known of it stands.
        let this = Memo::new(move |old: Option<&Option<This>>| {
            if model.is_waiting() || !model.has_evidence() {
                let id = model.report.with(|it| it.id.clone());
                return old.cloned().flatten().filter(|it| it.id == id);
            }
            model.job.with(|it| {
                let began = it.submitted.map(|it| it.at).or(it.last_seen)?;
                let (id, kind) = (it.id.clone(), it.facts.kind.clone());
                let in_evidence = |system: &_| model.report.with(|it| operation(system, &it.evidence));
                Some(This { id, kind, operation: model.system.with(|it| in_evidence(it)), began })
            })
        });
        let max_lines = RwSignal::new(LINES_AT_FIRST);
        let abilities = StoredValue::new_local(SharedAbilities::default());
        let memory = StoredValue::new_local(SharedJobs::default());
        let progress = use_plan(
            move || {
                let this = this.get()?;
                let thing = (model.system.with(|it| it.name.clone()), this.id.clone(), with.get());
                Some((thing, (this, clock.range().get(), max_lines.get())))
            },
            move |(_, id, with), (this, range, max_lines)| {
                let This { kind, operation, began, .. } = this;
                let question = CompareQuestion {
                    this: id,
                    kind,
                    operation,
                    began,
                    with,
                    range,
                    back_to: range.start.min(began - LOOK_BACK),
                    max_lines,
                    now: clock.now(),
                };
                compare_plan(
                    model.system.get_untracked(),
                    abilities.get_value(),
                    memory.get_value(),
                    question,
                )
            },
        );
        let report = shared_memo(move || progress.with(|it| it.report.clone()));
        let is_over = Memo::new(move |_| progress.with(|it| it.report.is_some() && !it.running));
        let now = Memo::new(move |_| {
            let updated = progress.with(|it| it.updated).max(model.progress.with(|it| it.updated));
            clock.second().floor_to(COMPARE_EVERY).max(updated.unwrap_or_default())
        });
        // Half of a job would differ from the other in all that has not come yet.
        let settled = Memo::new(move |old: Option<&Option<(Option<JobId>, Arc<CompareReport>)>>| {
            let with = with.get();
            let old = old.cloned().flatten().filter(|it| it.0 == with);
            match (report.get(), is_over.get()) {
                (Some(new), true) => Some((with, new)),
                (Some(_), false) => old,
                (None, _) => None,
            }
        });
        let other = Memo::new(move |_| {
            let report = settled.with(|it| it.as_ref()?.1.other.clone())?;
            let job = model.system.with(|it| assemble(it, &report.id, &report.evidence, now.get()));
            Some(Arc::new(Other { job, report }))
        });
        let is_open = Memo::new(move |_| {
            let is_other_open = other.with(|it| it.as_ref().is_some_and(|it| !has_ended(&it.job)));
            is_other_open || model.job.with(|it| !has_ended(it))
        });
        let as_of = Memo::new(move |_| is_open.get().then(|| now.get()));
        let comparison = Memo::new(move |_| {
            let now = as_of.get().unwrap_or_else(|| now.get_untracked());
            let (this, ours) = (model.job.get(), model.report.get());
            other.with(|it| {
                let it = it.as_ref()?;
                let this = Side { job: &this, evidence: &ours.evidence };
                let other = Side { job: &it.job, evidence: &it.report.evidence };
                Some(Arc::new(model.system.with(|system| compare(system, this, other, now))))
            })
        });
        Self { model, clock, with, this, progress, report, other, comparison, is_over, as_of, max_lines }
    }

    /// What is awaited.
    pub(super) fn waiting_words(self) -> String {
        let found = self.report.with(|it| it.as_ref().and_then(|it| it.found.clone()));
        match (self.this.get(), found.or_else(|| self.with.get())) {
            (None, _) => "Waiting for all that is known of this job …".to_owned(),
            (Some(_), Some(id)) => format!("Asking for {id} …"),
            (Some(this), None) => {
                let back_to = self.report.with(|it| it.as_ref().map(|it| it.looked_in.start));
                let back_to = back_to.filter(|it| *it < this.began);
                let back_to = back_to.map(|it| format!(", back to {}", wall(self.clock, it, this.began)));
                format!(
                    "Looking for the last good job{}{} …",
                    of_kind(&this.kind),
                    back_to.unwrap_or_default()
                )
            }
        }
    }

    /// Why it is this other job.
    pub(super) fn why_words(self) -> String {
        let is_named = self.with.with(Option::is_some);
        let is_this = self.is_itself();
        self.this.with(|this| match (this, self.other.get()) {
            (Some(_), Some(_)) if is_this => "with itself".to_owned(),
            (Some(_), Some(_)) if is_named => "with the job that was named".to_owned(),
            (Some(this), Some(other)) => {
                let does = self.model.system.with(|it| operation(it, &other.report.evidence));
                let task = this.operation.as_ref().filter(|_| does != this.operation);
                let but = task.map(|it| format!("; none that does {it}")).unwrap_or_default();
                format!("with the last good job{} before it{but}", of_kind(&this.kind))
            }
            (Some(_) | None, _) => String::new(),
        })
    }

    /// Whether the other job is the one that is looked at.
    pub(super) fn is_itself(self) -> bool {
        let id = self.model.report.with(|it| it.id.clone());
        self.other.with(|it| it.as_ref().is_some_and(|it| it.job.id == id))
    }

    /// When the other job was last asked for.
    pub(super) fn updated(self) -> Option<Timestamp> {
        self.progress.with(|it| it.updated)
    }
}
