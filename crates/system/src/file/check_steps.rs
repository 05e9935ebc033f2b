//! What is wrong with a checklist beyond its types: members that do not belong to the kind of step, and names that
//! point nowhere.

use std::fmt;

use super::SystemFile;
use super::steps::{StepFile, StepKind};
use crate::mistake::Notes;

/// Adds every such mistake to those that were found before.
pub(super) fn find(file: &SystemFile, notes: &mut impl Notes) {
    for (i, list) in file.debug.iter().flatten().enumerate() {
        for (k, step) in list.steps.iter().enumerate() {
            check(file, step, format_args!("debug[{i}].steps[{k}]"), notes);
        }
    }
}

fn check(file: &SystemFile, step: &StepFile, at: fmt::Arguments<'_>, notes: &mut impl Notes) {
    let takes_lines = match step.kind {
        StepKind::Logs | StepKind::OneIdPerStep => Some(true),
        StepKind::ServiceRate | StepKind::ChangedBefore => Some(false),
        StepKind::JobLines
        | StepKind::Trace
        | StepKind::Spans
        | StepKind::Metrics
        | StepKind::SameError
        | StepKind::FixedSince
        | StepKind::ContextLeak
        | StepKind::Profile
        | StepKind::Command => None,
    };
    let is_metrics = step.kind == StepKind::Metrics;
    let members = [
        ("lines", step.lines.is_some(), takes_lines.is_some(), takes_lines == Some(true)),
        ("spans", step.spans.is_some(), step.kind == StepKind::Spans, step.kind == StepKind::Spans),
        ("metrics", !step.metrics.is_empty(), is_metrics, is_metrics),
        ("profiles", !step.profiles.is_empty(), step.kind == StepKind::Profile, false),
    ];
    for (name, is_there, belongs, must) in members {
        if is_there && !belongs {
            notes.mistake(
                format_args!("{at}.{name}"),
                "does not belong to this kind of step",
                "leave it out, or change the kind",
            );
        } else if must && !is_there {
            notes.mistake(format_args!("{at}.{name}"), "is missing", "say what the step looks for");
        }
    }
    if step.kind == StepKind::Command && step.commands.is_empty() && step.links.is_empty() {
        notes.mistake(at, "does nothing", "add commands or links, or choose another kind");
    }
    for (k, metric) in step.metrics.iter().enumerate() {
        let at = format_args!("{at}.metrics[{k}]");
        match metric.role {
            Some(role) if !file.metrics.iter().any(|it| it.role == role) => notes.mistake(
                format_args!("{at}.role"),
                "is the role of none of this file's metrics",
                "add it to metrics, or write names, kind and title here",
            ),
            Some(_) => {}
            None => {
                let needed = [
                    ("names", !metric.names.is_empty()),
                    ("kind", metric.kind.is_some()),
                    ("title", metric.title.is_some()),
                ];
                for (name, _) in needed.into_iter().filter(|(_, is_there)| !is_there) {
                    notes.mistake(
                        format_args!("{at}.{name}"),
                        "is missing",
                        "add it, or name the role of one of this file's metrics",
                    );
                }
            }
        }
    }
}
