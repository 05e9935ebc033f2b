//! What two jobs say about themselves, and say differently.

use std::collections::{BTreeMap, BTreeSet};

use super::Side;
use crate::fingerprint::{JobSample, own_fields};
use crate::job::Evidence;
use crate::number;
use crate::system::System;

/// How many times as much makes a number different.
const MUCH: f64 = 2.0;
/// Longer whole numbers are ids and times, not amounts.
const MAX_DIGITS: usize = 12;

/// What both jobs say, and say differently.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeDiff {
    /// What it is, such as `version`.
    pub name: String,
    /// What this job says; several values where its lines differ.
    pub this: Vec<String>,
    /// What the other says.
    pub other: Vec<String>,
    /// For numbers: this job's greatest as a multiple of the other's.
    pub times: Option<f64>,
}

/// By name: values that differ, and numbers that differ much.
pub(super) fn differences(system: &System, this: Side, other: Side) -> Vec<AttributeDiff> {
    let mut diffs: BTreeMap<String, AttributeDiff> = BTreeMap::new();
    let (ours, theirs) = (values(system, this), values(system, other));
    for (name, this) in &ours {
        let Some(other) = theirs.get(name).filter(|it| *it != this) else { continue };
        // Where they have a value in common, one of them only has more kinds of lines, and those are listed by themselves.
        if !other.is_disjoint(this) {
            continue;
        }
        let text = |it: &BTreeSet<String>| it.iter().cloned().collect();
        let diff = AttributeDiff { name: name.clone(), this: text(this), other: text(other), times: None };
        diffs.insert(name.clone(), diff);
    }
    let (ours, theirs) = (amounts(system, this), amounts(system, other));
    for (name, this) in &ours {
        let Some(other) = theirs.get(name) else { continue };
        let times = this / other;
        if times.is_finite() && (times >= MUCH || times <= 1.0 / MUCH) {
            let (this, other) = (vec![this.to_string()], vec![other.to_string()]);
            let diff = AttributeDiff { name: name.clone(), this, other, times: Some(times) };
            diffs.insert(name.clone(), diff);
        }
    }
    diffs.into_values().collect()
}

/// Values that jobs can have in common, by name; of spans only under their own names.
fn values(system: &System, side: Side) -> BTreeMap<String, BTreeSet<String>> {
    let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, value) in JobSample::of(system, side.job, side.evidence).attributes {
        values.entry(name.to_string()).or_default().insert(value.to_string());
    }
    values
}

/// The greatest number that a job's lines and spans give under each name.
fn amounts(system: &System, side: Side) -> BTreeMap<String, f64> {
    let own = own_fields(system);
    let mut amounts: BTreeMap<String, f64> = BTreeMap::new();
    let mut take = |name: &str, text: &str| {
        let is_amount = text.len() <= MAX_DIGITS && text.starts_with(|it: char| it.is_ascii_digit());
        let number = number::parse(text).filter(|it| is_amount && it.is_finite() && *it > 0.0);
        if let Some(number) = number.filter(|_| !own.contains(name)) {
            let greatest = amounts.entry(name.to_owned()).or_insert(number);
            *greatest = greatest.max(number);
        }
    };
    let Evidence { lines, traces, .. } = side.evidence;
    let id = &side.job.id;
    for line in lines.iter().filter(|it| it.roles.job.as_ref().is_none_or(|job| job == id)) {
        line.fields.iter().for_each(|(name, text)| take(name, text));
    }
    for span in traces.iter().flat_map(|it| &it.spans) {
        span.attributes.iter().for_each(|(name, value)| take(name, &value.to_string()));
    }
    amounts
}
