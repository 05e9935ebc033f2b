//! How long jobs took over time; brushing narrows time and duration.

use std::sync::Arc;
use std::time::Duration;

use charts::{Dot, DotShape, DotTone, Scatter, Zone};
use domain::job::JobState;
use domain::jobs::{Field, JobRow, Rows};
use domain::time::{RangeSpec, TimeDelta};
use domain::view_state::{Filter, FilterOp};
use leptos::prelude::*;

use super::list::open_job;
use super::model::Model;
use crate::components::scatter::{Brushed, ScatterPlot};
use crate::pages::lifts::count_words;
use crate::state::{Memo, effect, shared_memo};

/// How far the dots are behind the rows.
const BEHIND: Duration = Duration::from_millis(60);

#[component]
pub(super) fn Dots(model: Model) -> impl IntoView {
    // Whoever types a filter sees the rows first.
    let passing = a_moment_later(model.passing);
    // Failures last, so that they lie above.
    let order = shared_memo(move || {
        let mut rows =
            passing.with(|it| it.iter().filter(|it| it.start_is_told).cloned().collect::<Vec<_>>());
        rows.sort_by_key(|it| (look(it.state).1, it.start));
        Arc::new(rows)
    });
    let scatter = Memo::new(move |_| {
        let (now, range) = (model.now.get(), model.clock.range().get());
        let zone = Zone {
            offset_secs: model.clock.offset_secs(range.end),
            label: model.clock.zone_name(range.end).into(),
        };
        let dot = |row: &Arc<JobRow>| {
            let (shape, tone) = look(row.state);
            Dot { at: row.start, length: row.total(now), shape, tone }
        };
        Some(Arc::new(Scatter { range, zone, dots: order.with(|it| it.iter().map(dot).collect()) }))
    });
    let summary = move || {
        let counts = model.counts.get();
        let n = order.with(|it| it.len());
        format!("How long {n} jobs took, by when they began; {} failed", counts.get(JobState::Failed))
    };
    let note = move || {
        let n = passing.with(|it| it.len()).saturating_sub(order.with(|it| it.len()));
        let (jobs, are) = if n == 1 { ("job", "is") } else { ("jobs", "are") };
        let which = if model.is_complete() { "that began before" } else { "whose beginning was not read" };
        if n == 0 { String::new() } else { format!("{} {jobs} {which} {are} not drawn", count_words(n)) }
    };
    let brush = move |brushed: Brushed| {
        model.view.push(|it| {
            it.range = RangeSpec::fixed(brushed.range);
            if let Some((shortest, longest)) = brushed.lengths {
                it.filters.retain(|it| it.field != Field::Duration.word());
                it.filters.push(duration(FilterOp::Least, shortest));
                it.filters.push(duration(FilterOp::Most, longest));
            }
        });
    };
    let at = move |place: usize| order.with_untracked(|it| it.get(place).cloned());
    let words = move |place: usize| {
        let Some(row) = at(place) else { return String::new() };
        let total = row.total(model.now.get_untracked());
        let error = row.error_code.as_ref().map(|it| format!(" · {it}")).unwrap_or_default();
        format!("{} · {} · {total}{error}", row.id, row.state.name())
    };
    let open = move |place: usize| {
        if let Some(row) = at(place) {
            open_job(model, &row.id);
        }
    };
    view! {
        <section class="card jobs-scatter" aria-label="Duration over time">
            <ScatterPlot summary=Signal::derive(summary) model=scatter note=Signal::derive(note) on_brush=brush on_open=open words=words />
        </section>
    }
}

/// Follows rows a little behind, so that what is read first is painted before the dots are made anew.
fn a_moment_later(rows: Memo<Rows>) -> RwSignal<Rows> {
    let later = RwSignal::new(rows.get_untracked());
    let waits = StoredValue::new(false);
    let follow = move || {
        // Gone before it was due, it has no signals any more.
        if let Some(rows) = rows.try_get_untracked() {
            waits.set_value(false);
            later.set(rows);
        }
    };
    effect(move |_| {
        rows.track();
        if !waits.get_value() {
            waits.set_value(true);
            set_timeout(follow, BEHIND);
        }
    });
    later
}

/// A filter for durations, in seconds with as many digits as matter.
fn duration(op: FilterOp, length: TimeDelta) -> Filter {
    let secs = length.as_secs_f64();
    let value = if secs < 1.0 { format!("{secs:.3}") } else { format!("{secs:.1}") };
    Filter { field: Field::Duration.word().to_owned(), op, value }
}

/// State by shape, then by colour.
const fn look(state: JobState) -> (DotShape, DotTone) {
    match state {
        JobState::Done => (DotShape::Square, DotTone::Quiet),
        JobState::Unknown | JobState::Queued => (DotShape::Ring, DotTone::Quiet),
        JobState::Running => (DotShape::Ring, DotTone::Accent),
        JobState::Stuck => (DotShape::Triangle, DotTone::Warn),
        JobState::Failed => (DotShape::Cross, DotTone::Fail),
    }
}
