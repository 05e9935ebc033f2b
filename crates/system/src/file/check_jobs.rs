//! What a file says of jobs that its types alone cannot forbid.

use domain::system::JobAttribute;

use super::check::{Checker, Place};
use super::{JobsFile, SystemFile};
use crate::pattern::Pattern;
use crate::shape::Notes;

/// Under these names something is told of every job where jobs are compared.
const TAKEN: [&str; 8] = ["caller", "domain", "host", "kind", "mode", "operation", "user", "version"];

impl<N: Notes> Checker<'_, N> {
    pub(super) fn kinds(&mut self, jobs: &JobsFile, file: &SystemFile) {
        let list = format_args!("jobs.kinds");
        let prefixes = jobs.kinds.iter().enumerate();
        self.unique(
            "prefix",
            prefixes.filter_map(|(i, it)| {
                Some((Place { list, i, member: "id_prefix", k: None }, it.id_prefix.as_deref()?))
            }),
        );
        let stages: Vec<_> = file.stages.iter().map(|it| it.id.as_str()).collect();
        for (i, kind) in jobs.kinds.iter().enumerate() {
            let at = format_args!("jobs.kinds[{i}]");
            if kind.id_prefix.is_none() && kind.tasks.is_empty() && kind.stage.is_none() {
                self.add(at, "says nothing of how such jobs are known", "write id_prefix, tasks or stage");
            }
            if let Some(stage) = &kind.stage {
                self.known(format_args!("{at}.stage"), "stages", stage, &stages);
            }
        }
    }

    pub(super) fn attributes(&mut self, jobs: &JobsFile) {
        let list = format_args!("jobs.attributes");
        let names = jobs.attributes.iter().enumerate();
        self.unique(
            "attribute",
            names.map(|(i, it)| (Place { list, i, member: "name", k: None }, it.name.as_str())),
        );
        for (i, attribute) in jobs.attributes.iter().enumerate() {
            let at = format_args!("{list}[{i}]");
            let name = attribute.name.as_str();
            if name.contains(':') || TAKEN.contains(&name) {
                self.add(
                    format_args!("{at}.name"),
                    format_args!("“{name}” cannot be told from other fields"),
                    "give it a name of its own, without a colon",
                );
            }
            if attribute.fields.is_empty() && attribute.patterns.is_empty() {
                self.add(at, "says nothing of where it is found", "write fields or patterns");
            }
            for (k, pattern) in attribute.patterns.iter().enumerate() {
                if Pattern::parse(&pattern.0).is_ok_and(|it| !it.names().eq([JobAttribute::CAPTURE])) {
                    self.add(
                        format_args!("{at}.patterns[{k}]"),
                        "must capture <value> and nothing else",
                        "write <value> for what is wanted and <_> for the rest, such as <_>: loading <value>",
                    );
                }
            }
        }
    }
}
