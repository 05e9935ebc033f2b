//! What is read off a waterfall, written out as pictures, and what must hold for any trace.

mod laws;
mod pictures;
mod work;

use std::sync::Arc;

use super::{Forest, Row, Rows, Shape};
use crate::testing::{evidence, pipeline};
use crate::time::TimeDelta;
use crate::trace::Trace;

/// Traces written out as in [`crate::testing`]; `t` in a row is short for 10:00:00 and so many seconds.
#[track_caller]
fn traces(text: &str) -> Vec<Trace> {
    let clock = |row: &str| match row.trim_start().strip_prefix('t').and_then(|it| it.split_once(' ')) {
        Some((secs, rest)) => {
            let millis = (secs.parse::<f64>().unwrap() * 1_000.0).round() as i64;
            let rest = rest.trim_start();
            format!("10:{:02}:{:02}.{:03} {rest}", millis / 60_000, millis / 1_000 % 60, millis % 1_000)
        }
        None => row.to_owned(),
    };
    let text: Vec<String> = text.lines().map(clock).collect();
    evidence(&pipeline(), &text.join("\n")).traces
}

#[track_caller]
fn forest(text: &str) -> Forest {
    Forest::new(&traces(text))
}

/// The rows as a person would see them: indented names, `+` folded, `!` failed, `?` parent missing, `@` circular.
fn picture(forest: &Forest, shape: &Shape) -> Vec<String> {
    let rows = Rows::of(forest, shape);
    let row = |it: usize| {
        let Some(Row::Span(place, depth)) = rows.get(it) else { panic!("no span in row {it}") };
        let marks = [
            (shape.is_folded(forest, place), '+'),
            (forest.is_error(place), '!'),
            (forest.lacks_parent(place), '?'),
            (forest.is_circular(place), '@'),
        ];
        let marks: String = marks.iter().filter(|it| it.0).map(|it| it.1).collect();
        assert_eq!(rows.row_of(place), Some(it));
        format!("{}{}{marks}", "  ".repeat(usize::from(depth)), forest.span(place).unwrap().name)
    };
    (0..rows.len()).map(row).collect()
}

fn secs(secs: f64) -> TimeDelta {
    TimeDelta::from_millis((secs * 1_000.0).round() as i64)
}

/// The name of the span at a place.
fn name(forest: &Forest, place: super::Place) -> String {
    forest.span(place).unwrap().name.to_string()
}

#[track_caller]
fn place(forest: &Forest, name: &str) -> super::Place {
    let is_it = |it: &super::Place| *forest.span(*it).unwrap().name == *name;
    forest.all().find(is_it).unwrap_or_else(|| panic!("no span {name}"))
}

fn text(value: &str) -> Arc<str> {
    Arc::from(value)
}
