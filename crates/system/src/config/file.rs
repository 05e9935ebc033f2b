//! The configuration as it is written, and what is checked in it: above all that it holds no secret.

use domain::time::TimeDelta;
use domain::warning::Warning;
use serde_json::Value;

use super::text::{SitePath, SourceUrl, SystemName, Tenant, WebOrigin};
use super::{AuthScheme, Config, Source, SourceKind, Sources};
use crate::file::WebAddress;
use crate::json::Json;
use crate::mistake::{IsWrong, Mistake, Notes};
use crate::shape::{Path, ReadFile, Shape, record, words};

const NO_SECRETS: &str = "take it out: a scheme of authentication is all that is configured, and the person types \
                          the secret, or a proxy adds it";

/// What the name of a member has in it that would hold a secret.
const SECRET_WORDS: [&str; 11] = [
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "credential",
    "authorization",
    "bearer",
    "username",
    "cookie",
];

pub(super) fn parse(text: &str) -> Result<(Config, Vec<Warning>), Vec<Mistake>> {
    let mut mistakes = Vec::new();
    match read_into(text, &mut mistakes) {
        Some(file) if mistakes.is_empty() => Ok(config(file)),
        _ => Err(mistakes),
    }
}

pub(super) fn read(text: &str) -> Option<(Config, Vec<Warning>)> {
    let mut is_wrong = IsWrong::default();
    read_into(text, &mut is_wrong).filter(|_| is_wrong == IsWrong(false)).map(config)
}

fn read_into(text: &str, notes: &mut impl ReadFile) -> Option<ConfigFile> {
    let json = notes.json(text)?;
    let file = ConfigFile::read(&json, Path::File, notes);
    refuse_secrets(&json, Path::File, notes);
    let file = file?;
    if file.systems.is_empty() && !notes.is_broken("systems") {
        notes.mistake(
            "systems",
            "names no system",
            "write the names of files in systems/, the default first",
        );
    }
    Some(file)
}

pub(super) fn schema() -> Value {
    let mut schema = ConfigFile::schema();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
        schema.insert("title".to_owned(), "Jobscope configuration".into());
    }
    schema
}

fn config(file: ConfigFile) -> (Config, Vec<Warning>) {
    let ConfigFile { systems, sources, sample, refresh, embed } = file;
    let config = Config {
        sources: sources.unwrap_or_default().sources(),
        systems: systems.into_iter().map(|it| it.0).collect(),
        sample: sample.map(|it| it.0),
        refresh,
        embed_origins: embed.into_iter().flat_map(|it| it.allowed_origins).map(|it| it.0).collect(),
    };
    let mut warnings = Vec::new();
    let mut warn = |text: String| warnings.push(Warning::new("the configuration", text));
    if config.sources.is_empty() && config.sample.is_none() {
        warn("it names neither a source nor a sample, so there is nothing to see".to_owned());
    }
    for source in config.sources.iter() {
        if source.is_absolute() && source.auth != AuthScheme::None && source.url.starts_with("http://") {
            warn(format!(
                "what is typed for {} would travel in the clear: its address begins with http://",
                source.url
            ));
        }
    }
    (config, warnings)
}

impl SourcesFile {
    /// The servers that it names.
    pub(crate) fn sources(self) -> Sources {
        Sources {
            loki: self.loki.map(|it| it.source(SourceKind::Loki)),
            prometheus: self.prometheus.map(|it| it.source(SourceKind::Prometheus)),
            tempo: self.tempo.map(|it| it.source(SourceKind::Tempo)),
            pyroscope: self.pyroscope.map(|it| it.source(SourceKind::Pyroscope)),
        }
    }
}

impl SourceFile {
    fn source(self, usual: SourceKind) -> Source {
        let is_absolute = self.url.0.contains("://");
        Source {
            kind: self.kind.unwrap_or(usual),
            url: self.url.0,
            tenant: self.tenant.map(|it| it.0),
            auth: self.auth.unwrap_or_default(),
            send_custom_headers: self.send_custom_headers.unwrap_or(!is_absolute),
            ui: self.ui.map(|it| it.0),
        }
    }
}

/// Notes every member whose name sounds like a secret's.
pub(crate) fn refuse_secrets(value: &Json<'_>, at: Path<'_>, notes: &mut impl Notes) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let at = at.key(name);
        let plain = name.to_ascii_lowercase().replace('-', "_");
        if SECRET_WORDS.iter().any(|it| plain.contains(it)) {
            notes.instead(at, "looks like a secret, and this file is public", NO_SECRETS);
        } else {
            refuse_secrets(value, at, notes);
        }
    }
    for (i, item) in value.as_list().into_iter().flatten().enumerate() {
        refuse_secrets(item, at.item(i), notes);
    }
}

record! {
    /// Where the servers are, and which systems there are. This file is public: it never holds a secret.
    pub struct ConfigFile {
        /// The servers. Where there is none, the sample is opened.
        sources: Option<SourcesFile>,
        /// Names of the files in systems/, the default first.
        systems: Vec<SystemName>,
        /// The recording to open where no source is configured, relative to the page.
        sample: Option<SitePath>,
        /// How often a page asks again where the URL does not say, such as 30s. Default: never.
        refresh: Option<TimeDelta>,
        /// Who may put pages into a frame, for the content security policy.
        embed: Option<EmbedFile>,
    }
}

record! {
    /// One server of each kind; each may be left out.
    #[derive(Default)]
    pub struct SourcesFile {
        /// Where log lines are asked for.
        loki: Option<SourceFile>,
        /// Where metrics are asked for: Prometheus, or Mimir with its prefix.
        prometheus: Option<SourceFile>,
        /// Where traces are asked for.
        tempo: Option<SourceFile>,
        /// Where profiles are asked for.
        pyroscope: Option<SourceFile>,
    }
}

record! {
    /// How a server is reached.
    pub struct SourceFile {
        /// What the server's own paths (such as /loki/api/v1/query_range) are appended to: . for the page's folder, a path, or an address.
        url: SourceUrl,
        /// What it is, where its place does not say it: mimir instead of prometheus.
        kind: Option<SourceKind>,
        /// Sent as X-Scope-OrgID.
        tenant: Option<Tenant>,
        /// How the person proves who they are. The secret is typed and never stored. Default: none.
        auth: Option<AuthScheme>,
        /// Whether headers may be sent for which a browser asks another origin first. Default: true on the page's own origin, false elsewhere.
        send_custom_headers: Option<bool>,
        /// Where its own pages are, to link to. Default: url, where that is an address. Only those of Pyroscope are linked to.
        ui: Option<WebAddress>,
    }
}

record! {
    /// Who may put pages into a frame.
    pub struct EmbedFile {
        /// Origins, such as https://grafana.example.
        allowed_origins: Vec<WebOrigin>,
    }
}

words! {
    /// What a server is.
    KINDS: SourceKind {
        "loki" => SourceKind::Loki,
        "prometheus" => SourceKind::Prometheus,
        "mimir" => SourceKind::Mimir,
        "tempo" => SourceKind::Tempo,
        "pyroscope" => SourceKind::Pyroscope,
    }
}

words! {
    /// Schemes of authentication.
    SCHEMES: AuthScheme {
        "none" => AuthScheme::None,
        "basic" => AuthScheme::Basic,
        "bearer" => AuthScheme::Bearer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_mistake(text: &str, path: &str, what: &str) {
        assert!(read(text).is_none(), "{text}");
        let mistakes = parse(text).unwrap_err();
        let found: Vec<_> = mistakes.iter().map(|it| (it.path.as_str(), it.what.as_str())).collect();
        assert_eq!(found, [(path, what)], "{text}");
    }

    fn one_source(source: &str) -> String {
        format!(r#"{{"systems": ["a"], "sources": {{"loki": {source}}}}}"#)
    }

    #[test]
    fn a_whole_configuration_is_read() {
        let (config, warnings) = parse(
            r#"{
                "$schema": "config.schema.json",
                "sources": {
                    "loki": {"url": "."},
                    "prometheus": {"url": "https://Mimir.example:8443/prometheus/", "kind": "mimir", "tenant": "team-a", "auth": "basic"},
                    "tempo": {"url": "/api/datasources/proxy/uid/tempo", "send_custom_headers": false}
                },
                "systems": ["shop", "blog-2"],
                "sample": "sample/incident.jsrec",
                "refresh": "30s",
                "embed": {"allowed_origins": ["https://grafana.example"]}
            }"#,
        )
        .unwrap();
        assert_eq!(warnings, []);
        let loki = config.sources.loki.as_ref().unwrap();
        assert_eq!((loki.base(), loki.send_custom_headers, loki.is_absolute()), (".", true, false));
        let metrics = config.sources.prometheus.as_ref().unwrap();
        assert_eq!(metrics.base(), "https://Mimir.example:8443/prometheus");
        assert_eq!((metrics.kind, metrics.auth), (SourceKind::Mimir, AuthScheme::Basic));
        assert_eq!((metrics.tenant.as_deref(), metrics.send_custom_headers), (Some("team-a"), false));
        assert!(!config.sources.tempo.as_ref().unwrap().send_custom_headers);
        assert_eq!(config.systems, ["shop", "blog-2"]);
        assert_eq!(Config::system_path("shop"), "systems/shop.json");
        assert_eq!(config.refresh, Some(TimeDelta::from_secs(30)));
        assert_eq!(config.embed_origins, ["https://grafana.example"]);
    }

    #[test]
    fn secrets_are_refused_wherever_they_stand() {
        let what = "looks like a secret, and this file is public";
        check_mistake(&one_source(r#"{"url": ".", "password": "x"}"#), "sources.loki.password", what);
        let mistakes = parse(&one_source(r#"{"url": ".", "x": {"bearerToken": "x"}}"#)).unwrap_err();
        assert!(
            mistakes.iter().any(|it| it.path == "sources.loki.x.bearerToken" && it.what == what),
            "{mistakes:?}"
        );
        check_mistake(
            &one_source(r#"{"url": "https://me:pass@loki.example"}"#),
            "sources.loki.url",
            "has a user or a password in it, and this file is public",
        );
    }

    #[test]
    fn addresses_that_could_not_work_are_refused() {
        for (url, why) in [
            ("javascript:alert(1)", "is neither a path nor an http or https address"),
            ("ftp://a", "is neither a path nor an http or https address"),
            ("//loki.example", "is neither a path nor an http or https address"),
            ("loki:3100", "is neither a path nor an http or https address"),
            ("https:///loki", "names no host"),
            ("https://*", "has a character in its host that no host has"),
            ("https://a/?x=1", "has a query or a fragment, which nothing can be appended to"),
            ("https://a; script-src *", "has a character in it that no address has"),
        ] {
            check_mistake(&one_source(&format!(r#"{{"url": "{url}"}}"#)), "sources.loki.url", why);
        }
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let mistakes = parse(r#"{"systems": ["../etc"], "sampel": 1, "refresh": "often", "embed": {"allowed_origins": ["https://a/b"]}}"#)
            .unwrap_err();
        let paths: Vec<_> = mistakes.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(paths, ["sampel", "systems[0]", "refresh", "embed.allowed_origins[0]"]);
        assert_eq!(mistakes[0].next_step, "did you mean “sample”?");
        check_mistake("{}", "systems", "names no system");
        check_mistake("{", "line 1, column 1", "not JSON: EOF while parsing an object");
    }

    #[test]
    fn a_secret_in_the_clear_is_warned_of() {
        let (_, warnings) =
            parse(&one_source(r#"{"url": "http://loki.example", "auth": "bearer"}"#)).unwrap();
        assert_eq!(warnings.len(), 1);
        let (_, warnings) = parse(r#"{"systems": ["a"]}"#).unwrap();
        assert_eq!(warnings.len(), 1);
    }
}
