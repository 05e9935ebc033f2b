//! What the job page knows, step by step from the report to the rows; one memo a step, so that nothing is done twice.

use std::sync::Arc;

use domain::diagnosis::{Cause, Surroundings};
use domain::job::{Evidence, Job, JobState, Origin, assemble};
use domain::logs::{LineKey, LogRecord};
use domain::system::System;
use domain::time::{TimeDelta, Timestamp};
use domain::timeline::Folding;
use domain::trace::Span;
use domain::view_state::{Switch, alternatives};
use inquiry::job::JobReport;
use leptos::prelude::*;

use super::lines::{first_line_of, in_time_order, matches};
use crate::net::Progress;
use crate::state::{Memo, View, shared_memo, use_clock, use_system, use_view};

/// A handle on everything that the panels of the page draw.
#[derive(Clone, Copy)]
pub(super) struct Model {
    pub(super) view: View,
    pub(super) system: Memo<Arc<System>>,
    /// The newest report and whether more is awaited.
    pub(super) progress: Signal<Progress<JobReport>>,
    /// The newest report; an empty one before there is any.
    pub(super) report: Memo<Arc<JobReport>>,
    /// Its evidence: the same while no report brings more.
    pub(super) evidence: Memo<Arc<Evidence>>,
    /// Now, moving while the job has not ended.
    pub(super) now: Memo<Timestamp>,
    pub(super) job: Memo<Arc<Job>>,
    /// What is around its trouble, once it is known.
    pub(super) surroundings: RwSignal<Arc<Surroundings>>,
    /// Why it is in trouble, the likeliest first; the one cause may be that nothing says why.
    pub(super) causes: Memo<Vec<Cause>>,
    /// The same; `None` before it is found out, and for a job that is well.
    pub(super) diagnosis: RwSignal<Option<Vec<Cause>>>,
    /// The likeliest cause, where one is known.
    pub(super) cause: Memo<Option<Cause>>,
    pub(super) folding: Memo<Folding>,
    /// Places of all lines in the report, in time order.
    order: Memo<Arc<Vec<usize>>>,
    /// Places of the lines that pass the filters, in time order.
    pub(super) rows: Memo<Arc<Vec<usize>>>,
    /// What is shown in full: what is selected, else what the job failed of.
    pub(super) shown: Memo<Option<Origin>>,
    /// Whether a narrow screen shows the detail as a sheet.
    pub(super) sheet_is_open: RwSignal<bool>,
}

/// A job, and what it was put together from.
#[derive(Clone, PartialEq)]
struct Judged {
    at: Timestamp,
    evidence: Arc<Evidence>,
    job: Arc<Job>,
}

/// While a job has not ended, how often it is judged anew without new evidence: it may have become stuck.
const JUDGE_EVERY: TimeDelta = TimeDelta::from_secs(10);

impl Model {
    pub(super) fn new(progress: Signal<Progress<JobReport>>, nothing: JobReport) -> Self {
        let (view, clock, system) = (use_view(), use_clock(), use_system());
        let nothing = Arc::new(nothing);
        let report =
            shared_memo(move || progress.with(|it| it.report.clone()).unwrap_or_else(|| nothing.clone()));
        // The very same one while it says the same: by that it is known below.
        let evidence = Memo::new_with_compare(
            move |before: Option<&Arc<Evidence>>| {
                let new = report.with(|it| it.evidence.clone());
                before.filter(|it| **it == new).cloned().unwrap_or(new)
            },
            |old, new| !old.zip(new).is_some_and(|(old, new)| Arc::ptr_eq(old, new)),
        );
        let judged_at = Memo::new(move |_| {
            let updated = progress.with(|it| it.updated);
            clock.second().floor_to(JUDGE_EVERY).max(updated.unwrap_or_default())
        });
        let id = Memo::new(move |_| report.with(|it| it.id.clone()));
        let judged = Memo::new(move |before: Option<&Judged>| {
            let (id, evidence, at) = (id.get(), evidence.get(), judged_at.get());
            // Time changes nothing about a job that has ended, and a little time nothing about any other.
            let as_before = |it: &&Judged| {
                let is_same = it.job.id == id && Arc::ptr_eq(&it.evidence, &evidence);
                is_same && (has_ended(&it.job) || at.floor_to(JUDGE_EVERY) == it.at.floor_to(JUDGE_EVERY))
            };
            before.filter(as_before).cloned().unwrap_or_else(|| {
                let job = system.with(|it| Arc::new(assemble(it, &id, &evidence, at)));
                Judged { at, evidence, job }
            })
        });
        let job = Memo::new(move |_| judged.with(|it| it.job.clone()));
        let is_open = Memo::new(move |_| job.with(|it| !has_ended(it)) && evidence.with(|it| !it.is_empty()));
        let now = Memo::new(move |_| if is_open.get() { clock.second() } else { judged_at.get() });
        let surroundings = RwSignal::new(Arc::<Surroundings>::default());
        let diagnosis = RwSignal::new(None);
        let causes: Memo<Vec<Cause>> = Memo::new(move |_| diagnosis.get().unwrap_or_default());
        let cause = Memo::new(move |_| causes.with(|it| it.first().filter(|it| !it.is_unknown()).cloned()));
        let is_idle_shown = view.part(|it| it.waterfall.is_on(Switch::Idle));
        let folding = Memo::new(move |_| if is_idle_shown.get() { Folding::Off } else { Folding::On });

        let order = Memo::new(move |_| evidence.with(|it| Arc::new(in_time_order(&it.lines))));
        let (text, filters) = (view.part(|it| it.query.clone()), view.part(|it| it.filters.clone()));
        let rows = Memo::new(move |_| {
            let (text, filters) = (text.get(), filters.get());
            let groups = alternatives(&filters);
            evidence.with(|it| {
                let passes =
                    |idx: &usize| it.lines.get(*idx).is_some_and(|line| matches(line, &text, &groups));
                Arc::new(order.with(|order| order.iter().copied().filter(passes).collect::<Vec<_>>()))
            })
        });

        let selected = view.part(|it| match (it.line, it.trace, it.span) {
            (Some(line), _, _) => Some(Origin::Line(line)),
            (None, Some(trace), Some(span)) => Some(Origin::Span(trace, span)),
            (None, _, _) => None,
        });
        let shown = Memo::new(move |_| selected.get().or_else(|| job.with(|it| telling_piece(it))));
        let sheet_is_open = RwSignal::new(selected.get_untracked().is_some());
        Self {
            view,
            system,
            progress,
            report,
            evidence,
            now,
            job,
            surroundings,
            diagnosis,
            causes,
            cause,
            folding,
            order,
            rows,
            shown,
            sheet_is_open,
        }
    }

    /// Selects a span or a line; the address says so.
    pub(super) fn select(self, what: Origin) {
        self.view.replace(|it| match what {
            Origin::Span(trace, span) => (it.trace, it.span, it.line) = (Some(trace), Some(span), None),
            Origin::Line(line) => (it.trace, it.span, it.line) = (None, None, Some(line)),
            Origin::Inferred => {}
        });
    }

    /// Lets the selection go.
    pub(super) fn clear(self) {
        self.sheet_is_open.set(false);
        self.view.replace(|it| (it.trace, it.span, it.line) = (None, None, None));
    }

    /// The line at a row of the list.
    pub(super) fn row(self, row: usize) -> Option<LogRecord> {
        let idx = self.rows.with(|it| it.get(row).copied())?;
        self.evidence.with(|it| it.lines.get(idx).cloned())
    }

    /// The row at which a line stands, if it passes the filters.
    pub(super) fn row_of(self, key: LineKey) -> Option<usize> {
        self.evidence.with(|it| {
            let is_it = |idx: &usize| it.lines.get(*idx).is_some_and(|line| line.key == key);
            self.rows.with(|rows| rows.iter().position(is_it))
        })
    }

    /// The row that the list should show: the selected line, or the first line of the selected span.
    pub(super) fn row_to_reveal(self) -> Option<usize> {
        let shown = self.shown.get()?;
        let key = self.evidence.with(|it| {
            let span = find_span(it, shown);
            self.order.with(|order| first_line_of(&it.lines, order, shown, span))
        })?;
        self.row_of(key)
    }

    /// Does something with all lines in time order.
    pub(super) fn with_lines<T>(self, run: impl FnOnce(&[&LogRecord]) -> T) -> T {
        self.evidence.with(|it| {
            let lines: Vec<_> =
                self.order.with(|order| order.iter().filter_map(|idx| it.lines.get(*idx)).collect());
            run(&lines)
        })
    }

    /// Whether anything is known about the job.
    pub(super) fn has_evidence(self) -> bool {
        self.evidence.with(|it| !it.is_empty())
    }

    /// Whether answers are awaited.
    pub(super) fn is_waiting(self) -> bool {
        self.progress.with(|it| it.running || (it.report.is_none() && it.updated.is_none()))
    }
}

/// Whether a job has come to its end.
pub(super) fn has_ended(job: &Job) -> bool {
    match job.state {
        JobState::Done | JobState::Failed => true,
        JobState::Unknown => job.ended.is_some(),
        JobState::Queued | JobState::Running | JobState::Stuck => false,
    }
}

/// The piece of evidence that a person came for, where nothing is selected: the attempt that the job failed of.
fn telling_piece(job: &Job) -> Option<Origin> {
    let failure = job.failure.as_ref()?;
    let stage = job.stages.iter().find(|it| Some(&it.stage) == failure.stage.as_ref());
    let attempt = stage.and_then(|it| it.attempts.last()).map(|it| it.from);
    let piece = attempt.filter(|it| matches!(it, Origin::Span(..))).unwrap_or(failure.from);
    match piece {
        Origin::Span(..) | Origin::Line(_) => Some(piece),
        Origin::Inferred => None,
    }
}

/// The span behind an origin, if it is one.
pub(super) fn find_span(evidence: &Evidence, origin: Origin) -> Option<&Span> {
    match origin {
        Origin::Span(trace, id) => {
            evidence.traces.iter().flat_map(|it| &it.spans).find(|it| it.trace == trace && it.id == id)
        }
        Origin::Line(_) | Origin::Inferred => None,
    }
}

/// The line behind an origin, if it is one.
pub(super) fn find_line(evidence: &Evidence, origin: Origin) -> Option<&LogRecord> {
    match origin {
        Origin::Line(key) => evidence.lines.iter().find(|it| it.key == key),
        Origin::Span(..) | Origin::Inferred => None,
    }
}
