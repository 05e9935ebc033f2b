//! How a file with traces is read, and what is made of it.

use std::sync::Arc;

use domain::ids::JobId;
use domain::job::Evidence;
use domain::system::{Role, System, fields_for};
use domain::trace::Trace;
use domain::view_state::{Tab, WaterfallView};
use domain::warning::Warning;
use inquiry::job::{JobReport, KeyKind};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::file::{Opened, OpenedFiles};
use crate::net::read_trace_file;
use crate::state::{Clock, Memo, View};

/// A file that a person chose, and what it takes to show it.
pub struct ToOpen {
    pub(super) file: web_sys::File,
    pub(super) opened: OpenedFiles,
    pub(super) view: View,
    pub(super) clock: Clock,
    pub(super) system: Memo<Arc<System>>,
}

impl ToOpen {
    /// Reads it; what it holds is shown then.
    pub fn read(self) {
        let Self { file, opened, view, clock, system } = self;
        spawn_local(async move {
            let name = file.name();
            let outcome = read_trace_file(&file).await;
            opened.is_reading.try_set(false);
            match outcome {
                Ok((traces, warnings)) => {
                    let id =
                        system.with_untracked(|it| job_of(&traces, fields_for(&it.spans.roles, Role::Job)));
                    let searched = clock.range().get_untracked();
                    let report = report(id, traces, warnings, searched);
                    view.replace(|it| {
                        it.tab = Tab::Trace;
                        (it.trace, it.span, it.line) = (None, None, None);
                        it.waterfall = WaterfallView::default();
                    });
                    opened.file.try_set(Some(Opened { name, report: Arc::new(report) }));
                }
                Err(error) => {
                    let what = format!("{}: {name}", error.what);
                    opened.trouble.try_set(Some((what, error.next_step)));
                }
            }
        });
    }
}

/// The job that a span names, else the trace.
fn job_of(traces: &[Trace], fields: &[String]) -> JobId {
    let mut spans = traces.iter().flat_map(|it| &it.spans);
    let named = spans.clone().find_map(|it| it.attr(fields)).map(ToString::to_string);
    named.or_else(|| spans.next().map(|it| it.trace.to_string())).unwrap_or_default().into()
}

fn report(
    id: JobId,
    traces: Vec<Trace>,
    warnings: Vec<Warning>,
    searched: domain::time::TimeRange,
) -> JobReport {
    JobReport {
        id,
        key_kind: KeyKind::Trace,
        evidence: Arc::new(Evidence { traces, ..Evidence::default() }),
        searched,
        pending: Vec::new(),
        failures: Vec::new(),
        asked: Vec::new(),
        warnings,
    }
}
