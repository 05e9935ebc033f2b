//! Checklists: what is done about a failed job, step by step, as the file writes it.

use domain::debug::PLACEHOLDERS;
use domain::system::steps::{
    Around, Ask, Checklist, Command, Language, LineTest, SpanTest, Step, StepMetric, StepProfile, Window,
    Worse,
};
use domain::system::{Family, LinkTemplate, MetricKind, MetricRole, Unit};
use domain::time::TimeDelta;
use serde_json::{Value, json};

use super::selector::Selector;
use super::{LinkFile, MetricFile};
use crate::json::Json;
use crate::shape::{Notes, Path, Shape, did_you_mean, record, words};

/// How far a step looks where it does not say.
const REACH_JOB: TimeDelta = TimeDelta::from_secs(60);
const REACH_BEFORE: TimeDelta = TimeDelta::from_secs(3_600);
const REACH_FAILURE: TimeDelta = TimeDelta::from_secs(1_800);
const REACH_AFTER: TimeDelta = TimeDelta::from_secs(24 * 3_600);
/// Profilers send what they saw every 15 s.
const REACH_STAGE: TimeDelta = TimeDelta::from_secs(15);

/// A text in which placeholders such as `{job}` are filled in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template(pub(crate) String);

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepKind {
    JobLines,
    Logs,
    Trace,
    Spans,
    Metrics,
    SameError,
    ServiceRate,
    ChangedBefore,
    FixedSince,
    OneIdPerStep,
    ContextLeak,
    Profile,
    Command,
}

words! {
    /// What a step does.
    STEP_KINDS: StepKind {
        "job_lines" => StepKind::JobLines,
        "logs" => StepKind::Logs,
        "trace" => StepKind::Trace,
        "spans" => StepKind::Spans,
        "metrics" => StepKind::Metrics,
        "same_error" => StepKind::SameError,
        "service_rate" => StepKind::ServiceRate,
        "changed_before" => StepKind::ChangedBefore,
        "fixed_since" => StepKind::FixedSince,
        "one_id_per_step" => StepKind::OneIdPerStep,
        "context_leak" => StepKind::ContextLeak,
        "profile" => StepKind::Profile,
        "command" => StepKind::Command,
    }
}

words! {
    /// Where a step's time lies.
    AROUND: Around {
        "job" => Around::Job,
        "before" => Around::Before,
        "failure" => Around::Failure,
        "after" => Around::After,
        "stage" => Around::Stage,
    }
}

words! {
    /// How values are quoted in a command.
    LANGUAGES: Language {
        "sql" => Language::Sql,
        "shell" => Language::Shell,
        "logql" => Language::DoubleQuoted,
        "python" => Language::DoubleQuoted,
        "text" => Language::Text,
    }
}

words! {
    /// Which way a metric gets worse.
    WORSE: Worse {
        "up" => Worse::Up,
        "down" => Worse::Down,
        "either" => Worse::Either,
    }
}

record! {
    /// What is done about a failed job, in order.
    pub struct ChecklistFile {
        /// Name for people.
        title: String,
        /// When it is used, and where it comes from.
        about: Option<String>,
        /// Only for jobs in whose failure or bad lines one of these words stands. Default: for all.
        only_if: Vec<String>,
        /// The steps.
        steps: Vec<StepFile>,
    }
}

record! {
    /// A step.
    pub struct StepFile {
        /// What is found out.
        title: String,
        /// Why that helps.
        why: Option<String>,
        /// How long a person has for it.
        budget: Option<TimeDelta>,
        /// How it is found out.
        kind: StepKind,
        /// Only for jobs in whose failure or bad lines one of these words stands. Default: for all.
        only_if: Vec<String>,
        /// Where its time lies. Default: what suits the kind.
        window: Option<Around>,
        /// How far that reaches.
        reach: Option<TimeDelta>,
        /// Which lines: for logs, service_rate (the errors), changed_before (deployments and restarts), one_id_per_step.
        lines: Option<LinesFile>,
        /// Which spans: for spans.
        spans: Option<SpanTestFile>,
        /// Which metrics: for metrics.
        metrics: Vec<StepMetricFile>,
        /// Which profiles: for profile.
        profiles: Vec<StepProfileFile>,
        /// What to run where no browser gets to.
        commands: Vec<CommandFile>,
        /// Where to go on in other tools.
        links: Vec<LinkFile>,
    }
}

record! {
    /// Which lines are meant; all that is given must hold.
    pub struct LinesFile {
        /// The service that wrote them, by name, or {service} for the one that failed.
        service: Option<Template>,
        /// Streams that the selectors of logs do not find.
        selector: Option<Selector>,
        /// Texts that must all stand in the line.
        contains: Vec<Template>,
        /// Texts of which one must stand in the line.
        any_of: Vec<Template>,
        /// Texts that must not stand in the line.
        lacks: Vec<Template>,
        /// Fields of JSON lines and what each must be.
        fields: Vec<FieldTestFile>,
    }
}

record! {
    /// A field, or an attribute of a span, and what it must be.
    pub struct FieldTestFile {
        /// The field.
        field: String,
        /// What it must be.
        is: Template,
    }
}

record! {
    /// Which spans are meant; all that is given must hold.
    pub struct SpanTestFile {
        /// The service, by name, or {service} for the one that failed.
        service: Option<Template>,
        /// Whether they failed. Default: true.
        failed: Option<bool>,
        /// Attributes and what each must be.
        attributes: Vec<FieldTestFile>,
    }
}

record! {
    /// A metric of a step: one of this file's by its role, or one of its own.
    pub struct StepMetricFile {
        /// The role of one of this file's metrics; what else is given here changes that one.
        role: Option<MetricRole>,
        /// Names that it may have; a histogram without _bucket.
        names: Vec<String>,
        /// What its samples are.
        kind: Option<MetricKind>,
        /// Which of its series count; values may hold placeholders. Default: all.
        matchers: Option<Selector>,
        /// Labels that split it into series.
        by: Vec<String>,
        /// What its values are. Default: none.
        unit: Option<Unit>,
        /// What samples are multiplied by to be in that unit. Default: 1.
        scale: Option<f64>,
        /// The metric that it is divided by, by its names.
        over: Vec<String>,
        /// What it must not pass, in its unit. Left out, it is compared with its own hour before.
        limit: Option<f64>,
        /// Which way it gets worse. Default: up.
        worse: Option<Worse>,
        /// Name for people.
        title: Option<String>,
    }
}

record! {
    /// A type of profile of a step.
    pub struct StepProfileFile {
        /// What it counts, as it stands in a sentence: CPU time.
        title: String,
        /// The type as Pyroscope names it, such as process_cpu:cpu:nanoseconds:cpu:nanoseconds.
        profile_type: String,
        /// Whose profiles; values may hold placeholders.
        matchers: Selector,
    }
}

record! {
    /// Something to run elsewhere.
    pub struct CommandFile {
        /// Where it is run.
        title: String,
        /// How values are quoted in it.
        language: Language,
        /// What to run; placeholders are filled in and quoted.
        text: Template,
    }
}

impl Shape for Template {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let text = String::read(value, at, notes)?;
        let mut rest = text.as_str();
        while let Some((_, after)) = rest.split_once('{') {
            let name = after.split_once('}').map_or("", |(name, _)| name);
            // A word in braces is meant as a placeholder; braces of other languages hold more than a word.
            let is_word = !name.is_empty() && name.chars().all(|it| it.is_ascii_lowercase() || it == '_');
            if is_word && !PLACEHOLDERS.contains(&name) {
                let next_step = did_you_mean(name, &PLACEHOLDERS);
                notes.mistake(at, format_args!("{{{name}}} is not filled in"), next_step);
            }
            rest = after;
        }
        Some(Self(text))
    }

    fn schema() -> Value {
        json!({ "type": "string", "minLength": 1, "examples": ["{job}"] })
    }
}

/// The checklist that a file without mistakes describes; `metrics` are the file's own.
pub(super) fn checklist(file: ChecklistFile, metrics: &[MetricFile]) -> Checklist {
    Checklist {
        title: file.title,
        about: file.about.unwrap_or_default(),
        only_if: file.only_if,
        steps: file.steps.into_iter().map(|it| step(it, metrics)).collect(),
    }
}

fn step(file: StepFile, metrics: &[MetricFile]) -> Step {
    let around = file.window.unwrap_or(usual_window(file.kind));
    let reach = file.reach.unwrap_or(match around {
        Around::Job => REACH_JOB,
        Around::Before => REACH_BEFORE,
        Around::Failure => REACH_FAILURE,
        Around::After => REACH_AFTER,
        Around::Stage => REACH_STAGE,
    });
    let marks = file.lines.map(lines);
    let ask = match file.kind {
        StepKind::JobLines => Ask::JobLines,
        StepKind::Logs => Ask::Logs(marks.unwrap_or_default()),
        StepKind::Trace => Ask::Trace,
        StepKind::Spans => Ask::Spans(file.spans.map(span_test).unwrap_or_default()),
        StepKind::Metrics => {
            Ask::Metrics(file.metrics.into_iter().filter_map(|it| metric(it, metrics)).collect())
        }
        StepKind::SameError => Ask::SameError,
        StepKind::ServiceRate => Ask::ServiceRate { errors: marks.unwrap_or_default() },
        StepKind::ChangedBefore => Ask::ChangedBefore { marks },
        StepKind::FixedSince => Ask::FixedSince,
        StepKind::OneIdPerStep => Ask::OneIdPerStep(marks.unwrap_or_default()),
        StepKind::ContextLeak => Ask::ContextLeak,
        StepKind::Profile => Ask::Profile(file.profiles.into_iter().map(profile).collect()),
        StepKind::Command => Ask::Command,
    };
    Step {
        title: file.title,
        why: file.why.unwrap_or_default(),
        budget: file.budget,
        only_if: file.only_if,
        ask,
        window: Window { around, reach },
        commands: file.commands.into_iter().map(command).collect(),
        links: file.links.into_iter().map(|it| LinkTemplate { title: it.title, url: it.url.0 }).collect(),
    }
}

const fn usual_window(kind: StepKind) -> Around {
    match kind {
        StepKind::JobLines | StepKind::Logs | StepKind::Trace | StepKind::ContextLeak => Around::Job,
        StepKind::Spans | StepKind::Metrics | StepKind::SameError | StepKind::ServiceRate => Around::Failure,
        StepKind::OneIdPerStep => Around::Job,
        StepKind::ChangedBefore | StepKind::Command => Around::Before,
        StepKind::FixedSince => Around::After,
        StepKind::Profile => Around::Stage,
    }
}

fn lines(file: LinesFile) -> LineTest {
    let texts = |all: Vec<Template>| all.into_iter().map(|it| it.0).collect();
    LineTest {
        service: file.service.map(|it| it.0),
        selector: file.selector.map(|it| it.0).unwrap_or_default(),
        contains: texts(file.contains),
        any_of: texts(file.any_of),
        lacks: texts(file.lacks),
        fields: file.fields.into_iter().map(|it| (it.field, it.is.0)).collect(),
    }
}

fn span_test(file: SpanTestFile) -> SpanTest {
    SpanTest {
        service: file.service.map(|it| it.0),
        failed: file.failed.unwrap_or(true),
        attributes: file.attributes.into_iter().map(|it| (it.field, it.is.0)).collect(),
    }
}

/// The metric with what the step says over what the file's own metric of that role says.
fn metric(file: StepMetricFile, metrics: &[MetricFile]) -> Option<StepMetric> {
    let known = file.role.and_then(|role| metrics.iter().find(|it| it.role == role)).cloned();
    let known = known.map(super::convert::metric);
    let known = known.as_ref();
    let of = known.map(|it| &it.family);
    let or = |own: Vec<String>, known: fn(&Family) -> &Vec<String>| {
        if own.is_empty() { of.map(|it| known(it).clone()).unwrap_or_default() } else { own }
    };
    Some(StepMetric {
        title: file.title.or_else(|| known.map(|it| it.title.clone()))?,
        family: Family {
            names: or(file.names, |it| &it.names),
            kind: file.kind.or(of.map(|it| it.kind))?,
            matchers: file
                .matchers
                .map(|it| it.0)
                .or_else(|| of.map(|it| it.matchers.clone()))
                .unwrap_or_default(),
            by: or(file.by, |it| &it.by),
            unit: file.unit.or(of.map(|it| it.unit)).unwrap_or_default(),
            scale: file.scale.or(of.map(|it| it.scale)).unwrap_or(1.0),
        },
        over: file.over,
        limit: file.limit.or(known.and_then(|it| it.slo)),
        worse: file.worse.unwrap_or_default(),
    })
}

fn profile(file: StepProfileFile) -> StepProfile {
    StepProfile { title: file.title, profile_type: file.profile_type, matchers: file.matchers.0 }
}

fn command(file: CommandFile) -> Command {
    Command { title: file.title, language: file.language, text: file.text.0 }
}
