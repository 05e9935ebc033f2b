//! The steps by which a deployment finds out why a job failed: its own checklists, as its system file writes them.
//!
//! Texts may hold placeholders such as `{job}`: [`crate::debug::Values`] says what there is.

use super::{Family, LinkTemplate, Matcher};
use crate::time::TimeDelta;

/// What people of this deployment do about a failed job, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Checklist {
    /// Name for people.
    pub title: String,
    /// When it is used and where it comes from; empty for nothing to say.
    pub about: String,
    /// It is for jobs in whose trouble one of these words stands; for all jobs where there is none.
    pub only_if: Vec<String>,
    /// The steps.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What is found out, for people.
    pub title: String,
    /// Why that helps; empty for nothing to say.
    pub why: String,
    /// How long a person has for it.
    pub budget: Option<TimeDelta>,
    /// It is for jobs in whose trouble one of these words stands; for all jobs where there is none.
    pub only_if: Vec<String>,
    /// How it is found out.
    pub ask: Ask,
    /// Over which time.
    pub window: Window,
    /// What to run where no browser gets to.
    pub commands: Vec<Command>,
    /// Where to go on in other tools.
    pub links: Vec<LinkTemplate>,
}

/// How a step finds something out.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// The job's own lines, of all services.
    JobLines,
    /// Lines that are so.
    Logs(LineTest),
    /// The job's own trace.
    Trace,
    /// Spans that are so, of any job.
    Spans(SpanTest),
    /// Which of these metrics left its usual course first.
    Metrics(Vec<StepMetric>),
    /// The same error in other jobs.
    SameError,
    /// How often the failed service speaks, how often of errors, and how long its work takes, from its lines alone.
    ServiceRate {
        /// Which of its lines tell of an error.
        errors: LineTest,
    },
    /// Versions seen before, and lines that tell of a deployment or a restart.
    ChangedBefore {
        /// Which lines tell of one.
        marks: Option<LineTest>,
    },
    /// Whether a newer version still has the error.
    FixedSince,
    /// Whether the steps of one piece of work have a job id each.
    OneIdPerStep(LineTest),
    /// Whether lines of somebody else's work carry this job's id.
    ContextLeak,
    /// Which functions took most, by profiles of these types.
    Profile(Vec<StepProfile>),
    /// Nothing: only commands and links.
    Command,
}

/// Which lines are meant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineTest {
    /// The service that wrote them, by name or `{service}`; any where there is none.
    pub service: Option<String>,
    /// Streams, where they are not among those of the system's own selectors.
    pub selector: Vec<Matcher>,
    /// Texts that must all stand in the line.
    pub contains: Vec<String>,
    /// Texts of which at least one must stand in the line.
    pub any_of: Vec<String>,
    /// Texts that must not stand in the line.
    pub lacks: Vec<String>,
    /// Fields of JSON lines and what each must be.
    pub fields: Vec<(String, String)>,
}

/// Which spans are meant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpanTest {
    /// The service, by name or `{service}`; any where there is none.
    pub service: Option<String>,
    /// Whether they failed.
    pub failed: bool,
    /// Attributes and what each must be.
    pub attributes: Vec<(String, String)>,
}

/// A metric of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepMetric {
    /// Name for people.
    pub title: String,
    /// Its series.
    pub family: Family,
    /// The metric that it is divided by, by its names; none where empty.
    pub over: Vec<String>,
    /// What it must not pass, in the family's unit.
    pub limit: Option<f64>,
    /// Which way is worse.
    pub worse: Worse,
}

/// A type of profile that a step looks at.
#[derive(Clone, Debug, PartialEq)]
pub struct StepProfile {
    /// What it counts, as it stands in a sentence: `CPU time`.
    pub title: String,
    /// The type, as Pyroscope names it.
    pub profile_type: String,
    /// Whose profiles; values may hold placeholders.
    pub matchers: Vec<Matcher>,
}

/// Which way a metric gets worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Worse {
    /// Upwards.
    #[default]
    Up,
    /// Downwards.
    Down,
    /// Either way.
    Either,
}

/// Over which time a step looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Where it lies.
    pub around: Around,
    /// How far it reaches from the job or the failure.
    pub reach: TimeDelta,
}

/// Where a window lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// From the job's submission to its end, and further by the reach at both ends.
    Job,
    /// Before the failure.
    Before,
    /// Before and after the failure.
    Failure,
    /// After the failure.
    After,
    /// From the first attempt of the stage in trouble to the end of its last one, and further by the reach at both ends;
    /// of the job where nobody worked on it.
    Stage,
}

/// Something to run elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// Where it is run, such as `Postgres`.
    pub title: String,
    /// How values must be quoted in it.
    pub language: Language,
    /// What to run.
    pub text: String,
}

/// How a value is quoted in a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// SQL: `'it''s'`.
    Sql,
    /// A POSIX shell: `'it'\''s'` where it must be.
    Shell,
    /// LogQL, Python and others with Go's or C's quotes: `"it's"`.
    DoubleQuoted,
    /// As it is, on one line.
    Text,
}
