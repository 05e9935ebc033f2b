//! The configuration: where the servers are, and which systems there are. It never holds a secret.

pub(crate) mod file;
mod text;

use domain::time::TimeDelta;
use domain::warning::Warning;

use crate::mistake::Mistake;

/// Where the servers are, and which systems there are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The servers, before those that a system file names; where there is none at all, the sample is opened.
    pub sources: Sources,
    /// Names of the system files in `systems/`, the default first.
    pub systems: Vec<String>,
    /// The recording to open where no source is configured, relative to the page.
    pub sample: Option<String>,
    /// How often a page asks again, where the URL does not say.
    pub refresh: Option<TimeDelta>,
    /// Origins that may put the app into a frame, for the content security policy.
    pub embed_origins: Vec<String>,
}

/// One server of each kind, as far as they are configured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sources {
    /// Logs.
    pub loki: Option<Source>,
    /// Metrics.
    pub prometheus: Option<Source>,
    /// Traces.
    pub tempo: Option<Source>,
    /// Profiles.
    pub pyroscope: Option<Source>,
}

/// How one server is reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// What it is.
    pub kind: SourceKind,
    /// Its base URL as written: absolute, or relative to the page; [`Source::base`] is what paths are appended to.
    pub url: String,
    /// Sent as `X-Scope-OrgID`.
    pub tenant: Option<String>,
    /// How the person proves who they are; the secret itself is typed and never stored.
    pub auth: AuthScheme,
    /// Whether headers that make a browser ask for permission first (such as
    /// `X-Loki-Response-Encoding-Flags`) may be sent; off for another origin unless the file says so.
    pub send_custom_headers: bool,
    /// Where its own pages are, where the file says so; [`Source::pages`] is what to link to.
    pub ui: Option<String>,
}

/// What a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum SourceKind {
    Loki,
    Prometheus,
    Mimir,
    Tempo,
    Pyroscope,
}

/// A scheme of authentication (RFC 7617, RFC 6750).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthScheme {
    /// Nothing is sent.
    #[default]
    None,
    /// User and password.
    Basic,
    /// A token.
    Bearer,
}

impl Source {
    /// What paths such as `/loki/api/v1/query_range` are appended to: the URL without trailing slashes.
    /// Relative ones resolve against the page; `.` is the page's folder.
    pub fn base(&self) -> &str {
        self.url.trim_end_matches('/')
    }

    /// Where its own pages are, to link to; `None` where only its answers can be had.
    pub fn pages(&self) -> Option<&str> {
        self.ui.as_deref().or(self.is_absolute().then(|| self.base()))
    }

    /// Whether it names a host of its own, so that a browser may have to ask that host for permission.
    pub fn is_absolute(&self) -> bool {
        self.url.contains("://")
    }
}

impl Sources {
    /// Those that are configured.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        [&self.loki, &self.prometheus, &self.tempo, &self.pyroscope].into_iter().flatten()
    }

    /// These, and for kinds of which there is none, those of `others`.
    pub fn or(&self, others: &Self) -> Self {
        let first =
            |ours: &Option<Source>, theirs: &Option<Source>| ours.as_ref().or(theirs.as_ref()).cloned();
        Self {
            loki: first(&self.loki, &others.loki),
            prometheus: first(&self.prometheus, &others.prometheus),
            tempo: first(&self.tempo, &others.tempo),
            pyroscope: first(&self.pyroscope, &others.pyroscope),
        }
    }

    /// Whether none is configured.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl Config {
    /// Where a system's file is, relative to the page.
    pub fn system_path(name: &str) -> String {
        format!("systems/{name}.json")
    }
}

/// Reads the configuration.
///
/// # Errors
/// All mistakes at once, each with its path; of a text that is no JSON, the first place where it is not.
pub fn parse(text: &str) -> Result<(Config, Vec<Warning>), Vec<Mistake>> {
    file::parse(text)
}

/// Like [`parse`], without a word about mistakes; `None` where there is any.
pub fn read(text: &str) -> Option<(Config, Vec<Warning>)> {
    file::read(text)
}

/// The JSON Schema (draft 2020-12) of the configuration, as it stands in `docs/config.schema.json`.
pub fn schema() -> serde_json::Value {
    file::schema()
}
