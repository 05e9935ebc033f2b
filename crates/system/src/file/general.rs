//! The steps of a deployment whose file names none: those that help anywhere.

use super::SystemFile;
use super::steps::{ChecklistFile, StepFile, StepKind};
use crate::mistake::IsWrong;
use crate::shape::{Path, ReadFile, Shape};

/// As a system file would write them.
const STEPS: &str = include_str!("general.json");

/// The general steps, without those that look at what this deployment does not have.
pub(super) fn checklists(file: &SystemFile) -> Vec<ChecklistFile> {
    let mut is_wrong = IsWrong::default();
    let json = is_wrong.json(STEPS);
    let lists = json.and_then(|it| Vec::<ChecklistFile>::read(&it, Path::File, &mut is_wrong));
    let mut lists = lists.unwrap_or_default();
    for list in &mut lists {
        list.steps.retain_mut(|step| belongs(file, step));
    }
    lists
}

fn belongs(file: &SystemFile, step: &mut StepFile) -> bool {
    match step.kind {
        StepKind::Trace | StepKind::Spans => file.spans.is_some(),
        StepKind::Metrics => {
            step.metrics.retain(|it| file.metrics.iter().any(|has| Some(has.role) == it.role));
            !step.metrics.is_empty()
        }
        // What metrics tell better.
        StepKind::ServiceRate => file.metrics.is_empty(),
        StepKind::JobLines
        | StepKind::Logs
        | StepKind::SameError
        | StepKind::ChangedBefore
        | StepKind::FixedSince
        | StepKind::OneIdPerStep
        | StepKind::ContextLeak
        | StepKind::Profile
        | StepKind::Command => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::file::parse;

    fn titles(members: &str) -> Vec<String> {
        let text = format!(
            r#"{{ "name": "a", "title": "A", "logs": {{ "selectors": ["{{app=`a`}}"], "formats": [{{ "format": "json" }}] }} {members} }}"#
        );
        let system = parse(&text).unwrap().system;
        system.debug.into_iter().flat_map(|it| it.steps).map(|it| it.title).collect()
    }

    #[test]
    fn whoever_names_no_steps_gets_those_that_can_be_run() {
        let of_lines = titles("");
        assert_eq!(of_lines.len(), 5, "{of_lines:?}");
        let of_all = titles(
            r#", "spans": {}, "metrics": [{ "role": "queue_depth", "names": ["q"], "kind": "gauge", "title": "Queue" }]"#,
        );
        assert_eq!(of_all.len(), 7, "{of_all:?}");
        assert!(of_all.contains(&"Its trace".to_owned()) && !of_lines.contains(&"Its trace".to_owned()));
        assert!(titles(r#", "debug": []"#).is_empty());
    }
}
