//! What the explorer knows, step by step from the report to the rows; one memo a step, so that nothing is done twice.

use std::sync::Arc;

use domain::ids::JobId;
use domain::job::JobState;
use domain::jobs::{Field, Held, JobRow, RowFilter, Rows, StateCounts, filled_fields, sorted};
use domain::system::System;
use domain::time::{RangeSpec, Timestamp};
use domain::view_state::{Filter, FilterOp, Sort, Tab};
use inquiry::jobs::JobsReport;
use leptos::prelude::*;

use crate::net::Progress;
use crate::state::{Clock, Memo, View, shared_memo, use_clock, use_system, use_view};

/// What the list is of: when it changes, the list is a new one.
type Key = ((Vec<Filter>, String), Option<Sort>, RangeSpec, u32);

/// A handle on everything that the parts of the page draw.
#[derive(Clone, Copy)]
pub(super) struct Model {
    pub(super) view: View,
    pub(super) clock: Clock,
    pub(super) system: Memo<Arc<System>>,
    pub(super) progress: Signal<Progress<JobsReport>>,
    pub(super) report: Memo<Option<Arc<JobsReport>>>,
    /// Every job of the report.
    pub(super) all: Memo<Rows>,
    /// The instant that the report is of: what `now` means for durations that still grow.
    pub(super) now: Memo<Timestamp>,
    pub(super) filter: Memo<RowFilter>,
    /// The jobs that pass every filter but those of the state.
    pub(super) of_any_state: Memo<Rows>,
    /// The jobs that pass every filter, in the order of the view.
    pub(super) passing: Memo<Rows>,
    /// Counts of them, whatever the state.
    pub(super) counts: Memo<StateCounts>,
    /// What is listed; while somebody reads, new jobs wait and what no longer passes stays.
    pub(super) shown: Memo<Held<Key>>,
    /// Fields that at least one job fills.
    pub(super) fields: Memo<Vec<Field>>,
    /// The job that the keyboard is on.
    pub(super) active: RwSignal<Option<JobId>>,
    /// How far the list is scrolled, in CSS pixels.
    pub(super) scroll_px: RwSignal<f64>,
    /// Raised to let in what waits and let go what no longer belongs.
    pub(super) let_in: RwSignal<u32>,
    pub(super) max_lines: RwSignal<usize>,
}

impl Model {
    pub(super) fn new(progress: Signal<Progress<JobsReport>>, max_lines: RwSignal<usize>) -> Self {
        let (view, clock, system) = (use_view(), use_clock(), use_system());
        let report = shared_memo(move || progress.with(|it| it.report.clone()));
        let all = shared_memo(move || {
            report.with(|it| it.as_ref().map_or_else(Rows::default, |it| it.rows.clone()))
        });
        let now = Memo::new(move |_| progress.with(|it| it.updated).unwrap_or_else(|| clock.now()));
        let question = view.part(|it| (it.filters.clone(), it.query.clone()));
        let filter = Memo::new(move |_| question.with(|(filters, query)| RowFilter::new(filters, query)));
        let order = view.part(|it| it.sort.clone());
        let last = StoredValue::new(None::<(Rows, Timestamp, RowFilter, Rows)>);
        let of_any_state = shared_memo(move || {
            let (all, now, filter) = (all.get(), now.get(), filter.get().without(Field::State));
            // While a text is typed, only what passed so far can pass.
            let is_further = |it: &(Rows, Timestamp, RowFilter, Rows)| {
                Arc::ptr_eq(&it.0, &all) && it.1 == now && filter.narrows(&it.2)
            };
            let from = last.with_value(|it| it.as_ref().filter(|it| is_further(it)).map(|it| it.3.clone()));
            let from = from.unwrap_or_else(|| all.clone());
            let rows = filter.of(&from, now);
            last.set_value(Some((all, now, filter, rows.clone())));
            rows
        });
        let passing = shared_memo(move || {
            let now = now.get();
            let rows = of_any_state.with(|it| filter.get().only(Field::State).of(it, now));
            system.with(|system| order.with(|order| sorted(rows, order.as_ref(), system, now)))
        });
        let counts = Memo::new(move |_| of_any_state.with(|it| StateCounts::of(it.iter())));
        let fields = Memo::new(move |_| system.with(|system| all.with(|it| filled_fields(system, it))));
        let (active, scroll_px) = (RwSignal::new(None::<JobId>), RwSignal::new(0.0));
        let let_in = RwSignal::new(0_u32);
        let is_read = Memo::new(move |_| scroll_px.get() > 1.0 || active.with(Option::is_some));
        let range = view.part(|it| it.range);
        let shown = Memo::new_with_compare(
            move |old: Option<&Held<Key>>| {
                let key = (question.get(), order.get(), range.get(), let_in.get());
                all.with(|all| passing.with(|rows| Held::next(old, all, rows, key, is_read.get())))
            },
            |old, new| old.zip(new).is_none_or(|(old, new)| !old.is_same(new)),
        );
        Self {
            view,
            clock,
            system,
            progress,
            report,
            all,
            now,
            filter,
            of_any_state,
            passing,
            counts,
            shown,
            fields,
            active,
            scroll_px,
            let_in,
            max_lines,
        }
    }

    /// Whether answers are awaited.
    pub(super) fn is_waiting(self) -> bool {
        self.progress.with(|it| it.running || (it.report.is_none() && it.updated.is_none()))
    }

    /// Whether all of the time was read.
    pub(super) fn is_complete(self) -> bool {
        self.report.with(|it| it.as_ref().is_some_and(|it| it.is_complete()))
    }

    /// A value of a field as a person reads it: a failure, of which the address has the key, by what it says.
    pub(super) fn value_title(self, field: Field, value: &str) -> String {
        let failure = |row: &Arc<JobRow>| {
            row.failure
                .as_ref()
                .filter(|_| row.failure_key.as_deref() == Some(value))
                .map(ToString::to_string)
        };
        let known = self.all.with(|it| it.iter().filter(|_| field == Field::Failure).find_map(failure));
        known.unwrap_or_else(|| self.system.with(|it| field.value_title(it, value).into_owned()))
    }

    /// Adds a filter to the view, unless it is there.
    pub(super) fn add_filter(self, filter: Filter) {
        self.view.push(|it| {
            if !it.filters.contains(&filter) {
                it.filters.push(filter);
            }
        });
    }

    /// The address of the list with these filters in the place of those of states and failures, and of what the same
    /// fields were said to be.
    pub(super) fn list_href(self, filters: &[Filter]) -> String {
        let is_replaced = |it: &Filter| {
            [Field::State.word(), Field::Failure.word()].contains(&it.field.as_str())
                || it.op == FilterOp::Is && filters.iter().any(|new| new.field == it.field)
        };
        self.view.href(|it| {
            it.tab = Tab::default();
            it.filters.retain(|it| !is_replaced(it));
            it.filters.extend_from_slice(filters);
        })
    }

    /// Whether only some states are shown and this is one of them; of `None`, whether all are.
    pub(super) fn shows_state(self, state: Option<JobState>) -> bool {
        self.view.state().with(|it| {
            let mut states = it.filters.iter().filter(|it| is_state(it));
            match state {
                Some(state) => states.any(|it| it.value == state.name()),
                None => states.next().is_none(),
            }
        })
    }

    /// Shows only jobs of this state; all where it is `None`, or is the only one that is shown already. With `and_others`
    /// the other states that are shown stay, and this one comes or goes.
    pub(super) fn toggle_state(self, state: Option<JobState>, and_others: bool) {
        self.view.push(|it| {
            let (before, others): (Vec<Filter>, Vec<Filter>) =
                std::mem::take(&mut it.filters).into_iter().partition(is_state);
            it.filters = others;
            let Some(wanted) = state.map(|it| is_filter(Field::State, it.name())) else { return };
            let is_off = if and_others { before.contains(&wanted) } else { before == [wanted.clone()] };
            if and_others {
                it.filters.extend(before.into_iter().filter(|it| *it != wanted));
            }
            it.filters.extend((!is_off).then_some(wanted));
        });
    }

    /// Sorts by a column; again, the other way round; the newest first is the list's own order.
    pub(super) fn sort_by(self, field: Field) {
        let starts_high = field.is_number() || matches!(field, Field::Start | Field::State | Field::Timeline);
        let own = Sort { column: Field::Start.word().to_owned(), descending: true };
        self.view.replace(|it| {
            let now = it.sort.clone().unwrap_or_else(|| own.clone());
            let descending = if now.column == field.word() { !now.descending } else { starts_high };
            let next = Sort { column: field.word().to_owned(), descending };
            it.sort = (next != own).then_some(next);
        });
    }

    /// Whether the list is sorted by a column, and if it is, whether the greatest comes first.
    pub(super) fn sorted_by(self, field: Field) -> Option<bool> {
        self.view.state().with(|it| match &it.sort {
            Some(order) => (order.column == field.word()).then_some(order.descending),
            None => (field == Field::Start).then_some(true),
        })
    }

    /// Where the job that the keyboard is on stands in the list.
    pub(super) fn active_row(self) -> Option<usize> {
        let id = self.active.get()?;
        self.shown.with(|it| it.rows.iter().position(|it| it.id == id))
    }
}

/// A filter for one value of a field.
pub(super) fn is_filter(field: Field, value: &str) -> Filter {
    Filter { field: field.word().to_owned(), op: FilterOp::Is, value: value.to_owned() }
}

fn is_state(filter: &Filter) -> bool {
    filter.field == Field::State.word() && filter.op == FilterOp::Is
}
