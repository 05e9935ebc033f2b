//! Which version of a service ran when, as its spans tell.

use backends::tempo::traceql::{Field, Filter, SpanQuery};
use backends::tempo::{Search, SearchAnswer};
use domain::debug::FailedSpan;
use domain::fingerprint::VersionSeen;
use domain::system::{Role, System, fields_for};
use domain::time::TimeRange;

/// A search for spans of a service with their versions, of those alone that pass `more`, one a trace; `None` where no
/// span tells its version.
pub(crate) fn search(
    system: &System,
    service: &str,
    more: Option<Filter>,
    range: TimeRange,
    limit: u32,
) -> Option<Search> {
    let fields = fields_for(&system.spans.roles, Role::Version);
    let select: Vec<Field> = fields.iter().map(|it| Field::Any(it.clone())).collect();
    let filter = Filter::All(std::iter::once(of_service(system, service)).chain(more).collect());
    let query = SpanQuery { filter, select };
    (!fields.is_empty()).then_some(Search { query, range, limit, spans_per_trace: 1 })
}

/// Spans of a service, under whatever name (OpenTelemetry: `service.name` of the resource).
pub(crate) fn of_service(system: &System, service: &str) -> Filter {
    let field = Field::Resource("service.name".to_owned());
    let known = system.service_named(service);
    let names = known.map(|it| std::iter::once(&it.name).chain(&it.aliases).cloned().collect());
    let names: Vec<String> = names.unwrap_or_else(|| vec![service.to_owned()]);
    let mut any: Vec<Filter> = names.iter().map(|it| Filter::is(&field, it)).collect();
    if any.len() == 1 { any.remove(0) } else { Filter::Any(any) }
}

/// What a search found, span by span.
pub(crate) fn spans<'a>(
    system: &'a System,
    found: &'a SearchAnswer,
) -> impl Iterator<Item = FailedSpan> + 'a {
    found.traces.iter().flat_map(move |trace| {
        trace.spans.iter().map(move |it| {
            let ids = (trace.summary.id, it.id);
            FailedSpan::read(system, ids, it.name.as_deref(), (it.start, it.duration), &it.attributes)
        })
    })
}

/// The versions that a search found, each with the instant of its span and its trace.
pub(crate) fn told<'a>(
    system: &'a System,
    found: &'a SearchAnswer,
) -> impl Iterator<Item = VersionSeen> + 'a {
    spans(system, found)
        .filter_map(|it| Some(VersionSeen { at: it.start, version: it.version?, trace: Some(it.trace) }))
}
