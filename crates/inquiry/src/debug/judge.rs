//! From a step's answers to its verdict and what shows it.

use std::collections::HashSet;

use backends::{BackendError, SourceKind};
use domain::debug::{
    Course, FailedSpan, Found, Owners, Rates, Sentence, Usual, Verdict, changed, context_leak,
    first_to_deviate, fixed, is_known, newest_since, of_job, of_logs, of_spans, of_trace, one_id_per_step,
    onset, said_since, same_error, service_rate,
};
use domain::logs::{Level, LogRecord};
use domain::series::{Labels, Series};
use domain::system::steps::{Ask, LineTest, SpanTest, Step, StepMetric};
use domain::system::{MetricKind, System, Unit};
use domain::time::{RangeSpec, Step as Distance, TimeRange, Timestamp};
use domain::trace::{Span, SpanStatus};
use domain::view_state::{Page, Tab, ViewState};
use domain::warning::Warning;

use super::Case;
use super::answers::Answers;
use super::ask::{Answer, Answered, RATE_STEP, with_usual};
use super::profile::{self, ProfileShown};
use super::report::{StepChart, StepSeries};

/// Lines and spans that a step keeps to show.
const MAX_SHOWN: usize = 50;

/// What a step came to.
pub(super) struct Outcome {
    pub(super) verdict: Verdict,
    pub(super) lines: Vec<LogRecord>,
    pub(super) spans: Vec<FailedSpan>,
    pub(super) charts: Vec<StepChart>,
    pub(super) profiles: Vec<ProfileShown>,
    pub(super) view: Option<ViewState>,
    pub(super) failures: Vec<BackendError>,
    pub(super) warnings: Vec<Warning>,
}

impl Default for Outcome {
    fn default() -> Self {
        Self {
            verdict: Verdict::nothing(""),
            lines: Vec::new(),
            spans: Vec::new(),
            charts: Vec::new(),
            profiles: Vec::new(),
            view: None,
            failures: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// Works the verdict out.
pub(super) fn judge(
    system: &System,
    case: &Case,
    step: &Step,
    range: TimeRange,
    answered: Vec<Answered>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let n_asked = answered.len();
    let mut answers = Answers { all: Vec::new() };
    for answer in answered {
        match answer {
            Ok((answer, warnings)) => {
                for warning in warnings {
                    if !outcome.warnings.contains(&warning) {
                        outcome.warnings.push(warning);
                    }
                }
                answers.all.push(Some(answer));
            }
            Err(error) => {
                answers.all.push(None);
                if !outcome.failures.contains(&error) {
                    outcome.failures.push(error);
                }
            }
        }
    }
    let n_failed = answers.all.iter().filter(|it| it.is_none()).count();
    if n_asked > 0 && n_failed == n_asked {
        if let Some(verdict) = profile::nobody_to_ask(step, &outcome.failures) {
            return Outcome { verdict, ..Outcome::default() };
        }
        let why = outcome.failures.first().map(ToString::to_string).unwrap_or_default();
        outcome.verdict = Verdict::could_not_ask(why);
        return outcome;
    }
    decide(system, case, step, range, answers, &mut outcome);
    if n_failed > 0 {
        let says = std::mem::take(&mut outcome.verdict.says);
        outcome.verdict.says = says.then(format!("; {n_failed} of {n_asked} questions could not be asked"));
    }
    outcome.lines.sort_by_key(|it| (it.time, it.key));
    outcome.spans.sort_by_key(|it| (it.start, it.span));
    outcome
}

fn decide(
    system: &System,
    case: &Case,
    step: &Step,
    range: TimeRange,
    answers: Answers,
    outcome: &mut Outcome,
) {
    let job = &*case.job;
    let own_view =
        |tab| ViewState { page: Page::Job, job: Some(job.id.clone()), tab, ..ViewState::default() };
    let board = || ViewState { page: Page::Overview, range: RangeSpec::fixed(range), ..ViewState::default() };
    match &step.ask {
        Ask::JobLines => {
            outcome.verdict = case.lost(SourceKind::Loki, case.report.evidence.lines.is_empty(), || {
                of_job(job, &case.report.evidence.lines)
            });
            outcome.lines = telling(&case.report.evidence.lines);
            outcome.view = Some(own_view(Tab::Logs));
        }
        Ask::Trace => {
            let is_empty = case.report.evidence.traces.iter().all(|it| it.spans.is_empty());
            outcome.verdict =
                case.lost(SourceKind::Tempo, is_empty, || of_trace(system, job, &case.report.evidence));
            outcome.spans = own_spans(system, case, &SpanTest { failed: true, ..SpanTest::default() });
            outcome.spans.truncate(MAX_SHOWN);
            outcome.view = (!is_empty).then(|| own_view(Tab::Trace));
        }
        Ask::ContextLeak => {
            let lines = &case.report.evidence.lines;
            outcome.verdict = case.lost(SourceKind::Loki, lines.is_empty(), || context_leak(job, lines));
            outcome.view = Some(own_view(Tab::Logs));
        }
        Ask::Logs(test) => {
            let (lines, is_cut) = answers.lines();
            let owners = Owners::of(job, &case.report.evidence, &lines);
            outcome.verdict =
                with_counts(of_logs(&lines, &owners, is_cut, range, case.trouble()), case, test, &lines);
            let is_own = lines.iter().any(|it| owners.is_own(it));
            outcome.view = is_own.then(|| ViewState {
                query: first_said(case, test, &lines).unwrap_or_default(),
                ..own_view(Tab::Logs)
            });
            outcome.lines = nearest(lines, case);
        }
        Ask::OneIdPerStep(_) => {
            let (lines, _) = answers.lines();
            outcome.verdict = one_id_per_step(job, &lines);
            outcome.lines = nearest(lines, case);
        }
        Ask::SameError => {
            let (lines, is_cut) = answers.lines();
            let Some(error) = case.known_by() else { return };
            let owners = Owners::of(job, &case.report.evidence, &lines);
            outcome.verdict = same_error(&error, job, &lines, &owners, is_cut, range, case.trouble());
            outcome.view = (outcome.verdict.found == Found::Something).then(|| ViewState {
                page: Page::Jobs,
                query: error.texts().join(" "),
                range: RangeSpec::fixed(range),
                ..ViewState::default()
            });
            outcome.lines = nearest(error.of_others(&lines, &owners).into_iter().cloned().collect(), case);
        }
        Ask::Spans(test) => {
            let (found, is_cut) = answers.spans(system);
            // A search finds so many traces in no promised order, and none of the last seconds.
            let mut spans = own_spans(system, case, test);
            let own: HashSet<_> = spans.iter().map(|it| (it.trace, it.span)).collect();
            spans.extend(found.into_iter().filter(|it| !own.contains(&(it.trace, it.span))));
            let what = if test.failed { "failed span" } else { "span" };
            let of = test.service.as_ref().and_then(|it| case.filled(it).ok());
            outcome.verdict = of_spans((what, of.as_deref()), &spans, is_cut, job, range, case.trouble());
            let own = spans
                .iter()
                .filter(|it| it.job.as_deref() == Some(job.id.as_str()))
                .min_by_key(|it| it.start);
            let near = || spans.iter().min_by_key(|it| (it.start - case.at).nanos().unsigned_abs());
            outcome.view = own.or_else(near).map(|it| ViewState {
                job: Some(it.job.clone().map_or_else(|| it.trace.to_string().into(), Into::into)),
                trace: Some(it.trace),
                span: Some(it.span),
                ..own_view(Tab::Trace)
            });
            outcome.spans = nearest_spans(spans, case);
        }
        Ask::Metrics(metrics) => {
            outcome.charts = charts(system, metrics, answers, range, case.at);
            let courses: Vec<Course> = outcome.charts.iter().flat_map(courses_of).collect();
            outcome.verdict = first_to_deviate(&courses, range, case.trouble());
            outcome.charts.sort_by_key(|it| {
                it.series
                    .iter()
                    .filter_map(|it| it.onset)
                    .map(|it| it.at)
                    .min()
                    .map_or((1, range.end), |at| (0, at))
            });
            outcome.view = Some(board());
        }
        Ask::ServiceRate { .. } => {
            let service = case.values.service.clone().unwrap_or_default();
            let rates = answers.rates();
            outcome.verdict = service_rate(&service, &rates, range, RATE_STEP, case.trouble());
            outcome.charts = rate_charts(rates, range);
        }
        Ask::ChangedBefore { .. } => {
            let service = case.values.service.clone().unwrap_or_default();
            let (versions, lines) = answers.versions_and_lines(system);
            outcome.verdict =
                changed(&service, &versions, &lines, case.values.version.as_deref(), range, case.trouble());
            outcome.lines = nearest(lines, case);
        }
        Ask::FixedSince => {
            let service = case.values.service.clone().unwrap_or_default();
            let Some((versions, lines)) = answers.versions_since(system) else {
                let why = outcome.failures.first().map(ToString::to_string).unwrap_or_default();
                outcome.verdict = Verdict::could_not_ask(why);
                return;
            };
            let own = case.values.version.as_deref();
            let (error, is_told) = (case.known_by(), lines.is_some());
            let lines = lines.unwrap_or_default();
            let owners = Owners::of(job, &case.report.evidence, &lines);
            let same = error.as_ref().filter(|_| is_told).map(|it| (it, lines.as_slice(), &owners));
            outcome.verdict = fixed(&service, &versions, same, own, range, case.at);
            if let (Some((error, ..)), Some(newest)) = (same, newest_since(&versions, own, case.at)) {
                let said = said_since(error, &lines, &owners, newest);
                outcome.lines = nearest(said.into_iter().cloned().collect(), case);
            }
        }
        Ask::Profile(kinds) => profile::decide(case, kinds, range, answers, outcome),
        Ask::Command => {
            outcome.verdict =
                Verdict::not_applicable("nothing in the telemetry tells this: run what is below");
        }
    }
}

impl Case {
    /// The verdict over the job's own evidence, but where its source could not be asked and it is empty.
    fn lost(&self, source: SourceKind, is_empty: bool, verdict: impl FnOnce() -> Verdict) -> Verdict {
        let unreachable = self.report.evidence.unreachable.iter().find(|it| it.from == source.name());
        match unreachable {
            Some(warning) if is_empty => Verdict::could_not_ask(warning.text.clone()),
            Some(_) | None => verdict(),
        }
    }
}

/// The spans of the job's own traces that are so.
fn own_spans(system: &System, case: &Case, test: &SpanTest) -> Vec<FailedSpan> {
    let service = test.service.as_ref().and_then(|it| case.filled(it).ok());
    let known = |name: &str| system.service_named(name).map_or_else(|| name.to_owned(), |it| it.name.clone());
    let fits = |it: &&Span| {
        let says = |(name, value): &(String, String)| {
            it.attr(&[name]).map(ToString::to_string) == case.filled(value).ok()
        };
        (!test.failed || it.status == SpanStatus::Error)
            && service.as_ref().is_none_or(|service| known(service) == known(it.service()))
            && test.attributes.iter().all(says)
    };
    let spans = case.report.evidence.traces.iter().flat_map(|it| &it.spans);
    let read = spans.filter(fits).map(|it| {
        let times = (it.start, it.duration());
        FailedSpan::read(system, (it.trace, it.id), Some(&it.name), times, &it.attributes)
    });
    read.collect()
}

/// Lines worth showing of a job's own: events and what is worse than normal; the last ones where there are too many.
fn telling(lines: &[LogRecord]) -> Vec<LogRecord> {
    let mut telling: Vec<&LogRecord> =
        lines.iter().filter(|it| it.event.is_some() || it.level >= Level::Warn).collect();
    telling.sort_by_key(|it| (it.time, it.key));
    let first = telling.len().saturating_sub(MAX_SHOWN);
    telling.into_iter().skip(first).cloned().collect()
}

/// The lines nearest to the failure, where there are too many.
fn nearest(mut lines: Vec<LogRecord>, case: &Case) -> Vec<LogRecord> {
    lines.sort_by_key(|it| ((it.time - case.at).nanos().unsigned_abs(), it.key));
    lines.truncate(MAX_SHOWN);
    lines
}

/// The job's own spans and those nearest to the failure, where there are too many.
fn nearest_spans(mut spans: Vec<FailedSpan>, case: &Case) -> Vec<FailedSpan> {
    let is_own = |it: &FailedSpan| it.job.as_deref() == Some(case.job.id.as_str());
    spans.sort_by_key(|it| (!is_own(it), (it.start - case.at).nanos().unsigned_abs(), it.span));
    spans.truncate(MAX_SHOWN);
    spans
}

/// How often each of the texts was said, where there is a choice of them.
fn with_counts(verdict: Verdict, case: &Case, test: &LineTest, lines: &[LogRecord]) -> Verdict {
    if test.any_of.len() < 2 || lines.is_empty() {
        return verdict;
    }
    let texts = test.any_of.iter().filter_map(|it| case.filled(it).ok());
    let counts = texts.filter_map(|text| {
        let n = lines.iter().filter(|it| it.line.contains(&text)).count();
        (n > 0).then(|| format!("{n} × “{text}”"))
    });
    let counts: Vec<String> = counts.collect();
    Verdict { says: Sentence::of(format!("{}: ", counts.join(", "))).and(verdict.says), ..verdict }
}

/// The first of the texts that stands in a line, for a search of the job's own lines.
fn first_said(case: &Case, test: &LineTest, lines: &[LogRecord]) -> Option<String> {
    let texts = test.any_of.iter().filter_map(|it| case.filled(it).ok());
    texts.into_iter().find(|text| lines.iter().any(|it| it.line.contains(text)))
}

fn charts(
    system: &System,
    metrics: &[StepMetric],
    answers: Answers,
    watched: TimeRange,
    failure: Timestamp,
) -> Vec<StepChart> {
    let mut charts = Vec::new();
    for (metric, answer) in metrics.iter().zip(answers.all) {
        let Some(Answer::Series(series)) = answer else { continue };
        let (range, family) = (with_usual(watched), &metric.family);
        let unit = if family.kind == MetricKind::Counter { Unit::PerSecond } else { family.unit };
        let usual = Usual { kind: family.kind, unit, worse: metric.worse, limit: metric.limit, failure };
        let named = series.into_iter().map(|it| {
            let (onset, is_known) = (onset(&it, watched, usual), is_known(&it, watched, usual));
            let name = label_words(&it.labels, &family.by);
            StepSeries { name, data: it.clipped_to(range), onset, is_known }
        });
        let mut series: Vec<_> = named.collect();
        series.sort_by(|a, b| a.name.cmp(&b.name));
        // Two exporters that tell the same are one.
        series.dedup_by(|a, b| a.name == b.name);
        charts.push(StepChart {
            title: metric.title.clone(),
            unit,
            step: Distance::for_range(range, 400, system.scrape_interval),
            range,
            limit: metric.limit,
            series,
        });
    }
    charts
}

fn courses_of(chart: &StepChart) -> impl Iterator<Item = Course> + '_ {
    chart.series.iter().map(|it| Course {
        title: if it.name.is_empty() {
            chart.title.clone()
        } else {
            format!("{} of {}", chart.title, it.name)
        },
        unit: chart.unit,
        onset: it.onset,
        is_known: it.is_known,
    })
}

/// The values of the labels that tell series apart, the first alone where the rest repeats it.
fn label_words(labels: &Labels, by: &[String]) -> String {
    let values: Vec<&str> = by.iter().filter_map(|it| labels.get(it)).filter(|it| !it.is_empty()).collect();
    match values.as_slice() {
        [first, rest @ ..] if rest.iter().all(|it| first.contains(it)) => (*first).to_owned(),
        all => all.join(" · "),
    }
}

fn rate_charts(rates: Rates, watched: TimeRange) -> Vec<StepChart> {
    let range = with_usual(watched);
    let chart = |title: &str, series: Option<Series>| {
        series.map(|it| StepChart {
            title: title.to_owned(),
            unit: Unit::None,
            step: Distance::from_secs(RATE_STEP.secs()),
            range,
            limit: None,
            series: vec![StepSeries {
                name: String::new(),
                data: it.clipped_to(range),
                onset: None,
                is_known: true,
            }],
        })
    };
    let minutes = [chart("Error lines a minute", rates.errors), chart("Lines a minute", rates.lines)];
    minutes.into_iter().flatten().collect()
}
