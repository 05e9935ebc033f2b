//! The kinds of effects: what can break, and how hard.

use serde::Deserialize;

use crate::errors::{self, LibraryError};
use crate::rng::Rng;

const STAGES: [&str; 3] = ["scrape", "chunk", "embed"];

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// A host that pages are fetched from answers with this status, slowly.
    HostAnswers {
        /// Which host.
        host: String,
        /// The HTTP status; 0 for a request that times out.
        status: u16,
        /// The share of requests, 0 to 1.
        share: f64,
        /// How long an answer takes, in the middle.
        latency_ms: f64,
    },
    /// The inference server fails calls; the circuit breaker does the rest.
    InferenceFails {
        /// The share of calls, 0 to 1.
        share: f64,
        /// `server_unavailable`, `connection_error` or `cuda_oom`.
        error: String,
    },
    /// Some new jobs have pages too large for a chunk worker's memory.
    LargePages {
        /// The share of jobs, 0 to 1.
        share: f64,
        /// The pages' size, in the middle.
        megabytes: f64,
    },
    /// Workers of a stage have lost the broker, and start nothing.
    BrokerLost {
        /// `scrape`, `chunk` or `embed`.
        stage: String,
    },
    /// Jobs for one corpus on top of the usual ones.
    WriteBatch {
        /// How many a minute.
        jobs_per_minute: f64,
        /// The corpus that is written.
        corpus: String,
    },
    /// Reads wait for writes.
    ReadsSlow {
        /// How many times slower a read is while every embed worker is busy.
        factor: f64,
    },
    /// A version goes out to every service; where it is a bad one, a share of its work fails until the effect is over.
    Deploy {
        /// The new version.
        version: String,
        /// The share of attempts that fail with it, 0 to 1.
        #[serde(default)]
        failing: f64,
    },
    /// Work fails with an error of a library that is used everywhere, by its name in `errors.rs`.
    WorkFails {
        /// `scrape`, `chunk` or `embed`; without it, any. Means nothing where there are no such stages.
        #[serde(default)]
        stage: Option<String>,
        /// Which error.
        error: String,
        /// The share of attempts, 0 to 1.
        share: f64,
    },
    /// Workers of a stage take messages and begin none of them.
    WorkersFreeze {
        /// `scrape`, `chunk` or `embed`.
        stage: String,
    },
    /// What should be tried again never is, and nobody says that it failed.
    ErrorsSwallowed {
        /// The share of retries, 0 to 1.
        share: f64,
    },
    /// Tasks of a stage outlast the broker's patience, and are handed out again for ever.
    TasksOutlast {
        /// `scrape`, `chunk` or `embed`.
        stage: String,
        /// The share of jobs, 0 to 1.
        share: f64,
        /// How long the broker waits.
        minutes: f64,
    },
    /// The broker throws messages away for want of memory.
    BrokerEvicts {
        /// The share of messages, 0 to 1.
        share: f64,
    },
    /// No worker takes anything from the queue.
    WorkersGone {},
    /// The store that pictures are fetched from answers too late for a task's time limit.
    StorageSlow {
        /// The share of attempts, 0 to 1.
        share: f64,
    },
    /// Pictures that nobody can read are handed in.
    BadImages {
        /// The share of jobs, 0 to 1.
        share: f64,
    },
    /// The database takes no more connections, and requests that need it fail.
    DatabaseFull {
        /// The share of requests, 0 to 1.
        share: f64,
    },
    /// Generations need more memory than the device has.
    DeviceMemory {
        /// The share of attempts, 0 to 1.
        share: f64,
        /// `cuda` or `mps`.
        device: String,
        /// The models that need so much; none means any.
        #[serde(default)]
        models: Vec<String>,
    },
    /// A model cannot be loaded.
    ModelBroken {
        /// Which one.
        model: String,
    },
    /// An evaluation gate turns adaptations down again and again.
    GateFails {
        /// Which one.
        gate: String,
        /// The share of adaptations, 0 to 1.
        share: f64,
    },
    /// An operation of the web application fails.
    RequestsFail {
        /// Which one.
        operation: String,
        /// The share of its requests, 0 to 1.
        share: f64,
    },
    /// Queries take many times as long.
    QueriesSlow {
        /// How many times.
        factor: f64,
    },
    /// The mail server turns connections away.
    MailDown {
        /// The share of attempts, 0 to 1.
        share: f64,
    },
    /// The image API does not answer in time.
    ApiTimeouts {
        /// The share of calls, 0 to 1.
        share: f64,
    },
    /// Results cannot be uploaded.
    UploadsFail {
        /// The share of jobs, 0 to 1.
        share: f64,
    },
    /// A bug gives each step of a job an id of its own.
    NewIdPerStep {
        /// The share of jobs, 0 to 1.
        share: f64,
    },
    /// A bug lets what a worker does next carry the context of the job before.
    ContextLeaks {
        /// The share of jobs, 0 to 1.
        share: f64,
    },
}

impl Effect {
    /// The deployments to which it means something.
    pub const fn systems(&self) -> &'static [&'static str] {
        match self {
            Self::HostAnswers { .. }
            | Self::InferenceFails { .. }
            | Self::LargePages { .. }
            | Self::BrokerLost { .. }
            | Self::WriteBatch { .. }
            | Self::ReadsSlow { .. }
            | Self::WorkersFreeze { .. }
            | Self::ErrorsSwallowed { .. }
            | Self::TasksOutlast { .. }
            | Self::BrokerEvicts { .. } => &["cloudcix"],
            Self::WorkFails { .. } => &crate::args::SYSTEMS,
            Self::Deploy { .. } => &["cloudcix", "pixerase"],
            Self::WorkersGone {} => &["diffusion", "trung-dev", "metamock", "pixerase"],
            Self::StorageSlow { .. } | Self::BadImages { .. } | Self::DatabaseFull { .. } => &["pixerase"],
            Self::DeviceMemory { .. } | Self::ModelBroken { .. } | Self::GateFails { .. } => &["diffusion"],
            Self::RequestsFail { .. } | Self::QueriesSlow { .. } | Self::MailDown { .. } => &["trung-dev"],
            Self::ApiTimeouts { .. }
            | Self::UploadsFail { .. }
            | Self::NewIdPerStep { .. }
            | Self::ContextLeaks { .. } => &["metamock"],
        }
    }
}

/// What the types cannot say.
pub(super) fn check(effect: &Effect) -> Result<(), String> {
    let one_of = |field: &str, value: &str, known: &[&str]| match known.contains(&value) {
        true => Ok(()),
        false => Err(format!("{field}: \"{value}\" is none of {}", known.join(", "))),
    };
    let is_share = |share: f64| match (0.0..=1.0).contains(&share) {
        true => Ok(()),
        false => Err(format!("share: {share} is not between 0 and 1")),
    };
    match effect {
        Effect::HostAnswers { share, .. }
        | Effect::LargePages { share, .. }
        | Effect::StorageSlow { share }
        | Effect::BadImages { share }
        | Effect::DatabaseFull { share }
        | Effect::GateFails { share, .. }
        | Effect::RequestsFail { share, .. }
        | Effect::MailDown { share }
        | Effect::ApiTimeouts { share }
        | Effect::UploadsFail { share }
        | Effect::NewIdPerStep { share }
        | Effect::ContextLeaks { share }
        | Effect::ErrorsSwallowed { share }
        | Effect::BrokerEvicts { share }
        | Effect::Deploy { failing: share, .. } => is_share(*share),
        Effect::WorkFails { stage, error, share } => {
            is_share(*share)?;
            stage.as_ref().map_or(Ok(()), |it| one_of("stage", it, &STAGES))?;
            one_of("error", error, &crate::errors::NAMES)
        }
        Effect::TasksOutlast { stage, share, .. } => {
            is_share(*share)?;
            one_of("stage", stage, &STAGES)
        }
        Effect::DeviceMemory { share, device, .. } => {
            is_share(*share)?;
            one_of("device", device, &["cuda", "mps"])
        }
        Effect::InferenceFails { share, error } => {
            is_share(*share)?;
            one_of("error", error, &["server_unavailable", "connection_error", "cuda_oom"])
        }
        Effect::BrokerLost { stage } | Effect::WorkersFreeze { stage } => one_of("stage", stage, &STAGES),
        Effect::WriteBatch { .. }
        | Effect::ReadsSlow { .. }
        | Effect::WorkersGone {}
        | Effect::ModelBroken { .. }
        | Effect::QueriesSlow { .. } => Ok(()),
    }
}

/// The error of a library that breaks an attempt at a stage, if an effect in force draws one.
pub(crate) fn library_error<'a>(
    effects: impl Iterator<Item = &'a Effect>,
    stage: &str,
    rng: &mut Rng,
) -> Option<LibraryError> {
    effects
        .filter_map(|it| match it {
            Effect::WorkFails { stage: only, error, share } => {
                let is_here = only.as_deref().is_none_or(|it| it == stage);
                errors::named(error).filter(|_| is_here && rng.chance(*share))
            }
            Effect::Deploy { failing, .. } => rng.chance(*failing).then_some(errors::OF_BAD_VERSION),
            _ => None,
        })
        .next()
}
