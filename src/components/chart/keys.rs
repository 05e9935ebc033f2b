//! The keyboard on a chart: arrows move the crosshair, `+` and `-` zoom, Enter opens an exemplar, Escape lets go.

use charts::{Direction, neighbour};
use domain::time::{TimeDelta, TimeRange, Timestamp};
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::shared::Chart;

/// How many samples an arrow with Shift goes.
const LEAP: usize = 10;
/// How far from the crosshair Enter looks for an exemplar.
const EXEMPLAR_REACH_CSS_PX: i64 = 12;

pub(super) fn on_key(chart: Chart, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let n_steps = if event.shift_key() { LEAP } else { 1 };
    let was_ours = match event.key().as_str() {
        "ArrowLeft" => go(chart, Direction::Earlier, n_steps),
        "ArrowRight" => go(chart, Direction::Later, n_steps),
        "Home" => jump(chart, |range| range.start),
        "End" => jump(chart, |range| range.end),
        "+" | "=" => zoom(chart, 0.5),
        "-" => zoom(chart, 2.0),
        "Enter" => open_exemplar(chart),
        "Escape" => let_go(chart),
        _ => None,
    };
    if was_ours.is_some() {
        event.prevent_default();
    }
}

/// Moves the crosshair by so many samples, each at least a pixel away.
fn go(chart: Chart, direction: Direction, n_steps: usize) -> Option<()> {
    let pixel = chart.pixel_length();
    let to = chart.with_model(|model, view| {
        let outside = match direction {
            Direction::Earlier => model.range.end + pixel,
            Direction::Later => model.range.start - pixel,
        };
        let inside = |it: &Timestamp| model.range.start <= *it && *it <= model.range.end;
        let from = chart.crosshair.get_untracked().filter(inside).unwrap_or(outside);
        let next = |at: &Timestamp| neighbour(model, view, *at, direction, pixel);
        std::iter::successors(next(&from), next).take(n_steps).last()
    })?;
    if to.is_some() {
        chart.move_crosshair(to);
    }
    Some(())
}

fn jump(chart: Chart, to: impl FnOnce(TimeRange) -> Timestamp) -> Option<()> {
    let to = chart.with_model(|model, view| charts::snap(model, view, to(model.range)))?;
    if to.is_some() {
        chart.move_crosshair(to);
    }
    Some(())
}

/// Asks for a range so many times as long, around the crosshair.
fn zoom(chart: Chart, factor: f64) -> Option<()> {
    let range = chart.with_model(|model, _| model.range)?;
    let half = TimeDelta::from_nanos(range.length().nanos() / 2);
    let middle =
        chart.crosshair.get_untracked().filter(|it| range.contains(*it)).unwrap_or(range.start + half);
    let scaled = |length: TimeDelta| TimeDelta::from_nanos((length.nanos() as f64 * factor) as i64);
    let (start, end) = (middle - scaled(middle - range.start), middle + scaled(range.end - middle));
    if end - start >= TimeDelta::from_secs(1) {
        chart.on_zoom.run(TimeRange { start, end });
    }
    Some(())
}

fn open_exemplar(chart: Chart) -> Option<()> {
    let at = chart.crosshair.get_untracked()?;
    let reach = chart.pixel_length().times(EXEMPLAR_REACH_CSS_PX);
    let distance = |time: Timestamp| (time - at).nanos().abs();
    let trace = chart.with_model(|model, _| {
        let near = model.exemplars.iter().filter(|it| distance(it.time) <= reach.nanos());
        near.min_by_key(|it| distance(it.time)).and_then(|it| it.trace)
    })??;
    chart.on_exemplar.run(trace);
    Some(())
}

fn let_go(chart: Chart) -> Option<()> {
    let was_held = chart.crosshair.get_untracked().is_some() || chart.selection.get_untracked().is_some();
    chart.selection.set(None);
    chart.move_crosshair(None);
    was_held.then_some(())
}
