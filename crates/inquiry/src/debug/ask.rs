//! What each kind of step asks, and how a question is put to the transport.

use std::rc::Rc;

use backends::loki::logql::{LogFunction, LogMetric, LogQuery};
use backends::loki::{Direction, MAX_LIMIT, MetricRange, QueryRange as LogRange};
use backends::prometheus::QueryRange;
use backends::prometheus::promql::{Expr, Selector};
use backends::pyroscope::Render;
use backends::tempo::traceql::{Field, Filter, SpanQuery};
use backends::tempo::{Search, SearchAnswer, slices_newest_first};
use backends::{BackendError, SourceKind};
use domain::debug::{SameError, Verdict};
use domain::logs::LogRecord;
use domain::profile::Profile;
use domain::series::Series;
use domain::system::steps::{Ask, LineTest, SpanTest, Step, StepMetric};
use domain::system::{Family, Matcher, Role, System, fields_for};
use domain::time::{Step as Distance, TimeDelta, TimeRange, rate_interval};
use domain::warning::Warning;
use system::lines::LineReader;

use super::Case;
use crate::job::Asked;
use crate::panels::usual_query;
use crate::transport::{Transport, ask};
use crate::versions::{self, of_service};

/// How much time before its window a step takes as the usual course.
pub(super) const USUAL: TimeDelta = TimeDelta::from_secs(3_600);
/// What one value of a service's rate counts.
pub(super) const RATE_STEP: TimeDelta = TimeDelta::from_secs(60);
/// Points of a metric's series.
const MAX_POINTS: u32 = 400;
/// Traces that a search may name.
const MAX_TRACES: u32 = 100;
/// Lines that a step reads at most, but for those that are counted by job.
const MAX_LINES: u32 = 500;
/// One search finds so many traces in no promised order: versions are looked for in slices.
const VERSION_SLICE: TimeDelta = TimeDelta::from_secs(900);
const MAX_SLICES: usize = 6;
/// Lines that are read before the screen may be painted again.
const LINES_AT_A_TIME: usize = 500;

/// One question of a step.
#[derive(Clone, Debug)]
pub(super) enum Question {
    Lines(LogRange),
    Counts(MetricRange),
    Series(QueryRange),
    Spans(Search),
    Profile(Render),
}

/// What a question was answered.
pub type Answered = Result<(Answer, Vec<Warning>), BackendError>;

/// The answer to one question.
pub enum Answer {
    /// Lines, newest first, and whether there are more.
    Lines(Vec<LogRecord>, bool),
    /// Series.
    Series(Vec<Series>),
    /// Spans, by trace.
    Spans(SearchAnswer),
    /// A profile.
    Profile(Profile),
}

/// Asks one question.
pub(super) async fn ask_one(
    transport: &dyn Transport,
    question: Question,
    reader: Rc<LineReader>,
) -> Answered {
    match question {
        Question::Lines(question) => {
            let (batch, warnings) = ask(transport, &question).await?;
            let mut lines = Vec::with_capacity(batch.len());
            for raw in batch.iter() {
                lines.push(reader.read(&raw));
                if lines.len() % LINES_AT_A_TIME == 0 {
                    transport.breathe().await;
                }
            }
            let is_cut = lines.len() >= question.limit as usize;
            Ok((Answer::Lines(lines, is_cut), warnings))
        }
        Question::Counts(question) => {
            let (series, warnings) = ask(transport, &question).await?;
            Ok((Answer::Series(series), warnings))
        }
        Question::Series(question) => {
            let (series, warnings) = ask(transport, &question).await?;
            Ok((Answer::Series(series), warnings))
        }
        Question::Spans(question) => {
            let (found, warnings) = ask(transport, &question).await?;
            Ok((Answer::Spans(found), warnings))
        }
        Question::Profile(question) => {
            let (profile, warnings) = ask(transport, &question).await?;
            Ok((Answer::Profile(profile), warnings))
        }
    }
}

impl Question {
    /// As a person may copy it.
    pub(super) fn as_asked(&self) -> Asked {
        let (source, what, query, range) = match self {
            Self::Lines(it) => (SourceKind::Loki, "lines", it.query.to_string(), it.range),
            Self::Counts(it) => (SourceKind::Loki, "lines counted", it.query.to_string(), it.range),
            Self::Series(it) => (SourceKind::Prometheus, "series", it.expr.to_string(), it.range),
            Self::Spans(it) => (SourceKind::Tempo, "spans", it.query.to_string(), it.range),
            Self::Profile(it) => (SourceKind::Pyroscope, "profile", it.query(), it.range),
        };
        Asked { source, what, query, range: Some(range) }
    }
}

impl Case {
    /// What a step asks; nothing where the evidence alone decides.
    ///
    /// # Errors
    /// The verdict of a step that cannot be asked, since the evidence lacks what its questions need.
    pub(super) fn questions(
        &self,
        system: &System,
        step: &Step,
        range: TimeRange,
    ) -> Result<Vec<Question>, Verdict> {
        match &step.ask {
            Ask::JobLines | Ask::Trace | Ask::ContextLeak | Ask::Command => Ok(Vec::new()),
            Ask::Logs(test) => Ok(vec![self.lines(system, test, range, MAX_LINES)?]),
            Ask::OneIdPerStep(test) => Ok(vec![self.lines(system, test, range, MAX_LIMIT)?]),
            Ask::Spans(test) => Ok(vec![self.spans(system, test, range)?]),
            Ask::Metrics(metrics) => {
                let asked: Vec<_> = metrics.iter().map(|it| self.series(system, it, range)).collect();
                if asked.is_empty() {
                    return Err(Verdict::not_applicable("the step names no metric"));
                }
                Ok(asked)
            }
            Ask::SameError => {
                let error = self.known_by();
                let error = error.ok_or_else(|| {
                    Verdict::not_applicable("no error is known by which other jobs could be found")
                })?;
                Ok(vec![self.same_error(system, &error, range)])
            }
            Ask::ServiceRate { errors } => self.rates(system, errors, range),
            Ask::ChangedBefore { marks } => {
                let mut asked = self.versions(system, range, false);
                if let Some(marks) = marks {
                    asked.push(self.lines(system, marks, range, MAX_LINES)?);
                }
                if asked.is_empty() {
                    return Err(Verdict::not_applicable(
                        "nothing here tells versions, deployments or restarts",
                    ));
                }
                Ok(asked)
            }
            Ask::Profile(profiles) => self.profiles(profiles, range),
            Ask::FixedSince => {
                if self.job.failure.is_none() {
                    return Err(Verdict::not_applicable("no error is known that could be gone"));
                }
                let mut asked = self.versions(system, range, true);
                if asked.is_empty() {
                    return Err(Verdict::not_applicable("no span here tells its version"));
                }
                asked.extend(self.known_by().map(|it| self.same_error(system, &it, range)));
                Ok(asked)
            }
        }
    }

    /// Lines with the text of an error, of whatever job.
    fn same_error(&self, system: &System, error: &SameError, range: TimeRange) -> Question {
        let query = LogQuery::select(self.selector(system)).contains_any(&error.texts());
        lines_of(query, range, MAX_LIMIT)
    }

    /// What tells the job's failure from others.
    pub(super) fn known_by(&self) -> Option<SameError> {
        SameError::of(self.job.failure.as_ref()?, &self.report.evidence.lines)
    }

    fn lines(
        &self,
        system: &System,
        test: &LineTest,
        range: TimeRange,
        limit: u32,
    ) -> Result<Question, Verdict> {
        Ok(lines_of(self.query(system, test).map_err(not_known)?, range, limit))
    }

    /// Spans that are so, of whatever job; this one's own are in its evidence.
    fn spans(&self, system: &System, test: &SpanTest, range: TimeRange) -> Result<Question, Verdict> {
        let mut all = Vec::new();
        if let Some(service) = &test.service {
            all.push(of_service(system, &self.filled(service).map_err(not_known)?));
        }
        if test.failed {
            all.push(Filter::failed());
        }
        for (name, value) in &test.attributes {
            let value = self.filled(value).map_err(not_known)?;
            all.push(Filter::is(&Field::Any(name.clone()), &value));
        }
        let roles = [Role::Job, Role::FailedStage, Role::Stage, Role::ErrorCode, Role::Version];
        let select = roles.iter().flat_map(|role| fields_for(&system.spans.roles, *role));
        let mut select: Vec<Field> = select.map(|it| Field::Any(it.clone())).collect();
        select.push(Field::Name);
        let query = SpanQuery { filter: Filter::All(all), select };
        Ok(Question::Spans(Search { query, range, limit: MAX_TRACES, spans_per_trace: 3 }))
    }

    fn series(&self, system: &System, metric: &StepMetric, range: TimeRange) -> Question {
        let range = with_usual(range);
        let distance = Distance::for_range(range, MAX_POINTS, system.scrape_interval);
        let matchers = (metric.family.matchers.iter())
            .filter_map(|it| Some(Matcher { value: self.filled(&it.value).ok()?, ..it.clone() }))
            .collect();
        let family = Family { matchers, ..metric.family.clone() };
        let whole = usual_query(&family, rate_interval(distance, system.scrape_interval));
        let whole = match metric.over.as_slice() {
            [] => whole,
            over => {
                let summed = |name: &str| {
                    let all = Selector { name: name.to_owned(), matchers: Vec::new() };
                    Expr::sum_by(&family.by, Expr::Select(all))
                };
                let over = Expr::any_of(over, summed);
                Expr::Divided(Box::new(whole), Box::new(over))
            }
        };
        Question::Series(QueryRange::aligned(whole, range, distance))
    }

    fn rates(&self, system: &System, errors: &LineTest, range: TimeRange) -> Result<Vec<Question>, Verdict> {
        let service = self.service()?;
        let all = self.of_service(system, LogQuery::select(self.selector(system)), &service);
        let of_service = LineTest { service: Some(service), ..errors.clone() };
        let errors = self.query(system, &of_service).map_err(not_known)?;
        let with_before = with_usual(range);
        let counts = |lines: LogQuery| {
            let query =
                LogMetric { lines, function: LogFunction::CountOverTime, window: RATE_STEP, by: Vec::new() };
            let distance = Distance::from_secs(RATE_STEP.secs());
            Question::Counts(MetricRange { query, range: with_before.aligned_to(RATE_STEP), step: distance })
        };
        let mut asked = vec![counts(all.clone()), counts(errors)];
        let fields = fields_for(&system.logs.roles, Role::Duration);
        if !fields.is_empty() {
            let keys: Vec<&str> = fields.iter().map(|it| it.rsplit('.').next().unwrap_or(it)).collect();
            asked.push(lines_of(all.contains_any(&keys), with_before, MAX_LIMIT));
        }
        Ok(asked)
    }

    /// Spans of the service with their versions: all of them, and for `failed` those that failed as well.
    fn versions(&self, system: &System, range: TimeRange, failed: bool) -> Vec<Question> {
        let Some(service) = &self.values.service else { return Vec::new() };
        let search =
            |more, range| versions::search(system, service, more, range, MAX_TRACES).map(Question::Spans);
        if failed {
            return [None, Some(Filter::failed())].into_iter().filter_map(|it| search(it, range)).collect();
        }
        let slice =
            TimeDelta::from_nanos((range.length().nanos() / MAX_SLICES as i64).max(VERSION_SLICE.nanos()));
        slices_newest_first(range, slice).filter_map(|it| search(None, it)).collect()
    }

    /// The service in trouble.
    pub(super) fn service(&self) -> Result<String, Verdict> {
        self.values.service.clone().ok_or_else(|| not_known("service".to_owned()))
    }
}

fn lines_of(query: LogQuery, range: TimeRange, limit: u32) -> Question {
    Question::Lines(LogRange { query, range, limit, direction: Direction::Backward })
}

/// The window with the hour before it.
pub(super) fn with_usual(range: TimeRange) -> TimeRange {
    TimeRange { start: range.start - USUAL, ..range }
}

pub(super) fn not_known(placeholder: String) -> Verdict {
    Verdict::not_applicable(format!("the evidence of this job does not tell its {placeholder}"))
}
