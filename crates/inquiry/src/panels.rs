//! Panels of series: for each meaning of a metric, what it is called here, its values, and its exemplars.

use backends::prometheus::promql::Expr;
use backends::prometheus::{QueryExemplars, QueryRange};
use backends::{BackendError, SourceKind};
use domain::series::{Exemplar, Series};
use domain::system::{Family, Metric, MetricKind, MetricRole, SharedSystem};
use domain::time::{Step, TimeDelta, TimeRange, rate_interval};
use domain::warning::Warning;

use crate::plan::{Plan, Sent};
use crate::transport::{Transport, ask};

/// The quantile that latency panels show.
const QUANTILE: f64 = 0.99;

/// What is to be known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PanelsQuestion {
    /// Which panels, by what their metric means.
    pub roles: Vec<MetricRole>,
    /// Over which time.
    pub range: TimeRange,
    /// How many points a series can use: about one a device pixel.
    pub max_points: u32,
}

/// One panel, as far as is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// The metric that it shows: the first of the system's that has data, else the first there is.
    /// `None` where the system file names no metric with this meaning.
    pub metric: Option<Metric>,
    /// What it means.
    pub role: MetricRole,
    /// The query that made the series, to copy.
    pub query: String,
    /// The distance of its points.
    pub step: Step,
    /// The range that was asked for.
    pub range: TimeRange,
    /// The series, clipped to the range.
    pub series: Vec<Series>,
    /// Observations with their traces.
    pub exemplars: Vec<Exemplar>,
    /// Why there are none.
    pub failure: Option<BackendError>,
    /// Whether an answer is still to come.
    pub is_waiting: bool,
    /// What the source warned of.
    pub warnings: Vec<Warning>,
}

/// Asks for panels, each by every name that its metric may have until one has data.
pub struct PanelsInquiry {
    question: PanelsQuestion,
    step: Step,
    panels: Vec<Progress>,
}

struct Progress {
    panel: Panel,
    candidates: Vec<Candidate>,
    /// The candidate that is asked for, or was last.
    at: usize,
    is_asked: bool,
}

/// A metric under one of its names.
struct Candidate {
    metric: Metric,
    expr: Expr,
    /// What to ask for exemplars, where the metric can have any.
    exemplars: Option<Expr>,
}

/// What an answer tells.
pub enum PanelsNews {
    /// The series of a panel.
    Series(usize, Result<(Vec<Series>, Vec<Warning>), BackendError>),
    /// The exemplars of a panel.
    Exemplars(usize, Result<(Vec<Exemplar>, Vec<Warning>), BackendError>),
}

/// What a metric is looked at by: its value, how fast it grows, or for a histogram the P99.
pub(crate) fn usual_query(family: &Family, window: TimeDelta) -> Expr {
    match family.kind {
        MetricKind::Gauge => Expr::gauge(family),
        MetricKind::Counter => Expr::rate(family, window),
        MetricKind::Histogram => Expr::quantile(family, QUANTILE, window),
    }
}

impl PanelsInquiry {
    /// A plan for panels of a system.
    pub fn new(system: &SharedSystem, question: PanelsQuestion) -> Self {
        let step = Step::for_range(question.range, question.max_points, system.scrape_interval);
        let window = rate_interval(step, system.scrape_interval);
        let progress = |role: &MetricRole| {
            let candidates: Vec<Candidate> = system
                .metrics
                .iter()
                .filter(|it| it.role == *role)
                .flat_map(|metric| metric.family.names.iter().map(move |name| (metric, name)))
                .map(|(metric, name)| {
                    let family = Family { names: vec![name.clone()], ..metric.family.clone() };
                    let expr = usual_query(&family, window);
                    let exemplars = (family.kind == MetricKind::Histogram).then(|| Expr::buckets(&family));
                    let metric = Metric { family, ..metric.clone() };
                    Candidate { metric, expr, exemplars }
                })
                .collect();
            let first = candidates.first();
            let panel = Panel {
                metric: first.map(|it| it.metric.clone()),
                role: *role,
                query: first.map(|it| it.expr.to_string()).unwrap_or_default(),
                step,
                range: question.range,
                series: Vec::new(),
                exemplars: Vec::new(),
                failure: None,
                is_waiting: first.is_some(),
                warnings: Vec::new(),
            };
            Progress { panel, candidates, at: 0, is_asked: false }
        };
        let panels = question.roles.iter().map(progress).collect();
        Self { question, step, panels }
    }
}

impl Plan for PanelsInquiry {
    type News = PanelsNews;
    type Report = Vec<Panel>;

    fn due<'a>(&mut self, transport: &'a dyn Transport) -> Vec<Sent<'a, PanelsNews>> {
        let (range, step) = (self.question.range, self.step);
        let mut sent: Vec<Sent<'a, PanelsNews>> = Vec::new();
        for (place, it) in self.panels.iter_mut().enumerate() {
            let Some(candidate) = it.candidates.get(it.at).filter(|_| !it.is_asked) else { continue };
            it.is_asked = true;
            let question = QueryRange::aligned(candidate.expr.clone(), range, step);
            sent.push(Box::pin(async move { PanelsNews::Series(place, ask(transport, &question).await) }));
            if let Some(expr) = candidate.exemplars.clone() {
                let question = QueryExemplars { expr, range: range.aligned_to(step.length()) };
                sent.push(Box::pin(
                    async move { PanelsNews::Exemplars(place, ask(transport, &question).await) },
                ));
            }
        }
        sent
    }

    fn take(&mut self, news: PanelsNews) {
        match news {
            PanelsNews::Series(place, answer) => {
                if let Some(it) = self.panels.get_mut(place) {
                    it.take_series(answer, self.question.range);
                }
            }
            PanelsNews::Exemplars(place, Ok((exemplars, warnings))) => {
                if let Some(it) = self.panels.get_mut(place) {
                    let range = self.question.range;
                    it.warn(warnings);
                    it.panel.exemplars.extend(exemplars.into_iter().filter(|it| range.contains(it.time)));
                }
            }
            // Exemplars are an extra: a server without them shows the series all the same.
            PanelsNews::Exemplars(place, Err(error)) => {
                if let Some(it) = self.panels.get_mut(place) {
                    it.panel
                        .warnings
                        .push(Warning::new(SourceKind::Prometheus.name(), format!("no exemplars: {error}")));
                }
            }
        }
    }

    fn report(&self) -> Vec<Panel> {
        self.panels.iter().map(|it| it.panel.clone()).collect()
    }
}

impl Progress {
    fn warn(&mut self, warnings: Vec<Warning>) {
        let new = warnings.into_iter().filter(|it| !self.panel.warnings.contains(it)).collect::<Vec<_>>();
        self.panel.warnings.extend(new);
    }

    fn take_series(&mut self, answer: Result<(Vec<Series>, Vec<Warning>), BackendError>, range: TimeRange) {
        match answer {
            Ok((series, _)) if series.is_empty() && self.at + 1 < self.candidates.len() => {
                self.at += 1;
                self.is_asked = false;
                return;
            }
            Ok((series, warnings)) => {
                // Where no name has data, the first is the one to tell of.
                if let Some(candidate) = self.candidates.get(if series.is_empty() { 0 } else { self.at }) {
                    self.panel.metric = Some(candidate.metric.clone());
                    self.panel.query = candidate.expr.to_string();
                }
                self.panel.series = series.iter().map(|it| it.clipped_to(range)).collect();
                self.warn(warnings);
            }
            Err(error) => self.panel.failure = Some(error),
        }
        self.panel.is_waiting = false;
    }
}
