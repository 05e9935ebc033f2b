//! What has to be asked, and how it is put.

use backends::SourceKind;
use backends::loki::logql::{LogFunction, LogMetric, LogQuery};
use backends::prometheus::promql::Expr;
use backends::tempo::traceql::{Comparison, Field, Filter, Literal, SpanQuery};
use domain::system::{Family, MetricRole, Role, System, fields_for};
use domain::time::{TimeDelta, TimeRange};
use domain::trace::SpanKind;

use super::JobsInquiry;
use super::needles::{lines_query, submission_words};
use super::slices::Slices;
use crate::job::Asked;

/// One thing to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// Which labels the log store knows, to choose between selectors.
    Labels,
    /// Lines that may tell of a job: the slice's number and its range.
    Lines(usize, TimeRange),
    /// Traces that name a job or a task.
    Traces(usize, TimeRange),
    /// How many jobs there are.
    Count,
}

/// Somebody who counts jobs.
#[derive(Clone, Debug)]
pub(super) enum Counter {
    /// A counter of jobs accepted.
    Metric(Expr),
    /// Lines that say that a job was accepted.
    Lines(LogMetric),
}

impl Counter {
    pub(super) fn source(&self) -> SourceKind {
        match self {
            Self::Metric(_) => SourceKind::Prometheus,
            Self::Lines(_) => SourceKind::Loki,
        }
    }
}

impl std::fmt::Display for Counter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Metric(expr) => write!(f, "{expr}"),
            Self::Lines(metric) => write!(f, "{metric}"),
        }
    }
}

/// Whether spans of this system name jobs, so that a search can find them.
pub(super) fn searches(system: &System) -> bool {
    !id_fields(system).is_empty()
}

fn id_fields(system: &System) -> Vec<Field> {
    let roles = &system.spans.roles;
    let mut names: Vec<&String> =
        fields_for(roles, Role::Job).iter().chain(fields_for(roles, Role::TaskId)).collect();
    names.sort();
    names.dedup();
    names.into_iter().map(|it| Field::Span(it.clone())).collect()
}

/// The query for the spans that tell of a job how far it came: those at the borders between services.
pub(super) fn search_query(system: &System) -> SpanQuery {
    let ids = id_fields(system);
    let names_one = Filter::Any(ids.iter().map(Filter::has).collect());
    let at_border = Filter::any_kind(&[SpanKind::Consumer, SpanKind::Producer, SpanKind::Server]);
    let mut select =
        vec![Field::Name, Field::Status, Field::Kind, Field::Resource("service.name".to_owned())];
    for name in system.spans.roles.iter().flat_map(|(_, names)| names) {
        let field = Field::Any(name.clone());
        if !ids.contains(&Field::Span(name.clone())) && !select.contains(&field) {
            select.push(field);
        }
    }
    let mut all = vec![names_one, at_border];
    all.extend(of_services(system));
    SpanQuery { filter: Filter::All(all), select }
}

/// A store may hold traces of other systems: only those of this one's services count, where it names any.
fn of_services(system: &System) -> Option<Filter> {
    let names = system.services.iter().flat_map(|it| std::iter::once(&it.name).chain(&it.aliases));
    let service = Field::Resource("service.name".to_owned());
    let is = |name: &String| Filter::Compare(service.clone(), Comparison::Equal, Literal::Text(name.clone()));
    let any: Vec<Filter> = names.map(is).collect();
    (!any.is_empty()).then_some(Filter::Any(any))
}

impl JobsInquiry {
    /// The same, beginning with slices no wider than this: for whoever may stop at the first find.
    #[must_use]
    pub(crate) fn beginning_with(mut self, width: TimeDelta) -> Self {
        self.lines.begin_with(width);
        self.traces.begin_with(width);
        self
    }

    /// The same without searching traces.
    #[must_use]
    pub(crate) fn by_lines_alone(mut self) -> Self {
        self.traces = Slices::default();
        self
    }

    pub(super) fn lines_query(&self) -> LogQuery {
        lines_query(&self.system, self.memory.with(|it| it.selector).unwrap_or(0))
    }

    pub(super) fn search_query(&self) -> SpanQuery {
        search_query(&self.system)
    }

    /// The part of the range that lies in the past.
    pub(super) fn past(&self) -> TimeRange {
        let range = self.question.range;
        let end = range.end.min(self.question.now).max(range.start + TimeDelta::from_millis(1));
        TimeRange { end, ..range }
    }

    /// Who counts the jobs of the range, where somebody does.
    pub(super) fn counter(&self) -> Option<Counter> {
        // Whole seconds: nobody reads `5743652ms`, and no count is finer.
        let window = TimeDelta::from_secs(self.past().length().as_secs_f64().ceil().max(1.0) as i64);
        if let Some(metric) = self.system.metric(MetricRole::JobsSubmitted) {
            let family = Family { by: Vec::new(), ..metric.family.clone() };
            return Some(Counter::Metric(Expr::increase(&family, window)));
        }
        let words = submission_words(&self.system);
        let streams = self.system.logs.selectors.first()?;
        let lines = LogQuery::select(streams).contains_any(&words);
        let function = LogFunction::CountOverTime;
        (!words.is_empty()).then_some(Counter::Lines(LogMetric { lines, function, window, by: Vec::new() }))
    }

    pub(super) fn source(&self, want: Want) -> SourceKind {
        match want {
            Want::Labels | Want::Lines(..) => SourceKind::Loki,
            Want::Traces(..) => SourceKind::Tempo,
            Want::Count => self.counter().map_or(SourceKind::Prometheus, |it| it.source()),
        }
    }

    /// A want as a person may copy it.
    pub(super) fn as_asked(&self, want: Want) -> Asked {
        let (what, query) = match want {
            Want::Labels => ("which labels there are", String::new()),
            Want::Lines(..) => ("lines that tell of a job", self.lines_query().to_string()),
            Want::Traces(..) => ("traces that name a job", self.search_query().to_string()),
            Want::Count => {
                ("how many jobs there are", self.counter().map(|it| it.to_string()).unwrap_or_default())
            }
        };
        Asked { source: self.source(want), what, query, range: Some(self.question.range) }
    }
}
